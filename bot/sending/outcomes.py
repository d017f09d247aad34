"""What became of a message decides what follows, in the transaction that marks it.

sent            its id is kept; whoever wanted to know is told; a secret is not kept any more
Throttled       the lane waits, then the row is tried again; not counted as an attempt;
                a second lane's makes the whole account wait
Unsent          tried again with growing pauses, and at once when anything gets through
Uncertain       perhaps sent: an alert, reply or notice goes out once more, an alert marked
                so; an edit again; a bulletin is left "unknown" and reported
Overtaken       surely not sent: the lease was nearly over, and whoever has the next one sends it
stranded        its process ended: like Uncertain, or like Unsent where it had not been started;
                the seventh time it is dead, so that it holds its chat up no longer, and reported
Gone            the lane is closed, all that waits there fails, deadlines come forward
Closed          the window is closed here, too, and the row is treated like any that is too late
announced       kept, too; whoever counted on it hears whether the person knows
Moved           the lane goes on under its new id
Rejected        failed; nobody can deliver this as it is
Spent           what was to be seen is sent as a new message; else the message is left as it is,
                and brought up to date when somebody presses it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.channels.base import (
    Closed,
    Gone,
    Moved,
    NotFound,
    Rejected,
    SendError,
    Spent,
    Throttled,
    Uncertain,
    Unsent,
)
from bot.dispatch import Dispatch
from bot.sending.drawing import Sending
from governance.deliveries import Reason
from handlers.message import Capabilities
from storage import cards, groups, lanes, outbox, sendings
from storage.sendings import Claim

log = structlog.get_logger()

MOST_ATTEMPTS = 8
MOST_CRASHES = 7
BULLETINS = frozenset({"bulletin", "warning"})
PAUSES = (1, 2, 5, 15, 60, 300, 900)  # seconds


class Overtaken(SendError):
    """Not handed over: by then another process may have been the sender."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the channel said: the message's id, or what went wrong."""

    sending: Sending
    message_id: str = ""
    error: SendError | None = None


class Outcomes:
    """Marks the rows of one bot account, in the name of the sender that has claimed them."""

    def __init__(self, sender: str, me: str, can: Capabilities, dispatch: Dispatch) -> None:
        self._sender = sender
        self._me = me
        self._can = can
        self._dispatch = dispatch
        self._unreached = False  # something could not be sent since anything was

    def mark(self, conn: Connection, result: Result, now: float) -> None:
        """What follows from the result is in the database."""
        claim, error = result.sending.claim, result.error
        if result.sending.message.announced and not isinstance(
            error, Throttled | Unsent | Gone | Overtaken
        ):
            sendings.hold_for_contact(conn, claim.id)
            self.tell(conn, claim.receipt, delivered=error is None)
            return
        if isinstance(error, Uncertain | None) and self._can.window is not None:
            lanes.use_window(conn, claim.lane)
        if error is None:
            self.sent(conn, result, now)
        elif isinstance(error, Overtaken):
            sendings.again(conn, claim.id, self._me, now, why=str(error), counted=False)
        elif isinstance(error, Throttled):
            self._throttled(conn, claim, error, now)
        elif isinstance(error, Moved):
            self._moved(conn, claim, error, now)
        elif isinstance(error, Spent) and not claim.payload.get("anew"):
            sendings.finish(
                conn, claim.id, self._me, "failed", now, why=str(error), reason=Reason.SPENT
            )
        elif isinstance(error, NotFound | Spent) and claim.card_id is not None:
            cards.forget_message(conn, claim.card_id)
            sendings.again(conn, claim.id, self._me, now, why=str(error))
        elif isinstance(error, Closed):
            self._closed(conn, claim, error, now)
        elif isinstance(error, Gone | Rejected):
            self._refused(conn, claim, error, now)
        elif isinstance(error, Unsent):
            self._unsent(conn, claim, now, str(error))
        else:
            attempt = replace(claim, attempts=claim.attempts + 1)
            self.uncertain(conn, attempt, self._me, now, edit=bool(result.sending.edit))

    def sent(self, conn: Connection, result: Result, now: float) -> None:
        """It has arrived: its card and whoever wanted to know are up to date."""
        claim, message_id = result.sending.claim, result.message_id
        secret = _secret(claim)
        if not sendings.finish(
            conn, claim.id, self._me, "sent", now, message_id=message_id, secret=secret
        ):
            return
        if claim.card_id is not None:
            edited = result.sending.edit
            cards.card_sent(conn, claim.card_id, message_id, result.sending.revision, edited)
            self._catch_up(conn, claim, result.sending.revision)
        if self._unreached:
            outbox.hurry(conn, self._sender)
            self._unreached = False
        self.tell(conn, claim.receipt, delivered=True)

    def _catch_up(self, conn: Connection, claim: Claim, revision: int) -> None:
        """The card changed while it was on its way: one more edit shows everything since."""
        assert claim.card_id is not None  # noqa: S101 - the caller has looked
        card = cards.card(conn, claim.card_id)
        if card.wanted > revision and self._can.edits != "none":
            row = outbox.Row(self._sender, claim.lane, "card", {"card": card.id}, card_id=card.id)
            if not cards.is_waiting(conn, card.id):
                outbox.add_rows(conn, [row])

    def _throttled(self, conn: Connection, claim: Claim, error: Throttled, now: float) -> None:
        until = now + error.after + 1
        if lanes.is_another_blocked(conn, self._sender, claim.lane, now):
            lanes.pause_sender(conn, self._sender, until)
        lanes.block_lane(conn, claim.lane, until)
        sendings.again(conn, claim.id, self._me, until, why=str(error), counted=False)

    def _refused(self, conn: Connection, claim: Claim, error: Gone | Rejected, now: float) -> None:
        """Nobody can deliver this; to a closed chat, nor anything else that waits for it."""
        gone = isinstance(error, Gone)
        self._give_up(conn, claim, now, str(error), Reason.BLOCKED if gone else Reason.REFUSED)
        if gone:
            lanes.disable_lane(conn, claim.lane, str(error)[:80] or "gone")
            self._fail_lane(conn, claim.lane, str(error), now)
        elif not isinstance(error, NotFound):  # an old message that lost its choices already
            log.error("message_rejected", row=claim.id, why=str(error))
        self.tell(conn, claim.receipt, delivered=False)

    def _closed(self, conn: Connection, claim: Claim, error: Closed, now: float) -> None:
        """The platform counts otherwise than we do, and it is right: the row comes too late."""
        log.warning("window_closed", row=claim.id, why=str(error))
        lanes.close_window(conn, claim.lane)
        sendings.again(conn, claim.id, self._me, now, why=str(error), counted=False)

    def _moved(self, conn: Connection, claim: Claim, error: Moved, now: float) -> None:
        lane = f"{self._sender}/{error.chat_id}"
        lanes.add_lane(conn, lane, self._sender, claim.chat_kind, error.chat_id)
        sendings.again(conn, claim.id, self._me, now, why=str(error), counted=False)
        for rows in (outbox, cards, groups):
            rows.move_lane(conn, claim.lane, lane)

    def _unsent(self, conn: Connection, claim: Claim, now: float, why: str) -> None:
        """Another try after a pause; what could never be sent brings the next step forward."""
        self._unreached = True
        attempt = claim.attempts + 1
        if attempt >= MOST_ATTEMPTS:
            self._give_up(conn, claim, now, why, Reason.UNREACHED)
            self.tell(conn, claim.receipt, delivered=False)
        else:
            sendings.again(conn, claim.id, self._me, now + _pause(attempt), why=why)

    def _give_up(self, conn: Connection, row: Any, now: float, why: str, reason: Reason) -> None:
        sendings.finish(
            conn, row.id, self._me, "failed", now, why=why, reason=reason, secret=_secret(row)
        )

    def stranded(self, conn: Connection, row: Any, now: float, *, edit: bool) -> None:
        """Its process ended with it in hand: once more, left to a person, or dead at last."""
        if row.crashes + 1 >= MOST_CRASHES:
            why = "processes ended with it in hand"
            self._leave(conn, row, row.token, "dead", now, why, Reason.CRASHED)
            self.tell(conn, row.receipt, delivered=False)
        elif row.started is None:
            sendings.again(conn, row.id, row.token, now, why="not started", crashed=True)
        else:
            self.uncertain(conn, row, row.token, now, edit=edit, crashed=True)

    def uncertain(
        self,
        conn: Connection,
        row: Any,
        token: str,
        now: float,
        *,
        edit: bool,
        crashed: bool = False,
    ) -> None:
        """Nobody can say whether it arrived: once more, or left to a person to look at."""
        # Of what a process died with it may be that nothing left: that is counted by itself.
        twice = row.repeated and not row.crashes and not crashed
        once_more = edit or (row.kind not in BULLETINS and not twice)
        gives_up = row.attempts >= MOST_ATTEMPTS or not once_more
        if gives_up:
            why = "no answer from the platform"
            self._leave(conn, row, token, "unknown", now, why, Reason.SILENT)
        else:
            at = now + (_pause(row.attempts) if edit else 1)
            why = "no answer"
            sendings.again(conn, row.id, token, at, why=why, doubtful=True, crashed=crashed)

    def _leave(
        self,
        conn: Connection,
        row: Any,
        token: str,
        to: str,
        now: float,
        why: str,
        reason: Reason,
    ) -> None:
        """Nothing more is tried, and the administrators know of it."""
        secret = _secret(row)
        if sendings.finish(conn, row.id, token, to, now, why=why, reason=reason, secret=secret):
            log.warning("message_left", row=row.id, kind=row.kind, state=to)
            self.tell(conn, f"deliveries.{to}:{row.id}:{row.kind}", delivered=False)

    def tell(self, conn: Connection, receipt: str, *, delivered: bool) -> None:
        """Whoever wanted to know whether it arrived has been told."""
        if receipt:
            told = self._dispatch.receipt(conn, receipt, delivered=delivered)
            self._dispatch.settle(conn, [told])

    def fail_closed(self, found: Sequence[Claim], conn: Connection, now: float) -> int:
        """What waits for somebody who shut us out fails, and deadlines come forward."""
        return sum(self._fail_lane(conn, claim.lane, claim.closed, now) for claim in found)

    def _fail_lane(self, conn: Connection, lane: str, why: str, now: float) -> int:
        rows = sendings.ready_in(conn, lane)
        for row in rows:
            sendings.fail(conn, row.id, now, why, Reason.BLOCKED)
            log.info("message_not_sent", row=row.id, result=Reason.BLOCKED, origin=row.origin)
            self.tell(conn, row.receipt, delivered=False)
        return len(rows)


def _secret(row: Any) -> bool:
    """Whether nothing of this message is to be kept (a one-time link)."""
    return bool(row.payload.get("secret"))


def _pause(attempt: int) -> int:
    return PAUSES[min(attempt, len(PAUSES)) - 1]
