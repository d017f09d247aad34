"""The demo: the sample district on a page, with its clock, its story and its switches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import sample, settings
from bot.channels.local import LocalMessenger
from bot.channels.phones import Bubble
from bot.demo.crowd import Crowd
from bot.demo.seats import seats
from bot.demo.stage import Stage, fresh_database
from bot.demo.story import Story
from bot.sample import areas as sample_areas
from bot.web.demo import Language
from bot.web.view import Seat
from handlers.message import Capabilities

READING = 0.045  # seconds a character of what has just appeared
SHORTEST, LONGEST = 1.0, 5.0


class Demo:
    """Implements `bot.web.demo.Control` over a stage in a folder of its own."""

    def __init__(
        self, folder: Path, capabilities: Capabilities, address: str = "", pace: float = 1.0
    ) -> None:
        self._folder = folder
        self._capabilities = capabilities
        self._config = settings.Settings(web=settings.Web(public_url=address))
        self._pace = pace
        self._stack = AsyncExitStack()
        self._playing: asyncio.Task[None] | None = None
        self._language: Language = "zh_CN"
        self.place = sample_areas.point_of(sample.RESIDENT.home)

    async def open(self) -> None:
        """A fresh district is there."""
        self.stage = Stage(
            fresh_database(self._folder),
            self._capabilities,
            self._folder / "media",
            language=self._language,
            frozen=False,
            scale="full",
            config=self._config,
        )
        await self._stack.enter_async_context(self.stage.open())
        self._crowd = Crowd(self.stage)
        if self._capabilities.groups:
            await self._crowd.gather()

    async def close(self) -> None:
        await self.stop()
        await self._stack.aclose()

    async def hang_up(self) -> None:
        """Open pages let go of their streams, or the server would wait for them."""
        await self.messenger.close()

    async def restart(self) -> None:
        await self.close()
        self._stack = AsyncExitStack()
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


def reading_time(bubble: Bubble | None) -> float:
    """Seconds somebody needs for a bubble."""
    characters = len(bubble.text) if bubble is not None else 0
    return min(max(characters * READING, SHORTEST), LONGEST)
