"""Bulletins, their copies, and who has acknowledged an emergency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.bulletins import Bulletin, Fate, Level, State, Whom
from governance.org import PostKind
from storage.moments import earliest, not_failed
from storage.schema import Id, Json, Utc, codes, mapper, metadata

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("post", codes(PostKind), nullable=True),
    Column("place", String(80), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("level", codes(Level), nullable=False),
    Column("whom", codes(Whom), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True),
    Column("team", String(40), nullable=False),
    Column("named", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("photo", String(80), nullable=False),
    Column("document", String(80), nullable=False),
    Column("file_name", String(120), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("start_at", Utc, nullable=False),
    Column("state", codes(State), nullable=False),
    Column("next_at", Utc, nullable=True, index=True),
    Column("started_at", Utc, nullable=True),
    Column("due", Json, nullable=False),
    Column("gaps", Json, nullable=False),
    Column("total", Integer, nullable=False),
    Column("after_group", Id, nullable=False),
    Column("after_person", Id, nullable=False),
    Column("written", Boolean, nullable=False),
    Column("list_at", Utc, nullable=True),
    Column("listed", Boolean, nullable=False),
    Column("ends_at", Utc, nullable=True),
    Column("recalled_at", Utc, nullable=True),
)

bulletin_people = Table(
    "bulletin_people",
    metadata,
    Column("bulletin_id", Id, ForeignKey("bulletins.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, index=True),
)
"""Who was named one by one."""

copies = Table(
    "bulletin_copies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("bulletin_id", Id, ForeignKey("bulletins.id"), nullable=False),
    # None for a group's.
    Column("person_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("lane", String(160), nullable=False),
    Column("sender", String(96), nullable=False),
    Column("fate", codes(Fate), nullable=False),
    UniqueConstraint("bulletin_id", "lane"),
    UniqueConstraint("bulletin_id", "person_id"),
    Index("ix_bulletin_copies_fate", "bulletin_id", "fate", "id"),
)

acks = Table(
    "bulletin_acks",
    metadata,
    Column("bulletin_id", Id, ForeignKey("bulletins.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, index=True),
    Column("at", Utc, nullable=False),
    # Who has told them at their door or on the telephone; None where they have read it.
    Column("told_by", Id, ForeignKey("people.id"), nullable=True, index=True),
)

mapper.map_imperatively(Bulletin, bulletins)

_DUE = (
    select(bulletins.c.id)
    .where(bulletins.c.next_at <= bindparam("now"), not_failed(bulletins.c.id))
    .order_by(bulletins.c.next_at, bulletins.c.id)
    .limit(100)
)
NEXT_DUE = earliest(bulletins.c.next_at)
_OF = (
    select(Bulletin)
    .where(bulletins.c.by_id == bindparam("person"))
    .order_by(bulletins.c.id.desc())
    .limit(bindparam("most"))
)
_NAME = insert(bulletin_people)
_NEW = {
    name: module.insert(copies).on_conflict_do_nothing().returning(copies.c.id, copies.c.lane)
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_FATES = (
    select(copies.c.fate, func.count())
    .where(copies.c.bulletin_id == bindparam("of"))
    .group_by(copies.c.fate)
    .order_by(copies.c.fate)
)
_QUEUED = (
    select(copies.c.sender, func.count())
    .where(copies.c.bulletin_id == bindparam("of"), copies.c.fate == bindparam("is_"))
    .group_by(copies.c.sender)
    .order_by(copies.c.sender)
)
_SET = update(copies).where(copies.c.id == bindparam("copy")).values(fate=bindparam("to"))
_ONE = select(copies).where(copies.c.id == bindparam("copy"))
_HAS_COPY = select(copies.c.id).where(
    copies.c.bulletin_id == bindparam("of"), copies.c.person_id == bindparam("person")
)
_ACK = {
    name: module.insert(acks).on_conflict_do_nothing().returning(acks.c.person_id)
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_ACKED = select(acks.c.at).where(
    acks.c.bulletin_id == bindparam("of"), acks.c.person_id == bindparam("person")
)
_COUNT_ACKS = select(func.count()).select_from(acks).where(acks.c.bulletin_id == bindparam("of"))
# Only whoever comes first since the last look touches the row that all of them share.
_LOOK_BY = (
    update(bulletins)
    .where(
        bulletins.c.id == bindparam("of"),
        or_(bulletins.c.next_at.is_(None), bulletins.c.next_at > bindparam("soon")),
    )
    .values(next_at=bindparam("soon"))
    .execution_options(synchronize_session=False)
)


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Bulletins of which something is to be done, the one that waits longest first."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def lock(db: Session, bulletin_id: int) -> Bulletin | None:
    """The bulletin as it is now; nobody else changes it meanwhile."""
    return db.get(Bulletin, bulletin_id, populate_existing=True, with_for_update=True)


def recent(db: Session, person_id: int, most: int) -> Sequence[Bulletin]:
    """The last bulletins of an officer, the newest first."""
    return db.scalars(_OF, {"person": person_id, "most": most}).all()


def name(db: Session, bulletin_id: int, person_ids: Sequence[int]) -> None:
    """These people are its audience."""
    rows = [{"bulletin_id": bulletin_id, "person_id": person} for person in sorted(person_ids)]
    if rows:
        db.connection().execute(_NAME, rows)


# ── copies ───────────────────────────────────────────────────────────────────


def key_of(copy_id: int) -> str:
    """Under which name the copy's message lies in the outbox, once."""
    return f"bulletin-{copy_id}"


def add_copies(
    db: Session, bulletin_id: int, to: Sequence[tuple[str, str, int | None]]
) -> Mapping[str, int]:
    """A copy for each of these (lane, bot account, person or None for a group): the new ones by
    their lanes. Nobody has two."""
    rows = [
        {
            "bulletin_id": bulletin_id,
            "person_id": person_id,
            "lane": lane,
            "sender": sender,
            "fate": Fate.QUEUED,
        }
        for lane, sender, person_id in to
    ]
    conn = db.connection()
    found = conn.execute(_NEW[conn.dialect.name], rows).all() if rows else ()
    return {row.lane: row.id for row in found}


def set_fates(db: Session, fates: Mapping[int, Fate]) -> None:
    """This has become of these copies."""
    if fates:
        db.connection().execute(_SET, [{"copy": one, "to": fates[one]} for one in sorted(fates)])


def copy(db: Session, copy_id: int) -> Any | None:
    """The copy (bulletin_id, person_id, lane, fate), or None."""
    return db.connection().execute(_ONE, {"copy": copy_id}).first()


def has_copy(db: Session, bulletin_id: int, person_id: int) -> bool:
    """Whether a copy was written for this person."""
    return db.connection().scalar(_HAS_COPY, {"of": bulletin_id, "person": person_id}) is not None


def fates(db: Session, bulletin_id: int) -> dict[Fate, int]:
    """How many copies have come to which end."""
    return {row[0]: row[1] for row in db.connection().execute(_FATES, {"of": bulletin_id})}


def by_sender(db: Session, bulletin_id: int, fate: Fate) -> dict[str, int]:
    """How many copies of this fate each bot account has."""
    asked = {"of": bulletin_id, "is_": fate}
    return {row[0]: row[1] for row in db.connection().execute(_QUEUED, asked)}


# ── 已知晓 ────────────────────────────────────────────────────────────────────


def acknowledge(
    db: Session, bulletin_id: int, person_id: int, now: datetime, told_by: int | None = None
) -> bool:
    """The person knows; False if that was on record already."""
    conn = db.connection()
    row = {"bulletin_id": bulletin_id, "person_id": person_id, "at": now, "told_by": told_by}
    return conn.execute(_ACK[conn.dialect.name], row).first() is not None


def acknowledged_at(db: Session, bulletin_id: int, person_id: int) -> datetime | None:
    """When the person acknowledged; None if they have not."""
    asked = {"of": bulletin_id, "person": person_id}
    at: datetime | None = db.connection().scalar(_ACKED, asked)
    return at


def count_acknowledged(db: Session, bulletin_id: int) -> int:
    return db.connection().scalar(_COUNT_ACKS, {"of": bulletin_id}) or 0


def look_by(db: Session, bulletin_id: int, soon: datetime) -> None:
    """Its card shows by then what has changed."""
    db.connection().execute(_LOOK_BY, {"of": bulletin_id, "soon": soon})


# ── whose it is ──────────────────────────────────────────────────────────────

_ACKS_OF = select(func.count()).select_from(acks).where(acks.c.person_id == bindparam("person"))
_GONE = tuple(
    delete(table).where(table.c.person_id == bindparam("person"))
    for table in (acks, copies, bulletin_people)
)
_OLD = (
    select(bulletins.c.id)
    .join(copies, copies.c.bulletin_id == bulletins.c.id)
    .where(bulletins.c.ends_at <= bindparam("before"), not_failed(bulletins.c.id))
    .order_by(bulletins.c.ends_at, bulletins.c.id)
    .limit(1)
)
_SOME = (
    select(copies.c.id)
    .where(copies.c.bulletin_id == bindparam("of"))
    .order_by(copies.c.id)
    .limit(bindparam("most"))
)
_DROP = delete(copies).where(copies.c.id.in_(_SOME))
_DROP_ACKS = delete(acks).where(acks.c.bulletin_id == bindparam("of"))
_DROP_NAMES = delete(bulletin_people).where(bulletin_people.c.bulletin_id == bindparam("of"))


def acknowledged_by(db: Session, person_id: int) -> int:
    """How many emergencies the person has acknowledged, as far as that is still kept."""
    return db.connection().scalar(_ACKS_OF, {"person": person_id}) or 0


def forget(db: Session, person_id: int) -> None:
    """What was sent to the person, and what they acknowledged, is not kept any more."""
    for statement in _GONE:
        db.connection().execute(statement, {"person": person_id})


def old(db: Session, before: datetime, failed: Sequence[int]) -> Sequence[int]:
    """A bulletin that ended before this moment and of which it is still kept who got it."""
    return db.scalars(_OLD, {"before": before, "failed": list(failed)}).all()


def drop(db: Session, bulletin_id: int, most: int) -> None:
    """Who got it is not kept any more, for so many of them; nor who acknowledged it."""
    conn: Connection = db.connection()
    conn.execute(_DROP, {"of": bulletin_id, "most": most})
    for statement in (_DROP_ACKS, _DROP_NAMES):
        conn.execute(statement, {"of": bulletin_id})
