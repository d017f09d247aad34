"""A line between two of our own processes, over which each may ask the other.

    wire = Wire(reader, writer, {"add": add})
    task = asyncio.create_task(wire.run())
    await wire.call("multiply", 6, 7)

Values are pickled: the socket is a pair that nobody else can reach, and both ends are this
release. When one end dies, the other reads what had been written before, and then knows.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import count
from typing import Any, TypeAlias

import structlog

from bot.channels.base import SendError, TooLarge, Unavailable

SIZE = 4  # bytes that say how long what follows is

Act: TypeAlias = Callable[..., Awaitable[object]]
log = structlog.get_logger()


class Cut(Exception):
    """The other side is gone. Nobody knows whether it did what it was asked."""


def named(acts: Iterable[Act]) -> Mapping[str, Act]:
    """Functions by the names under which the other side asks for them."""
    return {act.__name__: act for act in acts}


class Wire:
    """One end. `acts` are what this side does when it is asked, by their names."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        acts: Mapping[str, Act],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._acts = acts
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._over = False

    async def call(self, what: str, *values: object) -> Any:
        """What the other side's act returned. Raises what it raised, or `Cut`."""
        if self._over:
            raise Cut(what)
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._write(number, what, values)
            return await answer
        finally:
            self._asked.pop(number, None)

    async def run(self) -> None:
        """Does what the other side asks, until it is gone."""
        try:
            while True:
                size = int.from_bytes(await self._reader.readexactly(SIZE))
                number, what, value = pickle.loads(await self._reader.readexactly(size))  # noqa: S301
                if what:
                    self._begin(number, what, value)
                else:
                    self._answered(number, value)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._end()

    def close(self) -> None:
        """Nothing is asked over this wire any more, and the other side knows."""
        self._writer.close()

    def _begin(self, number: int, what: str, values: tuple[object, ...]) -> None:
        """Each act is a task of its own: none waits for another."""
        task = asyncio.create_task(self._do(number, what, values))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _do(self, number: int, what: str, values: tuple[object, ...]) -> None:
        try:
            outcome: object = (True, await self._acts[what](*values))
        except (SendError, Unavailable, TooLarge) as error:
            outcome = (False, error)
        except Exception as error:
            log.exception("act_failed", what=what)
            outcome = (False, RuntimeError(f"{what}: {error!r}"))
        try:
            await self._write(number, "", outcome)
        except Cut:
            log.info("answer_not_heard", what=what)

    def _answered(self, number: int, outcome: tuple[bool, Any]) -> None:
        answer = self._asked.get(number)
        if answer is None or answer.done():
            return  # whoever asked has given up
        well, value = outcome
        if well:
            answer.set_result(value)
        else:
            answer.set_exception(value)

    async def _write(self, *frame: object) -> None:
        packed = pickle.dumps(frame)
        try:
            self._writer.write(len(packed).to_bytes(SIZE) + packed)
            await self._writer.drain()
        except ConnectionError as error:
            raise Cut(str(error)) from error

    def _end(self) -> None:
        self._over = True
        self._writer.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Cut())
