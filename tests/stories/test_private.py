"""The private lane: one named handler, neutral previews, nothing that comes by itself."""

from __future__ import annotations

from tests.robot import Robot, Town

QUARREL = "我家跟邻居为走廊放东西吵了好几年，请社区来调解"
SECRET = ("走廊", "邻居闹矛盾", "翠湖社区3号楼")


async def report_quarrel(town: Town) -> None:
    await town.resident.says("上报问题")
    await town.resident.says(QUARREL)
    if any("在哪儿" in b.text or "您家楼下" in b.text for b in town.resident.read()[-1:]):
        await town.resident.taps("是，翠湖社区3号楼")
    await town.resident.taps("邻居闹矛盾")
    await town.resident.taps("对，报上去")


def nothing_is_given_away(robot: Robot) -> None:
    for bubble in robot.read():
        assert not [word for word in SECRET if word in bubble.text], bubble.text


async def test_a_quarrel_goes_past_the_door_to_one_person_with_a_neutral_preview(
    town: Town,
) -> None:
    await report_quarrel(town)
    town.resident.sees("已转给社区值班赵强")
    for robot in (town.worker, town.chief, town.street, town.neighbour):
        nothing_is_given_away(robot)
        assert robot.read() == []
    card = town.community.sees("不公开诉求0001")
    nothing_is_given_away(town.community)
    assert card.buttons or "打开看" in card.text
    await town.community.taps("打开看")
    opened = town.community.sees("只有您看得到")
    assert QUARREL in opened.text
    looked = await town.rows("select what from audits")
    assert ("words",) in [tuple(row) for row in looked]


async def test_nobody_else_opens_it_however_they_ask(telegram_town: Town) -> None:
    town = telegram_town
    await report_quarrel(town)
    for robot in (town.worker, town.chief, town.street, town.desk, town.neighbour):
        for token in ("cases.open_private:1", "cases.history:1", "cases.show:1", "cases.more:1"):
            await robot.presses(token)
        await robot.says("待办")
        nothing_is_given_away(robot)
    await town.until("08:00")
    nothing_is_given_away(town.chief)


async def test_the_bot_does_not_ask_by_itself_and_the_answer_waits_behind_a_tap(
    town: Town,
) -> None:
    await report_quarrel(town)
    await town.community.taps("我接了")
    town.resident.looks_away()
    await town.community.taps("报结果")
    await town.community.taps("已解释清楚")
    await town.community.says("双方约好走廊不放东西")
    await town.community.taps("没有照片")
    nothing_is_given_away(town.resident)
    town.resident.sees("那件不公开的事有答复了")
    await town.passes(days=4)
    assert await town.rows("select state, needs_call from cases") == [("answered", True)]
    await town.resident.comes_back()
    await town.resident.taps("打开答复")
    town.resident.sees("双方约好走廊不放东西")
    await town.resident.taps("行，满意")
    assert await town.rows("select state, verdict from cases") == [("closed", "satisfied")]


async def test_an_agreement_is_recorded_and_asked_about_on_its_day(telegram_town: Town) -> None:
    town = telegram_town
    await report_quarrel(town)
    await town.community.taps("我接了")
    await town.community.taps("更多办法")
    await town.community.taps("记调解")
    await town.community.says("张家每周三前清走廊，李家不再拍门")
    await town.community.says("12月1日")
    town.community.sees("12月1日提醒您")
    town.community.looks_away()
    await town.passes(days=8)
    town.community.sees("今天回访双方")
    await town.community.taps("做到了")
    await town.community.says("走廊清了，双方都满意")
    assert [tuple(r) for r in await town.rows("select kept, next_at from mediations")] == [(1, None)]
    town.community.looks_away()
    await town.passes(days=10)
    town.community.does_not_see("今天回访双方")


async def test_whom_a_complaint_concerns_never_learns_of_it(town: Town) -> None:
    await town.resident.says("上报问题")
    await town.resident.says("3号楼的网格员李明态度特别差，说话难听")
    await town.resident.taps("工作人员态度差")
    await town.resident.taps("李明")
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给区指挥中心")
    town.desk.sees("不公开诉求")
    for token in ("cases.open_private:1", "cases.show:1", "cases.history:1"):
        await town.worker.presses(token)
    nothing = [b.text for b in town.worker.read() if "态度" in b.text]
    assert nothing == []
    (row,) = await town.rows("select concerns_id, holder_id from cases")
    assert row[0] is not None
    assert row[0] != row[1]
