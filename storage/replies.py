"""What is said in the answer to an event, and kept for as long as its platform may ask again.

A platform that got no answer in time delivers the event again, and is told the same words.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Float, String, Table, Text, bindparam, insert, select

from storage.inbox import EventKey
from storage.lanes import lanes
from storage.outbox import outbox
from storage.schema import metadata
from storage.sendings import CLAIM, Claim

KEPT = 60.0
"""Seconds; WeChat asks three times within fifteen."""

replies = Table(
    "replies",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("words", Text, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

_WAITING = (
    select(*CLAIM)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(
        outbox.c.lane == bindparam("lane"),
        outbox.c.state == "ready",
        outbox.c.kind.not_in(("alarm", "alert")),
        outbox.c.not_before <= bindparam("now"),
        outbox.c.repeated.is_(False),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(10)
    .with_for_update(of=outbox, skip_locked=True)
)
_KEEP = insert(replies)
_FIND = select(replies.c.words).where(
    replies.c.channel == bindparam("channel_"),
    replies.c.bot == bindparam("bot_"),
    replies.c.event == bindparam("event_"),
)
_PURGE = replies.delete().where(replies.c.at < bindparam("before"))


def waiting(conn: Connection, lane: str, now: float) -> list[Claim]:
    """The first rows of a chat that are ready, most urgent first, without alerts and what may
    have arrived already."""
    values = {"lane": lane, "now": now}
    return [Claim(*tuple(row)) for row in conn.execute(_WAITING, values)]


def keep(conn: Connection, key: EventKey, words: str, now: float) -> None:
    """The event is answered with these words, however often it comes; older ones are gone."""
    channel, bot, event = key
    purge(conn, now)
    values = {"channel": channel, "bot": bot, "event": event, "words": words, "at": now}
    conn.execute(_KEEP, values)


def said(conn: Connection, key: EventKey) -> str:
    """What the event was answered with; empty where that was nothing."""
    channel, bot, event = key
    found: str | None = conn.scalar(_FIND, {"channel_": channel, "bot_": bot, "event_": event})
    return found or ""


def purge(conn: Connection, now: float) -> None:
    """Words that no platform will ask for any more are gone."""
    conn.execute(_PURGE, {"before": now - KEPT})
