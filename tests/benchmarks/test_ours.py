"""Our contender does its whole work: a figure counts only with the right rows behind it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import fresh, memory, updates
from benchmarks.figures import Figures
from benchmarks.house import ACCOUNT, BUILDINGS, LAMP, SENDER
from benchmarks.report import timed
from benchmarks.report_ours import run, token, walk
from benchmarks.updates import STEPS, TOGETHER

PEOPLE = 3


@pytest.fixture(autouse=True)
def migrated(tmp_path: Path, migrated_sqlite: bytes) -> None:
    """What the migrations make has been made once, and is there already."""
    for name in ("report.db", "memory.db"):
        (tmp_path / name).write_bytes(migrated_sqlite)


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "report.db")) as connection:
        return connection.execute(statement).fetchall()


def everything(folder: Path) -> list[list[tuple[Any, ...]]]:
    """All that a report writes; what became of its messages is the sender's."""
    statements = [f"SELECT * FROM {t} ORDER BY 1" for t in ("inbox", "dialogs", "cases", "lanes")]
    statements.append("SELECT * FROM case_events ORDER BY 1")
    statements.append("SELECT id, lane, kind, payload FROM outbox ORDER BY 1")
    return [rows(folder, statement) for statement in statements]


def assert_all_reports_are_done(folder: Path) -> None:
    marks = {(ACCOUNT, str(updates.update_id(p, k))) for p in range(PEOPLE) for k in range(6)}
    assert set(rows(folder, "SELECT bot, event FROM inbox")) == marks
    dialogs = rows(folder, "SELECT name, state, answers, question, seq FROM dialogs")
    assert dialogs == [("report", "done", "{}", None, len(STEPS))] * PEOPLE
    assert rows(folder, "SELECT * FROM failures") == []
    assert_cases(folder)
    for person in range(PEOPLE):
        assert_messages(folder, person)


def assert_cases(folder: Path) -> None:
    cases = rows(
        folder,
        "SELECT external, text, place, category, state FROM cases"
        f" JOIN accounts ON person_id = reporter_id WHERE cases.id > {BUILDINGS} ORDER BY external",
    )
    assert cases == [
        (
            str(updates.account(person)),
            updates.what(person).partition("号楼")[2],
            "翠湖社区" + updates.place(person),
            LAMP,
            "assigned",
        )
        for person in range(PEOPLE)
    ]
    alerts = rows(folder, "SELECT count(*) FROM outbox WHERE kind = 'alert'")
    assert alerts == [(BUILDINGS + PEOPLE,)]


def assert_messages(folder: Path, person: int) -> None:
    """Five questions and a receipt, each with the choice that the walk presses."""
    lane = f"{SENDER}/{updates.account(person)}"
    found = rows(folder, f"SELECT payload FROM outbox WHERE lane = '{lane}' ORDER BY id")
    tokens = [{t for _label, t in json.loads(payload)["buttons"]} for (payload,) in found]
    assert len(tokens) == len(STEPS)
    for k, offered in enumerate(tokens, 1):
        if k in {3, 4, 5}:
            assert token(person, k) in offered


def report(folder: Path, waiting: int, events: list[bytes] | None = None) -> Figures:
    url = f"sqlite:///{folder / 'report.db'}"
    return run(walk(PEOPLE, token) if events is None else events, waiting, url)


@pytest.mark.parametrize("waiting", [1, PEOPLE])
def test_three_reports_leave_exactly_their_rows(tmp_path: Path, waiting: int) -> None:
    figures = report(tmp_path, waiting)
    assert_all_reports_are_done(tmp_path)
    assert figures.events_per_s > 0
    assert 0 < figures.p50_us <= figures.p99_us


def test_it_runs_in_a_process_of_its_own_as_the_benchmark_has_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'report.db'}"
    figures = fresh.call(timed, "benchmarks.report_ours", PEOPLE, PEOPLE, url)
    assert figures.events_per_s > 0
    assert figures.cpu_us > 0


def test_a_second_delivery_writes_nothing(tmp_path: Path) -> None:
    report(tmp_path, PEOPLE)
    before = everything(tmp_path)
    report(tmp_path, PEOPLE)
    assert everything(tmp_path) == before


def test_a_repeat_in_the_middle_of_a_report_is_not_an_answer(tmp_path: Path) -> None:
    report(tmp_path, 1, [event for event in walk(PEOPLE, token) for _ in range(2)])
    assert_all_reports_are_done(tmp_path)


def test_a_report_goes_on_after_a_restart(tmp_path: Path) -> None:
    events = walk(PEOPLE, token)
    report(tmp_path, PEOPLE, events[: PEOPLE * 3])
    report(tmp_path, PEOPLE, events)
    assert_all_reports_are_done(tmp_path)


def test_the_steps_come_in_the_order_of_everybody_elses() -> None:
    theirs = [json.loads(body)["update_id"] for body in updates.walk(PEOPLE, token)]
    assert [json.loads(body)["update_id"] for body in walk(PEOPLE, token)] == theirs


def test_people_in_the_middle_of_a_report_are_all_in_the_database(tmp_path: Path) -> None:
    figures = memory.held(PEOPLE, tmp_path)
    (tmp_path / "memory.db").rename(tmp_path / "report.db")
    assert rows(tmp_path, "SELECT state, seq FROM dialogs") == [("open", 2)] * (PEOPLE + TOGETHER)
    assert figures["people"] == PEOPLE
    assert 0 < figures["idle_mb"] <= figures["loaded_mb"] + 5
