"""The report benchmark: residents answer five questions, and a case is written.

Every contender handles the same updates, as bytes of the Bot API, and has each answered
question on the disk (SQLite: WAL, synchronous=FULL) before the update counts as handled;
messages end in an outbox table, so no network is measured. Two loads: 32 different people
waiting at once, and one at a time.

A contender is a module with

    def token(person: int, k: int) -> str: ...
    def run(events: Sequence[bytes], waiting: int, url: str) -> Figures: ...

`token` is the callback data of the button that (person, step) presses (see updates.py);
`run` handles the events in waves of `waiting`, timed by a `Stopwatch`, and keeps all it
keeps in the empty database at `url`. On PostgreSQL the server works on any core.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib import import_module
from statistics import median
from typing import Any, cast

from benchmarks import databases, fresh
from benchmarks.figures import Figures
from benchmarks.updates import TOGETHER, walk

CONTENDERS = {
    "ours_sqlite": "benchmarks.report_ours",
    "ptb_sqlalchemy": "benchmarks.report_ptb",
    "ptb_batched": "benchmarks.report_ptb_batched",
    "aiogram_sqlalchemy": "benchmarks.report_aiogram",
    "aiogram_batched": "benchmarks.report_aiogram_batched",
    "floor_sqlite3": "benchmarks.report_floor",
}
ON_POSTGRESQL = {
    "ours_postgresql": "benchmarks.report_ours",
    "ptb_postgresql": "benchmarks.report_ptb",
    "aiogram_postgresql": "benchmarks.report_aiogram",
}


def measure(quick: bool) -> dict[str, Any]:
    """The figures of every contender: the median of three rounds, or of one quick round.

    The contenders take turns within a round, so that a machine that grows slower or faster
    meanwhile does so for all.
    """
    people, rounds = (192, 1) if quick else (1280, 3)
    taken: dict[str, tuple[list[Figures], list[Figures]]]
    taken = {name: ([], []) for name in (*CONTENDERS, *ON_POSTGRESQL)}
    with databases.postgres() as server:
        contenders = [(name, module, "") for name, module in CONTENDERS.items()]
        contenders += [(name, module, server) for name, module in ON_POSTGRESQL.items()]
        for number in range(1, rounds + 1):
            for name, module, where in contenders:
                print(f"round {number} of {rounds}: {name}", file=sys.stderr)
                for waiting, figures in zip((TOGETHER, 1), taken[name], strict=True):
                    with databases.empty(where) as url:
                        figures.append(fresh.call(timed, module, people, waiting, url))
    return {
        name: {**_median(together), "one_at_a_time": _median(alone)}
        for name, (together, alone) in taken.items()
    }


def timed(module: str, people: int, waiting: int, url: str) -> Figures:
    """The contender's figures, with this database, which is empty."""
    contender = import_module(module)
    events = getattr(contender, "walk", walk)(people, contender.token)
    # What is loaded by now stays: a full collection over a library's classes takes 120 ms,
    # which a tuned service avoids in the same way.
    gc.collect()
    gc.freeze()
    return cast("Figures", contender.run(events, waiting, url))


def _median(rounds: Sequence[Figures]) -> dict[str, Any]:
    names = [field.name for field in fields(Figures)]
    middle = {name: round(median(asdict(r)[name] for r in rounds)) for name in names}
    return {**middle, "rounds": [round(r.events_per_s) for r in rounds]}
