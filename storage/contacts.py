"""Messages between residents and officers that the bot passes on."""

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
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.contacts import Contact
from governance.org import PostKind
from storage.moments import earliest, not_failed
from storage.outbox import outbox
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.secrets import Secret

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("resident_id", Id, ForeignKey("people.id"), nullable=False),
    Column("officer_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("post", codes(PostKind), nullable=False),
    Column("place", String(200), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("forget_at", Utc, nullable=False, index=True),
    Column("ended_at", Utc, nullable=True),
    Index("ix_contacts_resident_id_officer_id", "resident_id", "officer_id"),
)

contact_words = Table(
    "contact_words",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("words", Secret, nullable=False),
    Column("said_at", Utc, nullable=False),
    Index("ix_contact_words_person_id_said_at", "person_id", "said_at"),
)


@dataclass(eq=False)
class Line:
    """What one of the two said. A door number may be among the words, so they are encrypted."""

    contact_id: int
    person_id: int
    words: str
    said_at: datetime
    id: int = field(init=False)


mapper.map_imperatively(Contact, contacts)
mapper.map_imperatively(Line, contact_words)

_BETWEEN = select(Contact).where(
    contacts.c.resident_id == bindparam("resident"),
    contacts.c.officer_id == bindparam("officer"),
    contacts.c.ended_at.is_(None),
)
_LAST = (
    select(Line)
    .where(contact_words.c.contact_id == bindparam("contact"))
    .order_by(contact_words.c.id.desc())
    .limit(bindparam("most"))
)
_SENT = (
    select(func.count())
    .select_from(contact_words)
    .join(contacts, contacts.c.id == contact_words.c.contact_id)
    .where(
        contact_words.c.person_id == bindparam("person"),
        contacts.c.resident_id == bindparam("person"),
        contact_words.c.said_at > bindparam("since"),
    )
)
_OLD = (
    select(contacts.c.id)
    .where(
        contacts.c.forget_at <= bindparam("now"),
        not_failed(contacts.c.id),
    )
    .order_by(contacts.c.forget_at)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(contacts.c.forget_at)
_OF = select(contacts.c.id).where(
    or_(contacts.c.resident_id == bindparam("person"), contacts.c.officer_id == bindparam("person"))
)
_DELETE_WORDS = delete(contact_words).where(
    contact_words.c.contact_id.in_(bindparam("ids", expanding=True))
)
# What still waits for the morning would be read after it was said to be deleted.
_UNSENT = delete(outbox).where(
    outbox.c.receipt.in_(bindparam("about", expanding=True)),
    outbox.c.receipt != literal_column("''"),  # the words of its index
    outbox.c.state.in_(["held", "ready"]),
)
_PARTIES = (
    select(contacts.c.id, contacts.c.resident_id, contacts.c.officer_id)
    .where(contacts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(contacts.c.id)
)
_DELETE = delete(contacts).where(contacts.c.id.in_(bindparam("ids", expanding=True)))


def open_between(db: Session, resident_id: int, officer_id: int) -> Contact | None:
    """The contact these two have open, if any."""
    return db.scalars(_BETWEEN, {"resident": resident_id, "officer": officer_id}).first()


def lock(db: Session, contact_id: int) -> Contact | None:
    return db.get(Contact, contact_id, with_for_update=True, populate_existing=True)


def last_lines(db: Session, contact_id: int, most: int) -> Sequence[Line]:
    """The last things said, the newest first."""
    return db.scalars(_LAST, {"contact": contact_id, "most": most}).all()


def sent_since(db: Session, resident_id: int, since: datetime) -> int:
    """How many messages a resident has sent to officers after a moment."""
    return db.scalar(_SENT, {"person": resident_id, "since": since}) or 0


def to_forget(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Contacts whose words are to be deleted, the oldest first."""
    return db.scalars(_OLD, {"now": now, "failed": list(failed)}).all()


def remove(db: Session, ids: Sequence[int]) -> None:
    """These contacts are gone, with every word in them, also those still to be sent."""
    conn = db.connection()
    about = [
        f"contacts.passed:{contact_id}:{writer}"
        for contact_id, *both in conn.execute(_PARTIES, {"ids": list(ids)})
        for writer in both
    ]
    conn.execute(_UNSENT, {"about": about})
    conn.execute(_DELETE_WORDS, {"ids": list(ids)})
    conn.execute(_DELETE, {"ids": list(ids)})


def forget(db: Session, person_id: int) -> None:
    """Whatever this person wrote or was written through the bot is gone."""
    remove(db, db.scalars(_OF, {"person": person_id}).all())
