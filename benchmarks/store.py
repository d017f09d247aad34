"""What the peers keep in a database through SQLAlchemy Core, and how they reach it.

One connection lives in one thread of its own; the event loop hands it whole units of work,
so an event pays two hops to that thread, not one a statement. Statements are built once
and compiled once. Every commit is on the disk before `save` returns (WAL,
synchronous=FULL). Over aiosqlite, which hops for every statement, both libraries handled
less than half as many events a second; so it is not used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.form import DONE

T = TypeVar("T")

metadata = MetaData()
inbox = Table("inbox", metadata, Column("id", BigInteger, primary_key=True, autoincrement=False))
conversations = Table(
    "conversations",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("answers", JSON, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("text", String, nullable=False),
    Column("buttons", JSON(none_as_null=True)),
)
cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reporter", BigInteger, nullable=False),
    *(Column(key, String, nullable=False) for key in ("what", "place", "category", "photo")),
)

_seen = select(inbox.c.id).where(inbox.c.id == bindparam("update"))
_open = select(conversations.c.state, conversations.c.answers).where(
    conversations.c.person == bindparam("speaker")
)
_all = select(conversations)


def _by_dialect(module: Any) -> tuple[Any, Any]:
    """What marks an update, and what saves a conversation."""
    upsert = module.insert(conversations)
    upsert = upsert.on_conflict_do_update(
        index_elements=[conversations.c.person],
        set_={"state": upsert.excluded.state, "answers": upsert.excluded.answers},
    )
    return module.insert(inbox).on_conflict_do_nothing(), upsert


_STATEMENTS = {"sqlite": _by_dialect(sqlite), "postgresql": _by_dialect(postgresql)}
_post = outbox.insert().inline()
_file = cases.insert().inline()


@dataclass(slots=True)
class Unit:
    """All that one update changes: it is saved in one transaction, or not at all."""

    person: int
    state: str = DONE
    answers: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    case: dict[str, Any] | None = None

    def say(self, text: str, buttons: list[Any] | None) -> None:
        """Leaves a message to the person in the outbox."""
        self.messages.append({"chat": self.person, "text": text, "buttons": buttons})

    def open_case(self, answers: Mapping[str, str]) -> None:
        """Makes a case of the answers."""
        self.case = {"reporter": self.person, **answers}


class Store:
    """The four tables, through one connection in one thread."""

    def __init__(self, url: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._engine = create_engine(url)
        self._mark, self._upsert = _STATEMENTS[self._engine.dialect.name]
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _pragmas)
        metadata.create_all(self._engine)
        self._connection = self._engine.connect()

    async def seen(self, update_ids: Iterable[int]) -> set[int]:
        """Those of the updates that were saved before."""
        return await self._hop(self._seen, update_ids)

    async def load(self, person: int) -> Unit:
        """The person's conversation as it was saved last, or a new one."""
        return await self._hop(self._load, person)

    async def load_all(self) -> list[Unit]:
        """Every conversation ever saved."""
        return await self._hop(self._load_all)

    async def save(self, units: Iterable[tuple[int, Unit]]) -> None:
        """The units are on the disk and their updates marked seen; a repeat saves nothing."""
        await self._hop(self._save, units)

    def close(self) -> None:
        """Ends the thread and closes the file."""
        self._thread.shutdown()
        self._connection.close()
        self._engine.dispose()

    async def _hop(self, work: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(work, *args))

    def _seen(self, update_ids: Iterable[int]) -> set[int]:
        with self._connection.begin():
            rows = (self._connection.execute(_seen, {"update": i}).first() for i in update_ids)
            return {row.id for row in rows if row is not None}

    def _load(self, person: int) -> Unit:
        with self._connection.begin():
            row = self._connection.execute(_open, {"speaker": person}).first()
        return Unit(person) if row is None else Unit(person, row.state, row.answers)

    def _load_all(self) -> list[Unit]:
        with self._connection.begin():
            return [Unit(*row) for row in self._connection.execute(_all)]

    def _save(self, units: Iterable[tuple[int, Unit]]) -> None:
        with self._connection.begin():
            if self._engine.dialect.name == "sqlite":  # where reads need no transaction
                self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            for update_id, unit in units:
                if self._connection.execute(self._mark, {"id": update_id}).rowcount:
                    self._write(unit)

    def _write(self, unit: Unit) -> None:
        row = {"person": unit.person, "state": unit.state, "answers": unit.answers}
        self._connection.execute(self._upsert, row)
        if unit.messages:
            self._connection.execute(_post, unit.messages)
        if unit.case:
            self._connection.execute(_file, unit.case)


def _pragmas(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # else the driver begins transactions of its own
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
