"""People of the sample district as robots: `resident.says("路灯坏了")`, `worker.sees("QH-")`.

A `Town` is a whole district in one process on a fake clock. Nothing waits: after every act
everything due has been done and everything ready has been sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from sqlalchemy import text

from bot import sample
from bot.channels.base import TELEGRAM
from bot.channels.phones import Bubble, Phone
from bot.demo.stage import Stage
from bot.sample import Someone
from bot.settings import Settings
from handlers.message import Capabilities

SAMPLES = Path(__file__).parent.parent / "bot" / "web" / "static" / "samples"
DARK = (SAMPLES / "lamp-dark.jpg").read_bytes()
LIT = (SAMPLES / "lamp-lit.jpg").read_bytes()


class Where(TypedDict, total=False):
    """Of words: a group, where it is not the private chat, and what they answer."""

    chat: str
    reply_to: str


class Robot:
    """One person with a phone. What appeared before the last `looks_away` is not seen again."""

    def __init__(self, town: Town, someone: Someone) -> None:
        self.someone = someone
        self._town = town
        self._from = 0

    @property
    def phone(self) -> Phone:
        return self._town.stage.phones[self.someone.key]

    async def says(self, words: str, **where: Unpack[Where]) -> None:
        await self.phone.say(words, **where)
        await self._town.settles()

    async def forwards(self, words: str) -> None:
        """Passes on what somebody else has said; where a messenger does not tell, pastes it."""
        await self.phone.say(words, forwarded=True)
        await self._town.settles()

    async def taps(self, label: str) -> None:
        await self.phone.tap(label)
        await self._town.settles()

    async def presses(self, token: str, bubble: str = "") -> None:
        """A press as a client may forge it."""
        await self.phone.press(token, bubble)
        await self._town.settles()

    async def sends(self, photo: bytes, **more: str) -> None:
        await self.phone.send_photo(photo, **more)
        await self._town.settles()

    async def sends_voice(self, data: bytes, transcript: str = "") -> None:
        await self.phone.send_voice(data, transcript)
        await self._town.settles()

    async def sends_file(self, data: bytes, name: str) -> None:
        await self.phone.send_document(data, name)
        await self._town.settles()

    async def sends_place(self, latitude: float, longitude: float) -> None:
        await self.phone.send_location(latitude, longitude)
        await self._town.settles()

    async def comes_back(self) -> None:
        """Writes again where a messenger keeps what came too late for its window."""
        if self._town.stage.messenger.capabilities.window is not None:
            await self.says("帮助")

    def sees(self, words: str) -> Bubble:
        """The newest bubble of the bot with these words; fails when there is none."""
        for bubble in reversed(self.read()):
            if words in bubble.text or any(words == b.label for b in bubble.buttons):
                return bubble
        shown = "\n---\n".join(bubble.text for bubble in self.read()[-6:])
        raise AssertionError(f"{self.someone.name} does not see {words!r}; last seen:\n{shown}")

    def does_not_see(self, words: str) -> None:
        assert not any(words in bubble.text for bubble in self.read()), words

    def read(self) -> list[Bubble]:
        """Everything the bot has shown here since the last `looks_away`."""
        return [b for b in self.phone.bubbles if not b.sender and b.number > self._from]

    def looks_away(self) -> None:
        """What is there now has been read."""
        self._from = max((bubble.number for bubble in self.phone.bubbles), default=0)


class Town:
    """The sample district, its people and its clock."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.resident = Robot(self, sample.RESIDENT)
        self.neighbour = Robot(self, sample.NEIGHBOUR)
        self.member = Robot(self, sample.MEMBER)
        self.worker = Robot(self, sample.WORKER)
        self.chief = Robot(self, sample.CHIEF)
        self.community = Robot(self, sample.COMMUNITY)
        self.street = Robot(self, sample.STREET)
        self.desk = Robot(self, sample.DESK)
        self.community_head = Robot(self, sample.COMMUNITY_HEAD)
        self.street_head = Robot(self, sample.STREET_HEAD)
        self.administrator = Robot(self, sample.ADMINISTRATOR)
        self.unit_duty = Robot(self, sample.UNIT_DUTY)
        self.unit_leader = Robot(self, sample.UNIT_LEADER)
        self.roads_duty = Robot(self, sample.ROADS_DUTY)
        self.roads_second = Robot(self, sample.ROADS_SECOND)
        self.roads_leader = Robot(self, sample.ROADS_LEADER)
        self.drains_duty = Robot(self, sample.DRAINS_DUTY)
        self.everybody = (
            *(self.resident, self.neighbour, self.member, self.worker, self.chief),
            *(self.community, self.street, self.desk),
        )

    async def settles(self) -> None:
        await self.stage.settle()

    async def passes(self, by: timedelta | None = None, **units: float) -> None:
        """Time goes by, stopping at everything that falls due: `passes(hours=2)`."""
        await self.stage.advance(by or timedelta(**units))

    async def until(self, clock: str) -> None:
        """The next time the district's clocks show "20:00"."""
        now = self.stage.clock.now()
        at = self.stage.policy.work.at_local(now, time.fromisoformat(clock))
        await self.stage.advance(at - now)

    async def rows(self, query: str) -> list[Any]:
        """Looks into the database."""
        return list(await self.stage.app.database.run(lambda conn: conn.execute(text(query)).all()))

    async def greets(self) -> None:
        """Everybody has written once: on some messengers nobody can be written to before."""
        await self.hears_from(*self.everybody)

    async def hears_from(self, *robots: Robot) -> None:
        """They have written, have been answered, and have read it."""
        for robot in robots:
            await robot.phone.say("帮助")
        await self.settles()
        for robot in robots:
            robot.looks_away()

    async def is_quiet(self) -> None:
        """Days go by with nothing but the chief's next brief and points that are posted: nothing
        was left to say or failed."""
        for robot in self.everybody:
            robot.looks_away()
        await self.passes(days=20)
        shown = [(robot, bubble.text) for robot in self.everybody for bubble in robot.read()]
        said = [(robot, text) for robot, text in shown if "分入账了" not in text]
        briefs = [text for robot, text in said if robot is self.chief and "今早网格情况" in text]
        assert len(said) == len(briefs) <= 1, said
        assert await self.rows("select what, error from failures") == []


@asynccontextmanager
async def town(
    url: str,
    media: Path,
    capabilities: Capabilities = TELEGRAM,
    *,
    language: str = "zh_CN",
    config: Settings | None = None,
) -> AsyncIterator[Town]:
    """The sample district in a migrated database that is empty or holds it already."""
    stage = Stage(url, capabilities, media, language=language, config=config)
    async with stage.open():
        found = Town(stage)
        if capabilities.window is not None:
            await found.greets()
        yield found
