"""Where people live and who answers for it: areas, posts, and the ladder above a place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AreaKind(StrEnum):
    """From the district down; a district may leave levels out."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    STAIRWELL = "stairwell"


class PostKind(StrEnum):
    GRID_WORKER = "grid_worker"  # 网格员
    GRID_CHIEF = "grid_chief"  # 网格长
    COMMUNITY_DUTY = "community_duty"  # 社区值班
    STREET_DUTY = "street_duty"  # 街道值班
    DISTRICT_DESK = "district_desk"  # 区指挥中心


LADDER = tuple(PostKind)
"""Who is asked next when the one before does not answer, from the resident's door upwards."""


@dataclass(eq=False)
class Area:
    """A node of the district's tree. `path` is "/1/4/9/", the ids from the district down to it."""

    parent_id: int | None
    kind: AreaKind
    code: str
    name: str
    path: str
    latitude: float | None = None
    longitude: float | None = None
    id: int = field(init=False)

    @property
    def path_ids(self) -> list[int]:
        return [int(part) for part in self.path.split("/") if part]


@dataclass(eq=False)
class Post:
    """A role that a person holds at an area. `phone` is the duty telephone, not a private one.

    `partner_id` is the person who stands in (AB岗) while the holder is away.
    """

    kind: PostKind
    area_id: int
    person_id: int
    phone: str
    partner_id: int | None = None
    away_until: datetime | None = None
    id: int = field(init=False)

    def answering(self, now: datetime) -> int:
        """The person who answers for this post at this moment."""
        if self.partner_id is not None and self.away_until is not None and now < self.away_until:
            return self.partner_id
        return self.person_id


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder above a place: the post, its area and who answers now."""

    post: PostKind
    area_id: int
    person_id: int
    name: str
    phone: str


def ladder(
    path: Sequence[int], posts: Iterable[Post], names: dict[int, str], now: datetime
) -> tuple[Rung, ...]:
    """Who answers for a place, nearest first. `path` holds area ids from the district down.

    A level nobody holds is left out; several holders of one post stand beside each other in
    the order given.
    """
    depth = {area_id: level for level, area_id in enumerate(path)}
    held = [post for post in posts if post.area_id in depth]
    held.sort(key=lambda p: (LADDER.index(p.kind), -depth[p.area_id]))
    rungs: list[Rung] = []
    for post in held:
        person = post.answering(now)
        rungs.append(Rung(post.kind, post.area_id, person, names[person], post.phone))
    return tuple(rungs)


def next_rung(rungs: Sequence[Rung], post: PostKind, person_id: int) -> Rung | None:
    """Who stands above this holder: a higher post held by somebody else; None at the top."""
    level = LADDER.index(post)
    higher = (r for r in rungs if LADDER.index(r.post) > level and r.person_id != person_id)
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
