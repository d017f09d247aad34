"""The tables as the migrations leave them are the tables that the code knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, Enum, bindparam, inspect, select, text
from sqlalchemy.exc import StatementError

from storage.database import connect
from storage.migrating import NewerDatabase, is_current, migrate, refuse_newer
from storage.schema import Utc, metadata
from tests.storage.modules import MODULES

OF_A_LATER_RELEASE = "9999"
MOMENT = datetime(2026, 11, 23, 1, 14, 5, 678901, tzinfo=UTC)


def test_every_table_has_a_module() -> None:
    assert {module.__name__ for module in MODULES} >= {"storage.cases", "storage.outbox"}
    assert len(metadata.tables) >= 20


def test_the_migrated_schema_is_the_one_in_the_code(engine: Engine) -> None:
    with engine.begin() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_reference_to_a_row_is_kept_by_both_databases(engine: Engine) -> None:
    found = inspect(engine)
    kept = {
        (name, tuple(key["constrained_columns"]), key["referred_table"])
        for name in metadata.tables
        for key in found.get_foreign_keys(name)
    }
    meant = {
        (table.name, tuple(key.column_keys), key.referred_table.name)
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
    }
    assert kept == meant


def test_a_code_fits_into_its_column() -> None:
    columns = [column for table in metadata.tables.values() for column in table.columns]
    codes = [column.type for column in columns if isinstance(column.type, Enum)]
    assert codes
    assert all(len(code) <= (kind.length or 0) for kind in codes for code in kind.enums)


# ── releases ─────────────────────────────────────────────────────────────────


@pytest.fixture
def newer(engine: Engine) -> Iterator[Engine]:
    """A database that a later release has migrated; afterwards it is this release's again."""
    with engine.begin() as conn:
        known = conn.scalar(text("SELECT version_num FROM alembic_version"))
        conn.execute(_STAMP, {"to": OF_A_LATER_RELEASE})
    yield engine
    with engine.begin() as conn:
        conn.execute(_STAMP, {"to": known})


_STAMP = text("UPDATE alembic_version SET version_num = :to")


def test_a_database_of_a_later_release_is_refused(newer: Engine, database_url: str) -> None:
    with pytest.raises(NewerDatabase):
        refuse_newer(newer)
    with pytest.raises(NewerDatabase):
        migrate(database_url)
    assert not is_current(newer)


def test_a_refused_database_is_left_as_it_was(newer: Engine, database_url: str) -> None:
    before = set(inspect(newer).get_table_names())
    with pytest.raises(NewerDatabase):
        migrate(database_url)
    with newer.begin() as conn:
        found = conn.scalar(text("SELECT version_num FROM alembic_version"))
    assert found == OF_A_LATER_RELEASE
    assert set(inspect(newer).get_table_names()) == before


def test_migrating_again_changes_nothing(engine: Engine, database_url: str) -> None:
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO people (name, phone) VALUES ('李明', '')"))
    migrate(database_url)
    assert is_current(engine)
    with engine.begin() as conn:
        assert conn.scalar(text("SELECT count(*) FROM people")) == 1


def test_an_empty_database_is_not_current(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'new.db'}"
    engine = connect(url)
    try:
        assert not is_current(engine)
        migrate(url)
        assert is_current(engine)
    finally:
        engine.dispose()


# ── moments ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hours", [0, 8, -5])
def test_a_moment_comes_back_as_the_same_moment_in_utc(engine: Engine, hours: int) -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=hours)))
    with engine.begin() as conn:
        found = conn.scalar(select(bindparam("at", there, Utc)))
    assert found == MOMENT
    assert found is not None
    assert found.utcoffset() == timedelta()


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    naive = MOMENT.replace(tzinfo=None)
    with engine.begin() as conn, pytest.raises(StatementError, match="without a zone"):
        conn.execute(select(bindparam("at", naive, Utc)))
