"""The ledger of points: accounts, postings and their entries.

Entries and postings are only ever inserted; a trigger of the database refuses everything
else. A person's balance is the sum of their entries; it is kept beside the account, written
in the same transaction and last, so that it is read at once however long the history is.
Pools, what is held and what was redeemed keep no such sum: every award of an area would wait
for the one before it.

A person may have several accounts (two persons turned out to be one); an entry never moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.points import AccountKind, Posting, PostingKind
from storage.schema import Id, Utc, codes, metadata

point_accounts = Table(
    "point_accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(AccountKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    # The sum of a person's entries; of other accounts it is not kept.
    Column("balance", Integer, nullable=False),
    UniqueConstraint("kind", "area_id"),
)

postings = Table(
    "postings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(PostingKind), nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("note", String(200), nullable=False),
    Column("by_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("at", Utc, nullable=False),
    Index("ix_postings_about_subject_id", "about", "subject_id"),
)

point_entries = Table(
    "point_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("posting_id", Id, ForeignKey("postings.id"), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("point_accounts.id"), nullable=False),
    Column("points", Integer, nullable=False),
    CheckConstraint("points <> 0", name="nonzero"),
    # All that a balance, its check and the last entries of an account need.
    Index("ix_point_entries_account_id", "account_id", "id", "points", "posting_id"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a person's as they read it."""

    points: int
    kind: PostingKind
    note: str
    at: datetime


def _open(module: Any) -> Any:
    statement = module.insert(point_accounts)
    return statement.on_conflict_do_nothing(index_elements=["kind", "area_id"])


_OPEN_AT = {"sqlite": _open(sqlite), "postgresql": _open(postgresql)}
_OPEN_FOR = insert(point_accounts).returning(point_accounts.c.id)
_AT = select(point_accounts.c.id).where(
    point_accounts.c.kind == bindparam("kind"), point_accounts.c.area_id == bindparam("area")
)
_OF = (
    select(point_accounts.c.id)
    .where(point_accounts.c.person_id == bindparam("person"))
    .order_by(point_accounts.c.id)
)
_LOCK = (
    select(point_accounts.c.id, point_accounts.c.balance)
    .where(point_accounts.c.person_id == bindparam("person"))
    .order_by(point_accounts.c.id)
    .with_for_update()
)
_BALANCE = select(func.coalesce(func.sum(point_accounts.c.balance), 0)).where(
    point_accounts.c.person_id == bindparam("person")
)
_POST = insert(postings).returning(postings.c.id)
_ENTER = insert(point_entries)
_COUNT = (
    update(point_accounts)
    .where(point_accounts.c.id == bindparam("account"), point_accounts.c.kind == AccountKind.PERSON)
    .values(balance=point_accounts.c.balance + bindparam("points"))
)
_LAST = (
    select(
        point_entries.c.id,
        point_entries.c.points,
        postings.c.kind,
        postings.c.note,
        postings.c.at,
    )
    .join(postings, postings.c.id == point_entries.c.posting_id)
    .where(point_entries.c.account_id == bindparam("account"))
    .order_by(point_entries.c.id.desc())
    .limit(bindparam("most"))
)
_summed = func.coalesce(
    select(func.sum(point_entries.c.points))
    .where(point_entries.c.account_id == point_accounts.c.id)
    .scalar_subquery(),
    0,
)
_WRONG = (
    select(point_accounts.c.id)
    .where(point_accounts.c.kind == AccountKind.PERSON, point_accounts.c.balance != _summed)
    .order_by(point_accounts.c.id)
    .limit(20)
)
_UNBALANCED = (
    select(point_entries.c.posting_id)
    .group_by(point_entries.c.posting_id)
    .having(func.sum(point_entries.c.points) != 0)
    .limit(20)
)
_SUM_AT = (
    select(func.coalesce(func.sum(point_entries.c.points), 0))
    .join(point_accounts, point_accounts.c.id == point_entries.c.account_id)
    .where(
        point_accounts.c.kind == bindparam("kind"), point_accounts.c.area_id == bindparam("area")
    )
)


def account_at(db: Session, kind: AccountKind, area_id: int) -> int:
    """The area's pool, or what is held or was redeemed there."""
    conn = db.connection()
    asked = {"kind": kind, "area": area_id}
    found: int | None = conn.scalar(_AT, asked)
    if found is None:
        values = {"kind": kind, "area_id": area_id, "person_id": None, "balance": 0}
        conn.execute(_OPEN_AT[conn.dialect.name], values)
        found = conn.execute(_AT, asked).scalar_one()
    return found


def account_of(db: Session, person_id: int) -> int:
    """The account that takes what is for this person, or from them."""
    conn = db.connection()
    found: int | None = conn.scalars(_OF, {"person": person_id}).first()
    if found is None:
        values = {
            "kind": AccountKind.PERSON,
            "area_id": None,
            "person_id": person_id,
            "balance": 0,
        }
        found = conn.execute(_OPEN_FOR, values).scalar_one()
    return found


def lock(db: Session, person_id: int) -> int:
    """What the person has; nobody else spends it until the transaction ends."""
    rows: Sequence[Any] = db.connection().execute(_LOCK, {"person": person_id}).all()
    return sum(row.balance for row in rows)


def balance(db: Session, person_id: int) -> int:
    """What the person has: the sum of their entries."""
    found: int = db.connection().execute(_BALANCE, {"person": person_id}).scalar_one()
    return int(found)


def last(db: Session, person_id: int, most: int = 10) -> list[Line]:
    """A person's last entries, the newest first."""
    conn = db.connection()
    rows: list[Any] = []
    for account in conn.scalars(_OF, {"person": person_id}).all():
        rows += conn.execute(_LAST, {"account": account, "most": most}).all()
    rows.sort(key=lambda row: row.id, reverse=True)
    return [Line(row.points, row.kind, row.note, row.at) for row in rows[:most]]


def post(db: Session, posting: Posting, at: datetime) -> int:
    """The posting stands, with its entries, and balances say so. The balances are locked last."""
    conn = db.connection()
    row = {
        "kind": posting.kind,
        "about": posting.about,
        "subject_id": posting.subject_id,
        "note": posting.note[:200],
        "by_id": posting.by_id,
        "at": at,
    }
    posting_id: int = conn.execute(_POST, row).scalar_one()
    entries = sorted(posting.entries, key=lambda entry: entry.account_id)
    conn.execute(
        _ENTER,
        [
            {"posting_id": posting_id, "account_id": e.account_id, "points": e.points}
            for e in entries
        ],
    )
    for entry in entries:
        conn.execute(_COUNT, {"account": entry.account_id, "points": entry.points})
    return posting_id


def total_at(db: Session, kind: AccountKind, area_id: int) -> int:
    """The sum over an area's account, from its entries."""
    found: int = db.connection().execute(_SUM_AT, {"kind": kind, "area": area_id}).scalar_one()
    return int(found)


def faults(db: Session) -> tuple[Sequence[int], Sequence[int]]:
    """What an auditor looks for and never finds: accounts whose balance is not the sum of their
    entries, and postings that do not sum to zero."""
    conn = db.connection()
    return conn.scalars(_WRONG).all(), conn.scalars(_UNBALANCED).all()
