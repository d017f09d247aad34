"""Is everything in order that this process is there for? If not: what, and what to do.

Each part of the process contributes a look (`database`, `sending`, `ticking`, …) and answers
for itself alone, so that a process without a sender is not asked for one. What is read from
the database is read beside the batches and kept for some seconds: whoever asks a thousand
times costs no more than one who asks once.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, technical
from bot.sending.delivery import Delivery
from bot.ticks import Ticks
from bot.upkeep import measures
from bot.workbooks.roster_leaves import pen_for
from handlers.words import DEFAULT_LANGUAGE, Text, _
from storage import readings
from storage.database import Database
from storage.readings import Reading

log = structlog.get_logger()
FRESH = 5.0  # seconds for which a reading is good
PATIENCE = 3.0  # seconds a reading may take
LATE = 60.0  # seconds without a move after which a part is stuck
URGENT = 60.0  # seconds an alert or a reply may wait while its way is free
LONGEST = 6 * 3600.0  # seconds any message may wait: a bulletin to a whole district takes hours
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """What a look has found. `todo` is what to do about it; `stuck`: the process has stopped
    moving, and a new one may move."""

    name: str
    ok: bool
    todo: Text
    stuck: bool = False


Look: TypeAlias = Callable[[Reading | None], Check]
"""Looks at a part of the process; what was read from the database is None where it cannot be."""


class Readings:
    """The database as it is, read at most once in `FRESH` seconds."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._began = 0.0
        self._reading: asyncio.Task[Reading | None] | None = None

    async def now(self) -> Reading | None:
        """None where the database cannot be read, or not in time."""
        known = self._reading
        if known is None or (known.done() and monotonic() - self._began >= FRESH):
            self._began = monotonic()
            self._reading = known = asyncio.create_task(asyncio.to_thread(self._read))
        done, _waiting = await asyncio.wait({known}, timeout=PATIENCE)
        return known.result() if done else None

    def _read(self) -> Reading | None:
        options: dict[str, Any] = {"read": True, "postgresql_readonly": True}
        try:
            with self._engine.connect().execution_options(**options) as conn:
                return readings.read(conn, technical(), self._clock.now())
        except SQLAlchemyError as error:
            log.warning("database_not_read", why=type(error).__name__)
            return None


class Health:
    """Called, it says what is so; `ok` is all of it. /metrics tells the same afterwards."""

    def __init__(self, read: Readings, waiting: Callable[[], int], looks: Sequence[Look]) -> None:
        self._read = read
        self._waiting = waiting
        self._looks = looks

    async def checks(self) -> list[Check]:
        """What each part's look has found."""
        reading = await self._read.now()
        if reading is not None:
            measures.show(reading)
        measures.QUEUE.set(self._waiting())
        found = [look(reading) for look in self._looks]
        for check in found:
            measures.HEALTHY.labels(check.name).set(check.ok)
        return found

    async def __call__(self) -> Mapping[str, object]:
        """Each check by its name, how many wait for the database, and what to do."""
        found = await self.checks()
        pen = pen_for(DEFAULT_LANGUAGE)
        return {
            "ok": all(check.ok for check in found),
            **{check.name: check.ok for check in found},
            "waiting": self._waiting(),
            "todo": {check.name: pen(check.todo) for check in found if not check.ok},
        }


# ── what each part answers for ───────────────────────────────────────────────


def database(thread: Database[Any, Any]) -> Look:
    """What people say is committed."""
    todo = _(
        "The database does not take anything. See whether its disk is full and whether it runs. What people send waits at their messenger meanwhile."
    )
    return lambda _reading: Check("database", thread.ok, todo)


def sending(deliveries: Callable[[], Sequence[Delivery]]) -> Look:
    """Every sender has looked at its outbox lately."""

    def look(_reading: Reading | None) -> Check:
        age = technical() - min((d.last_round for d in deliveries()), default=technical())
        measures.AGE.labels("sender").set(age)
        todo = _(
            "Nothing is sent any more. Restart the process: what waits goes out then, and nothing is lost."
        )
        return Check("sender", age < LATE, todo, stuck=True)

    return look


def ticking(ticks: Ticks, clock: Clock) -> Look:
    """The clock has looked at what is due lately."""

    def look(_reading: Reading | None) -> Check:
        age = (clock.now() - ticks.last).total_seconds() if ticks.last else float("inf")
        measures.AGE.labels("clock").set(age)
        todo = _(
            "The clock stands still: nothing that falls due happens, and nobody is chased. Restart the process: what was due is done then."
        )
        return Check("clock", age < LATE, todo, stuck=True)

    return look


def disk(folders: Mapping[str, Path], least: int) -> Look:
    """There is room for so many bytes wherever something is kept."""

    def look(_reading: Reading | None) -> Check:
        free = {name: shutil.disk_usage(folder).free for name, folder in folders.items()}
        for name, room in free.items():
            measures.FREE.labels(name).set(room)
        short = [str(folders[name]) for name, room in free.items() if room < least]
        todo = _(
            "Less than {least} MB are free at {folders}. Make room or enlarge the disk before it is full: then nothing can be taken in.",
            least=least // MB,
            folders=", ".join(short),
        )
        return Check("disk", not short, todo)

    return look


def outbox(reading: Reading | None) -> Check:
    """Nobody waits for an alert or a reply whose way is free, and nothing waits for hours."""
    if reading is None:
        return Check(
            "outbox", ok=False, todo=_("The database cannot be read. See whether it runs.")
        )
    urgent, oldest = reading.age(reading.urgent), reading.age(reading.oldest)
    if urgent > URGENT:
        todo = _(
            "An alert or a reply waits for {minutes} minutes though nothing is in its way. See in the log whether the messenger answers, and whether its account is still configured.",
            minutes=int(urgent // 60),
        )
        return Check("outbox", ok=False, todo=todo)
    todo = _(
        "The oldest message waits for {hours} hours. See in the log why its messenger does not take it.",
        hours=int(oldest // 3600),
    )
    return Check("outbox", oldest <= LONGEST, todo)
