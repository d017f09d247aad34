"""Many called units at once: found due, locked, alerted, counted, in one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import Level, UnitState
from storage.moments import earliest, not_failed
from storage.whistles import unit_calls, unit_people, whistles

_LOCKED = (
    select(Whistle)
    .where(
        whistles.c.id.in_(
            select(unit_calls.c.whistle_id).where(
                unit_calls.c.id.in_(bindparam("calls", expanding=True))
            )
        )
    )
    .order_by(whistles.c.id)
    .with_for_update()
)
_THESE = select(UnitCall).where(unit_calls.c.id.in_(bindparam("calls", expanding=True)))
_ALERTED = {
    name: statement.on_conflict_do_nothing()
    for name, statement in (
        ("sqlite", sqlite.insert(unit_people)),
        ("postgresql", postgresql.insert(unit_people)),
    )
}
_ALERTED_FOR = (
    select(
        unit_people.c.call_id,
        unit_people.c.person_id,
        unit_people.c.name,
        unit_people.c.level,
    )
    .where(unit_people.c.call_id.in_(bindparam("calls", expanding=True)), unit_people.c.level != "")
    .order_by(unit_people.c.at, unit_people.c.person_id)
)
_WAITING = (
    select(unit_calls.c.officer_id, func.count())
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        unit_calls.c.officer_id.in_(bindparam("people", expanding=True)),
        unit_calls.c.state == UnitState.CALLED,
        whistles.c.emergency.is_(False),
    )
    .group_by(unit_calls.c.officer_id)
)
_CALLS_DUE = (
    select(unit_calls.c.id)
    .where(
        unit_calls.c.next_at <= bindparam("now"),
        not_failed(unit_calls.c.id),
    )
    .order_by(unit_calls.c.next_at, unit_calls.c.id)
    .limit(100)
)
NEXT_CALL = earliest(unit_calls.c.next_at)


@dataclass(frozen=True, slots=True)
class Alerted:
    """Somebody whom an alert about a unit goes to, at this step of its ladder."""

    call_id: int
    person_id: int
    name: str
    level: Level


def involve_all(db: Session, alerted: Iterable[Alerted], now: datetime) -> None:
    """All of them may answer for their units; whoever might already, as before."""
    conn = db.connection()
    rows = [
        {
            "call_id": one.call_id,
            "person_id": one.person_id,
            "name": one.name,
            "level": one.level.value,
            "at": now,
            "goes": False,
        }
        for one in alerted
    ]
    if rows:
        conn.execute(_ALERTED[conn.dialect.name], rows)


def alerted_for(db: Session, call_ids: Sequence[int]) -> Sequence[Alerted]:
    """Everybody whom an alert about one of these units went to, in that order."""
    rows = db.execute(_ALERTED_FOR, {"calls": list(call_ids)})
    return [Alerted(call, person, name, Level(level)) for call, person, name, level in rows]


def lock_calls(db: Session, call_ids: Sequence[int]) -> list[tuple[Whistle, UnitCall]]:
    """These units' parts as they are now, in this order, and their whistles, which are ours
    alone until the transaction ends. What is not there is left out."""
    now = {"execution_options": {"populate_existing": True}}
    held = {w.id: w for w in db.scalars(_LOCKED, {"calls": list(call_ids)}, **now)}
    found = {call.id: call for call in db.scalars(_THESE, {"calls": list(call_ids)}, **now)}
    calls = [found[call_id] for call_id in call_ids if call_id in found]
    return [(held[call.whistle_id], call) for call in calls]


def waiting(db: Session, people: Iterable[int]) -> Mapping[int, int]:
    """How many calls that are no emergency wait for each of these people to report in."""
    return {row[0]: row[1] for row in db.execute(_WAITING, {"people": list(people)})}


def calls_due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Units of whistles the clock must look at, longest due first, at most 100 at a time."""
    return db.scalars(_CALLS_DUE, {"now": now, "failed": list(failed)}).all()
