"""Events whose platform takes words for the person as its answer.

Such an answer costs nothing where messages are counted, and arrives at once. It is composed in
the batch that handles the event, from what the outbox holds for that chat, and commits with it:
so an event that comes again is answered with the same words, and nothing is said twice.
Alerts do not go this way, as nobody says whether it arrived; nor do photos, files and secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from bot.channels.base import Channel, sender_of
from bot.clock import technical
from bot.dispatch import Dispatch
from bot.sending import records
from bot.sending.bundling import BETWEEN
from bot.sending.drawing import Drawing, Sending
from bot.sending.outcomes import Outcomes, Result
from handlers.message import Event, Handled
from storage import replies, sendings
from storage.races import passing
from storage.sendings import Claim

ME = "reply"


@dataclass(frozen=True, slots=True)
class _Account:
    """What composes the answers of one bot account."""

    drawing: Drawing
    outcomes: Outcomes
    most: int


class Replies:
    """`work` is what `dispatch` does with a batch, and then the answers."""

    def __init__(
        self,
        dispatch: Dispatch,
        channels: Sequence[Channel],
        media: Path,
        clock: Callable[[], float] = technical,
    ) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._accounts: Mapping[str, _Account] = {
            sender_of(c): _Account(
                Drawing(c.capabilities, dispatch, media),
                Outcomes(sender_of(c), ME, c.capabilities, dispatch),
                c.capabilities.reply_bytes,
            )
            for c in channels
        }

    def work(self, conn: Connection, events: Sequence[Event]) -> list[Handled]:
        """Every event is handled, and whoever waits for words has them."""
        answers = self._dispatch.work(conn, events)
        if not any(event.answer_by for event in events):
            return answers
        return [
            replace(answer, reply=self._reply(conn, event, answer)) if event.answer_by else answer
            for event, answer in zip(events, answers, strict=True)
        ]

    def _reply(self, conn: Connection, event: Event, answer: Handled) -> str:
        key = (event.channel, event.account, event.id)
        if answer.repeated:
            return replies.said(conn, key)
        now = self._clock()
        if now >= event.answer_by:  # nobody listens any more; the sender says it
            return ""
        words = self._composed(conn, event, now)
        if words:
            replies.keep(conn, key, words, now)
        return words

    def _composed(self, conn: Connection, event: Event, now: float) -> str:
        """What waits for this chat, in its order, as far as it fits; it counts as sent."""
        account = self._accounts[event.bot]
        lane = event.lane
        said: list[str] = []
        for claim in replies.waiting(conn, lane, now):
            sending = self._drawn(conn, account, claim, now)
            if sending is None:
                break
            words = BETWEEN.join((*said, sending.message.text))
            if len(words.encode()) > account.most:
                break
            said.append(sending.message.text)
            sendings.take(conn, [claim], ME, now)
            result = Result(sending, f"{ME}-{event.id}"[:64])
            account.outcomes.sent(conn, result, now)
            records.told(event.bot, result, now)
        return BETWEEN.join(said)

    def _drawn(
        self, conn: Connection, account: _Account, claim: Claim, now: float
    ) -> Sending | None:
        """The row as words; None where it is left to the sender."""
        if claim.payload.get("secret"):
            return None
        try:
            sending = account.drawing.draw(conn, claim, now)
        except Exception as error:
            if passing(conn, error):
                raise
            return None  # the sender will fail likewise, and put it on record
        if sending is None or sending.edit or sending.delete:
            return None
        message = sending.message
        return None if message.photo or message.document or not message.text else sending
