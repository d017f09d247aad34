"""Workbooks on their way in and out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    select,
)
from sqlalchemy.orm import Session

from governance.papers import Paper, PaperKind, PaperState
from storage.schema import Id, Json, Utc, codes, mapper, metadata

papers = Table(
    "papers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(PaperKind), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("state", codes(PaperState), nullable=False),
    Column("name", String(120), nullable=False),
    Column("media_id", Id, ForeignKey("media.id"), nullable=True, index=True),
    Column("file", String(80), nullable=False),
    Column("result", String(80), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("counts", Json, nullable=False),
    Column("why", String(40), nullable=False),
    Column("skip_refused", Boolean, nullable=False),
    Index("ix_papers_state", "state", "id"),
)

mapper.map_imperatively(Paper, papers)

_TO_DO = (
    select(papers.c.id)
    .where(papers.c.state.in_([PaperState.READING, PaperState.WANTED]))
    .order_by(papers.c.id)
    .limit(1)
)
_BY_MEDIA = select(Paper).where(papers.c.media_id == bindparam("media"))
_OF = (
    select(Paper)
    .where(papers.c.person_id == bindparam("person"))
    .order_by(papers.c.id.desc())
    .limit(10)
)
_OLD = (
    select(papers.c.id)
    .where(papers.c.created_at <= bindparam("before"), papers.c.file != "")
    .order_by(papers.c.id)
)


_CERTIFICATES = (
    select(Paper)
    .where(
        papers.c.person_id == bindparam("person"),
        papers.c.kind == PaperKind.CERTIFICATE,
        papers.c.file != "",
    )
    .order_by(papers.c.id)
)


def next_to_do(conn: Connection) -> int | None:
    """The oldest workbook that waits to be read, made or imported."""
    found: int | None = conn.scalar(_TO_DO)
    return found


def of_media(db: Session, media_id: int) -> Paper | None:
    """The workbook that came as this file."""
    return db.scalars(_BY_MEDIA, {"media": media_id}).first()


def recent(db: Session, person_id: int) -> Sequence[Paper]:
    """The last ten of a person, newest first."""
    return db.scalars(_OF, {"person": person_id}).all()


def old(db: Session, before: datetime) -> Sequence[int]:
    """Ids of workbooks made before this moment whose files are still kept."""
    return db.scalars(_OLD, {"before": before}).all()


def certificates_of(db: Session, person_id: int) -> Sequence[Paper]:
    """A person's certificates whose pictures are still kept."""
    return db.scalars(_CERTIFICATES, {"person": person_id}).all()
