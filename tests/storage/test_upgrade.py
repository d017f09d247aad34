"""A database of the first release, with a row in every table, becomes one of this release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Session

from governance.people import Person
from storage.database import connect
from storage.groups import groups
from storage.migrating import alembic, migrate
from storage.people import people

FIRST = "0001"
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
SAID: dict[str, dict[str, Any]] = {
    "people": {"name": "周兰", "phone": "0421-0000101"},
    "areas": {"kind": "district", "path": "/1/", "code": "QH", "parent_id": None},
    "posts": {"kind": "district_desk"},
    "groups": {"lane": "telegram/bot/-1001", "language": "zh_CN"},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database that no release has touched."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'first.db'}"
        return
    server: Engine = request.getfixturevalue("migrated_postgres")
    raw = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with raw.connect() as conn:
        name = f"shaodao_first_{token_hex(4)}"
        conn.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        yield server.url.set(database=name).render_as_string(hide_password=False)
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    raw.dispose()


def first_release(url: str) -> dict[str, int]:
    """The first release's tables are there with a row in each; how many rows each has."""
    engine = connect(url)
    with engine.begin() as conn:
        command.upgrade(alembic(conn), FIRST)
        tables = MetaData()
        tables.reflect(conn)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                values = {c.name: _value(c) for c in table.columns if not c.nullable}
                conn.execute(insert(table), {**values, **SAID.get(table.name, {})})
        counts = _counts(conn, tables)
    engine.dispose()
    return counts


def _value(column: Column[Any]) -> object:
    if isinstance(column.type, DateTime):
        return NOW.replace(tzinfo=None) if not column.type.timezone else NOW
    kinds: list[tuple[type, object]] = [
        *((Date, NOW.date()), (Boolean, False), (Integer, 1), (Float, 1.0)),
        *((JSON, {}),),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), "x")


def _counts(conn: Connection, tables: MetaData) -> dict[str, int]:
    return {name: len(conn.execute(select(t)).all()) for name, t in tables.tables.items()}


def test_nothing_is_lost_and_telephone_numbers_are_encrypted(url: str) -> None:
    before = first_release(url)
    migrate(url)
    engine = connect(url)
    with engine.connect().execution_options(read=True) as conn:
        tables = MetaData()
        tables.reflect(conn)
        after = _counts(conn, tables)
        assert {name: after[name] for name in before} == before
        assert conn.execute(select(groups.c.lane, groups.c.area_id)).one()[0].endswith("-1001")
        kept = conn.execute(text("SELECT phone, phone_print FROM people")).one()
        assert "0421" not in json.dumps(list(kept))
        assert conn.execute(select(people.c.phone)).scalar_one() == "0421-0000101"
        with Session(conn) as db:
            assert db.get_one(Person, 1).phone == "0421-0000101"
    engine.dispose()
