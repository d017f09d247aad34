"""办结: what the handler has to say, evidence that was used before, and 已解决但没来过."""

from __future__ import annotations

import json

import pytest

from tests.robot import DARK, LIT, Town
from tests.stories.test_lamp import report_lamp, solve_lamp


async def taken(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")


async def newest(town: Town) -> int:
    return int((await town.rows("select max(id) from cases"))[0][0])


async def last(town: Town, act: str) -> dict[str, str]:
    rows = await town.rows(f"select data from case_events where act = '{act}' order by id desc")
    data = rows[0].data
    return dict(json.loads(data) if isinstance(data, str) else data)


async def test_the_common_end_is_three_taps_and_one_line(town: Town) -> None:
    await taken(town)
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    await town.worker.taps("上门见过")
    await town.worker.says("换了新灯泡")
    await town.worker.taps("没有照片")
    assert "换了新灯泡" in town.resident.sees("现在好了吗").text
    said = await last(town, "answer")
    assert (said["true"], said["outside"], said["how"]) == ("1", "0", "visit")
    [(contacted,)] = await town.rows("select contacted_at from cases")
    assert contacted is not None


async def test_who_has_written_to_the_resident_is_not_asked_how_they_spoke(town: Town) -> None:
    await taken(town)
    await town.worker.taps("给居民回话")
    await town.worker.says("我下午两点到")
    await town.worker.taps("报结果")
    await town.worker.taps("已解释清楚")
    await town.worker.taps("不属实")
    town.worker.does_not_see("怎么跟居民联系的")
    await town.worker.says("灯是好的，定时7点才亮")
    await town.worker.taps("没有照片")
    town.resident.sees("这样行吗")
    said = await last(town, "answer")
    assert (said["outcome"], said["true"]) == ("explained", "0")


async def test_nothing_ends_without_a_word_to_the_resident_unless_it_is_said_why(
    town: Town,
) -> None:
    await taken(town)
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    await town.worker.taps("还没联系")
    town.worker.sees("没联系过居民，不能算办完")
    await town.worker.taps("我先去联系")
    town.worker.sees("还没报")
    assert await town.rows("select state from cases") == [("working",)]

    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    await town.worker.taps("还没联系")
    await town.worker.says("电话三次没人接，敲门没人应")
    await town.worker.says("换了新灯泡")
    await town.worker.taps("没有照片")
    assert (await last(town, "answer"))["words"] == "电话三次没人接，敲门没人应"
    town.resident.does_not_see("敲门没人应")
    town.resident.sees("现在好了吗")


async def test_a_photo_is_asked_for_only_where_something_is_put_right(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("3号楼广场舞天天跳到十点半")
    await town.resident.taps("广场舞、音响吵")
    await town.resident.taps("对，报上去")
    await town.worker.taps("我接了")
    await town.worker.taps("报结果")
    await town.worker.taps("已解释清楚")
    await town.worker.taps("属实")
    await town.worker.taps("打过电话")
    await town.worker.says("跟领舞的说好9点停")
    town.worker.does_not_see("拍一张处理好的照片")
    town.worker.sees("居民说好了才算办结")


async def test_who_handles_it_cannot_close_it_and_nobody_closes_for_another(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await taken(town)
    await solve_lamp(town)
    for robot in (town.worker, town.neighbour, town.chief):
        await robot.presses("cases.yes:1:satisfied")
        await robot.presses("cases.heard:1:satisfied")
    assert await town.rows("select state from cases") == [("answered",)]


async def test_a_photo_of_another_case_is_shown_to_the_level_above_and_stands_on_the_card(
    town: Town,
) -> None:
    await taken(town)
    await solve_lamp(town)
    await town.resident.taps("好了，满意")
    await town.resident.says("3号楼后面的路灯也不亮")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.chief.looks_away()
    await town.worker.taps("我接了")
    await solve_lamp(town, "也换了")
    await town.chief.comes_back()
    assert "以前在QH-20261123-0001上交过" in town.chief.sees("请看看这张照片").text
    await town.chief.presses(f"cases.show:{await newest(town)}")
    town.chief.sees("⚠ 报结果的照片")


async def test_the_residents_own_photo_is_no_proof_of_the_result(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.sends(DARK)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    await town.worker.taps("我接了")
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    await town.worker.taps("打过电话")
    await town.worker.says("换了新灯泡")
    await town.worker.sends(DARK)
    assert "以前在这件事上交过" in town.chief.sees("请看看这张照片").text


async def test_an_honest_photo_is_not_doubted(telegram_town: Town) -> None:
    town = telegram_town
    await taken(town)
    await solve_lamp(town)
    town.chief.does_not_see("请看看这张照片")
    assert await town.rows("select used_in from media where used_in is not null") == []


async def test_nobody_came_is_done_again_under_supervision_and_the_first_result_is_kept(
    town: Town,
) -> None:
    await taken(town)
    await solve_lamp(town, "换了新灯泡")
    await town.resident.taps("没修好")
    await town.resident.taps("没人来过")
    town.resident.sees("从现在起由网格长王敏盯着办")
    told = town.chief.sees("这件从现在起由您督办").text
    assert "换了新灯泡" in told
    assert "照片1张" in told
    await town.chief.taps("看照片")
    town.chief.sees("处理后的照片")
    town.worker.sees("督办：")
    await town.chief.presses(f"cases.history:{await newest(town)}")
    history = town.chief.sees("从这时起督办").text
    assert "李明报了结果 · 办好了 · 换了新灯泡" in history
    [(supervised, state, outcome)] = await town.rows("select supervised, state, outcome from cases")
    assert (supervised, state, outcome) == ("nobody_came", "assigned", None)
    assert (await last(town, "redo"))["supervised"] == "1"
    # Whoever was here before has to speak with the resident anew.
    await town.worker.taps("我接了")
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    town.worker.sees("怎么跟居民联系的")


@pytest.mark.parametrize(
    ("tap", "reads"), [("好了，满意", "办结：已解决 · 满意"), ("好了，一般", "办结：已解决 · 一般")]
)
async def test_a_closed_case_reads_as_what_it_ended(
    telegram_town: Town, tap: str, reads: str
) -> None:
    town = telegram_town
    await taken(town)
    await solve_lamp(town)
    await town.resident.taps(tap)
    await town.resident.says("我的上报")
    town.resident.sees(reads)
    await town.worker.presses("cases.show:1")
    town.worker.sees(reads)


async def test_what_was_withdrawn_or_left_without_an_answer_reads_so(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.resident.taps("撤回")
    await town.resident.says("我的上报")
    town.resident.sees("办结：报的人撤回了")
    await town.resident.says("3号楼东头路灯还是黑的")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.passes(days=5)
    await town.resident.says("我的上报")
    town.resident.sees("办结：没有回音，按规定先结")


async def test_the_handlers_photo_comes_to_the_resident(telegram_town: Town) -> None:
    town = telegram_town
    await taken(town)
    await solve_lamp(town)
    assert any(bubble.photo for bubble in town.resident.read())
    assert LIT
