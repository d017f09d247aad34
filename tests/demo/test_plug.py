"""The demo's bot is killed outright, whatever it is doing, and nobody's word is lost or doubled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import settings
from bot.channels.base import TELEGRAM
from bot.channels.changes import Shown
from bot.channels.local import ACCOUNT, NAME
from bot.demo.books import Count
from bot.demo.plugged import Plugged
from bot.web.forward import Asked
from handlers.message import Chat, Event, Handled, Said
from handlers.words import _
from tests.plugged import own_key

GREETING = Event(NAME, ACCOUNT, "1", Chat("private", "chen"), "chen", Said("你好"))
HEALTH = Asked("GET", "http://127.0.0.1/health", [(b"host", b"127.0.0.1")], b"")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Plugged]:
    """The district, served by a process of its own."""
    with own_key(tmp_path):
        opened = Plugged(tmp_path, TELEGRAM, "zh_CN", settings.Settings())
        await opened.load()
        await opened.serve()
        yield opened
        await opened.turn_off()


async def counted(stage: Plugged, number: int) -> Count:
    """What was counted after the power had failed for the so-manieth time, and was back."""
    with stage.messenger.watch() as changes:
        async with asyncio.timeout(60):
            while not (count := stage.outage and stage.outage.counted) or (
                stage.outage and stage.outage.number < number
            ):
                await changes.get()
    return count


async def killed_as_it_answers(stage: Plugged) -> None:
    """The bot has handed a message over, and has not read yet that it arrived."""
    with stage.messenger.watch() as changes:
        async with asyncio.timeout(60):
            while not (
                isinstance(change := await changes.get(), Shown) and not change.bubble.sender
            ):
                pass
    assert stage.pull_plug()
    await stage.power.dark()


async def test_a_report_is_one_case_however_often_the_power_fails_on_the_way(
    stage: Plugged,
) -> None:
    zhou, book = stage.phones["zhou"], stage.messenger.book
    cut = asyncio.create_task(killed_as_it_answers(stage))
    await zhou.say("3号楼东头路灯黑了快十天了")
    await cut
    tap = asyncio.create_task(zhou.tap("路灯不亮"))  # in the dark
    await asyncio.sleep(0)
    assert len(book.waiting) == 1
    await tap
    first = await counted(stage, 1)
    assert await stage.receive(GREETING) == Handled()
    send = asyncio.create_task(zhou.tap(stage.label(_("Send it"))))
    await asyncio.sleep(0)
    assert stage.pull_plug()  # while the press is on its way
    await send
    second = await counted(stage, 2)
    assert await stage.receive(GREETING) == Handled(repeated=True)
    assert b'"database":true' in (await stage.answer(HEALTH)).body  # its own pages are back, too
    assert (first.well, second.well) == (True, True)
    assert (second.acts.now, second.cases.now) == (4, 1)
    assert (book.waiting, set(book.taken.values())) == (set(), {1})
    said = [b for phone in stage.phones.values() for b in phone.bubbles if not b.sender]
    texts = Counter((bubble.chat, bubble.text) for bubble in said)
    assert sum(texts.values()) - len(texts) == first.twice + second.twice
    assert any("已转给网格员" in text for _chat, text in texts)
