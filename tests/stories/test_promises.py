"""Promises on a board to which their makers agreed, and deeds that somebody else confirms."""

from __future__ import annotations

from tests.robot import LIT, Robot, Town
from tests.stories.test_wishes import brings, claimed

SWEEP = "每周六扫一次楼道"


async def promises(
    robot: Robot, how: str = "写我的名字", words: str = SWEEP, until: str = "7天"
) -> None:
    await robot.says("微承诺")
    await robot.says(words)
    await robot.taps(until)
    await robot.taps(how)
    await robot.taps("我承诺")


async def board(robot: Robot) -> str:
    robot.looks_away()
    await robot.says("承诺墙")
    return robot.sees("承诺墙").text


async def test_a_promise_stands_on_the_board_as_its_maker_agreed(town: Town) -> None:
    await town.member.says("微承诺")
    await town.member.says(SWEEP)
    await town.member.taps("7天")
    await town.member.taps("写我的名字")
    preview = town.member.sees("承诺墙上会这样写").text
    shown = next(line for line in preview.splitlines() if SWEEP in line)
    await town.member.taps("我承诺")
    assert shown.split("：")[0] in await board(town.resident)
    assert "陈静" in await board(town.resident)
    await town.member.taps("墙上不写名字")
    seen = await board(town.resident)
    assert "陈静" not in seen
    assert "一位党员" in seen
    await town.member.taps("从墙上撤下")
    assert "还空着" in await board(town.resident)


async def test_a_kept_promise_is_shown_with_its_deed_once_somebody_else_confirms(
    town: Town,
) -> None:
    await promises(town.member)
    town.member.looks_away()
    await town.passes(days=8)
    await town.member.comes_back()
    town.member.sees("到日子了，做到了吗")
    await town.member.taps("做到了")
    await town.member.says("三个周六都扫了")
    await town.member.sends(LIT)
    await town.member.taps("没有人脸")
    assert "三个周六" not in await board(town.resident)
    await town.community.comes_back()
    assert "为的是承诺：" in town.community.sees("陈静说做了：三个周六都扫了").text
    await town.community.taps("确认，做了")
    await town.member.comes_back()
    town.member.sees("社区确认了")
    assert f"承诺并做到了：{SWEEP}（三个周六都扫了）" in await board(town.resident)
    assert await town.rows("select state from promises") == [("kept",)]
    assert await town.rows("select state, about from deeds") == [("confirmed", "promise")]


async def test_an_unkept_promise_is_nobodys_business(telegram_town: Town) -> None:
    town = telegram_town
    await promises(town.member)
    await town.passes(days=7, hours=12)
    await town.member.taps("没做到")
    town.member.sees("谢谢您如实说")
    assert "还空着" in await board(town.resident)
    town.community.does_not_see(SWEEP)


async def test_silence_about_a_promise_stays_private(telegram_town: Town) -> None:
    town = telegram_town
    await promises(town.member)
    await town.passes(days=12)
    assert await town.rows("select state from promises") == [("unanswered",)]
    assert "还空着" in await board(town.resident)


async def test_a_deed_is_not_confirmed_by_its_doer_and_goes_up_when_nobody_looks(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.member.says("微奉献")
    await town.member.says("帮三楼老人修好了收音机")
    await town.member.taps("没有照片")
    await town.member.taps("只写“一位党员”")
    town.member.sees("等社区确认")
    await town.member.presses("deeds.confirm:1:")
    assert await town.rows("select state from deeds") == [("told",)]
    await town.passes(days=3)
    await town.community_head.taps("确认不了")
    await town.community_head.says("没听说过")
    town.member.sees("原因：没听说过")
    assert "还空着" in await board(town.resident)


async def test_a_wish_that_came_true_is_a_deed_its_wisher_confirmed(telegram_town: Town) -> None:
    town = telegram_town
    await claimed(town)
    await brings(town.member)
    await town.resident.taps("收到了")
    await town.member.taps("记进我的微奉献")
    await town.member.taps("写我的名字")
    town.member.sees("已确认")
    assert "微奉献：陈静" in await board(town.resident)
    await town.member.presses("deeds.from_wish:1:")
    town.member.sees("已经有结果了")
    await town.resident.presses("deeds.from_wish:1:")
    town.resident.sees("没有找到这一条")


async def test_the_community_keeps_the_board_fit_to_be_read(telegram_town: Town) -> None:
    town = telegram_town
    await promises(town.member, words="每天骂一遍物业，加我微信 abc12345")
    assert "abc12345" not in await board(town.resident)
    await town.resident.presses("promises.down:1:")
    town.resident.sees("您在这里没有这个岗位")
    await board(town.community)
    await town.community.taps("撤下第1条")
    await town.community.says("请换个说法")
    town.member.sees("社区把“每天骂一遍物业")
    assert "还空着" in await board(town.resident)


async def test_nobody_else_answers_for_a_promise(telegram_town: Town) -> None:
    town = telegram_town
    await promises(town.member, how="不上墙")
    for act in ("kept:1", "failed:1", "withdraw:1", "shown:1:name", "see:1"):
        town.resident.looks_away()
        await town.resident.presses(f"promises.{act}")
        town.resident.sees("没有找到这一条")
    assert await town.rows("select state, shown from promises") == [("open", "not")]
