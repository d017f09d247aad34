"""The sample district on a simulated Official Account, over real HTTP both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot import decisions, sample, settings
from bot.app import App
from bot.channels.phones import Bubble
from bot.channels.wechat.channel import WeChatChannel
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.web.server import build
from handlers.words import Reader, Text, render
from tests.servers.serving import HttpServer
from tests.servers.wechat import WeChatServer
from tests.servers.wechat_people import Person


class Phone:
    """A follower with the acts of a phone of the local messenger, and its bubbles."""

    def __init__(self, person: Person) -> None:
        self.person = person

    @property
    def bubbles(self) -> list[Bubble]:
        return [
            Bubble(
                *(str(b.number), b.number, self.person.id, "" if b.mine else self.person.id),
                *("", MORNING),
                text=b.text,
                photo=b.photo,
            )
            for b in self.person.bubbles
        ]

    async def say(self, words: str) -> None:
        await self.person.says(words)

    async def tap(self, label: str) -> None:
        await self.person.taps(label)

    async def send_photo(self, data: bytes) -> None:
        await self.person.sends_photo(data)


class WeChatStage:
    """What `bot.demo.stage.Stage` is for local phones; nobody follows the account yet."""

    language = "zh_CN"

    def __init__(self, server: WeChatServer, app: App) -> None:
        self.app, self.clock, self.policy = app, app.clock, app.policy
        self.channel = app.channels[0]
        self.capabilities = self.channel.capabilities
        self.server = server
        self.phones = {s.key: Phone(server.follower(s.key)) for s in sample.EVERYBODY}

    async def load(self) -> None:
        """Their accounts belong to the sample's people."""

        def bind(conn: Connection) -> None:
            ids = sample.load(conn, self.policy, self.policy.local_date(self.clock.now()))
            sample.bind(conn, ids, "wechat", self.channel.account, self.language, None)

        await self.app.database.run(bind)

    async def settle(self) -> None:
        await self.app.settle()

    async def advance(self, by: timedelta) -> None:
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


@asynccontextmanager
async def wechat_stage(url: str, media: Path, **more: Any) -> AsyncIterator[WeChatStage]:
    data = decisions.categories()
    clock = Clock()
    clock.freeze(MORNING)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            WeChatServer(lambda: clock.now().timestamp(), patience=20.0)
        )
        web = HttpServer(forward := Forward())
        web.start()
        stack.push_async_callback(web.stop)
        channel = WeChatChannel(
            app_id=server.app_id,
            app_secret=server.app_secret,
            token=server.token,
            aes_key=server.aes_key,
            base_url=server.url,
            patience=server.patience,
            **more,
        )
        server.callback = f"{web.url}{channel.path}"
        policy = decisions.policy(settings.load(None), data)
        app = App(url, policy, data, [channel], media, clock=clock)
        forward.to = build(channels=[channel], receive=app.receive, health=app.health)
        await stack.enter_async_context(app.running(background=False))
        stage = WeChatStage(server, app)
        await stage.load()
        yield stage
