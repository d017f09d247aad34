"""Who gets the periodic digest of the lists, and when the next one is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, bindparam, select
from sqlalchemy.orm import Session

from storage.moments import earliest, not_failed
from storage.schema import Id, Utc, mapper, metadata

list_digests = Table(
    "list_digests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, unique=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True, unique=True),
    Column("since", Utc, nullable=False),
    Column("due_at", Utc, nullable=True, index=True),
    CheckConstraint("(unit_id IS NULL) <> (area_id IS NULL)", name="one_reader"),
)


@dataclass(eq=False)
class Digest:
    """A unit's or a community's digest: what happened `since`, told at `due_at`.

    Without a `due_at` they have opted out.
    """

    since: datetime
    due_at: datetime | None
    unit_id: int | None = None
    area_id: int | None = None
    id: int = field(init=False)


mapper.map_imperatively(Digest, list_digests)

_OF_UNIT = select(Digest).where(list_digests.c.unit_id == bindparam("unit"))
_OF_AREA = select(Digest).where(list_digests.c.area_id == bindparam("area"))
_DUE = (
    select(list_digests.c.id)
    .where(
        list_digests.c.due_at <= bindparam("now"),
        not_failed(list_digests.c.id),
    )
    .order_by(list_digests.c.due_at)
    .limit(100)
)
NEXT_DUE = earliest(list_digests.c.due_at)


def of_unit(db: Session, unit_id: int) -> Digest | None:
    return db.scalars(_OF_UNIT, {"unit": unit_id}).first()


def of_area(db: Session, area_id: int) -> Digest | None:
    return db.scalars(_OF_AREA, {"area": area_id}).first()


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()
