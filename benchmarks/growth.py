"""Growth: the same acts with 10,000 and with 1,000,000 cases, and a backlog of the clock's.

Both databases are filled by growth_fill.py and served beside each other in one process where
nothing moves by itself (house.still_at), in turns, so that whatever else keeps the machine busy
hits both. What is timed (growth_acts.py) is what somebody waits for:

`open`: the resident confirms a report, which opens the case, the worker's alert and the receipt;
`accept`: the worker takes it; `desk`: an officer with ten cases or more in hand lists them;
`progress`: a resident asks how theirs stand; `similar`: the search for near duplicates alone;
`figures`: the three rates of the last month in the whole district, with those of the month
before; `by_unit`: the same month unit by unit; `idle`: a look of the clock when nothing is due.

`cpu` is the processor's time of this process and of the server's backends, at the median. What a
running bot does besides is left out: the sender, the fetching of files, pages. The backlog is
told of in growth_backlog.py.

SHAODAO_GROWTH_FOLDER names a folder in which the large SQLite file stays, and is used again.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from sqlalchemy import Connection, create_engine, text

from benchmarks.growth_acts import OFTEN, SELDOM, Acts, figures, seen
from benchmarks.growth_backlog import worked_off
from benchmarks.growth_fill import prepare
from benchmarks.house import send_all, still_at
from bot import decisions, keys, settings
from bot.app import App

SIZES, BACKLOG = (10_000, 1_000_000), 100_000
QUICK_SIZES, QUICK_BACKLOG = (300, 600), 150  # in a district with three grids
ROUNDS, EACH = 40, 15  # turns of each size, and how often what is done often is done in one
WARM_UP = 2  # turns that are not counted
ALLOWED = 10_000  # messages a minute from one person: nobody types that fast
KEPT = "SHAODAO_GROWTH_FOLDER"

Filled: TypeAlias = Callable[[int, int], AbstractContextManager[str]]
"""The URL of a database with so many cases, and so many more that are due, until it is left."""


def measure(quick: bool) -> dict[str, Any]:
    """For each database: the acts at each size, and how a backlog is worked off."""
    found = {}
    for name, run in (("sqlite", on_sqlite), ("postgresql", on_postgres)):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            found[name] = alone.submit(run, quick).result()
    return found


def on_sqlite(quick: bool) -> dict[str, Any]:
    with TemporaryDirectory() as name:
        kept = Path(os.environ.get(KEPT, name))
        kept.mkdir(parents=True, exist_ok=True)

        @contextmanager
        def filled(cases: int, due: int) -> Iterator[str]:
            folder = kept if cases == SIZES[-1] else Path(name)
            file = folder / f"growth-{cases}-{due}.db"
            if not file.exists():
                part = file.with_suffix(".part")
                part.unlink(missing_ok=True)  # of a run that was stopped
                _fill(f"sqlite:///{part}", kept, cases, due)
                part.rename(file)
            yield f"sqlite:///{file}"

        return _measured(filled, kept, quick)


def on_postgres(quick: bool) -> dict[str, Any]:
    from tests.databases import migrated_database, postgres_server

    with TemporaryDirectory() as name, postgres_server() as server:
        # The tests' server does not wait for its disk; here a commit is one that lasts.
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as conn:
            conn.execute(text("ALTER SYSTEM SET fsync = on"))
            conn.execute(text("SELECT pg_reload_conf()"))
        admin.dispose()

        @contextmanager
        def filled(cases: int, due: int) -> Iterator[str]:
            with migrated_database(server) as engine:
                url = engine.url.render_as_string(hide_password=False)
                _fill(url, Path(name), cases, due)
                yield url

        return _measured(filled, Path(name), quick)


def _fill(url: str, folder: Path, cases: int, due: int) -> None:
    print(f"filling {cases:,} cases, {due:,} more due: {url.partition(':')[0]}", file=sys.stderr)
    keys.throwaway(folder)
    policy = decisions.policy(settings.load(None), decisions.categories())
    prepare(url, policy, cases, due, "small" if cases in QUICK_SIZES else "full")


def _measured(filled: Filled, folder: Path, quick: bool) -> dict[str, Any]:
    sizes, due = (QUICK_SIZES, QUICK_BACKLOG) if quick else (SIZES, BACKLOG)
    with filled(sizes[0], due) as url:
        backlog = asyncio.run(worked_off(url, folder, due))
    cases = asyncio.run(acts(filled, folder, sizes, 2 if quick else ROUNDS))
    return {"cases": cases, "backlog": backlog}


async def acts(
    filled: Filled, folder: Path, sizes: Sequence[int], rounds: int
) -> dict[str, dict[str, float]]:
    """The figures of each size, and of those after the first how much slower their p99 is."""
    async with AsyncExitStack() as stack:
        served = []
        for size in sizes:
            url = stack.enter_context(filled(size, 0))
            app = await stack.enter_async_context(still_at(url, folder, ALLOWED))
            app.clock.freeze(app.clock.now())
            served.append(await _ready(app))
        gc.collect()
        gc.freeze()
        for turn in range(WARM_UP + rounds):
            for one in served:
                if turn == WARM_UP:
                    one.times.clear()
                for _time in range(EACH):
                    await one.often()
                await one.seldom()
                await send_all(one.app)
    found = [_figures(acts) for acts in served]
    for larger in found[1:]:
        for name in (*OFTEN, *SELDOM):
            larger[f"{name}_p99_grew"] = round(
                larger[f"{name}_p99_ms"] / found[0][f"{name}_p99_ms"], 2
            )
    return {str(size): one for size, one in zip(sizes, found, strict=True)}


async def _ready(app: App) -> Acts:
    backends = await app.database.run(_backend)
    return Acts(app, await app.database.run(seen), backends)


def _backend(conn: Connection) -> list[int]:
    """The server's process that works for this connection, if there is one."""
    if conn.dialect.name == "sqlite":
        return []
    return [int(conn.scalar(text("select pg_backend_pid()")) or 0)]


def _figures(one: Acts) -> dict[str, float]:
    return {
        f"{name}_{what}": value
        for name in (*OFTEN, *SELDOM)
        for what, value in figures(one.times[name]).items()
    }
