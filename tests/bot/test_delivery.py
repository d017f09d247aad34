"""What is sent, in which order, how fast, and what follows when it cannot be."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.channels.base import Gone, Moved, Rejected, Throttled, Uncertain, Unsent
from bot.delivery import LEASE
from bot.outcomes import PAUSES
from handlers.message import Card, Choice, Pace
from handlers.registry import receipt, view
from handlers.turn import Kind, Post, Turn
from storage.database import NotStored
from tests.bot.outside import SENDER, Office
from tests.robot import Town

REPEATED = "（这条可能发过一次）"


async def restarted(office: Office) -> None:
    """The process ended in good order and has begun anew."""
    office.sender.stop()
    await office.sender.run()
    office.sender = office.another_sender()
    office.app.deliveries = [office.sender]


# ── Order ────────────────────────────────────────────────────────────────────


async def test_in_a_chat_alerts_come_first_then_replies_cards_notices_and_bulletins(
    office: Office,
) -> None:
    for kind in ("bulletin", "notice", "reply", "alert", "bulletin", "alert"):
        await office.post("li", kind, kind)  # type: ignore[arg-type]
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


# ── Pace ─────────────────────────────────────────────────────────────────────


async def arrivals(office: Office, seconds: float) -> int:
    """How many more messages have arrived when these seconds have passed."""
    before = len(office.platform.arrived())
    office.seconds.pass_by(seconds)
    await office.drain()
    return len(office.platform.arrived()) - before


@pytest.mark.parametrize(("chat", "pause"), [("li", 1.1), ("cuihu-members", 3.2)])
async def test_the_pace_of_a_chat_survives_a_restart(
    small_town: Town, tmp_path: Path, chat: str, pause: float
) -> None:
    office = Office(small_town, tmp_path, Pace(private=1.1, group=3.2))
    await office.post(chat, "一条", times=3)
    assert await arrivals(office, 0) == 1
    await restarted(office)
    assert await arrivals(office, pause - 0.3) == 0
    assert await arrivals(office, 0.3) == 1
    await restarted(office)
    assert await arrivals(office, pause) == 1


async def test_the_pace_of_the_account_holds_over_all_chats_and_a_restart(
    small_town: Town, tmp_path: Path
) -> None:
    office = Office(small_town, tmp_path, Pace(account=0.1))
    everybody = [robot.someone.key for robot in small_town.everybody]
    for chat in everybody:
        await office.post(chat, "一条")
    assert await arrivals(office, 0) == 3  # at 0.0, 0.1 and 0.2 s
    await restarted(office)
    assert await arrivals(office, 0) == 0
    assert await arrivals(office, 0.2) == 2
    office.seconds.pass_by(0.3)
    while await arrivals(office, 0.3):
        pass
    assert sorted(call.chat for call in office.platform.calls) == sorted(everybody)


# ── What the platform answers ────────────────────────────────────────────────


async def test_too_many_requests_wait_a_second_more_than_asked_and_do_not_count(
    office: Office,
) -> None:
    office.platform.fails("li", *[Throttled(7)] * 12)
    await office.post("li", "一条")
    for _ in range(12):
        assert await arrivals(office, 0) == 0
        assert await arrivals(office, 7.9) == 0
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
    assert await arrivals(office, 7.9) == 0
    assert await arrivals(office, 0.1) == 3


async def test_a_chat_that_blocked_the_bot_is_closed_and_the_deadline_comes_forward(
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
    now = office.app.clock.now().replace(tzinfo=None)
    assert await office.rows("select next_at from cases") == [(str(now) + ".000000",)]

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
        assert await arrivals(office, pause - 0.1) == 0
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


async def test_what_waits_for_its_next_try_holds_nothing_up(office: Office) -> None:
    office.platform.fails("li", *[Unsent("no connection")] * 6)
    await office.post("li", "公告", "alert")
    for pause in PAUSES[:6]:
        await arrivals(office, pause)
    await office.post("li", "着火了", "alert")
    await office.drain()
    assert office.platform.arrived("li") == ["着火了", "公告"]  # and then it goes at once


# ── Nobody knows whether it arrived ──────────────────────────────────────────


@pytest.mark.parametrize("kind", ["alert", "reply", "notice"])
async def test_what_perhaps_arrived_is_sent_once_more_and_an_alert_says_so(
    office: Office, kind: Kind
) -> None:
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "一条", kind)
    await office.drain()
    await arrivals(office, 1)
    [arrived] = office.platform.taken
    assert arrived.text == (f"{REPEATED}\n一条" if kind == "alert" else "一条")
    assert await office.states() == ["sent"]


async def test_what_perhaps_arrived_twice_is_left_to_a_person(office: Office) -> None:
    office.platform.fails("li", Unsent("no connection"), *[Uncertain("no answer")] * 2)
    await office.post("li", "一条", "alert")
    for pause in (0, 1, 1, 5):
        await arrivals(office, pause)
    assert len(office.platform.calls) == 3
    assert await office.states() == ["unknown"]


async def test_a_bulletin_that_perhaps_arrived_is_not_sent_again(office: Office) -> None:
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "通告", "bulletin")
    await office.drain()
    assert await arrivals(office, 60) == 0
    assert await office.states() == ["unknown"]


async def test_a_channel_that_breaks_its_promise_counts_as_no_answer(office: Office) -> None:
    office.platform.fails("li", KeyError("result"))
    await office.post("li", "一条")
    await office.drain()
    assert await arrivals(office, 1) == 1


# ── A crash between claim and mark ───────────────────────────────────────────


async def killed_while_sending(office: Office) -> None:
    """Another process had the account, claimed what there was, and was killed."""
    office.seconds.pass_by(LEASE + 1)
    other = office.another_sender()
    await office.app.database.run(partial(other._claim, office.seconds()))


@pytest.mark.parametrize("kind", ["alert", "reply", "notice", "bulletin"])
async def test_after_a_crash_each_kind_is_recovered_in_its_own_way(
    office: Office, kind: Kind
) -> None:
    await office.post("li", "一条", kind)
    await killed_while_sending(office)
    await office.drain()
    assert office.platform.calls == []  # the other one's lease has not run out
    await arrivals(office, LEASE + 0.1)
    await arrivals(office, 1)
    expected = {"alert": [REPEATED], "bulletin": []}.get(kind, ["一条"])
    assert office.platform.arrived() == expected
    assert await office.states() == ["unknown" if kind == "bulletin" else "sent"]


async def test_after_two_crashes_a_message_is_left_to_a_person(office: Office) -> None:
    await office.post("li", "一条", "alert")
    for _process in range(4):  # each second one finds what was to be sent once more
        await killed_while_sending(office)
    assert await office.states() == ["unknown"]
    assert office.platform.calls == []


async def test_a_card_that_was_being_sent_when_the_process_ended_is_sent_once_more(
    office: Office,
) -> None:
    await office.report_lamp()
    await killed_while_sending(office)
    office.seconds.pass_by(LEASE + 1)
    await office.drain()
    await arrivals(office, 1)
    assert office.platform.arrived("li") == [REPEATED]
    await office.town.settles()
    assert len(office.town.worker.read()) == 1


async def test_an_edit_that_was_under_way_when_the_process_ended_is_done_again(
    office: Office,
) -> None:
    await office.report_lamp()
    await office.town.settles()
    await office.change_card()
    await killed_while_sending(office)
    office.seconds.pass_by(LEASE + 1)
    await office.drain()
    await arrivals(office, 1)
    assert [bool(call.edit) for call in office.platform.taken if call.chat == "li"] == [False, True]


async def test_two_senders_of_one_account_never_both_send(office: Office) -> None:
    other = office.another_sender()
    await office.post("li", "一条", times=3)
    for _time in range(3):
        await asyncio.gather(office.sender.round(), other.round())
    assert len(office.platform.calls) == 3
    assert await office.rows("select count(distinct owner) from senders") == [(1,)]


async def test_a_process_that_ends_in_good_order_leaves_the_next_one_nothing_to_wait_for(
    office: Office,
) -> None:
    office.platform.holds("li")
    await office.post("li", "第一条", times=2)
    running = asyncio.create_task(office.sender.run())
    await office.platform.until_called(1)
    office.sender.stop()
    office.platform.lets("li")
    await running
    assert await office.states() == ["sent", "ready"]
    office.sender = office.another_sender()
    await office.drain()
    assert await office.states() == ["sent", "sent"]


async def test_a_result_that_could_not_be_stored_is_stored_later_and_nothing_is_sent_twice(
    office: Office,
) -> None:
    await office.execute(
        "create trigger full_disk before update on outbox when new.state = 'sent'"
        " begin select raise(abort, 'disk full'); end"
    )
    await office.post("li", "一条", times=2)
    with pytest.raises(NotStored):
        await office.drain()
    with pytest.raises(NotStored):
        await office.drain()
    await office.execute("drop trigger full_disk")
    await office.drain()
    assert len(office.platform.calls) == 2
    assert await office.states() == ["sent", "sent"]


# ── Live cards ───────────────────────────────────────────────────────────────


async def test_ten_changes_while_one_edit_is_on_its_way_become_one_more_edit(
    office: Office,
) -> None:
    await office.report_lamp()
    await office.town.settles()
    sent = len(office.platform.calls)
    office.platform.holds("li")
    await office.change_card()
    sending = asyncio.create_task(office.drain())
    await office.platform.until_called(sent + 1)
    for _time in range(10):
        await office.change_card()
    office.platform.lets("li")
    await sending
    assert len(office.platform.calls) == sent + 2
    assert office.platform.taken[-1].text == office.town.worker.read()[-1].text
    assert await office.rows("select wanted - sent from cards where view = 'cases.work'") == [(0,)]


async def test_a_change_while_the_card_itself_is_on_its_way_is_shown(office: Office) -> None:
    await office.report_lamp()
    office.platform.holds("li")
    sending = asyncio.create_task(office.drain())
    while not any(call.chat == "li" for call in office.platform.calls):
        await office.platform.until_called(len(office.platform.calls) + 1)
    await office.change_card()
    office.platform.lets("li")
    await sending
    [card] = office.town.worker.read()
    assert "催" in card.text


async def test_a_card_whose_message_was_deleted_is_sent_anew(office: Office) -> None:
    await office.report_lamp()
    await office.town.settles()
    room = office.town.stage.messenger.rooms_of(office.town.worker.phone)[0]
    room.bubbles.clear()
    await office.change_card()
    await office.town.settles()
    [card] = office.town.worker.read()
    assert card.buttons


async def test_a_fresh_card_takes_the_choices_off_the_one_before(office: Office) -> None:
    await office.report_lamp()
    await office.town.settles()
    await office.save(await fresh_card(office))
    await office.town.settles()
    before, now = office.town.worker.read()
    assert before.buttons == ()
    assert now.buttons
    assert before.text == now.text


async def test_a_fresh_card_arrives_as_such_even_while_the_one_before_is_being_edited(
    office: Office,
) -> None:
    await office.report_lamp()
    await office.town.settles()
    office.platform.holds("li")
    await office.change_card()
    sending = asyncio.create_task(office.drain())
    await office.platform.until_called(len(office.platform.calls) + 1)
    await office.save(await fresh_card(office))
    office.platform.lets("li")
    await sending
    before, now = office.town.worker.read()
    assert before.buttons == ()
    assert now.buttons


async def fresh_card(office: Office) -> Post:
    """The worker shall have the card of the case as a new message."""
    [(worker,)] = await office.rows("select holder_id from cases")
    post = Post()
    post.show("cases.work", 1, worker, kind="alert", fresh=True)
    return post


# ── Views that fail, and what nobody wants any more ──────────────────────────


async def test_a_view_that_fails_loses_its_own_message_only(office: Office) -> None:
    def broken(turn: Turn, subject: int, again: bool) -> Card | None:
        turn.db.execute(text("select 1"))
        raise KeyError(f"subject {subject}")

    view("tests.broken")(broken)
    post = Post()
    post.show("tests.broken", 7, 1, kind="alert")
    await office.save(post)
    await office.post("li", "别的事")
    await office.drain()
    assert office.platform.arrived() == ["别的事"]
    assert await office.states() == ["failed", "sent"]
    [(what, error)] = await office.rows("select what, error from failures")
    assert what == "outbox/1"
    assert "KeyError" in error


async def test_an_alert_that_cannot_be_drawn_brings_the_deadline_forward(office: Office) -> None:
    await office.report_lamp()
    await office.execute("update outbox set payload = '{}' where kind = 'alert'")
    await office.town.settles()
    office.town.chief.sees("我接了")


async def test_a_receipt_that_fails_does_not_send_the_message_again(office: Office) -> None:
    def broken(turn: Turn, subject: int, delivered: bool) -> None:
        turn.db.execute(text("update lanes set disabled = 'broken'"))
        raise RuntimeError

    receipt("tests.broken")(broken)
    post = Post()
    post.to(1, Card("一条"), receipt="tests.broken:1")
    await office.save(post)
    await office.post("li", "别的事")
    await office.drain()
    assert sorted(office.platform.arrived()) == ["一条", "别的事"]
    assert await office.states() == ["sent", "sent"]
    assert len(await office.rows("select 1 from failures")) == 1


async def test_what_waited_for_the_morning_is_sent_in_the_morning(office: Office) -> None:
    now = office.app.clock.now()
    post = Post()
    post.to(1, Card("早上好"), release_at=now + timedelta(hours=8))
    await office.save(post)
    await office.town.passes(hours=7, minutes=59)
    assert office.platform.arrived() == []
    await office.town.passes(minutes=1)
    assert office.platform.arrived() == ["早上好"]


async def test_a_question_that_was_answered_while_it_waited_is_not_asked(office: Office) -> None:
    town = office.town
    await office.report_lamp()
    await town.settles()
    await town.worker.taps("我接了")
    await town.until("22:00")
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.says("换了新灯泡")
    await town.worker.taps("没有照片")
    town.resident.looks_away()
    assert (await office.states()).count("held") == 1
    await town.resident.presses("cases.yes:1:satisfied")
    town.resident.looks_away()
    await town.until("08:31")
    assert [bubble.text for bubble in town.resident.read() if "现在好了吗" in bubble.text] == []
    assert (await office.states()).count("held") == 0


# ── Messengers with a window and without buttons ─────────────────────────────


async def test_after_five_messages_the_next_is_kept_until_the_person_writes(
    wechat_office: Office,
) -> None:
    office = wechat_office
    await office.post("zhou", "一条", times=7)
    await office.drain()
    assert len(office.platform.arrived("zhou")) == 5 - 1  # one answered the greeting
    assert (await office.states())[-3:] == ["held"] * 3
    await office.town.resident.says("帮助")
    assert len(office.platform.arrived("zhou")) == 5 - 1 + 4
    assert (await office.states()).count("held") == 0


async def test_tries_that_never_reached_the_platform_use_up_nothing(
    wechat_office: Office,
) -> None:
    office = wechat_office
    office.platform.fails("zhou", *[Unsent("no connection")] * 6)
    await office.post("zhou", "一条")
    for pause in (0, *PAUSES[:6]):
        await arrivals(office, pause)
    assert office.platform.arrived("zhou") == ["一条"]


async def test_an_alert_outside_the_window_goes_to_the_next_level_at_once(
    wechat_office: Office,
) -> None:
    office, town = wechat_office, wechat_office.town
    await town.passes(hours=47)
    for robot in (town.chief, town.resident):
        await robot.says("帮助")
    await town.passes(hours=1, minutes=1)
    await office.report_lamp()
    town.worker.looks_away()
    await town.settles()
    town.chief.sees("我接了")
    assert town.worker.read() == []
    await town.worker.says("待办")
    town.worker.sees("路灯不亮")


async def test_numbers_of_choices_go_on_from_message_to_message_and_begin_again_after_99(
    wechat_office: Office,
) -> None:
    office = wechat_office
    choices = tuple(Choice(f"选项{n}", f"q:1:{n}") for n in range(3))
    seen: list[list[str]] = []
    for _message in range(35):
        post = Post(f"{SENDER}/zhou", "zh_CN")
        post.reply(Card("选一个", choices))
        await office.save(post)
        await office.town.resident.phone.start()  # the window stays open
        await office.drain()
        seen.append(re.findall(r"^(\d+)\. 选项", office.platform.taken[-1].text, re.MULTILINE))
    numbers = [int(number) for three in seen for number in three]
    assert len(set(numbers)) == len(numbers) - 6 or max(numbers) <= 99
