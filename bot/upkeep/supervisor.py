"""Tells systemd that the process serves, and lets it start a new one when it has stopped moving.

Under `Type=notify` systemd names a socket in NOTIFY_SOCKET; with `WatchdogSec` it ends a process
that is silent for so long (WATCHDOG_USEC). A full disk or a database that is away are no reason
for that: a new process would find them the same.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.upkeep.health import Health


def tell(*lines: str) -> None:
    """Whoever started the process has been told, if it wants to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name that is in no folder
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)  # whoever does not listen holds nobody up
        opened.sendto("\n".join(lines).encode(), address)


def patience() -> float:
    """Seconds after which a silent process is ended; 0 where nobody does that."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000


async def look(health: Health) -> None:
    """Once: what is out of order stands in the status, and the process is alive if it moves."""
    wrong = [check for check in await health.checks() if not check.ok]
    status = "STATUS=" + (", ".join(f"{check.name} late" for check in wrong) or "all well")
    alive = not any(check.stuck for check in wrong)
    tell(status, *(["WATCHDOG=1"] if alive else []))


@asynccontextmanager
async def watched(health: Health) -> AsyncIterator[None]:
    """It is told so, in good time, as long as the block lasts."""
    task = asyncio.create_task(_keep_telling(health))
    try:
        yield
    finally:
        tell("STOPPING=1")
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_telling(health: Health) -> None:
    while pause := patience() / 3:
        await look(health)
        await asyncio.sleep(pause)
