"""Wishes and their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from governance.filing import Consent
from governance.groups import Group, GroupKind
from governance.org import PostKind, UnitKind
from governance.wishes import (
    ENDS,
    LOCKED,
    Act,
    Audience,
    Heard,
    Kind,
    Role,
    State,
    WishEvent,
)
from governance.wishfile import Wish
from storage.groups import groups
from storage.media import media
from storage.moments import earliest, not_failed
from storage.org import units
from storage.reportin import reportins
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.secrets import Secret

wishes = Table(
    "wishes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("poster_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("for_name", Secret, nullable=False),
    Column("consent", codes(Consent)),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("path", String(128), nullable=False),
    Column("community_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("kind", codes(Kind), nullable=False),
    Column("text", Text, nullable=False),
    Column("public_text", Text, nullable=False),
    Column("audience", codes(Audience), nullable=False),
    Column("state", codes(State), nullable=False),
    Column("posted_at", Utc, nullable=False),
    Column("review_due", Utc, nullable=False),
    Column("desk", codes(PostKind), nullable=False),
    Column("published_at", Utc),
    Column("offered", Integer, nullable=False),
    Column("street_at", Utc),
    Column("claimer_id", Id, ForeignKey("people.id"), index=True),
    Column("unit_id", Id, ForeignKey("units.id")),
    Column("claimed_at", Utc),
    Column("promised", Utc),
    Column("moved", Boolean, nullable=False),
    Column("late_at", Utc),
    Column("delivered_at", Utc),
    Column("note", Text, nullable=False),
    Column("refused_words", Text, nullable=False),
    Column("reminded_at", Utc),
    Column("calls", Integer, nullable=False),
    Column("heard", codes(Heard)),
    Column("heard_by", Id, ForeignKey("people.id")),
    Column("ended_at", Utc),
    Column("reason", Text, nullable=False),
    Column("case_id", Id, ForeignKey("cases.id")),
    Column("thanks", Text, nullable=False),
    Column("wisher_known", Boolean, nullable=False),
    Column("claimer_known", Boolean, nullable=False),
    Column("words_until", Utc, index=True),
    Column("next_at", Utc, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_wishes_state_published_at", "state", "published_at"),
    Index("ix_wishes_community_id_state", "community_id", "state"),
)

wish_events = Table(
    "wish_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("wish_id", Id, ForeignKey("wishes.id"), nullable=False, index=True),
    Column("act", codes(Act), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by_role", codes(Role), nullable=False),
    Column("by_id", Id, ForeignKey("people.id")),
    Column("data", JSON, nullable=False),
)

mapper.map_imperatively(WishEvent, wish_events)
mapper.map_imperatively(
    Wish, wishes, version_id_col=wishes.c.version, exclude_properties=["events"]
)


@sqlalchemy_event.listens_for(Wish, "load")
def _no_new_events(wish: Wish, _context: object) -> None:
    wish.events = []


_OPEN = wishes.c.state.not_in(ENDS)
# One question a tick for both clocks: an open wish has a next step, an ended one its words' end.
_DUE = (
    select(wishes.c.id)
    .where(
        or_(wishes.c.next_at <= bindparam("now"), wishes.c.words_until <= bindparam("now")),
        not_failed(wishes.c.id),
    )
    .order_by(func.coalesce(wishes.c.next_at, wishes.c.words_until), wishes.c.id)
    .limit(100)
)
NEXT_DUE = earliest(wishes.c.next_at, wishes.c.words_until)
_POSTED_BY = (
    select(Wish).where(wishes.c.poster_id == bindparam("person")).order_by(wishes.c.id.desc())
)
_CLAIMED_BY = (
    select(Wish)
    .where(wishes.c.claimer_id == bindparam("person"), wishes.c.state.in_(LOCKED))
    .order_by(wishes.c.promised, wishes.c.id)
)
_COUNT_OPEN = select(func.count()).where(wishes.c.poster_id == bindparam("person"), _OPEN)
_OFFERED = (
    select(Wish)
    .where(
        wishes.c.state == State.PUBLISHED,
        or_(
            wishes.c.audience == Audience.PUBLIC,
            wishes.c.community_id.in_(bindparam("communities", expanding=True)),
        ),
    )
    .order_by(wishes.c.published_at, wishes.c.id)
    .limit(bindparam("limit"))
)
_TO_REVIEW = (
    select(Wish)
    .where(wishes.c.path.like(bindparam("under")), wishes.c.state == State.COLLECTED)
    .order_by(wishes.c.review_due, wishes.c.id)
    .limit(bindparam("limit"))
)
_HISTORY = (
    select(WishEvent).where(wish_events.c.wish_id == bindparam("wish")).order_by(wish_events.c.id)
)
_GROUPS = (
    select(Group)
    .where(
        groups.c.area_id.in_(bindparam("areas", expanding=True)),
        groups.c.kind.in_([GroupKind.AREA, GroupKind.TEAM]),
        groups.c.gone_at.is_(None),
    )
    .order_by(groups.c.id)
)


_UNITS_AT = (
    select(units.c.id)
    .join(reportins, reportins.c.unit_id == units.c.id)
    .where(
        reportins.c.area_id == bindparam("area"),
        units.c.kind.in_([UnitKind.RESIDENT, UnitKind.SENT_DOWN]),
    )
    .order_by(units.c.id)
)


def record(db: Session, wish: Wish) -> Wish:
    """The wish and the lines written on it since it was loaded are in the database."""
    db.add(wish)
    db.flush()
    for line in wish.events:
        line.wish_id = wish.id
    db.add_all(wish.events)
    db.flush()
    wish.events = []
    return wish


def lock(db: Session, wish_id: int) -> Wish | None:
    """The wish as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Wish, wish_id, with_for_update=True, populate_existing=True)


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ids of wishes the clock must look at, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def posted_by(db: Session, person_id: int) -> Sequence[Wish]:
    """Every wish that a person posted, the newest first."""
    return db.scalars(_POSTED_BY, {"person": person_id}).all()


def claimed_by(db: Session, person_id: int) -> Sequence[Wish]:
    """The wishes that are this person's to bring, the first promised first."""
    return db.scalars(_CLAIMED_BY, {"person": person_id}).all()


def count_open(db: Session, person_id: int) -> int:
    return db.scalar(_COUNT_OPEN, {"person": person_id}) or 0


def waiting_with(db: Session, person_id: int) -> Sequence[Wish]:
    """The wishes that others still count on this person for: their own, and those they claimed."""
    mine = [wish for wish in posted_by(db, person_id) if not wish.over]
    return [*mine, *claimed_by(db, person_id)]


def offered(db: Session, community_ids: Sequence[int], limit: int = 500) -> Sequence[Wish]:
    """What can be claimed: all that is public, and what these communities keep to themselves."""
    return db.scalars(_OFFERED, {"communities": list(community_ids), "limit": limit}).all()


def to_review(db: Session, path: str, limit: int = 20) -> Sequence[Wish]:
    """What waits to be looked at in an area, the first due first."""
    return db.scalars(_TO_REVIEW, {"under": path + "%", "limit": limit}).all()


def history(db: Session, wish: Wish) -> Sequence[WishEvent]:
    return db.scalars(_HISTORY, {"wish": wish.id}).all()


def groups_of(db: Session, area_ids: Sequence[int]) -> Sequence[Group]:
    """The groups of everybody, and of the teams, of exactly these areas."""
    return db.scalars(_GROUPS, {"areas": list(area_ids)}).all()


def units_at(db: Session, community_id: int) -> Sequence[int]:
    """The units that send members and are registered at a community (双报到)."""
    return db.scalars(_UNITS_AT, {"area": community_id}).all()


# ── words whose time is over ─────────────────────────────────────────────────

_GONE: dict[str, Any] = {
    "text": "",
    "public_text": "",
    "for_name": "",
    "note": "",
    "refused_words": "",
    "reason": "",
    "thanks": "",
    "words_until": None,
}


def forget_words(db: Session, wish_ids: Sequence[int]) -> None:
    """What was said and shown on these wishes is gone; who did what and when stays."""
    ids = list(wish_ids)
    db.execute(update(wishes).where(wishes.c.id.in_(ids)).values(_GONE))
    db.execute(update(wish_events).where(wish_events.c.wish_id.in_(ids)).values(data={}))
    shown = media.c.about == "wish", media.c.subject_id.in_(ids)
    db.execute(update(media).where(*shown).values(state="deleted"))


_THEIRS = select(wishes.c.id).where(wishes.c.poster_id == bindparam("person"))
_THEIR_NOTES = update(wishes).where(wishes.c.claimer_id == bindparam("person")).values(note="")
_THEIR_FILES = (
    update(media)
    .where(media.c.person_id == bindparam("person"), media.c.about == "wish")
    .values(state="deleted")
)


def forget(db: Session, person_id: int) -> None:
    """What this person wished, wrote and showed is gone."""
    forget_words(db, db.scalars(_THEIRS, {"person": person_id}).all())
    db.connection().execute(_THEIR_NOTES, {"person": person_id})
    db.connection().execute(_THEIR_FILES, {"person": person_id})
