"""The demo's bot as a process of its own, which may be killed at any moment.

It has what `shaodao run` has: the database thread, the sender, the clock. Its messenger is the
process that started it, at the other end of the socket whose number it is given.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx

from bot import decisions, keys, logs, settings
from bot.app import App
from bot.channels.base import Answer, Receive, Request
from bot.channels.local import ACCOUNT, NAME
from bot.clock import Clock
from bot.demo.wire import Act, Wire, named
from bot.web import papers
from bot.web.forward import Asked, Told
from bot.web.server import build
from handlers.message import Capabilities, Chat, Event, Handled, Message
from storage import people, readings

LOOK = 0.02  # seconds between two looks at what is still on its way


@dataclass(frozen=True, slots=True)
class Brief:
    """What the bot has to know: where its district lies, whom it serves, what time it is."""

    url: str
    folder: Path
    capabilities: Capabilities
    config: settings.Settings
    now: datetime


class FarMessenger:
    """The channel to a messenger in another process."""

    name = NAME
    account = ACCOUNT
    path = f"/{NAME}"
    polls = False

    def __init__(self, capabilities: Capabilities, wire: Wire) -> None:
        self.capabilities = capabilities
        self._wire = wire

    async def open(self) -> None:
        """Nothing to connect to."""

    async def run(self, receive: Receive) -> None:
        """Events come over the wire."""

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        return Answer(404)

    async def send(self, chat: Chat, message: Message) -> str:
        return str(await self._wire.call("send", chat, message))

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        await self._wire.call("edit", chat, message_id, message)

    async def delete(self, chat: Chat, message_id: str) -> bool:
        return bool(await self._wire.call("delete", chat, message_id))

    async def fetch(self, ref: str, limit: int) -> bytes:
        data: bytes = await self._wire.call("fetch", ref, limit)
        return data

    async def close(self) -> None:
        """Nothing is held."""


class Bot:
    """What the other process may ask for. All but `receive` and `answer` may be asked again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        acts: Sequence[Act] = (
            *(self.begin, self.receive, self.settle, self.next_due),
            *(self.show_time, self.speak, self.answer),
        )
        self.wire = Wire(reader, writer, named(acts))
        self._stack = AsyncExitStack()
        self._app: App
        self._web: httpx.AsyncClient

    async def begin(self, brief: Brief) -> None:
        """Serves from now on."""
        keys.throwaway(brief.folder)
        data = decisions.categories()
        self._app = App(
            brief.url,
            decisions.policy(brief.config, data),
            data,
            [FarMessenger(brief.capabilities, self.wire)],
            brief.folder / "media",
            clock=Clock(brief.now),
            desk_phone=brief.config.district.desk_phone,
        )
        await self._stack.enter_async_context(self._app.running())
        pages = build(
            channels=[],
            receive=self._app.receive,
            health=self._app.health,
            pages=papers.routes(lambda: self._app),
        )
        self._web = httpx.AsyncClient(transport=httpx.ASGITransport(pages))

    async def receive(self, event: Event) -> Handled:
        return await self._app.receive(event)

    async def settle(self) -> None:
        """Nothing is due, and nothing on its way, also what an earlier process began to send."""
        while await self._moved() or await self._app.database.run(readings.depth):  # noqa: ASYNC110 - the sender tells nobody
            await asyncio.sleep(LOOK)

    async def _moved(self) -> int:
        app = self._app
        return await app.ticks.tick() + await app.media.fetch_waiting() + await app.papers.work()

    async def next_due(self) -> datetime | None:
        return await self._app.ticks.next_due()

    async def show_time(self, at: datetime) -> None:
        self._app.clock.set(at)

    async def speak(self, language: str) -> None:
        await self._app.database.run(partial(people.set_everybodys_language, language=language))

    async def answer(self, asked: Asked) -> Told:
        """What this process's pages answer to a browser."""
        found = await self._web.request(
            asked.method, asked.url, headers=asked.headers, content=asked.body
        )
        return Told(found.status_code, found.headers.raw, found.content)


def main(number: int) -> None:
    """Serves whoever is at the other end of this socket, until they are gone."""
    logs.configure(settings.Log(level="warning"))
    asyncio.run(_serve(number))


async def _serve(number: int) -> None:
    end = socket.socket(fileno=number)
    reader, writer = await asyncio.open_unix_connection(sock=end)
    await Bot(reader, writer).wire.run()
    # Nobody is left to serve; what was committed is kept, as it is when the power fails.
    os._exit(0)
