"""Sends what the outbox holds: one sender a bot account, each chat in its own order.

Claim (commit), send (outside any transaction), mark (commit). Rates are kept in rows and
never tighter than the platform's. What became of a message decides what follows:

    sent            its id is kept; whoever wanted to know is told
    Throttled       the lane waits, then the row is tried again; not counted as an attempt
    Unsent          tried again with growing pauses
    Uncertain       perhaps sent: an alert, reply or notice goes out once more, marked so;
                    an edit again; a bulletin is left "unknown" and reported
    Gone            the lane is closed, all that waits there fails, deadlines come forward
    Moved           the lane goes on under its new id
    Rejected        failed; nobody can deliver this as it is
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from bot import rendering
from bot.channels.base import (
    Channel,
    Gone,
    Moved,
    NotFound,
    Rejected,
    SendError,
    Throttled,
    Uncertain,
    Unsent,
)
from bot.clock import technical
from bot.dispatch import Dispatch, Scope
from bot.posting import payload
from governance.people import Speaker
from handlers.message import Chat, Message
from handlers.registry import VIEWS
from handlers.turn import Post, Turn
from handlers.words import DEFAULT_LANGUAGE, Reader
from storage import cards, groups, lanes, outbox, people
from storage.database import Database, NotStored
from storage.outbox import Claim

log = structlog.get_logger()
SENT = Counter("shaodao_messages_total", "Messages by what became of them", ["channel", "result"])

AT_ONCE = 32  # rows claimed together
HORIZON = 0.25  # seconds ahead of its turn a row may be claimed
LEASE = 15.0
MOST_ATTEMPTS = 8
PAUSES = (1, 2, 5, 15, 60, 300, 900)


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed row, drawn for its channel; `edit` is the message it changes."""

    claim: Claim
    chat: Chat
    message: Message
    edit: str
    revision: int
    at: float


@dataclass(frozen=True, slots=True)
class Result:
    sending: Sending
    message_id: str = ""
    error: SendError | None = None


class Delivery:
    """The sender of one bot account. `run` sends until cancelled; `drain` until nothing waits."""

    def __init__(
        self,
        database: Database[Any, Any],
        channel: Channel,
        dispatch: Dispatch,
        media: Path,
        clock: Callable[[], float] = technical,
    ) -> None:
        self.wake = asyncio.Event()
        self.last_round = 0.0
        self._database = database
        self._channel = channel
        self._dispatch = dispatch
        self._media = media
        self._clock = clock
        self._me = secrets.token_hex(8)
        self._recovered = False
        self._sender = f"{channel.name}/{channel.account}"

    async def run(self) -> None:
        """Sends whenever something is there; looks every 0.2 s for what other processes posted."""
        pause = 0.2
        while True:
            self.wake.clear()
            try:
                sent = await self.round()
                pause = 0.2
            except NotStored:
                sent, pause = 0, min(pause * 2, 5.0)
            if not sent:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), pause)

    async def drain(self) -> int:
        """Sends everything that can be sent now; returns how much that was."""
        total = 0
        while sent := await self.round():
            total += sent
        return total

    async def round(self) -> int:
        """Claims, sends and marks once; returns how many rows were taken."""
        sendings, handled = await self._database.run(self._claim)
        self.last_round = self._clock()
        if sendings:
            sends = [asyncio.create_task(self._send(sending)) for sending in sendings]
            for done in asyncio.as_completed(sends):
                result = await done
                await self._database.run(partial(self._mark, result))
        return len(sendings) + int(handled)

    # ── claim ────────────────────────────────────────────────────────────────

    def _claim(self, conn: Connection) -> tuple[list[Sending], int]:
        now = self._clock()
        if not lanes.lease(conn, self._sender, self._me, now, LEASE):
            self._recovered = False
            return [], 0
        if not self._recovered:
            self._recover(conn, now)
            self._recovered = True
        failed = self._fail_closed_lanes(conn, now)
        state = lanes.sender_state(conn, self._sender)
        if state.paused_until > now:
            return [], failed
        found = outbox.claimable(conn, self._sender, now, now + HORIZON, AT_ONCE)
        return self._draw(conn, found, now, state.next_free_at, failed)

    def _draw(
        self, conn: Connection, found: Sequence[Claim], now: float, free_at: float, handled: int
    ) -> tuple[list[Sending], int]:
        can = self._channel.capabilities
        sendings: list[Sending] = []
        for claim in found:
            at = max(now, free_at, claim.lane_free_at)
            if at > now + HORIZON:
                break
            if can.window is not None and not self._inside_window(conn, claim, now):
                handled += 1
                continue
            sending = self._drawn(conn, claim, at)
            if sending is None:
                outbox.fail(conn, claim.id, now, "nothing to show any more")
                handled += 1
                continue
            pace = can.pace.group if claim.chat_kind == "group" else can.pace.private
            lanes.lane_free_at(conn, claim.lane, at + pace)
            free_at = at + can.pace.account
            sendings.append(sending)
        outbox.take(conn, [s.claim for s in sendings], self._me, now)
        if can.pace.account:
            lanes.sender_free_at(conn, self._sender, free_at)
        return sendings, handled

    def _inside_window(self, conn: Connection, claim: Claim, now: float) -> bool:
        """Outside the platform's window the row is kept for the next contact, and whoever
        counted on it is told at once."""
        until = claim.window_until
        if until is not None and self._dispatch.clock.now() < until and claim.window_left > 0:
            lanes.use_window(conn, claim.lane)
            return True
        outbox.hold_for_contact(conn, claim.id)
        self._tell(conn, claim.receipt, delivered=False)
        return False

    def _drawn(self, conn: Connection, claim: Claim, at: float) -> Sending | None:
        """The row as a message; a live card is drawn as things stand now, or not at all."""
        body, edit, revision = claim.payload, "", 0
        reader = Reader(
            body.get("language", DEFAULT_LANGUAGE),
            self._dispatch.clock.now(),
            self._dispatch.policy.zone,
        )
        if "card" in body:
            card = cards.card(conn, body["card"])
            to = people.accounts_of(conn, [card.person_id]).get(card.person_id)
            if to is None:
                return None
            reader = Reader(to.language, reader.now, reader.zone)
            edit, revision = body.get("strip") or card.message_id, card.wanted
            shown = self._view(conn, card, to, reader, again=bool(edit))
            if shown is None:
                return None
            body = {**shown, "buttons": []} if "strip" in body else shown
        drawn = rendering.message(
            conn,
            claim.lane,
            body,
            self._channel.capabilities,
            reader,
            self._media,
            repeated=claim.repeated and claim.kind == "alert",
        )
        chat = Chat("group" if claim.chat_kind == "group" else "private", claim.chat)
        return Sending(claim, chat, drawn, edit, revision, at)

    def _view(
        self, conn: Connection, card: Any, to: Speaker, reader: Reader, *, again: bool
    ) -> Any:
        scope = Scope(conn)
        turn = Turn(to, reader.now, self._dispatch.policy, scope.open, Post())
        shown = VIEWS[card.view](turn, card.subject, again)
        scope.drop()
        return payload(shown, reader) if shown is not None else None

    def _fail_closed_lanes(self, conn: Connection, now: float) -> int:
        """What waits for somebody who blocked us fails now, and deadlines come forward."""
        rows = outbox.undeliverable(conn, self._sender)
        for row in rows:
            outbox.fail(conn, row.id, now, row.disabled)
            self._tell(conn, row.receipt, delivered=False)
        return len(rows)

    def _recover(self, conn: Connection, now: float) -> None:
        """Rows that another process was sending when it ended: perhaps sent, perhaps not."""
        for row in outbox.stranded(conn, self._sender):
            log.warning("stranded_message", row=row.id, kind=row.kind)
            self._uncertain(conn, row.id, row.kind, row.attempts, row.token, now)

    # ── send ─────────────────────────────────────────────────────────────────

    async def _send(self, sending: Sending) -> Result:
        wait = sending.at - self._clock()
        if wait > 0:
            await asyncio.sleep(wait)
        try:
            if sending.edit:
                await self._channel.edit(sending.chat, sending.edit, sending.message)
                return Result(sending, sending.edit)
            return Result(sending, await self._channel.send(sending.chat, sending.message))
        except SendError as error:
            return Result(sending, error=error)
        except Exception as error:
            log.exception("send_failed", row=sending.claim.id)
            return Result(sending, error=Uncertain(type(error).__name__))

    # ── mark ─────────────────────────────────────────────────────────────────

    def _mark(self, result: Result, conn: Connection) -> None:
        now, claim, error = self._clock(), result.sending.claim, result.error
        SENT.labels(self._channel.name, type(error).__name__.lower() if error else "sent").inc()
        if error is None:
            self._sent(conn, result, now)
        elif isinstance(error, Throttled):
            until = now + error.after + 1
            lanes.block_lane(conn, claim.lane, until)
            outbox.again(conn, claim.id, self._me, until, why=str(error), counted=False)
        elif isinstance(error, Gone):
            lanes.disable_lane(conn, claim.lane, str(error)[:80] or "gone")
            outbox.finish(conn, claim.id, self._me, "failed", now, why=str(error))
            self._tell(conn, claim.receipt, delivered=False)
        elif isinstance(error, Moved):
            self._moved(conn, claim, error, now)
        elif isinstance(error, NotFound) and claim.card_id is not None:
            cards.forget_message(conn, claim.card_id)
            outbox.again(conn, claim.id, self._me, now, why=str(error))
        elif isinstance(error, Rejected):
            log.error("message_rejected", row=claim.id, why=str(error))
            outbox.finish(conn, claim.id, self._me, "failed", now, why=str(error))
            self._tell(conn, claim.receipt, delivered=False)
        elif isinstance(error, Unsent):
            self._again(conn, claim, now, str(error))
        else:
            edit = "card" if result.sending.edit else claim.kind
            self._uncertain(conn, claim.id, edit, claim.attempts + 1, self._me, now)

    def _sent(self, conn: Connection, result: Result, now: float) -> None:
        claim, message_id = result.sending.claim, result.message_id
        if not outbox.finish(conn, claim.id, self._me, "sent", now, message_id=message_id):
            return
        if claim.card_id is not None:
            cards.card_sent(conn, claim.card_id, message_id, result.sending.revision)
            self._catch_up(conn, claim, result.sending.revision)
        self._tell(conn, claim.receipt, delivered=True)

    def _catch_up(self, conn: Connection, claim: Claim, revision: int) -> None:
        """The card changed while it was on its way: one more edit shows everything since."""
        assert claim.card_id is not None  # noqa: S101 - the caller has looked
        card = cards.card(conn, claim.card_id)
        if card.wanted > revision and self._channel.capabilities.edits == "free":
            row = outbox.Row(self._sender, claim.lane, "card", {"card": card.id}, card_id=card.id)
            if not cards.is_waiting(conn, card.id):
                outbox.add_rows(conn, [row])

    def _moved(self, conn: Connection, claim: Claim, error: Moved, now: float) -> None:
        lane = f"{self._sender}/{error.chat_id}"
        lanes.add_lane(conn, lane, self._sender, claim.chat_kind, error.chat_id)
        outbox.again(conn, claim.id, self._me, now, why=str(error), counted=False)
        for rows in (outbox, cards, groups):
            rows.move_lane(conn, claim.lane, lane)

    def _again(self, conn: Connection, claim: Claim, now: float, why: str) -> None:
        """Another try after a pause; an alert that keeps failing brings the next step forward."""
        attempt = claim.attempts + 1
        if attempt >= MOST_ATTEMPTS:
            outbox.finish(conn, claim.id, self._me, "failed", now, why=why)
        else:
            pause = PAUSES[min(attempt - 1, len(PAUSES) - 1)]
            outbox.again(conn, claim.id, self._me, now + pause, why=why)
        if attempt in {3, MOST_ATTEMPTS}:
            self._tell(conn, claim.receipt, delivered=False)

    def _uncertain(
        self, conn: Connection, row: int, kind: str, attempts: int, token: str, now: float
    ) -> None:
        """Nobody can say whether it arrived: once more, or left to a person to look at."""
        if kind != "card" and (kind == "bulletin" or attempts >= 2):
            outbox.finish(conn, row, token, "unknown", now, why="no answer from the platform")
            log.warning("message_unknown", row=row, kind=kind)
        else:
            outbox.again(conn, row, token, now + 1, why="no answer", doubtful=True)

    def _tell(self, conn: Connection, receipt: str, *, delivered: bool) -> None:
        if receipt:
            told = self._dispatch.receipt(conn, receipt, delivered=delivered)
            self._dispatch.settle(conn, [told])


def capabilities_of(channels: Sequence[Channel]) -> Mapping[str, Any]:
    """What each bot account can do, by its sender key."""
    return {f"{c.name}/{c.account}": c.capabilities for c in channels}
