"""The figures of a grown district count only when every act was done, and every due case went up."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

from benchmarks.growth import EACH, WARM_UP, acts
from benchmarks.growth_acts import OFTEN, SELDOM
from benchmarks.growth_backlog import worked_off
from benchmarks.growth_fill import prepare
from bot import decisions, keys, settings

CASES, DUE = 300, 120
BACKLOG = ["due", "failed", "seconds", "per_s", "cpu_ms", "asked_p99_ms", "others_most_ms"]


async def test_a_filled_district_works_off_its_backlog_and_serves_everybody(tmp_path: Path) -> None:
    database = tmp_path / "growth.db"

    def rows(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(statement).fetchall()

    keys.throwaway(tmp_path)
    url = f"sqlite:///{database}"
    policy = decisions.policy(settings.load(None), decisions.categories())
    prepare(url, policy, CASES, DUE, "small")
    assert rows("select count(*), count(distinct number) from cases") == [(CASES + DUE,) * 2]
    assert rows("select count(*) from cases where closed_at is null") == [(9 + DUE,)]
    lost = "select 1 from cases left join case_lives on case_id = id where case_id is null"
    assert rows(lost) == []
    assert rows("select 1 from cases where words_until < '2026-11-23'") == []
    assert rows("PRAGMA foreign_key_check") == []

    backlog = await worked_off(url, tmp_path, DUE)
    assert list(backlog) == BACKLOG
    assert (backlog["due"], backlog["failed"]) == (DUE, 1)

    found = await acts(lambda _cases, _due: nullcontext(url), tmp_path, [CASES], 2)
    names = [f"{act}_{of}" for act in (*OFTEN, *SELDOM) for of in ("p50_ms", "p99_ms", "cpu_ms")]
    assert list(found[str(CASES)]) == names
    opened = (WARM_UP + 2) * EACH
    assert rows("select count(*) from cases") == [(CASES + DUE + opened,)]
    assert rows("select count(*) from failures") == [(1,)]
