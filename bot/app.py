"""Puts the parts together and runs them. The only room that knows every other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import perf_counter

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import decisions
from bot.channels.base import Channel, Unavailable, sender_of
from bot.clock import Clock, technical
from bot.dispatch import Dispatch
from bot.incoming import storable
from bot.media import MediaStore
from bot.processes.care import Care
from bot.processes.leases import alone
from bot.reading import Reader
from bot.sending.delivery import Delivery, capabilities_of
from bot.sending.replies import Replies
from bot.settings import Settings
from bot.throttle import MOST, Entrance
from bot.ticks import Ticks
from bot.triage import Triage
from bot.upkeep import health, leftovers, measures
from bot.upkeep.auditor import EVERY, Auditor
from bot.upkeep.health import Health, Readings
from bot.workbooks.work import PaperWork
from governance.policy import Policy
from handlers.message import Event, Handled
from storage import lanes
from storage.database import Database, NotStored, connect, sqlite_path
from storage.migrating import refuse_newer

log = structlog.get_logger()
TICK = 2  # seconds between two looks at what is due


class Role(StrEnum):
    """Which part of the work a process does; on one PostgreSQL there may be many of each."""

    ALL = "all"
    WEB = "web"  # takes what platforms bring, and serves the pages
    WORKER = "worker"  # fetches what platforms keep, sends, ticks, works on files and workbooks


class App:
    """One process: channels in, the database thread, the senders, the clock."""

    def __init__(
        self,
        url: str,
        policy: Policy,
        categories: Sequence[Mapping[str, object]],
        channels: Sequence[Channel],
        media: Path,
        *,
        clock: Clock | None = None,
        desk_phone: str = "",
        heartbeat_url: str = "",
        role: Role = Role.ALL,
        most_waiting: int = MOST,
        least_free: int = 0,
    ) -> None:
        self.takes, self.works = role is not Role.WORKER, role is not Role.WEB
        self.clock = clock or Clock()
        self.policy = policy
        self.channels = list(channels)
        self.reader = Reader(Triage(categories))
        self.entrance = Entrance(policy, most_waiting)
        engine = connect(url)
        refuse_newer(engine)
        can = capabilities_of(channels)
        self.dispatch = Dispatch(policy, self.clock, can, desk_phone)
        self._loop: asyncio.AbstractEventLoop | None = None
        replies = Replies(self.dispatch, channels, media)
        self.database: Database[Event, Handled] = Database(
            engine, replies.work, self._committed, _report
        )
        self.care = Care(self.database, self.dispatch)
        self.deliveries = [Delivery(self.database, c, self.dispatch, media) for c in channels]
        self.ticks = Ticks(self.database, self.dispatch)
        self.auditor = Auditor(self.database, self.dispatch, self.ticks, heartbeat_url)
        by_sender = {sender_of(c): c for c in channels}
        self.media = MediaStore(self.database, by_sender, self.dispatch, media)
        self.papers = PaperWork(self.database, self.dispatch, media, self._paper_moved)
        self._folder = media
        self._wake_media = asyncio.Event()
        self._wake_papers = asyncio.Event()
        self.health = Health(
            Readings(engine, self.clock),
            lambda: self.database.waiting,
            (
                health.database(self.database),
                health.disk(_folders(url, media), least_free),
                *(self._at_work() if self.works else ()),
            ),
        )

    def _at_work(self) -> Sequence[health.Look]:
        return (
            health.sending(lambda: self.deliveries),
            health.ticking(self.ticks, self.clock),
            health.outbox,
        )

    @classmethod
    def configured(
        cls, chosen: Settings, channels: Sequence[Channel], role: Role = Role.ALL
    ) -> App:
        """Serves these channels, which are open, as the configuration says."""
        data = decisions.categories()
        return cls(
            chosen.database.url,
            decisions.policy(chosen, data),
            data,
            channels,
            chosen.media.folder,
            desk_phone=chosen.district.desk_phone,
            heartbeat_url=chosen.watch.heartbeat_url,
            role=role,
            most_waiting=chosen.limits.waiting,
            least_free=chosen.watch.free_megabytes * health.MB,
        )

    async def receive(self, event: Event) -> Handled:
        """The event is committed and answered. Raises `Unavailable` when it is not, and at once
        where too much is under way already."""
        with self.entrance.passing(event) as floods:
            handle = partial(self._handle, perf_counter(), closely=not floods)
            try:
                return await self.care.receive(storable(event), handle)
            except NotStored as error:
                raise Unavailable(str(error)) from error

    async def _handle(self, began: float, event: Event, *, closely: bool) -> Handled:
        result = "unavailable"
        event = await self.reader.read(event, closely=closely)
        try:
            handled = await self.database.submit(event)
            result = "repeated" if handled.repeated else "handled"
        except NotStored:
            raise
        except Exception as error:
            handled, result = await self._give_up(event, error), "given_up"
        finally:
            measures.took(event.channel, result, perf_counter() - began)
        return handled

    async def _give_up(self, event: Event, error: Exception) -> Handled:
        """Delivering it again would not help, and would keep others waiting."""
        done: Handled = await self.database.run(
            lambda conn: self.dispatch.give_up(conn, event, error)
        )
        return done

    @asynccontextmanager
    async def running(self, *, background: bool = True) -> AsyncIterator[App]:
        """Serves until the block is left; what is in hand is finished first.

        Without `background` nothing moves by itself: `settle` does it all, for tests.
        """
        self._loop = asyncio.get_running_loop()
        self.database.start()
        async with AsyncExitStack() as stack:
            stack.callback(self.database.stop)
            await self.care.begin()
            stack.push_async_callback(self.care.end)
            for channel in self.channels:
                stack.push_async_callback(channel.close)
            await self.database.run(self._describe)
            tasks = [asyncio.create_task(self.reader.run(load=background))]
            tasks += [asyncio.create_task(self._listen(c)) for c in self.channels]
            if background:
                tasks.append(asyncio.create_task(self.care.beat()))
            if background and self.works:
                sending = [asyncio.create_task(d.run()) for d in self.deliveries]
                stack.push_async_callback(_finish, self.deliveries, sending)
                # Workbooks are rare: looking for one after each commit would cost every report.
                for what, work, wake, pause in (
                    ("media", self.media.fetch_waiting, self._wake_media, 5.0),
                    ("papers", self.papers.work, self._wake_papers, 1.0),
                ):
                    beside = partial(_beside, work, wake, pause)
                    tasks.append(asyncio.create_task(alone(self.database, what, beside)))
                scheduler = self._schedule()
                stack.callback(scheduler.shutdown, wait=False)
            stack.push_async_callback(_cancel, tasks)
            yield self

    async def _listen(self, channel: Channel) -> None:
        """A platform that is asked for what is there is asked by one process."""
        if not channel.polls:
            await channel.run(self.receive)
        elif self.works:
            poll = partial(channel.run, self.receive)
            await alone(self.database, f"poll/{sender_of(channel)}", poll)

    async def settle(self) -> None:
        """Everything due is done, everything ready is sent, every file is fetched."""
        moved = 1
        while moved or any(delivery.flying for delivery in self.deliveries):
            moved = await self.ticks.tick()
            moved += await self.media.fetch_waiting()
            moved += await self.papers.work()
            for delivery in self.deliveries:
                moved += await delivery.round()

    def _describe(self, conn: Connection) -> None:
        """How fast each account may send, and to whom, for handlers that know no channel."""
        for channel in self.channels:
            can = channel.capabilities
            lanes.describe(
                conn, sender_of(channel), can.pace.account, windowed=can.window is not None
            )

    def _schedule(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler()
        jobs = ((self._tick, TICK), (self._look, EVERY), (self._sweep, leftovers.EVERY))
        for job, seconds in jobs:
            scheduler.add_job(
                job,
                "interval",
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        scheduler.add_job(self._tick, misfire_grace_time=None)  # the first, however late it is
        scheduler.start()
        return scheduler

    async def _tick(self) -> None:
        try:
            await self.ticks.tick()
        except NotStored as error:
            log.error("tick_failed", why=str(error))

    async def _look(self) -> None:
        try:
            await self.auditor.round()
        except NotStored as error:
            log.error("audit_failed", why=str(error))

    async def _sweep(self) -> None:
        before = technical() - self.policy.keep_messages.total_seconds()
        try:
            await asyncio.to_thread(leftovers.sweep, self.database.engine, self._folder, before)
        except (OSError, SQLAlchemyError) as error:
            log.error("sweep_failed", why=type(error).__name__)

    def _committed(self, events: int) -> None:
        """Called in the database thread: somebody may have something to send or fetch now."""
        measures.BATCH.observe(events)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _paper_moved(self) -> None:
        """A workbook has something to say, or wants to be looked at."""
        self._wake_papers.set()
        self._wake()

    def _wake(self) -> None:
        self._wake_media.set()
        for delivery in self.deliveries:
            delivery.wake.set()


async def _beside(work: Callable[[], Awaitable[int]], wake: asyncio.Event, pause: float) -> None:
    """`work` is done whenever it is woken, and after a pause of so many seconds."""
    while True:
        wake.clear()
        try:
            await work()
        except NotStored as error:
            log.error("work_failed", why=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), pause)


async def _finish(deliveries: Sequence[Delivery], sending: Sequence[asyncio.Task[None]]) -> None:
    """What is on its way has arrived and is marked."""
    for delivery in deliveries:
        delivery.stop()
    await asyncio.gather(*sending)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _folders(url: str, media: Path) -> Mapping[str, Path]:
    """Where room is needed: on PostgreSQL the database is somewhere else."""
    file = sqlite_path(url)
    return {"media": media} | ({"database": file.absolute().parent} if file and file.name else {})


def _report(error: BaseException) -> None:
    measures.ERRORS.labels(type(error).__name__).inc()
    log.error("database_error", kind=type(error).__name__, pid=os.getpid())
