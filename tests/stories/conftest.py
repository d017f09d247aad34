"""The stories' town: on each database with Telegram's abilities, and on SQLite with WeChat's."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import PROFILES
from tests.robot import Town
from tests.robot import town as open_town

ON_SQLITE = ("telegram-sqlite", "wechat-sqlite")
TOWNS = (*ON_SQLITE, "telegram-postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A file's first story is told on all three, each other one on one of them in turn. Under
    SHAODAO_TEST_PROFILE=full, as in CI, each other one on PostgreSQL and on one of those on
    SQLite; under "thorough" all of them on all three."""
    chosen = os.environ.get("SHAODAO_TEST_PROFILE")
    if chosen == "thorough":
        return
    in_turn = ON_SQLITE if chosen == "full" else TOWNS
    stories: dict[Path, list[str]] = {}
    told: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        profile = _profile(item)
        names = stories.setdefault(item.path, [])
        name = item.name.partition("[")[0]
        if profile and name not in names:
            names.append(name)
        place = names.index(name) if profile else 0
        elsewhere = place and profile in in_turn and profile != in_turn[place % len(in_turn)]
        (left_out if elsewhere else told).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = told


def _profile(item: pytest.Item) -> str:
    """What the story's town is; empty when it has none, or chooses it itself."""
    return str(item.callspec.params.get("town", "")) if hasattr(item, "callspec") else ""


@pytest.fixture(params=TOWNS)
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
