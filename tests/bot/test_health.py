"""/health is red when somebody waits in vain, and says what to do; else it is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.upkeep import health, supervisor
from bot.upkeep.health import Readings
from tests.bot.outside import Office

HOUR = 3600
FREE = "update lanes set next_free_at = 0, blocked_until = :blocked"


async def state(office: Office) -> Mapping[str, Any]:
    """What /health says of the database as it is now, not as it was some seconds ago."""
    office.app.health._read = Readings(office.app.database.engine, office.app.clock)
    return await office.app.health()


async def waits(office: Office, kind: Any, seconds: float, *, blocked: float = 0.0) -> None:
    """A message of this kind has been waiting; its chat must wait until then."""
    await office.execute("update outbox set state = 'sent'")
    await office.post("li", "水管爆了", kind)
    await office.execute("update outbox set since = since - :s where state = 'ready'", s=seconds)
    await office.execute(FREE, blocked=blocked)


async def test_an_alert_nothing_is_in_the_way_of_may_not_wait(office: Office) -> None:
    await office.town.settles()
    assert (await state(office))["ok"] is True
    await waits(office, "alert", 130)
    found = await state(office)
    assert (found["ok"], found["outbox"], found["sender"]) == (False, False, True)
    assert "等了2分钟" in found["todo"]["outbox"]


async def test_what_the_messenger_makes_us_wait_for_and_a_long_bulletin_are_no_fault(
    office: Office,
) -> None:
    await office.town.settles()
    await waits(office, "alert", 130, blocked=9_000_000_000.0)
    assert (await state(office))["outbox"] is True
    await waits(office, "bulletin", 5 * HOUR)
    assert (await state(office))["outbox"] is True
    await waits(office, "bulletin", 7 * HOUR)
    assert "等了7小时" in (await state(office))["todo"]["outbox"]


async def test_a_clock_that_stands_still_is_found_and_so_is_a_disk_that_fills_up(
    office: Office, tmp_path: Path
) -> None:
    await office.town.settles()
    office.town.stage.clock.set(office.app.clock.now() + timedelta(minutes=2))
    found = await state(office)
    assert (found["clock"], list(found["todo"])) == (False, ["clock"])
    full = health.disk({"media": tmp_path}, least=1 << 60)(None)
    assert (full.ok, full.stuck) == (False, False)
    assert health.disk({"media": tmp_path}, least=1)(None).ok


async def test_asking_often_costs_the_database_nothing(office: Office) -> None:
    await office.town.settles()
    statements: list[str] = []
    engine = office.app.database.engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    await state(office)
    once = len(statements)
    for _time in range(50):
        await office.app.health()
    assert len(statements) == once > 0


async def test_systemd_hears_of_a_process_that_moves_and_not_of_one_that_is_stuck(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        await office.town.settles()
        await waits(office, "alert", 130)
        await state(office)
        await supervisor.look(office.app.health)
        assert systemd.recv(200) == b"STATUS=outbox late\nWATCHDOG=1"
        office.town.stage.clock.set(office.app.clock.now() + timedelta(minutes=2))
        await supervisor.look(office.app.health)
        assert systemd.recv(200) == b"STATUS=clock late, outbox late"
