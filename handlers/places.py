"""Finds the area that people mean when they say or send a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from governance.org import AreaKind, degrees, metres
from handlers.turn import Turn
from storage import gazetteer, org
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


def in_text(turn: Turn, text: str) -> Found | None:
    """The building or community that a text names, looked for around the speaker's home."""
    named = _community_in(turn, text)
    community = named or _community(_above_home(turn))
    if community is None:
        return None
    for match in sorted(_NUMBERED.finditer(text), key=lambda m: m["vague"] is not None):
        number = _number(match)
        known = gazetteer.buildings(turn.db, community, _number_in)
        building = known.get(number) if number is not None else None
        if building is not None:
            detail = _DETAIL.match(text[match.end() :])
            words = f"{community.name}{building.name}{detail.group(0) if detail else ''}"
            return _found(building, words[:MOST_WORDS])
    return _found(named, text[:MOST_WORDS]) if named else None


def at_home(turn: Turn) -> Found | None:
    """The speaker's own building."""
    above = _above_home(turn)
    return _found(above[0], _full_name(above)) if above else None


def at_point(turn: Turn, latitude: float, longitude: float) -> Found | None:
    """The nearest building to a shared location, with the point itself."""
    near = org.buildings_near(turn.db, latitude, longitude, degrees(NEAREST))
    here = (latitude, longitude)
    ranked = sorted((metres(here, (b.latitude or 0, b.longitude or 0)), b.id) for b in near)
    if not ranked or ranked[0][0] > NEAREST:
        return None
    nearest = gazetteer.chain(turn.db, ranked[0][1])
    return Found(nearest[0].id, _full_name(nearest), latitude, longitude)


def home_of(turn: Turn) -> Spot | None:
    above = _above_home(turn)
    return above[0] if above else None


def _above_home(turn: Turn) -> Sequence[Spot]:
    """The speaker's home and the areas it lies in; nothing if it is not known."""
    home_id = turn.speaker.home_id
    return gazetteer.chain(turn.db, home_id) if home_id else ()


def _full_name(above: Sequence[Spot]) -> str:
    """Community and building, as neighbours say it: "翠湖社区3号楼"."""
    area, community = above[0], _community(above)
    if community is None or community is area:
        return area.name
    return f"{community.name}{area.name}"


def _community(above: Sequence[Spot]) -> Spot | None:
    return next((spot for spot in above if spot.kind is AreaKind.COMMUNITY), None)


def _found(area: Spot, words: str) -> Found:
    return Found(area.id, words, area.latitude, area.longitude)


def _community_in(turn: Turn, text: str) -> Spot | None:
    """The community named in a text; of "翠湖" and "翠湖东" the longer name."""
    known = gazetteer.communities(turn.db)
    named = [spot for spot in known if spot.name.removesuffix("社区") in text]
    return max(named, key=lambda spot: len(spot.name), default=None)


def _number_in(name: str) -> int | None:
    match = _NUMBERED.search(name)
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
