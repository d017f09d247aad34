"""A task in a real Telegram group: one card, edited in place, claimed over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.telegram_stage import GROUP, TelegramStage, telegram_stage


async def _published(stage: TelegramStage) -> None:
    organizer = stage.phones["zhao"].user
    for words in ("发布任务", "周六清扫", "翠湖广场", "周六上午9点到11点", "1人", "3分"):
        organizer.says(words)
        await stage.settle()
    for label in ("没有", "文明联创", "跳过", "发布"):
        organizer.taps(label)
        await stage.settle()


@pytest.mark.parametrize("driver", ["python-telegram-bot", "aiogram"])
async def test_a_telegram_group_claims_on_one_card(
    sqlite_url: str, tmp_path: Path, driver: str
) -> None:
    async with telegram_stage(sqlite_url, tmp_path, driver, "polling") as stage:  # type: ignore[arg-type]
        await _published(stage)
        [card] = [b for b in stage.group.bubbles if "🙋" in b.text]
        member, resident = stage.phones["chen"].user, stage.phones["zhou"].user
        member.taps("认领", GROUP)
        await stage.settle()
        assert any("认领好了" in toast for toast in member.toasts)
        resident.taps("排候补", GROUP)
        await stage.settle()
        resident.taps("去登记")
        await stage.settle()
        for label in ("满14周岁了", "周兰", "同意"):
            resident.taps(label)
            await stage.settle()
        cards = [b for b in stage.group.bubbles if "🙋" in b.text]
        assert [b.id for b in cards] == [card.id]  # the same message, edited in place
        assert "报名1/1\n陈静\n候补1人：周兰" in cards[0].text
