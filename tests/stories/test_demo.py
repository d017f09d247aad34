"""What the demo adds to the district: thirty neighbours at once, and something to say first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.demo import crowd as crowds
from bot.demo.crowd import SIZE, Crowd
from bot.demo.seats import seats
from bot.sample import EVERYBODY, GROUP, IN_GROUP
from bot.web.demo import Language
from bot.web.view import Seat
from handlers.registry import COMMANDS
from tests.robot import Town
from tests.stories.test_tasks import counted, publishes, states


async def gathered(town: Town) -> Crowd:
    """Thirty neighbours of whom the district knows, in the group."""
    names = await town.stage.app.database.run(lambda conn: crowds.load(conn, "zh_CN"))
    return Crowd(town.stage, names)


async def test_thirty_press_at_once_for_ten_slots_on_one_card(telegram_town: Town) -> None:
    town = telegram_town
    crowd = await gathered(town)
    await publishes(town.community, slots="10")
    assert await crowd.press() == GROUP
    await town.settles()
    claims = await states(town)
    assert [*claims.values()] == ["claimed"] * 10 + ["waitlisted"] * (SIZE - 10)
    [card] = [b for b in town.member.phone.bubbles if b.chat == GROUP and "🙋" in b.text]
    names = [*claims]
    assert f"报名10/10\n{'、'.join(names[:10])}\n候补20人：{'、'.join(names[10:20])}" in card.text
    assert card.revision <= 3
    assert "报名10/10，候补20" in town.community.sees("认领号").text
    await counted(town)


async def test_the_crowd_presses_once_for_a_task_and_then_for_the_next(
    telegram_town: Town,
) -> None:
    town = telegram_town
    crowd = await gathered(town)
    with pytest.raises(LookupError):
        await crowd.press()
    await publishes(town.community, slots="40")
    await crowd.press()
    with pytest.raises(LookupError):
        await crowd.press()
    await publishes(town.community, when="周日上午9点到11点", title="看望老人")
    await crowd.press()
    rows = await town.rows("select shift_id, count(*) from claims group by shift_id order by 1")
    assert rows == [(1, SIZE), (2, SIZE)]
    await town.stage.set_language("en")  # the group is named anew, and they stay in it
    [room] = [room for room in town.member.phone.rooms if room.chat.id == GROUP]
    assert len(room.members) == len(IN_GROUP) + SIZE


async def test_whoever_presses_as_another_member_is_that_member(telegram_town: Town) -> None:
    """The members' place on the page holds several phones of people who are registered."""
    town = telegram_town
    await publishes(town.community)
    place = seats("zh_CN", groups=True)[1]
    for seat in place.everyone:
        await town.stage.phones[seat.person].tap("认领")
    await town.settles()
    assert [*await states(town)] == ["陈静", "秦棠", "顾苗", "卢溪"]
    assert {seat.chat for seat in place.everyone} == {GROUP}


def said(language: Language, *, groups: bool = True) -> Iterator[tuple[Seat, str]]:
    for place in seats(language, groups=groups):
        for seat in place.everyone:
            for hint in seat.aside if seat.chat else seat.hints:
                yield seat, hint


SENTENCES = {
    "3号楼东头路灯黑了快十天了",
    "着火了！三号楼冒黑烟",
    "转人工",
    "the street lamp at building 3 is out",
    "human",
}
NOT_ALLOWED = "您在这里没有这个岗位", "轮不到您"


def test_every_suggestion_is_a_command_or_a_sentence_to_be_understood() -> None:
    known = {word for command in COMMANDS.values() for word in command.also}
    for language in ("zh_CN", "en"):
        assert {hint.lower() for _seat, hint in said(language)} - known - SENTENCES == set()


def test_without_groups_the_members_are_there_with_their_own_chats() -> None:
    people = [seat.person for place in seats("zh_CN", groups=False) for seat in place.everyone]
    assert set(people) <= {someone.key for someone in EVERYBODY}
    assert {"chen", "qin", "gu", "lu"} <= set(people)
    assert {seat.chat for place in seats("zh_CN", groups=False) for seat in place.everyone} == {""}


async def answer_to(town: Town, person: str, words: str) -> str:
    """What the bot says to it when nothing else is being asked."""
    phone = town.stage.phones[person]
    await town.stage.app.database.run(lambda conn: conn.execute(text("delete from dialogs")))
    await phone.say(words)
    await town.settles()
    answer = phone.bubbles[-1]
    assert not answer.sender, (person, words)
    return answer.text


async def test_whoever_says_a_suggestion_may_do_what_it_is_for(telegram_town: Town) -> None:
    town = telegram_town
    assert NOT_ALLOWED[0] in await answer_to(town, "zhou", "新项目")
    for seat, hint in said("zh_CN"):
        if hint not in SENTENCES:
            answer = await answer_to(town, seat.person, hint)
            assert not any(no in answer for no in NOT_ALLOWED), (seat.person, hint, answer)
