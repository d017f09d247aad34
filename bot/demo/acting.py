"""How a story is acted: people with phones, wherever those phones are, and what they do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Protocol

from bot.clock import Clock
from bot.sample import Someone
from governance.policy import Policy, half_hour
from handlers.message import Capabilities
from handlers.words import Text, When, _, line

SAMPLES = Path(__file__).parents[1] / "web" / "static" / "samples"
Beat = Callable[[], Awaitable[None]]


class Actor(Protocol):
    """A phone in somebody's hands."""

    async def say(self, text: str, /) -> object: ...
    async def tap(self, label: str, /) -> object: ...
    async def send_photo(self, data: bytes, /) -> object: ...


class Scene(Protocol):
    """A district with its people's phones, wherever those phones are."""

    language: str
    clock: Clock
    policy: Policy

    @property
    def phones(self) -> Mapping[str, Actor]: ...
    @property
    def capabilities(self) -> Capabilities: ...
    def label(self, text: Text, /) -> str: ...
    async def settle(self) -> None: ...
    async def advance(self, by: timedelta, /) -> None: ...


class Acting:
    """People act on their phones; `beat` is awaited after every act, so that others can read."""

    def __init__(self, stage: Scene, beat: Beat) -> None:
        self._stage = stage
        self._beat = beat

    async def _say(self, who: Someone, chinese: str, english: str) -> None:
        words = chinese if self._stage.language == "zh_CN" else english
        await self._stage.phones[who.key].say(words)
        await self._done()

    async def _tap(self, who: Someone, label: Text) -> None:
        await self._stage.phones[who.key].tap(self._stage.label(label))
        await self._done()

    async def _photo(self, who: Someone, name: str) -> None:
        await self._stage.phones[who.key].send_photo((SAMPLES / name).read_bytes())
        await self._done()

    async def _done(self) -> None:
        await self._stage.settle()
        await self._beat()

    async def _until(self, clock: time) -> None:
        """The clock goes on to the next time it shows this."""
        now = self._stage.clock.now()
        await self._stage.advance(self._stage.policy.work.at_local(now, clock) - now)

    def _short(self, code: str) -> Text:
        category = self._stage.policy.category(code)
        return category.short_zh if self._stage.language == "zh_CN" else category.short_en

    def _kind(self, code: str) -> Text:
        kind = self._stage.policy.whistles[code]
        return kind.name_zh if self._stage.language == "zh_CN" else kind.name_en

    def _in_two_hours(self) -> Text:
        return line(When(half_hour(self._stage.clock.now() + timedelta(hours=2))))

    def _open(self, number: int) -> Text:
        return _("Open {n}", n=number)
