"""What one process at a time does for all that share a database: it holds a lease in a row.

Whoever ends in peace gives the lease back; after a death it is over within `LEASE` seconds, and
the others look every `LOOK`. A holder that cannot renew it stops in time, so no two ever work
together as long as the machines' clocks agree. On SQLite there is one process, and no lease.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from bot.clock import technical
from storage import lanes
from storage.database import Database, NotStored

LEASE = 12.0
LOOK = 2.0  # together less than the 15 s within which somebody goes on
RENEW = LEASE / 3
MARGIN = 2.0  # seconds before the end at which a holder that cannot renew lets go

log = structlog.get_logger()


class Lease:
    """This process's claim to be the one that does `what`."""

    def __init__(
        self, database: Database[Any, Any], what: str, clock: Callable[[], float] = technical
    ) -> None:
        self.until = 0.0
        self._database = database
        self._what = what
        self._me = secrets.token_hex(8)
        self._clock = clock

    async def take(self) -> bool:
        """Whether it is ours, until `LEASE` seconds from now."""
        now = self._clock()
        ask = partial(lanes.lease, sender=self._what, me=self._me, now=now, seconds=LEASE)
        if not await self._database.run(ask):
            return False
        self.until = now + LEASE
        return True

    async def give_back(self) -> None:
        """Another process may take it at once."""
        with suppress(NotStored):
            await self._database.run(partial(lanes.release, sender=self._what, me=self._me))

    async def lost(self) -> None:
        """Returns when it is ours no longer, or soon might not be; renews it until then."""
        while (left := self.until - MARGIN - self._clock()) > 0:
            await asyncio.sleep(min(RENEW, left))
            with suppress(NotStored, TimeoutError):
                async with asyncio.timeout(max(self.until - MARGIN - self._clock(), 0)):
                    if not await self.take():
                        return


async def alone(
    database: Database[Any, Any], what: str, work: Callable[[], Awaitable[None]]
) -> None:
    """`work` is done here until it ends, whenever no other process does it."""
    if not database.shared:
        await work()
        return
    lease = Lease(database, what)
    while True:
        if await _taken(lease):
            try:
                if await _while_held(lease, work):
                    return
            finally:
                await lease.give_back()
        await asyncio.sleep(LOOK)


async def _taken(lease: Lease) -> bool:
    try:
        return await lease.take()
    except NotStored:
        return False


async def _while_held(lease: Lease, work: Callable[[], Awaitable[None]]) -> bool:
    """Whether the work has ended by itself."""
    working, losing = asyncio.ensure_future(work()), asyncio.ensure_future(lease.lost())
    try:
        await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        log.warning("lease_lost")
        return False
    finally:
        for task in (working, losing):
            task.cancel()
        await asyncio.gather(working, losing, return_exceptions=True)
