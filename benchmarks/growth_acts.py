"""What people and the clock do in a filled district, each timed from the event to its commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time, time_ns
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from benchmarks.growth_fill import FIRST
from benchmarks.growth_stories import SAYS
from benchmarks.house import ACCOUNT, CHANNEL
from bot import sample
from bot.app import App
from governance.org import degrees
from handlers.message import Chat, Chose, Event, Handled, Said
from storage import cases as stored
from storage import org
from storage.cases import cases
from storage.dialogs import dialogs
from storage.people import accounts, people

MANY = 10  # cases in somebody's hands, at least, where a desk is looked at
OFTEN = ("open", "accept", "desk", "progress", "similar")
SELDOM = ("figures", "by_unit", "idle")
_PRESSED = {"where": "home", "same": "other", "urgency": "not_urgent", "concerned": "no"}
"""What is pressed where the first option will not do."""

Body = Said | Chose


@dataclass(frozen=True, slots=True)
class Town:
    """Who does something in the measured acts, and where."""

    residents: int
    officers: Sequence[int]  # with many cases in hand
    desk: int  # who sees the figures of the whole district
    district: int
    spots: Sequence[Any]  # family, area and point of open public cases


_OFFICERS = (
    select(cases.c.holder_id)
    .where(cases.c.closed_at.is_(None))
    .group_by(cases.c.holder_id)
    .having(func.count() >= bindparam("many"))
    .order_by(cases.c.holder_id)
)
_SPOTS = (
    select(cases.c.family, cases.c.area_id, cases.c.latitude, cases.c.longitude)
    .where(cases.c.closed_at.is_(None), cases.c.public)
    .order_by(cases.c.id)
    .limit(500)
)
_RESIDENTS = select(func.count()).select_from(people).where(people.c.id >= FIRST)
_QUESTION = (
    select(dialogs.c.question, dialogs.c.seq)
    .join(accounts, accounts.c.id == dialogs.c.account_id)
    .where(dialogs.c.state == "open")
)
_NEWEST = select(cases.c.id, cases.c.holder_id, cases.c.reporter_id).order_by(cases.c.id.desc())


def seen(conn: Connection) -> Town:
    """The town of a filled database."""
    with Session(conn, join_transaction_mode="rollback_only") as db:
        district = org.district(db).id
    return Town(
        residents=conn.scalar(_RESIDENTS) or 0,
        officers=_officers(conn, MANY) or _officers(conn, 1),
        desk=sample.ids(conn)[sample.DESK.key],
        district=district,
        spots=conn.execute(_SPOTS).all(),
    )


def _officers(conn: Connection, many: int) -> Sequence[int]:
    """Those with so many cases in hand."""
    return conn.scalars(_OFFICERS, {"many": many}).all()


class Acts:
    """One filled database that is served, and the time each act took, of the clock and the
    processor."""

    def __init__(self, app: App, town: Town, backends: Sequence[int]) -> None:
        self.app, self._town, self._backends = app, town, backends
        self._pick = Random(5)
        self._ids = count(time_ns())  # as of another day, where the files are used again
        self.times: dict[str, list[tuple[float, float]]] = defaultdict(list)

    async def often(self) -> None:
        """Each of these acts, once."""
        case, officer = await self._open()
        taken = await self._timed("accept", self._says(officer, Chose(f"cases.accept:{case}")))
        assert taken.toast
        await self._timed("desk", self._says(self._pick.choice(self._town.officers), Said("待办")))
        await self._timed("progress", self._says(self._resident(), Said("进度")))
        spot = self._pick.choice(self._town.spots)
        await self._timed("similar", self.app.database.run(partial(_similar, self.app, spot)))

    async def seldom(self) -> None:
        """Each of these acts, once."""
        town = self._town
        for name, token in (("figures", "show:{}:1.all."), ("by_unit", "by:{}:1.all..unit")):
            press = Chose(f"figures.{token.format(town.district)}")
            await self._timed(name, self._says(town.desk, press))
        self.app.clock.freeze(self.app.clock.now() + timedelta(seconds=2))
        await self._timed("idle", self.app.ticks.tick())

    async def _open(self) -> tuple[int, int]:
        """The new case and its holder."""
        who = self._resident()
        await self._says(who, Said("上报"))
        await self._says(who, Said(self._pick.choice(SAYS)))
        while True:
            question, seq = await self.app.database.run(partial(_question, who))
            key, offered = question["key"], [option[0] for option in question["options"]]
            code = _PRESSED[key] if _PRESSED.get(key) in offered else offered[0]
            press = self._says(who, Chose(f"q:{seq}:{code}"))
            if key == "sure":
                break
            await press
        await self._timed("open", press)
        case, officer, reporter = await self.app.database.run(_newest)
        assert reporter == who
        return case, officer

    async def _timed(self, name: str, act: Awaitable[Any]) -> Any:
        spent, began = self._spent(), perf_counter()
        done = await act
        self.times[name].append((perf_counter() - began, self._spent() - spent))
        return done

    def _spent(self) -> float:
        """Seconds of the processor, in this process and in the server's backends."""
        spent = process_time()
        for pid in self._backends:
            with suppress(OSError):  # elsewhere than on Linux it is this process alone
                spent += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        return spent

    def _resident(self) -> int:
        return FIRST + self._pick.randrange(self._town.residents)

    def _says(self, person: int, body: Body) -> Awaitable[Handled]:
        chat = Chat("private", str(person))
        event = Event(CHANNEL, ACCOUNT, str(next(self._ids)), chat, str(person), body)
        return self.app.receive(event)


def _question(person: int, conn: Connection) -> Any:
    return conn.execute(_QUESTION.where(accounts.c.person_id == person)).one()


def _newest(conn: Connection) -> Any:
    return conn.execute(_NEWEST.limit(1)).one()


def _similar(app: App, spot: Any, conn: Connection) -> int:
    point, square = (spot.latitude, spot.longitude), degrees(app.policy.near_metres)
    with Session(conn, join_transaction_mode="rollback_only") as db:
        return len(stored.similar(db, spot.family, spot.area_id, point, square))


def figures(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds of one act."""
    waited = [seconds * 1e3 for seconds, _cpu in times]
    slow = quantiles(waited, n=100, method="inclusive")[98]
    cpu = median(cpu * 1e3 for _seconds, cpu in times)
    return {"p50_ms": round(median(waited), 2), "p99_ms": round(slow, 2), "cpu_ms": round(cpu, 2)}
