"""More time for a case: asked for in time, decided above, and the promised day always in sight."""

from __future__ import annotations

from tests.robot import Town
from tests.stories.test_lamp import report_lamp, solve_lamp


async def asks_for_more_time(town: Town, step: str = "申请延期", day: str = "12月3日") -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.worker.taps("更多办法")
    await town.worker.taps(step)
    await town.worker.says(day)
    await town.worker.says("灯头要从外地调货")


async def test_more_time_stands_beside_the_promised_day(town: Town) -> None:
    await asks_for_more_time(town)
    town.worker.sees("批之前仍按11月25日办")
    request = town.chief.sees("网格员李明申请延期到12月3日")
    assert "灯头要从外地调货" in request.text
    await town.chief.taps("同意")
    town.worker.sees("原定11月25日办好，延期到12月3日")
    town.resident.sees("灯头要从外地调货")
    assert "原定11月25日办好，延期到12月3日" in town.resident.read()[-1].text
    (case,) = await town.rows("select result_due, extended_until from cases")
    assert str(case[0]).startswith("2026-11-25")
    assert str(case[1]).startswith("2026-12-03")


async def test_a_refusal_says_why_and_the_day_stands(telegram_town: Town) -> None:
    town = telegram_town
    await asks_for_more_time(town)
    await town.chief.taps("不同意")
    await town.chief.says("先借一个装上")
    town.worker.sees("先借一个装上")
    town.resident.looks_away()
    await town.passes(days=2, hours=9)
    town.resident.sees("对不起")  # the promised day has passed


async def test_what_is_suspended_waits_and_then_goes_on_by_itself(town: Town) -> None:
    await asks_for_more_time(town, "申请挂账", "20天")
    await town.chief.taps("同意")
    town.resident.sees("已挂账到12月13日")
    town.worker.looks_away()
    await town.passes(days=18)
    town.worker.does_not_see("没办好")
    await town.passes(days=3)
    for robot in (town.worker, town.resident):
        await robot.comes_back()
        robot.sees("接着办")


async def test_a_suspended_case_can_go_on_sooner(telegram_town: Town) -> None:
    town = telegram_town
    await asks_for_more_time(town, "申请挂账", "20天")
    await town.chief.taps("同意")
    await town.worker.taps("更多办法")
    await town.worker.taps("接着办")
    town.resident.sees("接着办")
    await solve_lamp(town)
    town.resident.sees("现在好了吗")


async def test_nobody_but_the_level_above_decides(telegram_town: Town) -> None:
    town = telegram_town
    await asks_for_more_time(town)
    for robot in (town.resident, town.worker, town.neighbour):
        await robot.presses("cases.grant:1")
        await robot.presses("cases.request:1")
    assert await town.rows("select extended_until from cases") == [(None,)]
