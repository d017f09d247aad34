"""Texts are read beside the event loop, and nothing of a sender overtakes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot import decisions
from bot.channels.base import Unavailable
from bot.reading import TOGETHER, Reader
from bot.triage import Triage
from handlers.message import Body, Chat, Chose, Event, Reading, Said

TRIAGE = Triage(decisions.categories())


def event(sender: str, number: int, body: Body) -> Event:
    return Event("telegram", "1", str(number), Chat("private", sender), sender, body)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    made = Reader(TRIAGE)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def order(reader: Reader, events: Sequence[Event]) -> list[str]:
    """The numbers of the events as they leave the reader."""
    left: list[str] = []

    async def pass_through(one: Event) -> None:
        left.append((await reader.read(one)).id)

    await asyncio.gather(*map(pass_through, events))
    return left


async def test_a_text_gets_its_reading(reader: Reader) -> None:
    read = await reader.read(event("ann", 1, Said("3号楼路灯坏了")))
    assert read.reading is not None
    assert (read.reading.intent, read.reading.categories[0]) == ("report", "0201")


async def test_a_press_has_none(reader: Reader) -> None:
    assert (await reader.read(event("ann", 1, Chose("q:1:yes")))).reading is None


async def test_a_press_never_overtakes_the_text_before_it(reader: Reader) -> None:
    events = [
        event("ann", 1, Said("路灯坏了")),
        event("ann", 2, Chose("q:1:yes")),
        event("ann", 3, Said("5")),
        event("ann", 4, Said("垃圾没人收")),
    ]
    assert await order(reader, events) == ["1", "2", "3", "4"]


async def test_a_press_of_somebody_else_does_not_wait(reader: Reader) -> None:
    events = [event("ann", 1, Said("路灯坏了")), event("bob", 2, Chose("q:1:yes"))]
    assert await order(reader, events) == ["2", "1"]


async def test_more_texts_than_are_read_at_once_are_all_read_in_order(reader: Reader) -> None:
    events = [event(f"p{n % 7}", n, Said(f"{n}号楼漏水")) for n in range(2 * TOGETHER + 5)]
    assert await order(reader, events) == [str(n) for n in range(len(events))]


async def test_who_comes_after_the_end_is_told_to_come_again() -> None:
    reader = Reader(TRIAGE)
    task = asyncio.create_task(reader.run(load=False))
    waiting = asyncio.create_task(reader.read(event("ann", 1, Said("路灯坏了"))))
    await asyncio.sleep(0)  # both have had their first step
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await reader.read(event("ann", 2, Said("路灯坏了")))


class WithoutModel(Triage):
    """As if the encoder's package were damaged."""

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        raise OSError("weights.npz")


async def test_danger_is_heard_even_where_the_model_fails() -> None:
    reader = Reader(WithoutModel(decisions.categories()))
    task = asyncio.create_task(reader.run(load=False))
    read = await reader.read(event("ann", 1, Said("着火了")))
    assert read.reading is not None
    assert read.reading.danger == "fire"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
