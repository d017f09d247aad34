"""双认领: a community's project, pledges of units and members, what arrives, and the residents' word."""

from __future__ import annotations

from pathlib import Path

from bot import sample
from tests.robot import LIT, Robot, Town
from tests.stories.test_lists import FRIDGE, asks, opens
from tests.stories.test_papers import pages


async def publishes(officer: Robot) -> None:
    """翠湖 wants handrails: 3000 yuan, 20 hours of work, by the tenth of December."""
    await officer.says("立项")
    await officer.says("3号楼前加装扶手")
    await officer.says("翠湖社区3号楼东门")
    await officer.taps("资金")
    await officer.says("买扶手")
    await officer.says("3000元")
    await officer.taps("劳务")
    await officer.says("安装")
    await officer.says("20小时")
    await officer.taps("就这些")
    await officer.says("12月10日")
    await officer.taps("发布")


async def pledges_money(giver: Robot, amount: str, which: str = "买扶手，还差3000元") -> None:
    await giver.says("项目")
    await giver.taps("看第1件")
    await giver.taps("我来认领")
    await giver.taps(which)
    await giver.says(amount)
    await giver.taps("认领")


async def amounts(town: Town) -> list[tuple[object, ...]]:
    found = await town.rows("select state, amount, received from pledges order by id")
    return [tuple(row) for row in found]


async def test_a_project_goes_from_its_pledges_to_the_residents_word(
    town: Town, tmp_path: Path
) -> None:
    for robot in (town.unit_duty, town.member, town.community_head):
        await robot.says("帮助")
    await publishes(town.community)
    assert "从不经过我付" in "".join(b.text for b in town.community.read())
    await pledges_money(town.unit_duty, "2000元")
    town.unit_duty.sees("钱物都不经过我")
    town.community.sees("清河区路灯管理所认领了3号楼前加装扶手：买扶手，2000元")
    await pledges_money(town.member, "8小时", "安装，还差20小时")
    town.community.sees("陈静认领了")
    await town.community.says("项目")
    await town.community.taps("看第1件")
    town.community.sees("买扶手，要3000元：认领2000，到位0，还差1000")
    await town.community.taps("确认到位")
    await town.community.taps("第1条到了")
    await town.community.says("1500元")
    await town.unit_duty.comes_back()
    town.unit_duty.sees("社区确认收到买扶手，1500元")
    assert await amounts(town) == [("pledged", 2000, 1500), ("pledged", 8, 0)]
    await town.community.says("项目")
    await town.community.taps("看第1件")
    await town.community.taps("报进展")
    await town.community.says("60%")
    await town.community.taps("报进展")
    await town.community.says("40%")
    town.community.sees("要比上次多")
    await town.community.taps("完工了")
    await town.community.says("扶手装好了，台阶也补了")
    await town.community.sends(LIT)
    await town.member.comes_back()
    town.member.sees("办好了：3号楼前加装扶手")
    assert await town.rows("select state, progress from projects") == [("finished", 100)]
    await town.resident.presses("pledges.word:1:good")
    await town.neighbour.presses("pledges.word:1:bad")
    await town.neighbour.presses("pledges.word:1:good")
    await town.passes(days=8)
    await town.unit_duty.comes_back()
    town.unit_duty.sees("2位居民满意，0位不满意")
    assert await town.rows("select state from projects") == [("ended",)]
    await town.community_head.says("认领台账")
    text = town.community_head.sees("翠湖社区的认领和点单").text
    assert "资金：认领2000元，到位1500元" in text
    assert "清河区路灯管理所：1笔" in text


async def test_the_head_gets_the_ledger_as_a_workbook(telegram_town: Town, tmp_path: Path) -> None:
    town = telegram_town
    await asks(town.resident)
    await opens(town.community)
    await town.community.taps("问陈静")
    await town.member.taps("现在不行")
    await publishes(town.community)
    await pledges_money(town.unit_duty, "2000元")
    await pledges_money(town.member, "8小时", "安装，还差20小时")
    await town.community_head.says("认领台账")
    await town.community_head.taps("要表格")
    sheets = pages(town.community_head.sees("认领台账、合计、点单和清单"), tmp_path)
    assert list(sheets) == ["认领台账", "按单位合计", "按社区合计", "订单", "需求清单", "供给清单"]
    assert sheets["按单位合计"][1][:3] == ["清河区路灯管理所", "2000", "0"]
    assert sheets["按社区合计"][1] == ["翠湖社区", "2000", "0", "0", "0", "8", "0"]
    assert sheets["供给清单"][1][1:3] == ["清河区路灯管理所", "电工义诊"]
    assert sheets["订单"][1:] == []  # "not now" leaves no trace
    assert sheets["需求清单"][1][1:5] == ["翠湖社区", FRIDGE, "家电维修", "正在找人"]
    assert not any("会家电" in cell for rows in sheets.values() for row in rows for cell in row)
    for robot in (town.resident, town.unit_duty, town.worker):
        robot.looks_away()
        await robot.presses("pledges.sheet:0")
        assert not any(bubble.document for bubble in robot.read())


async def test_an_amount_that_is_none_is_asked_again(telegram_town: Town) -> None:
    town = telegram_town
    await publishes(town.community)
    await town.member.says("项目")
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps("买扶手，还差3000元")
    for wrong in ("0元", "-5", "1000000000", "10亿", "1.5", "很多", "９" * 12):
        town.member.looks_away()
        await town.member.says(wrong)
        town.member.sees("请发一个整数，至少1，不到10亿")
    assert await amounts(town) == []


async def test_more_than_is_missing_is_refused_also_when_somebody_was_quicker(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await publishes(town.community)
    for giver in (town.member, town.unit_duty):
        await giver.says("项目")
        await giver.taps("看第1件")
        await giver.taps("我来认领")
        await giver.taps("买扶手，还差3000元")
        await giver.says("2000元")
    await town.unit_duty.taps("认领")
    await town.member.taps("认领")
    town.member.sees("超过还差的数了")
    assert await amounts(town) == [("pledged", 2000, 0)]


async def test_nobody_confirms_their_own_and_a_pledge_can_be_taken_back(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await publishes(town.community)
    await pledges_money(town.member, "300元")
    for robot in (town.member, town.resident, town.unit_duty, town.worker):
        await robot.presses("pledges.got:1")
        await robot.presses("pledges.progress:1")
        await robot.presses("pledges.finish:1")
        await robot.presses("pledges.arrived:1")
    await town.neighbour.presses("pledges.back:1")
    assert await amounts(town) == [("pledged", 300, 0)]
    await town.member.says("认领台账")
    await town.member.taps("收回1号")
    town.member.sees("收回了")
    town.community.sees("陈静收回了")
    assert await amounts(town) == [("withdrawn", 0, 0)]


async def test_the_group_has_one_card_that_leads_into_private_and_takes_the_word(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.member.says("帮助")
    await publishes(town.community)
    card = town.member.sees("3号楼前加装扶手")
    assert card.chat == sample.GROUP
    handled = await town.member.phone.press("pledges.give:1", card.id)
    assert handled.toast or handled.opens
    await town.member.says("pj-1")
    town.member.sees("认领哪一项")
    await town.member.says("取消")
    refused = await town.resident.phone.press("pledges.give:1", card.id)
    assert "党员和志愿者" in refused.toast
    early = await town.resident.phone.press("pledges.word:1:good", card.id)
    assert "不是时候" in early.toast
    await town.community.taps("完工了")
    await town.community.says("装好了")
    await town.community.sends(LIT)
    asked = town.resident.sees("完工，正在问居民")
    said = await town.resident.phone.press("pledges.word:1:good", asked.id)
    assert "记下了" in said.toast
    await town.settles()
    assert town.neighbour.sees("1人满意").chat == sample.GROUP


async def test_a_late_project_is_asked_after_and_ends_unfinished(telegram_town: Town) -> None:
    town = telegram_town
    await publishes(town.community)
    await pledges_money(town.member, "300元")
    town.community.looks_away()
    await town.passes(days=18)
    town.community.sees("说好12月10日前办完，现在0%")
    await town.passes(days=10)
    town.street.sees("说好12月10日前办完")
    await town.passes(days=10)
    town.member.sees("没办成，已了结")
    assert await town.rows("select state, next_at from projects") == [("unfinished", None)]
    assert await town.rows("select what, error from failures") == []


async def test_members_of_nothing_publish_and_pledge_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("立项")
    town.resident.sees("您在这里没有这个岗位")
    await publishes(town.community)
    await town.resident.presses("pledges.give:1")
    town.resident.sees("党员和志愿者")
    await town.resident.says("pj-999")
    town.resident.sees("找不到这个项目")
    await town.resident.says("认领台账")
    town.resident.sees("您还没有认领")
    await town.member.says("认领台账")
    town.member.does_not_see("清河区路灯管理所")
