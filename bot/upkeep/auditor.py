"""Once a minute: does everything that runs have a next step, and is somebody told we live?

The heartbeat goes to an address of the operator's choice, after a full tick and a full audit.
Where it stays away, whoever listens there raises the alarm: a process that has died cannot.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from bot.dispatch import Dispatch, Scope
from bot.ticks import Ticks
from handlers.auditing import audit
from handlers.turn import Post, Turn
from storage import inbox, races
from storage.database import Database

log = structlog.get_logger()
EVERY = 60  # seconds
FRESH = timedelta(seconds=60)  # the oldest tick after which a heartbeat is honest
REPAIRED = Counter("shaodao_repaired_total", "Things that had no next step and got one")


class Auditor:
    """Looks for what stands still. `heartbeat_url` "" sends no heartbeat."""

    def __init__(
        self, database: Database[Any, Any], dispatch: Dispatch, ticks: Ticks, heartbeat_url: str
    ) -> None:
        self._database = database
        self._dispatch = dispatch
        self._ticks = ticks
        self._url = heartbeat_url

    async def round(self) -> int:
        """Returns how many things had no next step. Whoever listens has heard from us."""
        found: int = await self._database.run(self._audit)
        if self._url and self._has_ticked():
            await self._beat()
        return found

    def _audit(self, conn: Connection) -> int:
        if not races.is_free(conn, "auditor"):
            return 0
        now = self._dispatch.clock.now()
        scope, post = Scope(conn), Post()
        turn = Turn(None, now, self._dispatch.policy, scope.open, post)
        found = audit(turn)
        scope.keep()
        if found:
            REPAIRED.inc(found)
            log.error("standstill_repaired", count=found)
            inbox.record_failure(conn, now, "auditor", f"{found} without a next step")
        self._dispatch.settle(conn, [(post, now)])
        return found

    def _has_ticked(self) -> bool:
        last = self._ticks.last
        return last is not None and self._dispatch.clock.now() - last < FRESH

    async def _beat(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                (await client.get(self._url)).raise_for_status()
        except httpx.HTTPError as error:
            # Whoever listens there will notice; nothing here depends on it.
            log.warning("heartbeat_not_heard", why=type(error).__name__)
