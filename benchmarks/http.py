"""Webhooks: from an update's arrival over HTTP to its commit, its 200, and its message sent.

A platform in a process of its own keeps 32 people waiting at a time (world.py); each of them
walks through a report, or only says "/report" and is asked what is wrong. Every contender
serves alone on one core, with a database of its own (SQLite, durable), in the same run.
`answered_per_s` counts until the last 200, `sent_per_s` until the last message has arrived at
the Bot API; each commit comes before its 200.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from benchmarks import databases, fresh
from benchmarks.updates import STEPS, TOGETHER, Token
from benchmarks.world import People, outside

CONTENDERS = {
    "ours_aiogram": "benchmarks.http_ours",
    "ours_ptb": "benchmarks.http_ours",
    "ours_unsent": "benchmarks.http_ours",
    "peer_aiogram": "benchmarks.http_peers",
    "peer_ptb": "benchmarks.http_peers",
    "floor_starlette": "benchmarks.http_peers",
}
"""Name -> the module in which a function of this name serves, and `walk` and `token` are what
its people send."""


def measure(quick: bool) -> dict[str, Any]:
    """Each contender's figures of its median round, for whole reports and for a command."""
    people, rounds = (TOGETHER, 1) if quick else (640, 3)
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    commands: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for number in range(1, rounds + 1):
        for name in CONTENDERS:
            print(f"round {number} of {rounds}: {name} over HTTP", file=sys.stderr)
            for steps, found in ((len(STEPS), taken[name]), (1, commands[name])):
                with databases.empty("") as url:
                    many = people * len(STEPS) // steps
                    found.append(fresh.call(served, name, many, steps, url))
    return {name: {**median(taken[name]), "command": median(commands[name])} for name in CONTENDERS}


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round that lies in the middle by what was answered, and what the others had."""
    found = sorted(rounds, key=lambda one: one["answered_per_s"])
    return {**found[len(found) // 2], "rounds": [one["answered_per_s"] for one in found]}


def served(name: str, people: int, steps: int, url: str) -> dict[str, Any]:
    """The figures of one contender that serves these people from this empty database."""
    return asyncio.run(_served(name, people, steps, url))


async def _served(name: str, people: int, steps: int, url: str) -> dict[str, Any]:
    of = import_module(CONTENDERS[name])
    everybody = updates_of(of.walk, of.token, TOGETHER + people, steps)
    with TemporaryDirectory() as folder, outside() as world:
        api = await world.api()
        residents = range(TOGETHER + people)
        async with getattr(of, name)(url, Path(folder), api, residents) as site:
            await world.push([site.address], everybody[:TOGETHER], TOGETHER)
            await site.all_sent()
            gc.collect()
            gc.freeze()
            cpu = process_time()
            seen = await world.push([site.address], everybody[TOGETHER:], TOGETHER)
            await site.all_sent()
            cpu = process_time() - cpu
            sent = await world.sent()
    percentiles = quantiles(seen.times, n=100)
    figures = {
        "answered_per_s": round(len(seen.times) / seen.seconds),
        "p50_ms": round(percentiles[49] * 1000, 1),
        "p99_ms": round(percentiles[98] * 1000, 1),
        "cpu_us": round(cpu / len(seen.times) * 1e6),
        "refused": seen.refused,
    }
    if sent.messages:
        figures["sent_per_s"] = round(len(seen.times) / max(sent.seconds, seen.seconds))
        figures["messages"] = sent.messages
    return figures


def updates_of(
    walk: Callable[[int, Token], list[bytes]], token: Token, people: int, steps: int
) -> People:
    """The first `steps` updates of each of these people."""
    events = walk(people, token)
    found: list[list[bytes]] = []
    for first in range(0, people, TOGETHER):
        together = min(TOGETHER, people - first)
        group = events[first * len(STEPS) :]
        found += [[group[k * together + seat] for k in range(steps)] for seat in range(together)]
    return found
