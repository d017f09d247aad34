"""Who of the family helps whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, bindparam, delete, insert, or_, select
from sqlalchemy.orm import Session

from storage.people import people
from storage.schema import Id, Utc, metadata

family = Table(
    "family",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column(
        "helper_id",
        Id,
        ForeignKey("people.id"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("since", Utc, nullable=False),
)

_HELPERS = (
    select(people.c.id, people.c.name, family.c.since)
    .join(family, family.c.helper_id == people.c.id)
    .where(family.c.person_id == bindparam("person"))
    .order_by(people.c.id)
)
_HELPED = (
    select(people.c.id, people.c.name, people.c.elder, family.c.since)
    .join(family, family.c.person_id == people.c.id)
    .where(family.c.helper_id == bindparam("helper"))
    .order_by(people.c.id)
)
_HELPS = select(family.c.since).where(
    family.c.person_id == bindparam("person"), family.c.helper_id == bindparam("helper")
)
_OVER = delete(family).where(
    or_(
        (family.c.person_id == bindparam("one")) & (family.c.helper_id == bindparam("other")),
        (family.c.person_id == bindparam("other")) & (family.c.helper_id == bindparam("one")),
    )
)


def helpers_of(db: Session, person_id: int) -> Sequence[Any]:
    """Those (id, name, since) who help this person."""
    return db.execute(_HELPERS, {"person": person_id}).all()


def helped_by(db: Session, helper_id: int) -> Sequence[Any]:
    """Those (id, name, elder, since) whom this person helps."""
    return db.execute(_HELPED, {"helper": helper_id}).all()


def helps(db: Session, helper_id: int, person_id: int) -> bool:
    return db.scalar(_HELPS, {"person": person_id, "helper": helper_id}) is not None


def add(db: Session, person_id: int, helper_id: int, now: datetime) -> None:
    """From now on the one helps the other."""
    db.execute(insert(family), {"person_id": person_id, "helper_id": helper_id, "since": now})


def end(db: Session, one: int, other: int) -> bool:
    """Neither helps the other any more; False if neither did. Also for two who are one now."""
    ended = db.connection().execute(_OVER, {"one": one, "other": other})
    return ended.rowcount > 0
