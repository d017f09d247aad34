"""Texts are read beside the event loop, together with whatever else is waiting to be read.

One thread reads, so the encoder works on one core and the loop and the database go on
meanwhile. Up to `TOGETHER` texts that wait are read at once, in half the time each.
What one sender does stays in its order: nothing overtakes their text that is being read.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from bot.channels.base import Unavailable
from bot.incoming import words
from bot.triage import Triage
from handlers.message import Event, Reading

log = structlog.get_logger()
TOGETHER = 32


@dataclass(slots=True)
class _Waiting:
    said: str
    read: asyncio.Future[Reading]


class Reader:
    """Attaches its reading to every event with words. `run` must be running meanwhile."""

    def __init__(self, triage: Triage) -> None:
        self._triage = triage
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._under_way: Counter[tuple[str, str, str]] = Counter()
        self._over = False

    async def read(self, event: Event, *, closely: bool = True) -> Event:
        """The event with the reading of its words, in the order of its sender's events; where it
        need not be read `closely`, by the rules alone and at once.

        Raises `Unavailable` when reading has ended.
        """
        said = words(event.body)
        if not closely:
            return replace(event, reading=self._triage.by_rules(said)) if said else event
        sender = event.channel, event.account, event.sender
        if sender not in self._under_way:
            if not said:
                return event
            if (glance := self._triage.glance(said)) is not None:
                return replace(event, reading=glance)
        if self._over:
            raise Unavailable("reading has ended")
        waiting = _Waiting(said, asyncio.get_running_loop().create_future())
        self._under_way[sender] += 1
        try:
            self._queue.put_nowait(waiting)
            reading = await waiting.read
        finally:
            # Only now: until this task goes on, the next event of the sender has to queue.
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]
        return replace(event, reading=reading) if said else event

    async def run(self, *, load: bool = True) -> None:
        """Reads until cancelled; with `load`, what reading needs is in memory at once."""
        loop = asyncio.get_running_loop()
        batch: list[_Waiting] = []
        with ThreadPoolExecutor(1, thread_name_prefix="reader") as thread:
            try:
                if load:
                    await loop.run_in_executor(thread, self._load)
                while True:
                    batch = await self._take()
                    texts = [waiting.said for waiting in batch]
                    readings = await loop.run_in_executor(thread, self._read, texts)
                    for waiting, reading in zip(batch, readings, strict=True):
                        if not waiting.read.done():
                            waiting.read.set_result(reading)
            finally:
                self._over = True
                self._refuse(batch)

    async def _take(self) -> list[_Waiting]:
        """What is waiting, at least one and at most `TOGETHER`."""
        batch = [await self._queue.get()]
        with suppress(asyncio.QueueEmpty):
            while len(batch) < TOGETHER:
                batch.append(self._queue.get_nowait())
        return batch

    def _refuse(self, batch: list[_Waiting]) -> None:
        """Nobody waits for a reader that has ended."""
        while not self._queue.empty():
            batch.append(self._queue.get_nowait())
        for waiting in batch:
            if not waiting.read.done():
                waiting.read.set_exception(Unavailable("reading has ended"))

    def _read(self, texts: list[str]) -> list[Reading]:
        """The readings; by the rules alone where the model fails, for danger cannot wait."""
        try:
            return self._triage.read_all(texts)
        except Exception as error:
            log.error("reading_failed", kind=type(error).__name__, texts=len(texts))
            return [self._triage.by_rules(text) for text in texts]

    def _load(self) -> None:
        try:
            self._triage.load()
        except Exception as error:
            log.error("reading_failed", kind=type(error).__name__, texts=0)
