"""The district with a platform that can misbehave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.channels.base import WECHAT
from tests.bot.outside import Office
from tests.robot import Town, town


@pytest.fixture(autouse=True)
def logged() -> Iterator[Sequence[EventDict]]:
    """What was logged, instead of a coloured page for every failure that is meant."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def district(todays_district: bytes, key: str) -> Callable[[Path], None]:
    """Puts the sample district into a folder, with its key, for a process that serves it there."""

    def settle(folder: Path) -> None:
        (folder / "run.db").write_bytes(todays_district)
        (folder / "shaodao.key").write_text(key)
        (folder / "shaodao.key").chmod(0o600)

    return settle


@pytest.fixture
async def small_town(sqlite_district: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_district, tmp_path / "media") as found:
        await _let_go(found)
        yield found


@pytest.fixture
async def office(small_town: Town, tmp_path: Path) -> Office:
    """Nothing limits how fast messages go out."""
    return Office(small_town, tmp_path / "media")


@pytest.fixture
async def wechat_office(sqlite_district: str, tmp_path: Path) -> AsyncIterator[Office]:
    """The same on a messenger with numbered choices, no edits and a window."""
    async with town(sqlite_district, tmp_path / "media", WECHAT) as found:
        await _let_go(found)
        yield Office(found, tmp_path / "media")


async def _let_go(found: Town) -> None:
    """The town's own sender has ended in good order: whoever follows need not be careful."""
    for sender in found.stage.app.deliveries:
        sender.stop()
        await sender.run()
