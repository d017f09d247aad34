"""Officers' lists: the desk, what lies under somebody, what is looked for, and all as a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.robot import Robot, Town
from tests.stories.test_casework import LAMPS, given, to_community
from tests.stories.test_lamp import report_lamp, solve_lamp
from tests.stories.test_papers import pages
from tests.stories.test_private import report_quarrel

LAMP = "翠湖社区3号楼东头 路灯不亮 0001"
RUBBISH = "翠湖社区3号楼门口 垃圾没人清 0002"


async def report_rubbish(town: Town) -> None:
    await town.neighbour.says("3号楼门口垃圾桶满了没人清")
    await town.neighbour.taps("垃圾没人清")
    await town.neighbour.taps("对，报上去")


async def lists(robot: Robot, words: str) -> str:
    robot.looks_away()
    await robot.says(words)
    return "\n".join(bubble.text for bubble in robot.read())


async def test_a_desk_and_what_lies_under_somebody(town: Town) -> None:
    await report_lamp(town)
    await report_rubbish(town)
    await town.worker.taps("我接了")
    shown = await lists(town.worker, "待办")
    assert "没人接：1件、在办：2件" in shown
    assert f"1）{LAMP}" in shown or f"1）{RUBBISH}" in shown

    shown = await lists(town.street, "待办")  # nothing of their own, and the way to the others'
    assert "您手上没有待办" in shown
    await town.street.taps("我管的地方")
    shown = town.street.sees("您管的地方").text
    assert "网格员李明 等人接" in shown
    assert "网格员李明 正在办" in shown
    await town.street.taps("看没人接的1件")
    only = town.street.sees("下面是：没人接").text
    assert LAMP in only
    assert RUBBISH not in only
    await town.street.taps("看第1件")
    await town.street.taps("我接了")
    assert "正在办" not in await lists(town.neighbour, "辖区")

    await town.passes(days=15)
    shown = await lists(town.street, "待办")
    assert "超期：1件" in shown
    assert "超期，该" in shown


async def test_what_a_resident_says_of_a_result_is_a_list_of_its_own(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    assert "等居民答：1件" in await lists(town.community, "辖区")
    await town.resident.taps("没修好")
    await town.resident.taps("没人来过")
    shown = await lists(town.community, "辖区")
    assert "没人来过：1件、没人接：1件、重办：1件、在办：1件" in shown
    await town.community.taps("看没人来过的1件")
    assert LAMP in town.community.sees("下面是：没人来过").text
    await town.until("08:00")
    assert "没人来过：1件（0001 翠湖社区3号楼东头）" in town.chief.sees("今早网格情况").text


async def test_a_units_other_officers_have_what_the_unit_has(telegram_town: Town) -> None:
    town = telegram_town
    await to_community(town)
    await given(town, town.community, LAMPS)
    assert LAMP in await lists(town.unit_leader, "待办")
    await town.unit_leader.taps("看第1件")
    await town.unit_leader.taps("我接了")
    town.resident.sees("罗安接了")


async def test_pages_go_on_and_back(telegram_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = telegram_town
    monkeypatch.setattr("handlers.desks.lists.AT_ONCE", 1)
    await report_lamp(town)
    await report_rubbish(town)
    first = await lists(town.worker, "待办")
    await town.worker.taps("后10件")
    second = town.worker.phone.bubbles[-1]
    assert (LAMP in first) != (LAMP in second.text)
    assert "后10件" not in [button.label for button in second.buttons]
    await town.worker.taps("前10件")
    again = town.worker.phone.bubbles[-1]
    assert (LAMP in again.text) == (LAMP in first)
    assert "前10件" not in [button.label for button in again.buttons]
    for code in ("", "u", "x.y.z", "m.open.²", "m.open.99999999999999999999999.back", "u.open.1"):
        await town.worker.presses(f"desks.list:1:{code}")
        await town.resident.presses(f"desks.list:1:{code}")
    assert await town.rows("select what, error from failures") == []
    assert "路灯" not in town.neighbour.phone.bubbles[-1].text


async def test_a_case_is_found_by_number_place_and_word(town: Town) -> None:
    await report_lamp(town)
    await report_rubbish(town)
    for words in ("查路灯", "/find 3号楼东头", "查找 不亮 翠湖", "查：十天"):
        shown = await lists(town.community, words)
        assert f"1）{LAMP}" in shown, words
        assert RUBBISH not in shown, words
    shown = await lists(town.community, "查电梯")
    assert "没找到带“电梯”的" in shown
    assert "危险" not in shown
    for words in ("0001", "查0001", "QH-20261123-0001"):
        town.community.looks_away()
        await town.community.says(words)
        town.community.sees("🔦 翠湖社区3号楼东头 路灯不亮")
    await lists(town.community, "查找")
    await town.community.says("0002")
    await town.community.taps("看第1件")
    town.community.sees("🔦 翠湖社区3号楼门口")

    await town.worker.taps("往上报")  # whoever gave it away still finds how it stands
    await town.worker.says("够不着")
    await lists(town.worker, "查垃圾")
    await town.worker.taps("看第1件")
    assert "王敏" in town.worker.phone.bubbles[-1].text
    await lists(town.community_head, "查垃圾")  # stands beside the ladder
    await town.community_head.taps("看第1件")
    assert "王敏" in town.community_head.sees("经过").text


async def test_only_whoever_answers_for_a_place_finds_anything(telegram_town: Town) -> None:
    town = telegram_town
    await report_quarrel(town)
    await report_rubbish(town)
    for robot in (town.worker, town.chief, town.street, town.desk):
        for words in ("查墙根", "查邻居", "查0001", "0001", "辖区"):
            shown = await lists(robot, words)
            assert "0001" not in shown.replace(words, "").replace("编号是“0001”", ""), (
                words,
                shown,
            )
    assert "不公开诉求0001" in await lists(town.community, "查走廊")
    for before in ("999999999999999", "1", "0"):
        await town.street.presses(f"find.on:{before}:垃圾")
    for robot in (town.neighbour, town.drains_duty, town.member):
        robot.looks_away()
        for token in ("find.on:0:垃圾", "find.sheet:0:垃圾", "desks.list:0:u", "desks.sheet:0:u"):
            await robot.presses(token)
        await robot.presses("cases.show:1")
        await robot.presses("cases.show:2")
        robot.does_not_see("看第1件")
        robot.does_not_see("网格员李明")
    assert await town.rows("select what, error from failures") == []


async def test_any_list_is_a_workbook(telegram_town: Town, tmp_path: Path) -> None:
    town = telegram_town
    await report_lamp(town)
    await report_rubbish(town)
    await report_quarrel(town)
    for words, count in (("辖区", 2), ("查路灯", 1)):
        await lists(town.street, words)
        await town.street.taps("要表格")
        book = pages(town.street.sees("不含居民姓名和原话"), tmp_path)
        headings, *rows = book["事项"]
        assert len(rows) == count
        case = dict(zip(headings, rows[0], strict=False))
        assert case["经办"] == "网格员李明"
        assert "周兰" not in str(book)
        assert "黑了快十天" not in str(book)
    await lists(town.community, "待办")
    await town.community.taps("要表格")
    book = pages(town.community.sees("不含居民姓名和原话"), tmp_path)
    [_headings, row] = book["事项"]
    assert row[1:3] == ["私密事项", ""]
