"""A day over real HTTP, against a simulated Official Account."""

from __future__ import annotations

from pathlib import Path

from bot.demo.story import Story
from tests.robot import LIT
from tests.stories.wechat_stage import wechat_stage


async def no_pause() -> None:
    pass


async def test_the_lamp_is_reported_taken_solved_and_struck_off(
    database_url: str, tmp_path: Path
) -> None:
    async with wechat_stage(database_url, tmp_path) as stage:
        resident, worker = (stage.phones[key].person for key in ("zhou", "li"))
        for person in (worker, resident):
            await person.follows()
            assert person.sees("这里是哨到")
            await stage.settle()
        await worker.says("帮助")
        await stage.settle()

        await resident.says("3号楼东头路灯黑了快十天了")
        await resident.taps("路灯不亮")
        await resident.taps("对，报上去")
        assert resident.sees("已转给网格员李明")
        await stage.settle()
        assert worker.sees("🔦 翠湖社区3号楼东头 路灯不亮")
        await worker.taps("我接了")
        await stage.settle()
        assert resident.sees("网格员李明接了")
        for label in ("报结果", "办好了", "属实", "打过电话"):
            await worker.taps(label)
        await worker.says("换了新灯泡")
        await worker.sends_photo(LIT)
        await stage.settle()
        assert resident.sees("现在好了吗")
        await resident.taps("好了，满意")
        assert resident.sees("销号了")
        assert stage.server.unanswered == 0


async def test_the_day_is_lived_on_wechat(sqlite_url: str, tmp_path: Path) -> None:
    async with wechat_stage(sqlite_url, tmp_path) as stage:
        await Story(stage, no_pause).play()
        assert stage.phones["zhou"].person.sees("销号了")
        assert stage.server.unanswered == 0
