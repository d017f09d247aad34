"""What goes wrong around the processes: the network, the disk, the database connection, clocks.

Each of these is done from outside. The disk is full in that the kernel lets no file of the
process grow (`prlimit`): so SQLite's next write fails like on a full disk, and a little later
it works again. A connection to PostgreSQL ends by the server's own `pg_terminate_backend`.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import Engine, text

from tests.chaos.platform import Fault
from tests.chaos.victims import Victim

TOO_LATE = 12.0  # seconds; nobody waits so long for an answer
ROUGH = 0.2  # share of the calls to which something happens
KINDS: Mapping[Fault, float] = {"": 90, "lost": 5, "cut": 5, "late": 0.5}  # "" is only slow
NO_FILE_GROWS = 4096  # bytes; every file that is written to is longer
_TERMINATE = text(
    "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND application_name <> 'chaos' ORDER BY random() LIMIT :most) AS gone"
)


@dataclass(slots=True)
class Weather:
    """The network's mood, and how often it showed."""

    random: Random
    bad: bool = True
    spared: set[str] = field(default_factory=set)
    """Chats in which the last call went wrong."""
    counts: dict[str, int] = field(default_factory=dict)

    def network(self, method: str, chat: str) -> tuple[Fault, float]:
        """What becomes of a call: lost before it is done, cut or late after, or only slow. What
        went wrong in a chat goes well the next time: an answer that is lost twice is left to a
        person, and that is no loss to be counted."""
        if not self.bad or method == "getupdates" or self.random.random() > ROUGH:
            return "", 0.0
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        if not kind or chat in self.spared:
            self.spared.discard(chat)
            return "", self.random.uniform(0, 0.1)
        if chat:
            self.spared.add(chat)
        return kind, TOO_LATE if kind == "late" else 0.0

    def note(self, what: str, count: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + count

    async def disk_is_full(self, victim: Victim, seconds: float) -> None:
        """For so long, nothing that the process writes is kept."""
        if victim.dead.is_set():
            return
        self.note("disks_full")
        old = resource.prlimit(victim.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, (NO_FILE_GROWS, old[1]))
        await asyncio.sleep(seconds)
        if not victim.dead.is_set():
            resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, old)

    def connections_end(self, engine: Engine) -> None:
        """Some connections to the server are ended by it."""
        with engine.connect() as conn:
            gone = conn.scalar(_TERMINATE, {"most": self.random.randint(1, 4)}) or 0
            self.note("connections_ended", gone)
