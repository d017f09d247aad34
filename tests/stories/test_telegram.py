"""The whole day over real HTTP, against a Telegram server: polling and webhook, both drivers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import Connection

from bot import decisions, sample, settings
from bot.app import App
from bot.channels.phones import Bubble
from bot.channels.telegram import telegram
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.demo.story import Story
from bot.web.server import build
from handlers.message import Button, Pace
from handlers.words import Reader, Text, render
from tests.servers.serving import HttpServer
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_people import Bubble as Shown
from tests.servers.telegram_people import User

GROUP = -1001
WEBHOOK_SECRET = "a-secret-of-the-tests"
Driver = Literal["python-telegram-bot", "aiogram"]


class Phone:
    """A Telegram user with the acts of a phone of the local messenger, and its bubbles."""

    def __init__(self, user: User, in_group: bool = False) -> None:
        self.user = user
        self._chats = (user.id, GROUP) if in_group else (user.id,)

    @property
    def bubbles(self) -> list[Bubble]:
        """What the private chat and the members' group show, in the order it appeared."""
        found = [self._bubble(chat, b) for chat in self._chats for b in self.user.reads(chat)]
        return sorted(found, key=lambda bubble: bubble.number)

    async def say(self, words: str) -> None:
        self.user.says(words)

    async def tap(self, label: str) -> None:
        try:
            self.user.taps(label)
        except LookupError:  # nothing in the private chat: then on the group's card
            self.user.taps(label, GROUP)

    async def send_photo(self, data: bytes) -> None:
        self.user.sends_photo(data)

    def _bubble(self, chat: int, shown: Shown) -> Bubble:
        where = sample.GROUP if chat == GROUP else str(chat)
        sender = "" if shown.mine else "somebody"
        buttons = tuple(Button(label, "") for label in shown.buttons)
        return Bubble(
            *(shown.id, int(shown.id), where, sender, sender, MORNING),
            text=shown.text,
            buttons=buttons,
            photo=shown.photo,
        )


class TelegramStage:
    """The sample district on a Telegram server; what `bot.demo.stage.Stage` is for local phones."""

    language = "zh_CN"

    def __init__(self, server: TelegramServer, app: App) -> None:
        self.app, self.clock, self.policy = app, app.clock, app.policy
        self.channel = app.channels[0]
        self.capabilities = self.channel.capabilities
        self.server = server
        self.phones = {
            someone.key: Phone(server.user(101 + i, someone.name), someone in sample.IN_GROUP)
            for i, someone in enumerate(sample.EVERYBODY)
        }
        self.group = server.group(GROUP, "翠湖党员志愿者群")

    async def load(self) -> None:
        """Everybody has opened the chat; their accounts belong to the sample's people."""

        def bind(conn: Connection) -> None:
            ids = sample.load(conn, self.policy, self.policy.local_date(self.clock.now()))
            users = {str(self.phones[key].user.id): ids[key] for key in ids}
            account = self.channel.account
            sample.bind(conn, users, "telegram", account, self.language, str(GROUP))

        await self.app.database.run(bind)
        for phone in self.phones.values():
            phone.user.says("/start")
        await self.settle()

    def stranger(self, user_id: int, name: str) -> User:
        """Somebody whom the district does not know yet."""
        return self.server.user(user_id, name)

    async def settle(self) -> None:
        await self.server.until(lambda: self.server.pending == 0)
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


@asynccontextmanager
async def telegram_stage(
    url: str, media: Path, driver: Driver, mode: Literal["polling", "webhook"]
) -> AsyncIterator[TelegramStage]:
    data = decisions.categories()
    clock = Clock()
    clock.freeze(MORNING)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TelegramServer())
        web = HttpServer(forward := Forward())
        web.start()
        stack.push_async_callback(web.stop)
        channel = telegram(
            server.token, server.url, driver, mode, f"{web.url}/telegram", WEBHOOK_SECRET
        )
        await channel.open()
        # The day has more messages than Telegram's pace lets through in a test's patience.
        channel.capabilities = replace(channel.capabilities, pace=Pace())
        policy = decisions.policy(settings.load(None), data)
        app = App(url, policy, data, [channel], media, clock=clock)
        forward.to = build(channels=[channel], receive=app.receive, health=app.health)
        await stack.enter_async_context(app.running(background=False))
        stage = TelegramStage(server, app)
        await stage.load()
        yield stage


class Forward:
    """An ASGI app that is known only after its address is."""

    to: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.to(scope, receive, send)


async def no_pause() -> None:
    pass


@pytest.mark.parametrize(
    ("driver", "mode"), [("python-telegram-bot", "polling"), ("aiogram", "webhook")]
)
async def test_the_day_is_lived_on_telegram(
    sqlite_url: str, tmp_path: Path, driver: Driver, mode: Literal["polling", "webhook"]
) -> None:
    async with telegram_stage(sqlite_url, tmp_path, driver, mode) as stage:
        await Story(stage, no_pause).play()
        assert stage.phones["zhou"].user.sees("销号了")
        assert stage.phones["li"].user.sees("QH-20261123-0001")
        assert any("办好了" in bubble.text for bubble in stage.group.bubbles)
        assert stage.phones["zhou"].user.sees("网格长王敏")
