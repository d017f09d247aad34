"""After a process died, events are taken one by one, and counted before they are handled.

Nothing is written for an event as long as every process ends in peace. When one did not, perhaps
an event has ended it, and its platform delivers it again: so for a while each is begun alone,
with the count committed first. One that has been begun ten times and never ended is not begun
again: its sender is told, and it is on record. Ten, because whoever pulls the plug again and again
hits the same event each time, which is the first to come again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.clock import technical
from bot.dispatch import Dispatch
from handlers.message import Event, Handled
from storage import processes
from storage.database import Database, NotStored

BEAT = 5.0  # seconds between two signs of life where others look for them
SILENT = 15.0  # seconds without one after which a process is taken for dead
CAREFUL = 300.0  # seconds in which platforms have delivered again what was in hand at a death
MOST = 10

log = structlog.get_logger()


class EndedProcesses(Exception):
    """This event was begun so often, alone, and each time the process died."""


class Care:
    """The row of this process, and what it is careful with."""

    def __init__(
        self,
        database: Database[Any, Any],
        dispatch: Dispatch,
        clock: Callable[[], float] = technical,
    ) -> None:
        self._database = database
        self._dispatch = dispatch
        self._clock = clock
        self._me = secrets.token_hex(8)
        self._until = 0.0
        self._one = asyncio.Lock()

    async def begin(self) -> None:
        """We serve, and know whether somebody has died before us."""
        await self._database.run(partial(processes.begin, me=self._me, now=self._clock()))
        await self.look()

    async def look(self) -> None:
        """We are seen, and see who is not. Where there is one process, whoever else has a row is
        dead."""
        now = self._clock()
        since = now - SILENT if self._database.shared else now
        look = partial(processes.look, me=self._me, now=now, silent_since=since)
        missed: float | None = await self._database.run(look)
        until = missed + CAREFUL if missed is not None else 0.0
        if now < until and not self.careful:
            log.warning("careful", why="a process ended without a word")
        self._until = until

    async def beat(self) -> None:
        """Looks for ever, where there are others."""
        while self._database.shared:
            await asyncio.sleep(BEAT)
            with suppress(NotStored):
                await self.look()

    async def end(self) -> None:
        """We have ended in peace."""
        with suppress(NotStored):
            await self._database.run(partial(processes.end, me=self._me))

    async def receive(self, event: Event, handle: Callable[[Event], Awaitable[Handled]]) -> Handled:
        """What `handle` returns for it; while we are careful, for one event after the other.
        Raises `NotStored`."""
        if not self.careful:
            return await handle(event)
        async with self._one:
            given_up: Handled | None = await self._database.run(partial(self._start, event))
            if given_up is not None:
                return given_up
            handled = await handle(event)
            await self._database.run(partial(processes.finish, key=_key(event)))
        return handled

    @property
    def careful(self) -> bool:
        """Whether a process died not long ago."""
        return self._clock() < self._until

    def _start(self, event: Event, conn: Connection) -> Handled | None:
        """Committed before the event is touched; an answer where it is not to be."""
        if processes.start(conn, _key(event), self._clock()) <= MOST:
            return None
        processes.finish(conn, _key(event))
        return self._dispatch.give_up(conn, event, EndedProcesses())


def _key(event: Event) -> tuple[str, str, str]:
    return (event.channel, event.account, event.id)
