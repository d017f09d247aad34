"""What people and units have taken on, kept and broken in tasks and wishes: for proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from governance.claims import SEATED, ClaimState
from governance.matching import Record, Who
from governance.wishes import LOCKED, Act, State
from storage.claims import claims
from storage.wishes import wish_events, wishes


def _count(*conditions: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


# ── tasks ────────────────────────────────────────────────────────────────────

_CLAIMED = (
    select(
        claims.c.person_id,
        _count(claims.c.claimed_at >= bindparam("since"), claims.c.state.in_(sorted(SEATED))),
        _count(claims.c.state == ClaimState.CONFIRMED),
    )
    .where(claims.c.person_id.in_(bindparam("ids", expanding=True)))
    .group_by(claims.c.person_id)
)


def of_tasks(db: Session, who: Who, ids: Sequence[int], since: datetime) -> Mapping[int, Record]:
    """Slots taken since, and work that somebody confirmed. A shift is claimed by people only.

    Absences count for nothing here: whoever was absent was told that nobody but they and the
    organizer reads it, and whoever sees a proposal is somebody else.
    """
    if who is not Who.PERSON:
        return {}
    rows = db.execute(_CLAIMED, {"ids": list(ids), "since": since})
    return {row[0]: Record(int(row[1]), int(row[2])) for row in rows}


# ── wishes ───────────────────────────────────────────────────────────────────

_claimed, _released, _between = (wish_events.alias(n) for n in ("claimed", "released", "between"))
_UNIT = _claimed.c.data["unit"].as_integer()


def _taken(column: ColumnElement[Any], *mine: ColumnElement[bool]) -> Any:
    held = wishes.c.state.in_([*LOCKED, State.STRUCK_OFF])
    return (
        select(
            column,
            _count(wishes.c.claimed_at >= bindparam("since"), held),
            _count(wishes.c.state == State.STRUCK_OFF),
        )
        .where(column.in_(bindparam("ids", expanding=True)), *mine)
        .group_by(column)
    )


def _lost(column: ColumnElement[Any], *mine: ColumnElement[bool]) -> Any:
    """Wishes that the clock gave to others; each belongs to the claim before it."""
    last = (
        select(func.max(_between.c.id))
        .where(
            _between.c.wish_id == _released.c.wish_id,
            _between.c.act == Act.CLAIM,
            _between.c.id < _released.c.id,
        )
        .scalar_subquery()
    )
    return (
        select(column, func.count())
        .select_from(_released.join(_claimed, _claimed.c.id == last))
        .where(_released.c.act == Act.RELEASE, column.in_(bindparam("ids", expanding=True)), *mine)
        .group_by(column)
    )


_WISHES = {
    Who.PERSON: (
        _taken(wishes.c.claimer_id, wishes.c.unit_id.is_(None)),
        _lost(_claimed.c.by_id, _UNIT.is_(None)),
    ),
    Who.UNIT: (_taken(wishes.c.unit_id), _lost(_UNIT)),
}


def of_wishes(db: Session, who: Who, ids: Sequence[int], since: datetime) -> Mapping[int, Record]:
    """Wishes claimed since, those that came true, and those that went on to others too late."""
    taken, lost = _WISHES[who]
    asked = {"ids": list(ids)}
    broken = {row[0]: int(row[1]) for row in db.execute(lost, asked)}
    rows = db.execute(taken, {**asked, "since": since})
    found = {row[0]: Record(int(row[1]), int(row[2])) for row in rows}
    for one, count in broken.items():
        found[one] = found.get(one, Record()) + Record(broken=count)
    return found
