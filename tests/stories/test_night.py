"""Off duty is silent; the morning brings one list, and the chief a brief."""

from __future__ import annotations

from tests.robot import Town
from tests.stories.test_lamp import report_lamp, solve_lamp


async def report_door(town: Town) -> None:
    await town.resident.says("3号楼单元门关不上了")
    await town.resident.taps("楼道灯、单元门")
    await town.resident.taps("对，报上去")


async def test_a_night_report_reaches_the_worker_as_one_list_in_the_morning(town: Town) -> None:
    await town.until("22:00")
    await report_door(town)
    town.resident.sees("明天上午10点半前联系您")
    await report_lamp(town)
    town.worker.looks_away()
    await town.until("08:29")
    assert town.worker.read() == []
    await town.until("08:30")
    [night] = town.worker.read()
    assert "早上好" in night.text
    assert "楼道灯、单元门" in night.text
    assert "路灯不亮" in night.text
    await town.worker.taps("看第2件")
    await town.worker.taps("我接了")
    town.resident.sees("网格员李明接了")


async def test_nobody_is_chased_at_night_for_what_he_was_not_told(town: Town) -> None:
    await town.until("22:00")
    await report_door(town)
    await town.until("10:29")
    town.chief.does_not_see("等人接，")
    town.resident.does_not_see("对不起")
    await town.until("10:30")
    town.resident.sees("已转给网格长王敏")


async def test_a_redo_at_night_is_on_the_morning_list(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.until("20:30")
    await town.resident.taps("没修好")
    await town.resident.taps("没人来过")
    town.worker.looks_away()
    await town.until("08:31")
    assert "路灯不亮" in town.worker.sees("早上好").text


async def test_the_chief_has_a_brief_of_six_lines_at_eight(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.until("22:00")
    await report_door(town)
    town.chief.looks_away()
    await town.until("08:00")
    brief = town.chief.sees("今早网格情况").text.splitlines()
    assert brief[1:7] == [
        "新增：2件（0001 翠湖社区3号楼东头、0002 翠湖社区3号楼）",
        "超期：0件",
        "没人接：1件（0002 翠湖社区3号楼）",
        "没人来过：0件",
        "重办：0件",
        "办结：0件",
    ]


async def test_a_reply_to_the_brief_supervises_that_case(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.until("08:00")
    await town.chief.says("0001 今天必须换好")
    town.chief.sees("督办已记在QH-20261123-0001上")
    await town.until("08:31")
    town.worker.sees("王敏督办：今天必须换好")
    [(note,)] = await town.rows("select supervised from cases")
    assert note == "今天必须换好"


async def test_a_tap_on_the_brief_supervises_too(town: Town) -> None:
    await town.until("17:30")
    await report_door(town)
    await town.until("08:00")
    await town.chief.taps("督办0001")
    await town.chief.says("先去看一眼")
    await town.until("08:31")
    town.chief.sees("督办已记在QH-20261123-0001上")


async def test_a_stranger_cannot_supervise(town: Town) -> None:
    await report_lamp(town)
    await town.neighbour.says("0001 快点")
    [(note,)] = await town.rows("select supervised from cases")
    assert note == ""


async def test_residents_are_not_woken(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.until("23:00")
    town.resident.looks_away()
    await solve_lamp(town)
    assert town.resident.read() == []
    await town.until("08:00")
    town.resident.sees("现在好了吗")
