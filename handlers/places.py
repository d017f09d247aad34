"""Finds the area that people mean when they say or send a place."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from governance.org import Area, AreaKind, degrees, metres
from handlers.turn import Turn
from storage import org

NEAREST = 150  # metres from a shared location to the building it is about
MOST_WORDS = 60
_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_NUMBERED = re.compile(
    r"([0-9零〇一二两三四五六七八九十]{1,4})\s*(?:号楼|号院|栋楼|栋|幢|#楼|号|楼|#)"
    r"|building\s+(?:no\.?\s*)?([0-9]{1,4})",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"^(?:[东西南北前后左右旁边头侧面门口楼下楼道里外角]|[0-9一二三四五六七八九十]+(?:单元|层|楼))*"
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
    home = home_of(turn)
    named = _community(turn, text)
    community = named or (home and org.ancestor(turn.db, home, AreaKind.COMMUNITY))
    if community is None:
        return None
    match = _NUMBERED.search(text)
    if match is not None:
        wanted = _number(match.group(1) or match.group(2))
        for building in org.below(turn.db, community, AreaKind.BUILDING):
            if _number_in(building.name) == wanted:
                detail = _DETAIL.match(text[match.end() :])
                words = f"{community.name}{building.name}{detail.group(0) if detail else ''}"
                return _found(building, words[:MOST_WORDS])
    return _found(named, text[:MOST_WORDS]) if named else None


def at_home(turn: Turn) -> Found | None:
    """The speaker's own building."""
    home = home_of(turn)
    return _found(home, full_name(turn, home)) if home else None


def at_point(turn: Turn, latitude: float, longitude: float) -> Found | None:
    """The nearest building to a shared location, with the point itself."""
    near = org.buildings_near(turn.db, latitude, longitude, degrees(NEAREST))
    here = (latitude, longitude)
    ranked = sorted((metres(here, (b.latitude or 0, b.longitude or 0)), b.id, b) for b in near)
    if not ranked or ranked[0][0] > NEAREST:
        return None
    building = ranked[0][2]
    return Found(building.id, full_name(turn, building), latitude, longitude)


def home_of(turn: Turn) -> Area | None:
    home_id = turn.speaker.home_id
    return turn.db.get(Area, home_id) if home_id else None


def full_name(turn: Turn, area: Area) -> str:
    """Community and building, as neighbours say it: "翠湖社区3号楼"."""
    community = org.ancestor(turn.db, area, AreaKind.COMMUNITY)
    if community is None or community is area:
        return area.name
    return f"{community.name}{area.name}"


def _found(area: Area, words: str) -> Found:
    return Found(area.id, words, area.latitude, area.longitude)


def _community(turn: Turn, text: str) -> Area | None:
    for area in org.below(turn.db, org.district(turn.db), AreaKind.COMMUNITY):
        if area.name in text or area.name.removesuffix("社区") in text:
            return area
    return None


def _number_in(name: str) -> int | None:
    match = _NUMBERED.search(name)
    return _number(match.group(1) or match.group(2)) if match else None


def _number(said: str) -> int | None:
    """ "3", "三", "十二" and "二十三" as numbers."""
    if "十" in said:
        tens, ones = said.split("十", 1)
        return int(_DIGITS.get(tens, tens) or "1") * 10 + int(_DIGITS.get(ones, ones) or "0")
    digits = "".join(_DIGITS.get(c, c) for c in said)
    return int(digits) if digits.isdecimal() else None
