"""Memory: what a hundred thousand people in the middle of a report cost the process.

Their conversations lie in the database, so the process should hardly grow. Everybody comes
through real events: "/report", then what is wrong; now the question where it is waits.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import fresh, updates
from benchmarks.figures import waves
from benchmarks.house import ACCOUNT, all_sent, serving, settle_in
from benchmarks.updates import TOGETHER
from bot.app import App
from bot.channels.telegram import mapping

AT_A_TIME = TOGETHER * 32  # people, until the sender has caught up
SAID = 2  # updates of each: the command and the first answer


def measure(quick: bool) -> dict[str, Any]:
    """Resident memory before the people came and with all of them waiting, in MB."""
    people = 2_000 if quick else 100_000
    with TemporaryDirectory() as folder:
        return fresh.call(held, people, Path(folder))


def held(people: int, folder: Path) -> dict[str, Any]:
    """The figures of this process, in which `folder` gets a database."""
    return asyncio.run(_held(people, folder / "memory.db"))


async def _held(people: int, database: Path) -> dict[str, Any]:
    async with serving(f"sqlite:///{database}", database.parent) as app:
        await settle_in(app, ())
        await _begin(app, range(people, people + TOGETHER))  # the reader has its model from now on
        before = resident_mb()
        for first in range(0, people, AT_A_TIME):
            await _begin(app, range(first, min(first + AT_A_TIME, people)))
        after = resident_mb()
    return {"people": people, "idle_mb": before, "loaded_mb": after}


async def _begin(app: App, people: range) -> None:
    """These people have begun a report, and have been asked where it is."""
    for k in range(SAID):
        for wave in waves([updates.step(person, k) for person in people], TOGETHER):
            events = [mapping.event(json.loads(body), ACCOUNT) for body in wave]
            await asyncio.gather(*(app.receive(event) for event in events if event is not None))
    await all_sent(app)


def resident_mb() -> int:
    """The memory of this process, in MB."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return round(int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6)
    # The most it ever was: where nobody tells what it is now.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3))
