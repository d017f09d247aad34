"""The running numbers of cases, and which case a number means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column, Date, Integer, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.casefile import Case
from storage.cases import cases
from storage.schema import metadata

case_numbers = Table(
    "case_numbers",
    metadata,
    Column("district", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

SHORT = 4  # digits of a number that people say
DAYS_BACK = 400
"""So long the last four digits of a number are enough; it may be reopened and asked about."""


def _next(module: Any) -> Any:
    statement = module.insert(case_numbers)
    return statement.on_conflict_do_update(
        index_elements=["district", "day"], set_={"last": case_numbers.c.last + 1}
    ).returning(case_numbers.c.last)


_NEXT = {"sqlite": _next(sqlite), "postgresql": _next(postgresql)}
_BY_NUMBERS = (
    select(Case)
    .where(cases.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(cases.c.id.desc())
)


def next_number(db: Session, district: str, day: date) -> str:
    """The next running number of a district on a local date, like "QH-20261123-0007"."""
    values = {"district": district, "day": day, "last": 1}
    last = db.connection().execute(_NEXT[db.get_bind().dialect.name], values).scalar_one()
    return f"{district}-{day:%Y%m%d}-{last:04d}"


def numbered(db: Session, number: str, district: str, today: date) -> Sequence[Case]:
    """The cases that a number means, newest first: of the last four digits ("0007") one of each
    day may be meant."""
    if len(number) > SHORT:
        wanted = [number.upper()]
    else:
        back = (today - timedelta(days=n) for n in range(DAYS_BACK))
        wanted = [f"{district}-{day:%Y%m%d}-{number}" for day in back]
    return db.scalars(_BY_NUMBERS, {"numbers": wanted}).all()
