"""Which processes serve, which of them ended without a word, and what they had begun just then.

A process has a row from its start until it ends in peace. After one that did not, events are
counted before they are handled, so that one which ends every process that touches it is found.
Times are seconds of the technical clock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.inbox import EventKey, inbox
from storage.schema import metadata

KEPT = 86_400.0
"""Seconds for which it is remembered that a process died, and what was begun and not ended."""

processes = Table(
    "processes",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("seen", Float, nullable=False),
    Column("missed", Float, nullable=True),
)

starts = Table(
    "starts",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

_ADD = insert(processes)
_SEEN = update(processes).where(processes.c.id == bindparam("me")).values(seen=bindparam("now"))
_MISS = (
    update(processes)
    .where(
        processes.c.id != bindparam("me"),
        processes.c.missed.is_(None),
        processes.c.seen <= bindparam("silent_since"),
    )
    .values(missed=bindparam("now"))
)
_LAST_MISSED = select(func.max(processes.c.missed))
_REMOVE = delete(processes).where(processes.c.id == bindparam("me"))
_FORGET = delete(processes).where(processes.c.missed < bindparam("before"))


def _start(module: Any) -> Any:
    statement = module.insert(starts)
    again = {"times": starts.c.times + 1, "at": statement.excluded.at}
    return statement.on_conflict_do_update(
        index_elements=["channel", "bot", "event"], set_=again
    ).returning(starts.c.times)


_START = {"sqlite": _start(sqlite), "postgresql": _start(postgresql)}
_THIS = [
    starts.c.channel == bindparam("of_channel"),
    starts.c.bot == bindparam("of_bot"),
    starts.c.event == bindparam("of_event"),
]
_END = delete(starts).where(*_THIS)
_KNOWN = select(inbox.c.at).where(
    inbox.c.channel == bindparam("of_channel"),
    inbox.c.bot == bindparam("of_bot"),
    inbox.c.event == bindparam("of_event"),
)
_ABSOLVE = delete(starts)
_FORGET_STARTS = delete(starts).where(starts.c.at < bindparam("before"))


def begin(conn: Connection, me: str, now: float) -> None:
    """This process serves; what is long over is forgotten."""
    conn.execute(_FORGET, {"before": now - KEPT})
    conn.execute(_FORGET_STARTS, {"before": now - KEPT})
    conn.execute(_ADD, {"id": me, "seen": now, "missed": None})


def look(conn: Connection, me: str, now: float, silent_since: float) -> float | None:
    """This process is there. When one was last missed that ended without a word: whoever has
    not been seen since then is missed from now on."""
    conn.execute(_SEEN, {"me": me, "now": now})
    conn.execute(_MISS, {"me": me, "now": now, "silent_since": silent_since})
    found: float | None = conn.scalar(_LAST_MISSED)
    return found


def end(conn: Connection, me: str) -> None:
    """This process has ended in peace."""
    conn.execute(_REMOVE, {"me": me})


def start(conn: Connection, key: EventKey, now: float) -> int:
    """How often this event has been begun and not ended, this time included; 0 for one that is
    handled already."""
    channel, bot, event = key
    this = {"of_channel": channel, "of_bot": bot, "of_event": event}
    if conn.scalar(_KNOWN, this) is not None:
        conn.execute(_END, this)
        return 0
    values = {"channel": channel, "bot": bot, "event": event, "times": 1, "at": now}
    return int(conn.execute(_START[conn.dialect.name], values).scalar_one())


def finish(conn: Connection, key: EventKey) -> None:
    """The event ended no process."""
    channel, bot, event = key
    conn.execute(_END, {"of_channel": channel, "of_bot": bot, "of_event": event})


def absolve(conn: Connection) -> None:
    """Whoever killed the process says so: no event had a part in it."""
    conn.execute(_ABSOLVE)
