"""Volunteer tasks: published, claimed by tap, done, confirmed by somebody else, worth points."""

from __future__ import annotations

import re

from bot.sample import GROUP, GROUP_NAMES
from tests.robot import LIT, Robot, Town
from tests.stories.test_lamp import report_lamp

CALL = "周六清扫"
SATURDAY = "周六上午9点到11点"
WHEN = "11月28日（周六）9:00–11:00"
SQUARE = (41.8021, 120.7790)


def gathered(town: Town) -> bool:
    """Everybody is in the members' group, where the messenger has groups."""
    can = town.stage.messenger.capabilities.groups
    if can:
        phones = [robot.phone for robot in town.everybody]
        town.stage.messenger.group(GROUP, GROUP_NAMES["zh_CN"], phones)
    return can


async def publishes(
    organizer: Robot,
    when: str = SATURDAY,
    slots: str = "5",
    title: str = CALL,
    *,
    spot: bool = False,
) -> int:
    """From /task to the card in the groups; returns the claim number."""
    await organizer.says("发布任务")
    for words in (title, "翠湖广场", when, f"{slots}人", "3分"):
        await organizer.says(words)
    await organizer.taps("没有")
    await organizer.taps("文明联创")
    if spot:
        await organizer.sends_place(*SQUARE)
    else:
        await organizer.taps("跳过")
    await organizer.taps("发布")
    desk = organizer.sees("认领号").text
    return int(re.findall(r"认领号(\d+)", desk)[0])


async def registers(robot: Robot) -> None:
    named = () if robot.someone.number else (robot.someone.name,)  # the roster has a name
    for label in ("满14周岁了", *named, "同意"):
        await robot.taps(label)


async def ready(town: Town, *volunteers: Robot) -> None:
    gathered(town)
    await town.community.says("帮助")
    for robot in volunteers:
        await robot.says("当志愿者")
        await registers(robot)
        robot.looks_away()


async def states(town: Town) -> dict[str, str]:
    rows = await town.rows(
        "select name, state from claims join people on people.id = person_id order by place"
    )
    return {row.name: row.state for row in rows}


async def counted(town: Town) -> None:
    """The counters of every shift are what the claims say, and nothing has failed."""
    rows = await town.rows(
        "select taken, waiting, slots,"
        " (select coalesce(sum(seats), 0) from claims where shift_id = shifts.id"
        "  and state not in ('released', 'waitlisted')),"
        " (select count(*) from claims where shift_id = shifts.id and state = 'waitlisted')"
        " from shifts"
    )
    for taken, waiting, slots, seated, waited in rows:
        assert (taken, waiting) == (seated, waited)
        assert taken <= slots
    assert await town.rows("select what, error from failures") == []


def card_of(robot: Robot) -> str:
    """The group's live card as it stands now."""
    return next(b.text for b in reversed(robot.phone.bubbles) if b.chat == GROUP and "🙋" in b.text)


# ── from the call to the points ──────────────────────────────────────────────


async def test_a_saturday_from_the_call_to_the_points(town: Town) -> None:
    in_groups = gathered(town)
    await ready(town)
    n = await publishes(town.community)
    summary = town.community.sees("认领就是同意在这里显示名字").text
    assert f"{WHEN} 报名0/5" in summary
    assert "翠湖广场" in summary
    if in_groups:
        assert summary.endswith(card_of(town.member))  # what was agreed to is what is posted
        await town.member.taps("认领")
        assert "报名1/5\n陈静" in card_of(town.resident)
    else:
        await town.member.says(f"认领{n}")
    town.member.sees("已认领")
    town.member.looks_away()
    await town.passes(days=4, hours=10)
    await town.member.comes_back()
    town.member.sees("明天：周六清扫")
    await town.passes(hours=13, minutes=5)
    await town.member.comes_back()
    town.member.sees("还有1小时")
    await town.passes(minutes=35)
    await town.community.says("我的任务")
    await town.community.taps("出示签到码")
    code = re.findall(r"\d{4}", town.community.sees("今天的签到码").text)[0]
    await town.member.says("我的任务")
    await town.member.taps("我到了")
    await town.member.says("12345")
    town.member.sees("这不是签到码")
    await town.member.says(code)
    await town.passes(hours=1, minutes=50)
    await town.member.taps("签退")
    town.member.sees("待确认 +3")
    await town.passes(hours=1)
    await town.community.says("我的任务")
    await town.community.taps("到场的都确认")
    town.community.sees("确认了1人，积分开始公示")
    await town.member.comes_back()
    town.member.sees("周六清扫3分，公示到12月1日")
    await town.passes(days=5)
    await town.member.comes_back()
    assert await states(town) == {"陈静": "confirmed"}
    [(minutes,)] = await town.rows("select minutes from claims")
    assert 100 <= minutes <= 120
    [(points, state)] = await town.rows("select points, state from awards")
    assert (points, state) == (3, "posted")
    assert await town.rows("select id from shifts where settled_at is null") == []
    await counted(town)


async def test_the_organizer_is_asked_each_working_morning_until_it_is_said(town: Town) -> None:
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await town.passes(days=5, hours=2)
    town.community.looks_away()
    await town.community.comes_back()
    await town.passes(days=2)
    await town.community.comes_back()
    asked = [b for b in town.community.read() if "人等您确认" in b.text]
    assert asked
    await town.passes(days=1)
    await town.community.comes_back()
    assert len([b for b in town.community.read() if "人等您确认" in b.text]) > len(asked)
    await town.community.says("我的任务")
    await town.community.taps("其余的没来")
    await town.member.comes_back()
    town.member.sees("您认领了但没见到您来")
    town.resident.does_not_see("没见到")
    await town.member.taps("不是这样")
    town.member.sees("现在值班")
    await town.community.comes_back()
    await town.community.taps("确实到场了")
    assert await states(town) == {"陈静": "confirmed"}
    assert await town.rows("select state from calls") == [("ended",)]
    await counted(town)


# ── slots, the line, and back ────────────────────────────────────────────────


async def test_who_waits_longest_has_the_slot_that_is_given_back(town: Town) -> None:
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community, slots="1")
    for robot in (town.member, town.resident, town.neighbour):
        await robot.says(f"认领{n}")
    town.resident.sees("您排候补第1位")
    town.neighbour.sees("您排候补第2位")
    await town.member.says(f"认领{n}")  # once more changes nothing
    await town.member.says(f"放弃{n}")
    town.resident.sees("有名额了，轮到您了")
    town.neighbour.looks_away()
    assert await states(town) == {"陈静": "released", "周兰": "claimed", "吴桂芳": "waitlisted"}
    await town.member.says(f"认领{n}")  # at the end of the line now
    assert list(await states(town)) == ["周兰", "吴桂芳", "陈静"]
    await town.neighbour.says("释放")
    assert (await states(town))["吴桂芳"] == "released"
    await counted(town)


async def test_a_slot_is_kept_for_whoever_registers_and_goes_on_when_the_minutes_are_over(
    town: Town,
) -> None:
    await ready(town, town.neighbour)
    n = await publishes(town.community, slots="1")
    await town.resident.says(f"认领{n}")
    town.resident.sees("您满14周岁了吗")
    await town.neighbour.says(f"认领{n}")
    assert await states(town) == {"周兰": "held", "吴桂芳": "waitlisted"}
    await town.passes(minutes=11)
    await town.neighbour.comes_back()
    town.neighbour.sees("有名额了，轮到您了")
    town.resident.sees("登记的时间过了")
    await registers(town.resident)  # too late for that slot, and first in line for the next
    assert await states(town) == {"吴桂芳": "claimed", "周兰": "waitlisted"}
    await counted(town)


async def test_a_child_comes_with_a_parent_and_the_slot_is_free_at_once(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community, slots="1")
    await town.resident.says(f"认领{n}")
    await town.resident.taps("不满14周岁")
    town.resident.sees("请家长登记，带您参加")
    assert await states(town) == {"周兰": "released"}
    assert (
        await town.rows("select name from people where member = 'volunteer' and code is null") == []
    )
    await counted(town)


async def test_whoever_presses_in_the_group_unregistered_is_led_into_private(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town)
    await publishes(town.community, slots="2")
    await town.resident.taps("认领")
    town.resident.sees("您满14周岁了吗")
    assert "报名1/2" in card_of(town.member)
    assert "周兰" not in card_of(town.member)  # no name before there is consent
    await registers(town.resident)
    assert "周兰" in card_of(town.member)
    await counted(town)


async def test_a_slot_is_offered_and_the_first_who_takes_it_has_it(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community, slots="1")
    await town.member.taps("认领")
    await town.member.taps("想换人")
    await town.resident.taps("我来接替（1个名额想换人）")
    town.member.sees("周兰接替了")
    token = f"tasks.take:{n}"
    [bubble] = {b.id for b in town.neighbour.phone.bubbles if b.chat == GROUP and "🙋" in b.text}
    await town.neighbour.presses(token, bubble)
    assert await states(town) == {"陈静": "released", "周兰": "claimed"}
    await counted(town)


async def test_a_group_reads_the_first_ten_names_and_the_line(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community, slots="1")
    for robot in (town.member, town.resident, town.neighbour):
        await robot.phone.tap(f"tasks.claim:{n}")
    await town.settles()
    assert "报名1/1\n陈静\n候补2人：周兰、吴桂芳" in card_of(town.worker)
    edits = {b.id for b in town.member.phone.bubbles if b.chat == GROUP and "🙋" in b.text}
    assert len(edits) == 1  # one card, edited in place
    await counted(town)


# ── refused politely ─────────────────────────────────────────────────────────


async def test_nobody_is_in_two_places_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    other = await publishes(town.community, when="周六上午10点到12点", title="看望老人")
    await town.member.says(f"认领{n}")
    await town.member.says(f"认领{other}")
    town.member.sees("这个时间您已经认领了“周六清扫”")
    assert len(await town.rows("select id from claims where state = 'claimed'")) == 1


async def test_a_claim_on_what_is_closed_past_or_unknown_is_answered(town: Town) -> None:
    await ready(town)
    n = await publishes(town.community)
    for token in (
        "tasks.claim:99",
        "tasks.claim:999999999999999",
        f"tasks.release:{n}",
        f"tasks.take:{n}",
    ):
        await town.member.presses(token)
    await town.member.says("认领999999999999")
    town.member.sees("没找到这个任务")
    town.member.sees("您在那里没有名额")
    town.member.sees("别人先接了")
    await town.member.says(f"认领{n}")
    await town.until("09:00")
    await town.passes(days=4, hours=1)
    await town.member.says(f"放弃{n}")
    town.member.sees("已经开始了，名额还不回来")
    await town.worker.says(f"认领{n}")
    assert (await states(town)) == {"陈静": "claimed"}
    await town.passes(hours=3)
    await town.member.presses(f"tasks.claim:{n}")
    assert (await states(town)) == {"陈静": "claimed"}
    await counted(town)


async def test_a_press_from_a_group_it_does_not_belong_to_claims_nothing(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    town.stage.messenger.group("other", "别的群", [town.member.phone])
    await town.member.says("@哨到 你好", chat="other")
    bubble = next(b.id for b in town.member.phone.bubbles if b.chat == "other")
    handled = await town.member.phone.press(f"tasks.claim:{n}", bubble)
    assert "不是这个群的" in handled.toast
    assert await states(town) == {}


async def test_who_has_no_post_publishes_nothing(town: Town) -> None:
    await town.resident.says("发布任务")
    town.resident.sees("您在这里没有这个岗位")


async def test_numbers_and_times_that_cannot_be_are_asked_again(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    await town.community.says("发布任务")
    for words in (
        CALL,
        "翠湖广场",
        "改天",
        "昨天9点到11点",
        SATURDAY,
        "0人",
        "1000000000人",
        "5人",
    ):
        await town.community.says(words)
    town.community.sees("没看懂这个时间")
    town.community.sees("1人到1000人之间")
    for words in ("0分", "-3分", "1000000000分", "3分"):
        await town.community.says(words)
    town.community.sees("1分到50分之间")
    town.community.sees("需要什么特长")


# ── on the spot ──────────────────────────────────────────────────────────────


async def test_checked_in_by_a_location_once_and_by_the_list(town: Town) -> None:
    await ready(town, town.resident)
    n = await publishes(town.community, spot=True)
    await town.member.says(f"认领{n}")
    await town.resident.says(f"认领{n}")
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    await town.member.says("我的任务")
    await town.member.taps("我到了")
    await town.member.sends_place(SQUARE[0] + 0.1, SQUARE[1])
    town.member.sees("您离集合点有点远")
    await town.member.taps("我到了")
    await town.member.sends_place(*SQUARE)
    town.member.sees("已签到")
    await town.community.says("我的任务")
    await town.community.taps("点名")
    await town.community.taps("周兰")
    proofs = await town.rows("select proof from claims order by place")
    assert [proof for (proof,) in proofs] == ["place", "list"]
    everything = str(await town.rows("select * from claims"))
    assert str(SQUARE[1]) not in everything  # the place was compared and not kept
    await counted(town)


async def test_own_work_is_confirmed_by_somebody_else(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.community)
    n = await publishes(town.community)
    await town.community.says(f"认领{n}")
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    await town.community.presses(f"tasks.here:{n}:all")
    assert await states(town) == {"赵强": "claimed"}
    [(code,)] = await town.rows("select code from shifts")
    await town.community.says(f"tc-{n}-{code}")
    await town.passes(hours=3)
    await town.community.presses(f"tasks.confirm:{n}")
    assert await states(town) == {"赵强": "left"}
    await town.community_head.says("帮助")
    await town.community_head.presses(f"tasks.confirm:{n}")
    assert await states(town) == {"赵强": "confirmed"}
    await counted(town)


async def test_reminders_are_switched_off_by_whoever_wants_none(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await town.member.taps("不用提醒")
    town.member.looks_away()
    await town.passes(days=5)
    await town.member.comes_back()
    town.member.does_not_see("明天：")
    town.member.does_not_see("还有1小时")


async def confirmed(town: Town) -> int:
    """陈静 was there on Saturday, and the organizer has said so."""
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    await town.community.presses(f"tasks.here:{n}:all")
    await town.passes(hours=3)
    await town.community.presses(f"tasks.confirm:{n}")
    return n


async def doubts(town: Town, n: int, words: str) -> None:
    await town.community.presses(f"tasks.doubt:{n}")
    await town.community.taps("陈静")
    await town.community.says(words)
    assert await states(town) == {"陈静": "disputed"}


async def test_a_doubt_is_read_by_one_person_and_takes_the_points_back(telegram_town: Town) -> None:
    town = telegram_town
    n = await confirmed(town)
    await doubts(town, n, "早走了")
    [(state,)] = await town.rows("select state from awards")
    assert state != "posted"
    await town.member.comes_back()
    town.member.sees("原因：早走了")
    town.resident.does_not_see("早走了")


async def given(town: Town) -> list[tuple[str, int]]:
    """What has become of every award, the oldest first."""
    rows = await town.rows("select state, points from awards order by id")
    return [(state, points) for state, points in rows]


async def test_a_doubt_that_is_set_right_gives_points_and_hours_again(town: Town) -> None:
    n = await confirmed(town)
    await town.passes(days=5)
    await doubts(town, n, "早走了")
    assert await given(town) == [("reversed", 3)]
    for time in (1, 2):  # doubted and set right as often as it takes
        await town.member.comes_back()
        await town.member.taps("不是这样")
        await town.community.comes_back()
        await town.community.taps("确实到场了")
        assert await states(town) == {"陈静": "confirmed"}
        assert (await given(town))[-1] == ("notice", 3)
        await town.community.presses(f"tasks.right:{n}:1")  # once more gives nothing
        assert len([state for state, _points in await given(town) if state == "notice"]) == 1
        if time == 1:
            await doubts(town, n, "再想想，还是早走了")
    await town.member.comes_back()
    town.member.sees("周六清扫3分，公示到")
    await town.passes(days=5)
    await town.member.comes_back()
    await town.member.says("积分")
    town.member.sees("您有41分 · 服务2小时")
    assert [state for state, _points in await given(town)] == ["reversed", "ended", "posted"]
    kinds = await town.rows("select kind from postings where about = 'award' order by id")
    assert [kind for (kind,) in kinds] == ["award", "reversal", "award"]
    await counted(town)


async def test_an_appeal_reaches_the_person_somebody_waits_for_already(town: Town) -> None:
    n = await confirmed(town)
    await doubts(town, n, "早走了")
    await town.member.comes_back()
    await town.member.says("转人工")
    town.member.sees("区指挥中心何伟")  # on a Saturday
    town.desk.looks_away()
    await town.member.presses(f"tasks.appeal:{n}")
    town.desk.sees("陈静：“")
    town.desk.sees("周六清扫")
    town.member.sees("已经转给何伟")


async def test_points_given_back_on_appeal_are_not_given_a_second_time(telegram_town: Town) -> None:
    town = telegram_town
    n = await confirmed(town)
    await town.passes(days=5)
    await doubts(town, n, "早走了")
    await town.member.taps("这不对")  # the points themselves
    await town.member.says("九点到十一点都在")
    await town.community_head.taps("说得对，恢复积分")
    assert await given(town) == [("posted", 3)]
    await town.member.taps("不是这样")  # and the work
    await town.community.taps("确实到场了")
    assert await states(town) == {"陈静": "confirmed"}
    assert await given(town) == [("posted", 3)]


async def test_an_appeal_is_settled_where_the_points_were_given_again(telegram_town: Town) -> None:
    town = telegram_town
    n = await confirmed(town)
    await town.passes(days=5)
    await doubts(town, n, "早走了")
    await town.member.taps("这不对")
    await town.member.says("九点到十一点都在")
    await town.member.taps("不是这样")
    await town.community.taps("确实到场了")
    town.member.looks_away()
    await town.community_head.taps("说得对，恢复积分")
    town.member.sees("后来重新确认过了")
    await town.passes(days=5)
    assert await given(town) == [("reversed", 3), ("posted", 3)]


async def test_what_somebody_has_decided_about_points_is_not_given_again(
    telegram_town: Town,
) -> None:
    town = telegram_town
    n = await confirmed(town)
    await town.worker.presses("points.object:1")
    await town.worker.says("她那天没来")
    await town.passes(days=2)  # the weekend
    await town.community_head.taps("说得对，不给分")
    await doubts(town, n, "没来")
    await town.member.taps("不是这样")
    await town.community.taps("确实到场了")
    assert await given(town) == [("ended", 3)]


async def test_the_result_with_a_photo_is_in_the_group(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.taps("认领")
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    await town.community.presses(f"tasks.here:{n}:all")
    await town.passes(hours=3)
    await town.community.presses(f"tasks.result:{n}")
    await town.community.says("广场扫干净了")
    await town.community.sends(LIT)
    town.resident.sees("1人到场 · 2小时\n广场扫干净了")
    assert any(b.photo for b in town.resident.read() if b.chat == GROUP)


# ── other kinds ──────────────────────────────────────────────────────────────


async def test_a_weekly_task_grows_its_next_shifts_and_is_ended(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    await publishes(town.community, when="每周六上午9点到11点")
    assert len(await town.rows("select id from shifts")) == 2
    await town.passes(days=15)
    assert len(await town.rows("select id from shifts")) == 4
    [(task,)] = await town.rows("select id from tasks")
    await town.community.presses(f"tasks.end:{task}")
    await town.passes(days=15)
    assert len(await town.rows("select id from shifts")) == 4
    await counted(town)


async def test_a_post_is_held_for_a_term_and_handed_over(town: Town) -> None:
    await ready(town, town.resident)
    n = await publishes(town.community, when="11月25日到11月28日", slots="1", title="3号楼楼道长")
    await town.member.says(f"认领{n}")
    await town.passes(days=3)
    await town.member.says("我的任务")
    await town.member.taps("想换人")
    await town.resident.says(f"认领{n}")
    assert await states(town) == {"陈静": "released", "周兰": "claimed"}
    await town.passes(days=4)
    assert await states(town) == {"陈静": "released", "周兰": "left"}
    await town.community.presses(f"tasks.confirm:{n}")
    assert await states(town) == {"陈静": "released", "周兰": "confirmed"}
    await counted(town)


async def test_called_off_and_everybody_who_was_coming_knows(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await town.community.taps("取消这次")
    await town.community.says("下大雪。")
    town.member.sees("下大雪。您不用来了")
    await town.member.says(f"认领{n}")
    town.member.sees("这个取消了")
    await counted(town)


async def test_a_text_to_pass_on_has_the_claim_number_and_the_chain(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await town.community.says("我的任务")
    await town.community.taps("转发用的文字")
    assert f"回复公众号：认领{n}" in town.community.sees("回复公众号").text
    chain = town.community.sees("#接龙").text
    assert chain.splitlines()[-1] == "1. 陈静"


async def test_a_case_that_needs_many_hands_becomes_a_task(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    await report_lamp(town)
    await town.worker.presses("tasks.from_case:1")
    town.worker.sees("您在这里没有这个岗位")
    await town.community.presses("tasks.from_case:1")
    for words in ("一起清理楼前杂物", SATURDAY, "5人", "3分"):
        await town.community.says(words)
    for label in ("没有", "没有", "跳过", "发布"):
        await town.community.taps(label)
    assert "翠湖社区3号楼东头" in card_of(town.member)
    rows = await town.rows("select about, subject_id, beneficiary_id is not null from tasks")
    assert [tuple(row) for row in rows] == [("case", 1, 1)]
