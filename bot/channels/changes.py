"""What changes on the phones of the local messenger, told to whoever watches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from bot.channels.phones import Bubble

WATCHED = 1000  # changes a slow page may lag behind before it has to begin afresh


@dataclass(frozen=True, slots=True)
class Shown:
    """A bubble is new, or looks different now (`bubble.revision` tells)."""

    bubble: Bubble


@dataclass(frozen=True, slots=True)
class Removed:
    """A bubble was taken away."""

    bubble: Bubble


@dataclass(frozen=True, slots=True)
class Taken:
    """The bot has taken what somebody said: the bubble `message` in this chat."""

    chat: str
    message: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot is at work on something said in this chat, or has answered."""

    chat: str
    on: bool


@dataclass(frozen=True, slots=True)
class Toast:
    """A short line for the person who pressed a choice; it leaves no bubble."""

    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """The chats are not what they were: empty, or with other members."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Nothing on the phones, but something around them is not what it was."""


Change: TypeAlias = Shown | Removed | Taken | Typing | Toast | Cleared | Turned
Changes: TypeAlias = "asyncio.Queue[Change | None]"


class Watchers:
    """The queues of those who watch; `None` in one means: over, begin afresh."""

    def __init__(self) -> None:
        self._queues: set[Changes] = set()

    @contextmanager
    def watch(self) -> Iterator[Changes]:
        """A queue of every change from now on."""
        queue: Changes = asyncio.Queue(WATCHED)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def tell(self, change: Change) -> None:
        """Everybody hears of it, but for those who lag too far behind: they are sent away."""
        for queue in list(self._queues):
            try:
                queue.put_nowait(change)
            except asyncio.QueueFull:
                self._send_away(queue)

    def end(self) -> None:
        """Nothing more will come."""
        for queue in list(self._queues):
            self._send_away(queue)

    def _send_away(self, queue: Changes) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
