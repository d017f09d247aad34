"""Over HTTP every event is answered and its messages arrive; a spike is of many people."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import http, spike, updates
from benchmarks.delivery import delivered
from benchmarks.house import BUILDINGS
from benchmarks.updates import STEPS, TOGETHER

PEOPLE = 2


@pytest.mark.parametrize("name", ["ours_aiogram", "peer_ptb"])
def test_everybody_is_answered_and_told(tmp_path: Path, migrated_sqlite: bytes, name: str) -> None:
    database = tmp_path / "http.db"
    if name.startswith("ours"):
        database.write_bytes(migrated_sqlite)
    figures = http.served(name, PEOPLE, len(STEPS), f"sqlite:///{database}")
    ours = name.startswith("ours")
    alerts = PEOPLE if ours else 0  # to whoever is responsible
    assert figures["messages"] == PEOPLE * len(STEPS) + alerts
    assert figures["refused"] == 0
    with closing(sqlite3.connect(database)) as connection:
        (cases,) = connection.execute("SELECT count(*) FROM cases").fetchone()
    assert cases == TOGETHER + PEOPLE + (BUILDINGS if ours else 0)


def test_what_telegram_permits_is_kept_to(tmp_path: Path, migrated_sqlite: bytes) -> None:
    database = tmp_path / "delivery.db"
    database.write_bytes(migrated_sqlite)
    figures = delivered("ours_aiogram", 10, f"sqlite:///{database}")
    assert figures["lost"] == 0  # refusals are for the benchmark: a busy machine bunches calls
    assert 0 < figures["of_permitted"] < 1.1


def test_nobody_in_a_spike_is_overtaken_by_their_own_next_update() -> None:
    events = [json.loads(body) for body in spike.in_turn(1000, first=TOGETHER)]
    people = [(e.get("message") or e["callback_query"])["from"]["id"] for e in events]
    assert len(people) == 1000
    assert min(people) == updates.account(TOGETHER)
    for first in range(len(people) - spike.APART):
        assert len(set(people[first : first + spike.APART])) == spike.APART


def test_a_spike_brings_ten_times_what_is_sustainable() -> None:
    due = spike.arrivals(100, before=2, spike=3)
    assert due == sorted(due)
    assert sum(2 <= at < 5 for at in due) == 100 * spike.TIMES * 3
