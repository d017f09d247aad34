"""Where people live and who answers for it: areas, units, posts, and the ladder above a place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class AreaKind(StrEnum):
    """From the district down; a district may leave levels out."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    STAIRWELL = "stairwell"


class UnitKind(StrEnum):
    """What an organization is to the district."""

    DEPARTMENT = "department"  # 职能部门
    UTILITY = "utility"  # 公用企业
    PROPERTY = "property"  # 物业
    RESIDENT = "resident"  # 驻区单位
    SENT_DOWN = "sent_down"  # 下沉单位


class PostKind(StrEnum):
    """A role that a person holds at an area or a unit."""

    GRID_WORKER = "grid_worker"  # 网格员
    GRID_CHIEF = "grid_chief"  # 网格长
    COMMUNITY_DUTY = "community_duty"  # 社区值班
    STREET_DUTY = "street_duty"  # 街道值班
    DISTRICT_DESK = "district_desk"  # 区指挥中心
    STAIRWELL_HEAD = "stairwell_head"  # 单元长
    BUILDING_HEAD = "building_head"  # 楼栋长
    COMMUNITY_HEAD = "community_head"  # 社区书记, 总网格长
    STREET_HEAD = "street_head"  # 街道负责人
    UNIT_DUTY = "unit_duty"  # 单位值班员
    UNIT_LEADER = "unit_leader"  # 单位负责人
    ADMINISTRATOR = "administrator"  # 管理员


LADDER = (
    PostKind.GRID_WORKER,
    PostKind.GRID_CHIEF,
    PostKind.COMMUNITY_DUTY,
    PostKind.STREET_DUTY,
    PostKind.DISTRICT_DESK,
)
"""Who is asked next when the one before does not answer, from the resident's door upwards."""

_LEVELS = {post: level for level, post in enumerate(LADDER)}


def level_of(post: PostKind | None) -> int:
    """How high a post stands on the ladder, the door's being 0; -1 for those beside it."""
    return _LEVELS.get(post, -1) if post is not None else -1


SEATS: dict[PostKind, frozenset[AreaKind]] = {
    PostKind.GRID_WORKER: frozenset({AreaKind.GRID}),
    PostKind.GRID_CHIEF: frozenset({AreaKind.GRID}),
    PostKind.COMMUNITY_DUTY: frozenset({AreaKind.COMMUNITY}),
    PostKind.STREET_DUTY: frozenset({AreaKind.STREET}),
    PostKind.DISTRICT_DESK: frozenset({AreaKind.DISTRICT}),
    PostKind.STAIRWELL_HEAD: frozenset({AreaKind.STAIRWELL}),
    PostKind.BUILDING_HEAD: frozenset({AreaKind.BUILDING}),
    PostKind.COMMUNITY_HEAD: frozenset({AreaKind.COMMUNITY}),
    PostKind.STREET_HEAD: frozenset({AreaKind.STREET}),
    PostKind.UNIT_DUTY: frozenset(),
    PostKind.UNIT_LEADER: frozenset(),
    PostKind.ADMINISTRATOR: frozenset({AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY}),
}
"""The kinds of area a post can be held at; none means that it is held at a unit."""


@dataclass(eq=False)
class Area:
    """A node of the district's tree. `path` is "/1/4/9/", the ids from the district down to it.

    `households` counts those that live here where the roster says so; 0 where it does not.
    """

    parent_id: int | None
    kind: AreaKind
    code: str
    name: str
    path: str
    latitude: float | None = None
    longitude: float | None = None
    households: int = 0
    id: int = field(init=False, repr=False)

    @property
    def path_ids(self) -> list[int]:
        return [int(part) for part in self.path.split("/") if part]


@dataclass(eq=False)
class Unit:
    """An organization that answers for kinds of problems, or sends members, or both.

    `phone` is the duty telephone and `hours` when it is answered, as the roster puts it
    ("8:30-18:00"). `area_id` is where it sits, or what it serves.
    """

    code: str
    name: str
    kind: UnitKind
    phone: str = ""
    hours: str = ""
    area_id: int | None = None
    id: int = field(init=False, repr=False)


@dataclass(frozen=True, slots=True)
class Seat:
    """A kind of post at an area or a unit, whoever holds it."""

    kind: PostKind
    area_id: int | None
    unit_id: int | None = None


@dataclass(eq=False)
class Post:
    """A role that a person holds, at an area or at a unit, never both.

    `phone` is the duty telephone, not a private one. `partner_id` is the person who stands in
    (AB岗) while the holder is away. The term runs from `since` through `until`, open where None.
    """

    kind: PostKind
    area_id: int | None
    person_id: int
    phone: str
    partner_id: int | None = None
    away_until: datetime | None = None
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None
    id: int = field(init=False, repr=False)

    @property
    def seat(self) -> Seat:
        return Seat(self.kind, self.area_id, self.unit_id)

    def serving(self, day: date) -> bool:
        """Whether the term includes this day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def deserted(self, now: datetime) -> bool:
        """Whether the holder is away and nobody stands in."""
        return self.partner_id is None and self.away_until is not None and now < self.away_until

    def answering(self, now: datetime) -> int:
        """The person who answers for this post at this moment."""
        if self.partner_id is not None and self.away_until is not None and now < self.away_until:
            return self.partner_id
        return self.person_id


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who the calendar names for a seat now, and the telephone of their own post."""

    person_id: int
    phone: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder above a place: the post, its area and who answers now.

    `on_duty`: the calendar names them. `holder_id`: whose post it is, when a partner stands in.
    An officer of a unit that has a part in something stands beside the ladder, with `unit_id`
    and the name of the `unit`, and without an area.
    """

    post: PostKind
    area_id: int | None
    person_id: int
    name: str
    phone: str
    on_duty: bool = False
    holder_id: int | None = None
    unit_id: int | None = None
    unit: str = ""


def ladder(
    path: Sequence[int],
    posts: Iterable[Post],
    names: Mapping[int, str],
    now: datetime,
    today: date,
    calendar: Mapping[Seat, OnDuty] | None = None,
) -> tuple[Rung, ...]:
    """Who answers for a place, nearest first. `path` holds area ids from the district down.

    A level nobody holds is left out, and so is a post whose term does not include `today`, or
    whose holder is away without a partner while anybody else is there.
    Several holders of one post stand beside each other in the order given; whoever is on duty
    by the `calendar` stands before them, and need not be one of them.
    """
    depth = {area_id: level for level, area_id in enumerate(path)}
    calendar = calendar or {}
    held: dict[tuple[PostKind, int], list[Post]] = {}
    for seat in (*(p.seat for p in posts if p.serving(today)), *calendar):
        if seat.kind in LADDER and seat.area_id in depth:
            held[seat.kind, seat.area_id] = []
    here = [p for p in posts if p.serving(today) and (p.kind, p.area_id) in held]
    for post in _present(here, now):
        held[post.kind, post.area_id or 0].append(post)
    upwards = sorted(held, key=lambda at: (LADDER.index(at[0]), -depth[at[1]]))
    return tuple(
        rung
        for kind, area_id in upwards
        for rung in _beside(
            kind, area_id, held[kind, area_id], calendar.get(Seat(kind, area_id)), names, now
        )
    )


def _present(posts: Sequence[Post], now: datetime) -> Sequence[Post]:
    """Without those who are away and have nobody to stand in; all of them if nobody is left."""
    there = [post for post in posts if not post.deserted(now)]
    return there or posts


def _beside(
    kind: PostKind,
    area_id: int,
    holders: Sequence[Post],
    first: OnDuty | None,
    names: Mapping[int, str],
    now: datetime,
) -> Iterable[Rung]:
    """One seat's rungs: the person on duty, then the other holders."""
    if first is not None:
        phone = next((post.phone for post in holders if post.phone), first.phone)
        yield Rung(kind, area_id, first.person_id, names[first.person_id], phone, on_duty=True)
    for post in holders:
        person = post.answering(now)
        if first is None or person != first.person_id:
            holder = post.person_id if person != post.person_id else None
            yield Rung(kind, area_id, person, names[person], post.phone, holder_id=holder)


def next_rung(rungs: Sequence[Rung], post: PostKind, person_id: int) -> Rung | None:
    """Who stands above this holder: a higher post held by somebody else; None at the top."""
    level = level_of(post)
    higher = (r for r in rungs if level_of(r.post) > level and r.person_id != person_id)
    return next(higher, None)


EARTH_METRES = 6_371_000


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance between two points (latitude, longitude in degrees), good below 100 km."""
    north = math.radians(b[0] - a[0])
    east = math.radians(b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return EARTH_METRES * math.hypot(north, east)


def degrees(distance: float) -> float:
    """Half the side, in degrees, of a square that surely holds everything within `distance` m."""
    return distance / 111_000 * 2
