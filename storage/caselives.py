"""What each case's history comes to, kept beside it line by line for the figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table
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


def follow(db: Session, case_id: int, lines: Sequence[CaseEvent]) -> None:
    """These lines, just written, are part of the case's life. The case is locked or new."""
    if not lines:
        return
    life = None
    if lines[0].act is not Act.OPEN:
        life = db.get(Life, case_id, populate_existing=True)
    for line in lines:
        if line.act is Act.OPEN:
            life = begun(line)
            db.add(life)
        elif life is not None:
            life.take(line)
    db.flush()
