"""Agreements of private matters; each belongs to a case and is deleted with its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.mediation import Mediation
from storage.moments import earliest, not_failed
from storage.schema import Id, Utc, mapper, metadata

mediations = Table(
    "mediations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("agreement", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("next_at", Utc, index=True),
    Column("kept", Boolean),
    Column("followed_at", Utc),
    Column("note", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Mediation, mediations, version_id_col=mediations.c.version)

_OF = select(Mediation).where(mediations.c.case_id == bindparam("case")).order_by(mediations.c.id)
_DUE = (
    select(mediations.c.id)
    .where(
        mediations.c.next_at <= bindparam("now"),
        not_failed(mediations.c.id),
    )
    .order_by(mediations.c.next_at, mediations.c.id)
    .limit(100)
)
NEXT_DUE = earliest(mediations.c.next_at)


def of(db: Session, case_id: int) -> Sequence[Mediation]:
    """The agreements of a case, the first one first."""
    return db.scalars(_OF, {"case": case_id}).all()


def lock(db: Session, mediation_id: int) -> Mediation | None:
    """The agreement as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Mediation, mediation_id, with_for_update=True, populate_existing=True)


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ids of those whose mediator has to be asked, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def forget_words(db: Session, case_ids: Sequence[int]) -> None:
    """What was agreed and found is gone; that there was an agreement, and whether kept, stays."""
    theirs = mediations.c.case_id.in_(case_ids)
    db.execute(update(mediations).where(theirs).values(agreement="", note=""))
