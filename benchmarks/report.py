"""The report benchmark: residents answer five questions, and a case is written.

Every contender handles the same updates, as bytes of the Bot API, and has each answered
question on the disk (SQLite, WAL, synchronous=FULL) before the update counts as handled;
messages end in an outbox table, so no network is measured. Two loads: 32 different people
waiting at once, and one at a time.

A contender is a module with

    def token(person: int, k: int) -> str: ...
    def run(events: Sequence[bytes], waiting: int, folder: Path) -> Figures: ...

`token` is the callback data of the button that (person, step) presses (see updates.py);
`run` handles the events in waves of `waiting`, timed by a `Stopwatch`, and keeps its
database in `folder`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

from benchmarks import fresh
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


def measure(quick: bool) -> dict[str, Any]:
    """The figures of every contender: the median of three rounds, or of one quick round.

    The contenders take turns within a round, so that a machine that grows slower or faster
    meanwhile does so for all.
    """
    people, rounds = (192, 1) if quick else (1280, 3)
    taken: dict[str, tuple[list[Figures], list[Figures]]] = {n: ([], []) for n in CONTENDERS}
    for number in range(1, rounds + 1):
        for name, module in CONTENDERS.items():
            print(f"round {number} of {rounds}: {name}", file=sys.stderr)
            for waiting, figures in zip((TOGETHER, 1), taken[name], strict=True):
                figures.append(fresh.call(timed, module, people, waiting))
    return {
        name: {**_median(together), "one_at_a_time": _median(alone)}
        for name, (together, alone) in taken.items()
    }


def timed(module: str, people: int, waiting: int) -> Figures:
    """The contender's figures, with a database of its own."""
    contender = import_module(module)
    events = getattr(contender, "walk", walk)(people, contender.token)
    # What is loaded by now stays: a full collection over a library's classes takes 120 ms,
    # which a tuned service avoids in the same way.
    gc.collect()
    gc.freeze()
    with TemporaryDirectory() as folder:
        return cast("Figures", contender.run(events, waiting, Path(folder)))


def _median(rounds: Sequence[Figures]) -> dict[str, Any]:
    names = [field.name for field in fields(Figures)]
    middle = {name: round(median(asdict(r)[name] for r in rounds)) for name in names}
    return {**middle, "rounds": [round(r.events_per_s) for r in rounds]}
