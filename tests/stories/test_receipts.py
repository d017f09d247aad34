"""A receipt speaks of one person: whom it does not concern moves nothing."""

from __future__ import annotations

from tests.robot import Town
from tests.stories.test_danger import FIRE
from tests.stories.test_lamp import report_lamp
from tests.stories.test_whistles import DRAINS, ROADS, blow


async def test_an_alert_that_misses_somebody_else_leaves_the_case_where_it_is(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.chief.phone.block()
    await town.resident.says(FIRE)
    [(holder, state)] = await town.rows("select holder_name, state from cases")
    assert (holder, state) == ("李明", "assigned")
    assert [act for (act,) in await town.rows("select act from case_events")] == ["open"]
    await town.worker.taps("看到了，马上去")
    town.resident.sees("网格员李明")


async def test_an_alert_that_misses_its_holder_goes_to_the_next_at_once(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.worker.phone.block()
    await town.resident.says(FIRE)
    [(holder,)] = await town.rows("select holder_name from cases")
    assert holder == "王敏"


async def test_whoever_takes_over_reads_whom_the_alert_did_not_reach_and_what_follows(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.worker.phone.block()
    await report_lamp(town)
    card = town.chief.sees("我接了").text
    assert "没送到：李明（停用了机器人）" in card
    assert "还没人接，就转给上一级" in card
    await town.chief.taps("我接了")
    assert "没送到" not in town.chief.sees("报结果").text


async def test_the_whistler_reads_which_officer_has_no_word_of_it(telegram_town: Town) -> None:
    town = telegram_town
    await town.roads_duty.phone.block()
    await town.rows("delete from accounts where lane like '%/jiang' returning 1")
    await blow(town.community, units=(ROADS, DRAINS))
    card = town.community.sees("应急处置哨").text
    assert "（停用了机器人）" in card
    assert "（还没有账号）" in card
    assert "还没回音，就再找下一个人" in card
    await town.roads_leader.taps("应哨，我们去")
    assert "没送到" not in town.community.sees("应急处置哨").text
