"""Conversations that a person on duty has been asked to take over (转人工)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.media import media
from storage.moments import earliest, not_failed
from storage.people import accounts
from storage.schema import Id, Utc, mapper, metadata

FILES = "call"
"""What a file is about that was sent while its sender waited for a person."""

calls = Table(
    "calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("officer_id", Id, ForeignKey("people.id"), nullable=False),
    Column("officer_name", String(64), nullable=False),
    Column("officer_phone", String(32), nullable=False),
    Column("about", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("taken_at", Utc),
    Column("ended_at", Utc),
    Column("next_at", Utc, index=True),
    Index("ix_calls_account_id_state", "account_id", "state"),
)


@dataclass(eq=False)
class Call:
    """Somebody wants to speak with a person. `state`: "waiting", "taken" or "ended".

    `words` is the conversation so far, as its reader needs it; `about` a danger kind or "".
    """

    account_id: int
    person_id: int
    name: str
    officer_id: int
    officer_name: str
    officer_phone: str
    words: str
    asked_at: datetime
    about: str = ""
    state: str = "waiting"
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)


mapper.map_imperatively(Call, calls)

_OPEN_OF = select(Call).where(calls.c.account_id == bindparam("account"), calls.c.state != "ended")
_OPEN_OF_PERSON = (
    select(Call)
    .join(accounts, accounts.c.id == calls.c.account_id)
    .where(accounts.c.person_id == bindparam("person"), calls.c.state != "ended")
    .order_by(calls.c.id.desc())
)
_DELETE_FILES = (
    update(media)
    .where(media.c.person_id == bindparam("person"), media.c.about == FILES)
    .values(state="deleted")
)
_DUE = (
    select(calls.c.id)
    .where(calls.c.next_at <= bindparam("now"), not_failed(calls.c.id))
    .order_by(calls.c.next_at, calls.c.id)
    .limit(100)
)


def open_call(db: Session, account_id: int) -> Call | None:
    """The call this account is waiting in, if any."""
    return db.scalars(_OPEN_OF, {"account": account_id}).first()


def open_call_of(db: Session, person_id: int) -> Call | None:
    """The call this person is waiting in at any of their accounts, the newest one."""
    return db.scalars(_OPEN_OF_PERSON, {"person": person_id}).first()


def delete_files(db: Session, person_id: int) -> None:
    """What the person sent while they waited leaves the media folder."""
    db.execute(_DELETE_FILES, {"person": person_id})


def lock(db: Session, call_id: int) -> Call | None:
    return db.get(Call, call_id, with_for_update=True, populate_existing=True)


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ids of calls nobody has taken in time, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": failed}).all()


NEXT_DUE = earliest(calls.c.next_at)
