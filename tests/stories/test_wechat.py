"""A day over real HTTP, against a simulated Official Account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.demo.story import Story
from tests.stories.wechat_stage import wechat_stage


async def no_pause() -> None:
    pass


async def test_the_day_is_lived_on_wechat(sqlite_url: str, tmp_path: Path) -> None:
    async with wechat_stage(sqlite_url, tmp_path) as stage:
        await Story(stage, no_pause).play()
        assert stage.phones["zhou"].person.sees("销号了")
        assert stage.server.unanswered == 0


@pytest.mark.parametrize("template", ["", "T-1", "T-refused"])
async def test_when_an_alert_comes_too_late_for_the_window_somebody_is_told_at_once(
    sqlite_url: str, tmp_path: Path, template: str
) -> None:
    """The next level, unless a template tells the first one that something waits."""
    fields = {"thing1": "{what}", "time2": "{when}", "phrase3": "待处理"}
    more = {"template_id": template, "template_fields": fields} if template else {}
    async with wechat_stage(sqlite_url, tmp_path, **more) as stage:
        resident, worker, chief = (stage.phones[key].person for key in ("zhou", "li", "wang"))
        for person in (resident, worker, chief):
            await person.says("帮助")
        await stage.settle()
        stage.server.wechat.followers["li"].until = 0  # the platform counts otherwise than we do
        if template == "T-refused":
            stage.server.fail_next("/cgi-bin/message/template/send", 40037)
        await resident.says("3号楼东头路灯黑了快十天了")
        await resident.taps("路灯不亮")
        await resident.taps("对，报上去")
        await stage.settle()
        told = re.compile(r"翠湖社区3号楼东头 路灯不亮\n\d{4}-\d\d-\d\d \d\d:\d\d\n待处理")
        assert (template == "T-1") == any(told.fullmatch(b.text) for b in worker.bubbles)
        assert (template != "T-1") == chief.sees("路灯不亮")
        assert not worker.sees("🔦")
        await worker.says("你好")
        await stage.settle()
        assert worker.sees("🔦 翠湖社区3号楼东头 路灯不亮")


async def test_a_stranger_takes_up_a_post_by_scanning_a_code(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with wechat_stage(sqlite_url, tmp_path) as stage:
        street, stranger = stage.phones["qian"].person, stage.server.follower("new")
        await street.says("邀请上岗")
        await street.taps("网格员")
        await street.says("翠湖社区第一网格")
        for words in ("其他人", "许慧", "0421-0000190"):
            await street.says(words)
        await stage.settle()
        [(_address, scene)] = stage.server.wechat.scenes.items()
        assert street.bubbles[-1].photo
        await stranger.scans(scene)
        assert stranger.sees("网格员")
