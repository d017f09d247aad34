"""Notices that would trickle in one by one are said together; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.channels.base import TELEGRAM, Uncertain
from handlers.message import Card, Choice, Pace
from handlers.turn import Post
from tests.bot.outside import SENDER, Office
from tests.robot import Town


def slow(town: Town, folder: Path) -> Office:
    return Office(town, folder, replace(TELEGRAM.pace, account=0.0))


async def test_a_heap_of_notices_is_one_message_in_their_order(
    small_town: Town, tmp_path: Path
) -> None:
    office = slow(small_town, tmp_path)
    for number in range(7):
        await office.post("li", f"第{number}条")
    await office.drain()
    [message] = office.platform.taken
    assert message.text == "\n\n".join(f"第{number}条" for number in range(7))
    assert await office.rows("select state, reason from outbox order by id") == [
        ("sent", ""),
        *[("sent", "together")] * 6,
    ]


async def test_a_few_notices_come_singly(small_town: Town, tmp_path: Path) -> None:
    office = slow(small_town, tmp_path)
    await office.post("li", "一条", times=4)
    for _message in range(4):
        await office.arrivals(1.1)
    assert office.platform.arrived("li") == ["一条"] * 4


async def test_what_was_held_over_the_night_comes_as_one_message(
    small_town: Town, tmp_path: Path
) -> None:
    office = slow(small_town, tmp_path)
    at = office.app.clock.now() + timedelta(hours=8)
    post = Post()
    [(li,)] = await office.rows("select person_id from accounts where lane like '%/li'")
    for number in range(6):
        post.to(li, Card(f"第{number}条"), release_at=at)
    await office.save(post)
    await office.town.passes(hours=8)
    assert [call.text.count("条") for call in office.platform.taken] == [6]


async def test_choices_and_what_is_more_urgent_stay_messages_of_their_own(
    small_town: Town, tmp_path: Path
) -> None:
    office = slow(small_town, tmp_path)
    await office.post("li", "公告", times=6)
    post = Post(f"{SENDER}/li", "zh_CN")
    post.reply(Card("来吗？", (Choice("来", "q:1"),)), "notice")
    await office.save(post)
    await office.post("li", "公告", times=2)
    await office.post("li", "着火了", "alert")
    for _message in range(9):
        await office.arrivals(1.1)
    first_lines = office.platform.arrived("li")
    assert first_lines == ["着火了", "公告", "来吗？", "公告", "公告"]
    assert office.platform.taken[1].text.count("公告") == 6


async def test_a_message_is_never_longer_than_the_platform_takes(
    small_town: Town, tmp_path: Path
) -> None:
    office = slow(small_town, tmp_path)
    can = office.platform.capabilities
    office.platform.capabilities = replace(can, text_limit=100)
    office.sender = office.another_sender()
    await office.post("li", "长" * 40, times=6)
    for _message in range(6):
        await office.arrivals(1.1)
    # Two fit into one; the four that are left then are soon said.
    assert [call.text.count("长") for call in office.platform.taken] == [80, 40, 40, 40, 40]


async def test_where_messages_are_counted_what_waits_is_said_with_what_is_left(
    wechat_office: Office,
) -> None:
    office = wechat_office
    await office.execute("update lanes set window_left = 1")
    for number in range(3):
        await office.post("zhou", f"第{number}条")
    await office.drain()
    [message] = office.platform.taken
    assert message.text == "第0条\n\n第1条\n\n第2条"


async def test_of_what_perhaps_arrived_together_all_is_said_once_more(
    small_town: Town, tmp_path: Path
) -> None:
    office = slow(small_town, tmp_path)
    office.platform.fails("li", Uncertain("no answer"))
    await office.post("li", "一条", times=6)
    await office.drain()
    await office.arrivals(2)
    assert [call.text.count("一条") for call in office.platform.taken] == [6]


async def test_without_a_pace_nothing_is_put_together(small_town: Town, tmp_path: Path) -> None:
    office = Office(small_town, tmp_path, Pace())
    await office.post("li", "一条", times=9)
    await office.drain()
    assert len(office.platform.taken) == 9
