"""A process that dies, or stands still, with messages in hand: who sends them, and how often."""

from __future__ import annotations

import pytest

from bot.sending.delivery import CAREFUL, LEASE, LONGEST_SEND
from bot.sending.outcomes import MOST_CRASHES, Overtaken
from handlers.message import Card
from handlers.registry import view
from handlers.turn import Post, Turn
from tests.bot.outside import Office

LOOK = 0.2
"""Seconds between two looks of a process that waits for its turn to send."""


class Killed(BaseException):
    """The process ends here, and its transaction with it."""


@view("tests.deadly")
def kills(turn: Turn, subject: int, again: bool) -> Card | None:
    raise Killed


async def deadly(office: Office, kind: str) -> None:
    """A message waits that kills whoever draws it."""
    post = Post()
    [(worker,)] = await office.rows("select person_id from accounts where lane like '%/li'")
    post.show("tests.deadly", 7, worker, kind=kind)  # type: ignore[arg-type]
    await office.save(post)


async def next_process(office: Office) -> None:
    """The lease of the one before has run out."""
    office.seconds.pass_by(LEASE + 0.1)
    office.sender = office.another_sender()
    office.app.deliveries = [office.sender]


# ── What kills ──────────────────────────────────────────────────────────────────


async def test_a_message_that_kills_process_after_process_is_dead_and_lets_the_others_through(
    office: Office,
) -> None:
    await deadly(office, "alert")
    await office.post("li", "别的事")
    for _process in range(MOST_CRASHES + 1):  # the first put nothing on record, knowing of no death
        with pytest.raises(Killed):
            await office.sender.round()
        await next_process(office)
    await office.town.settles()
    assert office.platform.arrived("li") == ["别的事"]
    found = await office.rows("select state, reason from outbox where kind = 'alert' order by id")
    assert found == [("dead", "crashed")]
    assert "shaodao outbox --list" in office.town.administrator.sees("没能发出去").text


async def test_what_died_and_is_no_alert_is_told_in_the_morning_once(office: Office) -> None:
    await deadly(office, "card")
    for _process in range(MOST_CRASHES + 1):
        with pytest.raises(Killed):
            await office.sender.round()
        await next_process(office)
    await office.town.settles()
    assert office.town.administrator.read() == []
    await office.town.until("08:31")
    assert "有1条消息可能没送到" in office.town.administrator.sees("shaodao outbox").text
    office.town.administrator.looks_away()
    await office.town.passes(days=2)
    assert office.town.administrator.read() == []


async def test_a_message_that_only_waited_beside_it_is_not_counted(office: Office) -> None:
    await deadly(office, "alert")
    await office.post("wang", "别的事")
    for _process in range(3):
        with pytest.raises(Killed):
            await office.sender.round()
        await next_process(office)
    assert await office.rows("select crashes from outbox where kind = 'notice'") == [(0,)]
    assert await office.rows("select repeated from outbox where kind = 'notice'") == [(0,)]


async def test_after_a_while_nobody_is_careful_any_more(office: Office) -> None:
    await office.in_hand(office.sender)
    await next_process(office)
    await office.post("li", "一条")
    await office.post("wang", "一条")
    await office.sender.round()
    assert len(office.platform.taken) == 1
    await office.drain()
    office.seconds.pass_by(CAREFUL)
    await office.post("li", "又一条")
    await office.post("wang", "又一条")
    await office.sender.round()
    assert len(office.platform.taken) == 4


# ── Who sends ───────────────────────────────────────────────────────────────────


async def test_another_process_sends_within_fifteen_seconds_of_a_death(office: Office) -> None:
    await office.sender.round()
    other = office.another_sender()
    await office.post("li", "一条")
    waited = 0.0
    while not office.platform.taken:
        assert waited < 15
        await other.round()
        office.seconds.pass_by(LOOK)
        waited += LOOK


async def test_a_process_that_stood_still_beyond_its_lease_sends_nothing(office: Office) -> None:
    """It was stopped between its claim and handing over; meanwhile another has taken it up."""
    stopped = office.sender
    await office.post("li", "一条", "alert")
    [going] = await office.in_hand(stopped)
    await next_process(office)
    await office.drain()
    await office.arrivals(1)
    assert isinstance((await stopped._send(going)).error, Overtaken)
    assert len(office.platform.taken) == 1
    assert await office.states() == ["sent"]


async def test_nothing_is_handed_over_with_less_of_the_lease_than_a_send_may_take(
    office: Office,
) -> None:
    late = iter([*[0.0] * 4, *[LEASE - LONGEST_SEND + 0.1] * 9])
    start = office.seconds()
    slow = office.another_sender(lambda: start + next(late))
    await office.post("li", "一条")
    await slow.round()
    assert office.platform.calls == []
    assert await office.rows("select state, attempts from outbox") == [("ready", 0)]


async def test_a_lease_from_before_the_clock_was_put_back_holds_nobody_up(office: Office) -> None:
    await office.sender.round()
    office.seconds.pass_by(-3600)
    other = office.another_sender()
    office.sender, office.app.deliveries = other, [other]
    await office.post("li", "一条")
    await office.drain()
    assert office.platform.arrived() == ["一条"]


async def test_a_claim_whose_answer_was_lost_on_its_way_back_is_sent_once(office: Office) -> None:
    """The commit went through and the connection broke: we do not know that the row is ours."""
    await office.post("li", "一条", "alert")
    await office.in_hand(office.sender)
    office.seconds.pass_by(3)
    await office.sender.round()
    await office.drain()
    assert office.platform.arrived() == ["一条"]
    assert await office.rows("select state, attempts from outbox") == [("sent", 1)]
