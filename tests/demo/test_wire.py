"""Two ends of a wire ask each other, until one is gone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from bot.channels.base import Gone
from bot.demo.wire import Act, Cut, Wire


@asynccontextmanager
async def wired(
    here: Mapping[str, Act], there: Mapping[str, Act]
) -> AsyncIterator[tuple[Wire, Wire]]:
    ends = socket.socketpair()
    wires = [
        Wire(*await asyncio.open_unix_connection(sock=end), acts)
        for end, acts in zip(ends, (here, there), strict=True)
    ]
    running = [asyncio.create_task(wire.run()) for wire in wires]
    yield wires[0], wires[1]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_each_side_asks_the_other_while_it_is_being_asked() -> None:
    async def twice(number: int) -> int:
        return 2 * number

    async def four_times(number: int) -> object:
        return await there.call("twice", 2 * number)

    async with wired({"twice": twice}, {"four_times": four_times}) as (here, there):
        assert await here.call("four_times", 5) == 20


async def test_what_a_channel_may_raise_is_raised_here_and_anything_else_by_its_name() -> None:
    async def blocked() -> None:
        raise Gone("zhou")

    async def broken() -> None:
        raise ZeroDivisionError

    async with wired({}, {"blocked": blocked, "broken": broken}) as (here, _there):
        with pytest.raises(Gone, match="zhou"):
            await here.call("blocked")
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            await here.call("broken")


async def test_whoever_waits_hears_that_the_other_side_is_gone_and_so_does_whoever_asks_later() -> (
    None
):
    asked = asyncio.Event()

    async def never() -> None:
        asked.set()
        await asyncio.Event().wait()

    async with wired({}, {"never": never}) as (here, there):
        waiting = asyncio.create_task(here.call("never"))
        await asked.wait()
        there.close()
        with pytest.raises(Cut):
            await waiting
        with pytest.raises(Cut):
            await here.call("never")
