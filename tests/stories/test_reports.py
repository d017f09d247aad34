"""Points for a report: the first one has most, others less, and nobody reads who reported what."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.settings import Points, Settings
from tests.robot import Robot, Town
from tests.robot import town as open_town
from tests.stories.test_lamp import report_lamp, solve_lamp

BIN = "3号楼门口垃圾桶满了没人清"
DISPUTE = "隔壁两家为了墙根吵了半个月，能不能调解"


async def given(town: Town) -> list[tuple[str, int, str]]:
    """Who has which award, and how it stands; the oldest first."""
    rows = await town.rows(
        "select name, points, state from awards join people on people.id = to_id order by awards.id"
    )
    return [(row.name, row.points, row.state) for row in rows]


async def write(town: Town, statement: str) -> None:
    def run(conn: Connection) -> None:
        conn.execute(text(statement))

    await town.stage.app.database.run(run)


async def joins(robot: Robot) -> None:
    await robot.says("3号楼东边的路灯坏了")
    await robot.taps("路灯不亮")
    await robot.taps("是同一件，算我一个")


async def solved(town: Town) -> None:
    """Taken, done, and the question is with the resident."""
    await town.worker.taps("我接了")
    await solve_lamp(town)


async def test_the_first_reporter_has_most_and_the_neighbour_less(town: Town) -> None:
    await report_lamp(town)
    await joins(town.neighbour)
    await solved(town)
    assert await given(town) == []
    await town.resident.taps("好了，满意")
    town.resident.sees("发现问题2分，公示到11月26日，没有异议就入账。现在0分。")
    town.neighbour.sees("发现问题1分，公示到")
    assert await given(town) == [("周兰", 2, "notice"), ("吴桂芳", 1, "notice")]
    await town.passes(days=4)
    await town.resident.comes_back()
    await town.resident.says("积分")
    town.resident.sees("您有2分")
    kept = await town.rows("select note, key from awards")
    assert not [row for row in kept if "路灯" in str(row) or "QH-" in str(row)]
    assert await town.rows("select note from postings where kind = 'award'") == [("report",)] * 2
    assert await town.rows("select what, error from failures") == []


async def test_it_is_given_once_however_often_it_is_done_again(town: Town) -> None:
    await report_lamp(town)
    await solved(town)
    await town.resident.taps("好了，一般")
    await town.passes(days=4)
    await town.resident.comes_back()
    await town.resident.says("没修好")
    assert await given(town) == [("周兰", 2, "posted")]  # that takes nothing from her
    await town.worker.comes_back()
    await solved(town)
    await town.resident.comes_back()
    await town.resident.taps("好了，满意")
    await town.passes(days=4)
    assert await given(town) == [("周兰", 2, "posted")]


async def test_silence_costs_nobody_points(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await joins(town.neighbour)
    await solved(town)
    await town.passes(days=4)
    assert await town.rows("select verdict from cases") == [("default",)]
    assert await given(town) == [("周兰", 2, "notice"), ("吴桂芳", 1, "notice")]


async def test_what_is_explained_taken_back_or_not_public_gives_none(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.worker.taps("报结果")
    await town.worker.taps("已解释清楚")
    await town.worker.taps("属实")
    await town.worker.taps("打过电话")
    await town.worker.says("那盏灯归路灯所，已经报给他们")
    await town.worker.taps("没有照片")
    await town.resident.taps("行，满意")
    await town.neighbour.says(DISPUTE)
    await town.neighbour.taps("是，翠湖社区3号楼")
    await town.neighbour.taps("邻居闹矛盾")
    await town.neighbour.taps("对，报上去")
    await town.neighbour.taps("撤回")
    assert await town.rows("select count(*) from cases where state = 'closed'") == [(2,)]
    assert await given(town) == []


async def test_what_was_found_untrue_takes_the_points_back_until_it_is_found_true(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await report_lamp(town)
    await joins(town.neighbour)
    await solved(town)
    await town.resident.taps("好了，满意")
    await town.passes(days=4)
    await town.resident.says("又坏了")
    await solved(town)
    await write(town, "update cases set untrue = true")
    town.resident.looks_away()
    await town.resident.taps("好了，满意")
    town.resident.sees("发现问题的2分撤回了，原因：查下来和上报的不一样。现在0分。")
    assert [state for _name, _points, state in await given(town)] == ["reversed"] * 2
    await town.resident.says("积分")
    town.resident.sees("撤回 查下来和上报的不一样 · -2")
    await town.resident.says("没修好")
    await write(town, "update cases set untrue = false")
    await solved(town)
    await town.resident.taps("好了，满意")
    assert (await given(town))[2:] == [("周兰", 2, "notice"), ("吴桂芳", 1, "notice")]


async def test_a_day_gives_so_many_points_for_reports(telegram_town: Town) -> None:
    town = telegram_town
    for _time in range(3):  # the same once more, as if it were another
        await town.resident.says(BIN)
        await town.resident.taps("垃圾没人清")
        await town.resident.taps("对，报上去")
        await town.worker.taps("我接了")
        await town.worker.taps("报结果")
        await town.worker.taps("办好了")
        await town.worker.taps("属实")
        await town.worker.taps("打过电话")
        await town.worker.says("办好了，请看")
        await town.worker.taps("没有照片")
        await town.resident.taps("好了，满意")
    town.resident.sees("发现问题：今天上报的积分已经满了，这次不再加")
    assert [(points, state) for _name, points, state in await given(town)] == [
        (2, "notice"),
        (2, "notice"),
        (2, "ended"),
    ]


# ── nobody reads who reported what ───────────────────────────────────────────


async def test_the_public_notice_and_an_objection_name_no_reporter(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await solved(town)
    await town.resident.taps("好了，满意")
    town.member.looks_away()
    await town.member.says("公示")
    assert "· 一位上报问题的居民 2分" in town.member.sees("公示到").text
    await town.member.taps("有异议：一位上报问题的居民2分")
    town.member.sees("一位上报问题的居民的2分哪儿不对")
    await town.member.says("一件小事，不该有分")
    await town.community_head.taps("没问题，照常入账")
    town.member.sees("一位上报问题的居民")
    town.member.does_not_see("周兰")
    town.community_head.sees("陈静对周兰发现问题的2分有异议")  # who decides has to know


async def test_whoever_reports_without_a_name_stays_without_one(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await joins(town.neighbour)
    await write(town, "update cases set anonymous = true")
    await solved(town)
    await town.resident.taps("好了，满意")
    assert await given(town) == [("吴桂芳", 1, "notice")]
    town.resident.does_not_see("公示")


async def test_what_turned_out_to_be_private_gives_none(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await solved(town)
    await write(town, "update cases set private = true, public = false")
    await town.resident.taps("好了，满意")
    assert await given(town) == []


async def test_whose_work_it_is_to_find_it_has_no_points(telegram_town: Town) -> None:
    town = telegram_town
    await town.chief.says(BIN)
    await town.chief.says("翠湖社区3号楼")
    await town.chief.taps("垃圾没人清")
    await town.chief.taps("对，报上去")
    await town.worker.taps("我接了")
    await solve_lamp(town, "清走了")
    await town.chief.taps("好了，满意")
    assert await town.rows("select state from cases") == [("closed",)]
    assert await given(town) == []


async def test_children_and_whoever_is_forgotten_are_not_written_down(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await joins(town.neighbour)
    await solved(town)
    await joins(town.member)
    await town.member.says("删除我的资料")
    await town.member.taps("删除")
    await write(town, "update people set minor_at = '2026-11-23 00:00:00' where name = '吴桂芳'")
    await town.resident.taps("好了，满意")
    assert await given(town) == [("周兰", 2, "notice")]


async def test_who_has_told_no_name_has_points_like_everybody(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await write(town, "update people set name = '' where name = '周兰'")
    await solved(town)
    await town.resident.taps("好了，满意")
    assert await given(town) == [("", 2, "notice")]


# ── as the district decided ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "later", "wanted"), [(0, 1, [("吴桂芳", 1)]), (5, 0, [("周兰", 5)])]
)
async def test_where_the_district_gives_nothing_there_is_nothing(
    sqlite_url: str, tmp_path: Path, first: int, later: int, wanted: list[tuple[str, int]]
) -> None:
    config = Settings(points=Points(first_report=first, later_report=later, reports_a_day=9))
    async with open_town(sqlite_url, tmp_path / "media", config=config) as town:
        await report_lamp(town)
        await joins(town.neighbour)
        await solved(town)
        await town.resident.taps("好了，满意")
        assert [(name, points) for name, points, _state in await given(town)] == wanted
