"""Ours behind HTTP: the whole bot as house.py has it, with its webhook on a port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from benchmarks.house import ACCOUNT, Instant, all_sent, app_at, settle_in
from benchmarks.report_ours import token, walk
from benchmarks.world import SECRET, TOKEN
from bot.channels.base import Answer, Channel, Receive, Request
from bot.channels.telegram import mapping, telegram
from bot.serve import serving as on_port
from bot.web.server import build
from handlers.message import Pace
from storage.migrating import migrate

__all__ = ["Hook", "Site", "at", "ours_aiogram", "ours_ptb", "ours_unsent", "token", "walk"]


@dataclass(frozen=True, slots=True)
class Site:
    """A contender that serves: where its webhook is, and what waits until all is sent."""

    address: str
    all_sent: Callable[[], Awaitable[None]]


class Hook(Instant):
    """A webhook whose messages have arrived as soon as they are sent."""

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        event = mapping.event(json.loads(request.body), ACCOUNT)
        if event is not None:
            await receive(event)
        return Answer()


@asynccontextmanager
async def ours_unsent(url: str, folder: Path, api: str, residents: range) -> AsyncIterator[Site]:
    """HTTP in, commit, 200; nobody is at the other end of what is sent."""
    async with at(url, folder, Hook(), residents) as site:
        yield site


@asynccontextmanager
async def ours_aiogram(url: str, folder: Path, api: str, residents: range) -> AsyncIterator[Site]:
    """The same until every message has arrived, through aiogram."""
    async with at(url, folder, await _telegram(api, "aiogram"), residents) as site:
        yield site


@asynccontextmanager
async def ours_ptb(url: str, folder: Path, api: str, residents: range) -> AsyncIterator[Site]:
    """The same through python-telegram-bot."""
    async with at(url, folder, await _telegram(api, "python-telegram-bot"), residents) as site:
        yield site


@asynccontextmanager
async def at(url: str, folder: Path, channel: Channel, residents: range) -> AsyncIterator[Site]:
    """The bot serves from this database through this channel."""
    migrate(url)
    app = app_at(url, folder, channel)
    site = build(channels=[channel], receive=app.receive, health=app.health)
    async with app.running(), on_port(site, "127.0.0.1", 0) as port:
        await settle_in(app, residents)
        yield Site(f"http://127.0.0.1:{port}{channel.path}", partial(all_sent, app))


async def _telegram(api: str, driver: Literal["aiogram", "python-telegram-bot"]) -> Channel:
    """As fast as it goes: what Telegram allows is measured apart (delivery.py)."""
    channel = telegram(TOKEN, api, driver, "webhook", "https://bot.example/telegram", SECRET)
    await channel.open()
    channel.capabilities = replace(channel.capabilities, pace=Pace())
    return channel
