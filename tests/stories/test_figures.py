"""三率: what officers see of how residents' reports are answered, each figure with its cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import text

from tests.robot import Robot, Town
from tests.stories.test_lamp import report_lamp, solve_lamp
from tests.stories.test_papers import pages

NUMBER = "QH-20261123-0001"


async def mended(town: Town) -> None:
    """The lamp is reported, mended and struck off."""
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.resident.taps("好了，满意")


async def figures(robot: Robot) -> str:
    robot.looks_away()
    await robot.says("三率")
    return robot.sees("响应率：").text


async def test_a_rate_falls_when_the_resident_says_not_solved_and_the_case_is_one_tap_away(
    town: Town,
) -> None:
    await mended(town)
    shown = await figures(town.community)
    assert "共反映1件" in shown
    for row in ("响应率：1件中1件", "解决率：1件中1件", "满意率：1件中1件", "重办率：1件中0件"):
        assert row in shown
    assert "%（" not in shown

    await town.resident.says("没修好")
    assert await town.rows("select state from cases") == [("assigned",)]
    shown = await figures(town.community)
    for row in ("解决率：1件中0件", "满意率：1件中0件", "重办率：1件中1件"):
        assert row in shown
    await town.community.taps("看“解决率”的事")
    assert f"1. {NUMBER}" in town.community.sees("居民说没解决").text
    await town.community.taps("看第1件")
    town.community.sees("居民说没好，重办")


async def test_silence_counts_neither_as_solved_nor_as_satisfied(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.passes(days=4)
    assert await town.rows("select verdict from cases") == [("default",)]
    shown = await figures(town.community)
    assert "满意率：还没有" in shown
    assert "解决率：还没有" in shown
    assert "按时率：1件中1件" in shown


async def test_what_is_left_out_is_said(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    [(case,)] = await town.rows("select id from cases")
    await town.resident.presses(f"cases.withdraw:{case}")
    assert "计入0件；不计入的：" in await figures(town.community)


async def test_the_month_before_stands_beside_and_opens(telegram_town: Town) -> None:
    town = telegram_town
    await mended(town)
    await town.passes(days=15)
    shown = await figures(town.community)
    assert "共反映0件" in shown
    assert "响应率：还没有（上个月：1件中1件）" in shown
    await town.community.taps("看上个月")
    assert "响应率：1件中1件" in town.community.sees("共反映1件").text


async def test_told_apart_by_unit_community_kind_and_worker(telegram_town: Town) -> None:
    town = telegram_town
    await mended(town)
    await figures(town.street)
    for label, row in (
        ("按社区看", "翠湖社区：共反映1件"),
        ("按类别看", "路灯不亮：共反映1件"),
        ("按经办人看", "李明：共反映1件"),
    ):
        await town.street.taps(label)
        assert row in town.street.sees(row).text
        await town.street.taps("看第1项")
        town.street.sees("响应率：1件中1件")
        await figures(town.street)
    await town.street.taps("按单位看")
    town.street.sees("按单位看")


async def test_private_matters_are_counted_and_never_listed(
    telegram_town: Town, tmp_path: Path
) -> None:
    town = telegram_town
    await town.resident.says("隔壁两家为了墙根吵了半个月，能不能调解")
    await town.resident.taps("是，翠湖社区3号楼")
    await town.resident.taps("邻居闹矛盾")
    await town.resident.taps("对，报上去")
    [(case,)] = await town.rows("select id from cases")
    assert "共反映1件" in await figures(town.street)
    await town.street.taps("看“催办率”的事")
    listed = town.street.sees("另有1件私密的").text
    assert NUMBER not in listed
    await town.street.presses(f"figures.case:{case}")
    town.street.does_not_see("墙根")
    await figures(town.street)
    await town.street.taps("按类别看")
    town.street.sees("私密事项：共反映1件")
    await figures(town.street)
    await town.street.taps("要表格")
    book = pages(town.street.sees("不含居民姓名"), tmp_path)
    [_headings, row] = book["事项"]
    assert row[0] == NUMBER
    assert row[1] == "私密事项"
    assert not any("翠湖" in cell or "邻居" in cell or "墙根" in cell for cell in row[1:3])


async def test_the_cases_behind_a_figure_come_page_by_page(
    telegram_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = telegram_town
    monkeypatch.setattr("handlers.figures.behind.AT_ONCE", 1)
    await mended(town)
    await town.resident.says("3号楼门口垃圾桶满了没人清")
    await town.resident.taps("垃圾没人清")
    await town.resident.taps("对，报上去")
    [(newest,)] = await town.rows("select max(id) from cases")
    await town.resident.presses(f"cases.urge:{newest}")
    await figures(town.community)
    await town.community.taps("看“催办率”的事")
    first = town.community.sees("排在前面的：被催过").text
    assert "1. QH-20261123-0002" in first
    assert NUMBER not in first
    await town.community.taps("往后看")
    last = town.community.sees("没有催过")
    assert f"2. {NUMBER}" in last.text
    assert "往后看" not in [button.label for button in last.buttons]


async def test_whom_a_case_concerns_finds_it_nowhere(telegram_town: Town) -> None:
    town = telegram_town
    await mended(town)
    [(case,)] = await town.rows("select id from cases")
    [(community,)] = await town.rows("select id from areas where name = '翠湖社区'")
    concerned = text(
        "update cases set concerns_id ="
        " (select person_id from posts where kind = 'community_duty' and area_id ="
        " (select id from areas where name = '翠湖社区'))"
    )
    await town.stage.app.database.run(lambda conn: conn.execute(concerned))
    assert await town.rows("select id from cases where concerns_id is null") == []
    assert "共反映0件" in await figures(town.community)
    await town.community.presses(f"figures.case:{case}")
    await town.community.presses(f"figures.cases:{community}:0.all..response.0")
    town.community.does_not_see(NUMBER)
    assert "共反映1件" in await figures(town.community_head)


async def test_the_workbook_holds_the_rates_and_the_cases_they_are_made_of(
    telegram_town: Town, tmp_path: Path
) -> None:
    town = telegram_town
    await mended(town)
    await figures(town.community)
    await town.community.taps("要表格")
    book = pages(town.community.sees("不含居民姓名"), tmp_path)
    assert ["2026-11", "响应率", "1", "1"] in [row[:4] for row in book["三率"]]
    headings, row = book["事项"]
    case = dict(zip(headings, row, strict=False))
    assert case["编号"] == NUMBER
    assert case["经办人"] == "李明"
    assert case["居民评价"] == "满意"
    assert (case["响应率"], case["满意率"], case["重办率"]) == ("1", "1", "0")
    assert "周兰" not in str(book)


@pytest.mark.parametrize("who", ["resident", "member", "worker", "unit_duty"])
async def test_figures_are_for_those_who_answer_for_an_area_or_a_unit(
    telegram_town: Town, who: str
) -> None:
    town = telegram_town
    await mended(town)
    robot: Robot = getattr(town, who)
    robot.looks_away()
    [(case, area)] = await town.rows("select id, area_id from cases")
    await robot.says("/figures")
    for token in (
        f"figures.show:{area}:0",
        f"figures.cases:{area}:0.all..response.0",
        f"figures.by:{area}:0.all..worker",
        f"figures.sheet:{area}:0",
        f"figures.case:{case}",
        "figures.show:999999:0.unit.1",
    ):
        await robot.presses(token)
    robot.does_not_see("响应率")
    robot.does_not_see("不含居民姓名")
    robot.does_not_see("报了结果")


async def test_what_a_tap_carries_may_be_anything(telegram_town: Town) -> None:
    town = telegram_town
    await mended(town)
    [(top,)] = await town.rows("select id from areas where kind = 'district'")
    [(mine,)] = await town.rows(
        "select id from areas where kind = 'community' and name like '翠湖%'"
    )
    for code in ("", "....", "x", "9999999999", "-1", "0.unit.x", "0.worker.", "²", "0.unit.²"):
        for verb in ("show", "by", "cases", "sheet"):
            await town.community.presses(f"figures.{verb}:{mine}:{code}")
            await town.community.presses(f"figures.{verb}:{mine}:{code}.response.²")
    assert await town.rows("select what, error from failures") == []
    town.community.looks_away()
    await town.community.presses(f"figures.show:{top}:0")
    town.community.does_not_see("响应率")


async def test_a_unit_sees_its_own_figures_and_no_others(telegram_town: Town) -> None:
    town = telegram_town
    await mended(town)
    shown = await figures(town.unit_leader)
    assert "共反映0件" in shown
    [(other,)] = await town.rows("select max(id) from units")
    [(top,)] = await town.rows("select id from areas where kind = 'district'")
    [(case,)] = await town.rows("select id from cases")
    town.unit_leader.looks_away()
    await town.unit_leader.presses(f"figures.show:{top}:0.unit.{other}")
    await town.unit_leader.presses(f"figures.show:{top}:0")
    await town.unit_leader.presses(f"figures.case:{case}")
    town.unit_leader.does_not_see("响应率")
    town.unit_leader.does_not_see("报了结果")


PLACEHOLDERS = (
    *("{地点} {月份}", "{反映数}", "{响应率}", "{响应率件数}", "{满意率基数}", "{不属实数}"),
    *("{上月反映数}", "{翠湖社区·上月响应率}", "{滨河社区·反映数}", "{天气}"),
    *("{Number reported}", "{清河区路灯管理所·反映数}"),
)


async def test_a_workbook_of_ones_own_is_filled_in(telegram_town: Town, tmp_path: Path) -> None:
    town = telegram_town
    await mended(town)
    path = tmp_path / "月报.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("月报")
        for row, words in enumerate(PLACEHOLDERS):
            sheet.write(row, 0, words)
    for robot in (town.resident, town.worker):
        await robot.sends_file(path.read_bytes(), "月报.xlsx")
        robot.does_not_see("填了")
    await town.community.sends_file(path.read_bytes(), "月报.xlsx")
    answer = town.community.sees("填了11处")
    assert "没认出，照原样留着：{滨河社区·反映数}（月报 A9）" in answer.text.replace(
        " (", "（"
    ).replace(")", "）")
    assert "{天气}" in answer.text
    assert "翠湖社区·上月响应率" in answer.text
    [*rows] = pages(answer, tmp_path)["月报"]
    assert [row[0] for row in rows] == [
        *("翠湖社区 2026-11", "1", "1件中1件", "1", "1", "0"),
        *("0", "还没有", "{滨河社区·反映数}", "{天气}", "1", "0"),
    ]
