"""Claims on shifts, and who wants no reminders. How they are made stands in storage/rush.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance import claims as rules
from governance.claims import COMING, Claim, ClaimState, Proof
from governance.tasks import Shift
from storage import tasks
from storage.moments import earliest, not_failed
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.tasks import shifts

claims = Table(
    "claims",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shift_id", Id, ForeignKey("shifts.id"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("state", codes(ClaimState), nullable=False),
    Column("place", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("team", String(40), nullable=False),
    Column("leader_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("claimed_at", Utc, nullable=False),
    Column("held_until", Utc, nullable=True, index=True),
    Column("offered_at", Utc, nullable=True),
    Column("arrived_at", Utc, nullable=True),
    Column("proof", codes(Proof), nullable=True),
    Column("left_at", Utc, nullable=True),
    Column("minutes", Integer, nullable=False),
    Column("settled_at", Utc, nullable=True),
    Column("settled_by", Id, ForeignKey("people.id"), nullable=True),
    Column("reason", Text, nullable=False),
    UniqueConstraint("shift_id", "person_id"),
)
task_quiet = Table(
    "task_quiet",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
)
"""Who wants no reminders."""

mapper.map_imperatively(Claim, claims)

VIEW = "tasks.card"
"""The live card of a task in a group."""

_OF_SHIFT = select(Claim).where(claims.c.shift_id == bindparam("shift")).order_by(claims.c.place)
_ONE = select(Claim).where(
    claims.c.shift_id == bindparam("shift"), claims.c.person_id == bindparam("person")
)
_WAITING = (
    select(Claim)
    .where(claims.c.shift_id == bindparam("shift"), claims.c.state == ClaimState.WAITLISTED)
    .order_by(claims.c.place)
    .limit(bindparam("most"))
)
_AHEAD = select(func.count()).where(
    claims.c.shift_id == bindparam("shift"),
    claims.c.state == ClaimState.WAITLISTED,
    claims.c.place <= bindparam("place"),
)
_come_along = claims.alias("come_along")
_along = (
    select(func.count())
    .where(
        _come_along.c.leader_id == claims.c.person_id,
        _come_along.c.shift_id == claims.c.shift_id,
        _come_along.c.state != ClaimState.RELEASED,
    )
    .scalar_subquery()
)
_SHOWN = (
    select(claims.c.state, (claims.c.seats + _along).label("seats"), claims.c.team, people.c.name)
    .join(people, people.c.id == claims.c.person_id)
    .where(
        claims.c.shift_id == bindparam("shift"),
        claims.c.leader_id.is_(None),
        claims.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(claims.c.place)
    .limit(bindparam("most"))
)
_TEAM = (
    select(Claim)
    .where(
        claims.c.shift_id == bindparam("shift"),
        claims.c.leader_id == bindparam("leader"),
        claims.c.state != ClaimState.RELEASED,
    )
    .order_by(claims.c.place)
)
_OFFERED = (
    select(Claim)
    .where(claims.c.shift_id == bindparam("shift"), claims.c.offered_at.is_not(None))
    .order_by(claims.c.offered_at, claims.c.id)
)
_HOLDS = (
    select(claims.c.id)
    .where(
        claims.c.held_until <= bindparam("now"),
        not_failed(claims.c.id),
    )
    .order_by(claims.c.held_until, claims.c.id)
    .limit(100)
)
NEXT_LAPSE = earliest(claims.c.held_until)
_COMING = (
    select(Claim, Shift)
    .join(Shift, shifts.c.id == claims.c.shift_id)
    .where(
        claims.c.person_id == bindparam("person"),
        claims.c.state.in_(sorted(COMING)),
        shifts.c.settled_at.is_(None),
    )
    .order_by(shifts.c.starts_at, claims.c.id)
    .limit(bindparam("most"))
)
_PAST = (
    select(Claim, Shift)
    .join(Shift, shifts.c.id == claims.c.shift_id)
    .where(claims.c.person_id == bindparam("person"))
    .order_by(claims.c.id.desc())
    .limit(bindparam("most"))
)
_theirs = claims.alias("theirs")
_SHARED = (
    select(claims.c.shift_id)
    .join(_theirs, _theirs.c.shift_id == claims.c.shift_id)
    .where(
        claims.c.person_id == bindparam("one"),
        _theirs.c.person_id == bindparam("other"),
    )
    .order_by(claims.c.shift_id)
)
_QUIET = select(task_quiet.c.person_id).where(
    task_quiet.c.person_id.in_(bindparam("people", expanding=True))
)
_BE_QUIET = {
    name: module.insert(task_quiet).on_conflict_do_nothing()
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_SPEAK = delete(task_quiet).where(task_quiet.c.person_id == bindparam("person"))


def of_shift(db: Session, shift_id: int) -> Sequence[Claim]:
    """Every claim on a shift in the order of commit, also those given back."""
    fresh = {"populate_existing": True}
    return db.scalars(_OF_SHIFT, {"shift": shift_id}, execution_options=fresh).all()


def one(db: Session, shift_id: int, person_id: int) -> Claim | None:
    """This person's claim on a shift."""
    fresh = {"populate_existing": True}
    asked = {"shift": shift_id, "person": person_id}
    return db.scalars(_ONE, asked, execution_options=fresh).first()


def waiting(db: Session, shift_id: int, most: int) -> Sequence[Claim]:
    """Those who wait for a slot, the first one first."""
    fresh = {"populate_existing": True}
    return db.scalars(_WAITING, {"shift": shift_id, "most": most}, execution_options=fresh).all()


def place_in_line(db: Session, claim: Claim) -> int:
    """1 for whoever has the next free slot."""
    return db.scalar(_AHEAD, {"shift": claim.shift_id, "place": claim.place}) or 0


def shown(db: Session, shift_id: int, states: Iterable[ClaimState], most: int) -> Sequence[Any]:
    """Rows (state, seats, team, name) of the first in these states, in the order of commit.

    A team is one row, with its leader's name: whoever comes along has not asked to be shown."""
    return db.execute(_SHOWN, {"shift": shift_id, "states": sorted(states), "most": most}).all()


def team_of(db: Session, shift_id: int, leader_id: int) -> Sequence[Claim]:
    """Those who come along with this leader, in the order of commit."""
    fresh = {"populate_existing": True}
    asked = {"shift": shift_id, "leader": leader_id}
    return db.scalars(_TEAM, asked, execution_options=fresh).all()


def offered(db: Session, shift_id: int) -> Sequence[Claim]:
    """Slots that somebody else may take over, the first offered first."""
    fresh = {"populate_existing": True}
    return db.scalars(_OFFERED, {"shift": shift_id}, execution_options=fresh).all()


def lapsed(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Held slots whose time is over."""
    return db.scalars(_HOLDS, {"now": now, "failed": list(failed)}).all()


def coming_of(db: Session, person_id: int, most: int) -> list[tuple[Claim, Shift]]:
    """What somebody has claimed and not finished, the next one first."""
    return [(row[0], row[1]) for row in db.execute(_COMING, {"person": person_id, "most": most})]


def of_person(db: Session, person_id: int, most: int) -> list[tuple[Claim, Shift]]:
    """Everything somebody ever claimed, the newest first."""
    return [(row[0], row[1]) for row in db.execute(_PAST, {"person": person_id, "most": most})]


def lock_shared(db: Session, one: int, other: int) -> Sequence[int]:
    """The shifts that both have a claim on, locked in the order of their ids."""
    shared = db.scalars(_SHARED, {"one": one, "other": other}).all()
    return [shift_id for shift_id in shared if tasks.lock(db, shift_id) is not None]


def unite(db: Session, gone: int, kept: int) -> None:
    """Where both have claimed a shift, the better claim is left, and the shift counts it once."""
    for shift_id in lock_shared(db, gone, kept):
        pair = [found for who in (kept, gone) if (found := one(db, shift_id, who)) is not None]
        _stays, goes = rules.unite(db.get_one(Shift, shift_id), *pair)
        db.delete(goes)
    db.flush()


def quiet(db: Session, person_ids: Iterable[int]) -> set[int]:
    """Those of them who want no reminders."""
    return set(db.scalars(_QUIET, {"people": list(person_ids)}))


def set_quiet(db: Session, person_id: int, *, on: bool) -> None:
    """The person is reminded from now on, or not."""
    conn = db.connection()
    if on:
        conn.execute(_BE_QUIET[conn.dialect.name], {"person_id": person_id})
    else:
        conn.execute(_SPEAK, {"person": person_id})
