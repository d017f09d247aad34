"""A whole small district in this process, with phones to act on: for demo, stories, tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot import decisions, keys, sample, settings
from bot.app import App
from bot.channels.local import ACCOUNT, NAME, LocalMessenger
from bot.channels.phones import Phone
from bot.clock import Clock
from bot.sample import Scale
from handlers.message import Capabilities, Pace
from handlers.words import Reader, Text, render
from storage import group_members, org, people
from storage.database import migrate

MORNING = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)  # Monday, 9:14 in the district


class Stage:
    """The sample district on the local messenger; the clock moves only as it is told to, or
    on from where it was put."""

    def __init__(
        self,
        url: str,
        capabilities: Capabilities,
        media: Path,
        *,
        language: str = "zh_CN",
        frozen: bool = True,
        scale: Scale = "small",
        config: settings.Settings | None = None,
    ) -> None:
        config = config or settings.load(None)
        data = decisions.categories()
        self.language = language
        self.clock = Clock(MORNING)
        if frozen:
            self.clock.freeze(MORNING)
        self.frozen = frozen
        self._scale: Scale = scale
        # Nothing outside limits how fast phones in this process are written to.
        unhurried = replace(capabilities, pace=Pace())
        self.messenger = LocalMessenger(unhurried, now=self.clock.now)
        self.policy = decisions.policy(config, data)
        self.phones = self._phones()
        self._guests: Sequence[Phone] = ()
        self._gather()
        self._url = url
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

    @property
    def capabilities(self) -> Capabilities:
        return self.messenger.capabilities

    def _phones(self) -> Mapping[str, Phone]:
        return {s.key: self.messenger.phone(s.key, s.name) for s in sample.EVERYBODY}

    def _gather(self) -> None:
        """The members' group exists, where the messenger has groups, named in their language."""
        if self.messenger.capabilities.groups:
            members = [*(self.phones[s.key] for s in sample.IN_GROUP), *self._guests]
            self.messenger.group(sample.GROUP, sample.GROUP_NAMES[self.language], members)

    def admit(self, guests: Sequence[Phone]) -> None:
        """These phones are in the members' group, too."""
        self._guests = guests
        self._gather()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Stage]:
        """The district is loaded and everybody can be reached until the block is left."""
        async with self.app.running(background=not self.frozen):
            await self.app.database.run(self._load)
            yield self

    def _load(self, conn: Connection) -> None:
        if org.is_empty(conn):
            today = self.policy.local_date(self.clock.now())
            ids = sample.load(conn, self.policy, today, self._scale)
        else:
            ids = sample.ids(conn)
        group = sample.GROUP if self.capabilities.groups else None
        sample.bind(conn, ids, NAME, ACCOUNT, self.language, group)
        if group is not None:
            today = self.policy.local_date(self.clock.now())
            for someone in sample.IN_GROUP:
                lane = f"{NAME}/{ACCOUNT}/{group}"
                group_members.seen(conn, lane, ids[someone.key], today)

    def label(self, text: Text) -> str:
        """A choice as it is labelled on the phones now."""
        return render(text, Reader(self.language, self.clock.now(), self.policy.zone))

    async def settle(self) -> None:
        """Everything has been said that is to be said now."""
        await self.app.settle()

    async def advance(self, by: timedelta) -> None:
        """The clock goes on, and stops at everything that falls due on the way."""
        target = self.clock.now() + by
        await self.settle()
        due = await self.app.ticks.next_due()
        while due is not None and due <= target:
            self.clock.set(max(due, self.clock.now()))
            await self.settle()
            done, due = due, await self.app.ticks.next_due()
            if due == done:
                break  # what is due cannot be done now; the clock does not wait for it
        self.clock.set(target)
        await self.settle()

    async def set_language(self, language: str) -> None:
        """Everybody reads this language from now on."""
        self.language = language
        self._gather()
        await self.app.database.run(partial(people.set_everybodys_language, language=language))


def fresh_database(folder: Path) -> str:
    """The URL of a new, empty, migrated database in a folder; what was there is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    keys.throwaway(folder)
    for old in folder.glob("demo.db*"):
        old.unlink()
    url = f"sqlite:///{folder / 'demo.db'}"
    migrate(url)
    return url
