"""看单点菜: units write a menu, a community bookings from it, and both see one card."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot import sample
from governance.org import Post, PostKind, Seat
from storage import org
from tests.robot import LIT, Robot, Town
from tests.stories.test_lists import TAP, asks, opens, states

WISH = "给3号楼几户老人查查线路"


async def books_electrician(officer: Robot, day: str = "明天（周二）") -> None:
    await officer.says("看单点菜")
    await officer.taps("水电维修（1）")
    await officer.taps("点1")
    await officer.taps(day)
    await officer.says(WISH)
    await officer.taps("点这个")


async def second_community(town: Town) -> Robot:
    """钱勇 is on duty at 春晓 as well as at the street."""

    def add(conn: Connection) -> None:
        with Session(conn, join_transaction_mode="rollback_only") as db:
            [held] = org.holders(
                db,
                Seat(PostKind.STREET_DUTY, org.by_code(db, "QH-LL").id),
                town.stage.policy.local_date(town.stage.clock.now()),
            )
            place = org.by_code(db, "QH-LL-CX").id
            db.add(Post(PostKind.COMMUNITY_DUTY, place, held.person_id, "0421-0000188"))
            db.flush()

    await town.stage.app.database.run(add)
    return town.street


async def test_an_booking_goes_from_the_menu_to_the_strike_off_on_one_card(town: Town) -> None:
    await town.unit_duty.says("帮助")
    await town.community.says("看单点菜")
    town.community.sees("看哪一类")
    await town.community.taps("水电维修（1）")
    item = town.community.sees("电工义诊").text
    assert "清河区路灯管理所" in item
    assert "每月2次，本月还剩2次" in item
    assert "提前3天说" in item
    await town.community.taps("点1")
    await town.community.taps("明天（周二）")
    await town.community.says(WISH)
    await town.community.taps("点这个")
    await town.unit_duty.comes_back()
    assert WISH in town.unit_duty.sees("希望11月24日").text
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("11月25日（周三）")
    town.community.sees("答应11月25日办")
    await town.unit_duty.taps("报进展")
    await town.unit_duty.says("已经联系好三户")
    await town.unit_duty.taps("办完了")
    await town.unit_duty.says("查了五户，换了两个开关")
    await town.unit_duty.sends(LIT)
    await town.community.comes_back()
    card = town.community.sees("结果：查了五户").text
    assert "进展：已经联系好三户" in card
    await town.community.taps("销号")
    assert await states(town, "bookings") == ["struck"]
    await town.unit_duty.comes_back()
    town.unit_duty.sees("销号了，谢谢")


async def test_both_cards_are_the_same_message_changed_in_place(telegram_town: Town) -> None:
    town = telegram_town
    await books_electrician(town.community)
    mine = town.community.sees("希望11月24日")
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("明天（周二）")
    again = next(b for b in town.community.phone.bubbles if b.id == mine.id)
    assert "已接" in again.text or not again.buttons


async def test_a_unit_declines_with_a_reason_and_the_quota_comes_back(telegram_town: Town) -> None:
    town = telegram_town
    await books_electrician(town.community)
    await town.unit_duty.taps("接不了")
    await town.unit_duty.says("电工这周都在抢修")
    town.community.sees("清河区路灯管理所接不了：电工这周都在抢修")
    await town.community.says("看单点菜")
    await town.community.taps("水电维修（1）")
    town.community.sees("本月还剩2次")


async def test_of_two_communities_exactly_one_gets_the_last_of_the_month(
    telegram_town: Town,
) -> None:
    town = telegram_town
    other = await second_community(town)
    await books_electrician(town.community)
    for robot in (town.community, other):
        await robot.says("看单点菜")
        await robot.taps("水电维修（1）")
        await robot.taps("点1")
        await robot.taps("明天（周二）")
        await robot.says(WISH)
    await other.taps("点这个")
    await town.community.taps("点这个")
    town.community.sees("这个月的名额点完了")
    other.sees("等答复")
    assert await states(town, "bookings") == ["asked", "asked"]


async def test_another_community_reads_and_changes_nothing_of_this_one(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await asks(town.resident, TAP)
    await books_electrician(town.community)
    other = await second_community(town)
    for token in (
        *("lists.need:1", "lists.open:1", "lists.refuse:1", "lists.find:1", "lists.menu:0:1"),
        *("lists.booking:1:1", "lists.show:1", "lists.cancel:1", "lists.strike:1"),
    ):
        await other.presses(token)
    other.does_not_see(TAP)
    other.does_not_see(WISH)
    assert (await states(town), await states(town, "bookings")) == (["new"], ["asked"])


async def test_next_month_has_its_own_quota(telegram_town: Town) -> None:
    town = telegram_town
    await books_electrician(town.community)
    await books_electrician(town.community)
    await town.community.says("看单点菜")
    await town.community.taps("水电维修（1）")
    town.community.sees("本月还剩0次")
    await town.community.taps("点1")
    await town.community.says("12月8日")
    await town.community.says(WISH)
    await town.community.taps("点这个")
    assert [row[0] for row in await town.rows("select month from bookings order by id")] == [
        *("2026-11", "2026-11", "2026-12"),
    ]


async def test_an_unanswered_booking_climbs_and_ends_with_its_quota_free(
    telegram_town: Town,
) -> None:
    town = telegram_town
    leader = Robot(town, sample.UNIT_LEADER)
    await books_electrician(town.community)
    town.unit_duty.looks_away()
    await town.passes(days=1, hours=2)
    town.unit_duty.sees("等答复")
    await town.passes(days=1)
    leader.sees("等答复")
    town.community.sees("还没答复")
    await town.passes(days=1)
    town.street.sees("还没答复：电工义诊")
    await town.passes(days=2)
    assert await states(town, "bookings") == ["lapsed"]
    town.community.sees("没有答复")
    await town.community.says("看单点菜")
    await town.community.taps("水电维修（1）")
    town.community.sees("本月还剩2次")


async def test_a_broken_promise_is_told_up_to_the_street_and_counted(telegram_town: Town) -> None:
    town = telegram_town
    leader = Robot(town, sample.UNIT_LEADER)
    await books_electrician(town.community)
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("明天（周二）")
    leader.looks_away()
    await town.passes(days=7)
    leader.sees("答应11月24日办")
    town.street.sees("过了说好的日子：电工义诊")
    town.community.sees("答应了没办成")
    assert await states(town, "bookings") == ["broken"]
    await asks(town.resident, TAP)
    await opens(town.community)
    town.community.sees("以前办到0件，没办到1件")


async def test_an_booking_can_be_called_back_and_sent_back(telegram_town: Town) -> None:
    town = telegram_town
    await books_electrician(town.community)
    await town.community.taps("撤单")
    town.unit_duty.sees("撤回了")
    await town.unit_duty.presses("lists.accept:1")
    town.unit_duty.sees("已经往下走了")
    await books_electrician(town.community)
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("明天（周二）")
    for _n in range(3):
        await town.unit_duty.taps("办完了")
        await town.unit_duty.says("去过了")
        await town.unit_duty.taps("没有照片")
        await town.community.taps("没办好")
        await town.community.says("还有一户没查")
    town.unit_duty.sees("退回重办：还有一户没查")
    town.street.sees("退回3次了")


async def test_a_menu_item_answers_a_need(telegram_town: Town) -> None:
    town = telegram_town
    await asks(town.resident, TAP)
    await opens(town.community)
    await town.community.taps("从菜单里点")
    await town.community.taps("水电维修（1）")
    await town.community.taps("点1")
    await town.community.taps("明天（周二）")
    await town.community.taps("点这个")
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("明天（周二）")
    town.resident.sees("清河区路灯管理所明天来办")
    await town.unit_duty.taps("办完了")
    await town.unit_duty.says("换了阀芯")
    await town.unit_duty.taps("没有照片")
    await town.resident.taps("办好了")
    assert (await states(town), await states(town, "bookings")) == (["struck"], ["struck"])


# ── the unit's menu ──────────────────────────────────────────────────────────


async def test_a_unit_writes_and_closes_a_line(telegram_town: Town) -> None:
    town = telegram_town
    unit = town.unit_duty
    await unit.says("供给清单")
    unit.sees("电工义诊")
    await unit.taps("加一项")
    await unit.says("节前灯具检查")
    await unit.says("水电维修")
    await unit.taps("谁都可以")
    for wrong in ("0次", "-3", "1000000000", "三次左右"):
        await unit.says(wrong)
        unit.sees("请发一个1到999的整数")
    await unit.says("5次")
    await unit.taps("没有条件")
    await unit.taps("到年底")
    unit.sees("上单：节前灯具检查")
    await unit.taps("上单")
    rows = await town.rows("select what, monthly, until from supplies order by id desc limit 1")
    assert [str(value) for value in rows[0]] == ["节前灯具检查", "5", "2026-12-31"]
    await unit.says("供给清单")
    await unit.taps("撤下1")
    unit.sees("撤下了：电工义诊")
    await town.community.says("看单点菜")
    await town.community.taps("水电维修（1）")
    town.community.sees("节前灯具检查")


async def test_who_holds_no_post_bookings_and_offers_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await books_electrician(town.community)
    for robot in (town.resident, town.member, town.worker):
        for token in (
            *("lists.booking:1", "lists.menu:0:0.all", "lists.add:1", "lists.close:1"),
            *("lists.accept:1", "lists.decline:1", "lists.deliver:1", "lists.progress:1"),
            *("lists.cancel:1", "lists.strike:1", "lists.back:1", "lists.show:1"),
            *("lists.open:1", "lists.refuse:1", "lists.find:1", "lists.digest_off:1"),
        ):
            await robot.presses(token)
        robot.does_not_see(WISH)
    assert await states(town, "bookings") == ["asked"]
    assert await town.rows("select id from supplies where closed_at is not null") == []


# ── the digest ───────────────────────────────────────────────────────────────


async def test_units_and_residents_read_a_monthly_digest_that_can_be_stopped(
    telegram_town: Town,
) -> None:
    town = telegram_town
    leader = Robot(town, sample.UNIT_LEADER)
    await books_electrician(town.community)
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("11月27日（周五）")
    await town.passes(days=4)
    await town.unit_duty.taps("办完了")
    await town.unit_duty.says("都查了")
    await town.unit_duty.taps("没有照片")
    await town.community.taps("销号")
    await books_electrician(town.community, "明天（周六）")
    leader.looks_away()
    town.member.looks_away()
    await town.until("09:00")
    leader.does_not_see("📋")
    await town.passes(days=3)  # Tuesday, 1 December
    told = leader.sees("📋 清河区路灯管理所").text
    assert "点单：提了2件，答应1件，办成1件，还在办1件" in told
    quiet = [b.text for b in town.member.read() if b.chat == sample.GROUP and "📋" in b.text]
    assert len(quiet) == 1
    assert "冰箱" not in quiet[0]
    town.community_head.sees("📋 翠湖社区")
    await leader.says("清单通报")
    leader.sees("提了0件，答应0件，办成0件，还在办1件")
    await leader.taps("以后不发")
    leader.looks_away()
    await town.passes(days=35)
    leader.does_not_see("📋")
    await leader.says("清单通报")
    await leader.taps("接着发")
    leader.sees("接着发，下一份")
