"""The guide of matters, the questions asked of it, and its index in the memory of the process.

A district has a few hundred entries: they are searched in memory, by an index that is made
anew when the stamp in the database is another than the one it was made for. Whoever changes
an entry puts a new stamp there in the same transaction, so that several processes on one
database answer alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Engine,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance import guidesearch
from governance.cells import word
from governance.guide import OPEN, Came, Entry, Question
from governance.guide_rows import Known, Place
from governance.guidesearch import Leaf
from governance.org import AreaKind, PostKind
from storage.moments import earliest, not_failed
from storage.org import areas, units
from storage.people import people
from storage.roster import ON_THE_ROSTER
from storage.schema import Id, Json, Utc, codes, mapper, metadata
from storage.secrets import Secret

KINDS = (AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY)
"""The kinds of area in which an entry holds."""

entries = Table(
    "guide_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("title", String(40), nullable=False),
    Column("asked", Json, nullable=False),
    Column("answer", Text, nullable=False),
    Column("bring", Text, nullable=False),
    Column("place", String(80), nullable=False),
    Column("hours", String(64), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("cost", String(100), nullable=False),
    Column("source", String(100), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("until", Date, nullable=False),
    Column("checked", Date, nullable=False),
    Column("owner_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("owner_unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("owner_post", codes(PostKind), nullable=True),
    Column("next_at", Utc, nullable=True, index=True),
    Column("version", Integer, nullable=False),
)

questions = Table(
    "guide_questions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("words", Secret, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("came", codes(Came), nullable=False),
    Column("entry_id", Id, ForeignKey("guide_entries.id"), nullable=True),
    Column("forget_at", Utc, nullable=True, index=True),
    Index("ix_guide_questions_came_area_id", "came", "area_id"),
)

stamps = Table(
    "guide_stamps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stamp", String(32), nullable=False),
)

mapper.map_imperatively(Entry, entries, version_id_col=entries.c.version)
mapper.map_imperatively(Question, questions)

# ── the index ────────────────────────────────────────────────────────────────

_STAMP = select(stamps.c.stamp).where(stamps.c.id == 1)
_LEAVES = select(
    entries.c.id,
    entries.c.title,
    entries.c.asked,
    entries.c.answer,
    entries.c.place,
    entries.c.area_id,
    entries.c.until,
).order_by(entries.c.id)


def _restamping(module: Any) -> Any:
    added = module.insert(stamps)
    new = {"stamp": added.excluded.stamp}
    return added.on_conflict_do_update(index_elements=["id"], set_=new)


_RESTAMP = {
    name: _restamping(module) for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_INDEXES: WeakKeyDictionary[Engine, tuple[str, guidesearch.Index]] = WeakKeyDictionary()


def index(db: Session) -> guidesearch.Index:
    """The entries as they are now, ready to be searched; read again only when they changed."""
    conn = db.connection()
    stamp = conn.scalar(_STAMP) or ""
    known = _INDEXES.get(conn.engine)
    if known is None or known[0] != stamp:
        leaves = (
            Leaf(row.id, row.title, row.asked, f"{row.answer} {row.place}", row.area_id, row.until)
            for row in conn.execute(_LEAVES)
        )
        known = _INDEXES[conn.engine] = (stamp, guidesearch.Index(leaves))
    return known[1]


def changed(conn: Connection) -> None:
    """Every process reads the entries again; who changes some at the same time waits here."""
    conn.execute(_RESTAMP[conn.dialect.name], {"id": 1, "stamp": token_hex(16)})


_HELD_IN = select(entries.c.area_id).distinct()


def areas_with_entries(db: Session) -> list[int]:
    return [*db.scalars(_HELD_IN)]


# ── entries ──────────────────────────────────────────────────────────────────

_UNDER = (
    select(Entry)
    .join(areas, areas.c.id == entries.c.area_id)
    .where(areas.c.path.like(bindparam("under")))
    .order_by(entries.c.code)
)
_ALL = select(Entry).order_by(entries.c.code)
_THESE = select(Entry).where(entries.c.id.in_(bindparam("ids", expanding=True)))
_DUE = (
    select(entries.c.id)
    .where(
        entries.c.next_at <= bindparam("now"),
        not_failed(entries.c.id),
    )
    .order_by(entries.c.next_at, entries.c.id)
    .limit(100)
)
# Two processes that tick at once do not ask twice.
_ALL_DUE = (
    select(Entry)
    .where(entries.c.next_at <= bindparam("now"))
    .order_by(entries.c.until, entries.c.id)
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
_ENDING = (
    select(Entry).where(entries.c.until <= bindparam("day")).order_by(entries.c.until, entries.c.id)
)
NEXT_DUE = earliest(entries.c.next_at)


def lock(db: Session, entry_id: int) -> Entry | None:
    return db.get(Entry, entry_id, with_for_update=True, populate_existing=True)


def these(db: Session, ids: Sequence[int]) -> list[Entry]:
    """The entries with these ids, in their order."""
    found = {entry.id: entry for entry in db.scalars(_THESE, {"ids": list(ids)})}
    return [found[one] for one in ids if one in found]


def under(db: Session, path: str) -> Sequence[Entry]:
    """The entries that hold in an area or in one that lies in it, by their codes."""
    return db.scalars(_UNDER, {"under": path + "%"}).all()


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Entries whose owners are to be asked whether they are still right."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def all_due(db: Session, now: datetime) -> Sequence[Entry]:
    """All of them, locked, without those that another process is about to ask about."""
    return db.scalars(_ALL_DUE, {"now": now}).all()


def ending(db: Session, day: date) -> Sequence[Entry]:
    """The entries that are not shown any more after this day, the first to end first."""
    return db.scalars(_ENDING, {"day": day}).all()


# ── what a sheet is judged against ───────────────────────────────────────────

_PLACES = select(areas.c.id, areas.c.code, areas.c.name, areas.c.path, areas.c.parent_id).where(
    areas.c.kind.in_(KINDS)
)
_UNITS = select(units.c.id, units.c.code, units.c.name)
_PEOPLE = select(people.c.id, people.c.code, people.c.phone_print).where(ON_THE_ROSTER)


def known(db: Session) -> Known:
    """Every entry, and what places, units and people of the roster are called."""
    conn = db.connection()
    rows = conn.execute(_PLACES).all()
    found = Known(places={row.id: Place(row.id, row.code, row.name, row.path) for row in rows})
    found.district_id = next((row.id for row in rows if row.parent_id is None), 0)
    found.areas = _called((row.id, (row.code, row.name)) for row in rows)
    found.units = _called((row.id, (row.code, row.name)) for row in conn.execute(_UNITS))
    found.people = _called(
        (row.id, (row.code or f"#{row.id}", row.phone_print)) for row in conn.execute(_PEOPLE)
    )
    found.entries = {entry.code: (entry.id, entry.facts) for entry in db.scalars(_ALL)}
    return found


def _called(rows: Iterable[tuple[int, Iterable[str]]]) -> Mapping[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for one, names in rows:
        for name in names:
            if name:
                found[word(name)] = found.get(word(name), frozenset()) | {one}
    return found


_UNIT_CODES = select(units.c.id, units.c.code)
_PERSON_CODES = select(people.c.id, people.c.code).where(
    people.c.id.in_(select(entries.c.owner_id).where(entries.c.owner_id.is_not(None)))
)


def owners(conn: Connection) -> tuple[dict[int, str], dict[int, str]]:
    """The codes of units, and of the people who answer for entries, by their ids."""
    of_units = {row.id: row.code for row in conn.execute(_UNIT_CODES)}
    of_people = {row.id: row.code or f"#{row.id}" for row in conn.execute(_PERSON_CODES)}
    return of_units, of_people


# ── questions ────────────────────────────────────────────────────────────────

_WAITS = (
    select(Question)
    .join(areas, areas.c.id == questions.c.area_id)
    .where(
        questions.c.came.in_(sorted(OPEN)),
        areas.c.path.like(bindparam("under")),
    )
    .order_by(questions.c.id.desc())
    .limit(bindparam("most"))
)
_OF = (
    select(Question)
    .where(questions.c.person_id == bindparam("person"))
    .order_by(questions.c.id.desc())
)
_FORGET_OF = delete(questions).where(questions.c.person_id == bindparam("person"))
_OLD = (
    select(questions.c.id)
    .where(
        questions.c.forget_at <= bindparam("now"),
        not_failed(questions.c.id),
    )
    .order_by(questions.c.forget_at)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(questions.c.forget_at)
_FORGET = delete(questions).where(questions.c.forget_at <= bindparam("now"))


def lock_question(db: Session, question_id: int) -> Question | None:
    return db.get(Question, question_id, with_for_update=True, populate_existing=True)


def unanswered(db: Session, path: str, most: int = 200) -> Sequence[Question]:
    """Questions from an area to which the guide had no answer, the newest first."""
    return db.scalars(_WAITS, {"under": path + "%", "most": most}).all()


def questions_of(db: Session, person_id: int) -> Sequence[Question]:
    """What a person has asked and is still kept, the newest first."""
    return db.scalars(_OF, {"person": person_id}).all()


def forget(db: Session, person_id: int) -> None:
    """What the person asked is gone."""
    db.connection().execute(_FORGET_OF, {"person": person_id})


def to_forget(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Questions whose words are not needed any more."""
    return db.scalars(_OLD, {"now": now, "failed": list(failed)}).all()


def forget_old(db: Session, now: datetime) -> None:
    """All of them are gone."""
    db.connection().execute(_FORGET, {"now": now})
