"""An emergency overtakes whatever waits to be sent."""

from __future__ import annotations

import pytest

from tests.blowing import ROADS, blown
from tests.bot.outside import Office
from tests.bot.test_doubts import killed_while_sending

CROWD = ("shi", "du", "feng", "qian", "he", "li")


@pytest.mark.parametrize("kind", ["alert", "reply", "notice"])
async def test_an_emergency_overtakes_300_messages_that_wait_for_the_same_officer(
    office: Office, kind: str
) -> None:
    await office.post("shi", "旧事", kind, times=300)  # type: ignore[arg-type]
    await office.sender.round()
    await blown(office.app, ROADS)
    await office.sender.round()
    assert [call.text[:2] for call in office.platform.taken if call.chat == "shi"] == [
        "旧事",
        "🚨 ",
    ]


async def test_an_emergency_overtakes_300_alerts_that_wait_for_everybody(office: Office) -> None:
    for key in CROWD:
        await office.post(key, "旧事", "alert", times=50)
    await blown(office.app, ROADS)
    await office.sender.round()
    first, *_others = office.platform.calls
    assert (first.chat, first.text[:1]) == ("shi", "🚨")


async def test_other_whistles_that_wait_are_overtaken_as_well(office: Office) -> None:
    await blown(office.app, ROADS, by="qian", kind="key", times=7)
    await blown(office.app, ROADS)
    await office.sender.round()
    assert [c.text[:1] for c in office.platform.calls if c.chat == "shi"] == ["🚨"]
    await office.drain()
    shown = [c.text[:1] for c in office.platform.calls if c.chat == "shi"]
    assert shown[:6] == ["🚨", *["📣"] * 5]


async def test_an_alarm_whose_sender_died_is_sent_once_more_and_says_so(office: Office) -> None:
    await blown(office.app, ROADS)
    await killed_while_sending(office)
    for seconds in (16, 1, 1):
        await office.arrivals(seconds)
    told = [call for call in office.platform.taken if call.chat == "shi" and not call.edit]
    assert len(told) == 1
    assert told[0].text.startswith("（这条可能发过一次）\n🚨")
    [(reached,)] = await office.rows("select reached_at from unit_calls")
    assert reached is not None
