"""Nobody's flood is anybody else's loss."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot import decisions
from bot.channels.base import Unavailable
from bot.settings import Limits, Settings
from bot.throttle import Entrance, Throttle, Throttles
from handlers.message import Chat, Chose, Event, Said
from tests.robot import DARK, town

POLICY = decisions.policy(Settings(), decisions.categories())
GROUP = Chat("group", "g")


def said(sender: str, number: int = 0, chat: Chat | None = None, words: str = "喂喂") -> Event:
    return Event(
        "x", "1", f"{sender}{number}", chat or Chat("private", sender), sender, Said(words)
    )


def entered(stack: ExitStack, entrance: Entrance, *senders: str) -> list[str]:
    """Those of the senders whose events were let in, and stay there."""
    inside = []
    for sender in senders:
        try:
            stack.enter_context(entrance.passing(said(sender)))
        except Unavailable:
            continue
        inside.append(sender)
    return inside


def test_one_sender_takes_a_tenth_of_the_room_and_everybody_else_still_gets_in() -> None:
    entrance = Entrance(POLICY, 100)
    with ExitStack() as stack:
        assert len(entered(stack, entrance, *["flooder"] * 500)) == 9
        others = [f"n{n}" for n in range(50)]
        assert entered(stack, entrance, *others) == others
    assert entrance.inside == 0


def test_many_who_flood_leave_room_for_somebody_with_one_thing_to_say() -> None:
    entrance = Entrance(POLICY, 1000)
    with ExitStack() as stack:
        entered(stack, entrance, *(f"f{n % 40}" for n in range(20_000)))
        assert entrance.inside < 900
        assert entered(stack, entrance, "resident") == ["resident"]


def test_there_is_never_more_inside_than_there_is_room_and_it_is_given_back() -> None:
    entrance = Entrance(POLICY, 100)
    with ExitStack() as stack:
        assert len(entered(stack, entrance, *(f"n{n}" for n in range(500)))) == 100
    assert entrance.inside == 0
    with entrance.passing(said("late")) as floods:
        assert not floods


def test_the_first_message_too_many_is_answered_and_a_new_minute_begins_anew() -> None:
    clock = iter([0.0] * 5 + [61.0])
    throttle = Throttle(2, lambda: next(clock))
    assert [throttle.allows("x") for _ in range(4)] == [True, True, "busy", False]
    assert throttle.allows("y") is True
    assert throttle.allows("x") is True


def test_what_a_group_says_too_much_is_passed_over_and_what_it_presses_is_not() -> None:
    throttles = Throttles(replace(POLICY, group_per_minute=20))
    speech = [throttles.allows(said(f"n{n}", chat=GROUP), n) for n in range(25)]
    press = Event("x", "1", "p", GROUP, "n99", Chose("tasks.claim:1"))
    assert speech == [True] * 20 + [False] * 5
    assert throttles.allows(press, 99) is True
    assert throttles.allows(said("n99"), 99) is True


async def test_whoever_sends_too_many_files_in_a_day_is_told_and_can_still_write(
    sqlite_district: str, tmp_path: Path
) -> None:
    config = Settings(limits=Limits(files_a_day=10))
    async with town(sqlite_district, tmp_path / "media", config=config) as house:
        for _ in range(10):
            await house.resident.sends(DARK)
        house.resident.does_not_see("没有收下")
        await house.resident.sends(DARK)
        house.resident.sees("这一份没有收下")
        house.resident.looks_away()
        await house.resident.says("着火了快来人")
        house.resident.sees("119")
        assert (await house.rows("select count(*) from media"))[0][0] <= 10


async def test_a_platform_keeps_what_is_too_much_and_brings_it_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    config = Settings(limits=Limits(waiting=100))
    async with town(sqlite_url, tmp_path / "media", config=config) as house:
        app = house.stage.app
        events = [
            replace(said(f"n{n}", n, words="你好"), channel="local", account="demo")
            for n in range(150)
        ]
        first = await asyncio.gather(*map(app.receive, events), return_exceptions=True)
        answered = zip(events, first, strict=True)
        refused = [event for event, answer in answered if isinstance(answer, Unavailable)]
        assert len(refused) == 50
        for event in refused:
            assert not (await app.receive(event)).repeated
        assert (await house.rows("select count(*) from inbox"))[0][0] == 150


async def test_whoever_floods_is_read_by_the_rules_alone_and_a_fire_is_still_found(
    sqlite_url: str, tmp_path: Path
) -> None:
    config = Settings(limits=Limits(busy_per_minute=5))
    async with town(sqlite_url, tmp_path / "media", config=config) as house:
        for _ in range(8):
            await house.resident.says("门口的垃圾桶满了好几天没有人来收")
        house.resident.looks_away()
        await house.resident.says("着火了快来人")
        house.resident.sees("119")


def test_an_event_that_fails_gives_its_place_back() -> None:
    entrance = Entrance(POLICY, 100)
    with pytest.raises(LookupError), entrance.passing(said("n")):
        raise LookupError
    assert entrance.inside == 0
