"""The ledger of points with 10 million entries: a balance and the last ten entries of a person.

5,000 members of 42 communities have earned a point or more 5 million times, each time a
posting of two entries. The file is filled with plain inserts and its indexes made at the
end; it is read as the bot reads it, through storage/points.py, one person after the other
in random order, each in a session of its own.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any

from sqlalchemy import Connection

from benchmarks import fresh

COMMUNITIES, MEMBERS, ENTRIES, READS = 42, 5_000, 10_000_000, 5_000
WARM_UP = 50  # reads that are not counted: the first ones compile their statements
LAST = 10


def measure(quick: bool) -> dict[str, Any]:
    """How many entries there were, and the time for one person at the 99th percentile."""
    with TemporaryDirectory() as name:
        share = 1_000 if quick else 1
        return fresh.call(read, Path(name), ENTRIES // share, max(READS // share, 100))


def read(folder: Path, entries: int, reads: int) -> dict[str, Any]:
    """The figures of this process."""
    from sqlalchemy.orm import Session

    from storage import database, migrating, points

    url = f"sqlite:///{folder / 'ledger.db'}"
    migrating.migrate(url)
    engine = database.connect(url)
    with engine.begin() as conn:
        fill(conn, entries)
    pick, taken = Random(1), []
    with engine.connect().execution_options(read=True) as conn:
        assert conn.exec_driver_sql("select sum(points) from point_entries").scalar() == 0
        for _read in range(WARM_UP + reads):
            person, began = pick.randrange(1, MEMBERS + 1), perf_counter_ns()
            with Session(conn) as db:
                has, last = points.balance(db, person), points.last(db, person, LAST)
            taken.append((perf_counter_ns() - began) / 1e6)
            assert has >= sum(line.points for line in last)
            assert len(last) == min(LAST, entries // 2 // MEMBERS)
        counted = conn.exec_driver_sql("select count(*) from point_entries").scalar()
    engine.dispose()
    return {"entries": counted, "balance_p99_ms": round(quantiles(taken[WARM_UP:], n=100)[98], 3)}


def fill(conn: Connection, entries: int) -> None:
    """So many entries, in the order in which they would have come."""
    run = conn.exec_driver_sql
    indexes = "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('postings', 'point_entries')"
    made = run(indexes).all()
    for name, _sql in made:
        run(f"drop index {name}")
    count = "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {})"
    run(
        "insert into areas (id, kind, code, name, path) "
        f"{count.format(COMMUNITIES)} select i + 1, 'community', 'C' || i, 'C' || i, '/' from n"
    )
    run(
        f"insert into people (id, name, phone) {count.format(MEMBERS)} select i + 1, 'P', '' from n"
    )
    run(
        "insert into point_accounts (id, kind, area_id, balance) "
        f"{count.format(COMMUNITIES)} select i + 1, 'pool', i + 1, 0 from n"
    )
    run(
        "insert into point_accounts (id, kind, person_id, balance) "
        f"{count.format(MEMBERS)} select {COMMUNITIES} + i + 1, 'person', i + 1, 0 from n"
    )
    each = count.format(entries // 2)
    run(
        "insert into postings (id, kind, about, subject_id, note, by_id, at) "
        f"{each} select i + 1, 'award', 'award', i + 1, '周六清扫', 1 + i % 500, "
        "'2026-11-23 01:14:00.000000' from n"
    )
    run(
        f"insert into point_entries (id, posting_id, account_id, points) {each} "
        f"select 2 * i + 1, i + 1, 1 + i % {COMMUNITIES}, -(1 + i % 3) from n"
    )
    run(
        f"insert into point_entries (id, posting_id, account_id, points) {each} "
        f"select 2 * i + 2, i + 1, {COMMUNITIES} + 1 + (i * 2654435761) % {MEMBERS}, "
        "1 + i % 3 from n"
    )
    for _name, sql in made:
        run(sql)
    run(
        "update point_accounts set balance = (select coalesce(sum(points), 0) from point_entries "
        "where account_id = point_accounts.id) where kind = 'person'"
    )
    run("analyze")
