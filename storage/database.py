"""The transaction: one thread, one batch at a time, committed before anybody is answered.

All writes of the process go through this thread. Whatever waits is taken together, up to 32
at a time and never waiting for more: events, and jobs (ticks, delivery marks, the demo's
clock). A batch commits whole or not at all, and its callers hear of it only after the
commit. When a part of it fails, the batch is rolled back and each part has a transaction of
its own, so nobody's mistake is anybody else's.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from storage import races

BATCH = 32
RETRIES = 4
STATEMENTS = 2000
"""Compiled statements that are kept: all there are, with room for more."""

E = TypeVar("E")
R = TypeVar("R")


class NotStored(Exception):
    """The database could not commit this; nothing of it was kept, and it may be tried again."""


# Compact, and Chinese stays readable in the database.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def sqlite_path(url: str) -> Path | None:
    """The file of the database, `Path()` for one in memory; None where it is not SQLite."""
    found = make_url(url)
    return Path(found.database or "") if found.get_backend_name() == "sqlite" else None


@cache
def connect(url: str) -> Engine:
    """The engine of this database, whose commits are durable: SQLite in WAL mode with
    `synchronous=FULL`. One for the whole process, so each statement is compiled once; it
    works on after `dispose`."""
    return new_engine(url)


def new_engine(url: str) -> Engine:
    """The same, for whoever changes how it connects."""
    if sqlite_path(url) is None:
        options = {"options": "-c timezone=UTC", "prepare_threshold": 0}
        engine = create_engine(
            url,
            json_serializer=_json,
            connect_args=options,
            pool_size=4,
            query_cache_size=STATEMENTS,
        )
        event.listen(engine, "before_cursor_execute", _count)
        event.listen(engine, "connect", _prepare_all)
        return engine
    raw_args = {"check_same_thread": False, "timeout": 5.0}
    engine = create_engine(
        url, json_serializer=_json, connect_args=raw_args, query_cache_size=STATEMENTS
    )
    event.listen(engine, "before_cursor_execute", _count)

    @event.listens_for(engine, "connect")
    def _open(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")

    # SQLAlchemy builds and compiles these two anew each time, which takes four times as long.
    engine.dialect.do_savepoint = _savepoint  # type: ignore[assignment, method-assign]
    engine.dialect.do_release_savepoint = _release  # type: ignore[assignment, method-assign]

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # Taking the write lock first means a batch never fails half way for a lock.
        conn.exec_driver_sql(
            "BEGIN" if conn.get_execution_options().get("read") else "BEGIN IMMEDIATE"
        )

    return engine


def _prepare_all(raw: Any, _record: object) -> None:
    """Each statement is read by the server once: psycopg forgets all but a hundred of them."""
    raw.prepared_max = STATEMENTS


def _count(
    conn: Connection, _cursor: object, _sql: str, _values: object, context: Any, _many: bool
) -> None:
    """A conversation that writes and then still asks is found by this number."""
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        conn.info["writes"] = conn.info.get("writes", 0) + 1


def writes(conn: Connection) -> int:
    """How many statements have changed something over this connection; it only grows."""
    return int(conn.info.get("writes", 0))


def _savepoint(conn: Connection, name: str) -> None:
    conn.exec_driver_sql(f"SAVEPOINT {name}")


def _release(conn: Connection, name: str) -> None:
    conn.exec_driver_sql(f"RELEASE SAVEPOINT {name}")


class _Item(Generic[R]):
    __slots__ = ("future", "loop", "work")

    def __init__(self, work: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[R] = loop.create_future()


class _Job(_Item[R]):
    """A function that reads or writes something besides the events."""


class Database(Generic[E, R]):
    """The database thread. `work(connection, events)` answers each event of a batch.

    What `work` returns for an event is given to its caller after the commit. `committed` is
    called after every commit of events, with how many there were, in the thread; it must be quick.
    """

    def __init__(
        self,
        engine: Engine,
        work: Callable[[Connection, Sequence[E]], Sequence[R]],
        committed: Callable[[int], None] = lambda events: None,
        failed: Callable[[BaseException], None] = lambda error: None,
    ) -> None:
        self.engine = engine
        self.ok = True
        self._work = work
        self._committed = committed
        self._failed = failed
        self._queue: SimpleQueue[_Item[Any] | None] = SimpleQueue()
        self._over = False
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)

    def start(self) -> None:
        # A busy event loop otherwise keeps this thread waiting 5 ms for every turn.
        sys.setswitchinterval(0.0005)
        self._thread.start()

    def stop(self) -> None:
        """What was submitted is committed; then the thread ends."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self.engine.dispose()

    def submit(self, one: E) -> asyncio.Future[R]:
        """The event's answer, after its commit. Raises `NotStored`."""
        item: _Item[R] = _Item(one, asyncio.get_running_loop())
        self._put(item)
        return item.future

    def run(self, job: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """What `job` returns, after its commit. Raises `NotStored` or what the job raised."""
        item: _Job[Any] = _Job(job, asyncio.get_running_loop())
        self._put(item)
        return item.future

    def _put(self, item: _Item[Any]) -> None:
        self._queue.put(item)
        if self._over:
            self._refuse_waiting()

    @property
    def shared(self) -> bool:
        """Whether other processes may write to this database, too."""
        return self.engine.dialect.name != "sqlite"

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    # ── the thread ───────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            with self.engine.connect() as conn:
                while batch := self._take():
                    for part in self._together(batch):
                        self._serve(conn, part)
        except DBAPIError as error:  # the first connection, or giving it back
            self._failed(error)
        finally:
            self._over, self.ok = True, False
            self._refuse_waiting()

    def _refuse_waiting(self) -> None:
        """Nobody waits for a thread that has ended."""
        with suppress(Empty):
            while True:
                item = self._queue.get_nowait()
                if item is not None:
                    _answer([item], [NotStored("the database thread has ended")])

    def _take(self) -> list[_Item[Any]]:
        """What is waiting, at least one and at most `BATCH`; nothing when it is time to stop."""
        batch: list[_Item[Any]] = []
        while len(batch) < BATCH:
            try:
                item = self._queue.get(block=not batch)
            except Empty:
                break
            if item is None:
                if batch:
                    self._queue.put(None)
                break
            batch.append(item)
        return batch

    def _together(self, batch: list[_Item[Any]]) -> list[list[_Item[Any]]]:
        """What may share a transaction. Where other processes write too, events and jobs do
        not: each locks in an order of its own, and two processes would wait for each other
        (four of them, 1,000 presses on one row: 49 s, and 1 s apart)."""
        return _parts(batch) if self.shared else [batch]

    def _serve(self, conn: Connection, batch: list[_Item[Any]]) -> None:
        try:
            answers: Sequence[Any] = self._transact(conn, batch)
        except NotStored as error:
            answers = [error] * len(batch)
        except BaseException as error:
            if len(batch) > 1:
                for part in _smaller(batch):
                    self._serve(conn, part)
                return
            answers = [error]
        _answer(batch, answers)

    def _transact(self, conn: Connection, batch: list[_Item[Any]]) -> list[Any]:
        single = len(batch) == 1
        for attempt in range(RETRIES):
            ended = attempt == RETRIES - 1
            try:
                with conn.begin():
                    races.begin(conn, last=not self.shared or (ended and single))
                    answers = [answer for part in _parts(batch) for answer in self._do(conn, part)]
            except (DBAPIError, *races.RACES) as error:
                self._once_more(conn, error, single=single, ended=ended)
                if not isinstance(error, races.RACES):
                    time.sleep(0.02 * 2**attempt)
            else:
                self.ok = True
                if events := sum(not isinstance(item, _Job) for item in batch):
                    self._committed(events)
                return answers
        raise AssertionError("unreachable")

    def _once_more(self, conn: Connection, error: Exception, *, single: bool, ended: bool) -> None:
        """Raises where that is of no use, or where each part fares better by itself."""
        if not isinstance(error, DBAPIError) or isinstance(error, races.RACES):
            if ended or not single or not self.shared:
                raise error
            return
        self._failed(error)
        if error.connection_invalidated:
            conn.invalidate()
        elif not isinstance(error, races.PASSING):
            raise error  # our own mistake: it would be the same again
        if not single and races.is_for_another(error):
            raise error
        if ended or not races.may_pass(error):
            self.ok = False
            raise NotStored(type(error).__name__) from error

    def _do(self, conn: Connection, part: list[_Item[Any]]) -> Sequence[Any]:
        """The answers of some events, or of one job."""
        if isinstance(part[0], _Job):
            return [part[0].work(conn)]
        return self._work(conn, [item.work for item in part])


def _parts(batch: list[_Item[Any]]) -> list[list[_Item[Any]]]:
    """The batch in its order: events that follow each other together, every job by itself."""
    parts: list[list[_Item[Any]]] = []
    for item in batch:
        if parts and not isinstance(item, _Job) and not isinstance(parts[-1][0], _Job):
            parts[-1].append(item)
        else:
            parts.append([item])
    return parts


def _smaller(batch: list[_Item[Any]]) -> list[list[_Item[Any]]]:
    """What failed together, to be tried in parts: one of them fails, and alone at last."""
    parts = _parts(batch)
    return parts if len(parts) > 1 else [[item] for item in batch]


def _answer(items: list[_Item[Any]], answers: Sequence[Any]) -> None:
    """One call into each event loop, however many of its callers wait."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for item, answer in zip(items, answers, strict=True):
        by_loop.setdefault(item.loop, []).append((item.future, answer))
    for loop, pairs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in pairs:
        if future.cancelled():
            continue
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
