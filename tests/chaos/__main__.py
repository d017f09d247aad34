"""`make chaos`: the real process, killed hundreds of times, and then everything is counted."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random, randrange
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from tests.chaos import report
from tests.chaos.counting import holds
from tests.chaos.run import LARGE, SMALL, run

MOST_LINES = 100


def main() -> int:
    """Runs as the environment says, writes the figures, and returns the exit code. With --report
    and the figures of runs, docs/reliability.md is written instead."""
    if sys.argv[1:2] == ["--report"]:
        report.write([Path(name) for name in sys.argv[2:]])
        return 0
    environment = os.environ
    kills = int(environment.get("KILLS") or 500)
    database = environment.get("DATABASE") or "sqlite"
    seed = int(environment.get("SEED") or randrange(1_000_000))
    print(f"{kills} kills, {database}, SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="shaodao-chaos-") as name, _url(database, name) as url:
        size = LARGE if kills > 60 else SMALL
        outcome = asyncio.run(run(url, Path(name), Random(seed), kills, size))
        for line in outcome.why[:MOST_LINES]:
            print(line)
        if environment.get("KEEP"):
            shutil.copytree(name, environment["KEEP"], dirs_exist_ok=True)
    spent = {"processor_seconds": round(worked())}
    figures = {**outcome.figures, **spent, "seed": seed, "database": database}
    said = json.dumps(figures, ensure_ascii=False, indent=1)
    print(said)
    if environment.get("JSON"):
        Path(environment["JSON"]).write_text(said + "\n")
    return 0 if holds(figures) else 1


def worked() -> float:
    """Seconds for which we and all who have died had a processor."""
    spent = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


@contextmanager
def _url(database: str, folder: str) -> Iterator[str]:
    """An empty database: a file, or a new one on a PostgreSQL server that is gone afterwards."""
    if database == "sqlite":
        yield f"sqlite:///{folder}/shaodao.db"
        return
    from tests.databases import migrated_database, postgres_server

    with postgres_server() as server, migrated_database(server) as engine:
        yield engine.url.render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main())
