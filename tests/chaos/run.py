"""One run from the empty database to the figures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, func, select

from storage.database import connect
from storage.outbox import outbox
from tests.chaos.clocks import BEGIN
from tests.chaos.counting import Record, asked, verdict
from tests.chaos.crowd import Crowd
from tests.chaos.hunt import Bag, Hunt
from tests.chaos.platform import Platform
from tests.chaos.points import SharedClock
from tests.chaos.town import GROUP, Size, prepare
from tests.chaos.victims import Herd
from tests.chaos.weather import Weather

PTB, AIOGRAM = "python-telegram-bot", "aiogram"
SMALL = Size(2, 1, 3, units=1, days=1, drivers=(PTB,))
LARGE = Size(16, 3, 24, units=3, days=4, drivers=(PTB, AIOGRAM))
PROCESSES = {"sqlite": 1, "postgresql": 4}
FIRST = 45 * 60  # seconds that go by for the district meanwhile: no case is late that somebody has
DAY = 24 * 3600
UNDER_KILLS, ALL = 1 * DAY, 4.2 * DAY  # then pass: every point is posted, and no shift begins
LAST = 0.1  # share of the kills that fall into these
STUCK = 20.0  # seconds of their own time in which the processes get nowhere
LOOK, QUIET = 0.25, 2.5  # seconds between two looks; longer than between two ticks


@dataclass(slots=True)
class Outcome:
    """The figures, and a line for everything that is not as it must be."""

    figures: dict[str, Any]
    why: list[str]


async def run(url: str, folder: Path, random: Random, kills: int, size: Size) -> Outcome:
    """The database is filled, everything happens, and everything is counted."""
    began = monotonic()
    people = prepare(url, folder, size)
    engine = _own(url)
    kind = engine.dialect.name
    clock = SharedClock.create(folder / "clock")
    clock.ahead = (BEGIN - datetime.now(UTC)).total_seconds()
    weather, bag = Weather(random), Bag(kills - round(kills * LAST))
    async with (
        Platform() as platform,
        Herd(platform, url, folder, folder / "clock", size.drivers) as herd,
    ):
        platform.group(GROUP, "翠湖党员志愿者群")
        platform.faults = weather.network
        crowd = Crowd(platform, people, random, size.units)
        hunt = Hunt(
            herd, engine, folder, weather, clock, random, bag, PROCESSES[kind], size.drivers
        )
        crowd.begin()
        await hunt.run(FIRST / kills)
        weather.bad = False
        async with hunt.peace():
            await crowd.finishes(herd.worked)
            await settled(engine, platform, herd)
        await crowd.leaves()
        hunt.patience = 3.0  # nobody has much to do in these days
        until_row = _last_row(engine)
        hunt.slots = 1 if size is SMALL else hunt.slots
        bag.wanted, last = kills, kills - bag.kills
        end = clock.ahead + ALL
        await hunt.run(UNDER_KILLS / max(last, 1))
        async with hunt.peace():
            for left in range(size.days, 0, -1):
                clock.ahead += (end - clock.ahead) / left
                await settled(engine, platform, herd)
            platform.deliver_again()
            await settled(engine, platform, herd)
        record = Record(crowd.book, platform.shown, bag.remains, asked(engine), until_row)
        figures = {
            "kills": bag.kills,
            "events": len(platform.delivered),
            **verdict(record),
            **_circumstances(hunt, platform),
            "seconds": round(monotonic() - began),
        }
        return Outcome(figures, record.why)


def _own(url: str) -> Engine:
    """Our own way into the database, which is not cut off with the others."""
    if url.startswith("sqlite"):
        return connect(url)
    return create_engine(url, connect_args={"application_name": "chaos"})


async def settled(engine: Engine, platform: Platform, herd: Herd) -> None:
    """Nothing is to be delivered or sent any more, for longer than the clock waits. Raises
    `TimeoutError` when the processes work and work and get nowhere."""
    quiet, before, worked = 0.0, -1, herd.worked()
    while quiet < QUIET:
        await asyncio.sleep(LOOK)
        left = platform.pending + await asyncio.to_thread(_depth, engine)
        quiet = 0.0 if left else quiet + LOOK
        if left != before:
            before, worked = left, herd.worked()
        elif left and herd.worked() > worked + STUCK:
            raise TimeoutError(f"{left} events or messages stay where they are")


def _depth(engine: Engine) -> int:
    waiting = select(func.count()).where(outbox.c.state.in_(["ready", "sending"]))
    with engine.connect().execution_options(read=True) as conn:
        return conn.scalar(waiting) or 0


def _last_row(engine: Engine) -> int:
    with engine.connect().execution_options(read=True) as conn:
        return conn.scalar(select(func.max(outbox.c.id))) or 0


def _circumstances(hunt: Hunt, platform: Platform) -> dict[str, Any]:
    """What there was besides: where the kills fell, and what else went wrong around them."""
    return {
        "kills_by_place": dict(sorted(hunt.bag.by_place.items())),
        "ended_by_themselves": len(hunt.bag.ended_by_themselves),
        "releases": hunt.herd.releases,
        **hunt.weather.counts,
        "events_delivered_again": platform.counts["delivered again"],
        "calls_lost": platform.counts["lost"],
        "answers_cut": platform.counts["cut"],
        "answers_late": platform.counts["late"],
        "messages": len(platform.shown),
    }
