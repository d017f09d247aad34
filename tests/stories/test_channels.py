"""The same stories on every messenger, on each database: the lamp, a whistle, a task.

A new messenger joins with a line in `CHANNELS`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import sample
from bot.channels.base import TELEGRAM
from bot.demo.stage import Stage
from tests.robot import DARK, Robot, Town
from tests.stories.telegram_stage import telegram_stage
from tests.stories.test_lamp import solve_lamp
from tests.stories.test_tasks import CALL, counted, publishes, registers, states
from tests.stories.test_whistles import DRAINS, ROADS, blow, finish, units_people
from tests.stories.wechat_stage import wechat_stage
from tests.stories.wecom_stage import wecom_stage


@asynccontextmanager
async def local_stage(url: str, media: Path) -> AsyncIterator[Stage]:
    stage = Stage(url, TELEGRAM, media)
    async with stage.open():
        yield stage


CHANNELS: dict[str, Callable[[str, Path], AbstractAsyncContextManager[Any]]] = {
    "local": local_stage,
    "telegram on python-telegram-bot": lambda url, media: telegram_stage(
        url, media, "python-telegram-bot", "webhook"
    ),
    "telegram on aiogram": lambda url, media: telegram_stage(url, media, "aiogram", "polling"),
    "wechat": wechat_stage,
    "wecom": wecom_stage,
}


@pytest.fixture(params=CHANNELS)
async def town(
    request: pytest.FixtureRequest, district_url: str, tmp_path: Path
) -> AsyncIterator[Town]:
    """The sample district on this messenger; whoever has to write first has done so."""
    async with CHANNELS[request.param](district_url, tmp_path / "media") as stage:
        town = Town(stage)
        if stage.capabilities.window is not None:
            for robot in (*town.everybody, *units_people(town)):
                await robot.says("帮助")
                robot.looks_away()
        yield town
        assert await town.rows("select what, error from failures") == []


async def test_the_lamp_is_reported_taken_solved_and_struck_off_by_the_resident(
    town: Town,
) -> None:
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.sends(DARK)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给网格员李明，今天上午11点半前联系您。")
    town.worker.sees("🔦 翠湖社区3号楼东头 路灯不亮")
    assert any(bubble.photo for bubble in town.worker.read())
    await town.worker.taps("我接了")
    town.resident.sees("网格员李明接了")
    await solve_lamp(town)
    assert "换了新灯泡" in town.resident.sees("现在好了吗").text
    await town.resident.taps("好了，满意")
    town.resident.sees("销号了")
    [(state, verdict)] = await town.rows("select state, verdict from cases")
    assert (state, verdict) == ("closed", "satisfied")


async def test_a_whistle_chases_who_does_not_come_and_ends_with_the_whistlers_yes(
    town: Town,
) -> None:
    await blow(town.community, units=(DRAINS, ROADS))
    assert "请在今天上午9点44分前应哨" in town.drains_duty.sees("应急处置哨").text
    await town.drains_duty.taps("应哨，我们去")
    town.roads_second.does_not_see("应急处置哨")
    await town.passes(minutes=6)
    town.roads_second.sees("应急处置哨")
    await town.passes(minutes=5)
    await town.roads_leader.taps("应哨，我们去")
    await finish(town.roads_leader, "塌的地方填平了")
    await finish(town.drains_duty, "管子换好，水停了")
    town.community.sees("各单位说办完了")
    await town.community.taps("办好了，收哨")
    assert await town.rows("select state, ended_how from whistles") == [("ended", "accepted")]


async def test_a_task_is_called_claimed_by_one_and_waited_for_by_another(town: Town) -> None:
    volunteer = Robot(town, sample.VOLUNTEER)
    number = await publishes(town.community, slots="1")
    if town.stage.capabilities.groups:
        await town.member.taps("认领")
        await volunteer.taps("排候补")
    else:
        for robot in (town.member, volunteer):
            await robot.says(f"认领{number}")
            if robot.someone.number == 0:
                await registers(robot)
    assert await states(town) == {"陈静": "claimed", "顾苗": "waitlisted"}
    await town.passes(days=4, hours=10)
    await town.member.comes_back()
    town.member.sees(f"明天：{CALL}")
    await town.passes(hours=13, minutes=40)
    await town.community.says("我的任务")
    await town.community.taps("出示签到码")
    [code] = re.findall(r"\d{4}", town.community.sees("今天的签到码").text)
    await town.member.says("我的任务")
    await town.member.taps("我到了")
    await town.member.says(code)
    await town.passes(hours=1, minutes=50)
    await town.member.taps("签退")
    await town.passes(hours=1)
    await town.community.says("我的任务")
    await town.community.taps("到场的都确认")
    town.community.sees("确认了1人，积分开始公示")
    assert await states(town) == {"陈静": "confirmed", "顾苗": "released"}
    await counted(town)
