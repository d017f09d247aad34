"""The bot's process: it is started, watched, and started again whenever it ends.

Whatever is asked of it is asked again after a cut until it was answered, so all of that may be
done twice: an event is known by its id, and the rest says how things shall be.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

import structlog

from bot.channels.base import Unavailable
from bot.demo.serving import Brief
from bot.demo.wire import Act, Cut, Wire

REST = 1.0  # seconds until another try, where the bot could not begin

log = structlog.get_logger()


class Power:
    """`brief` says what the bot has to know whenever it begins, `acts` is what it may ask for.

    `failed` is awaited as soon as it has ended and before it is started again; `back` is called
    when it serves again, with the seconds in between.
    """

    def __init__(
        self,
        brief: Callable[[], Awaitable[Brief]],
        acts: Mapping[str, Act],
        *,
        failed: Callable[[], Awaitable[None]],
        back: Callable[[float], None],
    ) -> None:
        self._brief = brief
        self._acts = acts
        self._failed, self._back = failed, back
        self._process: Process | None = None
        self._wire: Wire | None = None
        self._turned = asyncio.Condition()
        self._keeper: asyncio.Task[None] | None = None
        self._off = False

    @property
    def on(self) -> bool:
        """Whether the bot serves."""
        return self._wire is not None

    async def turn_on(self) -> None:
        """The bot serves. Raises what kept it from beginning."""
        serving = await self._begin()
        self._keeper = asyncio.create_task(self._keep(serving))
        self._keeper.add_done_callback(tell_of_error)

    async def turn_off(self) -> None:
        """The bot has ended for good, and whoever still asks hears `Unavailable`."""
        self._off = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.pull_plug()
        if self._process is not None:
            await self._process.wait()
        await self._set(None)

    def pull_plug(self) -> bool:
        """The process has ended this instant, whatever it was doing; False if there is none."""
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.kill()
        return True

    async def dark(self) -> None:
        """Returns when there is no power."""
        await self._until(lambda: not self.on)

    async def ask(self, what: str, *values: object) -> Any:
        """What the bot answers, now or after it has come back."""
        while True:
            wire = await self._current()
            try:
                return await wire.call(what, *values)
            except Cut:
                await self._gone(wire)

    async def ask_once(self, what: str, *values: object) -> Any:
        """The same, but `Cut` when the bot ends in between."""
        return await (await self._current()).call(what, *values)

    async def _gone(self, wire: Wire) -> None:
        await self._until(lambda: self._wire is not wire)

    async def _current(self) -> Wire:
        await self._until(lambda: self.on or self._off)
        if self._wire is None:
            raise Unavailable("turned off")
        return self._wire

    async def _until(self, so: Callable[[], bool]) -> None:
        async with self._turned:
            await self._turned.wait_for(so)

    async def _keep(self, serving: asyncio.Task[None]) -> None:
        while True:
            await serving
            began = monotonic()
            await self._set(None)
            assert self._process is not None  # noqa: S101 - it has just ended
            await self._process.wait()
            await self._failed()
            serving = await self._begin_again()
            self._back(monotonic() - began)

    async def _begin_again(self) -> asyncio.Task[None]:
        """Tries until it serves."""
        while True:
            try:
                return await self._begin()
            except Exception:  # whatever it was, the next process may serve
                log.exception("bot_did_not_begin")
                self.pull_plug()
                await asyncio.sleep(REST)

    async def _begin(self) -> asyncio.Task[None]:
        """A new process serves, however often the plug is pulled while it begins."""
        while True:
            process, wire = await self._start()
            serving = asyncio.create_task(wire.run())
            try:
                await wire.call("begin", await self._brief())
            except Cut:
                if await process.wait() != -signal.SIGKILL or self._off:
                    raise
                continue
            await self._set(wire)
            return serving

    async def _start(self) -> tuple[Process, Wire]:
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.demo", str(number)),
                stdin=DEVNULL,
                pass_fds=[number],
                start_new_session=True,  # Ctrl-C in the terminal is for us, and we end it
            )
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        return self._process, Wire(reader, writer, self._acts)

    async def _set(self, wire: Wire | None) -> None:
        async with self._turned:
            self._wire = wire
            self._turned.notify_all()


def tell_of_error(task: asyncio.Task[None]) -> None:
    """Nobody awaits this task; what ended it is at least on record."""
    if not task.cancelled() and (error := task.exception()):
        log.error("task_failed", exc_info=error)
