"""Lists that are due at a time of day: the worker's night list, the chief's brief."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.moments import earliest, not_failed
from storage.schema import Id, Utc, metadata

digests = Table(
    "digests",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("due_at", Utc, nullable=False, index=True),
)

_ADD = {
    name: module.insert(digests).on_conflict_do_nothing()
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_DUE = (
    select(digests.c.person_id)
    .where(digests.c.due_at <= bindparam("now"), not_failed(digests.c.person_id))
    .group_by(digests.c.person_id)
    .order_by(func.min(digests.c.due_at), digests.c.person_id)
    .limit(100)
)
_KINDS = (
    select(digests.c.kind)
    .where(digests.c.person_id == bindparam("person"), digests.c.due_at <= bindparam("now"))
    .order_by(digests.c.due_at, digests.c.kind)
)
NEXT_DUE = earliest(digests.c.due_at)
_DONE = delete(digests).where(
    digests.c.person_id == bindparam("person"), digests.c.kind == bindparam("of")
)


def schedule(db: Session, person_id: int, kind: str, due_at: datetime) -> None:
    """One list of this kind is due for the person; one already due stays as it is."""
    values = {"person_id": person_id, "kind": kind, "due_at": due_at}
    db.execute(_ADD[db.get_bind().dialect.name], values)


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Whose lists are due, longest due first, at most 100 people at a time."""
    return db.scalars(_DUE, {"now": now, "failed": failed}).all()


def kinds_due(db: Session, person_id: int, now: datetime) -> Sequence[str]:
    """Which lists of this person are due, longest due first."""
    return db.scalars(_KINDS, {"person": person_id, "now": now}).all()


def done(db: Session, person_id: int, kind: str) -> None:
    db.execute(_DONE, {"person": person_id, "of": kind})
