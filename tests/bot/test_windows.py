"""Messengers on which one may write for a while only, and choices are numbers."""

from __future__ import annotations

import re

from bot.channels.base import Unsent
from bot.sending.outcomes import PAUSES
from handlers.message import Card, Choice
from handlers.turn import Post
from tests.bot.outside import SENDER, Office


async def test_after_five_messages_the_next_is_kept_until_the_person_writes(
    wechat_office: Office,
) -> None:
    office = wechat_office
    await office.post("zhou", "一条", "reply", times=7)
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
        await office.arrivals(pause)
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


async def test_numbers_go_on_from_message_to_message_and_begin_again_after_99(
    wechat_office: Office,
) -> None:
    office = wechat_office
    await office.execute("update lanes set window_left = 1000")
    await office.execute("update lanes set last_number = 0")
    seen: list[int] = []
    for message in range(34):
        choices = tuple(Choice(f"选项{n}", f"q:{message}:{n}") for n in range(3))
        post = Post(f"{SENDER}/zhou", "zh_CN")
        post.reply(Card("选一个", choices))
        await office.save(post)
        await office.drain()
        rows = re.findall(r"^(\d+)\. 选项", office.platform.taken[-1].text, re.MULTILINE)
        seen += map(int, rows)
    assert seen == [*range(1, 100), 1, 2, 3]
    lane = f"{SENDER}/zhou"
    meant = await office.rows("select number, token from numbers where lane = :lane", lane=lane)
    assert dict(meant)[1] == "q:33:0"
    assert dict(meant)[4] == "q:1:0"
