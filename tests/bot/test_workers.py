"""Several processes serve one PostgreSQL: nothing is done twice, and somebody always goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import decisions, settings
from bot.app import App
from bot.channels.telegram import telegram
from bot.clock import Clock
from bot.processes.leases import LEASE, Lease
from storage import races
from storage.database import Database, connect
from tests.servers.telegram import TelegramServer

numbers = count(1)


def own(url: str) -> str:
    """The same database through connections of one's own, as another process has them."""
    name = {"application_name": f"process-{next(numbers)}"}
    return make_url(url).update_query_dict(name).render_as_string(hide_password=False)


@asynccontextmanager
async def polling(url: str, folder: Path, server: TelegramServer) -> AsyncIterator[App]:
    """A whole process that asks Telegram for what is there."""
    url = own(url)
    channel = telegram(server.token, server.url)
    await channel.open()
    data = decisions.categories()
    policy = decisions.policy(settings.load(None), data)
    app = App(url, policy, data, [channel], folder / "media", clock=Clock())
    async with app.running():
        yield app


async def test_one_of_several_asks_telegram_and_another_goes_on_when_it_ends(
    postgres_district: str, tmp_path: Path
) -> None:
    async with TelegramServer() as server, AsyncExitStack() as stack:
        first = await stack.enter_async_context(AsyncExitStack())
        with capture_logs() as logs:
            await first.enter_async_context(polling(postgres_district, tmp_path, server))
            await stack.enter_async_context(polling(postgres_district, tmp_path, server))
            resident = server.user(101, "周兰")
            resident.says("翠湖社区3号楼东头路灯不亮")
            await server.until(lambda: resident.sees("是哪一类"), 20)
            await first.aclose()
            resident.taps("路灯不亮")
            await server.until(lambda: resident.sees("这样报上去"), 20)
        assert [line for line in logs if line["event"] == "telegram poll failed"] == []


async def test_a_lease_passes_on_after_a_death_and_its_late_holder_lets_go(
    postgres_url: str,
) -> None:
    database: Database[None, None] = Database(connect(postgres_url), lambda _conn, _events: [])
    database.start()
    now = 1000.0
    one, other = (Lease(database, "poll/telegram/1", lambda: now) for _ in range(2))
    try:
        assert [await one.take(), await other.take(), await one.take()] == [True, False, True]
        now += LEASE + 0.1
        assert [await other.take(), await one.take()] == [True, False]
        await other.give_back()
        assert await one.take()
    finally:
        database.stop()


def test_a_migration_that_somebody_who_serves_is_in_the_way_of_begins_anew(
    postgres_url: str,
) -> None:
    serving, migrating = (create_engine(own(postgres_url)) for _ in range(2))
    begun: list[int] = []

    def migrate() -> None:
        begun.append(len(begun))
        with migrating.begin() as conn:
            conn.execute(text("SET LOCAL lock_timeout = '10ms'"))
            if begun[-1]:
                there.rollback()
            conn.execute(text("LOCK TABLE cases"))

    with serving.connect() as there:
        there.execute(text("SELECT 1 FROM cases"))
        races.insist(migrate)
        assert begun == [0, 1]
        there.execute(text("SELECT 1 FROM cases"))
        with pytest.raises(OperationalError):
            races.insist(partial(_wait_for_cases, migrating), times=2)
    for engine in (serving, migrating):
        engine.dispose()


def _wait_for_cases(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL lock_timeout = '10ms'"))
        conn.execute(text("LOCK TABLE cases"))
