"""A platform that misbehaves when told to, and seconds that pass when told to.

    platform.fails("li", Gone("blocked"))     the next message to this chat is refused
    platform.holds("li")                      messages to this chat are on their way until
    platform.lets("li")                       they are let through

People still read and answer on the local messenger behind it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from bot.channels.base import Answer, Receive, Request
from bot.channels.local import ACCOUNT, NAME, LocalMessenger
from bot.sending.delivery import Delivery
from bot.sending.drawing import Sending
from handlers.message import Card, Chat, Message, Pace
from handlers.turn import Kind, Post
from handlers.words import _
from tests.robot import Town

SENDER = f"{NAME}/{ACCOUNT}"
UNHURRIED = Pace()


class Seconds:
    """The technical clock, far ahead of the real one: it stands still until it is moved."""

    def __init__(self, now: float = 4_000_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 6)


@dataclass(frozen=True, slots=True)
class Call:
    """What the platform was asked to do; `edit` is the message to change."""

    chat: str
    text: str
    edit: str = ""
    buttons: tuple[str, ...] = ()


class Platform:
    """The local messenger as it looks through a bad line."""

    name = NAME
    account = ACCOUNT
    path = f"/{NAME}"
    polls = False

    def __init__(self, messenger: LocalMessenger, pace: Pace) -> None:
        self.capabilities = replace(messenger.capabilities, pace=pace)
        self.calls: list[Call] = []
        self.taken: list[Call] = []
        self.called = asyncio.Event()
        self.deletes = True  # or nothing can be taken away, as with WeChat
        self._messenger = messenger
        self._troubles: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self._gates: dict[str, asyncio.Event] = {}

    # What goes wrong

    def fails(self, chat: str, *errors: Exception) -> None:
        """The next messages to this chat fail like this."""
        self._troubles[chat].extend(errors)

    def holds(self, chat: str) -> None:
        self._gates[chat] = asyncio.Event()

    def lets(self, chat: str) -> None:
        self._gates.pop(chat).set()

    def arrived(self, chat: str = "") -> list[str]:
        """The first lines of what arrived, in order, in one chat or in all."""
        return [call.text.splitlines()[0] for call in self.taken if chat in {"", call.chat}]

    async def until_called(self, times: int) -> None:
        """Returns once the platform was asked so many times."""
        async with asyncio.timeout(5):
            while len(self.calls) < times:
                self.called.clear()
                await self.called.wait()

    # The channel's promises

    async def open(self) -> None: ...

    async def run(self, receive: Receive) -> None:
        await self._messenger.run(receive)

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        return Answer(404)

    async def send(self, chat: Chat, message: Message) -> str:
        await self._pass(chat, message, "")
        return await self._messenger.send(chat, message)

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        await self._pass(chat, message, message_id)
        await self._messenger.edit(chat, message_id, message)

    async def delete(self, chat: Chat, message_id: str) -> bool:
        return self.deletes and await self._messenger.delete(chat, message_id)

    async def fetch(self, ref: str, limit: int) -> bytes:
        return await self._messenger.fetch(ref, limit)

    async def close(self) -> None: ...

    async def _pass(self, chat: Chat, message: Message, edit: str) -> None:
        troubles = self._troubles[chat.id]
        error = troubles.popleft() if troubles else None
        labels = tuple(button.label for button in message.buttons)
        call = Call(chat.id, message.text, edit, labels)
        self.calls.append(call)
        self.called.set()
        if gate := self._gates.get(chat.id):
            await gate.wait()
        if error is not None:
            raise error
        self.taken.append(call)


class Office:
    """A town whose messages go out through a `Platform`, at a clock of their own."""

    def __init__(self, town: Town, media: Path, pace: Pace = UNHURRIED) -> None:
        self.town = town
        self.app = town.stage.app
        self.seconds = Seconds()
        self.platform = Platform(town.stage.messenger, pace)
        self._media = media
        self.sender = self.another_sender()
        self.app.deliveries = [self.sender]

    def another_sender(self, clock: Callable[[], float] | None = None) -> Delivery:
        """A sender as another process, or this one after a restart, would have it."""
        return Delivery(
            self.app.database,
            self.platform,
            self.app.dispatch,
            self._media,
            clock or self.seconds,
        )

    async def in_hand(self, sender: Delivery, most: int = 3) -> list[Sending]:
        """What this sender has claimed, drawn and not yet sent; after a death it takes one by one."""
        going: list[Sending] = []
        sender._lead = await self.app.database.run(sender._take_the_lead)
        for _time in range(most):
            claimed = await self.app.database.run(sender._claim)
            going += claimed.going
            if claimed.begun is None:
                break
            drawn, _dropped = await self.app.database.run(partial(sender._go_on, claimed.begun))
            going += drawn
        return going

    async def post(self, chat: str, words: str, kind: Kind = "notice", times: int = 1) -> None:
        """These words wait to be sent to a chat."""
        post = Post(f"{SENDER}/{chat}", "zh_CN")
        for _time in range(times):
            post.reply(Card(words), kind)
        await self.save(post)

    async def save(self, post: Post) -> None:
        now = self.app.clock.now()
        await self.app.database.run(lambda conn: self.app.dispatch.settle(conn, [(post, now)]))

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Looks into the database."""
        return list(
            await self.app.database.run(lambda conn: conn.execute(text(query), values).all())
        )

    async def report_lamp(self) -> None:
        """A resident has sent a report; what it leads to has not been sent yet."""
        resident, stage = self.town.resident, self.town.stage
        await resident.says("3号楼东头路灯黑了快十天了")
        await resident.taps(stage.policy.category("0201").short_zh)
        await resident.phone.tap(stage.label(_("Send it")))

    async def change_card(self) -> None:
        """The reporter has asked again: the holder's card shall show it."""

        def change(conn: Connection) -> None:
            post = Post()
            post.refresh(1, ("cases.work",))
            conn.execute(text("update cases set urged = urged + 1"))
            self.app.dispatch.settle(conn, [(post, self.app.clock.now())])

        await self.app.database.run(change)

    async def execute(self, statement: str, **values: Any) -> None:
        """Changes the database behind everybody's back."""
        await self.app.database.run(lambda conn: conn.execute(text(statement), values) and None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds the lock of the database file."""
        path = self.app.database.engine.url.database
        assert path is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            yield

    async def states(self) -> list[str]:
        """What became of every message, in the order they were posted."""
        return [row.state for row in await self.rows("select state from outbox order by id")]

    async def drain(self) -> None:
        await self.sender.drain()

    async def arrivals(self, seconds: float) -> int:
        """How many more messages have arrived when these seconds have passed."""
        before = len(self.platform.taken)
        self.seconds.pass_by(seconds)
        await self.drain()
        return len(self.platform.taken) - before
