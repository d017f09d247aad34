"""Consents, who looked at whose data, and children who said that they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.org import PostKind
from governance.privacy import Audit, Consent, Purpose, What
from storage.moments import not_failed
from storage.org import posts
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.secrets import Secret

consents = Table(
    "consents",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("purpose", codes(Purpose), primary_key=True),
    Column("given_at", Utc, nullable=False),
    Column("withdrawn_at", Utc, nullable=True),
)

audits = Table(
    "audits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("viewer_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("about_id", Id, ForeignKey("people.id"), nullable=True),
    Column("what", codes(What), nullable=False),
    Column("context", String(120), nullable=False),
    Column("post", codes(PostKind), nullable=True),
    Column("words", Secret, nullable=False),
    Index("ix_audits_about_id_at", "about_id", "at"),
    Index("ix_audits_what_at", "what", "at"),
)

mapper.map_imperatively(Consent, consents)
mapper.map_imperatively(Audit, audits)


def _upsert(table: Table, *changed: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql)):
        statement: Any = module.insert(table)
        found[name] = statement.on_conflict_do_update(
            index_elements=[column.name for column in table.primary_key],
            set_={column: statement.excluded[column] for column in changed},
        )
    return found


# ── consents ─────────────────────────────────────────────────────────────────

_GIVE = _upsert(consents, "given_at", "withdrawn_at")
_WITHDRAW = (
    update(consents)
    .where(
        consents.c.person_id == bindparam("person"),
        consents.c.purpose == bindparam("of"),
        consents.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("at"))
)
_AGREED = select(consents.c.purpose).where(
    consents.c.person_id == bindparam("person"), consents.c.withdrawn_at.is_(None)
)


def give(db: Session, person_id: int, purpose: Purpose, at: datetime) -> None:
    """The person has agreed to this purpose, from now on."""
    values = {"person_id": person_id, "purpose": purpose, "given_at": at, "withdrawn_at": None}
    db.execute(_GIVE[db.get_bind().dialect.name], values)


def withdraw(db: Session, person_id: int, purpose: Purpose, at: datetime) -> None:
    """The person does not agree any more; that they once did stays on record."""
    db.connection().execute(_WITHDRAW, {"person": person_id, "of": purpose, "at": at})


def agreed(db: Session, person_id: int) -> set[Purpose]:
    """What a person agrees to now. Whoever uses data for a purpose asks here first."""
    return set(db.scalars(_AGREED, {"person": person_id}))


# ── who has seen what ────────────────────────────────────────────────────────

_POST_OF = select(posts.c.kind).where(posts.c.person_id == bindparam("person")).order_by(posts.c.id)
_rostered = people.alias("rostered")
_IS_ON_THE_ROSTER = (
    select(_rostered.c.id)
    .where(_rostered.c.id == bindparam("person"), _rostered.c.code.is_not(None))
    .exists()
)
_ABOUT = (
    select(Audit, people.c.name)
    .outerjoin(people, people.c.id == audits.c.viewer_id)
    .where(
        or_(
            audits.c.about_id == bindparam("person"),
            (audits.c.viewer_id == bindparam("person")) & (audits.c.what == What.REFUSED),
            (audits.c.what == What.ROSTER) & _IS_ON_THE_ROSTER,
        )
    )
    .order_by(audits.c.at.desc(), audits.c.id.desc())
    .limit(bindparam("most"))
)


def viewed(
    db: Session,
    viewer: int | None,
    about: int | None,
    what: What,
    context: str,
    at: datetime,
    *,
    words: str = "",
) -> None:
    """On record: `viewer` has seen `what` of `about`; `about` can read it with "who saw".

    Call it in the same turn that shows a telephone number in full, a door, a name from the
    roster, or the words of a private report to anybody but their owner. `viewer` is None for
    the operator at the console, `about` None when it is everybody (`What.ROSTER`). `context`
    says on what occasion, with a number and never a name: "QH-20261123-0007", "/export".
    A view of a live card cannot write, so it must not show such things; the tap or command
    that opens it records them.
    """
    post = db.scalars(_POST_OF, {"person": viewer}).first() if viewer is not None else None
    db.add(Audit(at, viewer, about, what, context[:120], post, words[:1000]))
    db.flush()


def views_of(db: Session, person_id: int, most: int = 20) -> Sequence[tuple[Audit, str]]:
    """Who saw what of a person (with the viewer's name), and what they were refused themselves;
    the newest first. The whole roster tells of those who are in it only."""
    rows = db.execute(_ABOUT, {"person": person_id, "most": most})
    return [(row[0], row[1] or "") for row in rows]


# ── children ─────────────────────────────────────────────────────────────────

_MINOR = (
    update(people)
    .where(people.c.id == bindparam("person"))
    .values(minor_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)


def mark_minor(db: Session, person_id: int, at: datetime) -> None:
    """The person has said that they are under 14: `Speaker.minor` from the next event on."""
    db.execute(_MINOR, {"person": person_id, "at": at})


def grown_up(db: Session, person_id: int) -> None:
    """The phone is a grown-up's after all."""
    db.execute(_MINOR, {"person": person_id, "at": None})


# ── kept no longer than needed ───────────────────────────────────────────────

_OLDEST = (
    select(audits.c.id)
    .where(
        audits.c.at < bindparam("before"),
        not_failed(audits.c.id),
    )
    .order_by(audits.c.at)
    .limit(1)
)
# Only what was asked and refused has words.
_OLDEST_WORDS = _OLDEST.where(audits.c.what == What.REFUSED, audits.c.words != "")
_OLD_AUDITS = delete(audits).where(audits.c.at < bindparam("before"))
_OLD_WORDS = (
    update(audits)
    .where(audits.c.at < bindparam("before"), audits.c.words != "")
    .values(words="")
    .execution_options(synchronize_session=False)
)


def oldest(
    db: Session, audits_before: datetime, words_before: datetime, failed: Sequence[int]
) -> Sequence[int]:
    """The oldest audit of before the first moment, or with words of before the second."""
    old = db.scalars(_OLDEST, {"before": audits_before, "failed": list(failed)}).all()
    return old or db.scalars(_OLDEST_WORDS, {"before": words_before, "failed": list(failed)}).all()


def purge(db: Session, audits_before: datetime, words_before: datetime) -> None:
    """Audits older than the first moment are gone; of others before the second only the words."""
    conn = db.connection()
    conn.execute(_OLD_AUDITS, {"before": audits_before})
    conn.execute(_OLD_WORDS, {"before": words_before})
