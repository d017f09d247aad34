"""What is sent, in which order, how fast, and what the platform's answers lead to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import WECOM, Gone, Moved, Rejected, Throttled, Uncertain, Unsent
from bot.sending.delivery import BREATH, HORIZON, SLOW
from bot.sending.outcomes import PAUSES
from handlers.message import Card, Choice, Pace
from handlers.turn import Post
from tests.bot.outside import SENDER, Office
from tests.robot import Town


async def restarted(office: Office) -> None:
    """The process ended in good order and has begun anew."""
    office.sender.stop()
    await office.sender.run()
    office.sender = office.another_sender()
    office.app.deliveries = [office.sender]


# ── Order ───────────────────────────────────────────────────────────────────────


async def test_in_a_chat_alerts_come_first_then_replies_cards_notices_and_bulletins(
    office: Office,
) -> None:
    for kind in ("bulletin", "notice", "reply", "alert", "bulletin", "alert"):
        await office.post("li", kind, kind)
    await office.drain()
    assert office.platform.arrived("li") == [
        *("alert", "alert", "reply", "notice", "bulletin", "bulletin")
    ]


async def test_messages_of_one_kind_arrive_as_they_were_posted(office: Office) -> None:
    for number in range(5):
        await office.post("li", f"第{number}条")
    await office.drain()
    assert office.platform.arrived("li") == [f"第{number}条" for number in range(5)]


@pytest.mark.parametrize("where", ["li", "wang"])
async def test_an_alert_overtakes_a_flood_of_300_notices(office: Office, where: str) -> None:
    await office.post("li", "公告", times=300)
    await office.sender.round()
    await office.post(where, "着火了", "alert")
    await office.sender.round()
    assert "着火了" in office.platform.arrived()
    assert len(office.platform.arrived()) <= 3


async def test_a_chat_gets_one_message_at_a_time(office: Office) -> None:
    office.platform.holds("li")
    await office.post("li", "第一条")
    await office.post("li", "第二条", "alert")
    await office.sender.round()
    assert [call.text for call in office.platform.calls] == ["第二条"]
    office.platform.lets("li")
    await office.drain()
    assert office.platform.arrived() == ["第二条", "第一条"]


async def test_a_message_that_is_slow_to_leave_holds_no_other_chat_up(office: Office) -> None:
    office.platform.holds("li")
    await office.post("li", "慢")
    await office.sender.round()
    await office.post("wang", "着火了", "alert")
    await office.sender.round()
    assert await office.states() == ["sending", "sent"]
    office.platform.lets("li")
    await office.drain()
    assert await office.states() == ["sent", "sent"]


# ── Pace ────────────────────────────────────────────────────────────────────────


def test_the_next_are_claimed_before_their_turn_however_far_the_platform_is() -> None:
    # A round waits so long for answers, and then takes a breath; a turn is known so far ahead.
    assert SLOW + 2 * BREATH < HORIZON


@pytest.mark.parametrize(("chat", "pause"), [("li", 1.1), ("cuihu-members", 3.2)])
async def test_the_pace_of_a_chat_survives_a_restart(
    small_town: Town, tmp_path: Path, chat: str, pause: float
) -> None:
    office = Office(small_town, tmp_path, Pace(private=1.1, group=3.2))
    await office.post(chat, "一条", times=3)
    assert await office.arrivals(0) == 1
    await restarted(office)
    assert await office.arrivals(pause - 0.3) == 0
    assert await office.arrivals(0.3) == 1
    await restarted(office)
    assert await office.arrivals(pause) == 1


async def test_the_pace_of_the_account_holds_over_all_chats_and_a_restart(
    small_town: Town, tmp_path: Path
) -> None:
    office = Office(small_town, tmp_path, Pace(account=0.1))
    everybody = [robot.someone.key for robot in small_town.everybody]
    for chat in everybody:
        await office.post(chat, "一条")
    assert await office.arrivals(0) == 3  # at 0.0, 0.1 and 0.2 s
    await restarted(office)
    assert await office.arrivals(0) == 0
    assert await office.arrivals(0.2) == 2
    office.seconds.pass_by(0.3)
    while await office.arrivals(0.3):
        pass
    assert sorted(call.chat for call in office.platform.calls) == sorted(everybody)


# ── What the platform answers ───────────────────────────────────────────────────


async def test_a_member_of_wecom_gets_fewer_than_are_lost_however_many_wait(
    small_town: Town, tmp_path: Path
) -> None:
    """Each in two pieces: words that are too long for a card, and the card."""
    office = Office(small_town, tmp_path, replace(WECOM.pace, account=0.0))
    can = office.platform.capabilities
    office.platform.capabilities = replace(can, card_limit=WECOM.card_limit)
    office.sender = office.another_sender()
    post = Post(f"{SENDER}/li", "zh_CN")
    for _time in range(600):
        post.reply(Card("长" * 200, (Choice("接", "take:1"),)))
    await office.save(post)
    at: list[float] = []
    for _time in range(1850):
        await office.drain()
        at += [office.seconds()] * (2 * len(office.platform.taken) - len(at))
        office.seconds.pass_by(2.0)
        if len(at) >= 1100:
            break
    assert most_within(at, 60) <= 30
    assert most_within(at, 3600) <= 1000
    assert at[:12] == at[:1] * 12  # a short exchange is not slowed down


def most_within(moments: Sequence[float], seconds: float) -> int:
    return max(bisect_right(moments, at + seconds - 1e-6) - i for i, at in enumerate(moments))


async def test_too_many_requests_wait_a_second_more_than_asked_and_do_not_count(
    office: Office,
) -> None:
    office.platform.fails("li", *[Throttled(7)] * 12)
    await office.post("li", "一条")
    for _ in range(12):
        assert await office.arrivals(0) == 0
        assert await office.arrivals(7.9) == 0
        office.seconds.pass_by(0.1)
    await office.drain()
    assert office.platform.arrived() == ["一条"]
    assert len(office.platform.calls) == 13
    assert await office.rows("select attempts, state from outbox") == [(1, "sent")]


async def test_one_chat_that_must_wait_stops_no_other(office: Office) -> None:
    office.platform.fails("li", Throttled(7))
    await office.post("li", "等")
    await office.drain()
    await office.post("wang", "走")
    await office.drain()
    assert office.platform.arrived() == ["走"]


async def test_a_second_chat_that_must_wait_makes_the_whole_account_wait(office: Office) -> None:
    office.platform.fails("li", Throttled(3))
    office.platform.fails("wang", Throttled(7))
    await office.post("li", "等")
    await office.drain()
    await office.post("wang", "也等")
    await office.drain()
    await office.post("zhao", "一样")
    assert await office.arrivals(7.9) == 0
    assert await office.arrivals(0.1) == 3


async def test_a_chat_that_blocked_the_bot_is_closed_and_the_case_goes_to_the_next(
    office: Office,
) -> None:
    await office.report_lamp()
    await office.post("li", "还有一条")
    office.platform.fails("li", Gone("bot was blocked by the user"))
    await office.sender.round()
    lane = await office.rows("select disabled from lanes where chat = 'li'")
    assert lane == [("bot was blocked by the user",)]
    failed = await office.rows("select kind from outbox where state = 'failed' order by id")
    assert [kind for (kind,) in failed] == ["alert", "notice"]
    assert await office.rows("select holder_name from cases") == [("王敏",)]

    await office.town.settles()
    office.town.chief.sees("我接了")
    assert len([call for call in office.platform.calls if call.chat == "li"]) == 1


async def test_who_unblocks_the_bot_is_written_to_again(office: Office) -> None:
    await office.town.worker.phone.block()
    await office.post("li", "收不到")
    await office.drain()
    await office.town.worker.phone.unblock()
    await office.post("li", "收得到")
    await office.drain()
    assert office.platform.arrived("li") == ["收得到"]
    assert await office.states() == ["failed", "sent"]


async def test_who_writes_after_the_chat_was_closed_is_answered(office: Office) -> None:
    office.platform.fails("zhou", Gone("chat not found"))
    await office.post("zhou", "收不到")
    await office.drain()
    await office.town.resident.says("帮助")
    assert len(office.platform.arrived("zhou")) == 1


async def test_a_group_that_moved_is_written_to_under_its_new_id(office: Office) -> None:
    messenger = office.town.stage.messenger
    messenger.group("cuihu-new", "翠湖", [office.town.member.phone])
    office.platform.fails("cuihu-members", Moved("cuihu-new"))
    await office.post("cuihu-members", "第一条", times=2)
    await office.execute(
        "insert into cards (view, subject, lane, person_id, message_id, wanted, sent)"
        f" values ('cases.work', 1, '{SENDER}/cuihu-members', 1, 'm1', 1, 1)"
    )
    await office.drain()
    assert office.platform.arrived("cuihu-new") == ["第一条", "第一条"]
    moved = f"{SENDER}/cuihu-new"
    assert await office.rows("select lane from groups") == [(moved,)]
    assert await office.rows("select lane from cards") == [(moved,)]
    assert await office.rows("select distinct lane from outbox") == [(moved,)]
    assert await office.rows("select kind from lanes where key = :key", key=moved) == [("group",)]


async def test_what_the_platform_refuses_fails_and_whoever_counted_on_it_is_told(
    office: Office,
) -> None:
    await office.report_lamp()
    office.platform.fails("li", Rejected("BUTTON_DATA_INVALID"))
    await office.town.settles()
    office.town.chief.sees("我接了")
    assert (await office.states()).count("failed") == 1


async def test_what_surely_was_not_sent_is_tried_again_and_given_up_at_last(
    office: Office,
) -> None:
    office.platform.fails("li", *[Unsent("no connection")] * 8)
    await office.post("li", "一条")
    await office.drain()
    for tries, pause in enumerate(PAUSES, 1):
        assert len(office.platform.calls) == tries
        assert await office.arrivals(pause - 0.1) == 0
        assert len(office.platform.calls) == tries
        office.seconds.pass_by(0.1)
        await office.drain()
    assert len(office.platform.calls) == len(PAUSES) + 1
    assert await office.states() == ["failed"]


async def test_an_alert_given_up_goes_to_the_next_level_and_not_before(office: Office) -> None:
    office.platform.fails("li", *[Unsent("no connection")] * 8)
    await office.report_lamp()
    await office.town.settles()
    for pause in PAUSES:
        office.town.chief.does_not_see("路灯不亮")
        office.seconds.pass_by(pause)
        await office.town.settles()
    office.town.chief.sees("我接了")


async def test_what_is_tried_again_in_a_moment_keeps_its_place_among_its_like(
    office: Office,
) -> None:
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "水停了", "notice")
    await office.post("li", "水来了", "notice")
    await office.drain()
    assert office.platform.arrived("li") == []
    await office.post("li", "着火了", "alert")
    await office.drain()
    assert office.platform.arrived("li") == ["着火了"]  # more urgent, so it does not wait
    await office.arrivals(1)
    assert office.platform.arrived("li") == ["着火了", "水停了", "水来了"]


async def test_what_waits_for_its_next_try_holds_nothing_up(office: Office) -> None:
    office.platform.fails("li", *[Unsent("no connection")] * 6)
    await office.post("li", "公告", "alert")
    for pause in PAUSES[:6]:
        await office.arrivals(pause)
    await office.post("li", "着火了", "alert")
    await office.drain()
    assert office.platform.arrived("li") == ["着火了", "公告"]  # and then it goes at once
