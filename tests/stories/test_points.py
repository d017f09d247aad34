"""Points: earned, on public notice, doubted, taken back, appealed, certified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection

from bot import certificate
from bot.dispatch import Scope
from bot.formats import photo, print_of
from bot.sample import GROUP, GROUP_NAMES
from governance.refused import Refused
from handlers.points import awards
from handlers.points.alerts import photo_stored, record_hours
from handlers.turn import Post, Turn
from storage import points as ledger
from storage.media import File
from tests.robot import DARK, LIT, Town


async def acts(town: Town, act: Callable[[Turn], Any]) -> Any:
    """What another room does in a turn of its own."""
    app = town.stage.app

    def work(conn: Connection) -> Any:
        scope, post, now = Scope(conn), Post(), town.stage.clock.now()
        found = act(Turn(None, now, town.stage.policy, scope.open, post))
        scope.keep()
        app.dispatch.settle(conn, [(post, now)])
        return found

    done = await app.database.run(work)
    await town.settles()
    return done


async def number(town: Town, query: str) -> int:
    return int((await town.rows(query))[0][0])


async def person(town: Town, name: str) -> int:
    return await number(town, f"select id from people where name = '{name}'")


async def area(town: Town, code: str = "QH-LL-CH-1") -> int:
    return await number(town, f"select id from areas where code = '{code}'")


async def gives(town: Town, points: int, subject: int = 7, **more: Any) -> None:
    """A task of 赵强's is confirmed for 陈静."""
    given: dict[str, Any] = {
        "to": await person(town, "陈静"),
        "by": await person(town, "赵强"),
        "area_id": await area(town),
        "points": points,
        "rule": "task",
        "about": "task",
        "subject_id": subject,
        "note": "周六清扫",
    }
    await acts(town, lambda turn: awards.award(turn, **{**given, **more}))


async def holds(town: Town) -> int:
    """陈静's balance, which is the sum of her entries, while all entries sum to zero."""
    chen = await person(town, "陈静")
    own = f"select id from point_accounts where person_id = {chen}"
    entries = f"select coalesce(sum(points), 0) from point_entries where account_id in ({own})"
    kept = f"select coalesce(sum(balance), 0) from point_accounts where person_id = {chen}"
    assert await number(town, "select coalesce(sum(points), 0) from point_entries") == 0
    assert await number(town, entries) == await number(town, kept)
    return await number(town, kept)


async def test_points_wait_out_their_notice_and_are_posted(town: Town) -> None:
    await town.member.says("积分")
    town.member.sees("您有38分")
    town.member.looks_away()
    await gives(town, 3)
    await gives(town, 3)  # the same thing again
    town.member.sees("周六清扫3分，公示到11月26日，没有异议就入账。现在38分。")
    assert await holds(town) == 38
    await town.member.says("积分")
    town.member.sees("周六清扫 · 3分 · 公示到")
    await town.passes(days=4)
    await town.member.comes_back()
    town.member.sees("周六清扫3分入账了。现在41分。")
    assert await holds(town) == 41
    await town.passes(days=4)
    assert await holds(town) == 41


# ── a second person, objections, appeals ─────────────────────────────────────


async def by_hand(town: Town, points: str) -> None:
    """赵强 of the community's office gives points for the speech contest."""
    await asks_how_many(town)
    await town.community.says(points)
    await town.community.says("十月演讲比赛")
    await town.community.taps("给")


async def asks_how_many(town: Town) -> None:
    await town.community.says("加分")
    await town.community.says("陈静")
    await town.community.taps("演讲比赛")


async def test_an_approver_gives_points_for_a_speech_contest(town: Town) -> None:
    await by_hand(town, "3分")
    town.community.sees("给陈静加好了，现在公示")
    await town.member.comes_back()
    town.member.sees("十月演讲比赛3分，公示到11月26日")
    await town.passes(days=4)
    assert await holds(town) == 41


async def test_above_the_limit_a_second_person_confirms_first(telegram_town: Town) -> None:
    town = telegram_town
    await by_hand(town, "12分")
    town.community.sees("超过10分的要第二个人看过")
    town.member.sees("十月演讲比赛12分。分多，先由第二个人看过，再公示。")
    await town.passes(days=5)
    assert await holds(town) == 38  # nobody has looked
    award = await number(town, "select id from awards")
    await town.community.presses(f"points.confirm:{award}")
    town.community.sees("要第二个人来定")
    await town.member.presses(f"points.confirm:{award}")
    town.member.sees("您在这里没有这个岗位")
    await town.community_head.taps("同意")
    town.community_head.sees("公示到")
    await town.community_head.presses(f"points.confirm:{award}")
    town.community_head.sees("这事已经定了")
    await town.passes(days=5)
    assert await holds(town) == 50


async def test_a_second_person_may_say_no_and_says_why(telegram_town: Town) -> None:
    town = telegram_town
    await by_hand(town, "12")
    await town.community_head.taps("不给")
    await town.community_head.says("比赛没有开")
    town.member.sees("十月演讲比赛的12分不入账了，原因：比赛没有开。现在38分。")
    await town.passes(days=5)
    assert await holds(town) == 38


async def test_no_award_has_another_number_of_points(telegram_town: Town) -> None:
    town = telegram_town
    await asks_how_many(town)
    for points in ("0分", "-3", "51", "1000000000", "三", "2.5", "٣", "9" * 12):
        town.community.looks_away()
        await town.community.says(points)
        town.community.sees("一次给1到50分")
    assert await number(town, "select count(*) from awards") == 0


async def test_nobody_gives_points_to_themselves(telegram_town: Town) -> None:
    town = telegram_town
    await town.rows("select 1")
    chen = await person(town, "陈静")
    for points, by in ((3, chen), (0, None), (-3, None), (10**9, None)):
        with pytest.raises(Refused):
            await gives(town, points, by=by)
    assert await number(town, "select count(*) from awards") == 0


async def test_points_for_hours_stop_at_what_a_day_allows(telegram_town: Town) -> None:
    town = telegram_town
    await gives(town, 1, 1, rule="hours", note="早班")
    await gives(town, 3, 2, rule="hours", note="晚班")
    town.member.sees(
        "晚班1分，公示到11月26日，没有异议就入账。现在38分。\n本来是3分，按时长一天最多2分。"
    )
    await gives(town, 1, 3, rule="hours", note="夜班")
    town.member.sees("夜班：今天按时长的积分已经满了，这次不再加。现在38分。")
    await town.passes(days=1)
    await gives(town, 2, 4, rule="hours", note="早班")
    await town.passes(days=6)
    assert await holds(town) == 42


async def test_members_of_the_community_read_names_and_points_and_nothing_else(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await gives(town, 3)
    await town.worker.says("公示")
    shown = town.worker.sees("公示到11月26日").text
    assert "· 陈静 3分" in shown
    assert "清扫" not in shown
    await town.resident.says("公示")
    town.resident.sees("积分公示给本社区的党员志愿者看")
    await town.resident.presses("points.object:1")
    town.resident.sees("找不到这一笔")
    await town.member.presses("points.object:1")
    town.member.sees("这是您自己的积分")


async def test_an_objection_waits_for_a_human_who_agrees(telegram_town: Town) -> None:
    town = telegram_town
    await gives(town, 3)
    await town.worker.says("公示")
    await town.worker.taps("有异议：陈静3分")
    await town.worker.says("她那天没来")
    town.worker.sees("这笔积分先不入账")
    await town.worker.presses("points.object:1")
    town.worker.sees("已经有人提了异议")
    await town.passes(days=5)
    assert await holds(town) == 38
    town.member.does_not_see("没来")
    await town.community.presses("points.agree:1")  # he has given them
    town.community.sees("要第二个人来定")
    town.community_head.sees("李明对陈静周六清扫的3分有异议：\n“她那天没来”")
    await town.community_head.taps("说得对，不给分")
    town.member.sees("周六清扫的3分不入账了，原因：")
    town.worker.sees("您说得对，这笔不给")
    assert await holds(town) == 38


async def test_an_objection_that_is_not_shared_only_delays(telegram_town: Town) -> None:
    town = telegram_town
    await gives(town, 3)
    await town.worker.presses("points.object:1")
    await town.worker.says("好像不对")
    await town.passes(days=5)
    await town.community_head.taps("没问题，照常入账")
    town.worker.sees("没有问题，照常入账")
    await town.passes(minutes=1)
    assert await holds(town) == 41
    await town.community_head.presses("points.agree:1")
    town.community_head.sees("这事已经定了")


async def test_what_was_posted_is_taken_back_with_its_reason_and_given_back_on_appeal(
    town: Town,
) -> None:
    await gives(town, 3)
    await town.passes(days=5)
    zhao = await person(town, "赵强")
    redo: dict[str, Any] = {"about": "task", "subject_id": 7, "to": None, "by": zhao}
    for _time in range(2):
        await acts(town, lambda turn: awards.reverse(turn, reason="返工说明没干成", **redo))
    assert await holds(town) == 38
    await town.member.comes_back()
    town.member.sees("周六清扫的3分撤回了，原因：返工说明没干成。现在38分。")
    assert await number(town, "select count(*) from postings where kind = 'reversal'") == 1
    await town.member.taps("这不对")
    await town.member.says("那天我和他一起扫的")
    town.member.sees("已转给没经手过这事的人")
    award = await number(town, "select id from awards")
    await town.member.presses(f"points.appeal:{award}")
    town.member.sees("您已经申诉过了")
    await town.passes(days=2)  # the weekend
    await town.community_head.comes_back()
    town.community_head.sees("陈静申诉周六清扫的3分")
    await town.community_head.taps("说得对，恢复积分")
    await town.member.comes_back()
    town.member.sees("您申诉得对，3分入账了。现在41分。")
    assert await holds(town) == 41
    await town.member.says("积分")
    town.member.sees("周六清扫 · +3")
    town.member.sees("撤回 返工说明没干成 · -3")


async def test_an_appeal_that_is_not_shared_changes_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await gives(town, 3)
    await town.community_head.says("积分记录")
    await town.community_head.taps("撤回：陈静周六清扫")
    await town.community_head.says("人没到")
    town.community_head.sees("原因告诉陈静了")
    await town.worker.presses("points.appeal:1")
    town.worker.sees("那是别人的积分")
    await town.member.taps("这不对")
    await town.member.says("到了的")
    await town.community_head.presses("points.disagree:1")  # she has decided it before
    town.community_head.sees("要第二个人来定")
    await town.street_head.taps("还按原来定的")
    town.member.sees("唐松看过了，还按原来定的")
    assert await holds(town) == 38


async def test_taking_back_before_the_notice_is_over_posts_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await gives(town, 3)
    chen = await person(town, "陈静")
    undo: dict[str, Any] = {"about": "task", "subject_id": 7, "to": chen, "by": None}
    await acts(town, lambda turn: awards.reverse(turn, reason="任务取消", **undo))
    await town.passes(days=5)
    assert await number(town, "select count(*) from postings where kind <> 'opening'") == 0
    assert await holds(town) == 38


# ── what a human is shown ────────────────────────────────────────────────────


async def test_who_confirms_for_the_same_person_very_often_is_shown_to_the_head(
    telegram_town: Town,
) -> None:
    town = telegram_town
    for subject in range(7):
        await gives(town, 2, subject)
    shown = [b.text for b in town.community_head.read() if "30天里" in b.text]
    assert shown == ["赵强30天里给陈静确认了5次积分。\n只是提醒，不影响积分。请看看是不是正常。"]
    await town.community.presses("points.seen:1")  # it is about him
    town.community.sees("要第二个人来定")
    await town.community_head.taps("看过了，没问题")
    town.community_head.sees("郭岚看过了")
    await town.passes(days=5)
    assert await holds(town) == 38 + 14  # nobody was punished


async def test_hours_count_once_and_an_overlap_is_shown(telegram_town: Town) -> None:
    town = telegram_town
    now, chen, place = town.stage.clock.now(), await person(town, "陈静"), await area(town)

    def serves(turn: Turn, subject: int, begins: int, ends: int) -> None:
        record_hours(
            turn,
            person_id=chen,
            about="task",
            subject_id=subject,
            area_id=place,
            starts_at=now + timedelta(hours=begins),
            ends_at=now + timedelta(hours=ends),
        )

    await acts(town, lambda turn: serves(turn, 1, 0, 2))
    await acts(town, lambda turn: serves(turn, 1, 0, 2))
    assert await number(town, "select count(*) from point_alerts") == 0
    await acts(town, lambda turn: serves(turn, 2, 1, 4))
    town.community_head.sees("陈静同一段时间记了两次服务")
    await town.member.says("积分")
    town.member.sees("服务4小时")
    for begins, ends in ((2, 2), (3, 2), (0, 25)):
        with pytest.raises(Refused):
            await acts(town, partial(serves, subject=3, begins=begins, ends=ends))


async def test_a_photo_that_was_handed_in_before_is_recognised(telegram_town: Town) -> None:
    town = telegram_town
    chen, wu, place = await person(town, "陈静"), await person(town, "吴桂芳"), await area(town)

    def hands_in(turn: Turn, who: int, subject: int, picture: bytes) -> bool:
        stored, _suffix = photo(picture)
        file = File("local", "demo", "x", "photo", who, turn.now, "task", subject)
        file.print = print_of(stored)
        return photo_stored(turn, file, area_id=place)

    again = BytesIO()
    Image.open(BytesIO(DARK)).convert("RGB").resize((640, 480)).save(again, "JPEG", quality=60)
    known = [
        await acts(town, partial(hands_in, who=who, subject=subject, picture=picture))
        for who, subject, picture in (
            (wu, 1, DARK),
            (wu, 1, DARK),
            (chen, 2, LIT),
            (chen, 3, again.getvalue()),
        )
    ]
    assert known == [False, False, False, True]
    town.community_head.sees("陈静交的照片，吴桂芳以前交过。")


# ── my card ──────────────────────────────────────────────────────────────────


async def test_a_certificate_is_a_picture_that_anybody_can_check(town: Town) -> None:
    await town.member.says("积分")
    await town.member.taps("开证明")
    shown = town.member.sees("您的证明")
    code = next(word for word in shown.text.split() if word.startswith("pc-"))
    assert isinstance(shown.photo, Path)
    with Image.open(shown.photo) as picture:
        assert picture.format == "PNG"
    await town.resident.says(code)
    read = town.resident.sees("这份证明是真的").text
    assert "姓名：陈静" in read
    assert "累计积分：38分" in read
    assert "2026-11-23" in read
    assert len(read.splitlines()) == 6
    await town.resident.says("pc-abcdefghjk")
    town.resident.sees("没有这个码的证明")
    await town.resident.says("积分")
    await town.resident.taps("开证明")
    town.resident.sees("还没有可以证明的")


async def test_what_is_deleted_takes_the_certificate_and_leaves_the_entries(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await gives(town, 3)
    await town.worker.presses("points.object:1")
    await town.worker.says("她那天没来")
    await town.worker.says("删除我的资料")
    await town.worker.taps("删除")
    assert await town.rows("select words from award_disputes") == [("",)]
    await town.member.says("积分")
    await town.member.taps("开证明")
    shown = town.member.sees("您的证明")
    assert isinstance(shown.photo, Path)
    assert shown.photo.exists()
    await town.member.says("我的资料")
    town.member.sees("积分：38分，每一笔都记着")
    await town.member.says("删除我的资料")
    await town.member.taps("删除")
    await town.settles()
    code = next(word for word in shown.text.split() if word.startswith("pc-"))
    await town.resident.says(code)
    town.resident.sees("没有这个码的证明")
    assert await number(town, "select count(*) from papers where file <> ''") == 0
    assert await holds(town) == 38


async def test_without_a_chinese_font_the_certificate_comes_as_text(
    telegram_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "FONTS", (("no-such-font.ttf", 0),))
    town = telegram_town
    await town.member.says("积分")
    await town.member.taps("开证明")
    read = town.member.sees("这台电脑没有中文字体").text
    assert "姓名：陈静" in read
    assert "pc-" in read


async def test_a_ranking_is_on_where_the_head_wants_it_and_shows_who_agreed(
    telegram_town: Town,
) -> None:
    town = telegram_town
    phones = [robot.phone for robot in town.everybody]
    town.stage.messenger.group(GROUP, GROUP_NAMES["zh_CN"], phones)
    await gives(town, 3)
    await gives(town, 3, to=await person(town, "李明"))
    await town.passes(days=5)
    await town.member.says("排行榜")
    town.member.sees("您的社区没有开排行榜")
    for token in ("points.ranking_on", "points.ranking_show", "points.ranking_off"):
        await town.member.presses(f"{token}:{await area(town, 'QH-LL-CH')}")
    assert await number(town, "select count(*) from point_rankings") == 0
    await town.community_head.says("排行榜")
    await town.community_head.taps("打开")
    await town.community_head.taps("发到群里")
    in_group = [b.text for b in town.member.read() if b.chat == GROUP]
    assert in_group == ["🏅 翠湖社区本月积分\n这个月还没有愿意上榜又有积分的人。想上榜，发“授权”。"]
    await town.member.says("排行榜")
    await town.member.taps("我也上榜")
    await town.worker.presses("consents.on:0:ranking")
    await gives(town, 2, 8)
    await town.passes(days=5)
    assert [b.text for b in town.member.read() if b.chat == GROUP] == [
        "🏅 翠湖社区本月积分\n1. 陈静 2分"  # 李明 holds a post
    ]
    await town.community_head.taps("关掉")
    assert [b.text for b in town.member.read() if b.chat == GROUP] == ["翠湖社区的排行榜关了。"]


async def test_a_name_stands_in_the_groups_ranking_only_while_its_owner_agrees(
    telegram_town: Town,
) -> None:
    town = telegram_town
    phones = [robot.phone for robot in town.everybody]
    town.stage.messenger.group(GROUP, GROUP_NAMES["zh_CN"], phones)
    await gives(town, 3)
    await town.passes(days=5)
    await town.community_head.says("排行榜")
    await town.community_head.taps("打开")
    await town.community_head.taps("发到群里")

    def shown() -> str:
        [card] = [b.text for b in town.resident.read() if b.chat == GROUP]
        return card

    assert "陈静" not in shown()
    await town.member.says("排行榜")
    await town.member.taps("我也上榜")
    assert "1. 陈静 3分" in shown()
    await town.member.presses("consents.off:0:ranking")
    assert "陈静" not in shown()
    await town.member.presses("consents.on:0:ranking")
    assert "陈静" in shown()
    await town.member.says("我今年12岁")
    assert "陈静" not in shown()
    await town.member.presses("minors.grown_up:0")
    await town.member.presses("consents.on:0:ranking")
    assert "陈静" in shown()
    await town.member.says("删除我的资料")
    await town.member.taps("删除")
    assert "陈静" not in shown()


async def test_the_ledger_of_the_sample_is_sound(telegram_town: Town) -> None:
    await gives(telegram_town, 3)
    await telegram_town.passes(days=5)
    assert await acts(telegram_town, lambda turn: ledger.faults(turn.db)) == ([], [])
