"""The demo: the sample district on a page, with its clock, its story and its switches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import sample, settings
from bot.channels.local import LocalMessenger
from bot.channels.phones import Bubble
from bot.demo.crowd import Crowd
from bot.demo.plugged import Outage, Plugged
from bot.demo.seats import seats
from bot.demo.story import Story
from bot.sample import areas as sample_areas
from bot.web.demo import Language
from bot.web.view import Json, Seat
from handlers.message import Capabilities

READING = 0.045  # seconds a character of what has just appeared
SHORTEST, LONGEST = 1.0, 5.0


class Demo:
    """Implements `bot.web.demo.Control` over a district in a folder of its own."""

    def __init__(
        self, folder: Path, capabilities: Capabilities, address: str = "", pace: float = 1.0
    ) -> None:
        self._folder = folder
        self._capabilities = capabilities
        self._config = settings.Settings(web=settings.Web(public_url=address))
        self._pace = pace
        self._playing: asyncio.Task[None] | None = None
        self._language: Language = "zh_CN"
        self.place = sample_areas.point_of(sample.RESIDENT.home)
        self.stage = self._fresh()
        self._changing = asyncio.Lock()

    def _fresh(self) -> Plugged:
        return Plugged(self._folder, self._capabilities, self._language, self._config)

    async def open(self) -> None:
        """A fresh district is there."""
        self._crowd = Crowd(self.stage, await self.stage.load())
        await self.stage.serve()

    async def close(self) -> None:
        await self.stop()
        await self.stage.turn_off()

    async def hang_up(self) -> None:
        """Open pages let go of their streams, or the server would wait for them."""
        await self.messenger.close()

    async def restart(self) -> None:
        await self.stop()
        async with self._changing:  # the folder belongs to one district at a time
            before, self.stage = self.stage, self._fresh()
            await before.messenger.close()  # whoever watched it begins afresh with the new one
            await before.turn_off()
            await self.open()

    # ── what the page asks ───────────────────────────────────────────────────

    @property
    def messenger(self) -> LocalMessenger:
        return self.stage.messenger

    @property
    def zone(self) -> ZoneInfo:
        return self.stage.policy.zone

    @property
    def language(self) -> Language:
        return self._language

    @property
    def seats(self) -> Sequence[Seat]:
        return seats(self._language, groups=self._capabilities.groups)

    def now(self) -> datetime:
        return self.stage.clock.now()

    async def advance(self, by: timedelta) -> None:
        await self.stage.advance(by)

    async def crowd(self) -> str:
        return await self._crowd.press()

    def pull_plug(self) -> bool:
        return self.stage.pull_plug()

    async def dark(self) -> None:
        await self.stage.power.dark()

    def power(self) -> Json:
        outage = self.stage.outage
        return {
            "on": self.stage.power.on,
            "waiting": len(self.messenger.book.waiting),
            "outage": outage and _told(outage, self.messenger.book.known),
        }

    async def set_language(self, language: Language) -> None:
        self._language = language
        await self.stage.set_language(language)

    async def play(self) -> None:
        """Tells the story in a fresh district, at reading speed."""
        await self.restart()
        self._playing = asyncio.create_task(Story(self.stage, self._read).play())
        try:
            await self._playing
        except asyncio.CancelledError:
            if not self._playing.cancelled():
                raise
        finally:
            self._playing = None

    async def stop(self) -> None:
        playing = self._playing
        if playing is not None and not playing.done():
            playing.cancel()
            await asyncio.wait([playing])

    async def _read(self) -> None:
        """As long as it takes to read what has just appeared."""
        newest = max(
            (phone.bubbles[-1] for phone in self.stage.phones.values() if phone.bubbles),
            key=lambda bubble: bubble.number,
            default=None,
        )
        await asyncio.sleep(self._pace * reading_time(newest))


def _told(outage: Outage, known: Set[str]) -> Json:
    """An outage as the page tells it."""
    return {
        "number": outage.number,
        "seconds": None if outage.seconds is None else round(outage.seconds, 1),
        "waited": len(outage.waited),
        "known": len(outage.waited & known),
        "counted": outage.counted and asdict(outage.counted),
    }


def reading_time(bubble: Bubble | None) -> float:
    """Seconds somebody needs for a bubble."""
    characters = len(bubble.text) if bubble is not None else 0
    return min(max(characters * READING, SHORTEST), LONGEST)
