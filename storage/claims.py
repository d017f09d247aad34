"""Claims on shifts. A press on "claim" costs three statements here, however many press at once.

The shift's row decides: it is locked before it is read, for a whole batch of presses in the
order of ids (`lock_all`), and its version is checked when it is written. A unique constraint
on shift and person stands behind that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    Transaction,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.claims import COMING, Claim, ClaimState, Press, Proof
from governance.tasks import Kind, Shift
from storage.cards import cards
from storage.lanes import lanes
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.tasks import shifts, tasks

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

# ── a press ──────────────────────────────────────────────────────────────────

_own = claims.alias("own")
_other = claims.alias("other")
_when = shifts.alias("other_shift")
_what = tasks.alias("other_task")
_BUSY = [ClaimState.HELD, ClaimState.CLAIMED, ClaimState.WAITLISTED, ClaimState.ARRIVED]
_CLASH = (
    select(_what.c.title)
    .select_from(_other)
    .join(_when, _when.c.id == _other.c.shift_id)
    .join(_what, _what.c.id == _when.c.task_id)
    .where(
        _other.c.person_id == bindparam("person"),
        _other.c.state.in_(_BUSY),
        _other.c.shift_id != shifts.c.id,
        _what.c.kind != Kind.POST,
        tasks.c.kind != Kind.POST,
        _when.c.starts_at < shifts.c.ends_at,
        _when.c.ends_at > shifts.c.starts_at,
    )
    .limit(1)
    .scalar_subquery()
    .correlate(shifts, tasks)
)
_HERE = (
    select(literal(True))
    .where(
        cards.c.view == bindparam("view"),
        cards.c.subject == tasks.c.id,
        cards.c.lane == bindparam("group"),
    )
    .exists()
    .correlate(tasks)
)
_PRESS = (
    select(
        shifts.c.id,
        shifts.c.task_id,
        tasks.c.title,
        tasks.c.kind,
        tasks.c.state,
        shifts.c.starts_at,
        shifts.c.ends_at,
        shifts.c.slots,
        shifts.c.taken,
        shifts.c.waiting,
        shifts.c.last,
        shifts.c.offered,
        shifts.c.version,
        shifts.c.cancelled_at.is_not(None),
        people.c.member.is_not(None),
        _own.c.state,
        _CLASH,
        or_(bindparam("group") == "", _HERE),
        func.coalesce(and_(lanes.c.next_free_at > 0.0, lanes.c.disabled == ""), False),
    )
    .select_from(shifts)
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .join(people, people.c.id == bindparam("person"))
    .outerjoin(lanes, lanes.c.key == bindparam("lane"))
    .outerjoin(_own, and_(_own.c.shift_id == shifts.c.id, _own.c.person_id == people.c.id))
    .where(shifts.c.id == bindparam("shift"))
)
_LOCK_SHIFTS = (
    select(shifts.c.id)
    .where(shifts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(shifts.c.id)
    .with_for_update(key_share=True)
)
_LOCK_PEOPLE = (
    select(people.c.id)
    .where(people.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(people.c.id)
    .with_for_update(key_share=True)
)
_COUNT = (
    update(shifts)
    .where(shifts.c.id == bindparam("shift"), shifts.c.version == bindparam("seen"))
    .values(
        taken=bindparam("now_taken"),
        waiting=bindparam("now_waiting"),
        last=shifts.c.last + 1,
        version=shifts.c.version + 1,
    )
)


def _enter(module: Any) -> Any:
    """A claim that was given back is made again, at the end of the line."""
    statement = module.insert(claims)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["shift_id", "person_id"],
        set_={
            name: new[name]
            for name in ("state", "place", "seats", "team", "claimed_at", "held_until")
        },
        where=claims.c.state == ClaimState.RELEASED,
    )


_ENTER = {"sqlite": _enter(sqlite), "postgresql": _enter(postgresql)}
_LOCKED: WeakKeyDictionary[Transaction, tuple[set[int], set[int]]] = WeakKeyDictionary()


class Lost(Exception):
    """The shift changed under a lock that should have kept it: nothing was written."""


def lock_all(conn: Connection, shift_ids: Iterable[int], person_ids: Iterable[int]) -> None:
    """These shifts and people are ours until the transaction ends, in the order of their ids.

    Called before a batch's first press, so that two batches never wait for each other, and
    outside its savepoints, so that the locks last. SQLite has one writer anyway.
    """
    if conn.dialect.name != "postgresql":
        return
    wanted = (set(shift_ids), set(person_ids))
    _lock(conn, *wanted)
    transaction = conn.get_transaction()
    if transaction is not None:
        _LOCKED[transaction] = wanted


def _lock(conn: Connection, shift_ids: set[int], person_ids: set[int]) -> None:
    for statement, ids in ((_LOCK_SHIFTS, shift_ids), (_LOCK_PEOPLE, person_ids)):
        if ids:
            conn.execute(statement, {"ids": sorted(ids)})


def press(db: Session, shift_id: int, person_id: int, lane: str, group: str) -> Press | None:
    """The locked shift as this person finds it, from a group's lane or "" in private."""
    conn = db.connection()
    if conn.dialect.name == "postgresql":
        transaction = conn.get_transaction()
        shifts_, people_ = _LOCKED.get(transaction, _NONE) if transaction else _NONE
        _lock(conn, {shift_id} - shifts_, {person_id} - people_)
    asked = {
        "shift": shift_id,
        "person": person_id,
        "lane": lane,
        "group": group,
        "view": VIEW,
    }
    row = conn.execute(_PRESS, asked).first()
    return Press(*tuple(row)) if row is not None else None


_NONE: tuple[set[int], set[int]] = (set(), set())
VIEW = "tasks.card"


def enter(
    db: Session,
    found: Press,
    person_id: int,
    state: ClaimState,
    now: datetime,
    *,
    held_until: datetime | None = None,
    seats: int = 1,
    team: str = "",
) -> int:
    """The claim is there and the shift counts it. Returns its place in the order of commit."""
    conn = db.connection()
    place, waits = found.last + 1, state is ClaimState.WAITLISTED
    counted = conn.execute(
        _COUNT,
        {
            "shift": found.shift_id,
            "seen": found.version,
            "now_taken": found.taken + (0 if waits else seats),
            "now_waiting": found.waiting + (seats if waits else 0),
        },
    )
    made = conn.execute(
        _ENTER[conn.dialect.name],
        {
            "shift_id": found.shift_id,
            "person_id": person_id,
            "state": state,
            "place": place,
            "seats": seats,
            "team": team,
            "claimed_at": now,
            "held_until": held_until,
            "minutes": 0,
            "reason": "",
        },
    )
    if counted.rowcount != 1 or made.rowcount != 1:
        raise Lost(found.shift_id)
    return place


# ── the rest ─────────────────────────────────────────────────────────────────

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
_SHOWN = (
    select(claims.c.state, claims.c.seats, claims.c.team, people.c.name)
    .join(people, people.c.id == claims.c.person_id)
    .where(
        claims.c.shift_id == bindparam("shift"),
        claims.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(claims.c.place)
    .limit(bindparam("most"))
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
        claims.c.id.not_in(bindparam("failed", expanding=True)),
    )
    .order_by(claims.c.held_until, claims.c.id)
    .limit(100)
)
_NEXT_HOLD = select(func.min(claims.c.held_until))
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
    """Rows (state, seats, team, name) of the first in these states, in the order of commit."""
    return db.execute(_SHOWN, {"shift": shift_id, "states": sorted(states), "most": most}).all()


def offered(db: Session, shift_id: int) -> Sequence[Claim]:
    """Slots that somebody else may take over, the first offered first."""
    fresh = {"populate_existing": True}
    return db.scalars(_OFFERED, {"shift": shift_id}, execution_options=fresh).all()


def lapsed(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Held slots whose time is over."""
    return db.scalars(_HOLDS, {"now": now, "failed": list(failed)}).all()


def next_lapse(db: Session) -> datetime | None:
    found: datetime | None = db.scalar(_NEXT_HOLD)
    return found


def coming_of(db: Session, person_id: int, most: int) -> list[tuple[Claim, Shift]]:
    """What somebody has claimed and not finished, the next one first."""
    return [(row[0], row[1]) for row in db.execute(_COMING, {"person": person_id, "most": most})]


def of_person(db: Session, person_id: int, most: int) -> list[tuple[Claim, Shift]]:
    """Everything somebody ever claimed, the newest first."""
    return [(row[0], row[1]) for row in db.execute(_PAST, {"person": person_id, "most": most})]


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
