"""What each case's history comes to, kept beside it line by line for the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    insert,
    select,
)
from sqlalchemy.orm import Session

from governance.casefigures import Left, Life, Said, begun
from governance.cases import Act, CaseEvent, Outcome
from storage.schema import Id, Utc, codes, mapper, metadata

case_lives = Table(
    "case_lives",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("opened_at", Utc, nullable=False),
    Column("path", String(128), nullable=False),
    Column("category", String(8), nullable=False),
    Column("contact_due", Utc, nullable=False),
    Column("due", Utc, nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), index=True),
    Column("unit_id", Id, ForeignKey("units.id")),
    Column("contacted_at", Utc),
    Column("answered_at", Utc),
    Column("outcome", codes(Outcome)),
    Column("ended_at", Utc),
    Column("ended", Boolean, nullable=False),
    Column("reopened", Boolean, nullable=False),
    Column("said", codes(Said), nullable=False),
    Column("left", codes(Left), nullable=False),
    Column("sent", Integer, nullable=False),
    Column("astray", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    Column("back_from", Id, ForeignKey("units.id")),
    Column("urged", Integer, nullable=False),
    Index("ix_case_lives_opened_at_path", "opened_at", "path"),
)

mapper.map_imperatively(Life, case_lives)


_THESE = select(Life).where(case_lives.c.case_id.in_(bindparam("cases", expanding=True)))


_BEGIN = insert(case_lives)
_COLUMNS = [column.name for column in case_lives.columns]


def _row(life: Life) -> dict[str, Any]:
    return {name: getattr(life, name) for name in _COLUMNS}


def follow(db: Session, lines: Sequence[CaseEvent]) -> None:
    """These lines, just written, are part of their cases' lives. The cases are locked or new."""
    lives = {line.case_id: begun(line) for line in lines if line.act is Act.OPEN}
    begun_now = list(lives.values())
    if known := sorted({line.case_id for line in lines} - lives.keys()):
        now = {"execution_options": {"populate_existing": True}}
        lives |= {life.case_id: life for life in db.scalars(_THESE, {"cases": known}, **now)}
    for line in lines:
        if line.act is not Act.OPEN and line.case_id in lives:
            lives[line.case_id].take(line)
    if begun_now:
        db.connection().execute(_BEGIN, [_row(life) for life in begun_now])
    db.flush()
