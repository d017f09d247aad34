"""The claim storm: a call for volunteers is posted, and everybody in the group presses at once.

Within one second 1,000 people press "claim" on a task with 50 slots, as updates of the Bot API.
A press counts as answered when its claim, or its place in line, is committed and the toast is
there; its time runs from the moment it was due to arrive. On SQLite one process serves them;
on PostgreSQL four do, each with a quarter of the presses, as webhooks behind a load balancer
have it. The sender works meanwhile at the pace that Telegram allows; what it edits in the
group is counted until nothing is left to send. How fast the answers themselves are sent is
measured apart (claims_sending.py), as that is the messenger's limit and not ours.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from benchmarks import claims_sending, databases, fresh
from benchmarks.claims_town import SECOND, SLOTS, prepare, press
from benchmarks.house import ACCOUNT, Instant, all_sent
from bot import decisions, keys, settings
from bot.app import App
from bot.channels.base import TELEGRAM
from bot.channels.telegram import mapping
from bot.clock import Clock
from bot.demo.stage import MORNING
from governance.claims import ClaimState
from governance.tasks import Shift
from handlers.message import Chat, Message
from storage import claims
from storage.database import connect

WORKERS = 4


def measure(quick: bool) -> dict[str, Any]:
    """The figures for each database, the median round by its slowest presses; and those of
    sending the answers, for each of Telegram's drivers."""
    presses, rounds = (100, 1) if quick else (1000, 3)
    found: dict[str, Any] = {}
    for name, run in (("sqlite", _on_sqlite), ("postgresql", _on_postgres)):
        taken = []
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}: claims on {name}", file=sys.stderr)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                taken.append(alone.submit(run, presses).result())
        taken.sort(key=lambda figures: figures["p99_ms"])
        worst = [figures["p99_ms"] for figures in taken]
        found[name] = {**taken[len(taken) // 2], "rounds": worst}
        assert found[name]["p99_ms"] == median(worst)
    found["sending"] = claims_sending.measure(presses, rounds)
    return found


# ── one process ──────────────────────────────────────────────────────────────


class Group(Instant):
    """Takes messages at Telegram's pace and counts what happens to the group's card."""

    capabilities = TELEGRAM

    def __init__(self) -> None:
        super().__init__()
        self.edits = 0
        self.last = ""

    async def send(self, chat: Chat, message: Message) -> str:
        if chat.kind == "group":
            self.last = message.text
        return await super().send(chat, message)

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        if chat.kind == "group":
            self.edits += 1
            self.last = message.text


@dataclass(slots=True)
class Seen:
    """What one process has seen of the storm."""

    times: list[float] = field(default_factory=list)
    answered: int = 0
    edits: int = 0
    last: str = ""


@asynccontextmanager
async def _serving(url: str, folder: Path) -> AsyncIterator[tuple[App, Group]]:
    keys.throwaway(folder)
    data = decisions.categories()
    policy = decisions.policy(settings.load(None), data)
    channel = Group()
    clock = Clock()
    clock.freeze(MORNING)
    app = App(url, policy, data, [channel], folder / "media", clock=clock)
    async with app.running():
        yield app, channel


async def _storm(app: App, due: Sequence[tuple[float, bytes]], start: float) -> Seen:
    """Each press arrives when it is due, counted from `start`; its answer is timed from there."""
    seen = Seen()

    async def one(after: float, body: bytes) -> None:
        await asyncio.sleep(max(start + after - perf_counter(), 0))
        event = mapping.event(json.loads(body), ACCOUNT)
        assert event is not None
        handled = await app.receive(event)
        seen.times.append(perf_counter() - (start + after))
        seen.answered += bool(handled.toast or handled.opens)

    await asyncio.gather(*(one(after, body) for after, body in due))
    return seen


def _due(presses: int, shift_id: int, part: int = 0, parts: int = 1) -> list[tuple[float, bytes]]:
    """The presses of one process, spread over the second."""
    return [(SECOND * n / presses, press(n, shift_id)) for n in range(presses) if n % parts == part]


def figures(url: str, shift_id: int, found: Sequence[Seen]) -> dict[str, Any]:
    """What the database says, and what the processes have seen."""
    engine = connect(url)
    with engine.connect().execution_options(read=True) as conn:
        table = claims.claims
        counted = select(table.c.state, func.count()).group_by(table.c.state)
        states: Mapping[ClaimState, int] = {row[0]: row[1] for row in conn.execute(counted)}
        order = _in_order(conn)
        with Session(conn) as db:
            taken = db.get_one(Shift, shift_id).taken
    engine.dispose()
    assert order
    assert taken == states[ClaimState.CLAIMED]
    times = [seconds for seen in found for seconds in seen.times]
    return {
        "presses": len(times),
        "slots": SLOTS,
        "claimed": states.get(ClaimState.CLAIMED, 0),
        "waitlisted": states.get(ClaimState.WAITLISTED, 0),
        "answered": sum(seen.answered for seen in found),
        "card_edits": sum(seen.edits for seen in found),
        "p99_ms": round(quantiles(times, n=100)[98] * 1000),
        "p50_ms": round(median(times) * 1000),
    }


def _in_order(conn: Connection) -> bool:
    """The line is numbered without a gap, and those with a slot are the first in it."""
    table = claims.claims
    rows = conn.execute(select(table.c.place, table.c.state).order_by(table.c.place)).all()
    states = [state for _place, state in rows]
    first = states[:SLOTS]
    return [place for place, _state in rows] == list(range(1, len(rows) + 1)) and all(
        state is ClaimState.CLAIMED for state in first
    )


# ── SQLite ───────────────────────────────────────────────────────────────────


def _on_sqlite(presses: int) -> dict[str, Any]:
    with TemporaryDirectory() as name:
        return asyncio.run(_sqlite(Path(name), presses))


async def _sqlite(folder: Path, presses: int) -> dict[str, Any]:
    keys.throwaway(folder)
    url = f"sqlite:///{folder / 'claims.db'}"
    shift_id = prepare(url, presses)
    due = _due(presses, shift_id)
    async with _serving(url, folder) as (app, channel):
        await all_sent(app)
        gc.collect()
        gc.freeze()
        before = channel.edits
        seen = await _storm(app, due, perf_counter() + 0.2)
        await all_sent(app)
        seen.edits, seen.last = channel.edits - before, channel.last
    return {**figures(url, shift_id, [seen]), "database": "sqlite, 1 process"}


# ── PostgreSQL ───────────────────────────────────────────────────────────────


def _on_postgres(presses: int) -> dict[str, Any]:
    with TemporaryDirectory() as name, databases.postgres() as server:
        folder = Path(name)
        keys.throwaway(folder)
        with databases.empty(server) as url:
            shift_id = prepare(url, presses)
            found = storm(url, folder, presses, shift_id)
            return {
                **figures(url, shift_id, found),
                "database": f"postgresql, {WORKERS} processes",
            }


def storm(url: str, folder: Path, presses: int, shift_id: int) -> list[Seen]:
    """The storm through several processes; they begin together and end when all is sent."""
    with ExitStack() as running:
        pipes = [
            running.enter_context(fresh.beside(_worker, url, folder, presses, shift_id, part))
            for part in range(WORKERS)
        ]
        for pipe in pipes:
            pipe.recv()
        start = time() + 0.5
        for pipe in pipes:
            pipe.send(start)
        return [pipe.recv() for pipe in pipes]


def _worker(pipe: Pipe, url: str, folder: Path, presses: int, shift_id: int, part: int) -> None:
    pipe.send(asyncio.run(_serve_part(pipe, url, folder, presses, shift_id, part)))


async def _serve_part(
    pipe: Pipe, url: str, folder: Path, presses: int, shift_id: int, part: int
) -> Seen:
    due = _due(presses, shift_id, part, WORKERS)
    async with _serving(url, folder) as (app, channel):
        await all_sent(app)
        gc.collect()
        gc.freeze()
        pipe.send("ready")
        start = await asyncio.to_thread(pipe.recv)
        before = channel.edits
        seen = await _storm(app, due, perf_counter() + start - time())
        await all_sent(app)
        seen.edits, seen.last = channel.edits - before, channel.last
    return seen
