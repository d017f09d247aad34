"""三张清单: what is needed, offered and done for others, from the line in chat to the strike-off."""

from __future__ import annotations

from pathlib import Path

from bot import sample
from tests.robot import LIT, Robot, Town
from tests.robot import town as open_town

FRIDGE = "家里冰箱不制冷，想请人看看"
TAP = "家里水龙头一直漏水，想请人看看"


async def asks(resident: Robot, words: str = FRIDGE) -> None:
    await resident.says(f"/need {words}")
    await resident.taps("就这样发")


async def opens(officer: Robot) -> None:
    """The community's officer lets others read the need as it stands."""
    await officer.taps("找人办")
    await officer.taps("就这样写")


async def in_hand(town: Town) -> None:
    """陈静 has promised to look at the fridge tomorrow."""
    await town.member.says("帮助")
    await asks(town.resident)
    await opens(town.community)
    await town.community.taps("问陈静")
    await town.member.comes_back()
    await town.member.taps("接，定日子")
    await town.member.taps("明天（周二）")


async def states(town: Town, table: str = "list_needs") -> list[str]:
    return [row[0] for row in await town.rows(f"select state from {table} order by id")]


# ── needs ────────────────────────────────────────────────────────────────────


async def test_a_need_goes_from_one_line_to_the_residents_own_yes(town: Town) -> None:
    await town.member.says("帮助")
    await asks(town.resident)
    town.resident.sees("已转给翠湖社区")
    town.community.sees(FRIDGE)
    await opens(town.community)
    card = town.community.sees("谁能办，为什么").text
    assert "陈静：会家电维修、同一社区、这个月还没接过、以前没有失约" in card
    assert "有空：周六全天、周日上午" in card
    assert "还没问任何人" in card
    assert await states(town, "bookings") == []
    await town.community.taps("问陈静")
    await town.member.comes_back()
    asked = town.member.sees("等答复").text
    assert "周兰" not in asked
    assert "3号楼" not in asked
    await town.member.taps("接，定日子")
    await town.member.taps("明天（周二）")
    assert "3号楼" in town.member.sees("答应11月24日办").text
    town.resident.sees("陈静明天来办")
    await town.passes(days=1)
    await town.member.comes_back()
    await town.member.taps("办完了")
    await town.member.says("换了温控器")
    await town.member.sends(LIT)
    await town.resident.comes_back()
    town.resident.sees("陈静说办好了：换了温控器")
    await town.resident.taps("办好了")
    town.resident.sees("销号了，谢谢您")
    assert (await states(town), await states(town, "bookings")) == (["struck"], ["struck"])
    await town.member.comes_back()
    town.member.sees("销号了，谢谢")


async def test_the_community_says_no_with_a_reason_and_the_asker_reads_it(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await asks(town.resident)
    await town.community.taps("不办")
    await town.community.taps("这是收费的活，要找公司")
    town.resident.sees("这是收费的活，要找公司")
    assert await states(town) == ["declined"]
    town.community.looks_away()
    await town.community.presses("lists.open:1")
    town.community.sees("已经有了结果")


async def test_numbers_of_people_are_asked_to_be_left_out(telegram_town: Town) -> None:
    town = telegram_town
    for said in ("帮我修冰箱，电话13800001111", "帮我买药，转账到6222020200112233445"):
        await town.resident.says(f"/need {said}")
        town.resident.sees("电话、证件号、卡号别写在这里")
        await town.resident.says(FRIDGE)
        await town.resident.taps("就这样发")
    assert await states(town) == ["new", "new"]
    everything = "".join(bubble.text for bubble in town.community.read())
    assert "13800001111" not in everything
    assert "6222" not in everything


async def test_danger_in_a_need_is_answered_as_danger(telegram_town: Town) -> None:
    await telegram_town.resident.says("/need 三楼着火了快来人，冒黑烟了出不去")
    telegram_town.resident.sees("119")
    assert await states(telegram_town) == []


async def test_five_needs_at_a_time_are_enough(telegram_town: Town) -> None:
    for _n in range(5):
        await asks(telegram_town.resident)
    await telegram_town.resident.says(f"/need {FRIDGE}")
    telegram_town.resident.sees("您已经提了几件")
    assert len(await states(telegram_town)) == 5


async def test_a_member_may_decline_and_it_counts_for_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await asks(town.resident)
    await opens(town.community)
    await town.community.taps("问陈静")
    town.community.looks_away()
    await town.member.taps("现在不行")
    town.member.sees("只有问您的人知道")
    told = town.community.sees("陈静现在不方便").text
    assert "清单上没有合适又有空的" in told
    assert (await states(town), await states(town, "bookings")) == (["open"], ["declined"])
    await town.passes(days=40)
    await town.member.presses("lists.accept:1")
    town.member.sees("已经往下走了")


async def test_nobody_reads_a_need_that_is_not_theirs(telegram_town: Town) -> None:
    town = telegram_town
    await asks(town.resident)
    for robot in (town.neighbour, town.member, town.street, town.unit_duty, town.worker):
        robot.looks_away()
        await robot.presses("lists.need:1")
        robot.sees("找不到这条需求")
        robot.does_not_see(FRIDGE)
    await town.community.taps("找人办")
    await town.community.says("一户居民家冰箱坏了，想请人看看")
    await town.member.presses("lists.need:1")
    town.member.sees("翠湖社区在找人帮忙：“一户居民家冰箱坏了，想请人看看”")
    town.member.does_not_see("周兰")
    await town.neighbour.presses("lists.need:1")
    town.neighbour.does_not_see("冰箱")
    await town.neighbour.says("需求清单")
    town.neighbour.sees("您提的需求")
    town.neighbour.does_not_see("冰箱")


async def test_what_nobody_reads_climbs_and_ends_with_an_apology(telegram_town: Town) -> None:
    town = telegram_town
    await asks(town.resident)
    await town.passes(days=2)
    town.community_head.sees(FRIDGE)
    await town.passes(days=1)
    street = town.street.sees("有一条居民需求一直没人看").text
    assert "冰箱" not in street
    await town.passes(days=6)
    town.resident.sees("没找到能帮的人，对不起")
    assert await states(town) == ["lapsed"]


async def test_an_open_need_nobody_takes_is_looked_after_again_or_ends(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await asks(town.resident, "奶奶想请人教英语口语")
    await opens(town.community)
    town.community.sees("清单上没有合适又有空的")
    town.community.looks_away()
    await town.passes(days=15)
    await town.community.taps("接着找")
    await town.passes(days=25)
    town.resident.sees("没找到能帮的人")
    assert await states(town) == ["lapsed"]


async def test_a_unit_claims_a_need_and_a_second_one_comes_too_late(telegram_town: Town) -> None:
    town = telegram_town
    leader = Robot(town, sample.UNIT_LEADER)
    await asks(town.resident, TAP)
    await opens(town.community)
    await town.unit_duty.says("需求清单")
    await town.unit_duty.taps("看第1件")
    await town.unit_duty.taps("我们来办")
    await leader.presses("lists.claim:1")
    await town.unit_duty.taps("明天（周二）")
    town.resident.sees("清河区路灯管理所明天来办")
    town.community.sees("已接")
    await leader.taps("明天（周二）")
    leader.sees("已经有了结果")
    assert (await states(town), await states(town, "bookings")) == (["taken"], ["accepted"])


async def test_late_help_is_asked_for_then_told_then_given_to_somebody_else(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await in_hand(town)
    town.member.looks_away()
    town.community.looks_away()
    await town.passes(days=2)
    town.member.sees("答应11月24日办")
    await town.passes(days=1)
    town.community.sees("过了说好的日子")
    await town.passes(days=3)
    town.resident.sees("没办成，对不起。社区正在另找人")
    assert (await states(town), await states(town, "bookings")) == (["open"], ["broken"])


async def test_not_done_goes_back_and_silence_is_no_yes(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.member.taps("办完了")
    await town.member.says("修好了")
    await town.member.taps("没有照片")
    await town.resident.taps("没办好")
    await town.resident.says("还是不制冷")
    town.member.sees("退回重办：还是不制冷")
    await town.member.taps("办完了")
    await town.member.says("这次换了配件")
    await town.member.taps("没有照片")
    await town.passes(days=6)
    town.resident.sees("按规则销号，不算您说好")
    assert await town.rows("select state, answer from bookings") == [("struck", "silence")]


async def test_who_helped_does_not_strike_off(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.member.taps("办完了")
    await town.member.says("修好了")
    await town.member.taps("没有照片")
    for robot in (town.member, town.community, town.neighbour):
        robot.looks_away()
        await robot.presses("lists.strike:1")
        assert robot.read()
    assert await states(town, "bookings") == ["delivered"]


async def test_withdrawing_stops_whoever_was_coming(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.resident.taps("不用了")
    town.member.sees("不用办了")
    assert (await states(town), await states(town, "bookings")) == (["withdrawn"], ["cancelled"])
    assert await town.rows("select what, error from failures") == []


async def test_my_data_shows_it_and_forgetting_ends_it(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.resident.says("我的资料")
    town.resident.sees("需求：“家里冰箱不制冷")
    await town.member.says("我的资料")
    assert "服务清单：会家电维修、电脑手机" in town.member.sees("请您帮忙").text
    await town.resident.says("注销")
    await town.resident.taps("删除")
    assert await states(town) == ["withdrawn"]
    assert await town.rows("select words, public from list_needs") == [("", "")]
    assert await town.rows("select words, state from bookings") == [("", "cancelled")]
    await town.member.says("注销")
    await town.member.taps("删除")
    assert await town.rows("select * from services") == []


async def test_a_helper_who_forgets_is_replaced_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.member.says("注销")
    await town.member.taps("删除")
    town.resident.sees("社区正在另找人")
    town.community.sees("清单上没有合适又有空的")
    assert (await states(town), await states(town, "bookings")) == (["open"], ["broken"])


async def test_words_are_deleted_a_year_after_the_end(telegram_town: Town) -> None:
    town = telegram_town
    await in_hand(town)
    await town.resident.taps("不用了")
    await town.passes(days=366)
    assert await town.rows("select words, public, forget_at from list_needs") == [("", "", None)]
    assert await town.rows("select words from bookings") == [("",)]


async def test_a_community_asks_for_itself_and_strikes_off_itself(telegram_town: Town) -> None:
    town = telegram_town
    await town.community_head.says("需求")
    await town.community_head.taps("社区的")
    await town.community_head.says("活动室要搬几张桌子")
    card = town.community_head.sees("谁能办，为什么").text
    assert "柳林街道环卫所：会搬运、同一街道" in card
    await town.community_head.says("需求清单")
    town.community_head.sees("活动室要搬几张桌子")
    await town.member.says("需求清单")
    await town.member.taps("看第1件")
    await town.member.taps("我们来办")
    await town.member.taps("明天（周二）")
    town.community.sees("活动室要搬几张桌子")
    await town.member.taps("办完了")
    await town.member.says("搬好了")
    await town.member.taps("没有照片")
    await town.member.presses("lists.strike:1")
    town.member.sees("办的人自己不能说")
    await town.community.taps("销号")
    assert (await states(town), await states(town, "bookings")) == (["struck"], ["struck"])


async def test_the_same_in_english(sqlite_district: str, tmp_path: Path) -> None:
    async with open_town(sqlite_district, tmp_path / "media", language="en") as town:
        await town.resident.says("/need My fridge is broken, could somebody look at it?")
        await town.resident.taps("Ask for it")
        await town.community.taps("Find somebody")
        await town.community.taps("As it stands")
        card = town.community.sees("who might do it, and why").text
        assert "same community, nothing taken on this month yet, no promise broken" in card
        assert "free Sat all day, Sun morning" in card
        await town.community.taps("Ask 陈静")
        await town.member.taps("Accept, with a day")
        await town.member.taps("tomorrow (Tue)")
        town.resident.sees("陈静 does it tomorrow")
        await town.community.says("book")
        await town.community.taps("All (3)")
        assert "2 a month, 2 left this month" in town.community.sees("Nearest first").text


# ── services ─────────────────────────────────────────────────────────────────


async def test_a_member_says_what_when_and_how_far(telegram_town: Town) -> None:
    town = telegram_town
    await town.member.says("我能帮忙")
    town.member.sees("您在服务清单上是这样写的")
    await town.member.taps("改一改")
    await town.member.says("会魔法")
    town.member.sees("没看懂是哪一类")
    await town.member.says("理发、写春联")
    await town.member.says("看情况")
    town.member.sees("没看懂是哪天")
    await town.member.says("周三下午、周六")
    await town.member.taps("翠湖社区")
    town.member.sees("会理发、书法；有空：周六全天、周三下午；在翠湖社区里")
    await town.member.taps("写上")
    [(skills, hours)] = await town.rows("select skills, hours from services")
    assert ("hair" in str(skills), "3p" in str(hours), "6a" in str(hours)) == (True, True, True)
    await town.member.says("我能帮忙")
    await town.member.taps("先歇一阵")
    town.member.sees("正在歇着")
    await town.member.taps("把我撤下")
    assert await town.rows("select * from services") == []


async def test_only_members_of_the_roster_stand_on_the_service_list(telegram_town: Town) -> None:
    await telegram_town.resident.says("我能帮忙")
    telegram_town.resident.sees("名册里的党员和志愿者")
    await telegram_town.resident.presses("lists.service_rest:1")
    telegram_town.resident.sees("您不在服务清单上")


async def test_whoever_rests_is_not_proposed(telegram_town: Town) -> None:
    town = telegram_town
    await town.member.says("我能帮忙")
    await town.member.taps("先歇一阵")
    await asks(town.resident)
    await opens(town.community)
    town.community.sees("清单上没有合适又有空的")
    await town.community.presses("lists.pick:1:p1")
    town.community.sees("不在清单上了")
    assert await states(town, "bookings") == []


async def test_a_forged_pick_asks_nobody(telegram_town: Town) -> None:
    community = telegram_town.community
    await asks(telegram_town.resident)
    await opens(community)
    for token in ("p999999999999999", "x", "", "u1.1"):
        community.looks_away()
        await community.presses(f"lists.pick:1:{token}")
        community.sees("不在清单上了")
    assert await states(telegram_town, "bookings") == []
