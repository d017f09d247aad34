"""What runs and has no next step: no clock would ever look at it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from governance.whistles import RUNNING, WhistleState
from storage.whistles import unit_calls, whistles

_STUCK = (
    select(unit_calls.c.id)
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        whistles.c.state == WhistleState.BLOWN,
        unit_calls.c.state.in_(RUNNING),
        unit_calls.c.next_at.is_(None),
    )
    .limit(100)
)
_STUCK_WHISTLES = (
    select(whistles.c.id)
    .where(
        whistles.c.next_at.is_(None),
        whistles.c.state.in_([WhistleState.REVIEW, WhistleState.CONCLUDED])
        | (whistles.c.state == WhistleState.BLOWN)
        & ~select(unit_calls.c.id)
        .where(
            unit_calls.c.whistle_id == whistles.c.id,
            unit_calls.c.next_at.is_not(None),
        )
        .exists(),
    )
    .limit(100)
)
_WAKE = update(unit_calls).where(unit_calls.c.id == bindparam("row"))
_WAKE_CALL = _WAKE.values(next_at=bindparam("now"), step_at=bindparam("now"))
_WAKE_WHISTLE = (
    update(whistles).where(whistles.c.id == bindparam("row")).values(next_at=bindparam("now"))
)


def without_next_step(db: Session) -> tuple[Sequence[int], Sequence[int]]:
    """Whistles, and units of whistles, that run and that no clock will ever look at."""
    return db.scalars(_STUCK_WHISTLES).all(), db.scalars(_STUCK).all()


def wake(db: Session, whistle_ids: Sequence[int], call_ids: Sequence[int], now: datetime) -> None:
    """The clock looks at these at once."""
    conn = db.connection()
    for statement, ids in ((_WAKE_WHISTLE, whistle_ids), (_WAKE_CALL, call_ids)):
        if ids:
            conn.execute(statement, [{"row": row, "now": now} for row in ids])
