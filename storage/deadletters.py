"""What did not arrive: how much, why, which; what puts it on its way again, exactly once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, literal_column, select, text, update

from governance.deliveries import Delivery, Reason
from storage.lanes import lanes
from storage.outbox import NOT_SENT, outbox

PAGE = 500
"""Rows that are put back in one transaction: the bot goes on beside it."""
NO_LOSS = (Reason.NEEDLESS, Reason.SPENT)
"""Failed, and nobody misses anything."""

_LOST = (text(NOT_SENT), outbox.c.reason.not_in(NO_LOSS))
_COUNTS = (
    select(outbox.c.state, outbox.c.kind, outbox.c.reason, func.count())
    .where(*_LOST)
    .group_by(outbox.c.state, outbox.c.kind, outbox.c.reason)
    .order_by(outbox.c.state, outbox.c.kind, outbox.c.reason)
)
_LETTERS = (
    select(
        outbox.c.id,
        outbox.c.state,
        outbox.c.kind,
        outbox.c.reason,
        outbox.c.sender,
        lanes.c.kind,
        func.coalesce(outbox.c.finished, outbox.c.started, func.nullif(outbox.c.since, 0.0)),
        outbox.c.attempts,
    )
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(*_LOST, outbox.c.id > bindparam("after"))
    .order_by(outbox.c.id)
    .limit(PAGE)
)
_IDS = {
    "kind": select(outbox.c.id).where(*_LOST, outbox.c.kind == bindparam("of")),
    "state": select(outbox.c.id).where(*_LOST, outbox.c.state == bindparam("of")),
}
_ASKED = (
    select(outbox.c.id, outbox.c.payload, lanes.c.disabled)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(text(NOT_SENT), outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.id)
    .with_for_update(of=outbox)
)
_RESEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), text(NOT_SENT))
    .values(
        state="ready",
        # Whoever reads it may have it already.
        repeated=case((outbox.c.state == "unknown", True), else_=outbox.c.repeated),
        release_at=None,
        not_before=0.0,
        attempts=0,
        crashes=0,
        token="",
        started=None,
        finished=None,
        error="",
        reason="",
        since=bindparam("now"),
    )
)
_STANDING = (
    select(outbox.c.receipt, outbox.c.state, outbox.c.reason)
    .where(
        outbox.c.receipt.in_(bindparam("receipts", expanding=True)),
        outbox.c.receipt != literal_column("''"),  # the words of its index
    )
    .order_by(outbox.c.id)
)


@dataclass(frozen=True, slots=True)
class Count:
    """So many messages of a kind are in this state for this reason."""

    state: str
    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One that did not arrive, without its words and without whom it was for.

    `since` is in seconds of the technical clock, None for what was never begun.
    """

    id: int
    state: str
    kind: str
    reason: str
    sender: str
    chat_kind: str
    since: float | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Resent:
    """Ids by what became of them: on their way; without their words by now; of a chat that
    is closed; and those that are not among what did not arrive."""

    back: Sequence[int]
    wordless: Sequence[int]
    closed: Sequence[int]
    others: Sequence[int]


def counts(conn: Connection) -> Sequence[Count]:
    """What did not arrive, counted."""
    return [Count(*row) for row in conn.execute(_COUNTS)]


def letters(conn: Connection) -> Iterator[Letter]:
    """What did not arrive, the oldest first."""
    after = 0
    while page := conn.execute(_LETTERS, {"after": after}).all():
        yield from (Letter(*row) for row in page)
        after = page[-1][0]


def of_kind(conn: Connection, kind: str) -> Sequence[int]:
    """The ids of what did not arrive of one kind, the oldest first."""
    return sorted(conn.scalars(_IDS["kind"], {"of": kind}))


def dead(conn: Connection) -> Sequence[int]:
    """The ids of what was given up as it ended process after process, the oldest first."""
    return sorted(conn.scalars(_IDS["state"], {"of": "dead"}))


def resend(conn: Connection, ids: Collection[int]) -> Resent:
    """These are ready to be sent again, each once however often and from wherever it is asked."""
    rows = conn.execute(_ASKED, {"ids": list(ids)}).all()
    closed = [row.id for row in rows if row.disabled]
    wordless = [row.id for row in rows if not row.disabled and _is_wordless(row.payload)]
    kept = {*closed, *wordless}
    back = [row.id for row in rows if row.id not in kept]
    if back:
        conn.execute(_RESEND, [{"row": row_id, "now": time()} for row_id in back])
    others = sorted(set(ids) - kept - set(back))
    return Resent(back, wordless, closed, others)


def _is_wordless(payload: Mapping[str, Any]) -> bool:
    """Whether its words are gone: it was secret, or its person has asked for that."""
    return not payload or (bool(payload.get("secret")) and not payload.get("text"))


def standing(conn: Connection, receipts: Collection[str]) -> Mapping[str, Delivery]:
    """How the newest message of each of these receipts stands; nothing for what never was one."""
    found = conn.execute(_STANDING, {"receipts": list(receipts)}) if receipts else ()
    return {receipt: Delivery(state, Reason(reason)) for receipt, state, reason in found}
