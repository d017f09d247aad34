"""What a test finds when it asks for a database: the tables, and nothing of the test before."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_migrated_and_empty(engine: Engine, turn: int) -> None:
    with engine.begin() as connection:
        tables = set(inspect(connection).get_table_names())
        assert {"people", "accounts", "alembic_version"} <= tables
        assert connection.scalar(text("SELECT count(*) FROM people")) == 0
        connection.execute(text("INSERT INTO people (name, phone) VALUES ('李明', '')"))


def test_both_databases_count_characters_and_not_bytes(engine: Engine) -> None:
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT length('哨到🔦')")) == 3
