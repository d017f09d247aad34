"""Finds the area that people mean when they say or send a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from governance.org import AreaKind, degrees, metres
from handlers.turn import Turn
from storage import gazetteer, org, outlines
from storage.gazetteer import Spot

NEAREST = 150  # metres from a shared location to the building it is about
MOST_WORDS = 60
_DIGITS = str.maketrans("零〇一二两三四五六七八九", "001223456789")
# A floor ("5楼"), a day ("11月5号") and a metro line ("2号线") are no building.
_NUMBERED = re.compile(
    r"(?<![0-9零〇一二两三四五六七八九十百千])(?<![0-9一二三四五六七八九十]月)"
    r"(?P<said>[0-9零〇一二两三四五六七八九十]{1,4})\s*"
    r"(?:号楼|号院|栋楼|栋|幢|#楼|(?P<vague>号(?![线人门])|#))"
    r"|building\s+(?:no\.?\s*)?(?P<number>[0-9]{1,4})",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"第?(?P<said>[0-9零〇一二两三四五六七八九十]{1,4})\s*(?:号楼|号院|栋楼|单元|网格|[号栋幢楼#])?"
)
_DETAIL = re.compile(
    r"^(?:[东西南北前后左右旁边头侧面口楼道里外角]|下(?!水)|门(?![禁锁铃])"
    r"|[0-9一二三四五六七八九十]+(?:单元|层|楼))*"
)


@dataclass(frozen=True, slots=True)
class Found:
    """An area and how the person put it; JSON-shaped, so that a conversation can keep it."""

    area_id: int
    words: str
    latitude: float | None = None
    longitude: float | None = None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def in_text(turn: Turn, text: str, around: int | None = None) -> Found | None:
    """The building or community that a text names, looked for around an area: the speaker's home
    if none is given."""
    named = _community_in(turn, text)
    community = named or community_of(_above(turn, around))
    if community is None:
        return None
    for match in sorted(_NUMBERED.finditer(text), key=lambda m: m["vague"] is not None):
        number = _number(match)
        known = gazetteer.buildings(turn.db, community, number_in)
        building = known.get(number) if number is not None else None
        if building is not None:
            detail = _DETAIL.match(text[match.end() :])
            words = f"{community.name}{building.name}{detail.group(0) if detail else ''}"
            return _found(building, words[:MOST_WORDS])
    return _found(named, text[:MOST_WORDS]) if named else None


def at_home(turn: Turn, home: int | None = None) -> Found | None:
    """The speaker's own building, or the one that is given."""
    above = _above(turn, home)
    return _found(above[0], name_of(above)) if above else None


def at_point(turn: Turn, latitude: float, longitude: float) -> Found | None:
    """The nearest building to a shared location (WGS-84), with the point itself.

    Where the district has outlines it is a building of the grid around the point, or that
    grid itself if none is near.
    """
    grid_id = outlines.grid_at(turn.db, latitude, longitude)
    grid = gazetteer.chain(turn.db, grid_id)[0] if grid_id is not None else None
    near = org.buildings_near(turn.db, latitude, longitude, degrees(NEAREST))
    here = (latitude, longitude)
    ranked = sorted(
        (metres(here, (b.latitude or 0, b.longitude or 0)), b.id)
        for b in near
        if grid is None or b.path.startswith(grid.path)
    )
    found = next((area_id for far, area_id in ranked if far <= NEAREST), grid_id)
    if found is None:
        return None
    return Found(found, name_of(gazetteer.chain(turn.db, found)), latitude, longitude)


def home_of(turn: Turn) -> Spot | None:
    above = _above(turn)
    return above[0] if above else None


def name_of(above: Sequence[Spot]) -> str:
    """An area as people say it, with its community: "翠湖社区3号楼2单元"."""
    community, inside = community_of(above), short_name(above)
    if community is None or community is above[0]:
        return inside
    return f"{community.name}{inside}"


def short_name(above: Sequence[Spot]) -> str:
    """The same among neighbours: "3号楼2单元"."""
    doors = [spot.name for spot in above if spot.kind in {AreaKind.BUILDING, AreaKind.STAIRWELL}]
    return "".join(reversed(doors)) or above[0].name


def community_of(above: Sequence[Spot]) -> Spot | None:
    """The community among an area and those it lies in."""
    return next((spot for spot in above if spot.kind is AreaKind.COMMUNITY), None)


def _above(turn: Turn, area_id: int | None = None) -> Sequence[Spot]:
    """An area, else the speaker's home, and the areas it lies in; nothing if it is not known."""
    found = area_id or turn.speaker.home_id
    return gazetteer.chain(turn.db, found) if found else ()


def _found(area: Spot, words: str) -> Found:
    return Found(area.id, words, area.latitude, area.longitude)


def _community_in(turn: Turn, text: str) -> Spot | None:
    """The community named in a text; of "翠湖" and "翠湖东" the longer name."""
    known = gazetteer.communities(turn.db)
    named = [spot for spot in known if spot.name.removesuffix("社区") in text]
    return max(named, key=lambda spot: len(spot.name), default=None)


def number_in(name: str) -> int | None:
    """The number of a building, stairwell or grid in its name, or in what somebody typed."""
    match = _NUMBERED.search(name) or _BARE.fullmatch(name.strip())
    return _number(match) if match else None


def _number(match: re.Match[str]) -> int | None:
    """ "3", "三", "十二" and "二十三" as numbers; "二三十" is none."""
    said = match["said"] or match["number"]
    tens, ten, ones = said.translate(_DIGITS).partition("十")
    if not ten:
        return int(tens)
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return None
    return int(tens or "1") * 10 + int(ones or "0")
