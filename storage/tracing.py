"""What became of an event, or of something that was due: the messages that go back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.inbox import failures, inbox
from storage.outbox import outbox


@dataclass(frozen=True, slots=True)
class Trail:
    """When the event came (None for what was due), its messages (id, kind, state, since, finished,
    error), and the places of errors of ours."""

    came: datetime | None
    messages: Sequence[tuple[int, str, str, float, float | None, str]]
    errors: Sequence[str]


_CAME = select(inbox.c.at).where(
    inbox.c.channel == bindparam("channel_"), inbox.c.event == bindparam("event_")
)
_MESSAGES = (
    select(
        outbox.c.id,
        outbox.c.kind,
        outbox.c.state,
        outbox.c.since,
        outbox.c.finished,
        outbox.c.error,
    )
    .where(outbox.c.origin == bindparam("of"))
    .order_by(outbox.c.id)
)
_ERRORS = (
    select(failures.c.error)
    .where((failures.c.what == bindparam("of")) | failures.c.what.startswith(bindparam("begins")))
    .order_by(failures.c.id)
)


def trail(conn: Connection, origin: str) -> Trail:
    """Reads all messages that are kept: for a person who asks, not for the way of a message."""
    channel, _slash, event = origin.partition("/")
    messages = conn.execute(_MESSAGES, {"of": origin}).all()
    return Trail(
        conn.scalars(_CAME, {"channel_": channel, "event_": event}).first(),
        [tuple(row) for row in messages],
        list(conn.scalars(_ERRORS, {"of": origin, "begins": f"{origin} "})),
    )
