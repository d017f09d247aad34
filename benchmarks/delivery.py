"""How much of what Telegram permits is used, and whether it is ever exceeded.

A Bot API server in a process of its own keeps Telegram's published limits (30 messages a
second, one a second in a private chat, 20 a minute in a group), refuses with a 429 whatever
comes too early, and lets every answer be under way for 100 ms. A bulletin for 1,500 chats and
20 groups waits, and while it is sent, people are answered twice a second. Ours allows itself 25
messages a second, as rows of the database that survive a restart; so are the peers told to,
each with the limiter it comes with or that people use: python-telegram-bot's AIORateLimiter, and
aiolimiter before aiogram, with one limit for all and one for each chat. The peers send from a
list in memory.

`of_permitted` is the share of 25 a second until the last message has arrived; `reply_p99_s` is
how long an answer waited for it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import time
from typing import Any, Literal, Protocol, TypeAlias

from sqlalchemy import Connection, insert

from benchmarks import databases, fresh, updates
from benchmarks.house import all_sent, app_at
from bot.app import App
from bot.channels.base import TELEGRAM
from bot.channels.telegram import telegram
from storage import outbox
from storage.lanes import lanes
from storage.migrating import migrate

LATENCY = 0.1  # seconds
PERMITTED = 1 / TELEGRAM.pace.account  # messages a second
GROUPS, TO_EACH_GROUP = 20, 5
REPLIES = 2.0  # a second
BULLETIN = "停水通知：明天上午8点到12点，翠湖社区1号楼到9号楼检修停水，请提前存水。"
REPLY = "收到了。网格员李明明天上午10点前联系您。"

Kind: TypeAlias = Literal["reply", "bulletin"]
Driver: TypeAlias = Literal["python-telegram-bot", "aiogram"]


class Sender(Protocol):
    """Sends at the pace that it allows itself."""

    async def begin(self, chats: Sequence[int]) -> None:
        """The bulletin is on its way to these chats."""

    async def answer(self, chat: int) -> None:
        """A reply is on its way to this chat."""

    async def done(self) -> None:
        """Everything has been sent."""


Contender: TypeAlias = Callable[[str, str, str, Sequence[int]], AbstractAsyncContextManager[Sender]]
"""What sends for the bot with this token, through the API at this address, with an empty database
at this one, to these chats."""


def measure(quick: bool) -> dict[str, Any]:
    """The figures of each contender."""
    found = {}
    for name in CONTENDERS:
        print(f"delivery: {name}", file=sys.stderr)
        with databases.empty("") as url:
            found[name] = fresh.call(delivered, name, 60 if quick else 1500, url)
    return found


def delivered(name: str, chats: int, url: str) -> dict[str, Any]:
    """The figures of one contender that writes to so many private chats and the groups."""
    with fresh.beside(_telegram, chats) as pipe:
        return asyncio.run(_delivered(CONTENDERS[name], chats, url, pipe))


async def _delivered(contender: Contender, chats: int, url: str, pipe: Pipe) -> dict[str, Any]:
    token, address = await asyncio.to_thread(pipe.recv)
    private, groups = _chats(chats)
    # Groups first, as the product posts a bulletin: each of them takes a message every three seconds.
    flood = groups * (TO_EACH_GROUP if chats > len(groups) * TO_EACH_GROUP else 1) + private
    dice, asked = Random(chats), dict[int, float]()
    async with contender(token, address, url, private + groups) as sender:
        began = time()
        await sender.begin(flood)
        for _ in range(int(len(flood) / PERMITTED * REPLIES)):
            chat = dice.choice([one for one in private if one not in asked])
            asked[chat] = time()
            await sender.answer(chat)
            await asyncio.sleep(1 / REPLIES)
        await sender.done()
        pipe.send(REPLY)
        arrived, replies, refused = await asyncio.to_thread(pipe.recv)
    seconds = max(arrived) - began
    return {
        "messages": len(arrived),
        "lost": len(flood) + len(asked) - len(arrived),
        "seconds": round(seconds, 1),
        "per_s": round(len(arrived) / seconds, 2),
        "of_permitted": round(len(arrived) / seconds / PERMITTED, 3),
        "refused_429": refused,
        "reply_p50_s": round(
            quantiles(waits := [replies[c] - at for c, at in asked.items()])[1], 2
        ),
        "reply_p99_s": round(quantiles(waits, n=100)[98], 2),
    }


def _chats(private: int) -> tuple[list[int], list[int]]:
    return [updates.account(n) for n in range(private)], [-1001 - n for n in range(GROUPS)]


# ── ours ─────────────────────────────────────────────────────────────────────


class Ours:
    """The sender, with the rows of the outbox."""

    def __init__(self, app: App) -> None:
        self._app = app
        [self._delivery] = app.deliveries

    async def begin(self, chats: Sequence[int]) -> None:
        await self._post("bulletin", BULLETIN, chats)
        self._sending = asyncio.create_task(self._delivery.run())

    async def answer(self, chat: int) -> None:
        await self._post("reply", REPLY, [chat])
        self._delivery.wake.set()

    async def done(self) -> None:
        await all_sent(self._app)
        self._delivery.stop()
        await self._sending

    async def _post(self, kind: Kind, text: str, chats: Sequence[int]) -> None:
        [channel] = self._app.channels
        sender = f"{channel.name}/{channel.account}"
        body = {"text": text, "buttons": [], "photo": "", "language": "zh_CN"}
        rows = [outbox.Row(sender, f"{sender}/{chat}", kind, body) for chat in chats]
        await self._app.database.run(partial(outbox.add_rows, rows=rows))


@asynccontextmanager
async def _ours(
    driver: Driver, token: str, address: str, url: str, chats: Sequence[int]
) -> AsyncIterator[Sender]:
    migrate(url)
    channel = telegram(token, address, driver)
    await channel.open()
    with TemporaryDirectory() as folder:
        app = app_at(url, Path(folder), channel)
        async with app.running(background=False):
            sender = f"{channel.name}/{channel.account}"
            await app.database.run(partial(_know, sender=sender, chats=chats))
            yield Ours(app)


def _know(conn: Connection, sender: str, chats: Sequence[int]) -> None:
    rows = [
        {
            "key": f"{sender}/{chat}",
            "sender": sender,
            "kind": "group" if chat < 0 else "private",
            "chat": str(chat),
        }
        for chat in chats
    ]
    conn.execute(insert(lanes), rows)


# ── the peers ────────────────────────────────────────────────────────────────


class Peer:
    """A task for each message, and whatever limiter `say` asks first."""

    def __init__(self, say: Callable[[int, str], Any]) -> None:
        self._say = say
        self._under_way: list[asyncio.Task[Any]] = []

    async def begin(self, chats: Sequence[int]) -> None:
        self._under_way += [asyncio.create_task(self._say(chat, BULLETIN)) for chat in chats]

    async def answer(self, chat: int) -> None:
        self._under_way.append(asyncio.create_task(self._say(chat, REPLY)))

    async def done(self) -> None:
        await asyncio.gather(*self._under_way)


@asynccontextmanager
async def ptb_ratelimiter(
    token: str, address: str, url: str, chats: Sequence[int]
) -> AsyncIterator[Sender]:
    """python-telegram-bot with its AIORateLimiter, which tries again after a 429."""
    from telegram.ext import AIORateLimiter, ExtBot
    from telegram.request import HTTPXRequest

    limiter = AIORateLimiter(overall_max_rate=PERMITTED, max_retries=10)
    request = HTTPXRequest(connection_pool_size=64, pool_timeout=60)
    bot: Any = ExtBot(token, f"{address}/bot", request=request, rate_limiter=limiter)
    async with bot:
        yield Peer(lambda chat, text: bot.send_message(chat, text))


@asynccontextmanager
async def aiogram_aiolimiter(
    token: str, address: str, url: str, chats: Sequence[int]
) -> AsyncIterator[Sender]:
    """aiogram behind aiolimiter, one for the account and one for each chat; after a 429 the
    message waits for as long as it is told to."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramRetryAfter
    from aiolimiter import AsyncLimiter

    everybody = AsyncLimiter(PERMITTED, 1)
    each = {chat: AsyncLimiter(*((20, 60) if chat < 0 else (1, 1))) for chat in chats}
    session = AiohttpSession(api=TelegramAPIServer.from_base(address))
    async with Bot(token, session=session).context() as bot:

        async def say(chat: int, text: str) -> None:
            while True:
                async with each[chat], everybody:
                    try:
                        await bot.send_message(chat, text)
                    except TelegramRetryAfter as asked:
                        await asyncio.sleep(asked.retry_after)
                    else:
                        return

        yield Peer(say)


CONTENDERS: dict[str, Contender] = {
    "ours_aiogram": partial(_ours, "aiogram"),
    "ours_ptb": partial(_ours, "python-telegram-bot"),
    "ptb_ratelimiter": ptb_ratelimiter,
    "aiogram_aiolimiter": aiogram_aiolimiter,
}


# ── Telegram ─────────────────────────────────────────────────────────────────


def _telegram(bot: Pipe, chats: int) -> None:
    if sys.platform == "linux":  # the bot has the last core for itself
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)))
    asyncio.run(_serve(bot, chats))


async def _serve(bot: Pipe, chats: int) -> None:
    """Takes what comes in time, and in the end tells when each arrived."""
    from tests.servers.telegram import TelegramServer
    from tests.servers.telegram_limits import Limits

    class Noting(Limits):
        """When messages arrived."""

        arrived: list[float] = []  # noqa: RUF012 - one of these a process

        def wait(self, method: str, chat: str) -> int:
            early = super().wait(method, chat)
            if not early and method.lower().startswith("send"):
                self.arrived.append(time())
            return early

    limits = Noting()
    async with TelegramServer(limits=limits, latency=LATENCY) as server:
        private, groups = _chats(chats)
        for chat in private:
            server.user(chat, f"居民{chat}")
            server.telegram.rooms[chat].closed = ""  # everybody has written to the bot before
        for chat in groups:
            server.group(chat, f"群{chat}")
        bot.send((server.token, server.url))
        reply = await asyncio.to_thread(bot.recv)
        sent = [fields for name, fields in server.calls if name.lower() == "sendmessage"]
        replies = {
            int(fields["chat_id"]): at
            for fields, at in zip(sent, limits.arrived, strict=True)
            if fields["text"] == reply
        }
        bot.send((limits.arrived, replies, limits.refused))
