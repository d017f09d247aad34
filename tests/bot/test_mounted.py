"""The examples of docs/examples: Shaodao inside somebody else's bot, as a real process."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.channels.base import Unavailable
from bot.channels.telegram import mounted
from handlers.message import Event, Handled
from storage.database import connect
from tests.bot.test_run import ROOT, config
from tests.servers.telegram import TelegramServer

EXAMPLES = ROOT / "docs" / "examples"


@pytest.mark.parametrize(
    ("example", "driver"),
    [("mounted_ptb.py", "python-telegram-bot"), ("mounted_aiogram.py", "aiogram")],
)
async def test_shaodao_answers_what_the_bot_around_it_leaves(
    tmp_path: Path, example: str, driver: str, district: Callable[[Path], None]
) -> None:
    assert len((EXAMPLES / example).read_text().splitlines()) <= 20
    async with TelegramServer() as server:
        telegram = {"token": server.token, "base_url": server.url, "driver": driver}
        config(tmp_path, telegram=telegram, web={"port": 0})
        district(tmp_path)
        resident = server.user(101, "周兰")
        resident.says("/ping")
        resident.says("翠湖社区3号楼东头路灯不亮")
        async with running(example, tmp_path):
            await server.until(lambda: resident.sees("pong") and resident.sees("是哪一类"), 30)
            resident.taps("路灯不亮")
            await server.until(lambda: resident.sees("这样报上去"), 20)
            resident.taps("对，报上去")
            await server.until(lambda: resident.sees("已转给"), 20)
        assert [b.text for b in resident.bubbles if b.mine].count("pong") == 1
        assert server.pending == 0
    assert stored(tmp_path) == [("翠湖社区3号楼东头路灯不亮",)]


async def test_what_cannot_be_stored_is_tried_until_it_is() -> None:
    offered: list[Event] = []
    heard = asyncio.Event()

    async def receive(event: Event) -> Handled:
        offered.append(event)
        heard.set()
        if len(offered) < 3:
            raise Unavailable
        return Handled()

    async with TelegramServer() as server:
        channel = mounted(server.token, server.url)
        await channel.open()
        task = asyncio.create_task(channel.run(receive))
        person = {"id": 101, "is_bot": False, "first_name": "周兰"}
        message = {"message_id": 1, "date": 1, "chat": {"id": 101, "type": "private"}}
        update = {"update_id": 9, "message": {**message, "from": person, "text": "路灯不亮"}}
        assert channel.ours(update)
        await channel.take(update)
        assert [event.id for event in offered] == ["9", "9", "9"]

        offered.clear()
        heard.clear()
        taking = asyncio.create_task(channel.take(update))
        await heard.wait()
        await channel.close()
        with pytest.raises(Unavailable):  # the host's error handler hears of it
            await taking
        await task


@asynccontextmanager
async def running(example: str, folder: Path) -> AsyncIterator[None]:
    """The example, from its start to its end with 0, asked to end as a service is."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", str(EXAMPLES / example)),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=PIPE,
    )
    try:
        yield
    finally:
        bot.terminate()
        _out, said = await asyncio.wait_for(bot.communicate(), 20)
    assert bot.returncode == 0, said.decode()


def stored(folder: Path) -> list[tuple[str]]:
    engine = connect(f"sqlite:///{folder / 'run.db'}")
    with engine.connect() as conn:
        found = [(str(row[0]),) for row in conn.execute(text("select text from cases"))]
    engine.dispose()
    return found
