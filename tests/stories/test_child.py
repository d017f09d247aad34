"""A child writes: a grown-up is asked for, and nothing of the words is kept."""

from __future__ import annotations

from tests.robot import Town
from tests.stories.test_lamp import report_lamp


async def test_a_child_is_asked_for_a_grown_up_and_no_word_is_kept(town: Town) -> None:
    await town.resident.says("3号楼滑梯坏了")
    await town.resident.says("我12岁，滑梯把我划破了")
    town.resident.sees("你刚才写的都没有存")
    await town.resident.says("就是门口那个")
    assert await town.rows("select 1 from cases") == []
    kept = await town.rows("select answers, question from dialogs where state <> 'done'")
    assert kept == []
    [dialog] = await town.rows(
        "select d.answers from dialogs d join accounts a on a.id = d.account_id"
        " join people p on p.id = a.person_id where p.name = '周兰'"
    )
    assert "滑梯" not in str(dialog.answers)
    await town.resident.taps("大人在旁边")
    town.resident.looks_away()
    await report_lamp(town)
    town.resident.sees("QH-20261123-0001")


async def test_a_child_in_danger_or_alone_reaches_a_person(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("我9岁")
    await town.resident.taps("转人工")
    await town.resident.says("妈妈不在家")
    town.community.sees("妈妈不在家")
    await town.neighbour.says("我10岁，家里着火了")
    town.neighbour.sees("119")
