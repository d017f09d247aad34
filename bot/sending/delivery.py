"""Sends what the outbox holds: one sender a bot account, each chat in its own order.

Claim (commit), send (outside any transaction), mark (commit). Rates are kept in rows and
never tighter than the platform's. What follows from a result is in bot/sending/outcomes.py.

Who sends for an account is a lease. It is looked at once more right before a message is handed
over: a process that was frozen beyond its lease hands over nothing, as another has taken up what
it had in hand. After a process has died, the next one is careful for a while: each row is in
hand, committed, before it is drawn, so that one which kills whoever draws it is counted.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.channels.base import Channel, NotFound, SendError, Uncertain, sender_of
from bot.clock import technical
from bot.dispatch import Dispatch
from bot.logs import places
from bot.sending import bundling, records
from bot.sending.drawing import Drawing, Sending
from bot.sending.outcomes import Outcomes, Overtaken, Result
from governance.deliveries import Reason
from handlers.message import Pace
from storage import cards, inbox, lanes, origins, sendings
from storage.database import Database, NotStored
from storage.races import passing
from storage.sendings import Claim

log = structlog.get_logger()

AT_ONCE = 32  # rows claimed together
HORIZON = 0.25  # seconds ahead of its turn a row may be claimed
BREATH = 0.03  # seconds between two rounds
LEASE = 14.0  # with the look of whoever takes over, less than 15 s after a death
LONGEST_SEND = 10.0  # seconds; then nobody knows whether it arrived
LEFT = LONGEST_SEND + 2.0  # a lease that ends sooner is renewed before anything is claimed
CAREFUL = 60.0  # seconds after a death in which rows are taken in hand one by one
PRESSING = frozenset({"alarm", "alert", "warning"})  # told of, where it cannot be said now
SLOW = HORIZON / 2  # seconds after which what is still on its way holds nobody else up
# Less than the horizon together with the breath: so the next are claimed before their turn,
# and a platform that is far away does not keep the sender below the permitted pace.


@dataclass(frozen=True, slots=True)
class Lead:
    """Until when we are the sender, and careful; both 0 while another process is."""

    until: float = 0.0
    careful_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What goes out now, and how many rows were dealt with otherwise.

    `begun` is in hand and not drawn yet.
    """

    going: Sequence[Sending] = ()
    handled: int = 0
    begun: Claim | None = None


class Delivery:
    """The sender of one bot account. `run` sends until `stop`; `drain` until nothing waits."""

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
        self._me = secrets.token_hex(8)
        self._sender = sender_of(channel)
        self._database = database
        self._channel = channel
        self._dispatch = dispatch
        self._outcomes = Outcomes(self._sender, self._me, channel.capabilities, dispatch)
        self._drawing = Drawing(channel.capabilities, dispatch, media)
        self._clock = clock
        self._lead = Lead()
        self._stopping = False
        self._flying: dict[asyncio.Task[Result], int] = {}
        self._landed: list[Result] = []

    async def run(self) -> None:
        """Sends whatever is there; looks every 0.2 s for what other processes posted."""
        pause = 0.2
        while not self._stopping:
            self.wake.clear()
            try:
                moved = await self.round()
                pause = 0.2
                # The database thread belongs to the events first: what was posted in the
                # meantime goes out together. Behind a full round enough is waiting already.
                await asyncio.sleep(BREATH if moved < AT_ONCE else 0)
            except NotStored:
                moved, pause = 0, min(pause * 2, 5.0)
            except Exception:  # a sender that ends sends nothing to anybody
                log.exception("round_failed", sender=self._sender)
                moved, pause = 0, 5.0
            if not moved and not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), pause)
        await self._finish()

    def stop(self) -> None:
        """`run` ends when what is on its way has arrived and is marked."""
        self._stopping = True
        self.wake.set()

    @property
    def flying(self) -> bool:
        """Whether something is on its way."""
        return bool(self._flying)

    async def drain(self) -> int:
        """Sends everything that can be sent now; returns how much moved."""
        total = 0
        while (moved := await self.round()) or self.flying:
            total += moved
        return total

    async def round(self) -> int:
        """Claims, sends and marks once; returns how much moved.

        What is slow stays on its way while others are sent in the rounds after this one.
        """
        await self._mark_landed()
        if self._lead.until < self._clock() + LEFT:
            # A promise of its own: whoever comes after a death in the next one is careful.
            self._lead = await self._database.run(self._take_the_lead)
        self.last_round = self._clock()
        if not self._lead.until:
            return await self._land(SLOW)
        claimed: Claimed = await self._database.run(self._claim)
        going, handled = claimed.going, claimed.handled
        if claimed.begun is not None:
            going, dropped = await self._database.run(partial(self._go_on, claimed.begun))
            handled += dropped
        for sending in going:
            self._flying[asyncio.create_task(self._send(sending))] = sending.claim.id
        return len(going) + handled + await self._land(BREATH if claimed.begun else SLOW)

    async def _land(self, seconds: float) -> int:
        """What arrives within these seconds is marked, as soon as it is known."""
        loop = asyncio.get_running_loop()
        until, landed = loop.time() + seconds, 0
        while self._flying and (left := until - loop.time()) > 0:
            done, _flying = await asyncio.wait(
                self._flying, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                del self._flying[task]
                self._landed.append(task.result())
            await self._mark_landed()
            landed += len(done)
        return landed

    async def _mark_landed(self) -> None:
        """Results that could not be stored are kept, and stored before anything else."""
        if landed := tuple(self._landed):
            await self._database.run(partial(self._mark, landed))
            for result in landed:
                records.told(self._sender, result, self._clock())
            del self._landed[: len(landed)]

    async def _finish(self) -> None:
        with suppress(NotStored):
            await self._land(LONGEST_SEND)
            await self._database.run(partial(lanes.release, sender=self._sender, me=self._me))

    # ── claim ────────────────────────────────────────────────────────────────

    def _take_the_lead(self, conn: Connection) -> Lead:
        """The lease is ours for a while, and what was in the hand of a process that is gone goes
        on; or another process has it."""
        now = self._clock()
        died = self._lead.until < now and lanes.is_orphaned(conn, self._sender, self._me)
        if not lanes.lease(conn, self._sender, self._me, now, LEASE):
            return Lead()
        careful = self._recover(conn, now) or died
        return Lead(now + LEASE, now + CAREFUL if careful else self._lead.careful_until)

    def _claim(self, conn: Connection) -> Claimed:
        """What goes out now: once it is committed, it is ours to send."""
        now = self._clock()
        state = lanes.sender_state(conn, self._sender)
        careful = now < self._lead.careful_until
        room = self._room(state, now)
        most = min(room, 1) if careful else room
        found = sendings.claimable(conn, self._sender, now, now + HORIZON, most) if most else []
        closed = self._outcomes.fail_closed([c for c in found if c.closed], conn, now)
        open_ = [c for c in found if not c.closed]
        if state.paused_until > now or not open_:
            return Claimed((), closed)
        if careful:
            sendings.begin(conn, open_[0], self._me)
            return Claimed((), closed, open_[0])
        going, dropped = self._take(conn, open_, now, state)
        return Claimed(going, closed + dropped)

    def _room(self, state: Any, now: float) -> int:
        """How many may be claimed: no more are in hand at a time, and go out within the horizon."""
        room, pace = AT_ONCE - len(self._flying), self._channel.capabilities.pace.account
        left = now + HORIZON - max(now, state.next_free_at)
        if pace and state.paused_until <= now:
            return min(room, int(left / pace) + 1) if left >= 0 else 0
        return max(room, 0)

    def _go_on(self, claim: Claim, conn: Connection) -> tuple[list[Sending], int]:
        """What was taken in hand is drawn, and counts as started."""
        state = lanes.sender_state(conn, self._sender)
        return self._take(conn, [claim], self._clock(), state)

    def _take(
        self, conn: Connection, found: Sequence[Claim], now: float, state: Any
    ) -> tuple[list[Sending], int]:
        """Each at its time, and never faster than the platform's pace; those not sent counted."""
        can, free_at = self._channel.capabilities, state.next_free_at
        going: list[Sending] = []
        lanes_at: dict[str, float] = {}
        dropped = 0
        for claim in found:
            at = max(now, free_at, claim.lane_free_at)
            sending = self._ready(conn, claim, now, at, state.series)
            if sending is None:
                dropped += 1
                continue
            pieces = 1 if sending.edit else can.pieces(sending.message)
            lanes_at[claim.lane] = next_free(can.pace, claim, at, pieces)
            free_at = at + can.pace.account
            going.append(sending)
        sendings.take(conn, [s.claim for s in going], self._me, now)
        lanes.lanes_free_at(conn, lanes_at)
        if can.pace.account:
            lanes.sender_free_at(conn, self._sender, free_at)
        return going, dropped

    def _ready(
        self, conn: Connection, claim: Claim, now: float, at: float, series: str
    ) -> Sending | None:
        """The row as a message, or None when it is not to be sent now or ever."""
        can = self._channel.capabilities
        late = can.window is not None and not self._inside_window(claim)
        if late and not (can.announces and (claim.receipt or claim.kind in PRESSING)):
            # Kept for the next contact; whoever counted on it is told at once.
            sendings.hold_for_contact(conn, claim.id)
            self._outcomes.tell(conn, claim.receipt, delivered=False)
            return None
        claim = bundling.together(conn, claim, can, now)
        try:
            sending = self._drawing.draw(conn, claim, at)
        except Exception as error:
            if passing(conn, error):
                raise
            log.error("message_not_drawn", row=claim.id, origin=claim.origin, exc_info=error)
            what = f"outbox/{claim.id}"
            inbox.record_failure(conn, self._dispatch.clock.now(), what, places(error))
            sendings.fail(conn, claim.id, now, "cannot be drawn", Reason.UNDRAWN)
            self._outcomes.tell(conn, claim.receipt, delivered=False)
            return None
        if sending is None:
            sendings.fail(conn, claim.id, now, "nothing to show any more", Reason.NEEDLESS)
            return None
        message = replace(sending.message, key=f"{series}-{claim.id}", announced=late)
        return replace(sending, message=message)

    def _inside_window(self, claim: Claim) -> bool:
        until = claim.window_until
        return until is not None and self._dispatch.clock.now() < until and claim.window_left > 0

    def _recover(self, conn: Connection, now: float) -> int:
        """Rows in nobody's hand any more go on. Returns how many were those of a process that is
        gone: perhaps sent, perhaps not. Our own that are not on their way never left."""
        mine = {*self._flying.values(), *(r.sending.claim.id for r in self._landed)}
        left = 0
        for row in sendings.in_hand(conn, self._sender):
            if row.token == self._me and row.id in mine:
                continue
            if row.token == self._me:
                counted = row.started is None  # it has not been counted, so nothing is taken off
                sendings.again(conn, row.id, self._me, now, why="", counted=counted)
                continue
            log.warning("stranded_message", row=row.id, kind=row.kind, origin=row.origin)
            edit = not row.payload.keys().isdisjoint({"strip", "delete"}) or (
                row.card_id is not None and bool(cards.card(conn, row.card_id).message_id)
            )
            self._outcomes.stranded(conn, row, now, edit=edit)
            left += 1
        return left

    # ── send ─────────────────────────────────────────────────────────────────

    async def _send(self, sending: Sending) -> Result:
        wait = sending.at - self._clock()
        if wait > 0:
            await asyncio.sleep(wait)
        if self._lead.until - self._clock() <= LONGEST_SEND:
            return Result(sending, error=Overtaken("too little of the lease was left"))
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return Result(sending, await self._hand_over(sending))
        except SendError as error:
            return Result(sending, error=error)
        except Exception as error:
            log.exception("send_failed", row=sending.claim.id)
            return Result(sending, error=Uncertain(type(error).__name__))

    async def _hand_over(self, sending: Sending) -> str:
        if not sending.edit:
            return await self._channel.send(sending.chat, sending.message)
        if sending.delete:
            if not await self._channel.delete(sending.chat, sending.edit):
                raise NotFound("not there, or the bot may not take it away")
            return ""
        await self._channel.edit(sending.chat, sending.edit, sending.message)
        return sending.edit

    def _mark(self, results: Sequence[Result], conn: Connection) -> None:
        for result in results:
            with origins.bound(result.sending.claim.origin):
                self._outcomes.mark(conn, result, self._clock())


def next_free(pace: Pace, claim: Claim, at: float, pieces: int) -> float:
    """When the next message may go where this one, of so many pieces, goes at `at`."""
    if claim.chat_kind == "group":
        return at + pieces * pace.group
    # A chat that was quiet has saved up time for a burst, and no more than that.
    return max(claim.lane_free_at, at - (pace.burst - 1) * pace.private) + pieces * pace.private


def capabilities_of(channels: Sequence[Channel]) -> Mapping[str, Any]:
    """What each bot account can do, by its sender key."""
    return {sender_of(c): c.capabilities for c in channels}
