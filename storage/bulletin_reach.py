"""Who of an emergency's audience knows: building by building, and those who still have to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from governance.bulletins import Whom
from governance.org import AreaKind
from storage.bulletin_audience import Audience, everybody, way_of
from storage.bulletins import acks
from storage.org import areas
from storage.people import people

_home, _house = areas.alias("home"), areas.alias("house")
# A stairwell belongs to its building; everything else is a house of its own.
_BUILDING = case((_home.c.kind == AreaKind.STAIRWELL, _home.c.parent_id), else_=_home.c.id)
_KNOWS = (
    select(acks.c.person_id)
    .where(acks.c.bulletin_id == bindparam("of"), acks.c.person_id == people.c.id)
    .exists()
)


@dataclass(frozen=True, slots=True)
class House:
    """A building with those of the audience who live there, and how many of them know.

    `area_id` and `path` are those of the building; None and "" for people of no known home.
    `households` is what the roster says; 0 where it does not.
    """

    area_id: int | None
    name: str
    path: str
    households: int
    people: int
    know: int


def _houses(whom: Whom) -> Select[Any]:
    audience = everybody(whom, people.c.id, people.c.home_id, _KNOWS.label("knows")).subquery()
    return (
        select(
            _house.c.id,
            func.coalesce(_house.c.name, ""),
            func.coalesce(_house.c.path, ""),
            func.coalesce(_house.c.households, 0),
            func.count(),
            func.sum(case((audience.c.knows, 1), else_=0)),
        )
        .select_from(
            audience.outerjoin(_home, _home.c.id == audience.c.home_id).outerjoin(
                _house, _house.c.id == _BUILDING
            )
        )
        .group_by(_house.c.id, _house.c.name, _house.c.path, _house.c.households)
        .order_by(_house.c.path, _house.c.id)
    )


_HOUSES = {whom: _houses(whom) for whom in Whom}


def houses(db: Session, bulletin_id: int, audience: Audience) -> list[House]:
    """The buildings of the audience, in the order of the tree."""
    asked = audience.values() | {"of": bulletin_id}
    rows = db.connection().execute(_HOUSES[audience.whom], asked)
    return [House(*tuple(row)) for row in rows]


# ── who still has to be told ─────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody of whom nobody knows whether they know. `way`: how they were written to, or why
    they were not."""

    person_id: int
    name: str
    house: str
    stairwell: str
    way: str
    path: str


_sort = func.coalesce(_home.c.path, "")


def _missing(whom: Whom) -> Select[Any]:
    # The homes first: they are a few of all that a bulletin may go to.
    there = select(areas.c.id).where(areas.c.path.like(bindparam("within")))
    each = (
        everybody(whom, people.c.id, way_of(whom).label("way"))
        .where(people.c.home_id.in_(there))
        .subquery()
    )
    return (
        select(
            people.c.id,
            people.c.name,
            func.coalesce(_house.c.name, ""),
            case((_home.c.kind == AreaKind.STAIRWELL, _home.c.name), else_=""),
            each.c.way,
            _sort,
        )
        .join(each, each.c.id == people.c.id)
        .outerjoin(_home, _home.c.id == people.c.home_id)
        .outerjoin(_house, _house.c.id == _BUILDING)
        .where(
            ~_KNOWS,
            or_(
                _sort > bindparam("path"),
                and_(_sort == bindparam("path"), people.c.id > bindparam("after")),
            ),
        )
        .order_by(_sort, people.c.id)
        .limit(bindparam("most"))
    )


_MISSING = {whom: _missing(whom) for whom in Whom}


def missing(
    db: Session,
    bulletin_id: int,
    audience: Audience,
    within: str,
    after: tuple[str, int],
    most: int,
) -> list[Missing]:
    """The next people below the path `within` who have not acknowledged, door by door; `after` is
    the path and the id of the last one that was read."""
    asked = audience.values() | {
        "of": bulletin_id,
        "within": within + "%",
        "path": after[0],
        "after": after[1],
        "most": most,
    }
    return [Missing(*row) for row in db.connection().execute(_MISSING[audience.whom], asked)]


_BELONGS = {
    whom: everybody(whom, people.c.id).where(people.c.id == bindparam("person")) for whom in Whom
}


def belongs(db: Session, audience: Audience, person_id: int) -> bool:
    """Whether somebody is of the audience."""
    asked = audience.values() | {"person": person_id}
    return db.connection().execute(_BELONGS[audience.whom], asked).first() is not None
