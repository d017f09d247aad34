"""A community blows the whistle, and departments report in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.robot import DARK, LIT, Robot, Town
from tests.stories.test_lamp import report_lamp

DRAINS, ROADS, LAMPS = "清河区排水管理处", "清河区市政工程管理处", "清河区路灯管理所"
BURST = "污水管爆了，路面塌了一块，旁边的路灯杆歪了"
PLACE = "翠湖社区3号楼门口"


@pytest.fixture
async def town(town: Town) -> Town:
    """Everybody a whistle may reach has written once, where a messenger wants that."""
    if town.stage.capabilities.window is not None:
        await town.hears_from(*units_people(town))
    return town


def units_people(town: Town) -> tuple[Robot, ...]:
    return (
        *(town.drains_duty, town.roads_duty, town.roads_second, town.roads_leader),
        *(town.unit_duty, town.unit_leader, town.community_head, town.street_head),
    )


async def blow(
    officer: Robot,
    kind: str = "应急处置哨",
    units: Sequence[str] = (DRAINS, ROADS, LAMPS),
    by: str = "今天上午11点半",
    say: str = "吹哨",
) -> None:
    """The first unit leads."""
    await officer.says("吹哨")
    await officer.taps(kind)
    await officer.says(PLACE)
    await officer.says(BURST)
    for unit in units:
        await officer.says(unit)
    await officer.taps("就叫这些")
    for _unit in units:
        await officer.taps("到场处置")
    if len(units) > 1:
        await officer.taps(units[0])
    await officer.taps(by)
    await officer.taps("就在现场，马上")
    await officer.taps(say)


async def finish(robot: Robot, words: str) -> None:
    await robot.taps("报结果")
    await robot.says(words)
    await robot.sends(LIT)


async def states(town: Town) -> list[str]:
    return [row[0] for row in await town.rows("select state from unit_calls order by id")]


# ── an emergency, from the whistle to the judgement ──────────────────────────


async def test_an_emergency_calls_three_units_at_once(town: Town) -> None:
    await blow(town.community)
    for officer, unit in ((town.drains_duty, DRAINS), (town.roads_duty, ROADS)):
        card = officer.sees("应急处置哨")
        assert card.text.startswith(f"🚨 应急处置哨 · {PLACE}")
        assert "请在今天上午9点44分前应哨" in card.text
        assert f"{unit}：到场处置" in card.text
    assert "由您单位牵头" in town.drains_duty.sees("应急处置哨").text
    town.community.sees(f"○ {DRAINS}（牵头）：")
    town.community.sees("QH-S-20261123-0001")
    town.resident.does_not_see("哨")


async def test_the_whistlers_one_card_shows_every_unit_and_changes_in_place(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community)
    town.community.sees("今天上午11点半前要结果 · 今天上午9点44分前应哨")
    town.community.sees(f"○ {ROADS}：已发到值班员石磊手机\n")
    town.community.looks_away()
    await town.drains_duty.taps("应哨，我们去")
    await town.unit_duty.taps("到现场了")
    await town.unit_duty.taps("我到了")
    assert town.community.read() == []  # nothing new arrived: the card there has changed
    shown = town.community.phone.bubbles[-1].text
    assert f"◐ {DRAINS}（牵头）：杜雨今天上午9点14分应哨" in shown
    assert f"◕ {LAMPS}：冯川今天上午9点14分到场" in shown


async def test_two_come_and_the_third_is_chased_until_somebody_does(town: Town) -> None:
    await blow(town.community)
    await town.drains_duty.taps("应哨，我们去")
    await town.unit_duty.taps("到现场了")
    await town.unit_duty.taps("我到了")
    await town.passes(minutes=4)
    town.community.sees("请拨打0421-0002002")
    town.roads_second.does_not_see("应急处置哨")
    await town.passes(minutes=2)
    town.roads_second.sees("应急处置哨")
    await town.passes(minutes=5)
    town.roads_leader.sees("应急处置哨")
    town.street.does_not_see("应急处置哨")
    await town.passes(minutes=5)
    behind = town.street.sees("没应哨，街道在催").text
    assert "已经叫过：石磊（值班员）、蒋帆（B岗）、姚刚（单位负责人）、钱勇（街道）" in behind
    await town.roads_leader.taps("应哨，我们去")
    before = len(town.desk.read()), len(town.roads_duty.read())
    await town.passes(minutes=20)
    assert (len(town.desk.read()), len(town.roads_duty.read())) == before
    assert await states(town) == ["reported_in", "reported_in", "on_site"]


async def test_it_ends_only_with_the_whistlers_yes_and_both_sides_judge(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community)
    for officer in (town.drains_duty, town.roads_duty, town.unit_duty):
        await officer.taps("应哨，我们去")
    await finish(town.roads_duty, "塌的地方围好填平了")
    town.roads_duty.sees(f"还在办的：{DRAINS}、{LAMPS}")
    await finish(town.unit_duty, "灯杆扶正了")
    await finish(town.drains_duty, "管子换好，水停了")
    town.drains_duty.sees("正在问赵强办好没有")
    asked = town.community.sees("各单位说办完了").text
    assert f"{DRAINS}说：管子换好，水停了" in asked
    town.community.sees(f"{ROADS}：处置后的照片")

    await town.community.taps("没办好")
    await town.community.taps(ROADS)
    await town.community.says("还有一个坑没填")
    town.roads_duty.sees("赵强说还没办好：还有一个坑没填")
    await finish(town.roads_duty, "坑都填了")
    await town.drains_duty.taps("总结一句")
    await town.drains_duty.says("都办好了")
    await town.community.taps("办好了，收哨")
    assert await town.rows("select state, ended_how from whistles") == [("ended", "accepted")]

    await town.community.taps("评一评各单位")
    for _unit in range(3):
        await town.community.taps("快")
        await town.community.taps("好")
    await town.unit_duty.taps("评一评这个哨")
    await town.unit_duty.taps("该吹")
    await town.unit_duty.taps("清楚")
    await town.street.taps("该吹")
    assert await town.rows("select reviewed from whistles") == [("yes",)]
    assert await town.rows("select speed, quality, needed from unit_calls order by id") == [
        (3, 3, 0),
        (3, 3, 0),
        (3, 3, 3),
    ]
    await town.is_quiet()


async def test_the_lead_unit_says_the_last_word_when_all_are_done(town: Town) -> None:
    await blow(town.community, units=(DRAINS, ROADS))
    for officer in (town.drains_duty, town.roads_duty):
        await officer.taps("应哨，我们去")
    await finish(town.drains_duty, "管子换好了")
    await finish(town.roads_duty, "路填平了")
    town.roads_duty.sees(f"由{DRAINS}总结一句")
    town.community.does_not_see("各单位说办完了")
    await town.passes(minutes=31)  # who leads is asked for the last word again
    await town.drains_duty.taps("总结一句")
    await town.drains_duty.says("水路都通了")
    town.community.sees("水路都通了")


# ── what a unit may answer ───────────────────────────────────────────────────


async def test_a_second_tap_and_a_colleagues_tap_are_answered_and_change_nothing(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    token = next(b.token for b in town.roads_duty.read()[-1].buttons if b.label == "应哨，我们去")
    await town.roads_duty.presses(token)
    await town.passes(minutes=6)
    lines = await town.rows("select count(*) from whistle_events where act = 'report_in'")
    await town.roads_duty.presses(token)
    await town.roads_second.presses(token)
    assert await town.rows("select count(*) from whistle_events where act = 'report_in'") == lines
    assert await town.rows("select officer_name from unit_calls where unit_name like '%市政%'") == [
        ("石磊",)
    ]


async def test_nobody_else_can_answer_for_a_unit(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    token = next(b.token for b in town.roads_duty.read()[-1].buttons if b.label == "应哨，我们去")
    for stranger in (town.drains_duty, town.resident, town.member, town.worker):
        await stranger.presses(token)
        stranger.sees(f"这里由{ROADS}来应")
    assert (await states(town))[0] == "called"


async def test_a_unit_says_it_is_not_theirs_and_the_district_decides(town: Town) -> None:
    await blow(town.community, units=(ROADS, DRAINS))
    await town.roads_duty.taps("不归我们")
    await town.roads_duty.taps("不在我们的片区")
    town.community.sees(f"{ROADS}说不归他们：不在我们的片区")
    await town.desk.taps("归他们")
    town.roads_duty.sees("区里定了：这事归您单位")
    town.community.sees(f"这事归{ROADS}，已经重新叫了")
    assert (await states(town))[0] == "called"
    [(call,)] = await town.rows("select min(id) from unit_calls")
    await town.roads_duty.presses(f"whistles.refuse:{call}")
    town.roads_duty.sees("不能再退")


async def test_a_refusal_that_is_founded_lets_the_unit_go(town: Town) -> None:
    await blow(town.community, units=(ROADS, DRAINS))
    await town.roads_duty.taps("不归我们")
    await town.roads_duty.says("那条路归街道养护")
    town.roads_second.does_not_see("应急处置哨")
    await town.desk.taps("不归他们")
    town.roads_duty.sees("不归您单位")
    town.community.sees("缺人就另叫一个单位")
    assert await states(town) == ["excused", "called"]
    [(lead,)] = await town.rows("select lead from unit_calls where unit_name like '%排水%'")
    assert lead  # the one that is left leads


async def test_what_a_telephone_call_came_to_is_on_the_card(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    await town.drains_duty.taps("应哨，我们去")
    await town.passes(minutes=3)
    await town.community.taps(f"给{ROADS}打过了")
    await town.community.taps("没人接")
    town.community.sees("已经叫上一级")
    town.roads_second.sees("应急处置哨")
    await town.community.taps(f"给{ROADS}打过了")
    await town.community.taps("说马上来")
    assert await states(town) == ["reported_in", "reported_in"]
    before = len(town.roads_leader.read())
    await town.passes(minutes=25)
    assert len(town.roads_leader.read()) == before


async def test_who_asks_for_help_has_reported_in_and_the_whistler_calls_one_more(
    town: Town,
) -> None:
    await blow(town.community, units=(DRAINS, ROADS))
    await town.drains_duty.taps("要支援")
    await town.drains_duty.says("缺路灯所断电")
    town.community.sees("要支援：缺路灯所断电")
    await town.community.taps("改一改")
    await town.community.taps("再叫一个单位")
    await town.community.says(LAMPS)
    await town.community.taps("到场处置")
    town.unit_duty.sees("应急处置哨")
    assert await states(town) == ["reported_in", "called", "called"]


async def test_a_colleague_takes_over_and_another_goes_along(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    await town.roads_duty.taps("应哨，我们去")
    await town.roads_duty.taps("交给同事")
    await town.roads_duty.taps("蒋帆")
    town.roads_second.sees("应急处置哨")
    await town.roads_duty.taps("我也去")
    await town.roads_second.taps("到现场了")
    await town.roads_second.taps("我到了")
    town.community.sees(f"{ROADS}（牵头）：蒋帆今天上午9点14分到场")
    town.roads_second.sees("同去的：石磊")


async def test_arriving_with_a_location_keeps_only_the_distance(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    await town.roads_duty.taps("到现场了")
    [(latitude, longitude)] = await town.rows("select latitude, longitude from whistles")
    await town.roads_duty.sends_place(latitude + 0.001, longitude)
    town.community.sees("离111米")
    kept = await town.rows("select * from unit_calls")
    assert not any(abs(value - longitude) < 0.5 for value in kept[0] if isinstance(value, float))


# ── who does not answer, and who cannot be reached ───────────────────────────


async def test_an_alert_that_cannot_be_delivered_climbs_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await town.roads_duty.phone.block()
    await blow(town.community, units=(ROADS, DRAINS))
    town.roads_second.sees("应急处置哨")
    await town.roads_second.phone.block()
    await town.passes(minutes=10)
    town.roads_leader.sees("应急处置哨")


async def test_a_second_on_leave_is_passed_over(telegram_town: Town) -> None:
    town = telegram_town
    await town.roads_second.says("请假")
    await town.roads_second.says("12月24日")
    await blow(town.community, units=(ROADS, DRAINS))
    await town.passes(minutes=5)
    town.roads_leader.sees("应急处置哨")
    town.roads_second.does_not_see("应急处置哨")
    [(data,)] = await town.rows(
        "select data from whistle_events where act = 'climb' and data like '%leader%'"
    )
    assert "partner" in str(data)


async def test_after_three_hours_of_silence_only_the_present_step_is_alerted(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS))
    await town.drains_duty.taps("应哨，我们去")
    for robot in (town.roads_duty, town.roads_second, town.roads_leader, town.street):
        robot.looks_away()
    stage = town.stage
    stage.clock.set(stage.clock.now() + timedelta(hours=3))  # nothing ran meanwhile
    await town.settles()
    for robot in (town.roads_duty, town.roads_second, town.roads_leader, town.street):
        robot.does_not_see("应急处置哨")
    assert len([b for b in town.desk.read() if "没应哨" in b.text]) == 1
    [(data,)] = await town.rows(
        "select data from whistle_events where act = 'climb' and data like '%centre%'"
    )
    assert "partner leader street" in str(data)


async def test_reported_in_but_silent_is_asked_and_then_the_level_above_hears(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS), by="今天晚上9点半")
    await town.drains_duty.taps("应哨，我们去")
    await town.roads_duty.taps("应哨，我们去")
    town.roads_duty.looks_away()
    await town.passes(minutes=31)
    town.roads_duty.sees("应急处置哨")
    town.roads_leader.does_not_see("没有下文")
    await town.passes(minutes=31)
    town.roads_leader.sees("是石磊应的。请过问一下")
    await town.roads_duty.taps("到现场了")
    await town.roads_duty.taps("我到了")
    town.street.does_not_see("没有下文")
    await town.passes(minutes=61)
    await town.roads_duty.taps("还在办")
    assert (await town.rows("select nudged from unit_calls where id = 1")) == [(0,)]


async def test_at_night_an_emergency_wakes_and_everything_else_waits_for_the_morning(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.until("22:00")
    await blow(town.street, "重点工作哨", units=(ROADS, DRAINS), by="明天晚上6点", say="吹哨")
    town.roads_duty.does_not_see("重点工作哨")
    await town.until("06:00")
    town.roads_second.does_not_see("重点工作哨")
    await town.until("08:31")
    town.roads_duty.sees("请在今天上午10点半前应哨")
    town.roads_second.does_not_see("重点工作哨")
    await town.passes(hours=1)
    town.roads_second.sees("重点工作哨")


# ── review, residents, many at once ──────────────────────────────────────────


async def test_a_communitys_demand_waits_for_the_streets_yes(town: Town) -> None:
    await report_lamp(town)
    await town.community.says("吹哨")
    await town.community.taps("群众诉求哨")
    await town.community.says(PLACE)
    await town.community.says("路灯十天没亮，居民催了几次")
    await town.community.says(LAMPS)
    await town.community.taps("就叫这些")
    await town.community.taps("到场处置")
    await town.community.taps("今天晚上6点")
    await town.community.taps("就在现场，马上")
    await town.community.taps("送街道审")
    town.unit_duty.does_not_see("群众诉求哨")
    await town.street.taps("吹哨")
    town.unit_duty.sees("群众诉求哨")
    town.community.sees("钱勇点头了")


async def test_the_street_says_no_and_why(town: Town) -> None:
    await blow(town.community, "群众诉求哨", by="今天晚上6点", say="送街道审")
    await town.street.taps("先不吹")
    await town.street.says("先让物业去看")
    town.community.sees("钱勇没同意吹：先让物业去看")
    assert await states(town) == ["released"] * 3
    await town.passes(days=3)
    for officer in (town.drains_duty, town.roads_duty, town.unit_duty):
        officer.does_not_see("群众诉求哨")


async def test_a_review_nobody_looks_at_goes_to_the_district(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, "群众诉求哨", by="今天晚上6点", say="送街道审")
    await town.passes(hours=5)
    town.desk.does_not_see("群众诉求哨")
    await town.passes(days=1)
    town.desk.sees("群众诉求哨")
    await town.desk.taps("吹哨")
    town.drains_duty.sees("群众诉求哨")


async def test_blown_from_a_case_the_resident_reads_who_comes(town: Town) -> None:
    await whistle_from_the_case(town)
    town.resident.sees(f"路灯不亮：社区已经吹哨，叫{LAMPS}一起来办")
    await town.unit_duty.taps("应哨，我们去")
    await finish(town.unit_duty, "换了整条线路")
    await town.community.taps("办好了，收哨")
    town.community.sees("请给QH-20261123-0001报结果")
    await town.community.says("待办")
    await town.community.taps("看第1件")
    await town.community.taps("当场办好")
    await town.community.taps("属实")
    await town.community.taps("打过电话")
    await town.community.says("路灯所换了整条线路")
    await town.community.taps("没有照片")
    await town.resident.taps("好了，满意")
    await town.street.says("哨情")
    await town.street.taps("看本月数字")
    town.street.sees("翠湖社区：吹了1次 · 居民满意1件（评了1件）")


async def test_a_photo_of_the_whistler_reaches_every_unit(telegram_town: Town) -> None:
    town = telegram_town
    await town.community.says("吹哨")
    await town.community.taps("应急处置哨")
    await town.community.says(PLACE)
    await town.community.sends(DARK)
    await town.community.says(BURST)
    for unit in (ROADS, DRAINS):
        await town.community.says(unit)
    await town.community.taps("就叫这些")
    await town.community.taps("到场处置")
    await town.community.taps("到场处置")
    await town.community.taps(ROADS)
    await town.community.taps("今天上午11点半")
    await town.community.taps("就在现场，马上")
    assert "照片1张" in town.community.sees("这样吹出去").text
    await town.community.taps("吹哨")
    for officer in (town.roads_duty, town.drains_duty):
        assert any(bubble.photo for bubble in officer.read())


async def test_who_is_on_duty_by_the_calendar_is_asked_after_the_shift_has_changed(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community, units=(ROADS, DRAINS), by="今天晚上9点半")
    await town.roads_duty.taps("应哨，我们去")
    await town.roads_second.says("今晚我值")
    town.roads_second.looks_away()
    await town.until("18:40")
    town.roads_second.sees("应急处置哨")
    await town.roads_second.taps("到现场了")
    await town.roads_second.taps("我到了")
    town.community.sees(f"{ROADS}（牵头）：石磊今天晚上")


async def test_more_than_five_calls_to_one_officer_come_as_one_card(telegram_town: Town) -> None:
    town = telegram_town
    for officer in (town.street, town.desk, town.street, town.desk, town.street, town.desk):
        await blow(officer, "重点工作哨", units=(ROADS, DRAINS), by="今天晚上6点", say="吹哨")
    single = [b for b in town.roads_duty.read() if b.text.startswith("📣")]
    assert len(single) == 5
    bundle = town.roads_duty.sees("有6个哨等您应")
    assert len(bundle.buttons) == 6
    await town.roads_duty.taps("看第6件")
    await town.roads_duty.taps("应哨，我们去")
    assert (await states(town)).count("reported_in") == 1


async def test_called_off_everybody_is_told_and_nothing_is_asked_any_more(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await blow(town.community)
    await town.drains_duty.taps("应哨，我们去")
    await town.community.taps("改一改")
    await town.community.taps("都不用来了")
    await town.community.says("看错了，水已经停了")
    for officer in (town.drains_duty, town.roads_duty, town.unit_duty):
        officer.sees("不用来了，辛苦")
    assert await states(town) == ["released"] * 3
    await town.street.taps("该吹")
    await town.is_quiet()


async def test_only_a_superior_ends_it_against_the_whistlers_word(town: Town) -> None:
    await blow(town.community, units=(DRAINS, ROADS))
    await town.community.taps("改一改")
    town.community.does_not_see("没办完也收哨")
    [(whistle,)] = await town.rows("select id from whistles")
    await town.community.presses(f"whistles.end:{whistle}")
    town.community.sees("这一步要由")
    assert await town.rows("select state from whistles") == [("blown",)]
    await town.street_head.says("哨情")
    await town.street_head.taps("看第1件")
    await town.street_head.taps("改一改")
    await town.street_head.taps("没办完也收哨")
    await town.street_head.says("改由区里统一施工")
    town.community.sees("唐松收了这个哨：改由区里统一施工")
    assert await town.rows("select state, ended_how from whistles") == [
        ("ended", "改由区里统一施工")
    ]


async def test_figures_show_what_they_are_made_of(town: Town) -> None:
    await blow(town.community)
    await town.drains_duty.taps("应哨，我们去")
    await town.passes(minutes=50)
    await town.street.says("哨情")
    await town.street.taps("看本月数字")
    shown = town.street.sees(f"{DRAINS}：叫1次，应1次，按时1次").text
    assert f"{ROADS}：叫1次，应0次，按时0次" in shown
    assert "翠湖社区：吹了1次" in shown
    await town.resident.presses("whistles.figures:0")
    town.resident.sees("这一步要由")


async def make_flood_plan(town: Town) -> None:
    await town.street_head.says("预案")
    await town.street_head.taps("做一个预案")
    await town.street_head.taps("应急处置哨")
    await town.street_head.says("防汛预案")
    for unit in (DRAINS, ROADS, LAMPS):
        await town.street_head.says(unit)
    await town.street_head.taps("就叫这些")
    for task in ("抽水排涝，守住低洼路口", "备好沙袋，清雨水口", "断开被淹的灯杆"):
        await town.street_head.says(task)
    await town.street_head.taps(DRAINS)
    await town.street_head.taps("不需要")
    await town.street_head.taps("存成预案")


async def test_a_plan_calls_all_its_units_with_their_tasks_in_a_few_taps(town: Town) -> None:
    await make_flood_plan(town)
    await town.community.says("吹哨")
    await town.community.taps("按预案：防汛预案")
    await town.community.says(PLACE)
    await town.community.says("暴雨，单元门口积水过膝")
    await town.community.taps("今天上午11点半")
    await town.community.taps("就在现场，马上")
    summary = town.community.sees("这样吹出去").text
    assert f"{ROADS}：备好沙袋，清雨水口" in summary
    await town.community.taps("吹哨")
    town.drains_duty.sees("由您单位牵头")
    town.unit_duty.sees("断开被淹的灯杆")
    assert await town.rows("select plan from whistles") == [("防汛预案",)]


async def test_a_plan_is_made_by_who_may_and_can_be_dropped(town: Town) -> None:
    await town.resident.says("预案")
    town.resident.sees("这一步要由")
    await make_flood_plan(town)
    await town.community.says("预案")
    town.community.sees(f"防汛预案 · 柳林街道 · {DRAINS}、{ROADS}、{LAMPS}")
    town.community.does_not_see("停用防汛预案")
    await town.street_head.says("预案")
    await town.street_head.taps("停用防汛预案")
    await town.community.says("吹哨")
    town.community.does_not_see("按预案：防汛预案")


async def whistle_from_the_case(town: Town) -> None:
    """The community calls the lamps' unit to the lamp, in the resident's own words."""
    await report_lamp(town)
    await town.passes(hours=5)
    for label in ("吹哨叫单位", "应急处置哨", "就按诉求里说的", LAMPS, "就叫这些", "到场处置"):
        await town.community.taps(label)
    await town.community.taps("今天下午4点半")
    await town.community.taps("就在现场，马上")
    await town.community.taps("吹哨")


async def test_a_residents_words_leave_the_whistle_with_the_case(telegram_town: Town) -> None:
    town = telegram_town
    await whistle_from_the_case(town)
    await town.unit_duty.taps("应哨，我们去")
    await finish(town.unit_duty, "换了整条线路")
    await town.community.taps("办好了，收哨")
    assert (await town.rows("select text from whistles"))[0][0] != ""
    await town.resident.taps("撤回")
    await town.resident.says("删除我的资料")
    await town.resident.taps("删除")
    assert await town.rows("select text from whistles") == [("",)]


async def test_a_year_after_its_end_only_who_came_and_when_is_left(telegram_town: Town) -> None:
    town = telegram_town
    await blow(town.community, units=(DRAINS, ROADS))
    for officer in (town.drains_duty, town.roads_duty):
        await officer.taps("应哨，我们去")
    await finish(town.roads_duty, "路填平了")
    await finish(town.drains_duty, "管子换好了")
    await town.community.taps("办好了，收哨")
    await town.passes(days=366)
    assert await town.rows("select text, conclusion from whistles") == [("", "")]
    kept = await town.rows("select result, officer_name, reported_in_at from unit_calls")
    assert [(result, bool(name), bool(at)) for result, name, at in kept] == [("", True, True)] * 2
    assert await town.rows("select file from media where state = 'stored'") == []
