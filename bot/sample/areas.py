"""The tree of the sample district: the few buildings of the story, or all of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import TypeAlias

from bot.sample.names import COMMUNITIES, STREETS
from governance.org import AreaKind

Row: TypeAlias = dict[str, str]
"""A line of a roster sheet: column name to what is written there."""

DISTRICT = "QH"
CENTRE = (41.8021, 120.7790)
APART = 0.0008  # degrees between two buildings of a row, about 70 m
ROW, ACROSS = 8, 7  # buildings in a row; communities beside each other
GRIDS, HOUSEHOLDS = 8, 300
STORY = {
    "QH-LL-CH-1": (1, 2, 3, 4),
    "QH-LL-CH-2": (5, 6, 7, 8),
    "QH-LL-CX-1": (1, 2, 3, 4, 5, 6),
}
"""The grids of the story with the numbers of their buildings; the small district has no more."""

_DIGITS = "一二三四五六七八九"
_PLACES = [f"{DISTRICT}-{street}-{code}" for street, them in COMMUNITIES.items() for code in them]
_NAMES = {code: name for them in COMMUNITIES.values() for code, name in them.items()}


def small() -> list[Row]:
    """One street, two communities, three grids and fourteen buildings."""
    communities = dict.fromkeys(grid.rsplit("-", 1)[0] for grid in STORY)
    rows = [_district(), _street("LL"), *(_community(code) for code in communities)]
    rows += [_grid(grid) for grid in STORY]
    rows += [_building(grid, number) for grid, numbers in STORY.items() for number in numbers]
    return rows


def full(random: Random) -> list[Row]:
    """4 streets, 37 communities and 296 grids of about 300 households, down to the stairwells."""
    rows = [_district(), *map(_street, STREETS), *map(_community, _PLACES)]
    for community in _PLACES:
        numbers = iter(range(1, 100))
        for grid in (f"{community}-{n}" for n in range(1, GRIDS + 1)):
            built = STORY.get(grid) or tuple(islice(numbers, random.randint(4, 6)))
            if grid in STORY:
                numbers = iter(range(built[-1] + 1, 100))
            rows += _filled(grid, built, random)
    return rows


def point_of(code: str) -> tuple[float, float]:
    """Where a building of the sample stands: in rows of eight, around its community's corner."""
    community, _grid, number = code.rsplit("-", 2)
    south, west = divmod(_PLACES.index(community), ACROSS)
    column, row = divmod(int(number) - 1, ROW)
    return (
        CENTRE[0] - south * 0.01 + (row + 1) * APART,
        CENTRE[1] + west * 0.01 + column * 0.0011,
    )


def _filled(grid: str, numbers: tuple[int, ...], random: Random) -> Iterator[Row]:
    """The grid, its buildings and their stairwells, which add up to its households."""
    doors = {number: random.randint(2, 4) for number in numbers}
    behind = 2 * round(HOUSEHOLDS / sum(doors.values()) / 2)  # two a floor
    yield _grid(grid) | {"households": str(behind * sum(doors.values()))}
    for number, several in doors.items():
        building = _building(grid, number)
        yield building | {"households": str(behind * several)}
        for door in range(1, several + 1):
            code = f"{building['code']}-{door}"
            households = {"households": str(behind)}
            yield _area(code, f"{door}单元", AreaKind.STAIRWELL, building["code"]) | households


def _district() -> Row:
    return _area(DISTRICT, "清河区", AreaKind.DISTRICT, "")


def _street(code: str) -> Row:
    return _area(f"{DISTRICT}-{code}", f"{STREETS[code]}街道", AreaKind.STREET, DISTRICT)


def _community(code: str) -> Row:
    street, short = code.rsplit("-", 1)
    return _area(code, f"{_NAMES[short]}社区", AreaKind.COMMUNITY, street)


def _grid(code: str) -> Row:
    community, number = code.rsplit("-", 1)
    return _area(code, f"第{_DIGITS[int(number) - 1]}网格", AreaKind.GRID, community)


def _building(grid: str, number: int) -> Row:
    code = f"{grid}-{number}"
    north, east = point_of(code)
    point = {"latitude": f"{north:.4f}", "longitude": f"{east:.4f}"}
    return _area(code, f"{number}号楼", AreaKind.BUILDING, grid) | point


def _area(code: str, name: str, kind: AreaKind, parent: str) -> Row:
    return {"code": code, "name": name, "kind": kind, "parent": parent}
