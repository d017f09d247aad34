"""长辈版: short lines, three choices at most, numbers that can be typed, a person always named."""

from __future__ import annotations

from bot.channels.phones import NUMBERED, Bubble
from tests.robot import Robot, Town


def shown(bubble: Bubble) -> list[str]:
    """The numbered lines of a message."""
    rows = (NUMBERED.match(row) for row in bubble.text.splitlines())
    return [row[3] for row in rows if row]


def reads_easily(robot: Robot) -> None:
    for bubble in robot.read():
        assert len(shown(bubble)) <= 3
        assert len(bubble.buttons) <= 3
        assert "人工" in bubble.text
        words = bubble.text.split("要找人")[0]
        assert not any("。" in row.rstrip("。”") for row in words.splitlines()), bubble.text


async def test_an_old_person_reports_by_numbers(town: Town) -> None:
    await town.resident.says("大字版")
    town.resident.sees("换成长辈版了")
    await town.resident.says("3号楼门口垃圾桶满了没人清")
    kinds = town.resident.sees("是哪一类")
    assert shown(kinds)[2] == "看别的（还有2个）"
    [number] = [row for row in kinds.text.splitlines() if "看别的" in row]
    await town.resident.says(number[1 : number.index("】")])
    others = town.resident.sees("还可以选")
    assert "都不是" in shown(others)[-1]
    await town.resident.taps("垃圾没人清")
    summary = town.resident.sees("这样报上去")
    assert shown(summary)[0] == "对，报上去"
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给网格员李明")
    reads_easily(town.resident)

    town.resident.looks_away()
    await town.worker.taps("我接了")
    town.resident.sees("网格员李明接了")
    await town.resident.says("我的资料")
    assert "长辈版" in town.resident.sees("版式").text
    reads_easily(town.resident)
    await town.resident.says("标准版")
    town.resident.looks_away()
    await town.resident.says("帮助")
    assert "要找人，回“人工”" not in town.resident.sees("119").text
    assert await town.rows("select what from failures") == []


async def test_nothing_that_waits_for_an_old_person_is_over_within_a_day(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("长辈版")
    await town.resident.says("路灯坏了")
    [[days]] = await town.rows(
        "select julianday(until) - julianday('2026-11-23 01:14') from dialogs where state = 'open'"
    )
    assert days == town.stage.policy.dialog_days >= 1
    short = town.stage.policy.__class__(
        town.stage.policy.district, town.stage.policy.work, {}, dialog_days=0.1
    )
    assert short.keeps_talk(elder=True).days == 1
    assert short.holds_slot(elder=True).days == 1
    assert short.keeps_talk(elder=False) < short.keeps_talk(elder=True)
