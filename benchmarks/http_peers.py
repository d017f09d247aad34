"""The libraries behind HTTP, and the floor.

The peers' conversations and databases are those of report_ptb.py and report_aiogram.py; what
they leave in their outbox is sent, too, as soon as it is committed: each message in a task of
its own, which a crash would lose, as it would with most bots. The floor is a Starlette handler
that reads JSON and answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.request import HTTPXRequest

from benchmarks.form import token
from benchmarks.http_ours import Site
from benchmarks.report_aiogram import dispatcher
from benchmarks.report_ptb import application
from benchmarks.store import Store, Unit
from benchmarks.updates import walk
from benchmarks.world import TOKEN
from bot.serve import serving as on_port

__all__ = ["floor_starlette", "peer_aiogram", "peer_ptb", "token", "walk"]

Handle: TypeAlias = Callable[[bytes], Awaitable[None]]
Send: TypeAlias = Callable[[int, str, list[Any] | None], Awaitable[Any]]
CONNECTIONS = 64


class Telling(Store):
    """Sends what a unit says once the unit is on the disk."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.send: Send
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(CONNECTIONS)

    async def save(self, units: Iterable[tuple[int, Unit]]) -> None:
        """The units are on the disk, and their messages on their way."""
        await super().save(units)
        for _update, unit in units:
            for message in unit.messages:
                task = asyncio.create_task(self._tell(message))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def all_sent(self) -> None:
        """Nothing is on its way any more."""
        await asyncio.gather(*self._under_way)

    async def _tell(self, message: dict[str, Any]) -> None:
        async with self._room:
            await self.send(message["chat"], message["text"], message["buttons"])


@asynccontextmanager
async def floor_starlette(url: str, folder: Path, api: str, people: range) -> AsyncIterator[Site]:
    """JSON is read, and 200 answered."""

    async def handle(body: bytes) -> None:
        json.loads(body)

    async with _serving(handle) as address:
        yield Site(address, _nothing)


@asynccontextmanager
async def peer_ptb(url: str, folder: Path, api: str, people: range) -> AsyncIterator[Site]:
    """python-telegram-bot: updates one after the other, as ConversationHandler asks for."""
    store, one_by_one = Telling(url), asyncio.Lock()
    request = HTTPXRequest(connection_pool_size=CONNECTIONS)
    async with application(store, request, TOKEN, f"{api}/bot") as app:

        async def handle(body: bytes) -> None:
            async with one_by_one:
                await app.process_bodies([body])

        async def send(chat: int, text: str, buttons: list[Any] | None) -> None:
            markup: Any = {"inline_keyboard": buttons} if buttons else None
            await app.bot.send_message(chat, text, reply_markup=markup)

        store.send = send
        async with _serving(handle) as address:
            yield Site(address, store.all_sent)
    store.close()


@asynccontextmanager
async def peer_aiogram(url: str, folder: Path, api: str, people: range) -> AsyncIterator[Site]:
    """aiogram: updates side by side, each with a commit of its own."""
    store = Telling(url)
    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    async with Bot(TOKEN, session=session).context() as bot:
        feed = dispatcher(store)

        async def handle(body: bytes) -> None:
            update = Update.model_validate_json(body, context={"bot": bot})
            await feed.feed_update(bot, update)

        async def send(chat: int, text: str, buttons: list[Any] | None) -> None:
            markup: Any = {"inline_keyboard": buttons} if buttons else None
            await bot.send_message(chat, text, reply_markup=markup)

        store.send = send
        async with _serving(handle) as address:
            yield Site(address, store.all_sent)
    store.close()


@asynccontextmanager
async def _serving(handle: Handle) -> AsyncIterator[str]:
    async def webhook(request: Request) -> Response:
        await handle(await request.body())
        return Response()

    site = Starlette(routes=[Route("/telegram", webhook, methods=["POST"])])
    async with on_port(site, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/telegram"


async def _nothing() -> None: ...
