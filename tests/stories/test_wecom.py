"""A day over real HTTP, against a simulated company on WeCom."""

from __future__ import annotations

from pathlib import Path

from bot.demo.story import Story
from tests.stories.wecom_stage import wecom_stage


async def no_pause() -> None:
    pass


async def test_the_day_is_lived_on_wecom(sqlite_url: str, tmp_path: Path) -> None:
    async with wecom_stage(sqlite_url, tmp_path) as stage:
        await Story(stage, no_pause).play()
        assert stage.phones["zhou"].person.sees("销号了")
        assert stage.server.unanswered == 0
        assert stage.server.wecom.dropped == []
