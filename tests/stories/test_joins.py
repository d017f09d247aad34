"""Where one room leads into another: wishes and whistles become tasks, and what follows."""

from __future__ import annotations

from tests.robot import Robot, Town
from tests.stories.test_lamp import report_lamp, solve_lamp
from tests.stories.test_tasks import SATURDAY, card_of, counted, gathered, publishes, ready, states
from tests.stories.test_whistles import DRAINS, LAMPS, PLACE, blow
from tests.stories.test_wishes import published, wishes

SANDBAGS = "搬沙袋、劝导绕行"


async def flood_plan(officer: Robot, *volunteers: str) -> None:
    await officer.says("预案")
    for label in ("做一个预案", "应急处置哨"):
        await officer.taps(label)
    await officer.says("防汛预案")
    for unit in (DRAINS, LAMPS):
        await officer.says(unit)
    await officer.taps("就叫这些")
    for _unit in (DRAINS, LAMPS):
        await officer.taps("到场处置")
    await officer.taps(DRAINS)
    for words in volunteers:
        await officer.says(words)
    await officer.taps("存成预案")


async def blow_by_plan(officer: Robot) -> None:
    await officer.says("吹哨")
    await officer.taps("按预案：防汛预案")
    await officer.says(PLACE)
    await officer.says("暴雨，单元门口积水过膝")
    await officer.taps("今天上午11点半")
    await officer.taps("就在现场，马上")
    await officer.taps("吹哨")


# ── volunteers in the same act ───────────────────────────────────────────────


async def test_a_plan_calls_volunteers_in_the_act_of_blowing(town: Town) -> None:
    in_groups = gathered(town)
    await flood_plan(town.street_head, "20人", SANDBAGS)
    assert f"另招20名志愿者：{SANDBAGS}" in town.street_head.sees("存成预案").text
    town.community.looks_away()
    await blow_by_plan(town.community)
    said = town.community.sees("同时招20名志愿者").text
    assert SANDBAGS in said
    groups = town.stage.capabilities.groups
    assert ("已发到1个群" if groups else "还没有绑定的群") in said
    [(n, starts_before_end)] = await town.rows("select id, starts_at < ends_at from shifts")
    assert starts_before_end
    if in_groups:
        card = card_of(town.member)
        assert SANDBAGS in card
        assert "报名0/20" in card
        await town.passes(minutes=20)  # it has begun long since, and is claimed all the same
        await town.member.taps("认领")
        assert "报名1/20\n陈静" in card_of(town.resident)
    else:
        await town.member.says(f"认领{n}")
    assert await town.rows("select kind, about, slots from tasks") == [("urgent", "whistle", 20)]
    await counted(town)


async def test_when_the_whistle_is_over_nobody_has_to_come_any_more(telegram_town: Town) -> None:
    town = telegram_town
    gathered(town)
    await flood_plan(town.street_head, "20人", SANDBAGS)
    await blow_by_plan(town.community)
    await town.member.taps("认领")
    await town.community.taps("改一改")
    await town.community.taps("都不用来了")
    await town.community.says("水退了")
    town.member.sees(f"您不用来了：{SANDBAGS}")
    assert "认领" not in [b.label for b in town.member.phone.bubbles[-1].buttons]
    [(state,)] = await town.rows("select state from tasks")
    assert state == "ended"
    await town.passes(hours=1)
    assert await town.rows("select id from shifts where settled_at is null") == []
    await counted(town)


async def test_a_plan_without_volunteers_calls_none(telegram_town: Town) -> None:
    town = telegram_town
    gathered(town)
    await flood_plan(town.street_head, "不需要")
    await blow_by_plan(town.community)
    town.community.does_not_see("志愿者")
    assert await town.rows("select id from tasks") == []


# ── a whistle or a wish that needs many hands ────────────────────────────────


async def publishes_the_rest(officer: Robot, *before: str) -> None:
    for words in (*before, SATURDAY, "5人", "3分"):
        await officer.says(words)
    for label in ("没有", "没有", "跳过", "发布"):
        await officer.taps(label)


async def test_the_whistler_asks_for_volunteers_while_it_runs(town: Town) -> None:
    in_groups = gathered(town)
    for robot in (town.street_head, town.drains_duty):
        await robot.says("帮助")
    await blow(town.street_head, units=(DRAINS,))  # the street publishes no tasks but for this
    await town.street_head.taps("招志愿者")
    await publishes_the_rest(town.street_head, SANDBAGS)
    if in_groups:
        assert PLACE in card_of(town.member)
    [(whistle,)] = await town.rows("select id from whistles")
    assert await town.rows("select about, subject_id from tasks") == [("whistle", whistle)]
    town.resident.looks_away()
    await town.resident.presses(f"tasks.from_whistle:{whistle}")
    town.resident.sees("由能在那里吹这种哨的人来定")


async def test_a_wish_for_a_hand_becomes_a_task_that_its_wisher_confirms(town: Town) -> None:
    await ready(town)
    await town.resident.says("许个微心愿")
    await town.resident.says("想请人陪我去医院拿药")
    await town.resident.taps("找人帮个忙")
    await town.resident.taps("全区的人都能看")
    await town.resident.taps("就这样，许下")
    [(n,)] = await town.rows("select id from wishes")
    await town.member.presses(f"tasks.from_wish:{n}")
    town.member.sees("您在这里没有这个岗位")
    await town.community.presses(f"tasks.from_wish:{n}")  # nobody has looked at it yet
    town.community.sees("发布以后才能转成志愿任务")
    await town.community.taps("可以，发布")
    await town.community.taps("转成志愿任务")
    await publishes_the_rest(town.community, "社区门口")
    rows = await town.rows("select about, subject_id, title, beneficiary_id from tasks")
    [(about, wish, title, beneficiary)] = rows
    assert (about, wish, title) == ("wish", n, "想请人陪我去医院拿药")
    assert [(beneficiary,)] == await town.rows("select poster_id from wishes")


async def test_what_a_community_keeps_to_itself_stands_in_no_task(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    await town.resident.says("许个微心愿")
    await town.resident.says("想请人陪我去医院拿药")
    await town.resident.taps("找人帮个忙")
    await town.resident.taps("只有翠湖社区的人能看")
    await town.resident.taps("就这样，许下")
    await town.community.taps("可以，发布")
    await town.community.taps("转成志愿任务")
    town.community.sees("要做什么")


# ── who might do it ──────────────────────────────────────────────────────────


async def test_the_organizer_picks_from_three_and_one_is_asked_in_private(town: Town) -> None:
    await ready(town, town.neighbour)
    n = await publishes(town.community)
    await town.community.taps("荐人")
    shown = town.community.sees("谁合适，为什么").text
    assert "1）陈静：同一社区、这个月还没接过、以前没有失约" in shown
    assert await town.rows("select id from claims") == []
    await town.community.taps("邀请陈静")
    town.community.sees("已私下问陈静")
    assert "周六清扫" in town.member.sees("赵强问您能不能来").text
    await town.member.taps("认领")
    town.member.sees("已认领")
    await town.community.presses(f"tasks.suggest:{n}")
    town.community.sees("没有合适又还没报名的人")  # 陈静 has claimed it
    for token in (f"tasks.invite:{n}:p999", f"tasks.invite:{n}:u1", f"tasks.invite:{n}:x"):
        town.community.looks_away()
        await town.community.presses(token)
        town.community.sees("现在不能再问")
    await town.neighbour.presses(f"tasks.suggest:{n}")
    town.neighbour.sees("您在这里没有这个岗位")


async def test_what_was_done_in_tasks_and_wishes_counts_for_the_next_proposal(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.says(f"认领{n}")
    await published(town)
    await town.member.says("微心愿")
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps("1天内")
    await publishes(town.community, when="周日上午9点到11点", title="搬书")
    await town.community.taps("荐人")
    assert "陈静：同一社区、这个月只接过2件" in town.community.sees("谁合适，为什么").text
    await town.passes(days=5)  # the wish goes on to others, too late
    await town.community.says("我的任务")
    await town.community.taps("荐人")
    assert "没办到1件" in town.community.sees("谁合适，为什么").text


async def test_a_wish_is_told_to_the_unit_whose_menu_fits(town: Town) -> None:
    await town.unit_duty.says("帮助")
    town.unit_duty.looks_away()
    await published(town, "想跟懂电工的人学学安全用电")
    offered = town.unit_duty.sees("想跟懂电工的人学学").text
    assert "周兰" not in offered
    await town.unit_duty.taps("我来认领")
    town.unit_duty.sees("替清河区路灯管理所认领")


async def test_what_only_the_community_may_read_is_told_to_no_unit(telegram_town: Town) -> None:
    town = telegram_town
    await wishes(town.resident, "想跟懂电工的人学学安全用电", "只有翠湖社区的人能看")
    await town.community.taps("可以，发布")
    town.unit_duty.does_not_see("电工")


# ── whoever it was done for ──────────────────────────────────────────────────


async def cleared_for_the_resident(town: Town) -> int:
    """A case became a task, 陈静 was there, and it is over."""
    await ready(town)
    await report_lamp(town)
    await town.worker.taps("我接了")
    [(case,)] = await town.rows("select id from cases")
    await town.community.presses(f"tasks.from_case:{case}")
    await publishes_the_rest(town.community, "一起清理楼前杂物")
    [(n,)] = await town.rows("select id from shifts")
    await town.member.says(f"认领{n}")
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    await town.community.presses(f"tasks.here:{n}:all")
    town.resident.looks_away()
    await town.passes(hours=3)
    await town.resident.comes_back()
    return int(n)


async def test_for_whom_it_was_done_is_asked_once_and_may_confirm(town: Town) -> None:
    await cleared_for_the_resident(town)
    assert "陈静" in town.resident.sees("到场的都确认").text
    town.resident.sees("您提的事，志愿者来办了：一起清理楼前杂物")
    await town.resident.taps("到场的都确认")
    assert await states(town) == {"陈静": "confirmed"}
    [(by,)] = await town.rows("select settled_by from claims")
    assert [(by,)] == await town.rows("select reporter_id from cases")
    town.resident.looks_away()
    await town.passes(days=3)
    await town.resident.comes_back()
    town.resident.does_not_see("志愿者来办了")


async def says_not_solved(town: Town, words: str) -> None:
    await town.resident.taps("到场的都确认")
    await town.worker.comes_back()
    await solve_lamp(town)
    await town.resident.taps("没修好")
    town.member.looks_away()
    await town.resident.says(words)


async def test_a_redo_that_proves_it_was_not_done_takes_the_points_back(
    telegram_town: Town,
) -> None:
    town = telegram_town
    n = await cleared_for_the_resident(town)
    await says_not_solved(town, "还是老样子")
    [(state,)] = await town.rows("select state from awards")
    assert state in {"ended", "reversed"}
    await town.passes(days=3)
    town.member.sees("居民说没办好")
    town.community.sees("积分已撤回")
    assert await town.rows("select what, error from failures") == []
    assert n


async def test_other_words_leave_the_points_to_the_organizer(telegram_town: Town) -> None:
    town = telegram_town
    await cleared_for_the_resident(town)
    await says_not_solved(town, "灯亮了两天又灭了")
    [(state,)] = await town.rows("select state from awards")
    assert state not in {"ended", "reversed"}
    await town.passes(days=3)
    town.community.sees("积分没有动")
