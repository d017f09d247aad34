"""Every event that ever came in, once. The mark and what the event did commit together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import Utc, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("at", Utc, nullable=False),
    Index("ix_inbox_at", "at"),
)

failures = Table(
    "failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("what", String(200), nullable=False),
    Column("error", Text, nullable=False),
)

EventKey: TypeAlias = tuple[str, str, str]
"""Channel, bot account, and the event's id there."""

_MARK = {
    name: module.insert(inbox)
    .on_conflict_do_nothing()
    .returning(inbox.c.channel, inbox.c.bot, inbox.c.event)
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_FAILED = insert(failures)
_PURGE = delete(inbox).where(inbox.c.at < bindparam("before"))


def mark_seen(conn: Connection, keys: Sequence[EventKey], now: datetime) -> set[EventKey]:
    """These events are marked; the ones returned were not known before.

    In the order of their keys: two processes that are given the same ones wait once.
    """
    rows = [{"channel": c, "bot": b, "event": e, "at": now} for c, b, e in sorted(keys)]
    fresh = conn.execute(_MARK[conn.dialect.name], rows)
    return {(row[0], row[1], row[2]) for row in fresh}


def record_failure(conn: Connection, now: datetime, what: str, error: str) -> None:
    """An error of ours is kept for whoever mends it. `what` holds ids, never people's words."""
    conn.execute(_FAILED, {"at": now, "what": what[:200], "error": error})


def purge(conn: Connection, before: datetime) -> None:
    """Marks older than any platform would deliver again are gone."""
    conn.execute(_PURGE, {"before": before})
