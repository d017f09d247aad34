"""The hunt: processes are started, disturbed and killed until there were enough kills."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import time

from sqlalchemy import Engine

from tests.chaos import releases
from tests.chaos.points import MIGRATING, POINTS, SharedClock
from tests.chaos.remains import Stranded, is_sender, stranded
from tests.chaos.victims import STARTING, Herd, Victim, either
from tests.chaos.weather import Weather

ALONE = 0.04  # share of processes that are commands of their own
MOST_ENDED = 5  # that end by themselves one after the other: there is no point in going on
POINT_PASSED = 40  # calls within which a point is passed, or the process is killed anywhere
IDLE = 3.0  # seconds of its own time in which a process calls, or there is nothing to wait for
LOOK = 0.05
EVERYTHING = 80  # kills after which all that ever was is delivered again
CUT = 0.3  # share of lives after which the database ends some connections
LEASE = 16.0  # seconds after which the lease of a dead sender is over
ROLES = ("all", "all", "web", "worker")
"""Of the processes that share a database."""
PASSED: Mapping[str, Sequence[str]] = {
    "all": (MIGRATING, *POINTS),
    "web": (MIGRATING, *POINTS[:3]),
    "worker": (MIGRATING, *POINTS[3:]),
}
"""The points that each passes."""
FATES = {
    "point": 50,
    "anywhere": 33,
    "starting": 6,
    "frozen": 4,
    "full": 4,
    "migrating": 3,
}


@dataclass(slots=True)
class Bag:
    """How many were killed, where, and what they left."""

    wanted: int
    kills: int = 0
    by_place: Counter[str] = field(default_factory=Counter)
    remains: list[Stranded] = field(default_factory=list)
    ended_by_themselves: list[int] = field(default_factory=list)
    """Their exit codes: a call that was lost while the channel opened ends a process."""
    in_a_row: int = 0

    @property
    def full(self) -> bool:
        return self.kills >= self.wanted


@dataclass(slots=True)
class Hunt:
    """One run's processes, `slots` at a time."""

    herd: Herd
    engine: Engine
    folder: Path
    weather: Weather
    clock: SharedClock
    random: Random
    bag: Bag
    slots: int
    drivers: Sequence[str]
    patience: float = 60.0
    """Seconds in which a process is let live that has nothing to do."""
    _begun: set[str] = field(default_factory=set)
    """The places at which somebody has been killed, or is about to be."""

    async def run(self, step: float) -> None:
        """Until there were enough kills; the clock goes on by `step` seconds after each."""
        await asyncio.gather(*(self._slot(n, step) for n in range(self.slots)))

    async def _slot(self, slot: int, step: float) -> None:
        while not self.bag.full:
            await self.life(slot)
            self.clock.ahead += step
            self._platform_repeats()
            if self.shared and self.random.random() < CUT:
                await asyncio.to_thread(self.weather.connections_end, self.engine)

    def _platform_repeats(self) -> None:
        """What was acknowledged is delivered once more: the last of it, now and then all."""
        platform = self.herd.platform
        platform.deliver_again(0 if self.bag.kills % EVERYTHING == 0 else 5)

    @asynccontextmanager
    async def peace(self) -> AsyncIterator[None]:
        """Processes that nobody kills, and that end with 0 when they are asked to."""
        victims = [await self.born(slot) for slot in range(self.slots)]
        for victim in victims:
            await either(STARTING, victim.ready, victim.dead)
        yield
        for victim in victims:
            victim.signals(signal.SIGTERM)
            await victim.dead.wait()
            if victim.code:
                self.bag.ended_by_themselves.append(victim.code)

    @property
    def shared(self) -> bool:
        """Whether the database is one of several processes."""
        return self.engine.dialect.name != "sqlite"

    # ── one life ─────────────────────────────────────────────────────────────

    async def life(self, slot: int) -> None:
        fate, point, nth = self._fate(self._role(slot))
        if fate == "migrating":
            self.herd.releases = releases.write(self.folder / "releases", self.herd.releases + 1)
        victim = await self.born(slot, point, nth)
        if fate == "starting":
            await either(self.random.uniform(0, 0.6), victim.dead)
        elif point:
            await either(STARTING, victim.dead, victim.ready)
            await self._works(victim, POINT_PASSED)
        else:
            await either(STARTING, victim.dead, victim.ready)
            await self._lives(fate, victim)
        await self._ends(victim, fate)
        if point not in self.bag.by_place:
            self._begun.discard(point)  # it was not reached: another one will be killed there

    async def _works(self, victim: Victim, calls: int) -> None:
        """Until the platform has had so many calls, or the process has worked for a while without."""
        platform = self.herd.platform
        until, worked = platform.counts["calls"] + calls, victim.worked() + IDLE
        waited = 0.0
        while platform.counts["calls"] < until and victim.worked() < worked:
            if await either(LOOK, victim.dead) or waited > self.patience:
                return
            waited += LOOK

    def _role(self, slot: int) -> str:
        return ROLES[slot] if self.shared else "all"

    def _fate(self, role: str) -> tuple[str, str, int]:
        """How the next one ends; at which point, if at one, and the how manieth time. The first ones
        end at every point in turn, at the first time."""
        ahead = next((place for place in PASSED[role] if place not in self._begun), "")
        if ahead:
            self._begun.add(ahead)
            return ("migrating" if ahead == MIGRATING else "point"), ahead, 1
        fate = self.random.choices(list(FATES), list(FATES.values()))[0]
        if fate == "migrating":
            return fate, MIGRATING, self.random.randint(1, releases.STEPS)
        point = self.random.choice(PASSED[role][1:]) if fate == "point" else ""
        return fate, point, self.random.choice((1, 2, 3, 5, 8))

    async def born(self, slot: int, point: str = "", nth: int = 1) -> Victim:
        """A process that serves, if it is not to die before."""
        mode = "webhook" if self.shared else self.random.choice(("polling", "webhook"))
        return await self.herd.start(
            slot,
            mode=mode,
            role=self._role(slot),
            driver=self.random.choice(self.drivers),
            point=point,
            nth=nth,
            alone=self.random.random() < ALONE,
        )

    async def _lives(self, fate: str, victim: Victim) -> None:
        """It is disturbed, and works on for a while."""
        if fate == "frozen":
            await either(self.random.uniform(0, 0.5), victim.dead)
            await self._freezes(victim)
        elif fate == "full":
            await either(self.random.uniform(0, 0.5), victim.dead)
            await self.weather.disk_is_full(victim, self.random.uniform(0.1, 0.6))
        await self._works(victim, self.random.randint(0, 25))
        await either(self.random.uniform(0, LOOK), victim.dead)

    async def _freezes(self, victim: Victim) -> None:
        """It gets no time until its lease is over, and others have gone on."""
        self.weather.note("freezes")
        victim.signals(signal.SIGSTOP)
        left = await self._left_by(victim, killed=False)
        await self._leap(victim)
        await asyncio.sleep(self.random.uniform(0.3, 1.0))  # real processes go on meanwhile
        victim.signals(signal.SIGCONT)
        for one in left:
            one.ended = time()
        self.bag.remains += left

    async def _leap(self, victim: Victim) -> None:
        """The technical clock goes beyond every lease, also of the others who are well; what these
        are sending, whoever comes next may send once more."""
        for other in self.herd.living:
            if other is not victim:
                self.bag.remains += await self._left_by(other, killed=False)
        self.clock.leap += LEASE

    async def _ends(self, victim: Victim, fate: str) -> None:
        place = victim.point or fate if victim.dead.is_set() else "anywhere"
        if fate == "starting" and not victim.ready.is_set():
            place = "starting"
        victim.signals(signal.SIGKILL)
        await victim.dead.wait()
        if victim.code != -signal.SIGKILL:
            self.bag.ended_by_themselves.append(victim.code or 0)
            self.bag.in_a_row += 1
            if self.bag.in_a_row > MOST_ENDED:
                raise RuntimeError(f"they end by themselves: {self.herd.last_words()}")
            return
        self.bag.kills += 1
        self.bag.in_a_row = 0
        self.bag.by_place[place] += 1
        self.bag.remains += await self._left_by(victim, killed=True)
        if victim.token != "" and await asyncio.to_thread(is_sender, self.engine, victim.token):
            await self._leap(victim)

    async def _left_by(self, victim: Victim, *, killed: bool) -> list[Stranded]:
        if not victim.token:
            return []
        return await asyncio.to_thread(
            stranded, self.engine, victim.token, self.clock.leap, killed=killed
        )
