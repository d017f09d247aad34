"""The sample district with its bot in a process of its own, whose plug may be pulled.

Here is what lies with the messenger: the phones, what was said on them, and what was done and
has not been taken by the bot yet. The story's hand and the clock are here, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import decisions, sample, settings
from bot.channels.base import Unavailable
from bot.channels.changes import Turned
from bot.channels.local import ACCOUNT, NAME
from bot.clock import Clock
from bot.demo import books, crowd
from bot.demo.books import Count, Kept
from bot.demo.cast import Cast
from bot.demo.power import Power, tell_of_error
from bot.demo.serving import Brief
from bot.demo.stage import MORNING, bind, fresh_database
from bot.demo.wire import Cut, named
from bot.web.forward import Asked, Told
from handlers.message import Capabilities, Event, Handled
from storage import lanes, processes, sendings
from storage.database import connect

SENDER = f"{NAME}/{ACCOUNT}"


@dataclass(slots=True)
class Outage:
    """A time without the bot, and what it did to what is kept.

    `seconds` is None while it lasts; `waited` are the acts the phones kept until it was over;
    `counted` is None until everything has been said again.
    """

    number: int
    before: Kept
    seconds: float | None = None
    waited: frozenset[str] = frozenset()
    counted: Count | None = None


class Plugged(Cast):
    """`load` it, let it `serve`, and it plays like any stage, whenever the plug is pulled."""

    def __init__(
        self, folder: Path, capabilities: Capabilities, language: str, config: settings.Settings
    ) -> None:
        policy = decisions.policy(config, decisions.categories())
        super().__init__(capabilities, policy, Clock(MORNING), language)
        self.outage: Outage | None = None
        self._url = ""
        self._loaded = asyncio.Event()
        self._folder, self._config = folder, config
        messenger = self.messenger
        acts = (messenger.send, messenger.edit, messenger.delete, messenger.fetch)
        self.power = Power(self._brief, named(acts), failed=self._went_dark, back=self._came_back)
        self._tasks: set[asyncio.Task[None]] = set()
        self._counting: asyncio.Task[None] | None = None

    async def load(self) -> Mapping[str, str]:
        """A fresh district lies there, and the bot's process begins meanwhile; returns the
        crowd's names by their accounts."""
        self._start(self.messenger.run(self.receive))
        self._serving = self._start(self.power.turn_on())
        self._url, names = await asyncio.to_thread(self._load)
        self._loaded.set()
        return names

    def _load(self) -> tuple[str, Mapping[str, str]]:
        """The URL of a fresh database with the whole sample in it, and the crowd's names."""
        url = fresh_database(self._folder)
        engine = connect(url)
        today = self.policy.local_date(self.clock.now())
        try:
            with engine.begin() as conn:
                bind(conn, sample.load(conn, self.policy, today, "full"), self)
                groups = self.capabilities.groups
                return url, crowd.load(conn, self.language) if groups else {}
        finally:
            engine.dispose()

    async def serve(self) -> None:
        """The bot serves the district that was loaded."""
        await self._serving

    async def turn_off(self) -> None:
        """The bot has ended for good, and nothing is offered to it any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.power.turn_off()

    def pull_plug(self) -> bool:
        """The bot's process is killed; False when there is none."""
        return self.power.pull_plug()

    # ── what is asked of the bot ─────────────────────────────────────────────

    async def receive(self, event: Event) -> Handled:
        """The event is committed, offered as often as it takes."""
        handled: Handled = await self.power.ask("receive", event)
        return handled

    async def settle(self) -> None:
        await self.power.ask("settle")

    async def _next_due(self) -> datetime | None:
        due: datetime | None = await self.power.ask("next_due")
        return due

    async def _show_time(self, at: datetime) -> None:
        self.clock.set(at)
        await self.power.ask("show_time", at)

    async def _speak(self, language: str) -> None:
        await self.power.ask("speak", language)

    async def answer(self, asked: Asked) -> Told:
        """A page of the bot's. It is asked once: who sends a form twice means it twice."""
        try:
            told: Told = await self.power.ask_once("answer", asked)
        except Cut:
            raise Unavailable("cut off") from None
        return told

    # ── when the power fails ─────────────────────────────────────────────────

    async def _brief(self) -> Brief:
        await self._loaded.wait()
        return Brief(self._url, self._folder, self.capabilities, self._config, self.clock.now())

    async def _went_dark(self) -> None:
        """What is kept has been counted. Another process may send at once, as the last one has been
        seen to end; and what it had in hand is not to blame for that, however often it happens."""
        if self._counting is not None:
            self._counting.cancel()
        number = self.outage.number + 1 if self.outage else 1
        self.outage = Outage(number, await asyncio.to_thread(self._buried))
        self.messenger.tell(Turned())

    def _came_back(self, seconds: float) -> None:
        assert self.outage is not None  # noqa: S101 - it began with one
        self.outage.seconds = seconds
        self.outage.waited = frozenset(self.messenger.book.waiting)
        self._counting = self._start(self._count(self.outage))
        self.messenger.tell(Turned())

    async def _count(self, outage: Outage) -> None:
        """As soon as what waited has been taken and answered."""
        await self.messenger.caught_up()
        await self.settle()
        book = self.messenger.book
        # The bot forgets marks that are older than that.
        since = self.clock.now() - self.policy.keep_messages
        taken = {event for event in {*book.taken, *book.known} if book.done[event] > since}
        now = await asyncio.to_thread(self._kept)
        outage.counted = books.compared(outage.before, now, taken, book)
        self.messenger.tell(Turned())

    def _buried(self) -> Kept:
        with connect(self._url).begin() as conn:
            lanes.vacate(conn, SENDER)
            processes.absolve(conn)
            sendings.absolve(conn, SENDER)
        return self._kept()

    def _kept(self) -> Kept:
        engine = connect(self._url)
        try:
            with engine.connect().execution_options(read=True) as conn:
                return books.kept(conn)
        finally:
            engine.dispose()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(tell_of_error)
        return task
