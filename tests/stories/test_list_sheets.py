"""The lists by workbook: they go out, are changed in Excel, come back, and are confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.robot import Robot, Town
from tests.robot import town as open_town
from tests.stories.test_bookings import books_electrician
from tests.stories.test_lists import FRIDGE, asks, opens
from tests.stories.test_papers import pages

HEADINGS = ["内容", "给谁", "每月次数", "有效期"]
CHECK = ["节前灯具检查", "", "5次", "2026-12-31"]


@pytest.fixture
def town(telegram_town: Town) -> Town:
    return telegram_town


@pytest.fixture
async def either_town(district_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(district_url, tmp_path / "media") as found:
        yield found


def sheet(
    folder: Path,
    rows: Sequence[Sequence[str]],
    headings: Sequence[str] = HEADINGS,
    title: str = "供给清单",
) -> bytes:
    path = folder / "back.xlsx"
    workbook.write(path, [Leaf(title, headings, [("", row) for row in rows])])
    return path.read_bytes()


async def takes_out(officer: Robot, command: str, folder: Path) -> dict[str, list[list[str]]]:
    await officer.says(command)
    await officer.taps("要表格")
    return pages(officer.sees("再发回给我"), folder)


def result(officer: Robot, folder: Path, title: str = "供给清单") -> list[list[str]]:
    """Row, result and reason of every row."""
    return [row[:3] for row in pages(officer.sees("逐行的核对结果"), folder)[title][1:]]


async def menu(town: Town) -> list[tuple[str, int]]:
    """What stands on the menu of 路灯管理所, in the order of its numbers."""
    query = "select what, monthly from supplies where closed_at is null and unit_id ="
    unit = "(select id from units where code = 'U-LD')"
    return [tuple(row) for row in await town.rows(f"{query} {unit} order by id")]


# ── a unit's menu ────────────────────────────────────────────────────────────


async def test_a_menu_goes_out_is_changed_and_comes_back(either_town: Town, tmp_path: Path) -> None:
    town, unit = either_town, either_town.unit_duty
    sheets = await takes_out(unit, "供给清单", tmp_path)
    assert list(sheets) == ["供给清单", "填表说明"]
    headings, *rows = sheets["供给清单"]
    assert headings[:3] == ["清单编号", "单位", "内容"]
    (mine,) = [row for row in rows if row[1] == "清河区路灯管理所"]
    mine[headings.index("每月次数")] = "5"
    fresh = ["", "", "节前灯具检查", "水电维修", "", "3次", "", "2026-12-31", ""]
    unit.looks_away()
    await unit.sends_file(sheet(tmp_path, [mine, fresh], headings), "供给.xlsx")
    unit.sees("《供给.xlsx》核对完了，现在还什么都没改")
    unit.sees("新增1 · 更改1 · 无变化0 · 不能导入0")
    assert result(unit, tmp_path) == [["2", "更改", "每月次数：2 → 5"], ["3", "新增", ""]]
    assert await menu(town) == [("电工义诊", 2)]
    await unit.taps("导入")
    unit.sees("导入好了")
    assert await menu(town) == [("电工义诊", 5), ("节前灯具检查", 3)]

    await town.community.says("看单点菜")
    await town.community.taps("水电维修（2）")
    town.community.sees("节前灯具检查")
    unit.looks_away()
    await unit.sends_file(sheet(tmp_path, [mine, fresh], headings), "供给.xlsx")
    unit.sees("新增0 · 更改0 · 无变化2 · 不能导入0")
    mine[headings.index("状态")] = "撤下"
    await unit.sends_file(sheet(tmp_path, [mine], headings), "供给.xlsx")
    unit.sees("新增0 · 更改0 · 撤下1 · 无变化0 · 不能导入0")
    await unit.taps("导入")
    assert await menu(town) == [("节前灯具检查", 3)]
    assert await town.rows("select what from failures") == []


async def test_a_sheet_of_ones_own_needs_only_a_few_headings(town: Town, tmp_path: Path) -> None:
    await town.unit_duty.sends_file(sheet(tmp_path, [CHECK]), "供给.xlsx")
    await town.unit_duty.taps("导入")
    assert await menu(town) == [("电工义诊", 2), ("节前灯具检查", 5)]


async def test_one_wrong_row_keeps_everything_out_and_is_named(town: Town, tmp_path: Path) -> None:
    unit = town.unit_duty
    rows = [CHECK, ["修插座", "", "多次", "2026-12-31"], CHECK]
    await unit.sends_file(sheet(tmp_path, rows), "供给.xlsx")
    unit.sees("有2行不能导入")
    _first, second, third = result(unit, tmp_path)
    assert second == ["3", "拒绝", "C3 每月次数：“多次”不是1到999的整数。"]
    assert third == ["4", "拒绝", "和《供给清单》第2行是同一项，请删掉一行。"]
    await unit.presses("papers.go:1")  # as an old card would
    assert await menu(town) == [("电工义诊", 2)]


async def test_a_row_for_another_unit_is_sent_to_that_unit(town: Town, tmp_path: Path) -> None:
    rows = [["清河区图书馆", *CHECK], ["没这个单位", *CHECK], ["U-LD", *CHECK]]
    await town.unit_duty.sends_file(sheet(tmp_path, rows, ["单位", *HEADINGS]), "供给.xlsx")
    foreign, unknown, own = result(town.unit_duty, tmp_path)
    assert "请把这一行转给他们" in foreign[2]
    assert "没有叫“没这个单位”的单位" in unknown[2]
    assert own[1] == "新增"


async def test_formulas_and_hidden_rows_are_not_taken_over(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "tricky.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("供给清单")
        for number, row in enumerate([HEADINGS, CHECK, ["扫雪", "", 3, "2026-12-31"]]):
            page.write_row(number, 0, row)
        page.write_formula(1, 2, "=2+3", None, 5)
        page.set_row(2, None, None, {"hidden": True})
    await town.unit_duty.sends_file(path.read_bytes(), "供给.xlsx")
    computed, hidden = result(town.unit_duty, tmp_path)
    assert computed[2].startswith("C2 每月次数：这一格是公式。")
    assert hidden[2].startswith("这一行隐藏着")
    assert town.unit_duty.sees("有2行不能导入").buttons == ()


async def test_what_has_become_something_else_since_is_asked_again(
    town: Town, tmp_path: Path
) -> None:
    unit = town.unit_duty
    headings, *rows = (await takes_out(unit, "供给清单", tmp_path))["供给清单"]
    rows[0][headings.index("每月次数")] = "5"
    await unit.sends_file(sheet(tmp_path, rows, headings), "供给.xlsx")
    unit.sees("更改1")
    await unit.says("供给清单")
    await unit.taps("撤下1")
    unit.looks_away()
    await unit.presses("papers.go:2")
    unit.sees("这里有了变动，所以什么都没写进去")
    unit.sees("有1行不能导入")
    assert "已经撤下" in result(unit, tmp_path)[0][2]
    assert await menu(town) == []
    assert len([*town.stage.app.papers.folder.glob("*.xlsx")]) == 3  # sent out, came in, result


# ── a community's needs ──────────────────────────────────────────────────────


async def test_a_community_writes_its_needs_in_excel_and_a_residents_stays(
    either_town: Town, tmp_path: Path
) -> None:
    town, office = either_town, either_town.community
    await asks(town.resident)
    await opens(office)
    office.looks_away()
    sheets = await takes_out(office, "需求清单", tmp_path)
    assert list(sheets) == ["需求清单", "供给清单", "填表说明"]
    headings, residents = sheets["需求清单"]
    assert residents[1:5] == ["翠湖社区", FRIDGE, "家电维修", "正在找人"]
    assert "周兰" not in str(sheets)
    rows = [residents, ["", "", "想请人周末给老人理发", "", ""], ["", "", "想请人写春联", "", ""]]
    await office.sends_file(sheet(tmp_path, rows, headings, "需求清单"), "需求.xlsx")
    office.sees("新增2 · 更改0 · 无变化1 · 不能导入0")
    await office.taps("导入")
    found = await town.rows("select state, person_id, skills from list_needs order by id")
    assert [row.state for row in found] == ["open"] * 3
    assert found[1].person_id is None
    assert "hair" in str(found[1].skills)

    await town.unit_duty.says("需求清单")
    await town.unit_duty.taps("看第2件")
    await town.unit_duty.taps("我们来办")
    await town.unit_duty.taps("明天（周二）")
    numbers = [str(row.id) for row in await town.rows("select id from list_needs order by id")]
    words = ("修冰箱，急", "想请人给老人剪头发", "想请两位写春联")
    rows = [[number, "", said, "", ""] for number, said in zip(numbers, words, strict=True)]
    office.looks_away()
    await office.sends_file(sheet(tmp_path, rows, headings[:5], "需求清单"), "需求.xlsx")
    of_resident, promised, own = result(office, tmp_path, "需求清单")
    assert "这是居民提的" in of_resident[2]
    assert "已经有人照这个内容接了" in promised[2]
    assert own == ["4", "更改", "需要什么：想请人写春联 → 想请两位写春联"]
    off = [[numbers[1], "", "", "", "撤下"], rows[2]]
    town.unit_duty.looks_away()
    await office.sends_file(sheet(tmp_path, off, headings[:5], "需求清单"), "需求.xlsx")
    office.sees("更改1 · 撤下1")
    await office.taps("导入")
    town.unit_duty.sees("不用办了：“想请人周末给老人理发”")
    found = await town.rows("select state, public from list_needs order by id")
    assert [row.state for row in found] == ["open", "withdrawn", "open"]
    assert found[2].public == "想请两位写春联"
    assert await town.rows("select what from failures") == []


async def test_needs_of_another_community_are_sent_there(town: Town, tmp_path: Path) -> None:
    rows = [["春晓社区", "想请人写春联"], ["月亮社区", "想请人写春联"]]
    await town.community.sends_file(
        sheet(tmp_path, rows, ["社区", "需要什么"], "需求清单"), "需求.xlsx"
    )
    foreign, unknown = result(town.community, tmp_path, "需求清单")
    assert foreign[2] == "A2 社区：春晓社区的需求由春晓社区自己写，请把这一行转给他们。"
    assert "没有叫“月亮社区”的社区" in unknown[2]


async def test_the_ledger_can_come_back_as_it_went_out(town: Town, tmp_path: Path) -> None:
    head = town.community_head
    await asks(town.resident)
    await opens(town.community)
    await head.says("认领台账")
    await head.taps("要表格")
    document = head.sees("认领台账、合计、点单和清单").document
    assert isinstance(document, Path)
    await head.sends_file(document.read_bytes(), "台账.xlsx")
    head.sees("新增0 · 更改0 · 无变化4 · 不能导入0")


# ── who, and what else may come ──────────────────────────────────────────────


async def test_nobody_else_brings_a_list_in(town: Town, tmp_path: Path) -> None:
    file = sheet(tmp_path, [CHECK])
    for robot in (town.resident, town.member, town.worker):
        await robot.sends_file(file, "供给.xlsx")
        robot.sees("我看不了文件")
        await robot.presses("lists.sheet:0")
        robot.does_not_see("再发回给我")
    await town.unit_duty.sends_file(file, "供给.xlsx")
    for robot in (town.resident, town.community, town.administrator):
        await robot.presses("papers.go:1")
    assert await menu(town) == [("电工义诊", 2)]
    await town.administrator.sends_file(file, "供给.xlsx")
    town.administrator.sees("您没有能决定这份表的岗位")


async def test_whoever_lost_the_post_meanwhile_writes_nothing(town: Town, tmp_path: Path) -> None:
    await town.unit_duty.sends_file(sheet(tmp_path, [CHECK]), "供给.xlsx")
    await town.rows("update posts set until = '2026-01-01' where kind = 'unit_duty' returning id")
    await town.unit_duty.taps("导入")
    town.unit_duty.sees("这一步要由单位负责人、单位值班员来做")
    assert await menu(town) == [("电工义诊", 2)]


async def test_nobody_writes_the_service_list_for_others(town: Town, tmp_path: Path) -> None:
    rows = [["陈静", "理发"]]
    file = sheet(tmp_path, rows, ["姓名", "技能"], "服务清单")
    await town.community.sends_file(file, "服务.xlsx")
    town.community.sees("服务清单由每位党员志愿者自己发“我能帮忙”来写")
    assert len(await town.rows("select person_id from services")) == 1


async def test_what_is_no_list_or_too_long_is_said_to_be_so(town: Town, tmp_path: Path) -> None:
    unit = town.unit_duty
    await unit.sends_file(sheet(tmp_path, [["a", "b"]], ["甲", "乙"], "随便"), "随便.xlsx")
    unit.sees("里面没有认得的表头")
    await unit.sends_file(sheet(tmp_path, [["a", "b"]], ["甲", "乙"]), "表头.xlsx")
    unit.sees("里面没有认得的表头")
    await unit.sends_file(sheet(tmp_path, [CHECK] * 2_001), "长.xlsx")
    unit.sees("行数太多")


async def test_a_booked_line_keeps_its_words(town: Town, tmp_path: Path) -> None:
    await books_electrician(town.community)
    unit = town.unit_duty
    headings, *rows = (await takes_out(unit, "供给清单", tmp_path))["供给清单"]
    rows[0][headings.index("内容")] = "法律咨询"
    await unit.sends_file(sheet(tmp_path, rows, headings), "供给.xlsx")
    assert "另起一行" in result(unit, tmp_path)[0][2]
