"""The other side of the page in its tests: four people, a group, and a bot that echoes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from starlette.types import ASGIApp

from bot.channels.base import TELEGRAM, Unavailable
from bot.channels.local import LocalMessenger
from bot.web.demo import Language
from bot.web.view import Json, Seat
from handlers.message import Button, Capabilities, Chat, Chose, Event, Handled, Message, Said

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

MORNING = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
PEOPLE = {"zhou": "周兰", "chen": "陈静", "li": "李明", "wang": "王敏"}
TITLES: dict[Language, tuple[str, ...]] = {
    "zh_CN": ("居民", "议事群", "网格员", "网格长"),
    "en": ("Resident", "Members", "Grid worker", "Grid chief"),
}


class District:
    """A `Control`: its story is one sentence long and goes on until it is stopped."""

    def __init__(self, capabilities: Capabilities = TELEGRAM) -> None:
        self.messenger = LocalMessenger(capabilities, now=self.now)
        self.zone = ZoneInfo("Asia/Shanghai")
        self.place = (30.12, 120.34)
        self.language: Language = "zh_CN"
        self.address = ""
        self.clock = MORNING
        self.closed = False
        self.healthy = True
        self.together = False  # the worker's phone and the chief's lie in one place
        self.events: list[Event] = []
        self.story_over = asyncio.Event()
        self.task = False  # an open task's card stands in the group
        self.told: Json = {"on": True, "waiting": 0, "outage": None}  # of its power
        phones = [self.messenger.phone(person, name) for person, name in PEOPLE.items()]
        self.messenger.group("square", "清河议事群", phones)

    @property
    def seats(self) -> Sequence[Seat]:
        titles = TITLES[self.language]
        chats = ("", "square", "", "")
        hints = (("3号楼路灯坏了",), (), (), ())
        found = [Seat(*seat) for seat in zip(PEOPLE, titles, chats, hints, strict=True)]
        found[1] = replace(found[1], hints=("@哨到 怎么上报",), aside=("我的积分",))
        return [*found[:2], replace(found[2], also=(found[3],))] if self.together else found

    def now(self) -> datetime:
        return self.clock

    def power(self) -> Json:
        return self.told

    def pull_plug(self) -> bool:
        return False

    async def dark(self) -> None:
        await asyncio.Event().wait()

    async def advance(self, by: timedelta) -> None:
        self.clock += by

    async def crowd(self) -> str:
        if not self.task:
            raise LookupError("no card")
        await self.messenger.send(Chat("group", "square"), Message("报名10/10"))
        return "square"

    async def play(self) -> None:
        self.story_over.clear()
        await self.messenger.phones["wang"].say("故事开始了")
        await self.story_over.wait()

    async def stop(self) -> None:
        self.story_over.set()

    async def set_language(self, language: Language) -> None:
        self.language = language

    async def restart(self) -> None:
        self.clock = MORNING
        self.messenger.clear()

    async def health(self) -> Mapping[str, object]:
        return {"ok": self.healthy}

    async def receive(self, event: Event) -> Handled:
        """Echoes what is said to the bot; a choice changes the card it was on."""
        if self.closed:
            raise Unavailable
        self.events.append(event)
        if isinstance(event.body, Chose):
            await self.messenger.edit(event.chat, event.body.message_id, Message("李明接了"))
            return Handled("归您了")
        if isinstance(event.body, Said) and event.addressed:
            await self.messenger.send(event.chat, Message(f"听到:{event.body.text}", BUTTONS))
        return Handled()


BUTTONS = (Button("我接了", "take:1"), Button("不归我们", "refuse:1"))
