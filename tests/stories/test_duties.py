"""Duty in chat: the week, tonight, swaps, leave; and who has the case then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import sample
from tests.robot import Robot, Town
from tests.stories.test_danger import FIRE
from tests.stories.test_lamp import report_lamp


@pytest.fixture
def town(telegram_town: Town) -> Town:
    return telegram_town


@pytest.fixture
def partner(town: Town) -> Robot:
    """郑凯, who stands in for the worker of the first grid."""
    return Robot(town, sample.PARTNER)


async def takes_tonight(town: Town, partner: Robot) -> None:
    await partner.says("今晚我值")
    partner.sees("今天（周一）夜里由郑凯替李明值")


async def test_the_week_shows_holidays_make_up_workdays_and_who_has_them(town: Town) -> None:
    town.stage.clock.set(datetime(2026, 9, 28, 1, tzinfo=UTC))
    await town.community_head.says("排班")
    await town.community_head.taps("第一网格")
    await town.community_head.taps("网格员")
    for days, slot, who in (("每天", "白天和夜里", "李明"), ("周末和节假日", "夜里", "郑凯")):
        await town.community_head.taps("给这个岗排班")
        await town.community_head.taps(days)
        await town.community_head.taps(slot)
        await town.community_head.taps(who)
        town.community_head.sees(f"从现在起由{who}值")
    town.worker.sees("郭岚排了班")

    await town.worker.says("谁值班")
    week = town.worker.sees("现在值班：李明").text
    assert "今天（周一）：李明" in week
    assert "10月1日（周四），节假日：白天李明，夜里郑凯" in week
    await town.passes(days=11)
    await town.worker.says("值班")
    week = town.worker.sees("🗓 翠湖社区第一网格网格员").text
    assert "明天（周六），调休上班：李明" in week


async def test_who_takes_tonight_by_one_tap_has_the_night_alert(town: Town, partner: Robot) -> None:
    await takes_tonight(town, partner)
    town.chief.sees("夜里由郑凯替李明值")
    town.worker.sees("夜里由郑凯替李明值")
    await town.until("22:00")
    town.worker.looks_away()
    await town.resident.says(FIRE)
    await partner.taps("看到了，马上去")
    town.resident.sees("网格员郑凯")
    town.worker.does_not_see("着火")


async def test_the_one_relieved_tonight_may_undo_it(town: Town, partner: Robot) -> None:
    await takes_tonight(town, partner)
    await town.worker.taps("撤回")
    partner.sees("撤了：今天（周一）夜里不由郑凯值了，还是李明值")
    await partner.says("今晚我值")  # it can be taken again
    partner.sees("由郑凯替李明值")
    partner.looks_away()
    await partner.says("今晚我值")
    partner.sees("今晚本来就是您值")


async def test_a_swap_counts_once_the_other_agrees_and_either_may_undo_it(
    town: Town, partner: Robot
) -> None:
    await town.community_head.says("排班")
    await town.community_head.taps("第一网格")
    await town.community_head.taps("网格员")
    await town.community_head.taps("给这个岗排班")
    for answer in ("周一到周五", "夜里", "郑凯"):
        await town.community_head.taps(answer)
    await town.worker.says("换班")
    for answer in ("明天（周二）白天", "郑凯", "明天（周二）夜里"):
        await town.worker.taps(answer)
    town.worker.sees("郑凯答应了才算数")
    offer = partner.sees("李明想请郑凯值明天（周二）白天这一班")
    assert "李明还明天（周二）夜里这一班" in offer.text
    await town.neighbour.presses(offer.buttons[0].token)
    town.neighbour.sees("这一班是别人的")
    assert await town.rows("select id from duty_swaps where agreed_at is not null") == []

    await partner.taps("我接了")
    town.worker.sees("明天（周二）白天由郑凯替李明值")
    await town.worker.says("值班")
    assert "明天（周二）：白天郑凯，夜里李明" in town.worker.sees("🗓 翠湖社区第一网格").text
    await partner.taps("撤回")
    town.worker.sees("撤了")
    town.worker.looks_away()
    await town.worker.says("值班")
    assert "明天（周二）：白天李明，夜里郑凯" in town.worker.sees("🗓 翠湖社区第一网格").text


async def test_an_offer_that_is_declined_changes_nothing(town: Town, partner: Robot) -> None:
    await town.worker.says("换班")
    await town.worker.taps("今天（周一）夜里")
    await town.worker.taps("郑凯")
    await town.worker.taps("不用还")
    await partner.taps("替不了")
    town.worker.sees("没换成：今天（周一）夜里还是李明值")
    await partner.presses(f"duties.agree:{(await town.rows('select id from duty_swaps'))[0].id}")
    partner.sees("已经定下来了")


async def test_while_somebody_is_away_the_partner_has_the_case(town: Town, partner: Robot) -> None:
    await report_lamp(town)
    await town.worker.says("请假")
    await town.worker.says("大后天吧")
    town.worker.sees("没看懂是哪天")
    await town.worker.says("11月30日")
    assert "由B岗郑凯接" in town.worker.sees("记下了").text
    assert "手上还有1件没办完" in partner.sees("李明请假到11月30日").text
    await partner.says("待办")
    await partner.taps("看第1件")
    await partner.taps("我接了")
    town.resident.sees("网格员郑凯接了")
    town.worker.looks_away()
    await town.neighbour.says("3号楼门口垃圾桶满了没人清")
    await town.neighbour.taps("垃圾没人清")
    await town.neighbour.taps("对，报上去")
    partner.sees("垃圾没人清")
    town.worker.does_not_see("垃圾没人清")

    await town.worker.says("我回来了")
    partner.sees("李明回来了")
    await town.resident.says("6号楼单元门关不上了")
    await town.resident.taps("楼道灯、单元门")
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给网格员")


async def test_without_a_partner_one_hears_who_has_it_meanwhile(town: Town) -> None:
    await town.chief.says("请假")
    await town.chief.taps("明天（周二）")
    assert "没有B岗，这几天的事转给赵强" in town.chief.sees("记下了").text
    town.chief.looks_away()
    await town.chief.says("我回来了")
    town.chief.sees("从现在起新的事又到您这儿")


async def test_nobody_without_the_post_changes_anything(town: Town, partner: Robot) -> None:
    await takes_tonight(town, partner)
    [(swap_id, area_id)] = await town.rows("select id, area_id from duty_swaps")
    seat = f"{area_id}:grid_worker"
    refused = {
        f"duties.tonight:{seat}": "这一步要",
        f"duties.offer:{seat}": "这一步要",
        f"duties.arrange:{seat}": "这一步要",
        f"duties.week:{seat}": "这一步要",
        f"duties.undo:{swap_id}": "这一班是别人的",
        f"duties.decline:{swap_id}": "已经定下来了",
        f"duties.tonight:{area_id}:mayor": "这个岗现在没有人",
        "duties.pick:0": "这一步要",
    }
    before = await town.rows("select * from duty_swaps")
    for token, answer in refused.items():
        town.neighbour.looks_away()
        await town.neighbour.presses(token)
        town.neighbour.sees(answer)
    await town.neighbour.says("今晚我值")
    town.neighbour.sees("您没有要值班的岗")
    await town.neighbour.says("谁值班")
    town.neighbour.sees("现在值班：社区值班赵强 0421-0000101")
    assert await town.rows("select * from duty_swaps") == before
    assert await town.rows("select * from duty_entries") == []
    assert await town.rows("select what, error from failures") == []
