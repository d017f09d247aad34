"""What runs and has no next step: no clock would ever look at it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from governance.cases import State
from governance.whistles import RUNNING, WhistleState
from storage.cases import cases
from storage.whistles import unit_calls, whistles

_CALLS = (
    select(unit_calls.c.id, whistles.c.number)
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        whistles.c.state == WhistleState.BLOWN,
        unit_calls.c.state.in_(RUNNING),
        unit_calls.c.next_at.is_(None),
    )
    .limit(100)
)
_ticking = select(unit_calls.c.id).where(
    unit_calls.c.whistle_id == whistles.c.id, unit_calls.c.next_at.is_not(None)
)
_WHISTLES = (
    select(whistles.c.id, whistles.c.number)
    .where(
        whistles.c.next_at.is_(None),
        whistles.c.state.in_([WhistleState.REVIEW, WhistleState.CONCLUDED])
        | (whistles.c.state == WhistleState.BLOWN) & ~_ticking.exists(),
    )
    .limit(100)
)
_CASES = (
    select(cases.c.id, cases.c.number)
    .where(cases.c.state == State.ASSIGNED, cases.c.next_at.is_(None))
    .limit(100)
)
_WAKE_CALL = (
    update(unit_calls)
    .where(unit_calls.c.id == bindparam("row"))
    .values(next_at=bindparam("now"), step_at=bindparam("now"))
)
_WAKE_WHISTLE = (
    update(whistles).where(whistles.c.id == bindparam("row")).values(next_at=bindparam("now"))
)
_WAKE_CASE = update(cases).where(cases.c.id == bindparam("row")).values(next_at=bindparam("now"))
_LOOKS = ((_CALLS, _WAKE_CALL), (_WHISTLES, _WAKE_WHISTLE), (_CASES, _WAKE_CASE))


@dataclass(frozen=True, slots=True)
class Found:
    """What had no next step: how many things, and the numbers of what they belong to."""

    count: int
    numbers: Sequence[str]


def wake_what_is_stuck(db: Session, now: datetime) -> Found:
    """Every whistle, unit of a whistle and case that runs without a next step is due now."""
    conn, count, numbers = db.connection(), 0, []
    for find, wake in _LOOKS:
        rows = conn.execute(find).all()
        if rows:
            conn.execute(wake, [{"row": row.id, "now": now} for row in rows])
        count += len(rows)
        numbers += [row.number for row in rows]
    return Found(count, sorted(set(numbers)))
