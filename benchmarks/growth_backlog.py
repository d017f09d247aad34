"""A backlog: so many promises of contact are broken at once, and the clock works them off.

The clock's look is one call, `Ticks.tick`. While it works residents ask how their cases stand, one
after the other, and every second something of another kind falls due (what somebody asked the
guide is to be forgotten). One row in five thousand cannot even be read. The figures count only if
every other case went up, in the order of the promises.
"""

from __future__ import annotations

import asyncio
import gc
from asyncio import Task
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time, time_ns
from typing import Any

from sqlalchemy import Connection, func, insert, select, text
from structlog.testing import capture_logs

from benchmarks.growth_fill import FIRST
from benchmarks.house import ACCOUNT, CHANNEL, still_at
from bot.app import App
from bot.demo.stage import MORNING
from governance.cases import Act
from governance.guide import Came
from governance.org import PostKind
from handlers.message import Chat, Event, Said
from storage.cases import case_events, case_followers, cases
from storage.guide import questions
from storage.inbox import failures
from storage.org import areas

BROKEN_OF = 5_000  # one row in so many cannot be read
EVERY = 0.5, 1.0  # seconds until the next resident asks, and until something else falls due
ALLOWED = 10_000  # messages a minute from one person

_DUE = select(cases.c.id).where(cases.c.next_at <= MORNING).order_by(cases.c.next_at, cases.c.id)
_SET = text("update cases set holder_post = :post where id = :case")
_CHASED = (
    select(case_events.c.case_id)
    .where(case_events.c.act == Act.CHASE, case_events.c.at == MORNING)
    .order_by(case_events.c.id)
)
_DISTRICT = select(areas.c.id).where(areas.c.parent_id.is_(None))
_FAILED = select(func.count()).select_from(failures)
_LEFT = select(func.count()).select_from(questions)


async def worked_off(url: str, folder: Path, due: int) -> dict[str, Any]:
    """How long it took, and how long residents and other things that were due waited meanwhile."""
    async with still_at(url, folder, ALLOWED) as app:
        app.clock.freeze(MORNING)
        waiting = await app.database.run(_waiting)
        broken = waiting[len(waiting) // 2 :: BROKEN_OF]
        await app.database.run(partial(_hold, broken, "nobody"))
        assert len(waiting) == due
        residents: list[int] = await app.database.run(partial(_others, broken))
        await _ask(app, residents[0])  # the first words wait until their reader has learned to read
        gc.collect()
        gc.freeze()
        spent, began = process_time(), perf_counter()
        with capture_logs():
            tick = asyncio.create_task(app.ticks.tick())
            asked, others = await asyncio.gather(
                _asking(app, residents, tick), _falling_due(app, tick)
            )
            await tick
        seconds, spent = perf_counter() - began, process_time() - spent
        chased = await app.database.run(lambda conn: list(conn.scalars(_CHASED)))
        assert chased == [case for case in waiting if case not in set(broken)]
        assert await app.database.run(lambda conn: conn.scalar(_FAILED)) == len(broken)
        await app.database.run(partial(_hold, broken, PostKind.GRID_WORKER))
    return {
        "due": due,
        "failed": len(broken),
        "seconds": round(seconds, 1),
        "per_s": round(due / seconds),
        "cpu_ms": round(spent / due * 1e3, 2),
        "asked_p99_ms": round(quantiles(asked, n=100, method="inclusive")[98] * 1e3),
        "others_most_ms": round(max(others) * 1e3),
    }


async def _asking(app: App, residents: Sequence[int], tick: Task[int]) -> list[float]:
    """Seconds that each resident waited for an answer."""
    found: list[float] = []
    while not tick.done() or len(found) < 2:
        began = perf_counter()
        await _ask(app, residents[len(found) % len(residents)])
        found.append(perf_counter() - began)
        await asyncio.sleep(EVERY[0])
    return found


async def _ask(app: App, person: int) -> None:
    who = str(person)
    event = Event(CHANNEL, ACCOUNT, str(time_ns()), Chat("private", who), who, Said("进度"))
    await app.receive(event)


async def _falling_due(app: App, tick: Task[int]) -> list[float]:
    """Seconds until each was done; what the tick could no longer see is left for the next."""
    found: list[float] = []
    for number in count(1):
        await app.database.run(partial(_fall_due, number))
        began = perf_counter()
        while not tick.done() and await app.database.run(_left):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.05)
        found.append(perf_counter() - began)
        if tick.done():
            break
        await asyncio.sleep(EVERY[1])
    return found


def _waiting(conn: Connection) -> list[int]:
    return list(conn.scalars(_DUE))


def _others(broken: Sequence[int], conn: Connection) -> list[int]:
    """Residents who have reported something, and do not wait for what cannot be read."""
    wait = [
        *conn.scalars(select(cases.c.reporter_id).where(cases.c.id.in_(broken))),
        *conn.scalars(
            select(case_followers.c.person_id).where(case_followers.c.case_id.in_(broken))
        ),
    ]
    asking = select(cases.c.reporter_id).distinct().where(cases.c.reporter_id.not_in(wait))
    return list(conn.scalars(asking.order_by(cases.c.reporter_id).limit(100)))


def _hold(case_ids: Sequence[int], post: str, conn: Connection) -> None:
    conn.execute(_SET, [{"case": case_id, "post": post} for case_id in case_ids])


def _left(conn: Connection) -> int:
    return conn.scalar(_LEFT) or 0


def _fall_due(number: int, conn: Connection) -> None:
    row = {
        "id": number,  # SQLite would give the one that is gone again
        "person_id": FIRST,
        "area_id": conn.scalar(_DISTRICT),
        "words": "几点开门",
        "asked_at": MORNING,
        "came": Came.ANSWERED,
        "forget_at": MORNING,
    }
    conn.execute(insert(questions), row)
