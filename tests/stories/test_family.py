"""A daughter helps: she reads what her mother is told, and answers for her, under her own name."""

from __future__ import annotations

import re

from tests.robot import Robot, Town
from tests.stories.test_invitations import stranger
from tests.stories.test_lamp import report_lamp, solve_lamp


async def asks(elder: Robot) -> str:
    """The code that the old person passes on."""
    await elder.says("家人帮忙")
    await elder.taps("请一位家人帮忙")
    await elder.taps("要，给我码")
    card = elder.sees("让家人扫这张图")
    assert card.photo is not None
    [code] = set(re.findall(r"f-[a-z0-9]{26}", card.text))
    return str(code)


async def test_a_daughter_reads_along_and_answers_for_her_mother(town: Town) -> None:
    daughter = stranger(town, "daughter", "周小兰")
    code = await asks(town.resident)
    await town.resident.says(code)
    town.resident.sees("这是您自己的码")
    await daughter.says(code)
    await daughter.taps("好，我来帮")
    town.resident.sees("周小兰从现在起帮您看着")
    await daughter.taps("给周兰换成长辈版")
    town.resident.sees("周小兰给您换成了长辈版")
    await town.neighbour.says(code)
    town.neighbour.sees("用过了")

    await report_lamp(town)
    await town.worker.taps("我接了")
    told = daughter.sees("网格员李明接了").text
    assert told.startswith("周兰收到的消息：")
    await solve_lamp(town)
    asked = daughter.sees("换了新灯泡").text
    assert asked.startswith("这是周兰报的，您可以替答。")
    await daughter.taps("好了，满意")
    daughter.sees("谢谢")
    await town.resident.comes_back()
    town.resident.sees("周小兰替您回了话")
    [[state]] = await town.rows("select state from cases")
    assert state == "closed"
    [[name]] = await town.rows("select by_name from case_events where act = 'strike_off'")
    assert name == "周小兰"
    await town.resident.says("查0001")
    assert "（家人周小兰代答）" in town.resident.sees("经过").text

    await town.resident.says("我的资料")
    assert "周小兰从" in town.resident.sees("这里留着您的").text
    await town.resident.says("家人帮忙")
    await town.resident.taps("不用周小兰帮了")
    daughter.sees("周兰停了帮忙")
    daughter.looks_away()
    await town.resident.says("没解决")
    await town.worker.taps("我接了")
    daughter.does_not_see("李明")
    assert await town.rows("select what from failures") == []


async def test_what_is_private_stays_with_whom_it_concerns(telegram_town: Town) -> None:
    town = telegram_town
    daughter = stranger(town, "daughter", "周小兰")
    await daughter.says(await asks(town.resident))
    await daughter.taps("好，我来帮")
    daughter.looks_away()
    await town.resident.says("我丈夫打我，救命")
    assert [row[0] for row in await town.rows("select private from cases")] == [1]
    await town.worker.taps("看到了，马上去")
    assert daughter.read() == []

    await daughter.says("删除我的资料")
    await daughter.taps("删除")
    town.resident.sees("周小兰停了帮忙")
    assert await town.rows("select helper_id from family") == []
    assert await town.rows("select what from failures") == []
