"""When the clock will next have something to do, and what it leaves alone for now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    Select,
    String,
    bindparam,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Next = Select[Any]
"""A statement for one moment, or None while nothing waits."""


def earliest(*columns: Any) -> Next:
    """The first moment in these columns."""
    if len(columns) == 1:
        return select(func.min(columns[0]))
    each = [select(func.min(column).label("at")) for column in columns]
    return select(func.min(union_all(*each).subquery().c.at))


def moments(conn: Connection, asked: Mapping[str, Next]) -> dict[str, datetime]:
    """What each of these statements tells, where it tells a moment; one look for all of them."""
    found = conn.execute(_together(tuple(asked.values()))).one()
    return {name: at for name, at in zip(asked, found, strict=True) if at is not None}


@cache
def _together(asked: tuple[Next, ...]) -> Next:
    return select(*(one.scalar_subquery() for one in asked))


# ── what failed ──────────────────────────────────────────────────────────────


class Ids(TypeDecorator[Sequence[int]]):
    """Ids as one value, however many they are: a list of parameters has an end, and is another
    statement each time it grows."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(BigInteger) if array else String())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(list(value or ()))


class _Outside(FunctionElement[bool]):
    """Whether the first is none of the second's."""

    type = Boolean()
    inherit_cache = True


@compiles(_Outside, "sqlite")
def _on_sqlite(element: _Outside, compiler: SQLCompiler, **more: Any) -> str:
    one, ids = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{one} NOT IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled parts


@compiles(_Outside, "postgresql")
def _on_postgresql(element: _Outside, compiler: SQLCompiler, **more: Any) -> str:
    one, ids = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{one} <> ALL ({ids})"


def not_failed(column: Any) -> FunctionElement[bool]:
    """Not one of those that failed just now, which are given as `failed`."""
    return _Outside(column, bindparam("failed", type_=Ids()))
