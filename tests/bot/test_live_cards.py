"""Cards that change in place, and messages whose time passes before they are sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from handlers.message import Card
from handlers.registry import receipt, view
from handlers.turn import Post, Turn
from tests.bot.outside import Office

# ── Live cards ──────────────────────────────────────────────────────────────────


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


# ── Views that fail, and what nobody wants any more ─────────────────────────────


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
    def broken(turn: Turn, subject: int, arg: str, delivered: bool) -> None:
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
    await town.worker.taps("属实")
    await town.worker.taps("打过电话")
    await town.worker.says("换了新灯泡")
    await town.worker.taps("没有照片")
    town.resident.looks_away()
    assert (await office.states()).count("held") == 1
    await town.resident.presses("cases.yes:1:satisfied")
    town.resident.looks_away()
    await town.until("08:31")
    assert [bubble.text for bubble in town.resident.read() if "现在好了吗" in bubble.text] == []
    assert (await office.states()).count("held") == 0
