"""The sample district on a Telegram server: polling or webhook, on either library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from bot import sample
from bot.app import App
from bot.channels.base import Channel
from bot.channels.phones import Bubble
from bot.channels.telegram import telegram
from bot.demo.stage import MORNING
from handlers.message import Button
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_people import Bubble as Shown
from tests.servers.telegram_people import User
from tests.stories.stages import HttpStage, Opened, at_nine, serving

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


class TelegramStage(HttpStage):
    """Everybody has opened the chat once it is loaded."""

    group_id = str(GROUP)

    def __init__(self, server: TelegramServer, app: App) -> None:
        phones = {
            someone.key: Phone(server.user(101 + i, someone.name), someone in sample.IN_GROUP)
            for i, someone in enumerate(sample.EVERYBODY)
        }
        super().__init__(app, phones)
        self.server = server
        self.group = server.group(GROUP, "翠湖党员志愿者群")

    def account(self, key: str) -> str:
        return str(self.phones[key].user.id)

    async def load(self) -> None:
        await super().load()
        for phone in self.phones.values():
            phone.user.says("/start")
        await self.settle()

    def stranger(self, user_id: int, name: str) -> User:
        """Somebody whom the district does not know yet."""
        return self.server.user(user_id, name)

    async def settle(self) -> None:
        await self.server.until(lambda: self.server.pending == 0)
        await super().settle()


@asynccontextmanager
async def telegram_stage(
    url: str, media: Path, driver: Driver, mode: Literal["polling", "webhook"]
) -> AsyncIterator[TelegramStage]:
    async with TelegramServer() as server:

        def opened(at: str, _database: Opened) -> Channel:
            return telegram(
                server.token, server.url, driver, mode, f"{at}/telegram", WEBHOOK_SECRET
            )

        async with serving(url, media, at_nine(), opened) as app:
            stage = TelegramStage(server, app)
            await stage.load()
            yield stage
