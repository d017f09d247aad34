"""Messages of which nobody knows whether they arrived: the answer was lost, or the process."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.base import Uncertain, Unsent
from bot.sending.delivery import LEASE
from bot.sending.outcomes import MOST_CRASHES
from handlers.turn import Kind
from storage.database import NotStored
from tests.bot.outside import Office

REPEATED = "（这条可能发过一次）"


# ── Nobody knows whether it arrived ─────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["alert", "reply", "notice"])
async def test_what_perhaps_arrived_is_sent_once_more_and_an_alert_says_so(
    office: Office, kind: Kind
) -> None:
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "一条", kind)
    await office.drain()
    await office.arrivals(1)
    [arrived] = office.platform.taken
    assert arrived.text == (f"{REPEATED}\n一条" if kind == "alert" else "一条")
    assert await office.states() == ["sent"]


async def test_what_perhaps_arrived_twice_is_left_to_a_person(office: Office) -> None:
    office.platform.fails("li", Unsent("no connection"), *[Uncertain("no answer")] * 2)
    await office.post("li", "一条", "alert")
    for pause in (0, 1, 1, 5):
        await office.arrivals(pause)
    assert len(office.platform.calls) == 3
    assert await office.states() == ["unknown"]


async def test_a_bulletin_that_perhaps_arrived_is_not_sent_again(office: Office) -> None:
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "通告", "bulletin")
    await office.drain()
    assert await office.arrivals(60) == 0
    assert await office.states() == ["unknown"]


async def test_a_channel_that_breaks_its_promise_counts_as_no_answer(office: Office) -> None:
    office.platform.fails("li", KeyError("result"))
    await office.post("li", "一条")
    await office.drain()
    assert await office.arrivals(1) == 1


# ── A crash between claim and mark ──────────────────────────────────────────────


async def killed_while_sending(office: Office) -> None:
    """Another process had the account, claimed what there was, and was killed."""
    office.seconds.pass_by(LEASE + 1)
    await office.in_hand(office.another_sender())


@pytest.mark.parametrize("kind", ["alert", "reply", "notice", "bulletin"])
async def test_after_a_crash_each_kind_is_recovered_in_its_own_way(
    office: Office, kind: Kind
) -> None:
    await office.post("li", "一条", kind)
    await killed_while_sending(office)
    await office.drain()
    assert office.platform.calls == []  # the other one's lease has not run out
    await office.arrivals(LEASE + 0.1)
    await office.arrivals(1)
    expected = {"alert": [REPEATED], "bulletin": []}.get(kind, ["一条"])
    assert office.platform.arrived() == expected
    assert await office.states() == ["unknown" if kind == "bulletin" else "sent"]


async def test_after_crash_upon_crash_a_message_is_left_to_a_person(office: Office) -> None:
    await office.post("li", "一条", "alert")
    for _process in range(2 * MOST_CRASHES):  # each second one finds what was to be sent once more
        await killed_while_sending(office)
    assert (await office.states())[0] == "dead"
    assert office.platform.calls == []


async def test_a_card_that_was_being_sent_when_the_process_ended_is_sent_once_more(
    office: Office,
) -> None:
    await office.report_lamp()
    await killed_while_sending(office)
    office.seconds.pass_by(LEASE + 1)
    await office.drain()
    await office.arrivals(1)
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
    await office.arrivals(1)
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
    office.platform.holds("li")
    await office.post("li", "一条")
    sending = asyncio.create_task(office.drain())
    await office.platform.until_called(1)
    await office.execute("pragma busy_timeout = 1")
    with office.locked():
        office.platform.lets("li")
        with pytest.raises(NotStored):
            await sending
        with pytest.raises(NotStored):
            await office.drain()
    await office.drain()
    assert len(office.platform.calls) == 1
    assert await office.states() == ["sent"]
