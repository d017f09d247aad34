"""Who belongs to which community, as a member or by post, and is found there by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from governance.org import Area, AreaKind
from governance.people import Person
from storage import org, reportin
from storage.org import areas
from storage.people import people
from storage.reportin import reportins

_home, _there = areas.alias("home_area"), areas.alias("registered_area")
_NAMED = (
    select(Person)
    .outerjoin(_home, _home.c.id == people.c.home_id)
    .outerjoin(reportins, reportins.c.person_id == people.c.id)
    .outerjoin(_there, _there.c.id == reportins.c.area_id)
    .where(
        people.c.name == bindparam("name"),
        people.c.member.is_not(None),
        or_(_home.c.path.like(bindparam("under")), _there.c.path.like(bindparam("under"))),
    )
    .order_by(people.c.id)
    .limit(12)
)

_ANYWHERE = (
    select(Person)
    .where(
        people.c.name == bindparam("name"),
        people.c.member.is_not(None),
        people.c.minor_at.is_(None),
    )
    .order_by(people.c.id)
    .limit(50)
)


def volunteers_named(db: Session, name: str) -> Sequence[Person]:
    """Party members and volunteers of this name, wherever they live; no children."""
    return db.scalars(_ANYWHERE, {"name": name}).all()


def members_named(db: Session, name: str, area: Area) -> Sequence[Person]:
    """Party members and volunteers of this name who live in an area or are registered there."""
    return db.scalars(_NAMED, {"name": name, "under": area.path + "%"}).unique().all()


def communities_of(db: Session, person_id: int, day: date) -> set[int]:
    """The communities where a person lives as a member, is registered, or holds a post."""
    person = db.get_one(Person, person_id)
    found = reportin.of_person(db, person_id)
    places = [post.area_id for post in org.serving(db, person_id, day)]
    if person.member is not None:
        places += [person.home_id, found.area_id if found else None]
    known = (db.get_one(Area, place) for place in places if place is not None)
    above = (org.ancestor(db, area, AreaKind.COMMUNITY) for area in known)
    return {area.id for area in above if area is not None}


def home_community(db: Session, person_id: int) -> int | None:
    """The community a person lives in, or where they are registered if that is not known."""
    person = db.get_one(Person, person_id)
    found = reportin.of_person(db, person_id)
    for place in (person.home_id, found.area_id if found else None):
        area = db.get_one(Area, place) if place is not None else None
        community = org.ancestor(db, area, AreaKind.COMMUNITY) if area else None
        if community is not None:
            return community.id
    return None
