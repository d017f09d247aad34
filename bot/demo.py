"""The demo: the sample district on a page, with its clock, its story and its switches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import sample, sample_areas, settings
from bot.channels.local import LocalMessenger
from bot.channels.phones import Bubble
from bot.stage import Stage, fresh_database
from bot.story import Story
from bot.web.demo import Language
from bot.web.view import Seat
from handlers.message import Capabilities

READING = 0.045  # seconds a character of what has just appeared
SHORTEST, LONGEST = 1.0, 5.0

SEATS: dict[Language, tuple[Seat, ...]] = {
    "zh_CN": (
        Seat(
            "zhou",
            "居民",
            hints=("3号楼东头路灯黑了快十天了", "着火了!三号楼冒黑烟", "进度", "转人工"),
        ),
        Seat("chen", "党员志愿者群", sample.GROUP, hints=("@哨到 怎么上报",)),
        Seat(
            "li",
            "网格员",
            hints=("待办",),
            also=(Seat("wang", "网格长", hints=("待办",)),),
        ),
        Seat(
            "zhao",
            "社区值班",
            hints=("吹哨", "哨情"),
            also=(
                Seat("guo", "社区书记", hints=("吹哨", "预案")),
                Seat("qian", "街道值班", hints=("哨情",)),
                Seat("tang", "街道负责人", hints=("预案",)),
                Seat("he", "区指挥中心", hints=("哨情",)),
                Seat("song", "管理员", hints=("名册", "导出名册", "双报到")),
            ),
        ),
        Seat(
            "shi",
            "市政值班",
            hints=("哨情", "值班"),
            also=(
                Seat("jiang", "市政B岗", hints=("哨情",)),
                Seat("yao", "市政负责人", hints=("哨情",)),
                Seat("du", "排水值班", hints=("哨情",)),
                Seat("feng", "路灯值班", hints=("哨情",)),
            ),
        ),
    ),
    "en": (
        Seat(
            "zhou", "Resident", hints=("The street lamp at building 3 is out", "progress", "human")
        ),
        Seat("chen", "Members' group", sample.GROUP, hints=("@shaodao how do I report?",)),
        Seat(
            "li",
            "Grid worker",
            hints=("my cases",),
            also=(Seat("wang", "Grid chief", hints=("my cases",)),),
        ),
        Seat(
            "zhao",
            "Community duty",
            hints=("whistle", "whistles"),
            also=(
                Seat("guo", "Community secretary", hints=("whistle", "plans")),
                Seat("qian", "Street duty", hints=("whistles",)),
                Seat("tang", "Head of the street", hints=("plans",)),
                Seat("he", "District desk", hints=("whistles",)),
                Seat("song", "Administrator", hints=("roster", "export the roster", "report-in")),
            ),
        ),
        Seat(
            "shi",
            "Roads, duty",
            hints=("whistles", "duty"),
            also=(
                Seat("jiang", "Roads, second", hints=("whistles",)),
                Seat("yao", "Roads, leader", hints=("whistles",)),
                Seat("du", "Drains, duty", hints=("whistles",)),
                Seat("feng", "Lamps, duty", hints=("whistles",)),
            ),
        ),
    ),
}


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
        seats = SEATS[self._language]
        return seats if self._capabilities.groups else [s for s in seats if not s.chat]

    def now(self) -> datetime:
        return self.stage.clock.now()

    async def advance(self, by: timedelta) -> None:
        await self.stage.advance(by)

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
