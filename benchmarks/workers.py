"""Several processes on one PostgreSQL, with the webhooks of all residents spread over them.

Each process is the whole bot (house.py), the database is one whose commits last, and a platform
in a process of its own sends every update to the next process in turn, so that one resident's
six events of a report are handled by different ones; one update in sixteen goes to two of them
at the same moment, as when an answer comes late. In the end every resident has exactly one
case. Nothing is pinned: the server, the platform and all processes share the machine's cores.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from sqlalchemy import create_engine, func, select

from benchmarks import databases, fresh
from benchmarks.house import BUILDINGS
from benchmarks.http import median, updates_of
from benchmarks.http_ours import Hook, at, token, walk
from benchmarks.updates import STEPS, TOGETHER
from benchmarks.world import outside
from storage.cases import cases

WORKERS = (1, 2, 4)
TWICE = 16


def measure(quick: bool) -> dict[str, Any]:
    """The figures of the median round for each number of processes."""
    people, rounds = (TOGETHER, 1) if quick else (640, 3)
    found: dict[str, list[dict[str, Any]]] = {str(workers): [] for workers in WORKERS}
    with databases.postgres() as server:
        for number in range(1, rounds + 1):
            for workers in WORKERS:
                print(f"round {number} of {rounds}: {workers} processes", file=sys.stderr)
                found[str(workers)].append(worked(server, workers, people))
    return {f"{workers} of {os.cpu_count()} cores": median(f) for workers, f in found.items()}


def worked(server: str, workers: int, people: int) -> dict[str, Any]:
    """The figures of so many processes, and how many cases there are too many or too few."""
    with databases.empty(server) as url, TemporaryDirectory() as folder:
        everybody = TOGETHER + people
        fresh.call(prepare, url, Path(folder), everybody)
        with started(url, Path(folder), workers) as pipes:
            figures = asyncio.run(_pushed(pipes, everybody))
        engine = create_engine(url)
        with engine.connect() as connection:
            of = select(func.count(), func.count(cases.c.reporter_id.distinct()))
            opened, reporters = connection.execute(of.where(cases.c.id > BUILDINGS)).one()
        engine.dispose()
    return {**figures, "cases_lost": everybody - reporters, "cases_doubled": opened - reporters}


def prepare(url: str, folder: Path, people: int) -> None:
    """The database holds the district and these residents."""
    asyncio.run(_prepare(url, folder, people))


async def _prepare(url: str, folder: Path, people: int) -> None:
    async with at(url, folder, Hook(), range(people)) as site:
        await site.all_sent()


@contextmanager
def started(url: str, folder: Path, workers: int) -> Iterator[list[Pipe]]:
    """So many processes serve; each says first where, and when asked twice what it took."""
    with ExitStack() as running:
        yield [
            running.enter_context(fresh.beside(_work, url, folder)) for _worker in range(workers)
        ]


def _work(pipe: Pipe, url: str, folder: Path) -> None:
    asyncio.run(_serve(pipe, url, folder))


async def _serve(pipe: Pipe, url: str, folder: Path) -> None:
    async with at(url, folder, Hook(), range(0)) as site:
        pipe.send(site.address)
        await asyncio.to_thread(pipe.recv)
        gc.collect()
        gc.freeze()
        pipe.send("warm")
        began = process_time()
        await asyncio.to_thread(pipe.recv)
        await site.all_sent()
        pipe.send(process_time() - began)


async def _pushed(pipes: list[Pipe], people: int) -> dict[str, Any]:
    everybody = updates_of(walk, token, people, len(STEPS))
    with outside() as world:
        addresses = [await asyncio.to_thread(pipe.recv) for pipe in pipes]
        await world.api()
        await world.push(addresses, everybody[:TOGETHER], TOGETHER)
        await _all(pipes)
        seen = await world.push(addresses, everybody[TOGETHER:], TOGETHER * len(pipes), TWICE)
        cpu = sum(await _all(pipes))
    percentiles = quantiles(seen.times, n=100)
    events = (people - TOGETHER) * len(STEPS)
    return {
        "answered_per_s": round(events / seen.seconds),
        "p50_ms": round(percentiles[49] * 1000, 1),
        "p99_ms": round(percentiles[98] * 1000, 1),
        "cpu_us": round(cpu / events * 1e6),
        "refused": seen.refused,
    }


async def _all(pipes: list[Pipe]) -> list[Any]:
    """What each process answers."""
    for pipe in pipes:
        pipe.send(None)
    return [await asyncio.to_thread(pipe.recv) for pipe in pipes]
