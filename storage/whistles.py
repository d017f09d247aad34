"""Whistles, the units they called, who was alerted, and the record of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import Whistle
from governance.whistles import (
    GOING,
    RUNNING,
    Act,
    Ladder,
    Level,
    Role,
    UnitState,
    WhistleEvent,
    WhistleState,
)
from storage.moments import earliest, not_failed
from storage.schema import Id, Json, Utc, codes, mapper, metadata


class Limits(TypeDecorator[Ladder]):
    """A ladder as it was when the whistle was blown."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Ladder | None, dialect: Dialect) -> Any:
        return value.as_json() if isinstance(value, Ladder) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Ladder | None:
        return Ladder.from_json(value) if value is not None else None


whistles = Table(
    "whistles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("power", String(24), nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("path", String(128), nullable=False),
    Column("place", String(200), nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("text", Text, nullable=False),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("by_name", String(64), nullable=False),
    Column("ladder", Limits, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("result_due", Utc, nullable=False),
    Column("case_id", Id, ForeignKey("cases.id"), index=True),
    Column("plan", String(32), nullable=False),
    Column("plan_id", Id, ForeignKey("plans.id")),
    Column("meet", String(200), nullable=False),
    Column("state", codes(WhistleState), nullable=False),
    Column("blown_at", Utc),
    Column("warned_at", Utc),
    Column("overdue_at", Utc),
    Column("concluded_at", Utc),
    Column("conclusion", Text, nullable=False),
    Column("ended_at", Utc),
    Column("ended_how", Text, nullable=False),
    Column("reviewed", String(8), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("words_until", Utc, index=True),
    Column("next_at", Utc, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_whistles_area_id_made_at", "area_id", "made_at"),
)

unit_calls = Table(
    "unit_calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("whistle_id", Id, ForeignKey("whistles.id"), nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False),
    Column("unit_name", String(64), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("asked_to", Text, nullable=False),
    Column("lead", Boolean, nullable=False),
    Column("ladder", Limits, nullable=False),
    Column("called_at", Utc, nullable=False),
    Column("report_due", Utc, nullable=False),
    Column("state", codes(UnitState), nullable=False),
    Column("step", Integer, nullable=False),
    Column("step_at", Utc),
    Column("telephone_at", Utc),
    Column("nudged", Integer, nullable=False),
    Column("next_at", Utc, index=True),
    Column("officer_id", Id, ForeignKey("people.id")),
    Column("officer_name", String(64), nullable=False),
    Column("reached_at", Utc),
    Column("needs_call", Boolean, nullable=False),
    Column("telephoned", codes(Telephoned)),
    Column("reported_in_at", Utc),
    Column("arrived_at", Utc),
    Column("metres", Integer),
    Column("help", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("done_at", Utc),
    Column("ground", Text, nullable=False),
    Column("unfounded", Integer, nullable=False),
    Column("redone", Integer, nullable=False),
    Column("speed", Integer, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("clear", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("uq_unit_calls_whistle_id_unit_id", "whistle_id", "unit_id", unique=True),
    Index("ix_unit_calls_unit_id_state", "unit_id", "state"),
    Index("ix_unit_calls_officer_id_state", "officer_id", "state"),
)

unit_people = Table(
    "unit_people",
    metadata,
    Column("call_id", Id, ForeignKey("unit_calls.id"), primary_key=True),
    Column(
        "person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False, index=True
    ),
    Column("name", String(64), nullable=False),
    Column("level", String(8), nullable=False),
    Column("at", Utc, nullable=False),
    Column("goes", Boolean, nullable=False),
)

whistle_events = Table(
    "whistle_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("whistle_id", Id, ForeignKey("whistles.id"), nullable=False, index=True),
    Column("call_id", Id, ForeignKey("unit_calls.id"), index=True),
    Column("act", codes(Act), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by_role", codes(Role), nullable=False),
    Column("by_person", Id, ForeignKey("people.id")),
    Column("by_name", String(64), nullable=False),
    Column("data", Json, nullable=False),
)


@dataclass(eq=False)
class Involved:
    """Somebody who was alerted for a unit, or came along: they may answer for it.

    `level` is the step of the ladder they stand for, "" for a colleague; `goes`: they have said
    that they go too.
    """

    call_id: int
    person_id: int
    name: str
    level: str
    at: datetime
    goes: bool = False


mapper.map_imperatively(WhistleEvent, whistle_events)
mapper.map_imperatively(Involved, unit_people)
mapper.map_imperatively(
    Whistle, whistles, version_id_col=whistles.c.version, exclude_properties=["events"]
)
mapper.map_imperatively(
    UnitCall, unit_calls, version_id_col=unit_calls.c.version, exclude_properties=["events"]
)


@event.listens_for(Whistle, "load")
@event.listens_for(UnitCall, "load")
def _no_new_events(found: Whistle | UnitCall, _context: object) -> None:
    found.events = []


_CALLS = (
    select(UnitCall)
    .where(unit_calls.c.whistle_id == bindparam("whistle"))
    .order_by(unit_calls.c.id)
)
_HISTORY = (
    select(WhistleEvent)
    .where(whistle_events.c.whistle_id == bindparam("whistle"))
    .order_by(whistle_events.c.id)
)
_INVOLVED = (
    select(Involved).where(unit_people.c.call_id == bindparam("call")).order_by(unit_people.c.at)
)
_LINES = insert(whistle_events)
_DUE = (
    select(whistles.c.id)
    .where(
        whistles.c.next_at <= bindparam("now"),
        not_failed(whistles.c.id),
    )
    .order_by(whistles.c.next_at, whistles.c.id)
    .limit(100)
)
NEXT_DUE = earliest(whistles.c.next_at)
_WAITING_FOR = (
    select(UnitCall)
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        unit_calls.c.officer_id == bindparam("person"),
        unit_calls.c.state == UnitState.CALLED,
        whistles.c.emergency.is_(False),
    )
    .order_by(unit_calls.c.report_due, unit_calls.c.id)
)
_OF_UNITS = (
    select(UnitCall)
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        unit_calls.c.unit_id.in_(bindparam("units", expanding=True)),
        unit_calls.c.state.in_(RUNNING),
        whistles.c.state.in_(GOING),
    )
    .order_by(unit_calls.c.report_due, unit_calls.c.id)
    .limit(bindparam("limit"))
)
_UNDER = (
    select(Whistle)
    .where(whistles.c.path.like(bindparam("under")))
    .order_by(
        whistles.c.state.in_([WhistleState.ENDED, WhistleState.DECLINED]), whistles.c.id.desc()
    )
    .limit(bindparam("limit"))
)


def lock(db: Session, whistle_id: int) -> tuple[Whistle, list[UnitCall]] | None:
    """The whistle and its units as they are now, ours alone until the transaction ends."""
    whistle = db.get(Whistle, whistle_id, with_for_update=True, populate_existing=True)
    if whistle is None:
        return None
    return whistle, calls_of(db, whistle_id)


def calls_of(db: Session, whistle_id: int) -> list[UnitCall]:
    """The units of a whistle as they are now, in the order they were called."""
    found = db.execute(
        _CALLS, {"whistle": whistle_id}, execution_options={"populate_existing": True}
    )
    return list(found.scalars())


def record(db: Session, whistle: Whistle, calls: Sequence[UnitCall] = ()) -> None:
    """The whistle, its units and the lines written on them are in the database."""
    record_all(db, [(whistle, calls)])


def record_all(db: Session, parts: Sequence[tuple[Whistle, Sequence[UnitCall]]]) -> None:
    """The same for several whistles, in as many statements as for one."""
    new = [whistle for whistle, _calls in parts if whistle not in db]
    if new:
        db.add_all(new)
        db.flush()
    for whistle, calls in parts:
        for call in calls:
            if call not in db:
                call.whistle_id = whistle.id
                db.add(call)
    db.flush()
    lines = [line for whistle, calls in parts for line in _lines(whistle, calls)]
    if lines:
        db.connection().execute(_LINES, sorted(lines, key=lambda line: line["at"]))


def _lines(whistle: Whistle, calls: Sequence[UnitCall]) -> Iterator[dict[str, Any]]:
    """What was written on a whistle and its units, which now are without."""
    both: list[Whistle | UnitCall] = [whistle, *calls]
    for of in both:
        call_id = None if of is whistle else of.id
        for line in of.events:
            yield {
                "whistle_id": whistle.id,
                "call_id": call_id,
                "act": line.act,
                "at": line.at,
                "by_role": line.by_role,
                "by_person": line.by_person,
                "by_name": line.by_name,
                "data": line.data,
            }
        of.events = []


def history(db: Session, whistle_id: int) -> Sequence[WhistleEvent]:
    """Every line of a whistle, oldest first."""
    return db.scalars(_HISTORY, {"whistle": whistle_id}).all()


def involve(
    db: Session,
    call_id: int,
    person_id: int,
    name: str,
    level: Level | None,
    now: datetime,
    *,
    goes: bool = False,
) -> None:
    """The person was alerted for this unit, or came along, and may answer for it."""
    known = db.get(Involved, (call_id, person_id))
    if known is None:
        known = Involved(call_id, person_id, name, level.value if level else "", now)
        db.add(known)
    known.goes = known.goes or goes
    db.flush()


def involved(db: Session, call_id: int) -> Sequence[Involved]:
    """Everybody alerted for a unit or come along, in that order."""
    return db.scalars(_INVOLVED, {"call": call_id}).all()


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Whistles the clock must look at, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def waiting_for(db: Session, person_id: int) -> Sequence[UnitCall]:
    """Calls that are no emergency and wait for this person to report in, due first."""
    return db.scalars(_WAITING_FOR, {"person": person_id}).all()


def of_units(db: Session, unit_ids: Sequence[int], limit: int = 20) -> Sequence[UnitCall]:
    """What runs for these units, due first."""
    return db.scalars(_OF_UNITS, {"units": list(unit_ids), "limit": limit}).all()


def under(db: Session, path: str, limit: int = 20) -> Sequence[Whistle]:
    """Whistles of an area and all below it: running ones first, then the newest."""
    return db.scalars(_UNDER, {"under": path + "%", "limit": limit}).all()


# ── suggestions ──────────────────────────────────────────────────────────────

_PAST = (
    select(unit_calls.c.unit_id, func.count().label("times"))
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        whistles.c.path.like(bindparam("under")),
        whistles.c.kind == bindparam("kind"),
        unit_calls.c.state.in_([*RUNNING, UnitState.DONE]),
    )
    .group_by(unit_calls.c.unit_id)
    .order_by(func.count().desc(), unit_calls.c.unit_id)
    .limit(10)
)


def called_before(db: Session, path: str, kind: str) -> Mapping[int, int]:
    """How often units came to whistles of this kind in an area, the most frequent first."""
    rows = db.execute(_PAST, {"under": path + "%", "kind": kind})
    return {row.unit_id: row.times for row in rows}
