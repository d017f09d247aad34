"""Two accounts turn out to be one person: what both had is there once, and is counted once."""

from __future__ import annotations

from tests.robot import Robot, Town
from tests.stories.test_invitations import shown_code, stranger
from tests.stories.test_lamp import report_lamp
from tests.stories.test_tasks import card_of, counted, publishes, ready, states
from tests.stories.test_wishes import brings, claimed, state


async def links(one: Robot, other: Robot) -> None:
    """The other account joins the one that shows the code."""
    await one.says("绑定")
    await other.says(f"/link {shown_code(one)}")
    await other.taps("绑在一起")
    other.sees("绑好了")


async def test_two_slots_of_one_person_are_one_and_the_other_is_for_who_waits(town: Town) -> None:
    second = stranger(town, "zhou2", "兰兰")
    await ready(town, town.resident, town.neighbour, second)
    n = await publishes(town.community, slots="2")
    for robot in (town.resident, second, town.neighbour):
        await robot.says(f"认领{n}")
    town.neighbour.sees("您排候补第1位")
    town.neighbour.looks_away()

    await links(town.resident, second)
    town.neighbour.sees("有名额了，轮到您了")
    assert await states(town) == {"周兰": "claimed", "吴桂芳": "claimed"}
    await counted(town)
    await second.says(f"放弃{n}")
    assert await states(town) == {"周兰": "released", "吴桂芳": "claimed"}
    await counted(town)


async def test_a_slot_counts_more_than_a_place_in_line(telegram_town: Town) -> None:
    town = telegram_town
    second = stranger(town, "zhou2", "兰兰")
    await ready(town, town.resident, town.neighbour, second)
    n = await publishes(town.community, slots="1")
    for robot in (second, town.resident, town.neighbour):
        await robot.says(f"认领{n}")
    await links(town.resident, second)
    assert await states(town) == {"周兰": "claimed", "吴桂芳": "waitlisted"}
    assert "候补1人：吴桂芳" in card_of(town.member)
    await counted(town)


async def test_whoever_joined_their_own_report_is_one_household(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    second = stranger(town, "zhou2", "兰兰")
    await second.says("翠湖社区3号楼东边的路灯坏了")
    await second.taps("路灯不亮")
    await second.taps("是同一件，算我一个")
    second.sees("现在有2户在等")
    assert "2户在等" in town.worker.sees("🔦").text
    await links(town.resident, second)
    assert await town.rows("select person_id from case_followers") == []
    await town.worker.taps("我接了")
    assert "户在等" not in town.worker.sees("🔦").text


async def test_ones_own_wish_brings_no_points(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await brings(town.member)
    await links(town.member, town.resident)
    await town.resident.taps("收到了")
    assert await state(town) == "struck_off"
    assert await town.rows("select points from awards") == []
    assert await town.rows("select what, error from failures") == []
