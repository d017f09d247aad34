"""Ten times what one core can handle, for half a minute, and the way back.

First what is sustainable is found out: 32 people always waiting, over HTTP, on SQLite. Then a
platform in a process of its own takes updates of reports at half that rate for a while, at ten
times of it during the spike, and at a tenth of it afterwards; it delivers them in their order
over 40 connections, as Telegram does, and again when one was refused. An update's latency runs
from its arrival at the platform to its 200; `own` is the part from its delivery on. It is
normal again once no more than one in a hundred of those after the spike takes longer than
twice the 99th percentile before it.

Whatever arrives in the spike has to be handled: 30 seconds at ten times the rate are five
minutes of work, and no order of it makes them less.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import databases, fresh
from benchmarks.http import updates_of
from benchmarks.http_ours import Hook, at, token, walk
from benchmarks.updates import STEPS, TOGETHER
from benchmarks.world import CONNECTIONS, Flood, outside

TIMES = 10
BEFORE, AFTER = 0.5, 0.1  # of what is sustainable
APART = CONNECTIONS + TOGETHER  # updates at least between two of one person
MOST = 1000  # updates a second; nobody is at home here for more
CALM = 10.0  # seconds that are watched after the backlog should be gone


def measure(quick: bool) -> dict[str, Any]:
    """The figures of one spike."""
    print("a spike", file=sys.stderr)
    with databases.empty("") as url:
        return fresh.call(spiked, url, *((64, 2.0, 3.0) if quick else (320, 10.0, 30.0)))


def spiked(url: str, people: int, before: float, spike: float) -> dict[str, Any]:
    """What is sustainable, by so many people's reports, and then a spike of so many seconds."""
    return asyncio.run(_spiked(url, people, before, spike))


async def _spiked(url: str, people: int, before: float, spike: float) -> dict[str, Any]:
    with TemporaryDirectory() as folder, outside() as world:
        await world.api()
        residents = people + needed(len(arrivals(MOST, before, spike)))
        async with at(url, Path(folder), Hook(), range(residents)) as site:
            everybody = updates_of(walk, token, people, len(STEPS))
            await world.push([site.address], everybody[:TOGETHER], TOGETHER)
            await site.all_sent()
            gc.collect()
            gc.freeze()
            seen = await world.push([site.address], everybody[TOGETHER:], TOGETHER)
            await site.all_sent()
            rate = min(len(seen.times) / seen.seconds, MOST)
            due = arrivals(rate, before, spike)
            found = await world.flood(site.address, in_turn(len(due), people), due)
            await site.all_sent()
    return {"sustainable_per_s": round(rate), **_figures(found, len(due), before, before + spike)}


def arrivals(rate: float, before: float, spike: float) -> list[float]:
    """When updates arrive: calm, the spike, and calm until its backlog should be gone."""
    drained = spike * (TIMES - 1) / (1 - AFTER)
    due: list[float] = []
    start = 0.0
    for seconds, times in ((before, BEFORE), (spike, TIMES), (drained + CALM, AFTER)):
        due += [start + n / (rate * times) for n in range(int(seconds * rate * times))]
        start += seconds
    return due


def in_turn(count: int, first: int) -> list[bytes]:
    """So many updates of whole reports by people from `first` on, any `APART` of them in a row by
    different people."""
    walked = updates_of(walk, token, first + needed(count), len(STEPS))[first:]
    groups = [walked[at : at + APART] for at in range(0, len(walked), APART)]
    return [one[k] for group in groups for k in range(len(STEPS)) for one in group][:count]


def needed(count: int) -> int:
    """How many people so many updates are of."""
    return -(-count // (len(STEPS) * APART)) * APART


def _figures(found: Flood, updates: int, begin: float, end: float) -> dict[str, Any]:
    rows = sorted(found.updates)
    calm = [row for row in rows if row[0] < begin]
    normal, own = (2 * _p99(calm, of) for of in (0, 1))
    return {
        "updates": updates,
        "lost": updates - len(rows),
        "refused_then_redelivered": found.refused,
        "waiting_most": found.waiting,
        **_phase("before", calm),
        **_phase("during", [row for row in rows if begin <= row[0] < end]),
        **_phase("after", [row for row in rows if row[0] >= end]),
        "handled_per_s": round(len(rows) / (max(row[2] for row in rows) - begin)),
        "recovered_s": _recovered(rows, 0, normal, end),
        "own_recovered_s": _recovered(rows, 1, own, end),
    }


def _phase(name: str, rows: Sequence[tuple[float, float, float]]) -> dict[str, int]:
    """The 99th percentile of the latency from the arrival, and of our own part, in ms."""
    of = ((f"{name}_p99_ms", 0), (f"{name}_own_p99_ms", 1))
    return {key: round(_p99(rows, start) * 1000) for key, start in of}


def _p99(rows: Sequence[tuple[float, float, float]], start: int) -> float:
    return quantiles([row[2] - row[start] for row in rows], n=100)[98]


def _recovered(
    rows: Sequence[tuple[float, float, float]], start: int, normal: float, end: float
) -> float:
    """Seconds after the end of the spike from which on 99 of 100 were answered in normal time."""
    after = [(row[start], row[2] - row[start] <= normal) for row in rows if row[start] >= end]
    slow = [at for at, fast in after if not fast]
    allowed = len(after) // 100
    worst = slow[: len(slow) - allowed] if allowed else slow
    return round(max(worst, default=end) - end, 1)
