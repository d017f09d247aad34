"""What every test may ask for: `database_url` for both databases, or one of them."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, TextClause, event

from storage import secrets
from tests import databases

settings.register_profile("fast", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("full", settings.get_profile("fast"))
settings.register_profile("thorough", deadline=None, max_examples=2000)


KEY = secrets.new_key()


@pytest.fixture
def key() -> str:
    """The key of what the tests' databases hold encrypted, for another process."""
    return KEY


def pytest_configure() -> None:
    secrets.unlock([KEY])
    settings.load_profile(os.environ.get("SHAODAO_TEST_PROFILE", "fast"))
    # A run ended by a time limit stops its PostgreSQL like one ended with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests often wait for a server or a process."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is there when every file has been read stays: it is not looked through again and again
    for what is gone."""
    gc.disable()
    collected = yield
    gc.enable()
    gc.freeze()
    return collected


@event.listens_for(Engine, "connect")
def _no_order_that_nobody_asked_for(connection: object, _record: object) -> None:
    """SQLite gives rows of a statement without an order the other way round, so that what leans
    on their order fails here and not one day on PostgreSQL."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma reverse_unordered_selects = on")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return databases.migrated_file(tmp_path_factory.mktemp("sqlite") / "migrated.db")


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sqlite") / "shaodao.db"


@pytest.fixture
def sqlite_url(migrated_sqlite: bytes, sqlite_file: Path) -> str:
    """A fresh SQLite database, in the same file each time: so its statements are known."""
    return databases.renewed(sqlite_file, migrated_sqlite)


@pytest.fixture(scope="session")
def sampled_sqlite(migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sqlite") / "sampled.db"
    path.write_bytes(migrated_sqlite)
    return databases.sampled_file(path)


@pytest.fixture(scope="session")
def todays_district(migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a SQLite database holds for a process that goes by the real clock."""
    path = tmp_path_factory.mktemp("sqlite") / "today.db"
    path.write_bytes(migrated_sqlite)
    return databases.sampled_file(path, today=True)


@pytest.fixture
def sqlite_district(sampled_sqlite: bytes, sqlite_file: Path) -> str:
    """A fresh SQLite database with the sample district in it."""
    return databases.renewed(sqlite_file, sampled_sqlite)


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Engine]:
    with databases.postgres_server() as server, databases.migrated_database(server) as engine:
        yield engine


@pytest.fixture(scope="session")
def emptying(migrated_postgres: Engine) -> TextClause:
    return databases.emptying(migrated_postgres)


@pytest.fixture
def postgres_url(migrated_postgres: Engine, emptying: TextClause) -> Iterator[str]:
    """An empty PostgreSQL database, emptied again afterwards."""
    yield migrated_postgres.url.render_as_string(hide_password=False)
    databases.empty(migrated_postgres, emptying)


@pytest.fixture(scope="session")
def filling(migrated_postgres: Engine, emptying: TextClause) -> TextClause:
    return databases.filling(migrated_postgres, emptying)


@pytest.fixture
def postgres_district(postgres_url: str, migrated_postgres: Engine, filling: TextClause) -> str:
    """A PostgreSQL database with the sample district in it, emptied afterwards."""
    with migrated_postgres.begin() as connection:
        connection.execute(filling)
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice, once on each database."""
    url: str = request.getfixturevalue(
        "sqlite_url" if request.param == "sqlite" else "postgres_url"
    )
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def district_url(request: pytest.FixtureRequest) -> str:
    """The same with the sample district in the database."""
    url: str = request.getfixturevalue(
        "sqlite_district" if request.param == "sqlite" else "postgres_district"
    )
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Connections as the bot makes them, to one database and then to the other."""
    from storage.database import connect

    engine = connect(database_url)
    yield engine
    engine.dispose()
