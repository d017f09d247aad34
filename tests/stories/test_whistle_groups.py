"""A unit's own group sees its whistle, and one of the unit may answer there with a tap."""

from __future__ import annotations

import pytest

from bot.channels.phones import Bubble, Phone
from tests.blowing import DRAINS, LAMPS, WHAT, blown
from tests.robot import Robot, Town

GROUP = "lamps"


@pytest.fixture
async def town(telegram_town: Town) -> Town:
    """The lamps' office has bound its group; in it are also a drains officer, a resident, and
    somebody whom the bot does not know."""
    town = telegram_town
    stranger = town.stage.messenger.phone("passer-by", "路人")
    members = (town.unit_duty, town.unit_leader, town.drains_duty, town.resident, town.neighbour)
    phones = [*(robot.phone for robot in members), stranger]
    town.stage.messenger.group(GROUP, "路灯所值班群", phones)
    await town.unit_duty.says("帮助")
    await town.unit_duty.says("/bind", chat=GROUP)
    await town.unit_duty.taps("绑定")
    await town.unit_duty.taps("绑定")
    for robot in members:
        robot.looks_away()
    return town


def in_group(robot: Robot) -> list[Bubble]:
    return [bubble for bubble in robot.read() if bubble.chat == GROUP]


def card(town: Town) -> Bubble:
    """The group's one card."""
    [found] = in_group(town.neighbour)
    return found


def labels(bubble: Bubble) -> list[str]:
    return [button.label for button in bubble.buttons]


def in_private(phone: Phone) -> list[str]:
    return [b.text for b in phone.bubbles if not b.sender and b.chat != GROUP]


async def presses(phone: Phone, town: Town, label: str) -> str:
    """The button of the group's card, pressed by this person; what only they read of it."""
    token = next(button.token for button in card(town).buttons if button.label == label)
    return await presses_token(phone, town, token)


async def presses_token(phone: Phone, town: Town, token: str) -> str:
    """A press with any token under the group's card."""
    answer = await phone.press(token, card(town).id)
    await town.settles()
    return answer.toast


async def states(town: Town) -> list[str]:
    return [row[0] for row in await town.rows("select state from unit_calls order by id")]


async def test_the_group_has_one_card_that_changes_in_place_and_nothing_personal_on_it(
    town: Town,
) -> None:
    await blown(town.stage.app, LAMPS, DRAINS)
    await town.settles()
    shown = card(town)
    assert shown.text.startswith("🚨 应急处置哨 · 翠湖社区3号楼门口")
    assert "到场处置" in shown.text
    assert labels(shown) == ["应哨，我们去", "到现场了"]
    for word in (WHAT, "赵强", "冯川", "0421"):
        assert word not in shown.text
    await presses(town.unit_leader.phone, town, "应哨，我们去")
    assert labels(card(town)) == ["到现场了"]
    await presses(town.unit_leader.phone, town, "到现场了")
    assert labels(card(town)) == []
    assert card(town).id == shown.id
    assert await states(town) == ["on_site", "called"]
    await town.passes(hours=1)
    assert len(in_group(town.neighbour)) == 1


async def test_one_of_the_unit_answers_in_the_group_and_only_they_read_that(town: Town) -> None:
    await blown(town.stage.app, LAMPS, DRAINS)
    await town.settles()
    private = in_private(town.unit_duty.phone)
    toast = await presses(town.unit_duty.phone, town, "应哨，我们去")
    assert "应哨" in toast
    assert LAMPS in toast
    assert await states(town) == ["reported_in", "called"]
    assert len(in_private(town.unit_duty.phone)) == len(private)
    town.community.sees(f"◐ {LAMPS}（牵头）：冯川")


@pytest.mark.parametrize("label", ["应哨，我们去", "到现场了"])
async def test_a_press_by_anybody_else_is_answered_to_them_alone_and_changes_nothing(
    town: Town, label: str
) -> None:
    await blown(town.stage.app, LAMPS, DRAINS)
    await town.settles()
    stranger = town.stage.messenger.phone("passer-by", "路人")
    for phone in (town.drains_duty.phone, town.resident.phone, stranger):
        before = in_private(phone)
        toast = await presses(phone, town, label)
        assert f"这里由{LAMPS}来应" in toast
        assert "冯川" not in toast
        assert in_private(phone) == before
    assert await states(town) == ["called", "called"]
    assert len(in_group(town.neighbour)) == 1


async def test_double_and_stale_presses_are_toasts_and_nothing_is_recorded_twice(
    town: Town,
) -> None:
    await blown(town.stage.app, LAMPS, DRAINS)
    await town.settles()
    tokens = {button.label: button.token for button in card(town).buttons}
    come, there = tokens["应哨，我们去"], tokens["到现场了"]
    await presses_token(town.unit_duty.phone, town, come)
    for robot in (town.unit_duty, town.unit_leader):
        assert "冯川已经替" in await presses_token(robot.phone, town, come)
    stale = await presses_token(town.resident.phone, town, come)
    assert f"这里由{LAMPS}来应" in stale
    assert "冯川" not in stale
    await presses_token(town.unit_duty.phone, town, there)
    await presses_token(town.unit_leader.phone, town, there)
    acts = await town.rows("select act from whistle_events where call_id is not null order by id")
    assert [act for (act,) in acts].count("report_in") == 1
    assert [act for (act,) in acts].count("arrive") == 1
    assert len(in_group(town.neighbour)) == 1


async def test_after_the_end_the_card_says_so_and_a_press_is_answered(town: Town) -> None:
    await blown(town.stage.app, LAMPS)
    await town.settles()
    token = card(town).buttons[0].token
    await town.community.taps("改一改")
    await town.community.taps("都不用来了")
    await town.community.says("水已经停了")
    assert labels(card(town)) == []
    toast = await presses_token(town.unit_duty.phone, town, token)
    assert toast
    assert await states(town) == ["released"]


async def test_what_only_a_private_chat_offers_is_not_done_in_the_group(town: Town) -> None:
    await blown(town.stage.app, LAMPS, DRAINS)
    await town.settles()
    [(call,)] = await town.rows("select min(id) from unit_calls")
    for verb in ("help", "refuse", "hand_over", "result", "join", "still"):
        assert "私聊" in await presses_token(town.unit_duty.phone, town, f"whistles.{verb}:{call}")
    assert await states(town) == ["called", "called"]
    assert len(in_group(town.neighbour)) == 1


async def test_a_group_the_bot_was_removed_from_holds_nothing_up(town: Town) -> None:
    await town.unit_duty.phone.remove_bot(GROUP)
    await town.settles()
    await blown(town.stage.app, LAMPS)
    await town.settles()
    town.unit_duty.sees("应急处置哨")
    assert in_group(town.neighbour) == []
    assert await town.rows("select * from failures") == []
