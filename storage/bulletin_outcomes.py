"""What the sender has made of a bulletin's copies, and what of them can be called back.

A copy finds its message by its name in the outbox, so nothing of this is in the sender's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, cast, literal, or_, select, update
from sqlalchemy.orm import Session

from governance.bulletins import Fate
from governance.deliveries import Reason
from storage import deadletters
from storage.bulletins import copies, set_fates
from storage.lanes import lanes
from storage.outbox import outbox

_KEY = literal("bulletin-") + cast(copies.c.id, String)
_MESSAGE = outbox.c.dedupe_key == _KEY
_SETTLED = or_(
    outbox.c.state.in_(["sent", "failed", "dead", "unknown"]),
    (outbox.c.state == "held") & outbox.c.release_at.is_(None),
)
_fate = case(
    (outbox.c.state == "sent", Fate.SENT.value),
    (outbox.c.state == "unknown", Fate.UNKNOWN.value),
    (outbox.c.state == "held", Fate.LATE.value),
    (lanes.c.disabled != "", Fate.BLOCKED.value),
    else_=Fate.FAILED.value,
)
_OUTCOMES = (
    select(copies.c.id, _fate)
    .join(outbox, _MESSAGE)
    .join(lanes, lanes.c.key == copies.c.lane)
    .where(
        copies.c.bulletin_id == bindparam("of"),
        copies.c.fate == bindparam("is_"),
        _SETTLED,
        _fate != copies.c.fate,
    )
    .order_by(copies.c.id)
    .limit(bindparam("most"))
)
_WAITING = (
    select(copies.c.id, outbox.c.id.label("row"), outbox.c.state)
    .join(outbox, _MESSAGE)
    .where(
        copies.c.bulletin_id == bindparam("of"),
        copies.c.fate.in_(bindparam("fates", expanding=True)),
        outbox.c.state.in_(["ready", "held"]),
    )
    .order_by(copies.c.id)
    .limit(bindparam("most"))
)
_CANCEL = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.state.in_(["ready", "held"]))
    .values(state="failed", error="withdrawn", reason=Reason.NEEDLESS, finished=bindparam("at"))
)
_PUT_OFF = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.state == "ready")
    .values(state="held", release_at=bindparam("until"))
)
_ARRIVED = (
    select(copies.c.id, copies.c.lane, copies.c.person_id, copies.c.fate, outbox.c.message_id)
    .outerjoin(outbox, _MESSAGE)
    .where(
        copies.c.bulletin_id == bindparam("of"),
        copies.c.fate.in_([Fate.SENT, Fate.UNKNOWN]),
    )
    .order_by(copies.c.id)
    .limit(bindparam("most"))
)
_DOUBTFUL = (
    select(copies.c.id, outbox.c.id.label("row"))
    .join(outbox, _MESSAGE)
    .where(
        copies.c.bulletin_id == bindparam("of"),
        copies.c.fate == Fate.UNKNOWN,
        outbox.c.state == "unknown",
    )
    .order_by(copies.c.id)
)


def collect(db: Session, bulletin_id: int, fate: Fate, most: int) -> int:
    """Of so many copies that were queued, or late, it is on record what became of them; returns how
    many that were."""
    asked = {"of": bulletin_id, "is_": fate, "most": most}
    found = db.connection().execute(_OUTCOMES, asked).all()
    set_fates(db, {row[0]: Fate(row[1]) for row in found})
    return len(found)


def _waiting(db: Session, bulletin_id: int, fates: Sequence[Fate], most: int) -> Sequence[Any]:
    asked = {"of": bulletin_id, "fates": list(fates), "most": most}
    return db.connection().execute(_WAITING, asked).all()


def withdraw(
    db: Session, bulletin_id: int, fates: Sequence[Fate], to: Fate, at: float, most: int
) -> int:
    """So many copies that are still here are not sent any more; returns how many that were.

    `at`: seconds of the technical clock.
    """
    found = _waiting(db, bulletin_id, fates, most)
    stopped: dict[int, Fate] = {}
    for row in found:
        if db.connection().execute(_CANCEL, {"row": row.row, "at": at}).rowcount:
            stopped[row.id] = to
    set_fates(db, stopped)
    return len(stopped)


def put_off(db: Session, bulletin_id: int, until: datetime, most: int) -> None:
    """What waits to be sent goes out then."""
    rows = [row for row in _waiting(db, bulletin_id, [Fate.QUEUED], most) if row.state == "ready"]
    if rows:
        db.connection().execute(_PUT_OFF, [{"row": row.row, "until": until} for row in rows])


def arrived(db: Session, bulletin_id: int, most: int) -> Sequence[Any]:
    """Copies (id, lane, person_id, fate, message_id) that have arrived, or perhaps have. Without
    `message_id` nobody can take them away."""
    return db.connection().execute(_ARRIVED, {"of": bulletin_id, "most": most}).all()


def once_more(db: Session, bulletin_id: int) -> int:
    """The copies of which nobody knows wait to be sent again; returns how many."""
    conn = db.connection()
    copy_of = {row.row: row.id for row in conn.execute(_DOUBTFUL, {"of": bulletin_id})}
    resent = deadletters.resend(conn, list(copy_of)).back if copy_of else ()
    set_fates(db, {copy_of[row]: Fate.QUEUED for row in resent})
    return len(resent)
