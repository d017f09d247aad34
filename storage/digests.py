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
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.moments import earliest
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
    select(digests.c.person_id, digests.c.kind, digests.c.due_at)
    .where(digests.c.due_at <= bindparam("now"))
    .order_by(digests.c.due_at)
    .limit(100)
)
NEXT_DUE = earliest(digests.c.due_at)
_DONE = delete(digests).where(
    digests.c.person_id == bindparam("person"), digests.c.kind == bindparam("of")
)


def schedule(db: Session, person_id: int, kind: str, due_at: datetime) -> None:
    """One list of this kind is due for the person; one already due stays as it is."""
    values = {"person_id": person_id, "kind": kind, "due_at": due_at}
    db.execute(_ADD[db.get_bind().dialect.name], values)


def due(db: Session, now: datetime) -> Sequence[tuple[int, str, datetime]]:
    return [tuple(row) for row in db.execute(_DUE, {"now": now})]


def done(db: Session, person_id: int, kind: str) -> None:
    db.execute(_DONE, {"person": person_id, "of": kind})
