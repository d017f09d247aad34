"""The clock is just another speaker: every two seconds it asks "what is due?"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from bot.clock import technical
from bot.dispatch import Dispatch, Scope
from bot.logs import places
from handlers.message import Card
from handlers.registry import TICKS, Due
from handlers.turn import Post, Turn
from handlers.words import _
from storage import dialogs, inbox, outbox
from storage.database import PASSING, Database

log = structlog.get_logger()
TICKED = Counter("shaodao_due_total", "Due things done, by kind", ["kind"])
FAILED = Counter("shaodao_due_failed_total", "Due things that failed, by kind", ["kind"])


class Ticks:
    """Does everything that is due, each thing in its own savepoint, oldest first."""

    def __init__(self, database: Database[Any, Any], dispatch: Dispatch) -> None:
        self.last: datetime | None = None
        self._database = database
        self._dispatch = dispatch

    async def tick(self) -> int:
        """Everything due now is done; returns how many things that were."""
        done: int = 0
        for due in TICKS:
            failed: list[int] = []
            while True:
                count = await self._database.run(partial(self._page, due, failed))
                done += count
                if not count:
                    break
        done += await self._database.run(self._housekeeping)
        self.last = self._dispatch.clock.now()
        return done

    async def next_due(self) -> datetime | None:
        """The next moment at which the clock will have something to do."""
        found: datetime | None = await self._database.run(self._next)
        return found

    def _page(self, due: Due, failed: list[int], conn: Connection) -> int:
        """One page in one transaction, so a backlog never holds everybody up."""
        now = self._dispatch.clock.now()
        scope = Scope(conn)
        ids = list(due.find(scope.open(), now, failed))
        scope.keep()
        posts = [self._one(conn, due, subject, now, failed) for subject in ids]
        self._dispatch.settle(conn, [(post, now) for post in posts if post is not None])
        return len(ids)

    def _one(
        self, conn: Connection, due: Due, subject: int, now: datetime, failed: list[int]
    ) -> Post | None:
        scope, post = Scope(conn), Post()
        turn = Turn(None, now, self._dispatch.policy, scope.open, post)
        try:
            due.handle(turn, subject)
            scope.keep()
        except PASSING:
            raise
        except Exception as error:
            scope.drop()
            failed.append(subject)
            FAILED.labels(due.name).inc()
            log.error("due_failed", kind=due.name, subject=subject, exc_info=error)
            inbox.record_failure(conn, now, f"{due.name}/{subject}", places(error))
            return None
        TICKED.labels(due.name).inc()
        return post

    def _housekeeping(self, conn: Connection) -> int:
        """Held messages whose quiet hours are over go out; unfinished talks lapse, and say so;
        messages and marks that nobody needs any more are gone, with the words in them."""
        now = self._dispatch.clock.now()
        released = outbox.release_due(conn, now)
        inbox.purge(conn, now - self._dispatch.policy.keep_messages)
        outbox.purge(conn, technical() - self._dispatch.policy.keep_messages.total_seconds())
        posts: list[tuple[Post, datetime]] = []
        for person_id in dialogs.lapse(conn, now):
            post = Post()
            text = _(
                "What you began to report was not finished, so nothing was sent. If it still matters, just say it again."
            )
            post.to(person_id, Card(text))
            posts.append((post, now))
        self._dispatch.settle(conn, posts)
        return released + len(posts)

    def _next(self, conn: Connection) -> datetime | None:
        scope = Scope(conn)
        session = scope.open()
        moments: Sequence[datetime | None] = [
            *(due.next_at(session) for due in TICKS),
            outbox.next_release(conn),
            dialogs.next_lapse(conn),
        ]
        scope.keep()
        return min((at for at in moments if at is not None), default=None)
