"""电话回访: asked by whoever had no part in it, one by one or with a call sheet that comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.robot import Robot, Town
from tests.stories.test_lamp import report_lamp, solve_lamp
from tests.stories.test_papers import pages
from tests.stories.test_privacy import PHONE, leaves_number
from tests.stories.test_private import nothing_is_given_away, report_quarrel

COLUMNS = ["编号", "核对码", "接通", "是否解决", "满意度", "备注"]
NUMBER = "QH-20261123-0001"


@pytest.fixture
def silent(telegram_town: Town) -> Town:
    return telegram_town


async def unreachable(town: Town) -> int:
    """The lamp is mended as the worker says, and its resident cannot be reached."""
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.resident.phone.block()
    await solve_lamp(town)
    return int((await town.rows("select id from cases"))[0][0])


def filled(folder: Path, *rows: Sequence[str], columns: Sequence[str] = COLUMNS) -> bytes:
    path = folder / "calls.xlsx"
    workbook.write(path, [Leaf("回访单", columns, [("", row) for row in rows])])
    return path.read_bytes()


async def sheet_of(robot: Robot, folder: Path) -> list[list[str]]:
    await robot.says("回访单")
    await robot.taps("要表格")
    return pages(robot.sees("填好最后四列"), folder)["回访单"]


async def stands(town: Town) -> tuple[str, str | None]:
    [(state, verdict)] = await town.rows("select state, verdict from cases")
    return state, verdict


async def test_who_cannot_be_reached_is_telephoned_by_the_community(silent: Town) -> None:
    town = silent
    await unreachable(town)
    town.community.sees("请打电话问问居民")
    await town.community.says("回访单")
    assert "消息送不到" in town.community.sees("要打电话的有1件").text
    await town.community.taps("看第1件")
    assert "换了新灯泡" in town.community.sees("请问：").text
    await town.community.taps("电话里说好了，一般")
    town.community.sees("要打的电话都打完了")
    assert await stands(town) == ("closed", "so_so")
    town.worker.sees("居民说好了，一般")
    rows = await town.rows("select by_role from case_events where act = 'strike_off'")
    assert rows == [("caller",)]


async def test_not_solved_on_the_telephone_is_done_again_and_the_resident_reads_it(
    silent: Town,
) -> None:
    town = silent
    on = await unreachable(town)
    await town.community.presses(f"cases.call:{on}")
    await town.community.taps("电话里说没好")
    await town.community.taps("没人来过")
    town.chief.sees("这件从现在起由您督办")
    assert await town.rows("select state, supervised from cases") == [("assigned", "nobody_came")]
    await town.resident.phone.unblock()
    await town.resident.says("我的上报")
    await town.resident.taps("看经过")
    assert "没人来过" in town.resident.sees("经过：").text


async def test_a_call_in_vain_is_counted_and_closes_nothing(silent: Town) -> None:
    town = silent
    on = await unreachable(town)
    for _ in range(2):
        await town.community.presses(f"cases.call:{on}")
        await town.community.taps("没人接")
    await town.passes(days=10)
    assert await stands(town) == ("answered", None)
    await town.community.presses(f"cases.call:{on}")
    town.community.sees("打过2次没打通")


async def test_silence_after_two_questions_is_telephoned_too(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.community.says("回访单")
    town.community.sees("现在没有要打的电话")
    await town.passes(days=1, hours=1)
    await town.community.says("回访单")
    assert "问过两次，没有回音" in town.community.sees("要打电话的有1件").text
    await town.community.taps("看第1件")
    await town.community.taps("电话里说好了，满意")
    assert await stands(town) == ("closed", "satisfied")
    await town.resident.comes_back()
    town.resident.sees("您在电话里说")


async def test_a_private_matter_is_asked_about_by_the_one_above_and_by_nobody_else(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    await leaves_number(town)
    await report_quarrel(town)
    await town.community.taps("我接了")
    await town.community.taps("报结果")
    await town.community.taps("已解释清楚")
    await town.community.taps("属实")
    await town.community.taps("上门见过")
    await town.community.says("两家说好了，走廊不放东西")
    town.community.sees("会由没经手的人打电话")
    town.resident.does_not_see("走廊不放东西")
    town.street.sees("请打电话问问居民")
    nothing_is_given_away(town.street)
    on = int((await town.rows("select id from cases"))[0][0])
    for robot in (town.chief, town.desk, town.community, town.community_head, town.street_head):
        await robot.says("回访单")
        robot.does_not_see("要打电话的有")
        await robot.presses(f"cases.heard:{on}:satisfied")
        await robot.presses(f"cases.call:{on}")
        robot.does_not_see("请问：")
    assert await stands(town) == ("answered", None)
    _heading, row = await sheet_of(town.street, tmp_path)
    assert "不公开" in row[2]
    assert not any("走廊" in cell for cell in row)
    await town.street.presses(f"cases.call:{on}")
    await town.street.taps("显示电话")
    assert PHONE in town.street.sees("只能为这件事用").text
    await town.street.taps("电话里说好了，满意")
    assert await stands(town) == ("closed", "satisfied")


@pytest.mark.parametrize("who", ["resident", "worker", "chief", "unit_duty"])
async def test_the_call_sheet_is_for_those_who_ask(silent: Town, who: str) -> None:
    town = silent
    on = await unreachable(town)
    await town.resident.phone.unblock()
    robot: Robot = getattr(town, who)
    await robot.says("/calls")
    robot.does_not_see("要打电话的有")
    for said in ("satisfied", "missed", "not_solved", "nonsense"):
        await robot.presses(f"cases.heard:{on}:{said}")
    assert await stands(town) == ("answered", None)
    assert await town.rows("select missed_calls from cases") == [(0,)]


async def test_who_handled_it_does_not_ask_about_it(silent: Town) -> None:
    """The community took it once; then the worker had it again and answered."""
    town = silent
    await report_lamp(town)
    await town.passes(hours=5)
    await town.community.taps("我接了")
    await town.resident.phone.block()
    await town.community.taps("报结果")
    await town.community.taps("办好了")
    await town.community.taps("属实")
    await town.community.taps("打过电话")
    await town.community.says("换了")
    await town.community.taps("没有照片")
    on = int((await town.rows("select id from cases"))[0][0])
    await town.community.presses(f"cases.heard:{on}:satisfied")
    town.community.sees("要由没经手的人回访")
    assert await stands(town) == ("answered", None)
    await town.community_head.presses(f"cases.call:{on}")
    await town.community_head.taps("电话里说好了，满意")
    assert await stands(town) == ("closed", "satisfied")


# ── the workbook ─────────────────────────────────────────────────────────────


async def test_the_sheet_goes_out_comes_back_and_sent_twice_counts_once(
    town: Town, tmp_path: Path
) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.passes(days=1, hours=1)
    if not town.stage.messenger.capabilities.documents:
        return
    heading, row = await sheet_of(town.community, tmp_path)
    assert heading[-4:] == ["接通", "是否解决", "满意度", "备注"]
    said = dict(zip(heading, row, strict=False))
    back = filled(tmp_path, [said["编号"], said["核对码（不要改）"], "是", "是", "满意", "很快"])
    await town.community.sends_file(back, "回访单.xlsx")
    town.community.sees("更改1")
    assert await stands(town) == ("answered", None)
    await town.community.taps("导入")
    assert await stands(town) == ("closed", "satisfied")
    town.worker.sees("居民说好了，满意")
    town.community.looks_away()
    await town.community.sends_file(back, "回访单.xlsx")
    result = pages(town.community.sees("逐行的核对结果"), tmp_path)["回访单"]
    assert "已经办结" in result[1][2]
    assert len(await town.rows("select 1 from case_events where act = 'strike_off'")) == 1


async def test_a_number_stands_in_full_only_for_a_post_that_sees_numbers_and_that_is_on_record(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    await leaves_number(town)
    await unreachable(town)
    _heading, row = await sheet_of(town.street, tmp_path)
    assert PHONE not in row
    assert "138****0000" in row
    assert await town.rows("select 1 from audits where what = 'phone'") == []
    _heading, row = await sheet_of(town.community, tmp_path)
    assert PHONE in row
    looked = await town.rows("select context from audits where what = 'phone'")
    assert looked == [(NUMBER,)]


BAD: Mapping[str, tuple[list[str], str]] = {
    "an unknown number": (["QH-20261123-9999", "0-0", "是", "是", "满意", ""], "不归您回访"),
    "four digits only": (["0001", "0-0", "是", "是", "满意", ""], "不归您回访"),
    "no number": (["", "0-0", "是", "是", "满意", ""], "空着"),
    "no mark": ([NUMBER, "", "是", "是", "满意", ""], "缺核对码"),
    "no satisfaction": ([NUMBER, "0-0", "是", "是", "", ""], "空着"),
    "not answered and solved": ([NUMBER, "0-0", "否", "是", "满意", ""], "请改一处"),
    "solved and not satisfied": ([NUMBER, "0-0", "是", "是", "不满意", ""], "满意度填一般"),
    "a word nobody knows": ([NUMBER, "0-0", "也许", "是", "满意", ""], "也许"),
    "remarks without an end": ([NUMBER, "0-0", "是", "否", "", "长" * 400], "太长"),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_row_is_refused_with_its_reason(
    silent: Town, tmp_path: Path, what: str
) -> None:
    town = silent
    await unreachable(town)
    row, why = BAD[what]
    await town.community.sends_file(filled(tmp_path, row), "calls.xlsx")
    town.community.sees("有1行不能导入")
    result = pages(town.community.sees("逐行的核对结果"), tmp_path)["回访单"]
    assert why in result[1][2]
    assert await stands(town) == ("answered", None)


async def test_rows_of_cases_one_handled_and_of_other_places_are_refused(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    await unreachable(town)
    row = [NUMBER, "0-0", "是", "是", "满意", ""]
    sheet = filled(tmp_path, row)
    await town.worker.sends_file(sheet, "calls.xlsx")
    town.worker.sees("我看不了文件")
    await town.chief.sends_file(sheet, "calls.xlsx")  # may send workbooks to be filled in
    town.chief.sees("您没有能决定这份表的岗位")
    await town.administrator.sends_file(sheet, "calls.xlsx")
    town.administrator.sees("没有能决定这份表的岗位")
    assert await stands(town) == ("answered", None)


async def test_a_row_that_was_not_filled_in_and_one_of_an_earlier_result_change_nothing(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    on = await unreachable(town)
    await town.community.sends_file(filled(tmp_path, [NUMBER, "0-0", "", "", "", ""]), "a.xlsx")
    town.community.sees("无变化1")
    await town.community.presses(f"cases.call:{on}")
    await town.community.taps("电话里说没好")
    await town.community.taps("还是老样子")
    await town.worker.taps("我接了")
    await solve_lamp(town, "又换了")
    town.community.looks_away()
    stale = filled(tmp_path, [NUMBER, "0-0", "是", "否", "", "还是黑"])
    await town.community.sends_file(stale, "b.xlsx")
    result = pages(town.community.sees("逐行的核对结果"), tmp_path)["回访单"]
    assert "上一次的结果" in result[1][2]
    assert await town.rows("select redone from cases") == [(1,)]


async def test_a_call_in_vain_on_the_sheet_counts_once(silent: Town, tmp_path: Path) -> None:
    town = silent
    await unreachable(town)
    sheet = filled(tmp_path, [NUMBER, "0-0", "否", "", "", "关机"])
    for _ in range(2):
        town.community.looks_away()
        await town.community.sends_file(sheet, "calls.xlsx")
        if town.community.sees("核对完了").text.count("更改1"):
            await town.community.taps("导入")
    assert await town.rows("select missed_calls from cases") == [(1,)]


async def test_what_looks_like_a_formula_stays_text_and_one_is_refused(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    await unreachable(town)
    path = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("回访单")
        for column, heading in enumerate(COLUMNS):
            page.write_string(0, column, heading)
        for column, cell in enumerate([NUMBER, "0-0", "是", "", "满意", "=HYPERLINK(1)"]):
            page.write_string(1, column, cell)
        page.write_formula(1, 3, '=IF(1,"是","否")', None, "是")
    await town.community.sends_file(path.read_bytes(), "calls.xlsx")
    town.community.sees("有1行不能导入")
    assert await stands(town) == ("answered", None)


async def test_between_the_check_and_the_yes_the_resident_may_have_answered(
    silent: Town, tmp_path: Path
) -> None:
    town = silent
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.passes(days=1, hours=1)
    sheet = filled(tmp_path, [NUMBER, "0-0", "是", "否", "", "还是黑"])
    await town.community.sends_file(sheet, "calls.xlsx")
    await town.resident.taps("好了，满意")
    await town.community.taps("导入")
    assert await stands(town) == ("closed", "satisfied")
    town.community.sees("无变化1")
