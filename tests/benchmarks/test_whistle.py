"""The whistle's figures count only when every unit was alerted and every due call climbed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from benchmarks.house import settle_still, still
from benchmarks.whistle import KIND, UNITS, WARM_UP, alerted, figures, ticked
from benchmarks.whistle_town import settle_units, standing

KEYS = ["units", "background_events_per_s", "tap_to_claimed_p99_ms"]
KEYS += ["tick_rows", "tick_due", "tick_ms"]


@pytest.fixture(autouse=True)
def migrated(tmp_path: Path, migrated_sqlite: bytes) -> None:
    """What the migrations make has been made once, and is there already."""
    for name in ("alerted.db", "ticked.db", "page.db"):
        (tmp_path / name).write_bytes(migrated_sqlite)


def rows(database: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def test_every_unit_of_every_whistle_is_alerted_while_residents_report(tmp_path: Path) -> None:
    times, per_s = alerted(2, 3, 20, tmp_path)
    database = tmp_path / "alerted.db"
    assert len(times) == 2
    assert min(times) > 0
    assert 5 < per_s < 21
    blown = 2 + WARM_UP
    assert rows(database, "SELECT count(*) FROM whistles WHERE state = 'blown'") == [(blown,)]
    alerts = rows(database, "SELECT receipt FROM outbox WHERE kind = 'alarm'")
    assert len({told for (told,) in alerts if told}) == blown * 3
    assert rows(database, "SELECT * FROM failures") == []


def test_each_look_finds_its_calls_and_alerts_the_second_on_duty(tmp_path: Path) -> None:
    looks = 1
    times = ticked(200, looks, tmp_path)
    database = tmp_path / "ticked.db"
    assert len(times) == looks
    steps = Counter(step for (step,) in rows(database, "SELECT step FROM unit_calls"))
    climbed = 2 * (looks + WARM_UP)
    assert steps == {0: 200 - climbed, 1: climbed}
    told = rows(database, "SELECT 1 FROM outbox WHERE kind = 'alarm' AND state = 'sent'")
    assert len(told) == climbed
    assert rows(database, "SELECT * FROM failures") == []


async def test_of_a_hundred_due_calls_one_that_cannot_be_read_stops_no_other(
    tmp_path: Path,
) -> None:
    database = tmp_path / "page.db"
    async with still(database) as app:
        await settle_still(app, ())
        today, start = app.policy.local_date(app.clock.now()), app.clock.now()
        called = await app.database.run(lambda conn: settle_units(conn, app.policy, today, UNITS))
        kind, due = app.policy.whistles[KIND], [[start] * UNITS] * 5
        await app.database.run(lambda conn: standing(conn, app.policy, kind, called, due))
        await app.database.run(
            lambda conn: conn.exec_driver_sql("UPDATE unit_calls SET ladder = '{}' WHERE id = 50")
        )
        with capture_logs():
            await app.ticks.tick()
    assert rows(database, "SELECT id FROM unit_calls WHERE step = 0") == [(50,)]
    assert rows(database, "SELECT what FROM failures") == [("unit_calls/50",)]
    receipts = rows(database, "SELECT receipt FROM outbox WHERE kind = 'alarm'")
    told = [receipt for (receipt,) in receipts if receipt.startswith("whistles.alert:")]
    assert len(set(told)) == len(told) == 99


def test_the_figures_have_the_keys_that_others_read() -> None:
    found = figures([10.0, 20.0], 200.4, 10_000, [40.0, 50.0, 90.0])
    assert list(found) == KEYS
    assert found["background_events_per_s"] == 200
    assert (found["tick_due"], found["tick_ms"]) == (100, 50.0)
