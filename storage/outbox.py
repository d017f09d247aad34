"""Messages on their way out: what, to which lane, in what order, and what became of them.

Times here are seconds of the technical clock, except `release_at`, which is a moment of the
domain's. States of a row:

    ready → sending → sent | failed (never to be delivered) | unknown (nobody can say)
                           | dead (processes ended with it in hand, again and again)
    held  → ready     (quiet hours are over; or the person wrote and the window is open)

`since` is when a row became ready.

What follows a row on its way is in storage/sendings.py, what did not arrive in
storage/deadletters.py.
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
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    insert,
    literal_column,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage import origins
from storage.moments import earliest
from storage.schema import Id, Json, Utc, metadata, only

SCRUBBED = {"text": "", "buttons": [], "photo": "", "secret": True}
"""What is kept of a message that held a one-time secret, once it is at its end."""

PRIORITY = {"alarm": 0, "alert": 1, "reply": 2, "card": 3, "warning": 4, "notice": 5, "bulletin": 6}
"""An alarm is an alert about an emergency: it overtakes everything that waits. A warning is an
emergency's bulletin: it goes to so many that the few answers and cards do not wait for it."""

READY: ColumnElement[str] = literal_column("'ready'")
SENDING: ColumnElement[str] = literal_column("'sending'")
"""In the words of the indexes that hold only these rows; a parameter is none of them."""
NOT_SENT = "state IN ('failed', 'unknown', 'dead', 'held')"

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
    # How many processes have ended with the row in hand, and why it did not arrive.
    Column("crashes", Integer, nullable=False, default=0, server_default="0"),
    Column("reason", String(12), nullable=False, default="", server_default=""),
    Index("ix_outbox_lane", "lane", "state", "priority", "id"),
    # The sender finds what is next without passing what is done, nor reading any row.
    Index(
        *("ix_outbox_next", "sender", "priority", "id", "lane", "not_before"),
        **only("state = 'ready'"),
    ),
    Index(
        *("ix_outbox_again", "sender", "not_before", "lane", "priority"),
        **only("state = 'ready' AND not_before > 0"),
    ),
    Index("ix_outbox_sending", "sender", "lane", **only("state = 'sending'")),
    Index("ix_outbox_left", "state", "kind", "id", **only(NOT_SENT)),
    Index("ix_outbox_receipt", "receipt", **only("receipt <> ''")),
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
    .values(state="ready", reason="", since=bindparam("since"))
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


TRIED: ColumnElement[bool] = outbox.c.not_before > literal_column("0")
"""It is to be tried again, in the words of the index of these."""
_HURRY = (
    update(outbox)
    .where(outbox.c.sender == bindparam("of"), outbox.c.state == READY, TRIED)
    .values(not_before=0.0)
)
_MOVE = update(outbox).where(outbox.c.lane == bindparam("old")).values(lane=bindparam("new"))


def hurry(conn: Connection, sender: str) -> None:
    """The platform can be reached again: nothing waits for its next try any longer."""
    conn.execute(_HURRY, {"of": sender})


def move_lane(conn: Connection, old: str, new: str) -> None:
    """What waited for the chat's old id goes to its new one."""
    conn.execute(_MOVE, {"old": old, "new": new})
