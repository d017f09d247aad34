"""A whole small district in this process, with phones to act on: for stories and tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot import decisions, keys, sample, settings
from bot.app import App
from bot.channels.local import ACCOUNT, NAME
from bot.clock import Clock
from bot.demo.cast import Cast
from handlers.message import Capabilities
from storage import group_members, org, people
from storage.migrating import migrate

MORNING = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)  # Monday, 9:14 in the district


class Stage(Cast):
    """The sample district on the local messenger; the clock moves only as it is told to."""

    def __init__(
        self,
        url: str,
        capabilities: Capabilities,
        media: Path,
        *,
        language: str = "zh_CN",
        config: settings.Settings | None = None,
    ) -> None:
        config = config or settings.load(None)
        data = decisions.categories()
        super().__init__(capabilities, decisions.policy(config, data), Clock(), language)
        self.clock.freeze(MORNING)
        self.app = App(
            url,
            self.policy,
            data,
            [self.messenger],
            media,
            clock=self.clock,
            desk_phone=config.district.desk_phone,
            most_waiting=config.limits.waiting,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Stage]:
        """The district is loaded and everybody can be reached until the block is left."""
        async with self.app.running(background=False):
            await self.app.database.run(self._load)
            yield self

    def _load(self, conn: Connection) -> None:
        if org.is_empty(conn):
            ids = sample.load(conn, self.policy, self.policy.local_date(self.clock.now()))
        else:
            ids = sample.ids(conn)
        bind(conn, ids, self)

    async def settle(self) -> None:
        await self.app.settle()

    async def _next_due(self) -> datetime | None:
        return await self.app.ticks.next_due()

    async def _show_time(self, at: datetime) -> None:
        self.clock.set(at)

    async def _speak(self, language: str) -> None:
        await self.app.database.run(partial(people.set_everybodys_language, language=language))


def bind(conn: Connection, ids: Mapping[str, int], cast: Cast) -> None:
    """Everybody has an account, and the members' group knows who is in it."""
    group = sample.GROUP if cast.capabilities.groups else None
    sample.bind(conn, ids, NAME, ACCOUNT, cast.language, group)
    if group is not None:
        today = cast.policy.local_date(cast.clock.now())
        for someone in sample.IN_GROUP:
            lane = f"{NAME}/{ACCOUNT}/{group}"
            group_members.seen(conn, lane, ids[someone.key], today)


def fresh_database(folder: Path) -> str:
    """The URL of a new, empty, migrated database in a folder; what was there is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    keys.throwaway(folder)
    for old in folder.glob("demo.db*"):
        old.unlink()
    url = f"sqlite:///{folder / 'demo.db'}"
    migrate(url)
    return url
