"""How much waits in the whole database and for how long: for whoever watches over it.

These look over all that waits, and are read beside the batches, on a connection that writes
nothing. Times are seconds of the technical clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text, union_all

from governance.cases import State
from storage.cases import cases
from storage.dialogs import dialogs
from storage.inbox import failures
from storage.lanes import lanes, senders
from storage.outbox import NOT_SENT, READY, SENDING, outbox

URGENT = ("alarm", "alert", "reply")
"""What somebody waits for."""
LEFT = ("held", "unknown", "dead")
UNSENT = ("ready", "sending", *LEFT)
"""On its way, or waiting for an hour, or left to a person to look at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many messages of a kind are in this state, the first of them since then, if known."""

    count: int
    since: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The database at one moment. `urgent` and `oldest` are since when the first alert or reply
    waits whose way is free, and the first message of any kind."""

    at: float
    waiting: Mapping[tuple[str, str], Waiting]
    urgent: float | None
    open_talks: int
    open_cases: int
    overdue_cases: int
    failures: int
    bytes: int

    @property
    def oldest(self) -> float | None:
        """Since when the first message of all waits that may be sent."""
        ready = [found.since for (_, state), found in self.waiting.items() if state == "ready"]
        return min((since for since in ready if since is not None), default=None)

    def age(self, since: float | None) -> float:
        """How many seconds ago that was; 0 for nothing."""
        return 0.0 if since is None else max(self.at - since, 0.0)


# A release that knew nothing of this column left 0 in it.
_SINCE = func.min(func.nullif(outbox.c.since, 0.0))
_counted = select(outbox.c.kind, outbox.c.state, func.count(), _SINCE).group_by(
    outbox.c.kind, outbox.c.state
)
# Each part in the words of the index that holds these rows, not those of a month that are done.
_OUTBOX = union_all(
    _counted.where(outbox.c.state == READY),
    _counted.where(outbox.c.state == SENDING),
    _counted.where(text(NOT_SENT), outbox.c.state.in_(LEFT)),
).order_by("kind", "state")
_FREE = (
    select(_SINCE)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .outerjoin(senders, senders.c.key == outbox.c.sender)
    .where(
        outbox.c.state == READY,
        outbox.c.kind.in_(URGENT),
        outbox.c.not_before <= bindparam("now"),
        lanes.c.disabled == "",
        lanes.c.next_free_at <= bindparam("now"),
        lanes.c.blocked_until <= bindparam("now"),
        func.coalesce(senders.c.paused_until, 0.0) <= bindparam("now"),
    )
)
_TALKS = select(func.count()).select_from(dialogs).where(dialogs.c.state == "open")
_OPEN = select(func.count()).select_from(cases).where(cases.c.closed_at.is_(None))
_OVERDUE = (
    select(func.count())
    .select_from(cases)
    .where(
        cases.c.state.in_((State.ASSIGNED, State.WORKING)),
        func.coalesce(cases.c.extended_until, cases.c.result_due) < bindparam("moment"),
    )
)
# Counted by its number, so that what is cleared away later does not make it smaller.
_FAILED = select(func.coalesce(func.max(failures.c.id), 0))
_BYTES = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}


def read(conn: Connection, now: float, moment: datetime) -> Reading:
    """The database as it is now, by the technical clock and by the domain's."""
    found = conn.execute(_OUTBOX).all()
    return Reading(
        now,
        {(kind, state): Waiting(count, since) for kind, state, count, since in found},
        conn.scalar(_FREE, {"now": now}),
        conn.scalar(_TALKS) or 0,
        conn.scalar(_OPEN) or 0,
        conn.scalar(_OVERDUE, {"moment": moment}) or 0,
        conn.scalar(_FAILED) or 0,
        int(conn.scalar(_BYTES[conn.dialect.name]) or 0),
    )


_DEPTH = select(
    select(func.count()).where(outbox.c.state == READY).scalar_subquery()
    + select(func.count()).where(outbox.c.state == SENDING).scalar_subquery()
)


def depth(conn: Connection) -> int:
    """How many messages are on their way."""
    return conn.scalar(_DEPTH) or 0
