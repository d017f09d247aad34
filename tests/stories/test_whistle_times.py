"""Whistles when things change, many come at once, or nothing ran for hours; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import settings
from governance.whistles import Level, Step
from tests.blowing import DRAINS, LAMPS, ROADS, blown
from tests.robot import Robot, Town
from tests.robot import town as open_town

MANY = {"sqlite": 300, "postgresql": 101}  # more than a page of the clock's


@pytest.fixture
async def town(district_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """With Telegram's abilities, on one database and then on the other."""
    async with open_town(district_url, tmp_path / "media") as found:
        yield found


def alerts(robot: Robot, words: str = "应急处置哨") -> int:
    return sum(words in bubble.text for bubble in robot.read())


async def call_id(town: Town, unit: str) -> int:
    [(found,)] = await town.rows(f"select max(id) from unit_calls where unit_name = '{unit}'")
    return int(found)


async def lines(town: Town, act: str) -> list[str]:
    """What the record says of this act, oldest first."""
    rows = await town.rows(f"select data from whistle_events where act = '{act}' order by id")
    return [str(row[0]) for row in rows]


# ── a later policy, many whistles, a process that was away ───────────────────


async def test_a_whistle_keeps_the_ladder_it_was_blown_under(town: Town) -> None:
    app = town.stage.app
    await blown(app, ROADS)
    kinds = dict(app.policy.whistles)
    emergency = kinds["emergency"]
    quick = replace(emergency.ladder, steps=(Step(Level.DUTY, 0), Step(Level.LEADER, 1)))
    later = replace(app.policy, whistles={**kinds, "emergency": replace(emergency, ladder=quick)})
    app.policy = app.dispatch.policy = later
    await blown(app, LAMPS)
    await town.passes(minutes=2)
    town.unit_leader.sees("应急处置哨")  # the new one climbs as the new policy says
    assert alerts(town.roads_leader) == alerts(town.roads_second) == 0
    await town.passes(minutes=4)
    town.roads_second.sees("应急处置哨")
    assert alerts(town.roads_leader) == 0


async def test_two_whistles_to_one_officer_are_two_cards_and_two_clocks(town: Town) -> None:
    await blown(town.stage.app, ROADS, times=2)
    await town.settles()
    assert alerts(town.roads_duty) == 2
    await town.roads_duty.presses(f"whistles.in:{await call_id(town, ROADS)}")
    await town.passes(minutes=6)
    assert alerts(town.roads_second) == 1
    rows = await town.rows("select state from unit_calls order by id")
    assert [state for (state,) in rows] == ["called", "reported_in"]


async def test_many_whistles_at_once_take_each_step_once(
    town: Town, request: pytest.FixtureRequest
) -> None:
    app, many = town.stage.app, MANY[request.node.callspec.params["district_url"]]
    await blown(app, ROADS, times=many)
    app.clock.set(app.clock.now() + timedelta(minutes=5))
    for _time in range(3):
        await app.ticks.tick()
    rows = await town.rows(
        "select call_id, count(*) from whistle_events where act = 'climb' group by call_id"
    )
    assert [count for _call, count in rows] == [2] * many
    steps = await town.rows("select distinct step from unit_calls")
    assert [tuple(row) for row in steps] == [(1,)]
    assert await town.rows("select * from failures") == []


async def test_three_hours_away_are_one_message_each_and_the_record_says_what_was_missed(
    town: Town,
) -> None:
    await blown(town.stage.app, ROADS, DRAINS)
    await town.settles()
    await town.drains_duty.presses(f"whistles.in:{await call_id(town, DRAINS)}")
    people = (town.roads_duty, town.roads_second, town.roads_leader, town.street, town.desk)
    for robot in (*people, town.drains_duty, town.community):
        robot.looks_away()
    clock = town.stage.clock
    clock.set(clock.now() + timedelta(hours=3))  # nothing ran meanwhile
    await town.settles()
    assert [len(robot.read()) for robot in people] == [0, 0, 0, 0, 1]
    assert len(town.drains_duty.read()) == 1  # asked how it stands
    town.desk.sees("没应哨")
    *_before, last = await lines(town, "climb")
    assert "partner leader street" in last
    assert "centre" in last
    await town.passes(minutes=9)
    assert len(town.desk.read()) == 1
    await town.passes(minutes=2)
    assert len(town.desk.read()) == 2  # at the top it is said again every ten minutes


async def test_a_process_that_was_away_for_an_answer_says_nothing_more(telegram_town: Town) -> None:
    town = telegram_town
    await blown(town.stage.app, ROADS)
    await town.settles()
    await town.roads_duty.presses(f"whistles.on_site:{await call_id(town, ROADS)}")
    for robot in (town.roads_duty, town.roads_second):
        robot.looks_away()
    await town.passes(minutes=50)
    assert alerts(town.roads_second) == alerts(town.roads_duty) == 0


# ── clocks that change ───────────────────────────────────────────────────────


async def test_where_clocks_go_forward_in_the_night_the_ladder_climbs_on_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    config = settings.Settings(district=settings.District(zone="Europe/Berlin"))
    async with open_town(sqlite_url, tmp_path / "media", config=config) as town:
        before = datetime(2027, 3, 28, 0, 52, tzinfo=UTC)  # 1:52; at 2:00 it is 3:00
        town.stage.clock.set(before)
        await blown(town.stage.app, ROADS)
        await town.settles()
        assert "凌晨3点22分前应哨" in town.roads_duty.sees("应急处置哨").text
        await blown(town.stage.app, DRAINS, by="qian", kind="key")
        await town.passes(minutes=30)
        rows = await town.rows("select at from whistle_events where act = 'climb' order by id")
        moments = [datetime.fromisoformat(str(at)).replace(tzinfo=UTC) for (at,) in rows]
        minutes = [(at - before) / timedelta(minutes=1) for at in moments]
        assert minutes == [0, 0, 5, 10, 15, 30]
        # Monday at 10:30 by the clocks there, in summer time.
        [(due,)] = await town.rows("select max(report_due) from unit_calls")
        assert str(due).startswith("2027-03-29 08:30")


# ── before it is blown, and after it is over ─────────────────────────────────


async def test_nobody_answers_a_whistle_that_still_waits_for_its_review(town: Town) -> None:
    await blown(town.stage.app, ROADS, DRAINS, kind="demand")
    await town.settles()
    call = await call_id(town, ROADS)
    await town.roads_duty.says("哨情")
    town.roads_duty.does_not_see("翠湖社区")
    for verb in ("in", "on_site", "help", "refuse", "result", "hand_over", "join"):
        await town.roads_duty.presses(f"whistles.{verb}:{call}")
        town.roads_duty.sees("这个哨还没吹")
    assert await town.rows("select distinct state from unit_calls") == [("called",)]
    await town.street.taps("吹哨")
    town.roads_duty.sees("群众诉求哨")
    await town.roads_duty.presses(f"whistles.in:{call}")
    states = await town.rows("select state from unit_calls order by id")
    assert [state for (state,) in states] == ["reported_in", "called"]


async def test_called_off_while_the_last_word_is_waited_for_nobody_is_asked_for_it_again(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blown(town.stage.app, DRAINS, ROADS)
    await town.settles()
    for robot, unit in ((town.drains_duty, DRAINS), (town.roads_duty, ROADS)):
        await robot.presses(f"whistles.result:{await call_id(town, unit)}")
        await robot.says("好了")
        await robot.says("没有照片")
    town.drains_duty.sees("总结一句")
    await town.community.taps("改一改")
    await town.community.taps("都不用来了")
    await town.community.says("都看过了")
    town.drains_duty.looks_away()
    await town.passes(days=2)
    assert alerts(town.drains_duty) == 0
    assert await town.rows("select count(*) from unit_calls where next_at is not null") == [(0,)]


async def test_the_last_word_cannot_be_said_while_a_unit_is_still_at_it(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blown(town.stage.app, DRAINS, ROADS)
    await town.settles()
    lead = await call_id(town, DRAINS)
    await town.drains_duty.presses(f"whistles.conclude:{lead}")
    await town.drains_duty.says("都好了")
    town.drains_duty.sees("还有单位没办完")
    assert await town.rows("select state from whistles") == [("blown",)]


async def test_a_forged_press_shows_no_place_no_telephone_and_no_names(telegram_town: Town) -> None:
    town = telegram_town
    await blown(town.stage.app, ROADS, DRAINS)
    await town.settles()
    call = await call_id(town, ROADS)
    [(whistle,)] = await town.rows("select id from whistles")
    of_a_call = ("on_site", "help", "refuse", "hand_over", "result", "conclude", "phoned", "rate")
    of_a_whistle = ("send_back", "decline", "end", "change", "judge")
    tokens = [f"whistles.{verb}:{call}" for verb in of_a_call]
    tokens += [f"whistles.{verb}:{whistle}" for verb in of_a_whistle]
    for token in tokens:
        town.resident.looks_away()
        await town.resident.presses(token)
        for bubble in town.resident.read():
            for word in ("3号楼", "0421-0002", "石磊", "蒋帆", "到场处置"):
                assert word not in bubble.text, (token, bubble.text)
