"""Workbooks by chat: a roster comes in and is checked, and only its sender's yes changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.phones import Bubble
from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.robot import Robot, Town

PEOPLE = ["编码", "姓名", "电话", "岗位", "岗位所在编码", "值班电话"]
WORKER = ["P0900", "高远", "15400000900", "网格员", "QH-LL-CX-1", "0421-0000190"]
NOWHERE = ["P0901", "林夕", "15400000901", "网格员", "QH-XX-99", "0421-0000191"]


@pytest.fixture
def town(telegram_town: Town) -> Town:
    return telegram_town


def roster(folder: Path, *rows: Sequence[str]) -> bytes:
    path = folder / "roster.xlsx"
    workbook.write(path, [Leaf("人员", PEOPLE, [("", row) for row in rows])])
    return path.read_bytes()


def pages(bubble: Bubble, folder: Path) -> dict[str, list[list[str]]]:
    """What stands in a workbook the bot has sent, sheet by sheet."""
    assert isinstance(bubble.document, Path)
    copy = folder / "sent.xlsx"
    copy.write_bytes(bubble.document.read_bytes())
    return {page.title: [row for _number, row in page.rows] for page in workbook.pages(copy)}


async def posts_of(town: Town, name: str) -> int:
    query = "select count(*) from posts join people on people.id = posts.person_id where name = "
    return int((await town.rows(f"{query}'{name}'"))[0][0])


async def test_a_roster_is_checked_and_then_imported(town: Town, tmp_path: Path) -> None:
    admin = town.administrator
    await admin.sends_file(roster(tmp_path, WORKER), "十一月.xlsx")
    admin.sees("《十一月.xlsx》核对完了")
    admin.sees("新增1")
    result = pages(admin.sees("逐行的核对结果"), tmp_path)
    assert any([row[1], row[4]] == ["新增", "高远"] for row in result["人员"])
    assert await posts_of(town, "高远") == 0
    await admin.taps("导入")
    admin.sees("导入好了")
    assert await posts_of(town, "高远") == 1


async def test_a_bad_row_keeps_everything_out_unless_it_is_left_out(
    town: Town, tmp_path: Path
) -> None:
    admin = town.administrator
    await admin.sends_file(roster(tmp_path, WORKER, NOWHERE), "roster.xlsx")
    admin.sees("有1行不能导入")
    await admin.presses("papers.go:1")  # as an old card would
    assert await posts_of(town, "高远") == 0
    await admin.taps("只导入其他行")
    assert (await posts_of(town, "高远"), await posts_of(town, "林夕")) == (1, 0)


async def test_where_no_row_can_go_in_none_is_offered(town: Town, tmp_path: Path) -> None:
    await town.administrator.sends_file(roster(tmp_path, NOWHERE), "roster.xlsx")
    assert town.administrator.sees("有1行不能导入").buttons == ()


async def test_a_workbook_with_numbers_in_clear_is_kept_for_three_days(
    town: Town, tmp_path: Path
) -> None:
    admin, folder = town.administrator, town.stage.app.papers.folder
    await admin.sends_file(roster(tmp_path, WORKER), "十一月.xlsx")
    admin.sees("核对完了")
    await town.passes(days=2)
    assert len([*folder.glob("*.xlsx")]) == 2
    await town.passes(days=2)
    assert [*folder.glob("*.xlsx")] == []
    admin.sees("没有导入")
    assert await posts_of(town, "高远") == 0


async def test_what_is_no_workbook_is_said_to_be_none(town: Town) -> None:
    await town.administrator.sends_file(b"name;post\n", "roster.xlsx")
    town.administrator.sees("不是 Excel")


@pytest.mark.parametrize("who", ["resident", "worker"])
async def test_a_file_of_anybody_else_is_not_read(town: Town, tmp_path: Path, who: str) -> None:
    robot: Robot = getattr(town, who)
    await robot.sends_file(roster(tmp_path, WORKER), "roster.xlsx")
    robot.sees("我看不了文件")
    assert await town.rows("select 1 from papers") == []


async def test_nobody_presses_for_the_administrator(town: Town, tmp_path: Path) -> None:
    await town.administrator.sends_file(roster(tmp_path, WORKER), "roster.xlsx")
    for robot in (town.resident, town.street_head, town.desk):
        await robot.presses("papers.go:1")
        await robot.presses("papers.drop:1")
    assert await posts_of(town, "高远") == 0
    await town.administrator.taps("导入")
    assert await posts_of(town, "高远") == 1


async def test_the_roster_goes_out_only_to_an_administrator_and_that_is_on_record(
    town: Town, tmp_path: Path
) -> None:
    await town.chief.says("/export")
    town.chief.sees("管理员")
    await town.administrator.says("/export")
    sheets = pages(town.administrator.sees("请妥善保管"), tmp_path)
    assert any("李明" in row for row in sheets["人员岗位"])
    assert await town.rows("select context from audits where what = 'roster'") == [("/export",)]


async def test_members_report_in_where_the_office_decides(town: Town, tmp_path: Path) -> None:
    head = town.street_head
    await head.says("双报到")
    head.sees("党员")
    await head.taps("生成报到方案")
    sheets = pages(head.sees("发回给我"), tmp_path)
    headings, *lines = sheets["报到方案"]
    column = headings.index("社区编码")
    (member,) = (line for line in lines if line[2] == "陈静")
    assert member[column] == "QH-LL-CH"  # she lives there
    member[column] = "QH-LL-CX"
    asked_for, *communities = sheets["社区需求"]
    communities[0][3] = "法律咨询、理发"
    path = tmp_path / "back.xlsx"
    workbook.write(
        path,
        [
            Leaf("报到方案", headings, [("", line) for line in lines]),
            Leaf("社区需求", asked_for, [("", line) for line in communities]),
        ],
    )
    await head.sends_file(path.read_bytes(), "报到方案.xlsx")
    head.sees("核对完了")
    town.member.does_not_see("登记")
    await head.taps("导入")
    town.member.sees("春晓社区")
    asked = await town.rows("select word from needs order by word")
    assert sorted(word for (word,) in asked) == ["法律咨询", "理发"]
    ground = "select ground from reportins where person_id is not null"
    assert ("chosen",) in await town.rows(ground)
    await town.member.says("双报到")
    town.member.sees("您已登记到春晓社区")
