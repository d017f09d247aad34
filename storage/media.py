"""Files that people sent: first only a reference at their platform, then a checked copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from storage.schema import Id, Utc, mapper, metadata, only

TO_REMOVE = "state = 'deleted' AND file <> ''"
"""The rows whose files are still in the media folder, and must go."""

media = Table(
    "media",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("person_id", Id, nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=True),
    Column("part", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("file", String(80), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("print", String(16), nullable=False, default="", server_default=""),
    Column("used_in", Id, nullable=True),
    Index("ix_media_state_not_before", "state", "not_before"),
    Index("ix_media_subject_id_about", "subject_id", "about"),
    Index("ix_media_to_remove", "state", "id", **only(TO_REMOVE)),
)


@dataclass(eq=False)
class File:
    """One file. `kind`: "photo", "voice" or "document".

    `state`: "waiting" (with the platform), "stored" (`file` in the media folder), "refused"
    (not what it claims to be), "lost" (the platform no longer has it) or "deleted" (its owner
    or the calendar wanted it gone; `file` names what is still to remove).
    `about` says what it belongs to ("case", "call", "paper", …) and `subject_id` which one;
    `part` is the side of it: of a case "report" (its reporter's), "result" (what proves it is
    done), "word" (to the reporter) or "note" (for those who work on it); "" where there is one.
    `print` recognises a stored photo when it is sent again; "" of everything else. `used_in` is
    where the same photo was handed in before: another case, or the same one at an earlier time.
    """

    channel: str
    bot: str
    ref: str
    kind: str
    person_id: int
    received_at: datetime
    about: str = "case"
    subject_id: int | None = None
    part: str = ""
    state: str = "waiting"
    file: str = ""
    attempts: int = 0
    not_before: float = 0.0
    print: str = ""
    used_in: int | None = None
    id: int = field(init=False)


mapper.map_imperatively(File, media)

_WAITING = (
    select(File)
    .where(media.c.state == "waiting", media.c.not_before <= bindparam("now"))
    .order_by(media.c.id)
    .limit(20)
)
_OF = (
    select(File)
    .where(media.c.subject_id == bindparam("subject"), media.c.about == bindparam("about"))
    .order_by(media.c.id)
)


def waiting(db: Session, now: float) -> Sequence[File]:
    """Files still to be fetched; `now` in seconds of the technical clock."""
    return db.scalars(_WAITING, {"now": now}).all()


def of(db: Session, about: str, subject_id: int) -> Sequence[File]:
    """Every file of a case, a whistle, or whatever else they are about, oldest first."""
    return db.scalars(_OF, {"about": about, "subject": subject_id}).all()


def show_also(db: Session, about: str, subject_id: int, to: int) -> None:
    """What was sent about one belongs to another, too: fetched anew, as each keeps its own copy."""
    db.add_all(
        File(
            channel=file.channel,
            bot=file.bot,
            ref=file.ref,
            kind=file.kind,
            person_id=file.person_id,
            received_at=file.received_at,
            about=about,
            subject_id=to,
            part=file.part,
        )
        for file in of(db, about, subject_id)
        if file.state in {"waiting", "stored"}
    )


_REMOVED = select(File).where(text(TO_REMOVE)).order_by(media.c.id).limit(100)
# Each for itself, as for both with "or" PostgreSQL reads the whole table.
_WAITS = (
    select(media.c.id)
    .where(media.c.state == "waiting", media.c.not_before <= bindparam("now"))
    .limit(1)
)
_GOES = select(media.c.id).where(text(TO_REMOVE)).order_by(media.c.id).limit(1)
_WORK = select(func.coalesce(_WAITS.scalar_subquery(), _GOES.scalar_subquery()))


def is_work(conn: Connection, now: float) -> bool:
    """Whether a file is to be fetched or removed; asked after every commit."""
    return conn.scalar(_WORK, {"now": now}) is not None


def deleted(db: Session) -> Sequence[File]:
    """Files that are to be removed from the media folder."""
    return db.scalars(_REMOVED).all()
