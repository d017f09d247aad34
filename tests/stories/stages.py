"""What the sample district needs to be played on any messenger, over real HTTP both ways.

    async with wecom_stage(url, media) as stage:
        await stage.phones["zhou"].say("路灯不亮")
        await stage.settle()

Each messenger has a module of its own; tests/stories/test_channels.py knows them all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlalchemy import Connection

from bot import decisions, sample, settings
from bot.app import App
from bot.channels.base import Channel
from bot.channels.phones import Bubble
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.web.server import build
from handlers.message import Capabilities, Pace
from handlers.words import Reader, Text, render
from storage import org
from storage.database import Database
from tests.servers.serving import HttpServer


class Person(Protocol):
    """Somebody on a simulated platform."""

    id: str

    @property
    def bubbles(self) -> Sequence[Any]: ...
    async def says(self, words: str) -> None: ...
    async def taps(self, label: str) -> None: ...
    async def sends_photo(self, data: bytes) -> None: ...


class Phone:
    """A person with the acts of a phone of the local messenger, and its bubbles."""

    def __init__(self, person: Person) -> None:
        self.person: Any = person

    @property
    def bubbles(self) -> list[Bubble]:
        return [self._bubble(shown) for shown in self.person.bubbles]

    async def say(self, words: str) -> None:
        await self.person.says(words)

    async def tap(self, label: str) -> None:
        await self.person.taps(label)

    async def send_photo(self, data: bytes) -> None:
        await self.person.sends_photo(data)

    def _bubble(self, shown: Any) -> Bubble:
        me = self.person.id
        return Bubble(
            *(str(shown.number), shown.number, me, "" if shown.mine else me, "", MORNING),
            text=shown.text,
            photo=shown.photo,
        )


class HttpStage:
    """What `bot.demo.stage.Stage` is for local phones, for a platform of any kind."""

    language = "zh_CN"
    group_id: ClassVar[str | None] = None
    """Of the members' group, where the messenger has groups."""

    def __init__(self, app: App, phones: Mapping[str, Any]) -> None:
        self.app, self.clock, self.policy = app, app.clock, app.policy
        self.channel = self.messenger = app.channels[0]
        self.phones = phones

    @property
    def capabilities(self) -> Capabilities:
        return self.channel.capabilities

    def account(self, key: str) -> str:
        """What the platform calls this person of the sample."""
        return key

    async def load(self) -> None:
        """The district is there, and everybody's account belongs to the sample's people."""

        def bind(conn: Connection) -> None:
            if org.is_empty(conn):
                today = self.policy.local_date(self.clock.now())
                ids = sample.load(conn, self.policy, today)
            else:
                ids = sample.ids(conn)
            accounts = {self.account(key): id_ for key, id_ in ids.items()}
            name, account = self.channel.name, self.channel.account
            sample.bind(conn, accounts, name, account, self.language, self.group_id)

        await self.app.database.run(bind)

    async def settle(self) -> None:
        """Everything has been said that is to be said now."""
        await self.app.settle()

    async def advance(self, by: timedelta) -> None:
        """The clock goes on, and stops at everything that falls due on the way."""
        target: datetime = self.clock.now() + by
        while (due := await self.app.ticks.next_due()) is not None and due <= target:
            self.clock.set(due)
            await self.settle()
        self.clock.set(target)
        await self.settle()

    def label(self, text: Text) -> str:
        return render(text, Reader(self.language, self.clock.now(), self.policy.zone))


class Forward:
    """An ASGI app that is known only after its address is."""

    to: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.to(scope, receive, send)


Opened: TypeAlias = "Callable[[], Database[Any, Any]]"
"""Asked for the bot's database when a channel first wants something kept."""


@asynccontextmanager
async def serving(
    url: str, media: Path, clock: Clock, open_channel: Callable[[str, Opened], Channel]
) -> AsyncIterator[App]:
    """The bot with the channel that this opens for its own address; nothing moves by itself.

    Nothing limits how fast people are written to: a day has more messages than any platform's
    pace lets through in a test's patience.
    """
    data = decisions.categories()
    web = HttpServer(forward := Forward())
    web.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(web.stop)
        app: App
        channel = open_channel(web.url, lambda: app.database)
        await channel.open()
        channel.capabilities = replace(channel.capabilities, pace=Pace())
        policy = decisions.policy(settings.load(None), data)
        app = App(url, policy, data, [channel], media, clock=clock)
        forward.to = build(channels=[channel], receive=app.receive, health=app.health)
        await stack.enter_async_context(app.running(background=False))
        yield app


def at_nine() -> Clock:
    """A clock that stands still until it is moved."""
    clock = Clock()
    clock.freeze(MORNING)
    return clock
