"""双报到: who has not reported in is shown by level to those who answer for it, and to nobody else."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.sample import UNIT_LEADER
from tests.robot import Robot, Town


async def test_who_is_missing_is_listed_by_level_and_each_member_reads_who_looked(
    town: Town,
) -> None:
    head = town.street_head
    await head.says("双报到")
    await head.taps("谁还没报到")
    listed = head.sees("没有报到")
    assert "陈静" in listed.text
    assert "翠湖社区" in {button.label for button in listed.buttons} or "翠湖社区" in listed.text
    await head.taps("翠湖社区")
    assert "陈静" in head.sees("翠湖社区：还有").text
    await town.member.says("谁看过我的资料")
    assert "看了名字和岗位" in town.member.sees("看过您资料的人").text

    await town.community.says("双报到")
    await town.community.taps("谁还没报到")
    assert "陈静" in town.community.sees("翠湖社区：还有").text


async def test_a_unit_sees_its_own_members_and_a_long_list_goes_on(telegram_town: Town) -> None:
    town, leader = telegram_town, Robot(telegram_town, UNIT_LEADER)

    def add(conn: Connection) -> None:
        unit = conn.scalar(
            text("select unit_id from posts where kind = 'unit_leader' order by id limit 1")
        )
        for n in range(25):
            conn.execute(
                text(
                    "insert into people (name, phone, phone_print, address, code, member, unit_id, skills)"
                    " values (:name, '', '', '', :code, 'party', :unit, '[]')"
                ),
                {"name": f"同事{n:02}", "code": f"Z{n:02}", "unit": unit},
            )

    await town.stage.app.database.run(add)
    await leader.says("双报到")
    first = leader.sees("没有报到").text
    assert "同事00" in first
    assert "同事24" not in first
    await leader.taps("后面的")
    assert "同事24" in leader.sees("没有报到").text


async def test_nobody_else_is_told_who_is_missing(telegram_town: Town) -> None:
    town = telegram_town
    areas = await town.rows("select id from areas where kind = 'community' order by id")
    [(unit,), *_more] = await town.rows("select id from units order by id")
    for robot in (town.resident, town.worker):
        await robot.presses(f"reportin.missing:{areas[0][0]}")
        await robot.presses(f"reportin.unit:{unit}")
        robot.does_not_see("没有报到")
    await town.community.presses(f"reportin.missing:{areas[-1][0]}")
    town.community.does_not_see("没有报到")
    assert await town.rows("select 1 from audits") == []
