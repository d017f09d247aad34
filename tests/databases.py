"""Migrated, empty databases: a file for every test, and one PostgreSQL server for all."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    TextClause,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)

from tests.requirements import require

GIVEN = "SHAODAO_TEST_POSTGRES"
FOR_A_WHILE = ("fsync", "synchronous_commit", "full_page_writes", "jit")
"""What a server that is gone afterwards does without."""
ADDED_TO = ("postings", "point_entries")
"""Tables from which nothing is ever deleted, except between two tests."""


def migrated_file(path: Path) -> bytes:
    """What a new SQLite database holds, to be written wherever a test wants one."""
    from storage.migrating import migrate

    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()


def sampled_file(path: Path, *, today: bool = False) -> bytes:
    """The same with the sample district in it, as it is on the tests' day, or today."""
    from storage.database import connect

    engine = connect(f"sqlite:///{path}")
    _load_sample(engine, today=today)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()


def renewed(path: Path, content: bytes) -> str:
    """The URL of a SQLite database with this content; nobody writes to what was there before."""
    url = f"sqlite:///{path}"
    _careless(url).dispose()
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    path.write_bytes(content)
    return url


@cache
def _careless(url: str) -> Engine:
    """The engine of a SQLite database that does not wait for the disk: no test turns off the
    electricity."""
    from storage.database import connect

    engine = connect(url)
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    return engine


@contextmanager
def postgres_server() -> Iterator[URL]:
    """A running server: the one in SHAODAO_TEST_POSTGRES, else one that is gone afterwards."""
    given = os.environ.get(GIVEN)
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    folder = Path(tempfile.mkdtemp(prefix="shaodao-postgres-"))
    try:
        with _own_server(folder) as url:
            yield url
    finally:
        # A server interrupted while it started ends by itself once its folder is gone.
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_server(folder: Path) -> Iterator[URL]:
    try:
        with warnings.catch_warnings():
            # platformdirs mentions a missing XDG_RUNTIME_DIR; only pgserver's lock lies there.
            warnings.simplefilter("ignore")
            from pgserver import postgres_server as pgserver
    except ImportError:
        require("PostgreSQL", f"pgserver has no build for this Python; set {GIVEN} to a server")
    with pytest.MonkeyPatch.context() as environment:
        # A locale that is named but not installed stops initdb.
        environment.setenv("LC_ALL", "C")
        server = pgserver.get_server(folder)
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        with _administrator(url) as connection:
            for what in FOR_A_WHILE:
                connection.execute(text(f"ALTER SYSTEM SET {what} = off"))
            # Tables are nearly empty: planning anew for each value takes longer than reading.
            connection.execute(text("ALTER SYSTEM SET plan_cache_mode = force_generic_plan"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield url
    finally:
        server.cleanup()


@contextmanager
def migrated_database(server: URL) -> Iterator[Engine]:
    """A new database on the server, dropped afterwards whoever still uses it."""
    from storage.migrating import migrate

    name = f"shaodao_test_{secrets.token_hex(4)}"
    with _administrator(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        engine = create_engine(server.set(database=name))
        try:
            migrate(engine.url.render_as_string(hide_password=False))
            yield engine
        finally:
            engine.dispose()
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def emptying(engine: Engine) -> TextClause:
    """The statement after which no table holds a row, and ids begin with 1.

    One statement, because references are checked at its end: tables may refer to each other in
    circles. DELETE, because TRUNCATE takes 30 times as long for small tables.
    """
    inspector = inspect(engine)
    begins = ", ".join(f"setval('{name}', 1, false)" for name in inspector.get_sequence_names())
    deletes = _each("DELETE FROM public.{0}", _tables(engine))
    return text(f"WITH {deletes} SELECT {begins}")


def filling(engine: Engine, emptying: TextClause) -> TextClause:
    """The statement after which the empty database holds the sample district.

    Its rows are kept beside the tables, in a schema of their own.
    """
    _load_sample(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA sample"))
        names = [n for n in _tables(engine) if connection.scalar(text(f"SELECT count(*) FROM {n}"))]
        for name in names:
            connection.execute(text(f"CREATE TABLE sample.{name} AS TABLE public.{name}"))
        last = connection.execute(
            text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        )
        goes_on = ", ".join(f"setval('public.{name}', {value})" for name, value in last)
    empty(engine, emptying)
    copies = _each("INSERT INTO public.{0} SELECT * FROM sample.{0}", names)
    return text(f"WITH {copies} SELECT {goes_on}")


def _tables(engine: Engine) -> list[str]:
    return [name for name in inspect(engine).get_table_names() if name != "alembic_version"]


def _each(act: str, names: Iterable[str]) -> str:
    """The act for every table, as parts of one statement."""
    return ", ".join(f"part{i} AS ({act.format(name)})" for i, name in enumerate(names))


def _load_sample(engine: Engine, *, today: bool = False) -> None:
    from bot import decisions, sample, settings
    from bot.demo.stage import MORNING

    policy = decisions.policy(settings.load(None), decisions.categories())
    at = datetime.now(UTC) if today else MORNING
    with engine.begin() as connection:
        sample.load(connection, policy, policy.local_date(at))


def empty(engine: Engine, statement: TextClause) -> None:
    """No table holds a row. Fails after 5 s when the test left a transaction open."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        _guard(connection, "DISABLE")
        connection.execute(statement)
        _guard(connection, "ENABLE")


def _guard(connection: Connection, act: str) -> None:
    """The database refuses to delete from the ledger, or for a moment does not."""
    for table in ADDED_TO:
        connection.execute(text(f"ALTER TABLE {table} {act} TRIGGER USER"))


@contextmanager
def _administrator(server: URL) -> Iterator[Connection]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
