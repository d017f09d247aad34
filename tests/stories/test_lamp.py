"""The lamp: from a resident's message to her own "it is lit"."""

from __future__ import annotations

from tests.robot import DARK, LIT, Town

LAMP = "3号楼东头路灯黑了快十天了"


async def report_lamp(town: Town) -> None:
    await town.resident.says(LAMP)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")


async def solve_lamp(town: Town, note: str = "换了新灯泡") -> None:
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    await town.worker.taps("打过电话")
    await town.worker.says(note)
    await town.worker.sends(LIT)


async def test_a_message_and_a_photo_are_one_report(town: Town) -> None:
    await town.resident.says(LAMP)
    await town.resident.sends(DARK)
    town.resident.sees("收到，会一起转过去")
    await town.resident.taps("路灯不亮")
    summary = town.resident.sees("这样报上去")
    assert "翠湖社区3号楼东头" in summary.text
    assert "照片1张" in summary.text
    await town.resident.taps("对，报上去")

    receipt = town.resident.sees("收到了").text.splitlines()
    assert receipt[0] == "收到了，翠湖社区3号楼东头，路灯不亮。"
    assert "已转给网格员李明，今天上午11点半前联系您。" in receipt[1]
    assert any("办完一年后删" in line for line in receipt)
    assert "QH-20261123-0001" in receipt
    town.worker.sees("🔦 翠湖社区3号楼东头 路灯不亮")
    town.worker.sees("居民拍的")
    assert len(await town.rows("select id from cases")) == 1


async def test_the_notice_is_under_the_first_receipt_only(town: Town) -> None:
    await report_lamp(town)
    town.resident.sees("办完一年后删")
    town.resident.looks_away()
    await town.resident.says("3号楼门口垃圾桶满了没人清")
    await town.resident.taps("垃圾没人清")
    await town.resident.taps("对，报上去")
    town.resident.sees("收到了")
    town.resident.does_not_see("办完一年后删")


async def test_the_lamp_is_struck_off_by_the_resident_alone(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    town.resident.sees("网格员李明接了")
    await solve_lamp(town)
    town.worker.sees("居民说好了才算办结")
    question = town.resident.sees("现在好了吗")
    assert "换了新灯泡" in question.text
    await town.resident.taps("好了，满意")
    town.resident.sees("销号了")
    await town.resident.taps("看经过")
    history = town.resident.sees("您报了").text
    assert [s for s in ("您报了", "李明接了", "李明报了结果", "您说好了") if s in history]
    [(state, verdict)] = await town.rows("select state, verdict from cases")
    assert (state, verdict) == ("closed", "satisfied")
    await town.is_quiet()


async def test_not_looked_yet_asks_again_after_dark(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.resident.taps("还没看")
    town.resident.sees("今天晚上8点再问您")
    town.resident.looks_away()
    await town.until("19:59")
    assert town.resident.read() == []
    await town.until("20:00")
    town.resident.sees("现在好了吗")


async def test_not_solved_goes_back_to_the_same_worker_and_the_chief_knows(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    promised = await town.rows("select result_due from cases")
    await town.resident.taps("没修好")
    await town.resident.taps("还是老样子")
    town.resident.sees("这个日子没变")
    town.chief.sees("要重办")
    town.worker.sees("居民说没好：还是老样子")
    assert await town.rows("select result_due from cases") == promised
    await solve_lamp(town, "换了镇流器")
    await town.resident.taps("好了，一般")
    town.worker.sees("居民说好了，一般")
    await town.is_quiet()


async def test_silence_is_reminded_once_and_then_closed_as_not_answered(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    town.resident.looks_away()
    await town.passes(days=1, minutes=1)
    [reminder] = town.resident.read()
    assert "3天没有回音就先结了" in reminder.text
    town.resident.looks_away()
    await town.passes(days=2)
    await town.resident.comes_back()
    town.resident.sees("先结了，不算您满意")
    [(state, verdict)] = await town.rows("select state, verdict from cases")
    assert (state, verdict) == ("closed", "default")

    await town.resident.says("没修好")
    [(state, accepted)] = await town.rows("select state, accepted_at from cases")
    assert (state, accepted) == ("assigned", None)
    if town.stage.messenger.capabilities.window is None:  # else it is with whoever can be reached
        await town.worker.says("待办")
        await town.worker.taps("看第1件")
        town.worker.sees("居民说没好")


async def test_a_question_that_cannot_arrive_needs_a_telephone_call(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.resident.phone.block()
    await solve_lamp(town)
    town.chief.sees("请安排打个电话")
    await town.passes(days=10)
    [(state, needs_call)] = await town.rows("select state, needs_call from cases")
    assert (state, bool(needs_call)) == ("answered", True)


async def test_nobody_accepts_and_the_chief_has_it_on_the_phone(town: Town) -> None:
    await report_lamp(town)
    await town.passes(hours=2, minutes=15)
    town.chief.does_not_see("QH-")
    await town.passes(minutes=5)
    sorry = town.resident.sees("对不起")
    assert "说好今天上午11点半前联系您，没做到" in sorry.text
    assert "已转给网格长王敏" in sorry.text
    town.chief.sees("QH-20261123-0001")
    await town.chief.taps("我接了")
    town.resident.sees("网格长王敏接了")


async def test_an_alert_that_cannot_be_delivered_goes_up_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await town.worker.phone.block()
    await report_lamp(town)
    town.chief.sees("QH-20261123-0001")
    town.resident.sees("已转给网格长王敏")


async def test_still_nobody_came_urges_the_open_case(town: Town) -> None:
    await report_lamp(town)
    await town.resident.says("还是没人来")
    town.resident.sees("刚刚又催了网格员李明")
    town.worker.sees("居民在催")
    assert len(await town.rows("select id from cases")) == 1
    await town.resident.says("我的上报")
    mine = town.resident.sees("您最近报的").text
    assert "网格员李明" in mine
    assert "今天上午11点半前联系" in mine


async def test_a_neighbour_is_offered_the_same_case(town: Town) -> None:
    await report_lamp(town)
    await town.neighbour.says("3号楼东边的路灯坏了")
    await town.neighbour.taps("路灯不亮")
    town.neighbour.sees("邻居报过一件差不多的")
    await town.neighbour.taps("是同一件，算我一个")
    town.neighbour.sees("现在有2户在等")
    assert len(await town.rows("select id from cases")) == 1
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.resident.taps("好了，满意")
    town.neighbour.sees("办好了")


async def test_a_neighbour_may_say_it_is_something_else(town: Town) -> None:
    await report_lamp(town)
    await town.neighbour.says("3号楼后面的路灯也坏了")
    await town.neighbour.taps("路灯不亮")
    await town.neighbour.taps("不是，另一件")
    await town.neighbour.taps("对，报上去")
    assert len(await town.rows("select id from cases")) == 2


async def test_a_neighbours_dispute_is_never_offered_to_others(town: Town) -> None:
    for robot in (town.resident, town.neighbour):
        await robot.says("隔壁两家为了墙根吵了半个月，能不能调解")
        await robot.taps("是，翠湖社区3号楼")
        await robot.taps("邻居闹矛盾")
        robot.does_not_see("邻居报过")
        await robot.taps("对，报上去")
    assert len(await town.rows("select id from cases")) == 2


async def test_numbers_run_per_district_and_day(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.until("08:00")
    await town.resident.says("3号楼门口垃圾桶满了没人清")
    await town.resident.taps("垃圾没人清")
    await town.resident.taps("对，报上去")
    town.resident.sees("QH-20261124-0001")
