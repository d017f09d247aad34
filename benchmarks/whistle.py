"""The whistle: from the tap that blows it to the last alert claimed, and the clock's look.

Two figures, each in a process and a district of its own.

`tap_to_claimed_p99_ms`: an officer answers the questions of a whistle for an emergency, with
twenty units, and taps the last of them. The time ends when the alert for the last unit's duty
officer has been claimed by the sender, drawn, and given to the channel. From half a second
or more before the tap until then residents report lamps in the same process at a fixed rate
(an event is submitted when its time has come, not when the one before it is done); the sender
sends, the clock ticks, the web side answers. The questions are answered faster than anybody
types, so the limit on messages a minute is out of the way.

`tick_ms`: calls that nobody has answered stand open, and at each look a hundred of them, each
of another whistle, are due to climb: the second on duty is alerted, and every card that
shows the call is to be changed. It is the whole tick with all the other kinds of due things,
the median of several rounds; after each round everything is sent.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from asyncio import Task
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, func, select

from benchmarks import fresh, report_ours, updates
from benchmarks.house import (
    ACCOUNT,
    CHANNEL,
    Instant,
    send_all,
    serving,
    settle_in,
    settle_still,
    still,
)
from benchmarks.whistle_town import PLACE, WRONG, Called, settle_units, standing
from bot import sample
from bot.app import App
from bot.channels.telegram import mapping
from handlers.message import Chat, Chose, Event, Message, Said
from storage.dialogs import dialogs
from storage.outbox import outbox
from storage.people import accounts
from storage.whistles import unit_calls

UNITS = 20
KIND = "emergency"
BACKGROUND = 200  # events a second
BEFORE = 0.5  # seconds of traffic, at least, before the tap
SECONDS = 10  # of traffic prepared for each whistle; more than it takes
SPACE = timedelta(seconds=1)  # between two groups of calls that fall due
ALL_DUE = 100  # one in so many calls is due at each look
WARM_UP = 3  # whistles, or looks, that are not counted


def measure(quick: bool) -> dict[str, Any]:
    """The figures of a hundred whistles and of fifteen looks, or of a few quick ones."""
    whistles, rows, looks = (5, 1_000, 5) if quick else (100, 10_000, 15)
    with TemporaryDirectory() as folder:
        taps, per_s = fresh.call(alerted, whistles, UNITS, BACKGROUND, Path(folder))
        ticks = fresh.call(ticked, rows, looks, Path(folder))
    _tell("tap to claimed", taps)
    _tell("tick", ticks)
    return figures(taps, per_s, rows, ticks)


def figures(
    taps: Sequence[float], per_s: float, rows: int, ticks: Sequence[float]
) -> dict[str, Any]:
    """What is reported of these milliseconds."""
    return {
        "units": UNITS,
        "background_events_per_s": round(per_s),
        "tap_to_claimed_p99_ms": round(_percentile(taps, 99)),
        "tick_rows": rows,
        "tick_due": rows // ALL_DUE,
        "tick_ms": round(_percentile(ticks, 50), 1),
    }


def _percentile(times: Sequence[float], n: int) -> float:
    return quantiles(times, n=100, method="inclusive")[n - 1]


def _tell(what: str, times: Sequence[float]) -> None:
    """The distribution, beside the figure that is reported."""
    shown = {f"p{n}": round(_percentile(times, n), 1) for n in (1, 25, 50, 75, 90, 99)}
    print(f"{what}, ms: {shown}, most {max(times):.1f}, of {len(times)}", file=sys.stderr)


# ── from the tap to the last alert ───────────────────────────────────────────


class Watching(Instant):
    """Notes when the first message about each call was given to it."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[int, float] = {}
        self.moved = asyncio.Event()

    async def send(self, chat: Chat, message: Message) -> str:
        for button in message.buttons:
            if button.token.startswith("whistles.in:"):
                self.alerts.setdefault(int(button.token.split(":")[1]), perf_counter())
                self.moved.set()
        return await super().send(chat, message)

    async def all_of(self, calls: Sequence[int]) -> float:
        """When the last of these calls was alerted."""
        while not self.alerts.keys() >= set(calls):
            self.moved.clear()
            await self.moved.wait()
        return max(self.alerts[call] for call in calls)


def alerted(whistles: int, units: int, per_s: float, folder: Path) -> tuple[list[float], float]:
    """Milliseconds of each whistle, and the events a second that residents sent meanwhile."""
    return asyncio.run(_alerted(whistles, units, per_s, folder / "alerted.db"))


async def _alerted(
    whistles: int, units: int, per_s: float, database: Path
) -> tuple[list[float], float]:
    channel = Watching()
    people = range(round((whistles + WARM_UP) * SECONDS * per_s / len(updates.STEPS)) + 1)
    async with serving(
        f"sqlite:///{database}", database.parent, channel, busy_per_minute=10_000
    ) as app:
        await settle_in(app, people)
        called = await _settle(app, units)
        events = report_ours.walk(len(people), report_ours.token)
        gc.collect()
        gc.freeze()
        officer = Officer(app)
        traffic = Traffic(app, events, per_s)
        numbers = range(whistles + WARM_UP)
        times = [await _blow(app, channel, officer, traffic, called, n) for n in numbers]
    return times[WARM_UP:], traffic.rate


async def _settle(app: App, units: int) -> list[Called]:
    today = app.policy.local_date(app.clock.now())
    found: list[Called] = await app.database.run(
        partial(settle_units, policy=app.policy, today=today, count=units)
    )
    return found


async def _blow(
    app: App,
    channel: Watching,
    officer: Officer,
    traffic: Traffic,
    units: Sequence[Called],
    number: int,
) -> float:
    """Milliseconds from the tap until the last unit's alert is the sender's."""
    await officer.answers(
        "吹哨",
        KIND,
        PLACE,
        WRONG,
        *(unit.name for unit in units),
        "enough",
        *(["come"] * len(units)),
        *([f"u{units[0].id}"] if len(units) > 1 else []),
        "t0",
        "here",
    )
    tap = await officer.press("yes")
    async with traffic.flowing():
        await asyncio.sleep(BEFORE + number % 8 / 4)  # at another moment of the clock's round
        started = perf_counter()
        await app.receive(tap)
        calls: list[int] = await app.database.run(_newest)
        assert len(calls) == len(units)
        arrived = await channel.all_of(calls)
    return (arrived - started) * 1e3


class Officer:
    """The community's duty officer, who types what a question offers."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._events = count(1)

    async def answers(self, *words: str) -> None:
        for said in words:
            await self._app.receive(self._event(Said(said)))

    async def press(self, code: str) -> Event:
        """The press on an option of the question that waits."""
        seq = await self._app.database.run(_question)
        return self._event(Chose(f"q:{seq}:{code}"))

    def _event(self, body: Said | Chose) -> Event:
        who = sample.COMMUNITY.key
        event = f"officer-{next(self._events)}"
        return Event(CHANNEL, ACCOUNT, event, Chat("private", who), who, body)


_QUESTION = (
    select(dialogs.c.seq)
    .join(accounts, accounts.c.id == dialogs.c.account_id)
    .where(accounts.c.external == sample.COMMUNITY.key, dialogs.c.state == "open")
)
_NEWEST = select(unit_calls.c.id).where(
    unit_calls.c.whistle_id == select(func.max(unit_calls.c.whistle_id)).scalar_subquery()
)
_ALERTS = select(func.count()).select_from(outbox).where(outbox.c.receipt.like("whistles.alert:%"))


def _question(conn: Connection) -> int:
    return int(conn.execute(_QUESTION).scalar_one())


def _newest(conn: Connection) -> list[int]:
    return list(conn.scalars(_NEWEST))


def _alerts(conn: Connection) -> int:
    return conn.scalar(_ALERTS) or 0


class Traffic:
    """Residents, who send these events at this rate while `flowing`, however long each takes."""

    def __init__(self, app: App, events: Iterable[bytes], per_s: float) -> None:
        self._app, self._events, self._per_s = app, iter(events), per_s
        self._sent, self._seconds = 0, 0.0

    @property
    def rate(self) -> float:
        """Events a second that were sent, and answered in the end."""
        return self._sent / self._seconds

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        tasks: list[Task[object]] = []
        began = perf_counter()
        sending = asyncio.create_task(self._send(tasks, began))
        yield
        sending.cancel()
        self._sent += len(tasks)
        self._seconds += perf_counter() - began
        await asyncio.gather(*tasks)

    async def _send(self, tasks: list[Task[object]], began: float) -> None:
        for number, body in enumerate(self._events):
            await asyncio.sleep(max(0.0, began + number / self._per_s - perf_counter()))
            event = mapping.event(json.loads(body), ACCOUNT)
            assert event is not None
            tasks.append(asyncio.create_task(self._app.receive(event)))


# ── the clock's look ─────────────────────────────────────────────────────────


def ticked(rows: int, looks: int, folder: Path) -> list[float]:
    """Milliseconds of each look at `rows` calls, of which one in a hundred is due."""
    return asyncio.run(_ticked(rows, looks, folder / "ticked.db"))


async def _ticked(rows: int, looks: int, database: Path) -> list[float]:
    async with still(database) as app:
        await settle_still(app, ())
        called = await _settle(app, UNITS)
        start = app.clock.now() + timedelta(hours=1)
        due = rows // ALL_DUE
        climbs = [
            [
                start + SPACE * unit + (timedelta() if number < due else timedelta(days=1))
                for unit in range(UNITS)
            ]
            for number in range(rows // UNITS)
        ]
        stand = partial(
            standing, policy=app.policy, kind=app.policy.whistles[KIND], units=called, climbs=climbs
        )
        await app.database.run(stand)
        gc.collect()
        gc.freeze()
        times = [await _look(app, start + SPACE * n, due) for n in range(WARM_UP + looks)]
    return times[WARM_UP:]


async def _look(app: App, at: datetime, due: int) -> float:
    """Milliseconds of the tick at which so many calls climb."""
    before = await app.database.run(_alerts)
    app.clock.freeze(at)
    started = perf_counter()
    done = await app.ticks.tick()
    took = perf_counter() - started
    assert done == due, done
    assert await app.database.run(_alerts) == before + due
    await send_all(app)
    return took * 1e3
