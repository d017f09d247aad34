"""A micro-wish, from the words of whoever wishes to their own "it came"."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, text

from bot.sample import GROUP, GROUP_NAMES
from handlers.registry import CHOICES
from tests.robot import DARK, LIT, Robot, Town

RADIO = "想要一台旧收音机，晚上听听戏"


async def wishes(robot: Robot, words: str = RADIO, readers: str = "全区的人都能看") -> None:
    """From the first word to the card that says who reads it first."""
    await robot.says("许个微心愿")
    await robot.says(words)
    await robot.taps("想要一样东西")
    await robot.taps(readers)
    await robot.taps("就这样，许下")


async def published(town: Town, words: str = RADIO) -> None:
    await wishes(town.resident, words)
    await town.community.taps("可以，发布")


async def claimed(town: Town, days: int = 3) -> None:
    """Claimed from the list by the member, who names the day."""
    await published(town)
    await town.member.says("微心愿")
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps(f"{days}天内")


async def brings(helper: Robot, note: str = "送了一台收音机") -> None:
    await helper.taps("办好了")
    await helper.says(note)
    await helper.sends(LIT)
    await helper.taps("没有人脸")


async def state(town: Town) -> str:
    [(found,)] = await town.rows("select state from wishes")
    return str(found)


async def test_a_wish_is_struck_off_by_its_wisher_alone(town: Town) -> None:
    await wishes(town.resident)
    mine = town.resident.sees("先给社区值班赵强看一看").text
    assert "11月25日上午9点半前告诉您" in mine
    review = town.community.sees("微心愿 · 物资").text
    assert "翠湖社区3号楼 · 周兰" in review
    await town.community.taps("可以，发布")
    town.resident.sees("已经发布")
    await town.member.says("微心愿")
    listed = town.member.sees("等人认领的心愿").text
    assert f"1）“{RADIO}” · 物资" in listed
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps("3天内")
    town.resident.sees("有人认领了，最晚11月26日办好")
    await town.member.taps("已经在办了")
    await brings(town.member)
    asked = town.resident.sees("认领的人说办好了：送了一台收音机").text
    assert "您说收到了才算" in asked
    await town.resident.comes_back()
    town.resident.sees("的照片")
    assert await state(town) == "delivered"
    await town.resident.taps("收到了")
    assert await state(town) == "struck_off"
    town.member.sees("圆了，本人说收到了")
    await town.resident.says("谢谢，声音很清楚")
    await town.resident.taps("不留名")
    town.member.sees("带话给您：“谢谢，声音很清楚”")
    for robot, name in ((town.resident, "陈静"), (town.member, "周兰")):
        robot.does_not_see(name)
    assert await town.rows("select what, error from failures") == []


async def write(town: Town, statement: str) -> None:
    def run(conn: Connection) -> None:
        conn.execute(text(statement))

    await town.stage.app.database.run(run)


# ── how it is said ───────────────────────────────────────────────────────────


async def test_words_that_are_a_wish_need_not_be_said_again(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("想要一台旧收音机，心愿不大")
    town.resident.sees("是哪一种？")
    await town.resident.taps("找人帮个忙")
    await town.resident.taps("只有翠湖社区的人能看")
    summary = town.resident.sees("别人看到的就是下面这几行").text
    assert "🌟 微心愿 · 便民\n“想要一台旧收音机，心愿不大”\n翠湖社区的一位居民" in summary
    assert "熟人可能猜得出是您" in summary
    await town.resident.taps("改说明")
    await town.resident.says("想找人教我用手机")
    await town.resident.taps("就这样，许下")
    assert await town.rows("select public_text, audience from wishes") == [
        ("想找人教我用手机", "community")
    ]


async def test_numbers_and_doors_are_covered_before_anybody_reads_them(telegram_town: Town) -> None:
    town = telegram_town
    words = "想要收音机，打13800001111，卡号6222 0200 0000 0000 000，身份证210122199001010015"
    await wishes(town.resident, words)
    town.resident.sees("号码和门牌替您遮住了")
    [(kept, shown)] = await town.rows("select text, public_text from wishes")
    assert kept == shown == "想要收音机，打***，卡号***，身份证***"
    assert "13800001111" not in town.community.sees("微心愿 · 物资").text


async def test_a_wish_for_money_is_kindly_shown_the_right_way(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("许个微心愿")
    await town.resident.says("能不能帮我交一下房租")
    answer = town.resident.sees("微心愿不收发钱").text
    assert "临时救助。请找社区值班赵强 0421-0000101" in answer
    assert await town.rows("select id from wishes") == []


async def test_a_childs_age_and_school_are_to_be_left_out_and_a_wish_may_be_spoken(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("许个微心愿")
    await town.resident.says("孙子8岁，在清河一小上学，想要书包")
    town.resident.sees("请别写孩子几岁、上哪所学校")
    await town.resident.sends_voice(b"OggS")
    town.resident.sees("没听清您说的")
    await town.resident.sends_voice(b"OggS", "给孙子要个书包")
    await town.resident.taps("想要一样东西")
    await town.resident.taps("全区的人都能看")
    await town.resident.taps("就这样，许下")
    assert await town.rows("select text from wishes") == [("给孙子要个书包",)]


async def test_a_problem_is_offered_as_a_report(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("许个微心愿")
    await town.resident.says("想有个亮灯，3号楼东头路灯坏了")
    town.resident.sees("听着像是该有人来管的事")
    await town.resident.taps("上报，让人来办")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.resident.sees("QH-20261123-0001")
    assert await town.rows("select id from wishes") == []


async def test_a_worker_posts_for_an_old_person_who_agreed(town: Town) -> None:
    await town.worker.says("许个微心愿")
    await town.worker.taps("替老人发的")
    await town.worker.says("孙奶奶")
    await town.worker.taps("当面答应的")
    await town.worker.taps("2号楼")
    await town.worker.says("想要一副老花镜")
    await town.worker.taps("想要一样东西")
    await town.worker.taps("全区的人都能看")
    await town.worker.taps("就这样，许下")
    review = town.community.sees("微心愿 · 物资").text
    assert "翠湖社区2号楼 · 李明替孙奶奶发的，本人当面同意" in review
    [(consent, by)] = await town.rows(
        "select w.consent, p.name from wishes w join people p on p.id = w.poster_id"
    )
    assert (consent, by) == ("in_person", "李明")
    await town.community.taps("可以，发布")
    await town.member.says("微心愿")
    await town.member.taps("看第1件")
    town.member.does_not_see("孙奶奶")
    await town.member.taps("我来认领")
    await town.member.taps("1天内")
    await brings(town.member, "送了眼镜")
    await town.worker.comes_back()
    town.worker.sees("请问问孙奶奶")
    await town.worker.presses("wishes.yes:1:own")
    assert await state(town) == "delivered"
    await town.worker.taps("本人当面说收到了")
    assert await town.rows("select state, heard from wishes") == [("struck_off", "visit")]


async def test_without_the_old_persons_yes_nothing_is_posted(telegram_town: Town) -> None:
    town = telegram_town
    await town.worker.says("许个微心愿")
    await town.worker.taps("替老人发的")
    await town.worker.says("孙奶奶")
    await town.worker.taps("还没问过")
    town.worker.sees("先问问老人愿不愿意")
    assert await town.rows("select id from wishes") == []
    await town.resident.says("许个微心愿")
    town.resident.does_not_see("替老人发的")


# ── review ───────────────────────────────────────────────────────────────────


async def test_the_wisher_reads_changed_words_before_anybody_else(town: Town) -> None:
    await wishes(town.resident)
    await town.community.taps("改一改再发")
    await town.community.says("想要一台能听戏的收音机")
    town.resident.sees("社区想这样写")
    await town.member.says("微心愿")
    town.member.sees("现在没有等人认领的心愿")
    await town.resident.taps("换个说法")
    await town.resident.says("要一台收音机，旧的")
    assert await state(town) == "collected"
    await town.community.taps("改一改再发")
    await town.community.says("想要一台旧收音机")
    await town.resident.taps("行，就这样发")
    await town.member.says("微心愿")
    town.member.sees("“想要一台旧收音机”")


async def test_silence_about_changed_words_is_no_yes(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident)
    await town.community.taps("改一改再发")
    await town.community.says("想要一台能听戏的收音机")
    await town.passes(days=12)
    town.community.sees("本人没点头，先不发布")
    assert await state(town) == "verified"


async def test_a_wish_that_cannot_be_is_sent_back_with_its_reason(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident, "想要一辆汽车")
    await town.community.taps("退回")
    await town.community.taps("这件事比较大，一个人、一个单位办不下来")
    answer = town.resident.sees("这个心愿没法发布：这件事比较大").text
    assert "发“许个微心愿”" in answer
    assert await state(town) == "rejected"


async def test_a_wish_that_is_a_problem_goes_on_as_the_wishers_report(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident, "想请人看看家里的老物件")
    await town.community.taps("这是上报的事")
    town.resident.sees("已经转成上报")
    [(reporter, words)] = await town.rows(
        "select p.name, c.text from cases c join people p on p.id = c.reporter_id"
    )
    assert (reporter, words) == ("周兰", "想请人看看家里的老物件")
    await town.worker.comes_back()
    town.worker.sees("QH-20261123-0001")
    assert await state(town) == "converted"


async def test_a_wish_nobody_looks_at_goes_up_to_the_head_and_to_the_street(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await wishes(town.resident)
    await town.community.says("审核心愿")
    town.community.sees("等您看的心愿")
    await town.passes(days=2, minutes=20)
    town.community_head.sees("请在明天上午9点半前看一看")
    assert "已转给社区书记郭岚" in town.resident.sees("没做到，对不起").text
    await town.passes(days=1)
    town.street.sees("微心愿 · 物资")
    await town.passes(days=1, hours=4)
    await town.street_head.taps("可以，发布")
    town.resident.sees("已经发布")
    await town.resident.says("审核心愿")
    town.resident.sees("现在轮不到您来办")


async def test_where_nobody_nearer_serves_the_districts_desk_reviews(telegram_town: Town) -> None:
    town = telegram_town
    nearer = "('community_duty', 'community_head', 'street_duty', 'street_head')"
    await write(town, f"delete from posts where kind in {nearer}")
    await wishes(town.resident)
    await town.passes(days=4)
    await town.desk.taps("可以，发布")
    assert await state(town) == "published"


async def test_nobody_reviews_what_they_posted_themselves(telegram_town: Town) -> None:
    town = telegram_town
    await town.community.says("许个微心愿")
    await town.community.taps("我自己的")
    await town.community.taps("翠湖社区")
    await town.community.says("想要几盆花放社区门口")
    await town.community.taps("给大家办件好事")
    await town.community.taps("全区的人都能看")
    await town.community.taps("就这样，许下")
    town.community_head.sees("微心愿 · 公益")
    await town.community.presses("wishes.approve:1:")
    assert await state(town) == "collected"


# ── groups and units ─────────────────────────────────────────────────────────


@pytest.fixture
def group_town(telegram_town: Town) -> Town:
    """Everybody is in the members' group."""
    phones = [robot.phone for robot in telegram_town.everybody]
    telegram_town.stage.messenger.group(GROUP, GROUP_NAMES["zh_CN"], phones)
    return telegram_town


def in_group(robot: Robot) -> str:
    """The group's card as it stands."""
    [bubble] = [b for b in robot.phone.bubbles if b.chat == GROUP and "微心愿" in b.text]
    return bubble.text


async def test_a_member_claims_by_a_tap_in_the_group(group_town: Town) -> None:
    town = group_town
    await town.member.says("帮助")
    await published(town)
    assert "还没人认领" in in_group(town.neighbour)
    assert "周兰" not in in_group(town.neighbour)
    await town.member.taps("我来认领")
    assert "有人认领了" in in_group(town.neighbour)
    await town.member.taps("3天内")
    assert "最晚11月26日办好" in in_group(town.neighbour)
    assert "陈静" not in in_group(town.neighbour)
    before = len(town.neighbour.phone.bubbles)
    await brings(town.member)
    await town.resident.taps("收到了")
    assert "心愿圆了" in in_group(town.neighbour)
    assert len(town.neighbour.phone.bubbles) == before


async def test_whoever_is_no_member_is_thanked_and_shown_the_way(group_town: Town) -> None:
    town = group_town
    await town.neighbour.says("帮助")
    await published(town)
    [bubble] = [b for b in town.neighbour.phone.bubbles if b.chat == GROUP]
    handled = await town.neighbour.phone.press("wishes.claim:1", bubble.id)
    assert handled.toast == "谢谢您的心意。认领要先登记成党员、志愿者或单位的人。"
    await town.settles()
    town.neighbour.sees("想登记成志愿者，请找社区值班赵强，电话0421-0000101")
    assert await state(town) == "published"
    stranger = await town.resident.phone.press("wishes.claim:1", bubble.id)
    assert "您自己的心愿" in stranger.toast


async def test_who_never_wrote_to_the_bot_is_led_there_and_keeps_the_claim(
    group_town: Town,
) -> None:
    town = group_town
    await published(town)
    [bubble] = [b for b in town.member.phone.bubbles if b.chat == GROUP]
    handled = await town.member.phone.press("wishes.claim:1", bubble.id)
    assert handled.opens.endswith("wis-1")
    await town.member.phone.open("wis-1")
    await town.settles()
    await town.member.taps("7天内")
    town.member.sees("说好最晚11月30日办好")


async def test_two_at_once_and_exactly_one_has_it(group_town: Town) -> None:
    town = group_town
    await write(town, "update people set member = 'volunteer' where name = '吴桂芳'")
    await published(town)
    [bubble] = [b for b in town.member.phone.bubbles if b.chat == GROUP]
    first, second = await asyncio.gather(
        town.member.phone.press("wishes.claim:1", bubble.id),
        town.neighbour.phone.press("wishes.claim:1", bubble.id),
    )
    assert {first.opens, second.opens, first.toast, second.toast} >= {
        "刚刚被别人认领了。看别的，发“微心愿”。"
    }
    assert await state(town) == "claimed"
    claims = "select count(*) from wish_events where act = 'claim'"
    assert await town.rows(claims) == [(1,)]


async def test_what_a_community_keeps_to_itself_is_not_claimed_from_elsewhere(
    group_town: Town,
) -> None:
    town = group_town
    [(chunxiao,)] = await town.rows("select id from areas where code = 'QH-LL-CX'")
    await write(town, f"update people set home_id = {chunxiao} where name = '陈静'")
    await wishes(town.resident, readers="只有翠湖社区的人能看")
    await town.community.taps("可以，发布")
    await town.member.says("微心愿")
    town.member.sees("现在没有等人认领的心愿")
    await town.member.presses("wishes.claim:1")
    town.member.sees("没有找到这个心愿")
    assert await state(town) == "published"
    [bubble] = [b for b in town.member.phone.bubbles if b.chat == GROUP]
    await town.member.phone.press(
        "wishes.claim:1", bubble.id
    )  # shown to this group, which they are in
    assert await state(town) == "claimed"


async def test_a_unit_registered_there_has_one_notice_and_claims_as_a_unit(
    telegram_town: Town,
) -> None:
    town = telegram_town
    [(unit, community)] = await town.rows(
        "select u.id, a.id from units u, areas a where u.code = 'U-LD' and a.code = 'QH-LL-CH'"
    )
    await write(town, f"update units set kind = 'sent_down' where id = {unit}")
    await write(
        town,
        "insert into reportins (unit_id, area_id, ground, confirmed_by, confirmed_at)"
        f" values ({unit}, {community}, 'near', 1, '2026-11-20 00:00:00')",
    )
    await published(town)
    await town.unit_duty.taps("我来认领")
    assert "替清河区路灯管理所认领" in town.unit_duty.sees("归您了").text
    await town.unit_duty.taps("3天内")
    await brings(town.unit_duty)
    await town.resident.taps("收到了")
    await town.resident.taps("不用了")
    await town.resident.taps("可以让对方知道我")
    town.resident.does_not_see("冯川")
    await town.unit_duty.taps("可以让对方知道我")
    town.resident.sees("清河区路灯管理所的冯川办的")
    assert "周兰许的" in town.unit_duty.sees("双方都愿意认识").text


# ── late, given back, refused, silent ────────────────────────────────────────


async def test_a_late_claimer_is_asked_first_and_moves_the_day_once(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town, 1)
    await town.passes(days=1, hours=11)
    town.member.sees("您还来得及吗")
    town.resident.sees("没做到，对不起，正在问认领的人")
    await town.member.taps("换个日子（一次）")
    await town.member.taps("3天内")
    town.resident.sees("要晚几天，最晚11月27日办好")
    await town.passes(days=3)
    town.member.sees("您还来得及吗")
    await town.member.presses("wishes.move:1:")
    town.member.sees("日子已经改过一次了")
    await town.passes(days=1, hours=1)
    assert await state(town) == "published"
    town.member.sees("没等到您回话，已经放回去了")
    town.resident.sees("已经再发出去找人")
    assert await town.rows("select count(*) from wish_events where act = 'release'") == [(1,)]


async def test_without_a_day_the_claim_is_free_again_after_one(telegram_town: Town) -> None:
    town = telegram_town
    await published(town)
    await town.member.presses("wishes.claim:1")
    await town.member.presses("wishes.day:1:31")
    town.member.sees("最晚30天内要办好")
    await town.member.presses("wishes.day:1:999999999")
    await town.passes(days=1, minutes=1)
    assert await state(town) == "published"


async def test_what_is_given_back_is_offered_again(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await town.member.taps("办不了，交回")
    town.resident.sees("认领的人来不了了")
    await town.member.says("微心愿")
    town.member.sees("等人认领的心愿")


async def test_a_no_goes_back_to_the_claimer_and_the_community_knows(town: Town) -> None:
    await claimed(town)
    await brings(town.member)
    await town.resident.taps("还没有，或者不对")
    await town.resident.taps("没收到")
    town.member.sees("本人说：没收到")
    await town.community.comes_back()
    town.community.sees("本人说没办好")
    assert await state(town) == "delivering"
    await brings(town.member, "又送了一次")
    await town.resident.comes_back()
    await town.resident.taps("收到了")
    assert await state(town) == "struck_off"


async def test_silence_is_no_yes_and_the_community_telephones(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await brings(town.member)
    await town.passes(days=4)
    await town.community.taps("没打通")
    town.community.sees("再请您打一次电话")
    await town.passes(days=30)
    assert await state(town) == "delivered"
    await town.community.taps("本人说收到了")
    assert await town.rows("select state, heard from wishes") == [("struck_off", "phone")]
    await town.resident.taps("我没说过收到")
    await town.resident.says("真没收到")
    assert await state(town) == "delivering"
    assert await town.rows("select state from awards") == [("ended",)]
    await brings(town.member, "又送了一次")
    town.member.looks_away()
    await town.resident.taps("收到了")
    assert await state(town) == "struck_off"
    town.member.sees("圆微心愿3分，公示到")  # the second yes counts like the first
    await town.passes(days=5)
    assert await town.rows("select state from awards order by id") == [("ended",), ("posted",)]


async def test_a_question_that_cannot_arrive_asks_for_a_call_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await town.resident.phone.block()
    await brings(town.member)
    town.community.sees("本人一直没回，请打个电话问问")


async def test_a_photo_with_a_face_is_not_kept(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await town.member.taps("办好了")
    await town.member.says("送到了")
    await town.member.sends(DARK)
    await town.member.taps("有，我换一张")
    await town.member.sends(LIT)
    await town.member.taps("没有人脸")
    assert await town.rows("select count(*) from media where about = 'wish'") == [(1,)]


async def test_what_nobody_claims_is_offered_again_and_then_shown_to_the_street(
    group_town: Town,
) -> None:
    town = group_town
    await published(town)
    cards = [b for b in town.neighbour.phone.bubbles if b.chat == GROUP]
    await town.passes(days=7, hours=1)
    again = [b for b in town.neighbour.phone.bubbles if b.chat == GROUP]
    assert len(again) == len(cards) + 1
    await town.passes(days=7)
    town.street.sees("一直没人认领")
    assert "街道也在帮着找人" in town.resident.sees("还挂着").text
    await town.street.taps("现在再发一遍")
    await town.street.taps("说明原因，结束")
    await town.street.taps("一直没找到能办的人")
    town.resident.sees("一直没找到能办的人")
    assert await state(town) == "rejected"


# ── browsing ─────────────────────────────────────────────────────────────────


async def test_wishes_are_listed_by_kind_the_nearest_first_page_by_page(
    telegram_town: Town,
) -> None:
    town = telegram_town
    areas = dict(await town.rows("select code, id from areas"))
    paths = dict(await town.rows("select code, path from areas"))
    [(person,)] = await town.rows("select id from people where name = '周兰'")
    for code, kind in (
        *(("QH-LL-CX-1-1", "help"), ("QH-LL-CH-2-5", "goods"), ("QH-LL-CH-1-3", "help")),
        *(("QH-LL-CX-1-2", "goods"), ("QH-LL-CX-1-3", "goods"), ("QH-LL-CX-1-4", "goods")),
    ):
        community = areas[code[:8]]
        await write(
            town,
            "insert into wishes (poster_id, for_name, area_id, path, community_id, kind, text,"
            " public_text, audience, state, posted_at, review_due, desk, published_at, offered,"
            " moved, note, refused_words, calls, reason, thanks, wisher_known, claimer_known,"
            f" version) values ({person}, '', {areas[code]}, '{paths[code]}', {community},"
            f" '{kind}', 'x', '心愿{code}', 'public', 'published', '2026-11-20 00:00:00',"
            " '2026-11-20 00:00:00', 'community_duty', '2026-11-20 00:00:00', 1, 0, '', '', 0,"
            " '', '', 0, 0, 1)",
        )
    await town.member.says("微心愿")
    shown = town.member.sees("等人认领的心愿，近的在前，共6个").text.splitlines()
    assert "QH-LL-CH-2-5" in shown[1]
    assert shown[1].endswith("您网格里")
    assert "QH-LL-CH-1-3" in shown[2]
    assert shown[2].endswith("您社区里")
    assert shown[3].endswith("您街道里")
    assert len(shown) == 6
    await town.member.taps("还有")
    town.member.sees("6）“心愿")
    await town.member.taps("便民")
    assert len(town.member.sees("等人认领的便民心愿，共2个").text.splitlines()) == 3
    await town.member.presses("wishes.page:99999999:nothing")
    town.member.sees("近的在前")


# ── forged, private ──────────────────────────────────────────────────────────


async def test_no_forged_press_moves_a_wish_of_others(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident)
    before = await town.rows("select state, version from wishes")
    verbs = [verb for verb in CHOICES if verb.startswith("wishes.") and verb != "wishes.page"]
    for robot in (town.neighbour, town.member):
        for token in (*(f"{verb}:1:" for verb in verbs), "wishes.yes:1:phone", "wishes.day:1:3"):
            await robot.phone.press(token, "")
    await town.settles()
    await town.member.presses("wishes.claim:999999")
    await town.member.phone.open("wis-999999999999999999999")
    await town.member.phone.open("wis-abc")
    await town.settles()
    assert await town.rows("select state, version from wishes") == before
    assert await town.rows("select what, error from failures") == []


async def test_ones_wishes_are_shown_and_deleted_once_nobody_counts_on_them(
    group_town: Town,
) -> None:
    town = group_town
    await claimed(town)
    for robot, words in ((town.resident, RADIO), (town.member, "")):
        await robot.says("我的资料")
        assert words[:10] in robot.sees("我的心愿").text
        await robot.says("注销")
        assert "还有1个心愿没办完" in robot.sees("先收回").text
    await town.resident.taps("我的心愿")
    await town.resident.taps("看第1件")
    await town.resident.taps("收回这个心愿")
    town.member.sees("本人收回了，您不用再办了")
    await town.resident.says("注销")
    await town.resident.taps("删除")
    kept = await town.rows("select text, public_text, note from wishes")
    assert kept == [("", "", "")]
    assert not any(RADIO in b.text for b in town.neighbour.phone.bubbles)


async def test_the_words_of_a_wish_are_deleted_a_year_after_its_end(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident)
    await town.resident.taps("收回这个心愿")
    await town.passes(days=366)
    assert await town.rows("select text, public_text from wishes") == [("", "")]
