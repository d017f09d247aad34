"""What a desk does with a case: assign, give, help, return, designate, decline, join, split, sort.

Each one is told on both databases; what every step says to whom is read on the phones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.demo.stage import MORNING
from bot.sample import ROADS as ROADS_CODE
from bot.sample import ROADS_DUTY, ROADS_SECOND
from governance.duties import Slot
from governance.org import Post, Unit
from storage import duties
from storage.org import posts, units
from tests.robot import DARK, LIT, Robot, Town
from tests.robot import town as open_town
from tests.stories.test_lamp import report_lamp, solve_lamp

LAMPS, ROADS, DRAINS = "清河区路灯管理所", "清河区市政工程管理处", "清河区排水管理处"


@pytest.fixture
async def town(district_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(district_url, tmp_path / "media") as found:
        yield found


async def presses(town: Town, robot: Robot, verb: str, number: int = 1) -> None:
    """A press on what stands, or does not stand, on the card of the day's case with this number."""
    [(case_id,)] = await town.rows(f"select id from cases where number like '%-{number:04d}'")
    await robot.presses(f"cases.{verb}:{case_id}")


async def opens(town: Town, robot: Robot, number: int = 1) -> None:
    """The further steps of a case lie open before an officer."""
    await presses(town, robot, "show", number)
    await robot.taps("更多办法")


async def to_community(town: Town) -> None:
    """The lamp, handed up twice."""
    await report_lamp(town)
    for robot in (town.worker, town.chief):
        await robot.taps("往上报")
        await robot.says("够不着")


async def given(town: Town, by: Robot, unit: str, words: str = "请今天去看") -> None:
    await opens(town, by)
    await by.taps("派给单位")
    await by.taps(unit) if unit == LAMPS else await by.says(unit)
    await by.says(words)


async def one(town: Town, columns: str) -> list[object]:
    [row] = await town.rows(f"select {columns} from cases where number like '%-0001'")
    return list(row)


async def steps(town: Town, number: int = 1) -> str:
    await presses(town, town.resident, "history", number)
    return town.resident.phone.bubbles[-1].text


# ── levels ───────────────────────────────────────────────────────────────────


async def test_the_community_assigns_to_somebody_on_the_ladder(town: Town) -> None:
    await to_community(town)
    town.resident.looks_away()
    town.worker.looks_away()
    await opens(town, town.community)
    await town.community.taps("交办")
    await town.community.taps("网格员李明")
    await town.community.says("先去现场看一眼")
    town.community.sees("已转给网格员李明，居民也知道了")
    heard = town.resident.sees("已转给网格员李明").text
    assert "0421-0000111" in heard
    assert "这个日子没变" in heard
    assert "赵强：“先去现场看一眼”" in town.worker.sees("🔦").text
    assert "赵强交给网格员李明" in await steps(town)
    assert "起转给网格员李明" in await steps(town)


async def test_the_centre_hands_down_what_lies_in_another_community(town: Town) -> None:
    """Nobody knew the place: the district has it, and finds out where it lies."""
    await town.resident.says("路灯坏了")
    await town.resident.says("老粮库后面")
    await town.resident.taps("说不清")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.desk.sees("🔦")
    await opens(town, town.desk)
    await town.desk.taps("交办")
    await town.desk.taps("不在这一片")
    await town.desk.says("翠湖社区")
    await town.desk.taps("社区值班赵强")
    await town.desk.taps("不用附言")
    town.community.sees("🔦")
    assert await one(town, "holder_name, (select code from areas where id = area_id)") == [
        "赵强",
        "QH-LL-CH",
    ]
    await opens(town, town.community)
    await town.community.taps("交办")
    await town.community.taps("不在这一片")
    await town.community.taps(town.community.sees("是在哪一片").buttons[0].label)
    await town.community.taps("网格员李明")
    await town.community.taps("不用附言")
    town.worker.sees("🔦")
    assert await one(town, "(select code from areas where id = area_id)") == ["QH-LL-CH-1"]
    await town.worker.taps("往上报")  # the ladder above the place is known now
    await town.worker.says("够不着")
    town.chief.sees("🔦")


# ── units ────────────────────────────────────────────────────────────────────


async def test_a_unit_is_given_it_by_the_duty_list_and_solves_it(town: Town) -> None:
    await to_community(town)
    town.resident.looks_away()
    await opens(town, town.community)
    await town.community.taps("派给单位")
    asked = town.community.sees("派给哪个单位")
    assert f"职责清单：路灯不亮 → {LAMPS}（全区）" in asked.text
    await town.community.taps(LAMPS)
    await town.community.says("小区东门进去")
    assert f"已转给{LAMPS}冯川" in town.resident.sees("联系您").text
    card = town.unit_duty.sees("🔦").text
    assert "赵强：“小区东门进去”" in card
    basis = await town.rows("select data from case_events where act = 'give'")
    assert "0201" in str(basis)
    await town.unit_duty.taps("我接了")
    town.resident.sees(f"{LAMPS}冯川接了")
    await town.unit_duty.taps("报结果")
    await town.unit_duty.taps("办好了")
    await town.unit_duty.taps("属实")
    await town.unit_duty.taps("打过电话")
    await town.unit_duty.says("换了整流器")
    await town.unit_duty.sends(LIT)
    await town.resident.taps("好了，满意")
    assert await one(town, "state, verdict") == ["closed", "satisfied"]
    told = await steps(town)
    assert f"赵强派给{LAMPS}冯川" in told
    assert await town.rows("select what, error from failures") == []


async def test_an_alert_to_a_units_officer_goes_on_to_its_leader(town: Town) -> None:
    await town.unit_duty.phone.block()
    await to_community(town)
    await given(town, town.community, LAMPS)
    town.unit_leader.sees("🔦")
    assert await one(town, "holder_name, holder_post") == ["罗安", "unit_leader"]


async def test_at_night_the_calendar_of_the_unit_says_who_is_told(town: Town) -> None:
    """Whoever has the night there is told at once; where nobody has it, it waits."""
    await town.stage.app.database.run(give_the_nights_to_the_second)
    await to_community(town)
    await town.community.taps("我接了")
    await town.until("22:00")
    await given(town, town.community, LAMPS)
    town.unit_duty.does_not_see("🔦")
    await given(town, town.community, ROADS)
    assert ROADS in town.roads_second.sees("🔦").text
    town.roads_duty.does_not_see("🔦")
    assert await one(town, "holder_name") == ["蒋帆"]
    await given(town, town.community, LAMPS)
    await town.until("08:30")
    assert "3号楼东头 路灯不亮" in town.unit_duty.sees("下班后来了这些").text


def give_the_nights_to_the_second(conn: Connection) -> None:
    """The roads' duty calendar names their second officer for every night."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        unit = db.scalars(select(Unit).where(units.c.code == ROADS_CODE)).one()
        held = db.scalars(select(Post).where(posts.c.unit_id == unit.id)).all()
        by_phone = {post.phone: post for post in held}
        first, second = by_phone[ROADS_DUTY.phone], by_phone[ROADS_SECOND.phone]
        nights = [(day, Slot.NIGHT) for day in range(7)]
        duties.set_pattern(db, first.seat, nights, second.person_id, first.person_id, MORNING)
        db.flush()


async def test_a_helping_unit_feeds_back_to_whoever_leads(town: Town) -> None:
    await to_community(town)
    await town.community.taps("我接了")
    await opens(town, town.community)
    await town.community.taps("加派协办单位")
    await town.community.says("排水")
    await town.community.says("把井边围起来")
    town.resident.sees(f"{DRAINS}也来一起办")
    card = town.drains_duty.sees("🔦")
    assert f"{DRAINS}协办 · 要办：“把井边围起来” · 还没反馈" in card.text
    assert "我接了" not in [button.label for button in card.buttons]
    await presses(town, town.drains_duty, "show")
    await town.drains_duty.taps("反馈")
    await town.drains_duty.sends(DARK)
    await town.drains_duty.says("围好了")
    town.community.sees(f"{DRAINS}反馈")
    assert "已反馈：“围好了”" in town.community.sees("🔦").text
    town.community.sees("协办单位拍的照片")
    town.resident.does_not_see("围好了")

    await opens(town, town.community)
    await town.community.taps("撤掉协办单位")
    await town.community.taps(DRAINS)
    town.drains_duty.sees("不用再配合了")
    town.drains_duty.looks_away()
    await presses(town, town.drains_duty, "feed_back")
    town.drains_duty.sees("只有他本人或上一级能办这一步")


async def test_returns_end_at_the_city_centre_which_decides(town: Town) -> None:
    await to_community(town)
    promised = await one(town, "result_due")
    await given(town, town.community, LAMPS)
    await opens(town, town.unit_duty)
    await town.unit_duty.taps("退回")
    await town.unit_duty.taps("归别的单位管")
    await town.unit_duty.says("灯杆是市政的")
    town.resident.sees(f"{LAMPS}说：按规定或合同归别的单位管")
    assert (
        f"{LAMPS}退回：按规定或合同归别的单位管。“灯杆是市政的”" in town.community.sees("🔦").text
    )
    town.street.sees(f"{LAMPS}退回了")

    await given(town, town.community, ROADS)
    assert LAMPS not in town.community.sees("派给哪个单位").text
    assert "请今天去看" in town.roads_duty.sees("🔦").text
    await opens(town, town.roads_duty)
    await town.roads_duty.taps("退回")
    await town.roads_duty.taps("私人产权")
    await town.roads_duty.says("在小区里面")
    card = town.desk.sees("🔦").text
    assert "灯杆是市政的" in card
    assert "在小区里面" in card
    assert "请今天去看" not in card
    town.resident.looks_away()
    await opens(town, town.desk)
    await town.desk.taps("指定承办")
    await town.desk.taps(LAMPS)
    await town.desk.says("灯是贵所的资产")
    assert "不会再转来转去" in town.resident.sees("区指挥中心").text
    assert "区指挥中心指定承办" in town.unit_duty.sees("贵所的资产").text
    await presses(town, town.unit_duty, "give_back")
    town.unit_duty.sees("不能再转给别人")
    told = await steps(town)
    assert "退回，现在在社区值班赵强手上 · 按规定或合同归别的单位管" in told
    assert "退回，现在在区指挥中心何伟手上 · 是私人产权，要由产权人处理" in told
    assert f"区里指定由{LAMPS}冯川办" in told
    assert await one(town, "result_due") == promised
    assert await town.rows("select what, error from failures") == []


# ── other ways out ───────────────────────────────────────────────────────────


async def test_what_is_not_accepted_names_the_way_and_an_objection_goes_up(town: Town) -> None:
    await to_community(town)
    await opens(town, town.community)
    await town.community.taps("不予受理")
    await town.community.taps("法院在管")
    await town.community.says("区法院已立案")
    assert "12368" in town.community.sees("居民会看到").text
    await town.community.taps("就这样告诉居民")
    heard = town.resident.sees("这里不能受理").text
    assert all(part in heard for part in ("法院正在审理", "区法院已立案", "12368", "11月30日前"))
    town.street.sees("没有受理")
    assert await one(town, "state, verdict") == ["closed", "declined"]
    assert "赵强不受理 · 法院正在审理，或者已经判了" in await steps(town)

    await town.resident.taps("我有异议")
    await town.resident.says("不是同一盏灯")
    town.resident.sees("您的异议已转给街道值班钱勇")
    assert "不是同一盏灯" in town.street.sees("🔦").text
    assert await one(town, "state, holder_name") == ["assigned", "钱勇"]


async def test_nothing_is_declined_before_its_officer_has_said_so(town: Town) -> None:
    await to_community(town)
    await opens(town, town.community)
    await town.community.taps("不予受理")
    await town.community.taps("不归本区管")
    await town.community.says("是邻区的路")
    await town.community.taps("先不动")
    town.community.sees("没有改动")
    assert await one(town, "state") == ["assigned"]
    town.resident.does_not_see("不能受理")


async def test_joined_cases_go_on_as_one_for_everybody_who_waits(town: Town) -> None:
    await report_lamp(town)
    await town.neighbour.says("3号楼后面的路灯也坏了")
    await town.neighbour.taps("路灯不亮")
    await town.neighbour.taps("不是，另一件")
    await town.neighbour.taps("对，报上去")
    await opens(town, town.worker, 2)
    await town.worker.taps("和另一件并案")
    await town.worker.taps("0001 翠湖社区3号楼东头 路灯不亮")
    assert "1位居民一起转过去" in town.worker.sees("结掉，并入").text
    await town.worker.taps("并案")
    town.neighbour.sees("两件并成一件办，编号QH-20261123-0001")
    await presses(town, town.neighbour, "history", 2)
    town.neighbour.sees("并到QH-20261123-0001一起办")
    closed = "select state, verdict from cases where merged_into is not null"
    assert await town.rows(closed) == [("closed", "duplicate")]
    await presses(town, town.worker, "show")
    assert "并进来的：QH-20261123-0002" in town.worker.sees("🔦").text
    assert "2户在等" in town.worker.sees("🔦").text
    await presses(town, town.worker, "accept")
    await solve_lamp(town)
    await town.resident.taps("好了，满意")
    town.neighbour.sees("办好了")


async def test_a_number_tells_nobody_about_private_or_closed_cases(town: Town) -> None:
    await report_lamp(town)
    await town.neighbour.says("3号楼楼上天天吵架打人")
    await opens(town, town.worker)
    await town.worker.taps("和另一件并案")
    for number in ("0002", "0001", "%%%%", "9999"):
        await town.worker.says(number)
        assert f"没有编号是“{number}”的在办公共事项" in town.worker.phone.bubbles[-1].text


async def test_one_message_about_two_things_has_two_numbers(town: Town) -> None:
    await town.resident.says("3号楼路灯坏了，还有楼下垃圾也没人收")
    await town.resident.sends(DARK)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.worker.looks_away()
    town.resident.looks_away()
    await opens(town, town.worker)
    await town.worker.taps("拆成几件")
    await town.worker.taps("环境卫生")
    await town.worker.taps("垃圾没人清")
    await town.worker.says("楼下垃圾没人收")
    await town.worker.taps("没有了")
    heard = [b for b in town.resident.read() if "各有编号" in b.text]
    assert len(heard) == 1
    assert "0001 路灯不亮：网格员李明办" in heard[0].text
    assert "0002 垃圾没人清：网格员李明办" in heard[0].text
    assert town.resident.read() == heard
    town.worker.sees("垃圾没人清：居民拍的")
    rows = await town.rows(
        "select split_from, reporter_id, place, text, category from cases order by id"
    )
    assert rows[0][0] is None
    assert rows[1][0] is not None
    assert rows[0][1:3] == rows[1][1:3]
    assert tuple(rows[1][3:]) == ("楼下垃圾没人收", "0101")
    assert "另一件事单独编号：QH-20261123-0002" in await steps(town)


async def test_who_reports_two_things_in_one_message_may_file_both(town: Town) -> None:
    await town.resident.says("3号楼路灯坏了，还有5号楼下垃圾也没人收")
    await town.resident.sends(DARK)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("这是几件事，分开报")
    assert "另有编号：垃圾没人清，翠湖社区5号楼下" in town.resident.sees("这样报上去").text
    await town.resident.taps("对，报上去")
    receipt = town.resident.sees("收到了").text
    assert "路灯不亮" in receipt
    assert "还有：垃圾没人清，已转给网格员郑凯" in receipt
    assert receipt.endswith("QH-20261123-0001")
    rows = await town.rows("select category, place, text, split_from from cases order by id")
    assert [(row[0], row[1]) for row in rows] == [
        ("0201", "翠湖社区3号楼"),
        ("0101", "翠湖社区5号楼下"),
    ]
    assert rows[0][2] == "3号楼路灯坏了，还有5号楼下垃圾也没人收"
    assert "路灯" not in rows[1][2]
    assert (rows[0][3], bool(rows[1][3])) == (None, True)
    photos = "select count(distinct subject_id) from media where state = 'stored'"
    assert await town.rows(photos) == [(2,)]


async def test_a_case_is_sorted_anew_in_two_taps_and_keeps_its_days(town: Town) -> None:
    await report_lamp(town)
    promised = await one(town, "contact_due, result_due")
    await opens(town, town.worker)
    await town.worker.taps("改类别")
    await town.worker.taps("路灯、井盖、路面")
    await town.worker.taps("电线杆、乱电线")
    town.worker.sees("已改成：电线杆、乱电线")
    assert await one(town, "category") == ["0206"]
    assert await one(town, "contact_due, result_due") == promised
    assert "电线杆、乱电线" in await steps(town)


# ── nobody else, and nothing twice ───────────────────────────────────────────


DESK_ACTS = ("assign", "give", "designate", "add_unit", "drop_unit", "decline", "merge", "split")


async def test_forged_taps_change_nothing(town: Town) -> None:
    await report_lamp(town)
    before = await town.rows("select * from cases")
    for act in (*DESK_ACTS, "sort", "give_back", "feed_back", "object", "more", "show"):
        for robot in (town.neighbour, town.member, town.drains_duty):
            await presses(town, robot, act)
            await robot.says("随便写几个字")
        await town.resident.presses(f"cases.{act}:99")
    for act in ("give", "designate", "add_unit", "decline", "give_back"):  # too low, or no unit
        town.worker.looks_away()
        await presses(town, town.worker, act)
        assert not any(b.buttons for b in town.worker.read()), act
    assert await town.rows("select * from cases") == before
    assert await town.rows("select count(*) from case_events") == [(1,)]
    assert await town.rows("select what, error from failures") == []


async def test_of_two_who_give_it_away_at_once_the_first_counts(town: Town) -> None:
    await to_community(town)
    for robot in (town.community, town.street):
        await opens(town, robot)
        await robot.taps("派给单位")
    await town.community.taps(LAMPS)
    await town.community.says("请看")
    await town.street.says(ROADS)
    town.street.sees("有人先办了一步")
    assert await one(town, "holder_unit, hops") == [LAMPS, 3]
