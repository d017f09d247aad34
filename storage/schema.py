"""The one metadata of all tables, and the types they share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String, text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
mapper = registry(metadata=metadata)

# SQLite gives automatic ids to INTEGER only; PostgreSQL should have room for ever.
Id = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True)
# All below an area are a range of paths where letters are compared byte by byte, as SQLite does.
Path = String(128).with_variant(String(128, collation="C"), "postgresql")


class Utc(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out; SQLite, which knows no zones, stores them naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def only(condition: str) -> dict[str, Any]:
    """How an index is told which rows it holds. A statement uses it where it says the same in the
    same words; a parameter is none."""
    return {f"{database}_where": text(condition) for database in ("sqlite", "postgresql")}


def codes(kind: type[StrEnum]) -> Enum:
    """A column that holds the codes of an enum as text, so a new code needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )
