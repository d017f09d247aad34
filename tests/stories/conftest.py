"""The stories' town: on each database with Telegram's abilities, and on SQLite with WeChat's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import PROFILES
from tests.robot import Town
from tests.robot import town as open_town


@pytest.fixture(params=["telegram-sqlite", "telegram-postgresql", "wechat-sqlite"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    profile, database = request.param.split("-")
    url = request.getfixturevalue(
        "sqlite_district" if database == "sqlite" else "postgres_district"
    )
    async with open_town(url, tmp_path / "media", PROFILES[profile]) as found:
        yield found


@pytest.fixture
async def telegram_town(sqlite_district: str, tmp_path: Path) -> AsyncIterator[Town]:
    """For what only a messenger with buttons, edits and groups can show."""
    async with open_town(sqlite_district, tmp_path / "media") as found:
        yield found
