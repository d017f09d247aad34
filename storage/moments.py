"""When the clock will next have something to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, func, select, union_all

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
