"""Sending the answers of a claim storm, over HTTP and through each of Telegram's drivers.

Apart from the storm itself, because here Telegram's limits rule. A Bot API server in a
process of its own shows the card; within a second everybody presses on it; the bot fetches
the presses, commits them and answers each at once (`answerCallbackQuery`), as it does on a
polling installation. Only when all that is done does the sender begin, and what the storm
has left in the outbox is timed until the last of it is marked as sent: one message to each
member who has a slot now, and the group's card drawn anew. The server keeps Telegram's
published limits and refuses what comes too early, as a 429; each of its answers is under
way for a tenth of a second, as from a data centre far away.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Literal, TypeAlias

from benchmarks import fresh, updates
from benchmarks.claims_town import GROUP, SECOND, prepare
from benchmarks.house import all_sent
from bot import decisions, keys, settings
from bot.app import App
from bot.channels.base import TELEGRAM
from bot.channels.telegram import telegram
from bot.clock import Clock
from bot.demo.stage import MORNING
from storage import readings

Driver: TypeAlias = Literal["python-telegram-bot", "aiogram"]
DRIVERS: tuple[Driver, ...] = ("python-telegram-bot", "aiogram")
PERMITTED = 1 / TELEGRAM.pace.account
"""Messages a second that the sender allows itself; Telegram speaks of about 30."""
LATENCY = 0.1  # seconds
PATIENCE = 120.0  # seconds for a storm to be answered


@dataclass(frozen=True, slots=True)
class Answered:
    """Presses whose waiting circle was ended with words, and seconds from the first press to
    the last answer."""

    presses: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the server took while the sender worked, and how often it refused."""

    private: int
    card_edits: int
    refused: int


def measure(presses: int, rounds: int) -> list[dict[str, Any]]:
    """The figures of each driver, of its median round by the seconds."""
    found = []
    for driver in DRIVERS:
        taken = []
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}: sending with {driver}", file=sys.stderr)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                taken.append(alone.submit(sent, driver, presses).result())
        taken.sort(key=lambda figures: figures["seconds"])
        seconds = [figures["seconds"] for figures in taken]
        found.append({**taken[len(taken) // 2], "rounds": seconds})
    return found


def sent(driver: Driver, presses: int) -> dict[str, Any]:
    """The figures of one storm on a fresh SQLite database."""
    with fresh.beside(_telegram, presses) as server, TemporaryDirectory() as name:
        return asyncio.run(_send(driver, presses, Path(name), server))


# ── the bot ──────────────────────────────────────────────────────────────────


async def _send(driver: Driver, presses: int, folder: Path, server: Pipe) -> dict[str, Any]:
    keys.throwaway(folder)
    url = f"sqlite:///{folder / 'claims.db'}"
    prepare(url, presses)
    token, address = await asyncio.to_thread(server.recv)
    channel = telegram(token, address, driver)
    await channel.open()
    data = decisions.categories()
    policy = decisions.policy(settings.load(None), data)
    clock = Clock()
    clock.freeze(MORNING)
    app = App(url, policy, data, [channel], folder / "media", clock=clock)
    async with app.running(background=False):
        [delivery] = app.deliveries
        await delivery.drain()
        gc.collect()
        gc.freeze()
        server.send("the card is in the group")
        answered: Answered = await asyncio.to_thread(server.recv)
        left = await app.database.run(readings.depth)
        started = perf_counter()
        sending = asyncio.create_task(delivery.run())
        await all_sent(app)
        seconds = perf_counter() - started
        delivery.stop()
        await sending
        server.send("all is sent")
        arrived: Arrived = await asyncio.to_thread(server.recv)
    assert arrived.private + arrived.card_edits == left
    return {
        "driver": driver,
        "messages": left,
        "seconds": round(seconds, 2),
        "per_second": round(left / seconds, 1),
        "of_permitted": round(left / seconds / PERMITTED, 2),
        "refused_429": arrived.refused,
        "card_edits": arrived.card_edits,
        "answered": answered.presses,
        "answered_in_s": round(answered.seconds, 2),
    }


# ── Telegram ─────────────────────────────────────────────────────────────────


def _telegram(bot: Pipe, presses: int) -> None:
    asyncio.run(_play(bot, presses))


async def _play(bot: Pipe, presses: int) -> None:
    """The members press once the card is there; then the server counts what it is sent."""
    from tests.servers.telegram import TelegramServer
    from tests.servers.telegram_limits import Limits

    limits = Limits()
    async with TelegramServer(limits=limits, latency=LATENCY) as server:
        server.group(GROUP, "翠湖党员志愿者群")
        members = [server.user(updates.account(n), f"志愿者{n}") for n in range(presses)]
        for member in members:
            server.telegram.rooms[member.id].closed = ""  # all have written to the bot before
        bot.send((server.token, server.url))
        await asyncio.to_thread(bot.recv)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for n, member in enumerate(members):
            await asyncio.sleep(max(start + SECOND * n / presses - loop.time(), 0))
            member.taps("认领", GROUP)
        # Acknowledged is committed; and nobody waits for an answer any more.
        await server.until(lambda: not (server.pending or server.telegram.presses), PATIENCE)
        with_words = sum(any(member.toasts) for member in members)
        bot.send(Answered(with_words, loop.time() - start))
        await asyncio.to_thread(bot.recv)
        private = [bubble.id for member in members for bubble in member.bubbles if bubble.mine]
        edits = [fields["chat_id"] for fields in server.called("editMessageText")]
        bot.send(Arrived(len(private), edits.count(str(GROUP)), limits.refused))
