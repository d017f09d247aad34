"""The clock is just another speaker: every two seconds it asks "what is due?".

Every process that works does so; a page of a kind that another one is just doing is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import Connection

from bot.clock import technical
from bot.dispatch import Dispatch, Scope
from bot.logs import places
from handlers.message import Card
from handlers.registry import TICKS, Due
from handlers.turn import Post, Turn
from handlers.words import _
from storage import dialogs, inbox, origins, outbox, purging, races, replies, withheld
from storage.database import Database
from storage.moments import moments
from storage.races import passing

log = structlog.get_logger()
TICKED = Counter("shaodao_due_total", "Due things done, by kind", ["kind"])
REST = timedelta(minutes=1)
"""Until what failed is tried again, and between two looks for what only has to go one day."""
HOUSEKEEPING = {"held": outbox.NEXT_RELEASE, "unfinished": dialogs.NEXT_LAPSE}
FAILED = Counter("shaodao_due_failed_total", "Due things that failed, by kind", ["kind"])
LAG = Histogram(
    "shaodao_due_lag_seconds",
    "How long the first of a kind was due when it was looked at",
    ["kind"],
    buckets=(1, 2, 4, 10, 30, 60, 300, 3600),
)


@dataclass(frozen=True, slots=True)
class Page:
    """What was found due, and what of it rests now."""

    found: Sequence[int]
    rests: Sequence[int]


Done: TypeAlias = dict[int, datetime]
"""When each was done."""


class Ticks:
    """Does everything that is due, oldest first, and nothing that fails takes others with it."""

    def __init__(self, database: Database[Any, Any], dispatch: Dispatch) -> None:
        self.last: datetime | None = None
        self._database = database
        self._dispatch = dispatch
        self._resting: dict[tuple[str, int], datetime] = {}
        self._swept: datetime | None = None
        self._rare: set[str] = set()

    async def tick(self) -> int:
        """Everything due now is done; returns how many things that were."""
        done: dict[str, Done] = {due.name: {} for due in TICKS}
        total = 0
        while moved := await self._round(done):
            total += moved
        return total

    async def _round(self, done: Mapping[str, Done]) -> int:
        """A page of each kind, so that a backlog of one holds up no other.

        One question tells which kinds have something to do: nearly always none.
        """
        now = self._dispatch.clock.now()
        waiting: Mapping[str, datetime] = await self._database.run(self._moments)
        ready = {name for name, at in waiting.items() if at <= now}
        for name in ready:
            LAG.labels(name).observe((now - waiting[name]).total_seconds())
        sweeps = self._swept is None or not self._swept <= now < self._swept + REST
        if sweeps:
            self._swept = now
            self._rare = {due.name for due in TICKS if due.next_at is None}
            self._resting = {what: at for what, at in self._resting.items() if now < at}
        moved = 0
        for due in TICKS:
            if due.name in ready | self._rare:
                found = await self._next_page(due, done[due.name])
                moved += found
                if not found:
                    self._rare.discard(due.name)
        if sweeps or not ready.isdisjoint(HOUSEKEEPING):
            moved += await self._database.run(self._housekeeping)
        self.last = self._dispatch.clock.now()
        return moved

    async def _next_page(self, due: Due, done: Done) -> int:
        """How many there were. What failed, or is due as soon as it was done, rests for a while."""
        now = self._dispatch.clock.now()
        page: Page = await self._database.run(partial(self._page, due, done, now))
        for subject in page.rests:
            self._resting[due.name, subject] = now + REST
        done |= dict.fromkeys(page.found, now)
        return len(page.found)

    async def next_due(self) -> datetime | None:
        """The next moment at which the clock will have something to do."""
        waiting: Mapping[str, datetime] = await self._database.run(self._moments)
        return min(waiting.values(), default=None)

    def _moments(self, conn: Connection) -> Mapping[str, datetime]:
        """When the next of each kind is due, for those of which one is."""
        kinds = {due.name: due.next_at for due in TICKS if due.next_at is not None}
        return moments(conn, kinds | HOUSEKEEPING)

    def _page(self, due: Due, done: Done, now: datetime, conn: Connection) -> Page:
        """One page in one transaction, so a backlog never holds everybody up."""
        if not races.is_free(conn, f"due/{due.name}"):
            return Page((), ())
        resting = [
            i for (name, i), until in self._resting.items() if name == due.name and now < until
        ]
        scope = Scope(conn)
        found = list(due.find(scope.open(), now, resting))
        scope.keep()
        again = {i for i in found if i in done and done[i] <= now < done[i] + REST}
        new = [i for i in found if i not in again]
        return Page(found, [*again, *self._some(conn, due, new, now)])

    def _some(
        self, conn: Connection, due: Due, subjects: Sequence[int], now: datetime
    ) -> list[int]:
        """Done together where that is possible; if one of them fails, each half by itself. Those
        that failed."""
        if due.together is None or len(subjects) < 2:
            return [i for i in subjects if not self._one(conn, due, i, now)]
        if self._together(conn, due, subjects, now):
            return []
        half = len(subjects) // 2
        parts = subjects[:half], subjects[half:]
        return [i for part in parts for i in self._some(conn, due, part, now)]

    def _together(self, conn: Connection, due: Due, subjects: Sequence[int], now: datetime) -> bool:
        """All of them done and posted, or none; whether they were."""
        handle = due.together
        assert handle is not None  # noqa: S101 - the caller has looked
        try:
            with origins.bound(f"{due.name}/{subjects[0]}-{subjects[-1]}"):
                self._do(conn, now, lambda turn: handle(turn, subjects))
        except Exception as error:
            if passing(conn, error):
                raise
            log.warning("page_failed", kind=due.name, exc_info=error)
            return False
        TICKED.labels(due.name).inc(len(subjects))
        return True

    def _one(self, conn: Connection, due: Due, subject: int, now: datetime) -> bool:
        """Done and posted, or not at all; whether it was."""
        try:
            with origins.bound(f"{due.name}/{subject}"):
                self._do(conn, now, lambda turn: due.handle(turn, subject))
        except Exception as error:
            if passing(conn, error):
                raise
            FAILED.labels(due.name).inc()
            log.error("due_failed", kind=due.name, subject=subject, exc_info=error)
            inbox.record_failure(conn, now, f"{due.name}/{subject}", places(error))
            return False
        TICKED.labels(due.name).inc()
        return True

    def _do(self, conn: Connection, now: datetime, act: Callable[[Turn], None]) -> None:
        """What the act writes and posts, in a savepoint of its own that an error undoes."""
        scope, post = Scope(conn), Post()
        session = scope.open()
        try:
            act(Turn(None, now, self._dispatch.policy, lambda: session, post))
            session.flush()
            self._dispatch.settle(conn, [(post, now)])
            scope.keep()
        except Exception as error:
            if not passing(conn, error):
                scope.drop()
            raise

    def _housekeeping(self, conn: Connection) -> int:
        """Held messages whose quiet hours are over go out; unfinished talks lapse, and say so;
        messages and marks that nobody needs any more are gone, with the words in them."""
        if not races.is_free(conn, "housekeeping"):
            return 0
        now = self._dispatch.clock.now()
        released = outbox.release_due(conn, now)
        inbox.purge(conn, now - self._dispatch.policy.keep_messages)
        purging.purge_failures(conn, now - self._dispatch.policy.keep_messages)
        replies.purge(conn, technical())
        kept = technical() - self._dispatch.policy.keep_messages.total_seconds()
        purging.purge_messages(conn, kept)
        withheld.purge(conn, kept)
        posts: list[tuple[Post, datetime]] = []
        for person_id in dialogs.lapse(conn, now):
            with origins.bound(f"unfinished/{person_id}"):
                post = Post()
            text = _(
                "What you began to report was not finished, so nothing was sent. If it still matters, just say it again."
            )
            post.to(person_id, Card(text))
            posts.append((post, now))
        self._dispatch.settle(conn, posts)
        return released + len(posts)
