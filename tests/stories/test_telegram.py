"""The whole day over real HTTP, against a Telegram server: polling and webhook, both drivers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from bot.demo.story import Story
from tests.stories.telegram_stage import Driver, telegram_stage


async def no_pause() -> None:
    pass


@pytest.mark.parametrize(
    ("driver", "mode"), [("python-telegram-bot", "polling"), ("aiogram", "webhook")]
)
async def test_the_day_is_lived_on_telegram(
    sqlite_url: str, tmp_path: Path, driver: Driver, mode: Literal["polling", "webhook"]
) -> None:
    async with telegram_stage(sqlite_url, tmp_path, driver, mode) as stage:
        await Story(stage, no_pause).play()
        assert stage.phones["zhou"].user.sees("销号了")
        assert stage.phones["li"].user.sees("QH-20261123-0001")
        assert any("办好了" in bubble.text for bubble in stage.group.bubbles)
        assert stage.phones["zhou"].user.sees("网格长王敏")
