"""Every statement of storage/ is one that both databases understand.

A type checker cannot see a misspelt column or a value of the wrong type: each statement that
is built once at import runs here, with a value of the right kind for everything it asks for,
over a row in every table, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Engine,
    Executable,
    Table,
    TextClause,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Insert
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    NullType,
    String,
    TupleType,
    TypeDecorator,
    TypeEngine,
)

from governance.whistles import Ladder, Level, Step
from storage import secrets
from storage.moments import Ids
from storage.schema import metadata
from storage.whistles import Limits
from tests.storage.modules import MODULES

DIALECTS: Mapping[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy's own
}
ONE_OF_TWO: Mapping[str, dict[str, object]] = {
    "reportins": {"person_id": None},
    "bookings": {"person_id": None},
    "pledges": {"person_id": None},
    "list_digests": {"area_id": None},
}
"""Where not every column may be filled at once."""
LADDER = Ladder((Step(Level.DUTY, 0),), *(True,), *([1.0] * 6))
MOMENT = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)


def statements() -> Iterator[tuple[str, Executable, frozenset[str]]]:
    """Each statement by its name, and the dialects that it is written for."""
    for module in MODULES:
        for name, value in vars(module).items():
            named = f"{module.__name__}.{name}"
            if _is_statement(value):
                yield named, value, frozenset(DIALECTS)
            elif isinstance(value, dict) and set(value) == set(DIALECTS):
                for dialect, one in value.items():
                    if _is_statement(one):
                        yield f"{named}[{dialect}]", one, frozenset({dialect})


def _is_statement(value: object) -> bool:
    return isinstance(value, SelectBase | UpdateBase | TextClause)


STATEMENTS = tuple(statements())


def test_the_statements_are_found() -> None:
    names = {name for name, _statement, _for in STATEMENTS}
    assert len(names) == len(STATEMENTS) > 60
    assert {"storage.cases._DUE", "storage.dialogs._SAVE[sqlite]", "storage.outbox._ADD"} <= names


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_can_be_written_for_its_databases(dialect: str) -> None:
    for name, statement, written_for in STATEMENTS:
        if dialect in written_for:
            assert str(statement.compile(dialect=DIALECTS[dialect])), name  # type: ignore[attr-defined]


def test_every_statement_runs(conn: Connection) -> None:
    failed = {
        name: why
        for name, statement, written_for in STATEMENTS
        if conn.dialect.name in written_for and (why := why_not(conn, statement))
    }
    assert failed == {}


def why_not(conn: Connection, statement: Any) -> str:
    """What stops the statement; it leaves no trace. "" when nothing does."""
    savepoint = conn.begin_nested()
    try:
        result = conn.execute(statement, values_for(statement, conn.dialect))
        if result.returns_rows:
            result.fetchall()
    except IntegrityError:
        return ""  # understood; other rows refer to the row 1
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        savepoint.rollback()
    return ""


def test_a_statement_that_does_not_run_is_found(conn: Connection) -> None:
    assert "no_such_column" in why_not(conn, text("SELECT no_such_column FROM people"))


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction over a database that has the row 1 in every table; rolled back."""
    with engine.connect() as connection:
        begun = connection.begin()
        connection.execute(delete(secrets.seals))
        for table in metadata.sorted_tables:
            connection.execute(insert(table), row_of(table) | ONE_OF_TWO.get(table.name, {}))
            count_on(connection, table)
        yield connection
        begun.rollback()


def count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows; the next one is not the row 1 again."""
    column = table.autoincrement_column
    if connection.dialect.name == "postgresql" and column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, 100)))


def row_of(table: Table) -> dict[str, Any]:
    return {column.name: value_of(column.type, "x") for column in table.columns}


def values_for(statement: Any, dialect: Dialect) -> dict[str, Any]:
    """Something of the right kind for each parameter; what is inserted differs from what is there."""
    if isinstance(statement, Insert):
        return {column.name: value_of(column.type, "y") for column in _given(statement.table)}
    asked = [bind for bind in statement.compile(dialect=dialect).binds.values() if bind.required]
    return {
        bind.key: [value_of(bind.type, "x")] if bind.expanding else value_of(bind.type, "x")
        for bind in asked
    }


def _given(table: Any) -> list[Column[Any]]:
    """What an insert gives; the database counts ids itself."""
    return [c for c in table.columns if c is not table.autoincrement_column]


def value_of(kind: TypeEngine[Any], words: str) -> Any:
    if isinstance(kind, Limits):
        return LADDER
    if isinstance(kind, Ids):
        return [1]
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, TupleType):
        return tuple(value_of(part, words) for part in kind.types)
    if isinstance(kind, Enum):
        return kind.enum_class(kind.enums[0]) if kind.enum_class else kind.enums[0]
    for of, value in VALUES.items():
        if isinstance(kind, of):
            return value
    assert isinstance(kind, String), f"a parameter of type {kind!r} needs a value here"
    return words


VALUES: Mapping[type[TypeEngine[Any]], Any] = {
    DateTime: MOMENT,
    Date: date(2026, 11, 23),
    Boolean: True,
    Float: 1.0,
    Integer: 1,
    JSON: {},
    NullType: 1,  # how many rows; limits have no type of their own
}
