"""Awards on their way into the ledger, and what people say against them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.awards import Award, AwardState, Dispute, DisputeKind
from governance.points import Rule
from storage.moments import earliest, not_failed
from storage.schema import Id, Utc, codes, mapper, metadata

awards = Table(
    "awards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("to_id", Id, ForeignKey("people.id"), nullable=False),
    Column("points", Integer, nullable=False),
    Column("rule", codes(Rule), nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("by_id", Id, ForeignKey("people.id"), nullable=True),
    Column("note", String(80), nullable=False),
    Column("at", Utc, nullable=False),
    Column("state", codes(AwardState), nullable=False),
    Column("notice_until", Utc, nullable=True),
    Column("confirmed_by", Id, ForeignKey("people.id"), nullable=True),
    Column("ended_at", Utc, nullable=True),
    Column("ended_by", Id, ForeignKey("people.id"), nullable=True),
    Column("ended_why", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_awards_to_id_at", "to_id", "at"),
    Index("ix_awards_by_id_to_id_at", "by_id", "to_id", "at"),
    Index("ix_awards_area_id_at", "area_id", "at"),
    Index("ix_awards_state_notice_until", "state", "notice_until"),
    Index("ix_awards_about_subject_id", "about", "subject_id"),
)

award_disputes = Table(
    "award_disputes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("award_id", Id, ForeignKey("awards.id"), nullable=False, index=True),
    Column("kind", codes(DisputeKind), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("words", String(200), nullable=False),
    Column("at", Utc, nullable=False),
    Column("decided_at", Utc, nullable=True),
    Column("decided_by", Id, ForeignKey("people.id"), nullable=True),
    Column("agreed", Boolean, nullable=True),
)

mapper.map_imperatively(Award, awards, version_id_col=awards.c.version)
mapper.map_imperatively(Dispute, award_disputes)

_PENDING = [AwardState.CHECK, AwardState.NOTICE, AwardState.OBJECTED]
_COUNTS = [*_PENDING, AwardState.POSTED]


def _once(module: Any) -> Any:
    statement = module.insert(awards).on_conflict_do_nothing(index_elements=["key"])
    return statement.returning(awards.c.id)


_ADD = {"sqlite": _once(sqlite), "postgresql": _once(postgresql)}
_ABOUT = (
    select(Award)
    .where(awards.c.about == bindparam("about"), awards.c.subject_id == bindparam("subject"))
    .order_by(awards.c.id)
)
_PENDING_OF = (
    select(Award)
    .where(awards.c.to_id == bindparam("person"), awards.c.state.in_(_PENDING))
    .order_by(awards.c.id)
)
_ON_NOTICE = (
    select(Award)
    .where(
        awards.c.area_id.in_(bindparam("areas", expanding=True)),
        awards.c.state.in_([AwardState.NOTICE, AwardState.OBJECTED]),
    )
    .order_by(awards.c.notice_until, awards.c.id)
    .limit(bindparam("most"))
)
_LATEST = (
    select(Award)
    .where(
        awards.c.area_id.in_(bindparam("areas", expanding=True)),
        awards.c.state.in_(_COUNTS),
    )
    .order_by(awards.c.at.desc(), awards.c.id.desc())
    .limit(bindparam("most"))
)
_GIVEN = select(func.coalesce(func.sum(awards.c.points), 0)).where(
    awards.c.to_id == bindparam("person"),
    awards.c.rule == bindparam("rule"),
    awards.c.at >= bindparam("since"),
    awards.c.at < bindparam("until"),
    awards.c.state.in_(_COUNTS),
)
_BETWEEN = select(func.count()).where(
    awards.c.by_id == bindparam("by"),
    awards.c.to_id == bindparam("person"),
    awards.c.at > bindparam("since"),
    awards.c.state.in_(_COUNTS),
)
_DUE = (
    select(awards.c.id)
    .where(
        awards.c.state == AwardState.NOTICE,
        awards.c.notice_until <= bindparam("now"),
        not_failed(awards.c.id),
    )
    .order_by(awards.c.notice_until, awards.c.id)
    .limit(100)
)
NEXT_DUE = earliest(awards.c.notice_until).where(awards.c.state == AwardState.NOTICE)
_KEPT = select(Award).where(awards.c.key == bindparam("key"))
_DISPUTED_BY = select(Dispute).where(
    award_disputes.c.award_id == bindparam("award"),
    award_disputes.c.person_id == bindparam("person"),
    award_disputes.c.kind == bindparam("kind"),
    award_disputes.c.at >= bindparam("since"),
)
_FORGET = (
    update(award_disputes).where(award_disputes.c.person_id == bindparam("person")).values(words="")
)


def add(db: Session, award: Award) -> Award | None:
    """The award as it is kept; None where there is one of this key already."""
    row = {
        "key": award.key,
        "to_id": award.to_id,
        "points": award.points,
        "rule": award.rule,
        "about": award.about,
        "subject_id": award.subject_id,
        "area_id": award.area_id,
        "by_id": award.by_id,
        "note": award.note[:80],
        "at": award.at,
        "state": award.state,
        "notice_until": award.notice_until,
        "confirmed_by": None,
        "ended_at": award.ended_at,
        "ended_by": None,
        "ended_why": award.ended_why,
        "version": 1,
    }
    conn = db.connection()
    new = conn.scalar(_ADD[conn.dialect.name], row)
    return db.get_one(Award, new) if new is not None else None


def lock(db: Session, award_id: int) -> Award | None:
    """The award as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Award, award_id, with_for_update=True, populate_existing=True)


def about(db: Session, what: str, subject_id: int) -> Sequence[Award]:
    """Every award for one thing."""
    return db.scalars(_ABOUT, {"about": what, "subject": subject_id}).all()


def kept(db: Session, key: str) -> Award | None:
    """The one award of this key."""
    return db.scalars(_KEPT, {"key": key}).first()


def pending(db: Session, person_id: int) -> Sequence[Award]:
    """What a person has earned and is not posted yet."""
    return db.scalars(_PENDING_OF, {"person": person_id}).all()


def on_notice(db: Session, areas: Sequence[int], most: int) -> Sequence[Award]:
    """What is on public notice in these communities, the first to end first."""
    return db.scalars(_ON_NOTICE, {"areas": list(areas), "most": most}).all()


def latest(db: Session, areas: Sequence[int], most: int) -> Sequence[Award]:
    """The newest awards of these communities that count, or will."""
    return db.scalars(_LATEST, {"areas": list(areas), "most": most}).all()


def given(db: Session, person_id: int, rule: Rule, since: datetime, until: datetime) -> int:
    """How many points of a rule a person has got in a time, without those that ended."""
    asked = {"person": person_id, "rule": rule, "since": since, "until": until}
    return int(db.scalar(_GIVEN, asked) or 0)


def between(db: Session, by: int, to: int, since: datetime) -> int:
    """How often one person has confirmed points for another since then."""
    return int(db.scalar(_BETWEEN, {"by": by, "person": to, "since": since}) or 0)


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Awards whose public notice is over."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def disputed_by(
    db: Session, award_id: int, person_id: int, kind: DisputeKind, since: datetime
) -> bool:
    """Whether this person has said so already since then."""
    asked = {"award": award_id, "person": person_id, "kind": kind, "since": since}
    return db.scalars(_DISPUTED_BY, asked).first() is not None


def lock_dispute(db: Session, dispute_id: int) -> Dispute | None:
    return db.get(Dispute, dispute_id, with_for_update=True, populate_existing=True)


def forget(db: Session, person_id: int) -> None:
    """What a person said against awards is gone; that they did stays."""
    db.connection().execute(_FORGET, {"person": person_id})
