"""Our own contender leaves the rows of real reports, and a figure of it counts as theirs do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import memory, report_ours, updates
from benchmarks.house import BUILDINGS, LAMP

PEOPLE = 3


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "report.db")) as connection:
        return connection.execute(statement).fetchall()


def everything(folder: Path) -> list[list[tuple[Any, ...]]]:
    tables = ("inbox", "dialogs", "cases", "case_events", "cards")
    messages = "SELECT id, lane, payload FROM outbox ORDER BY 1"
    return [rows(folder, f"SELECT * FROM {table} ORDER BY 1") for table in tables] + [
        rows(folder, messages)
    ]


def lane(person: int) -> str:
    return f"telegram/8000000001/{updates.account(person)}"


def assert_all_reports_are_done(folder: Path) -> None:
    marks = {str(updates.update_id(p, k)) for p in range(PEOPLE) for k in range(len(updates.STEPS))}
    assert {mark for (mark,) in rows(folder, "SELECT event FROM inbox")} == marks
    conversations = rows(folder, "SELECT name, state, answers, seq FROM dialogs")
    assert conversations == [("report", "done", "{}", 6)] * PEOPLE
    reported = rows(
        folder,
        "SELECT accounts.external, text, place, category, cases.state FROM cases"
        f" JOIN accounts ON accounts.person_id = reporter_id WHERE cases.id > {BUILDINGS}"
        " ORDER BY 1",
    )
    assert reported == [
        (
            str(updates.account(person)),
            updates.what(person).partition("号楼")[2],
            "翠湖社区" + updates.place(person),
            LAMP,
            "assigned",
        )
        for person in range(PEOPLE)
    ]
    assert rows(folder, "SELECT count(*) FROM failures") == [(0,)]
    for person in range(PEOPLE):
        assert_said(folder, person)


def assert_said(folder: Path, person: int) -> None:
    said = rows(
        folder,
        "SELECT payload ->> '$.text', json_array_length(payload, '$.buttons'), state"
        f" FROM outbox WHERE lane = '{lane(person)}' ORDER BY id",
    )
    beginnings = ["哪里", "在哪", "是哪", "有邻居", "这样", "收到"]
    for (text, _buttons, _state), beginning in zip(said, beginnings, strict=True):
        assert text.startswith(beginning)


@pytest.mark.parametrize("waiting", [1, PEOPLE])
def test_three_reports_leave_exactly_their_rows(tmp_path: Path, waiting: int) -> None:
    figures = report_ours.run(report_ours.walk(PEOPLE, report_ours.token), waiting, tmp_path)
    assert_all_reports_are_done(tmp_path)
    assert figures.events_per_s > 0
    assert 0 < figures.p50_us <= figures.p99_us
