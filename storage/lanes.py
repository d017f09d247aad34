"""Lanes and senders: where messages go, how fast, and who may send them.

A lane is one chat of one bot account ("telegram/7001/123"); a sender is one bot account
("telegram/7001"). The rates are kept here, in rows, so that limits survive a restart.
Times are seconds of the technical clock, except `window_until`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
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
    bindparam,
    false,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import Utc, metadata, only

senders = Table(
    "senders",
    metadata,
    Column("key", String(96), primary_key=True),
    Column("owner", String(64), nullable=False, default=""),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("next_free_at", Float, nullable=False, default=0.0),
    Column("paused_until", Float, nullable=False, default=0.0),
    # Seconds a message at the pace the platform permits, for whoever says when many are through.
    Column("pace", Float, nullable=False, default=0.0, server_default="0"),
    # Whether people have to write before they can be written to.
    Column("windowed", Boolean, nullable=False, default=False, server_default=false()),
    # Begins the name of each of its messages: another database of the account has another one.
    Column(
        "series",
        String(8),
        nullable=False,
        default=lambda: secrets.token_hex(4),
        server_default="",
    ),
)

lanes = Table(
    "lanes",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("sender", String(96), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("next_free_at", Float, nullable=False, default=0.0),
    Column("blocked_until", Float, nullable=False, default=0.0),
    Column("disabled", String(80), nullable=False, default=""),
    Column("window_until", Utc),
    Column("window_left", Integer, nullable=False, default=0),
    Column("last_number", Integer, nullable=False, default=0),
    # Those that must pause are few, and are found without passing the others.
    Index("ix_lanes_next_free_at", "sender", "next_free_at"),
    Index("ix_lanes_blocked_until", "sender", "blocked_until", **only("blocked_until > 0")),
)

_NEW_LANE = {
    name: s.on_conflict_do_nothing()
    for name, s in (("sqlite", sqlite.insert(lanes)), ("postgresql", postgresql.insert(lanes)))
}
_NEW_SENDER = {
    name: s.on_conflict_do_nothing()
    for name, s in (("sqlite", sqlite.insert(senders)), ("postgresql", postgresql.insert(senders)))
}

_LEASE = (
    update(senders)
    .where(
        senders.c.key == bindparam("sender"),
        (senders.c.owner == bindparam("me"))
        | (senders.c.lease_until < bindparam("now"))
        # No lease is as long: somebody's clock was put back, and nobody waits for it to catch up.
        | (senders.c.lease_until > bindparam("too_long")),
    )
    .values(owner=bindparam("me"), lease_until=bindparam("until"))
)
_RELEASE = (
    update(senders)
    .where(senders.c.key == bindparam("sender"), senders.c.owner == bindparam("me"))
    .values(lease_until=0.0)
)
_VACATE = update(senders).where(senders.c.key == bindparam("sender")).values(lease_until=0.0)
_SENDER = select(senders).where(senders.c.key == bindparam("sender"))
_LANE_NEXT = (
    update(lanes).where(lanes.c.key == bindparam("lane_")).values(next_free_at=bindparam("at"))
)
_SENDER_NEXT = (
    update(senders)
    .where(senders.c.key == bindparam("sender_"))
    .values(next_free_at=bindparam("at"))
)
_USE_WINDOW = (
    update(lanes)
    .where(lanes.c.key == bindparam("lane_"))
    .values(window_left=lanes.c.window_left - 1)
)
_BLOCK = (
    update(lanes).where(lanes.c.key == bindparam("lane_")).values(blocked_until=bindparam("at"))
)
_ANOTHER_BLOCKED = (
    select(lanes.c.key)
    .where(
        lanes.c.sender == bindparam("sender"),
        lanes.c.key != bindparam("lane"),
        lanes.c.blocked_until > bindparam("now"),
        lanes.c.blocked_until > literal_column("0"),  # the words of its index
    )
    .limit(1)
)
_PAUSE = (
    update(senders)
    .where(senders.c.key == bindparam("sender_"))
    .values(paused_until=bindparam("at"))
)


def add_lane(conn: Connection, key: str, sender: str, kind: str, chat: str) -> None:
    """The lane is known; an existing one stays as it is."""
    conn.execute(
        _NEW_LANE[conn.dialect.name],
        {"key": key, "sender": sender, "kind": kind, "chat": chat},
    )


_DISABLE = update(lanes).where(lanes.c.key == bindparam("lane")).values(disabled=bindparam("why"))


def disable_lane(conn: Connection, lane: str, why: str) -> None:
    """Nothing can be sent there any more ("" opens it again)."""
    conn.execute(_DISABLE, {"lane": lane, "why": why})


_REOPEN = (
    update(lanes)
    .where(lanes.c.key.in_(bindparam("keys", expanding=True)), lanes.c.disabled != "")
    .values(disabled="")
)


def reopen(conn: Connection, keys: Collection[str]) -> None:
    """Those of these lanes that were closed can be written to again."""
    conn.execute(_REOPEN, {"keys": list(keys)})


_OPEN_WINDOW = (
    update(lanes)
    .where(lanes.c.key == bindparam("lane"))
    .values(window_until=bindparam("until"), window_left=bindparam("left"))
)


def open_window(conn: Connection, lane: str, until: datetime, messages: int) -> None:
    """The person wrote: so many messages may be sent until then."""
    conn.execute(_OPEN_WINDOW, {"lane": lane, "until": until, "left": messages})


_OPEN_BRIEFLY = _OPEN_WINDOW.where(
    lanes.c.window_until.is_(None)
    | (lanes.c.window_until <= bindparam("now"))
    | (lanes.c.window_left <= 0)
)
_CLOSE_WINDOW = update(lanes).where(lanes.c.key == bindparam("lane")).values(window_left=0)


def open_briefly(
    conn: Connection, lane: str, now: datetime, until: datetime, messages: int
) -> None:
    """The person did something that lets us write for a moment; a window that is open stays."""
    conn.execute(_OPEN_BRIEFLY, {"lane": lane, "now": now, "until": until, "left": messages})


def close_window(conn: Connection, lane: str) -> None:
    """Nothing more may be sent before the person writes again."""
    conn.execute(_CLOSE_WINDOW, {"lane": lane})


def lease(conn: Connection, sender: str, me: str, now: float, seconds: float) -> bool:
    """Whether this process is the one that sends for this account until now + seconds."""
    conn.execute(_NEW_SENDER[conn.dialect.name], {"key": sender})
    values = {"sender": sender, "me": me, "now": now, "until": now + seconds}
    values["too_long"] = now + 2 * seconds
    return conn.execute(_LEASE, values).rowcount == 1


def is_orphaned(conn: Connection, sender: str, me: str) -> bool:
    """Whether another process was the sender last, and did not end in good order."""
    found = conn.execute(_SENDER, {"sender": sender}).first()
    return found is not None and found.owner not in ("", me) and found.lease_until > 0


def release(conn: Connection, sender: str, me: str) -> None:
    """Another process may send at once, if this one was the sender."""
    conn.execute(_RELEASE, {"sender": sender, "me": me})


def vacate(conn: Connection, sender: str) -> None:
    """Another process may send at once; whoever was the sender is known to have ended."""
    conn.execute(_VACATE, {"sender": sender})


_DESCRIBE = (
    update(senders)
    .where(senders.c.key == bindparam("sender_"))
    .values(pace=bindparam("seconds"), windowed=bindparam("waits"))
)
_PACES = select(senders.c.key, senders.c.pace).order_by(senders.c.key)


def describe(conn: Connection, sender: str, seconds: float, *, windowed: bool) -> None:
    """The account sends a message in so many seconds, if it sends to many; and whether only to
    people who have written."""
    conn.execute(_NEW_SENDER[conn.dialect.name], {"key": sender})
    conn.execute(_DESCRIBE, {"sender_": sender, "seconds": seconds, "waits": windowed})


def paces(conn: Connection) -> dict[str, float]:
    """Seconds a message of each account; 0 where nothing limits it."""
    return {row.key: row.pace for row in conn.execute(_PACES)}


def sender_state(conn: Connection, sender: str) -> Any:
    return conn.execute(_SENDER, {"sender": sender}).one()


def lanes_free_at(conn: Connection, at: Mapping[str, float]) -> None:
    """Nothing more goes to each of these lanes before its moment."""
    if at:
        conn.execute(_LANE_NEXT, [{"lane_": lane, "at": moment} for lane, moment in at.items()])


def sender_free_at(conn: Connection, sender: str, at: float) -> None:
    conn.execute(_SENDER_NEXT, {"sender_": sender, "at": at})


def use_window(conn: Connection, lane: str) -> None:
    """One message less may be sent before the person writes again."""
    conn.execute(_USE_WINDOW, {"lane_": lane})


def block_lane(conn: Connection, lane: str, until: float) -> None:
    conn.execute(_BLOCK, {"lane_": lane, "at": until})


def is_another_blocked(conn: Connection, sender: str, lane: str, now: float) -> bool:
    """Whether the platform has asked another chat of this account to wait, too."""
    values = {"sender": sender, "lane": lane, "now": now}
    return conn.scalar(_ANOTHER_BLOCKED, values) is not None


def pause_sender(conn: Connection, sender: str, until: float) -> None:
    conn.execute(_PAUSE, {"sender_": sender, "at": until})
