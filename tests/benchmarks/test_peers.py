"""Every contender does the whole work: a figure counts only with the right rows behind it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks import form, updates
from benchmarks.report import CONTENDERS
from benchmarks.store import Store

PEERS = {name: module for name, module in CONTENDERS.items() if not name.startswith("ours")}
PEOPLE = 3


@pytest.fixture(params=PEERS)
def contender(request: pytest.FixtureRequest) -> Any:
    return import_module(PEERS[request.param])


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'report.db'}"


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "report.db")) as connection:
        return connection.execute(statement).fetchall()


def everything(folder: Path) -> list[list[tuple[Any, ...]]]:
    tables = ("inbox", "conversations", "outbox", "cases")
    return [rows(folder, f"SELECT * FROM {table} ORDER BY 1") for table in tables]


def assert_all_reports_are_done(folder: Path) -> None:
    marks = [updates.update_id(p, k) for p in range(PEOPLE) for k in range(len(updates.STEPS))]
    assert rows(folder, "SELECT id FROM inbox ORDER BY id") == [(mark,) for mark in sorted(marks)]
    conversations = rows(folder, "SELECT * FROM conversations ORDER BY person")
    assert conversations == [(updates.account(p), form.DONE, "{}") for p in range(PEOPLE)]
    cases = rows(folder, "SELECT reporter, what, place, category, photo FROM cases ORDER BY 1")
    assert cases == [
        (updates.account(p), updates.what(p), updates.place(p), "lamp", "") for p in range(PEOPLE)
    ]
    for person in range(PEOPLE):
        assert_messages(folder, person)


def assert_messages(folder: Path, person: int) -> None:
    answers = {"what": updates.what(person), "place": updates.place(person)}
    expected = [form.question(key, answers) for key in form.QUESTIONS] + [form.receipt(answers)]
    chat = updates.account(person)
    found = rows(folder, f"SELECT text, buttons FROM outbox WHERE chat = {chat} ORDER BY id")
    assert [(text, json.loads(buttons or "null")) for text, buttons in found] == expected


@pytest.mark.parametrize("waiting", [1, PEOPLE])
def test_three_reports_leave_exactly_their_rows(
    contender: Any, tmp_path: Path, waiting: int
) -> None:
    figures = contender.run(updates.walk(PEOPLE, contender.token), waiting, url(tmp_path))
    assert_all_reports_are_done(tmp_path)
    assert figures.events_per_s > 0
    assert 0 < figures.p50_us <= figures.p99_us


def test_a_second_delivery_writes_nothing(contender: Any, tmp_path: Path) -> None:
    events = updates.walk(PEOPLE, contender.token)
    contender.run(events, PEOPLE, url(tmp_path))
    before = everything(tmp_path)
    contender.run(events, PEOPLE, url(tmp_path))
    assert everything(tmp_path) == before


def test_a_repeat_in_the_middle_of_a_report_is_not_an_answer(
    contender: Any, tmp_path: Path
) -> None:
    events = updates.walk(PEOPLE, contender.token)
    contender.run([event for event in events for _ in range(2)], 1, url(tmp_path))
    assert_all_reports_are_done(tmp_path)


def test_a_report_goes_on_after_a_restart(contender: Any, tmp_path: Path) -> None:
    events = updates.walk(PEOPLE, contender.token)
    half = PEOPLE * 3
    contender.run(events[:half], PEOPLE, url(tmp_path))
    contender.run(events, PEOPLE, url(tmp_path))
    assert_all_reports_are_done(tmp_path)


def test_the_database_has_a_write_ahead_log(contender: Any, tmp_path: Path) -> None:
    contender.run(updates.walk(PEOPLE, contender.token), PEOPLE, url(tmp_path))
    assert rows(tmp_path, "PRAGMA journal_mode") == [("wal",)]


def test_the_peers_sync_every_commit(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    full = 2
    assert store._connection.exec_driver_sql("PRAGMA synchronous").scalar() == full
    store.close()


def test_any_32_updates_in_a_row_are_of_different_people() -> None:
    events = [json.loads(body) for body in updates.walk(updates.TOGETHER * 2, form.token)]
    people = [(e.get("message") or e["callback_query"])["from"]["id"] for e in events]
    for first in range(0, len(people), updates.TOGETHER):
        assert len(set(people[first : first + updates.TOGETHER])) == updates.TOGETHER


def test_update_ids_rise_one_by_one() -> None:
    events = updates.walk(updates.TOGETHER * 2, form.token)
    assert [json.loads(body)["update_id"] for body in events] == list(range(1, len(events) + 1))
