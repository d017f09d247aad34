"""The clock's turn: all that is due, in its order, once, and nothing stops the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, delete, insert, select
from sqlalchemy.orm import Session

from bot.dispatch import Scope
from handlers.cases.report import Draft, open_from
from handlers.message import Card
from handlers.places import Found
from handlers.registry import TICKS, Due
from handlers.turn import Post, Turn
from handlers.words import _
from storage import org
from storage.moments import earliest
from storage.people import load_speakers
from storage.schema import Utc
from tests.robot import Town

LAMP = "3号楼东头路灯黑了快十天了"
PAGE = 100


waiting = Table("alarms", MetaData(), Column("id", Integer, primary_key=True), Column("at", Utc))


class Alarms:
    """Something that falls due at given times, and what became of it."""

    def __init__(self, town: Town) -> None:
        self.start = town.stage.clock.now()
        self.rung: list[tuple[int, timedelta]] = []
        self.broken: dict[int, Callable[[Turn], None]] = {}
        self._run = town.stage.app.database.run

    async def after(self, *minutes: float) -> None:
        rows = [
            {"id": n, "at": self.start + timedelta(minutes=m)} for n, m in enumerate(minutes, 1)
        ]
        await self._run(lambda conn: conn.execute(insert(waiting), rows))

    async def left(self) -> list[int]:
        return list(await self._run(lambda conn: conn.scalars(select(waiting.c.id)).all()))

    def find(self, db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
        due = select(waiting.c.id).where(waiting.c.at <= now, waiting.c.id.not_in(failed))
        return db.scalars(due.order_by(waiting.c.at, waiting.c.id).limit(PAGE)).all()

    def ring(self, turn: Turn, number: int) -> None:
        self.rung.append((number, turn.now - self.start))
        if number in self.broken:
            self.broken[number](turn)
        else:
            turn.db.connection().execute(delete(waiting).where(waiting.c.id == number))


@pytest.fixture
async def alarms(small_town: Town) -> AsyncIterator[Alarms]:
    found = Alarms(small_town)
    await small_town.stage.app.database.run(waiting.create)
    due = Due("alarms", found.find, found.ring, earliest(waiting.c.at))
    TICKS.append(due)
    yield found
    TICKS.remove(due)


def minutes(*values: float) -> list[timedelta]:
    return [timedelta(minutes=value) for value in values]


async def test_time_stops_at_everything_that_falls_due_on_its_way(
    small_town: Town, alarms: Alarms
) -> None:
    await alarms.after(50, 7, 7, 1000, 3.5)
    await small_town.passes(hours=1)
    assert alarms.rung == list(zip([5, 2, 3, 1], minutes(3.5, 7, 7, 50), strict=True))
    assert small_town.stage.clock.now() == alarms.start + timedelta(hours=1)


async def test_a_backlog_is_done_page_after_page_and_the_oldest_first(
    small_town: Town, alarms: Alarms
) -> None:
    await alarms.after(*range(250, 0, -1))
    small_town.stage.clock.set(alarms.start + timedelta(days=1))
    await small_town.settles()
    assert [number for number, _at in alarms.rung] == list(range(250, 0, -1))


async def test_a_backlog_of_one_kind_holds_up_nothing_that_falls_due_meanwhile(
    small_town: Town, alarms: Alarms
) -> None:
    await alarms.after(*range(250, 0, -1))
    small_town.stage.clock.set(alarms.start + timedelta(days=1))
    rung_after: list[int] = []

    def find(_db: Session, _now: datetime, _failed: Sequence[int]) -> Sequence[int]:
        return [1] if alarms.rung and not rung_after else []

    def ring(_turn: Turn, _number: int) -> None:
        rung_after.append(len(alarms.rung))

    late = Due("late", find, ring, earliest(waiting.c.at))
    TICKS.insert(0, late)
    try:
        await small_town.stage.app.ticks.tick()
    finally:
        TICKS.remove(late)
    assert rung_after == [PAGE]
    assert len(alarms.rung) == 250


def fails(turn: Turn) -> None:
    turn.post.to(1, Card("nobody reads this"))
    raise RuntimeError


def says_what_nobody_can_render(turn: Turn) -> None:
    turn.post.to(1, Card(_("{name} has it.", nobody="x")))


def breaks_a_rule_of_the_database(turn: Turn) -> None:
    turn.db.connection().exec_driver_sql("insert into case_followers values (1, null)")


@pytest.mark.parametrize(
    "broken", [fails, says_what_nobody_can_render, breaks_a_rule_of_the_database]
)
async def test_one_thing_that_fails_stops_nothing_else_and_is_tried_again_later(
    small_town: Town, alarms: Alarms, broken: Callable[[Turn], None]
) -> None:
    await alarms.after(1, 2, 3)
    alarms.broken[2] = broken
    small_town.stage.clock.set(alarms.start + timedelta(minutes=5))
    await small_town.settles()
    assert [number for number, _at in alarms.rung] == [1, 2, 3]
    assert await small_town.rows("select what from failures") == [("alarms/2",)]
    assert await small_town.rows("select 1 from outbox") == []

    await small_town.settles()
    assert len(alarms.rung) == 3  # not every two seconds
    alarms.broken.clear()
    await small_town.passes(minutes=1)
    assert alarms.rung[3][0] == 2
    assert len(await small_town.rows("select 1 from failures")) == 1


@pytest.fixture
async def bells(small_town: Town) -> AsyncIterator[Alarms]:
    """Alarms that are rung together, a page at a time."""
    found = Alarms(small_town)
    await small_town.stage.app.database.run(waiting.create)

    def ring_all(turn: Turn, numbers: Sequence[int]) -> None:
        for number in numbers:
            turn.post.to(1, Card(f"rung {number}"))
            found.ring(turn, number)

    def ring(turn: Turn, number: int) -> None:
        ring_all(turn, [number])

    due = Due("bells", found.find, ring, earliest(waiting.c.at), together=ring_all)
    TICKS.append(due)
    yield found
    TICKS.remove(due)


@pytest.mark.parametrize("broken", [fails, breaks_a_rule_of_the_database])
async def test_one_that_fails_on_a_page_done_together_does_not_take_the_others_with_it(
    small_town: Town, bells: Alarms, broken: Callable[[Turn], None]
) -> None:
    await bells.after(*range(1, PAGE + 1))
    bells.broken[50] = broken
    small_town.stage.clock.set(bells.start + timedelta(days=1))
    await small_town.settles()
    assert await bells.left() == [50]
    assert await small_town.rows("select what from failures") == [("bells/50",)]
    # Each other one was rung once, and nothing is left of what was posted before it failed.
    assert len(await small_town.rows("select 1 from outbox")) == PAGE - 1


async def test_a_page_done_together_posts_what_each_of_it_has_to_say(
    small_town: Town, bells: Alarms
) -> None:
    await bells.after(*range(1, 4))
    small_town.stage.clock.set(bells.start + timedelta(days=1))
    await small_town.settles()
    assert await bells.left() == []
    assert len(await small_town.rows("select 1 from outbox")) == 3


async def test_what_is_still_due_after_it_was_done_keeps_nobody_busy(
    small_town: Town, alarms: Alarms
) -> None:
    await alarms.after(*[1] * PAGE, 2)
    alarms.broken = dict.fromkeys(range(1, PAGE + 1), lambda turn: None)
    small_town.stage.clock.set(alarms.start + timedelta(hours=1))
    await small_town.settles()
    assert [number for number, _at in alarms.rung] == list(range(1, PAGE + 2))


def reports(town: Town, count: int) -> Callable[[Connection], None]:
    """So many lamps of one resident, each due a minute before the one reported before it."""

    def open_cases(conn: Connection) -> None:
        [speaker] = load_speakers(conn, [("local", "demo", "zhou")]).values()
        app = town.stage.app
        scope, now = Scope(conn), app.clock.now()
        turn = Turn(speaker, now, app.policy, scope.open, Post())
        building = org.by_code(turn.db, "QH-LL-CH-1-3")
        for number in range(count):
            place, kind = Found(building.id, building.name), turn.policy.category("0201")
            case = open_from(turn, Draft(place, kind, "路灯不亮"))
            case.next_at = now + timedelta(days=1, minutes=-number)
        scope.keep()

    return open_cases


async def test_250_cases_that_nobody_took_all_go_up_in_the_order_of_their_deadlines(
    small_town: Town,
) -> None:
    app = small_town.stage.app
    await app.database.run(reports(small_town, 250))
    app.clock.set(app.clock.now() + timedelta(days=2))
    await app.ticks.tick()
    chased = await small_town.rows(
        "select case_id from case_events where act = 'chase' order by id"
    )
    assert [case for (case,) in chased] == list(range(250, 0, -1))


async def test_a_conversation_that_was_left_lapses_after_three_days_and_says_so_once(
    small_town: Town,
) -> None:
    await small_town.resident.says(LAMP)
    await small_town.passes(days=2, hours=23)
    small_town.resident.looks_away()
    await small_town.passes(hours=1)
    [told] = small_town.resident.read()
    assert "没有报上去" in told.text
    await small_town.passes(days=10)
    assert len(small_town.resident.read()) == 1
    [(state, answers)] = await small_town.rows("select state, answers from dialogs")
    assert (state, answers) == ("done", "{}")


async def after_three_days_down(town: Town) -> None:
    """Nothing ran for three days; then the process is back and ticks."""
    for robot in town.everybody:
        robot.looks_away()
    town.stage.clock.set(town.stage.clock.now() + timedelta(days=3))
    await town.settles()


async def test_after_three_days_down_everybody_hears_one_thing_about_the_present_step(
    small_town: Town,
) -> None:
    await small_town.resident.says(LAMP)
    await small_town.resident.taps("路灯不亮")
    await small_town.resident.taps("对，报上去")
    await after_three_days_down(small_town)
    [sorry] = small_town.resident.read()
    assert "对不起" in sorry.text
    assert (
        len([b for b in small_town.chief.read() if b.buttons and "我接了" in b.buttons[0].label])
        == 1
    )
    assert len([b for b in small_town.chief.read() if "今早" in b.text]) <= 1
    for robot in (small_town.worker, small_town.community, small_town.street, small_town.desk):
        assert robot.read() == []
    assert await small_town.rows("select act from case_events order by id") == [
        ("open",),
        ("chase",),
    ]


async def test_after_three_days_down_an_emergency_goes_up_one_step_at_a_time(
    small_town: Town,
) -> None:
    await small_town.resident.says("着火了!!三号楼五楼往外冒黑烟")
    await after_three_days_down(small_town)
    assert len(await small_town.rows("select 1 from case_events where act = 'chase'")) == 1
    await small_town.passes(minutes=3)
    assert len(await small_town.rows("select 1 from case_events where act = 'chase'")) == 2
