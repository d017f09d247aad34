"""The officers and members of the sample district, beside the people of the story.

Their mobile numbers begin with 154, which no network in mainland China has been given, and
duty telephones with 0421-000: nobody can be reached at either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from bot.sample.areas import Row
from bot.sample.names import people
from governance.org import AreaKind, PostKind
from governance.people import Member

COLUMNS = (
    *("code", "name", "phone", "post", "place", "duty_phone", "partner", "since", "until"),
    *("member", "unit", "home", "skills"),
)
MEMBERS = 5000
NO_WORKER = "QH-QE-SU-8"
"""The grid nobody works in, so that the worker beside it has nobody to stand in either."""
NO_DUTY = "U-CL"
"""The unit whose duty telephone nobody answers."""

_SKILLS = (
    *("水电维修", "家电维修", "法律咨询", "医疗护理", "急救", "心理疏导", "理发", "摄影", "书法"),
    *("手语", "英语", "驾驶", "电脑手机", "烹饪", "课业辅导", "文艺表演", "园艺", "搬运"),
)
_PAIRS = (
    (AreaKind.COMMUNITY, (PostKind.COMMUNITY_HEAD, PostKind.COMMUNITY_DUTY)),
    (AreaKind.STREET, (PostKind.STREET_HEAD, PostKind.STREET_DUTY)),
)
"""Two posts of one place whose holders stand in for each other."""
_PARTY = {
    *(PostKind.GRID_CHIEF, PostKind.COMMUNITY_HEAD, PostKind.STREET_HEAD, PostKind.UNIT_LEADER),
}


def code_of(number: int) -> str:
    return f"P{number:04d}"


def row_of(number: int, name: str, **more: str) -> Row:
    """A row for the person with this number; what is not given stays empty."""
    known = {"code": code_of(number), "name": name, "phone": f"154{number:08d}"}
    return dict.fromkeys(COLUMNS, "") | known | more


class Staff:
    """Fills the posts that the story leaves open, then the members' lists."""

    def __init__(self, story: Sequence[Row], random: Random) -> None:
        self._random = random
        self._names = people(random, [row["name"] for row in story])
        self._held = {(row["post"], row["place"]) for row in story if row["post"]}
        self._members = sum(1 for row in story if row["member"])
        self._number = 1000
        self._duty = 3000

    def everyone(self, areas: Sequence[Row], units: Sequence[Row]) -> list[Row]:
        """A row for each of them: who answers in grids, offices and units, and 5,000 members."""
        rows = [*self._grids(areas), *self._offices(areas), *self._units(units)]
        self._members += sum(1 for row in rows if row["member"])
        homes = [area["code"] for area in areas if area["kind"] == AreaKind.BUILDING]
        members = [self._member(homes, units) for _ in range(MEMBERS - self._members)]
        self._heads(members)
        return rows + members

    # ── posts ────────────────────────────────────────────────────────────────

    def _grids(self, areas: Iterable[Row]) -> Iterator[Row]:
        """A worker and a chief for each grid; the next grid's stand in."""
        beside: Mapping[str, list[str]] = defaultdict(list)
        for area in areas:
            if area["kind"] == AreaKind.GRID:
                beside[area["parent"]].append(area["code"])
        for grids in beside.values():
            for first, second in zip(grids[::2], grids[1::2], strict=True):
                for kind in (PostKind.GRID_WORKER, PostKind.GRID_CHIEF):
                    yield from self._pair((kind, first), (kind, second))

    def _offices(self, areas: Sequence[Row]) -> Iterator[Row]:
        for level, (one, other) in _PAIRS:
            for area in areas:
                if area["kind"] == level:
                    yield from self._pair((one, area["code"]), (other, area["code"]))

    def _units(self, units: Iterable[Row]) -> Iterator[Row]:
        for unit in units:
            pair = ((PostKind.UNIT_DUTY, unit["code"]), (PostKind.UNIT_LEADER, unit["code"]))
            for row in self._pair(*pair):
                duty = row["post"] == PostKind.UNIT_DUTY
                yield row | {"unit": unit["code"]} | ({"duty_phone": unit["phone"]} if duty else {})

    def _pair(self, *seats: tuple[PostKind, str]) -> list[Row]:
        """Those seats filled that are open; two new ones stand in for each other."""
        rows = [self._officer(kind, place) for kind, place in seats if self._open(kind, place)]
        if len(rows) == len(seats):
            rows[0]["partner"], rows[1]["partner"] = rows[1]["code"], rows[0]["code"]
        return rows

    def _open(self, kind: PostKind, place: str) -> bool:
        missing = {(PostKind.GRID_WORKER, NO_WORKER), (PostKind.UNIT_DUTY, NO_DUTY)}
        return (kind, place) not in self._held | missing

    def _officer(self, kind: PostKind, place: str) -> Row:
        self._duty += 1
        return self._person() | {
            "post": kind,
            "place": place,
            "duty_phone": f"0421-000{self._duty}",
            "since": f"202{self._random.randint(3, 6)}-0{self._random.randint(1, 9)}-01",
            "member": Member.PARTY if kind in _PARTY else "",
        }

    # ── members ──────────────────────────────────────────────────────────────

    def _member(self, homes: Sequence[str], units: Sequence[Row]) -> Row:
        """Party members belong to a unit, volunteers to half; one in seven lives elsewhere."""
        pick = self._random
        party = pick.random() < 0.7
        unit = pick.choice(units)["code"] if party or pick.random() < 0.5 else ""
        return self._person() | {
            "member": Member.PARTY if party else Member.VOLUNTEER,
            "unit": unit,
            "home": pick.choice(homes) if pick.random() < 6 / 7 else "",
            "skills": "、".join(pick.sample(_SKILLS, pick.randint(0, 3))),
        }

    def _heads(self, members: Iterable[Row]) -> None:
        """In every third building with a member, the first one looks after it."""
        first = {row["home"]: row for row in reversed(list(members)) if row["home"]}
        for home in sorted(first)[::3]:
            first[home].update(post=PostKind.BUILDING_HEAD, place=home)

    def _person(self) -> Row:
        self._number += 1
        return row_of(self._number, next(self._names))
