"""Certificates of volunteer service, and communities that show a ranking."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.awards import AwardState
from governance.points import PostingKind
from governance.privacy import Purpose
from storage.awards import awards
from storage.org import posts
from storage.people import people
from storage.points import point_accounts, point_entries, postings
from storage.privacy import consents
from storage.schema import Id, Utc, mapper, metadata

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
LENGTH = 10

certificates = Table(
    "certificates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("at", Utc, nullable=False),
)

point_rankings = Table(
    "point_rankings",
    metadata,
    Column("area_id", Id, ForeignKey("areas.id"), primary_key=True, autoincrement=False),
    Column("on_at", Utc, nullable=False),
)


@dataclass(eq=False)
class Certificate:
    """What a person had earned when it was made. Whoever has the `code` may check it."""

    code: str
    person_id: int
    name: str
    minutes: int
    points: int
    at: datetime
    id: int = field(init=False)


@dataclass(eq=False)
class Ranking:
    """The head of this community shows a ranking of those who agreed to stand in it."""

    area_id: int
    on_at: datetime


mapper.map_imperatively(Certificate, certificates)
mapper.map_imperatively(Ranking, point_rankings)

_BY_CODE = select(Certificate).where(certificates.c.code == bindparam("code"))
_FORGET = delete(certificates).where(certificates.c.person_id == bindparam("person"))
_EARNING = [
    PostingKind.OPENING,
    PostingKind.AWARD,
    PostingKind.REVERSAL,
    PostingKind.RESTORED,
]
_EARNED = (
    select(func.coalesce(func.sum(point_entries.c.points), 0))
    .join(point_accounts, point_accounts.c.id == point_entries.c.account_id)
    .join(postings, postings.c.id == point_entries.c.posting_id)
    .where(point_accounts.c.person_id == bindparam("person"), postings.c.kind.in_(_EARNING))
)
_serves = (
    select(posts.c.id)
    .where(
        posts.c.person_id == awards.c.to_id,
        or_(posts.c.since.is_(None), posts.c.since <= bindparam("day")),
        or_(posts.c.until.is_(None), posts.c.until >= bindparam("day")),
    )
    .exists()
)
# Points are posted when their notice ends.
_BEST = (
    select(people.c.name, func.sum(awards.c.points).label("points"))
    .join(people, people.c.id == awards.c.to_id)
    .join(consents, consents.c.person_id == awards.c.to_id)
    .where(
        awards.c.area_id == bindparam("area"),
        func.coalesce(awards.c.notice_until, awards.c.at) >= bindparam("since", type_=Utc()),
        awards.c.state == AwardState.POSTED,
        consents.c.purpose == Purpose.RANKING,
        consents.c.withdrawn_at.is_(None),
        people.c.minor_at.is_(None),
        ~_serves,
    )
    .group_by(people.c.id, people.c.name)
    .order_by(func.sum(awards.c.points).desc(), people.c.id)
    .limit(bindparam("most"))
)
_RANKED = (
    select(awards.c.area_id)
    .join(point_rankings, point_rankings.c.area_id == awards.c.area_id)
    .where(awards.c.to_id == bindparam("person"))
    .distinct()
)


def fresh_code() -> str:
    """A code nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def by_code(db: Session, code: str) -> Certificate | None:
    """The certificate somebody wants to check."""
    return db.scalars(_BY_CODE, {"code": code.lower()}).first()


def forget(db: Session, person_id: int) -> None:
    """No certificate of this person can be checked any more."""
    db.connection().execute(_FORGET, {"person": person_id})


def earned(db: Session, person_id: int) -> int:
    """Everything a person has earned, whatever they have spent of it."""
    return int(db.connection().execute(_EARNED, {"person": person_id}).scalar_one())


def best(db: Session, area_id: int, since: datetime, day: date, most: int) -> Sequence[Any]:
    """Rows (name, points) of those who agreed to be shown, the most points first, by what was
    posted since then. Nobody in a post is among them, and no child."""
    asked = {"area": area_id, "since": since, "day": day, "most": most}
    return db.execute(_BEST, asked).all()


def ranked_in(db: Session, person_id: int) -> Sequence[int]:
    """The communities with a ranking that gave this person points, whether they agreed or not."""
    return db.connection().execute(_RANKED, {"person": person_id}).scalars().all()
