"""Messages on their way out: what, to which lane, in what order, and what became of them.

Times are seconds of the technical clock, except `release_at`, which is the domain's. States of a row:

    ready → sending → sent | failed (never to be delivered) | unknown (nobody can say)
    held  → ready     (quiet hours are over; or the person wrote and the window is open)

`since` is when a row became ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage import origins
from storage.lanes import lanes
from storage.moments import earliest
from storage.people import elder_at
from storage.schema import Id, Json, Utc, metadata, only

SCRUBBED = {"text": "", "buttons": [], "photo": "", "secret": True}
"""What is kept of a message that held a one-time secret, once it is at its end."""

PRIORITY = {"alarm": 0, "alert": 1, "reply": 2, "card": 3, "warning": 4, "notice": 5, "bulletin": 6}
"""An alarm is an alert about an emergency: it overtakes everything that waits. A warning is an
emergency's bulletin: it goes to so many that the few answers and cards do not wait for it."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sender", String(96), nullable=False),
    Column("lane", String(160), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("payload", Json, nullable=False),
    Column("card_id", Id, nullable=True, index=True),
    Column("person_id", Id, nullable=True),
    Column("receipt", String(80), nullable=False),
    Column("dedupe_key", String(120), unique=True, nullable=True),
    Column("state", String(8), nullable=False),
    Column("release_at", Utc, nullable=True),
    Column("not_before", Float, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("repeated", Boolean, nullable=False, default=False),
    Column("token", String(36), nullable=False, default=""),
    Column("started", Float, nullable=True),
    Column("finished", Float, nullable=True),
    Column("error", Text, nullable=False, default=""),
    Column("message_id", String(64), nullable=False, default=""),
    Column("origin", String(96), nullable=False, default="", server_default=""),
    Column("since", Float, nullable=False, default=0.0, server_default="0"),
    Index("ix_outbox_waiting", "state", "sender", "lane", "priority", "id"),
    Index("ix_outbox_finished", "finished"),
    Index("ix_outbox_release", "state", "release_at", **only("release_at IS NOT NULL")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A message to be sent, as it goes into the outbox."""

    sender: str
    lane: str
    kind: str
    payload: Mapping[str, Any]
    card_id: int | None = None
    person_id: int | None = None
    receipt: str = ""
    dedupe_key: str | None = None
    release_at: datetime | None = None
    origin: str = field(default_factory=origins.current)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send. `token` proves it when the result is marked."""

    id: int
    lane: str
    kind: str
    payload: dict[str, Any]
    card_id: int | None
    person_id: int | None
    receipt: str
    attempts: int
    repeated: bool
    chat_kind: str
    chat: str
    lane_free_at: float
    window_until: datetime | None
    window_left: int
    elder: bool | None  # laid out for an old person; None in a group
    origin: str
    since: float


def _by_dialect(table: Table) -> dict[str, Any]:
    return {"sqlite": sqlite.insert(table), "postgresql": postgresql.insert(table)}


_ADD = insert(outbox)
_ADD_ONCE = {
    name: statement.on_conflict_do_nothing(index_elements=["dedupe_key"])
    for name, statement in _by_dialect(outbox).items()
}


def add_rows(conn: Connection, rows: Sequence[Row]) -> None:
    """These messages will be sent. A row whose `dedupe_key` is known already adds nothing."""
    plain = [_values(row) for row in rows if row.dedupe_key is None]
    once = [_values(row) for row in rows if row.dedupe_key is not None]
    if plain:
        conn.execute(_ADD, plain)
    if once:
        conn.execute(_ADD_ONCE[conn.dialect.name], once)


def _values(row: Row) -> dict[str, Any]:
    return {
        "sender": row.sender,
        "lane": row.lane,
        "kind": row.kind,
        "priority": PRIORITY[row.kind],
        "payload": row.payload,
        "card_id": row.card_id,
        "person_id": row.person_id,
        "receipt": row.receipt,
        "dedupe_key": row.dedupe_key,
        "state": "held" if row.release_at else "ready",
        "release_at": row.release_at,
        "not_before": 0.0,
        "attempts": 0,
        "repeated": False,
        "token": "",
        "error": "",
        "message_id": "",
        "origin": row.origin,
        "since": time(),  # only measured, nothing is decided by it
    }


_RELEASE_WINDOW = (
    update(outbox)
    .where(
        outbox.c.lane == bindparam("of"), outbox.c.state == "held", outbox.c.release_at.is_(None)
    )
    .values(state="ready", since=bindparam("since"))
)
_RELEASE_DUE = (
    update(outbox)
    .where(outbox.c.state == "held", outbox.c.release_at <= bindparam("now"))
    .values(state="ready", release_at=None, since=bindparam("since"))
)
NEXT_RELEASE = earliest(outbox.c.release_at).where(
    outbox.c.state == "held", outbox.c.release_at.is_not(None)
)


def release_held(conn: Connection, lane: str) -> None:
    """What waited for the person to write is ready."""
    conn.execute(_RELEASE_WINDOW, {"of": lane, "since": time()})


def release_due(conn: Connection, now: datetime) -> int:
    """Messages whose quiet hours are over are ready."""
    return conn.execute(_RELEASE_DUE, {"now": now, "since": time()}).rowcount


_heads = (
    select(
        outbox.c.id,
        outbox.c.lane,
        func.row_number()
        .over(partition_by=outbox.c.lane, order_by=(outbox.c.priority, outbox.c.id))
        .label("place"),
    )
    .where(
        outbox.c.sender == bindparam("sender"),
        outbox.c.state == "ready",
        # What is to be tried again later holds nothing up meanwhile, least of all an alert.
        outbox.c.not_before <= bindparam("now"),
    )
    .subquery()
)
CLAIM = (
    outbox.c.id,
    outbox.c.lane,
    outbox.c.kind,
    outbox.c.payload,
    outbox.c.card_id,
    outbox.c.person_id,
    outbox.c.receipt,
    outbox.c.attempts,
    outbox.c.repeated,
    lanes.c.kind,
    lanes.c.chat,
    lanes.c.next_free_at,
    lanes.c.window_until,
    lanes.c.window_left,
    elder_at(outbox.c.lane),
    outbox.c.origin,
    outbox.c.since,
)
_busy = select(outbox.c.lane).where(
    outbox.c.sender == bindparam("sender"), outbox.c.state == "sending"
)
_CLAIMABLE = (
    select(*CLAIM)
    .join(_heads, _heads.c.id == outbox.c.id)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(
        _heads.c.place == 1,
        outbox.c.state == "ready",  # also when it had to be waited for
        lanes.c.disabled == "",
        lanes.c.next_free_at <= bindparam("soon"),
        lanes.c.blocked_until <= bindparam("now"),
        outbox.c.lane.not_in(_busy),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=outbox, skip_locked=True)
)
_UNDELIVERABLE = (
    select(outbox.c.id, outbox.c.receipt, lanes.c.disabled)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(
        outbox.c.sender == bindparam("sender"), outbox.c.state == "ready", lanes.c.disabled != ""
    )
    .limit(100)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="sending",
        token=bindparam("mine"),
        started=bindparam("now"),
        attempts=outbox.c.attempts + 1,
    )
)
_MINE = [
    outbox.c.id == bindparam("row"),
    outbox.c.token == bindparam("mine"),
    outbox.c.state == "sending",
]
_FINISH = (
    update(outbox)
    .where(*_MINE)
    .values(
        state=bindparam("to"),
        finished=bindparam("now"),
        message_id=bindparam("message"),
        error=bindparam("why"),
    )
)
_FINISH_SECRET = _FINISH.values(payload=SCRUBBED)
_AGAIN = (
    update(outbox)
    .where(*_MINE)
    .values(
        state="ready",
        not_before=bindparam("at"),
        attempts=outbox.c.attempts - bindparam("uncount"),
        repeated=outbox.c.repeated | bindparam("doubtful", type_=Boolean),
        error=bindparam("why"),
    )
)
_HOLD = update(outbox).where(outbox.c.id == bindparam("row")).values(state="held", release_at=None)
_FAIL = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="failed",
        finished=bindparam("now"),
        error=bindparam("why"),
        payload=case(
            (outbox.c.payload["secret"].as_boolean(), literal(SCRUBBED, Json)),
            else_=outbox.c.payload,
        ),
    )
)
_STRANDED = select(outbox).where(
    outbox.c.sender == bindparam("sender"), outbox.c.state == "sending"
)
_HURRY = (
    update(outbox)
    .where(outbox.c.sender == bindparam("of"), outbox.c.state == "ready", outbox.c.not_before > 0.0)
    .values(not_before=0.0)
)


def claimable(conn: Connection, sender: str, now: float, soon: float, limit: int) -> list[Claim]:
    """The first waiting row of every free lane, most urgent first."""
    values = {"sender": sender, "now": now, "soon": soon, "limit": limit}
    return [Claim(*tuple(row)) for row in conn.execute(_CLAIMABLE, values)]


def undeliverable(conn: Connection, sender: str) -> Sequence[Any]:
    """Rows (id, receipt, disabled) that wait in lanes where nothing can be sent any more."""
    return conn.execute(_UNDELIVERABLE, {"sender": sender}).all()


def take(conn: Connection, claims: Sequence[Claim], token: str, now: float) -> None:
    """These rows are being sent, by whoever holds the token."""
    if claims:
        conn.execute(_TAKE, [{"row": c.id, "mine": token, "now": now} for c in claims])


def finish(
    conn: Connection,
    row: int,
    token: str,
    to: str,
    now: float,
    *,
    message_id: str = "",
    why: str = "",
    secret: bool = False,
) -> bool:
    """The row is at its end ("sent", "failed" or "unknown"); False if it was not ours.

    What a `secret` one said is gone.
    """
    values = {"row": row, "mine": token, "to": to, "now": now, "message": message_id, "why": why}
    return conn.execute(_FINISH_SECRET if secret else _FINISH, values).rowcount == 1


def again(
    conn: Connection,
    row: int,
    token: str,
    at: float,
    *,
    why: str,
    counted: bool = True,
    doubtful: bool = False,
) -> None:
    """The row will be tried again from `at` on. `doubtful`: it may have arrived already."""
    values = {
        "row": row,
        "mine": token,
        "at": at,
        "uncount": 0 if counted else 1,
        "doubtful": doubtful,
        "why": why,
    }
    conn.execute(_AGAIN, values)


def hold_for_contact(conn: Connection, row: int) -> None:
    """The row waits until the person writes again."""
    conn.execute(_HOLD, {"row": row})


def fail(conn: Connection, row: int, now: float, why: str) -> None:
    """The row will never be delivered; what a secret one said is gone."""
    conn.execute(_FAIL, {"row": row, "now": now, "why": why})


def stranded(conn: Connection, sender: str) -> Sequence[Any]:
    """Rows that were being sent when their process ended."""
    return conn.execute(_STRANDED, {"sender": sender}).all()


def hurry(conn: Connection, sender: str) -> None:
    """The platform can be reached again: nothing waits for its next try any longer."""
    conn.execute(_HURRY, {"of": sender})


_MOVE = update(outbox).where(outbox.c.lane == bindparam("old")).values(lane=bindparam("new"))


def move_lane(conn: Connection, old: str, new: str) -> None:
    """What waited for the chat's old id goes to its new one."""
    conn.execute(_MOVE, {"old": old, "new": new})
