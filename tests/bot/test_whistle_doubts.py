"""A whistle through the real dispatch while processes die, answers get lost and events return.

Random chains of presses by the right and the wrong people, ticks, time, sending, and deaths
of the process between any two steps: before an event is committed, after that but before it
is acknowledged (it is delivered again), after a message is claimed, and after it was sent but
not marked. Whatever happens, every unit's part can be brought to its end, nobody is chased
after reporting in, nothing is done twice, and only a message whose fate nobody knows is sent
once more, and says so.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, TextClause

from bot.channels.base import Uncertain
from bot.sending.delivery import LEASE
from governance.unitcalls import UnitCall
from governance.whistles import GONE, RUNNING, Act, UnitState
from handlers.message import Body, Chat, Chose, Event, Said
from handlers.words import _
from tests import databases
from tests.blowing import DRAINS, ROADS, blown, calls
from tests.bot.outside import Office
from tests.bot.test_doubts import REPEATED
from tests.robot import town

OFFICERS = ("shi", "jiang", "yao", "du", "zhao", "he", "qian", "zhou")
VERBS = ("in", "on_site", "still", "join", "refuse", "founded", "unfounded", "accept", "phoned")
DUTY = {ROADS: "shi", DRAINS: "du"}
Move = tuple[str, int]


class Died(Exception):
    """The process ended here; its transaction with it."""


class Life:
    """One whistle for two units, with everything that may go wrong on its way."""

    def __init__(self, office: Office) -> None:
        self.office, self.app = office, office.app
        self.events: list[Event] = []
        self.kept: list[Event] = []  # not acknowledged: the platform delivers them again
        # Messages that arrived, sent by processes that died before the mark; alarms among them.
        self.ghosts = 0
        self.alarms: set[int] = set()
        self._ids = count(1)

    def event(self, key: str, body: Body) -> Event:
        number = f"life-{next(self._ids)}"
        return Event("local", "demo", number, Chat("private", key), key, body, key, "zh")

    async def does(self, key: str, body: Body) -> None:
        event = self.event(key, body)
        self.events.append(event)
        assert not (await self.app.receive(event)).repeated

    # ── moves ────────────────────────────────────────────────────────────────

    async def press(self, number: int) -> None:
        await self.does(*await self._chosen(number))

    async def duty_press(self, number: int) -> None:
        """The unit's own officer, so that the chain gets somewhere."""
        call = (await calls(self.app))[number % 2]
        verb = ("in", "on_site", "still", "refuse")[number // 2 % 4]
        await self.does(DUTY[call.unit_name], Chose(f"whistles.{verb}:{call.id}"))
        if verb == "in":
            [now] = [one for one in await calls(self.app) if one.id == call.id]
            assert now.state is not UnitState.CALLED
        elif verb == "refuse":
            await self.does(DUTY[call.unit_name], Said("不在我们的片区"))

    async def result(self, number: int) -> None:
        call = (await calls(self.app))[number % 2]
        await self.report(call)

    async def report(self, call: UnitCall) -> None:
        key = DUTY[call.unit_name]
        await self.does(key, Chose(f"whistles.result:{call.id}"))
        await self.does(key, Said("换好了"))
        await self.does(key, Said(self.office.town.stage.label(_("No photo"))))

    async def _chosen(self, number: int) -> tuple[str, Body]:
        found = await calls(self.app)
        call, verb = found[number % 2], VERBS[number // 2 % len(VERBS)]
        subject = call.whistle_id if verb == "accept" else call.id
        key = OFFICERS[number // 20 % len(OFFICERS)]
        return key, Chose(f"whistles.{verb}:{subject}")

    async def dies_before_commit(self, number: int) -> None:
        """Received and handled, and nothing of it is there: it comes again."""
        event = self.event(*await self._chosen(number))

        def handled_and_died(conn: Connection) -> None:
            self.app.dispatch.work(conn, [event])
            raise Died

        before = await self._everything()
        with pytest.raises(Died):
            await self.app.database.run(handled_and_died)
        assert await self._everything() == before
        self.kept.append(event)

    async def comes_again(self, number: int) -> None:
        """What the platform has no acknowledgement of is delivered again."""
        if self.kept:
            event = self.kept.pop()
            self.events.append(event)
            assert not (await self.app.receive(event)).repeated
        elif self.events:
            before = await self._everything()
            event = self.events[number % len(self.events)]
            assert (await self.app.receive(event)).repeated
            assert await self._everything() == before

    async def ticks(self, _number: int) -> None:
        await self.app.ticks.tick()

    async def waits(self, number: int) -> None:
        minutes = (1, 3, 5, 11, 31, 180)[number % 6]
        clock = self.app.clock
        clock.set(clock.now() + timedelta(minutes=minutes))

    async def sends(self, _number: int) -> None:
        await self.office.drain()

    async def answer_is_lost(self, number: int) -> None:
        self.office.platform.fails(OFFICERS[number % len(OFFICERS)], Uncertain("no answer"))

    async def dies_after_claim(self, _number: int) -> None:
        await self._other_process(0)

    async def dies_before_mark(self, number: int) -> None:
        await self._other_process(1 + number % 3)

    async def _other_process(self, sends: int) -> None:
        """Another process has the account, claims what there is, sends so much, and dies."""
        office = self.office
        office.seconds.pass_by(LEASE + 1)
        other = office.another_sender()
        for sending in (await office.in_hand(other))[:sends]:
            before = len(office.platform.taken)
            result = await other._send(sending)
            assert result.error is None or len(office.platform.taken) == before
            if len(office.platform.taken) > before:
                self.ghosts += 1
                if sending.claim.kind in {"alarm", "alert"}:
                    self.alarms.add(sending.claim.id)
        office.seconds.pass_by(LEASE + 1)

    # ── what is looked at ────────────────────────────────────────────────────

    async def _everything(self) -> list[tuple[object, ...]]:
        """What acts and messages there are."""
        found = await self.office.rows("select act, call_id from whistle_events order by id")
        posted = await self.office.rows("select count(*), max(id) from outbox")
        return [tuple(row) for row in (*found, *posted)]

    async def everything_is_sent(self) -> None:
        self.office.platform._troubles.clear()
        for _time in range(12):
            await self.office.arrivals(LEASE + 1)
        assert set(await self.office.states()) <= {"sent", "failed", "unknown", "dead"}

    async def comes_to_an_end(self) -> None:
        while self.kept:
            await self.comes_again(0)
        for call in await calls(self.app):
            if call.state is UnitState.REFUSED:
                await self.does("he", Chose(f"whistles.founded:{call.id}"))
            elif call.state in RUNNING:
                await self.report(call)
        [first, *_rest] = found = await calls(self.app)
        lead = next((call for call in found if call.lead and call.state not in GONE), None)
        if lead is not None and lead.next_at is not None:
            await self.does(DUTY[lead.unit_name], Chose(f"whistles.conclude:{lead.id}"))
            await self.does(DUTY[lead.unit_name], Said("都办好了"))
        await self.does("zhao", Chose(f"whistles.accept:{first.whistle_id}"))

    async def check(self) -> None:
        found = await calls(self.app)
        assert all(call.state in {*GONE, UnitState.DONE} for call in found), found
        assert not any(call.next_at for call in found)
        [(state,)] = await self.office.rows("select state from whistles")
        assert state == "ended"
        for call in found:
            await self._check_acts(call)
        await self._check_messages()
        failures = await self.office.rows("select what, error from failures")
        assert failures == []

    async def _check_acts(self, call: UnitCall) -> None:
        rows = await self.office.rows(
            "select act from whistle_events where call_id = :id order by id", id=call.id
        )
        chased, acts = True, [act for (act,) in rows]
        for act in acts:
            if act in {Act.REPORT_IN, Act.ARRIVE, Act.RESULT, Act.REFUSE}:
                chased = False
            chased = chased or act == Act.INSIST
            assert chased or act not in {Act.CLIMB, Act.NEEDS_CALL}, acts
        times = Counter(acts)
        for act in (Act.REPORT_IN, Act.REFUSE):
            assert times[act] <= 1 + times[Act.INSIST], acts
        assert times[Act.ARRIVE] <= 1
        assert times[Act.RESULT] <= 1
        assert times[Act.EXCUSE] + times[Act.INSIST] <= times[Act.REFUSE]

    async def _check_messages(self) -> None:
        taken = self.office.platform.taken
        [(sent,)] = await self.office.rows("select count(*) from outbox where state = 'sent'")
        assert len(taken) == sent + self.ghosts
        again = {
            row.id
            for row in await self.office.rows("select id from outbox where state = 'sent'")
            if row.id in self.alarms
        }
        assert sum(call.text.startswith(REPEATED) for call in taken) >= len(again)
        keys = await self.office.rows("select count(*) from inbox where event like 'life-%'")
        assert keys == [(len(self.events),)]


MOVES: dict[str, Callable[[Life, int], object]] = {
    name: getattr(Life, name)
    for name in (
        *("press", "duty_press", "result", "dies_before_commit", "comes_again"),
        *("ticks", "waits", "sends", "answer_is_lost", "dies_after_claim", "dies_before_mark"),
    )
}
moves = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 400)), min_size=12, max_size=18
)


async def lives(url: str, media: Path, chain: Sequence[Move]) -> None:
    async with town(url, media) as found:
        life = Life(Office(found, media))
        await blown(life.app, ROADS, DRAINS)
        for name, number in chain:
            await getattr(life, name)(number)
        await life.everything_is_sent()
        await life.comes_to_an_end()
        await life.everything_is_sent()
        await life.check()


few = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],
    database=None,
)


@pytest.fixture
def fresh(sampled_sqlite: bytes, sqlite_file: Path) -> Callable[[], str]:
    """A new SQLite district each time it is asked for."""
    return lambda: databases.renewed(sqlite_file, sampled_sqlite)


@few
@given(chain=moves)
def test_whatever_dies_on_the_way_every_unit_comes_to_its_end(
    fresh: Callable[[], str], tmp_path: Path, chain: list[Move]
) -> None:
    asyncio.run(lives(fresh(), tmp_path / "media", chain))


@settings(few, max_examples=2)
@given(chain=moves)
def test_whatever_dies_on_the_way_every_unit_comes_to_its_end_on_postgresql(
    migrated_postgres: Engine, emptying: TextClause, tmp_path: Path, chain: list[Move]
) -> None:
    url = migrated_postgres.url.render_as_string(hide_password=False)
    try:
        asyncio.run(lives(url, tmp_path / "media", chain))
    finally:
        databases.empty(migrated_postgres, emptying)
