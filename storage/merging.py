"""Two persons turn out to be one, and perhaps two again.

Whatever refers to a person by a foreign key is found in the metadata; the few columns that
hold a person's id without one are named here, and a test finds those that were forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    UniqueConstraint,
    and_,
    delete,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.deliveries import Reason
from governance.people import Person
from storage import cards, claims, family, following, outbox
from storage.people import accounts, new_person, people
from storage.schema import metadata

LOOSE = frozenset(
    {"cards.person_id", "case_events.by_person", "media.person_id", "outbox.person_id"}
)
"""Columns that hold a person's id and no foreign key."""

Moved: TypeAlias = Mapping[str, Sequence[Sequence[Any]]]
"""What a merge moved: primary keys by "table.column". JSON-shaped."""


def merge(db: Session, gone: int, kept: int) -> Moved:
    """Everything of `gone` belongs to `kept`; `gone` is no more. Returns what has moved.

    Where both had something that there is once only, the kept one's stays. What is known of
    `gone` fills what was not known of `kept`. Both are locked meanwhile, the lower id first,
    after the shifts that both claimed, as whoever claims locks them (storage/rush.py).
    """
    claims.lock_shared(db, gone, kept)
    for person_id in sorted((gone, kept)):
        db.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    _complete(db, gone, kept)
    db.flush()
    claims.unite(db, gone, kept)
    following.unite(db, gone, kept)
    family.end(db, gone, kept)
    moved: dict[str, list[list[Any]]] = {}
    for column in person_columns():
        for unique in _uniques(column):
            db.execute(_twice(column, unique, gone, kept))
        found = db.execute(select(*_keys(column)).where(column == gone)).all()
        if found:
            moved[_name(column)] = [list(row) for row in found]
            db.execute(update(column.table).where(column == gone).values({column.name: kept}))
    db.expunge(db.get_one(Person, gone))
    db.execute(delete(people).where(people.c.id == gone))
    _reread(db)
    return moved


def part(db: Session, person_id: int, account_ids: Sequence[int], name: str, moved: Moved) -> int:
    """These accounts belong to somebody else, new and of this name, whose id is returned.

    What an earlier merge had moved goes back to them. What was shown in their chats as the
    person's own no longer changes there, and what waits to be sent there is not.
    """
    db.flush()
    fresh = new_person(db.connection(), name)
    theirs = select(accounts.c.lane).where(accounts.c.id.in_(account_ids)).scalar_subquery()
    for column in person_columns():
        rows = moved.get(_name(column), ())
        if column.table is not accounts and rows:
            mine = and_(column == person_id, _one_of(_keys(column), rows))
            db.execute(update(column.table).where(mine).values({column.name: fresh}))
    db.execute(
        update(accounts).where(accounts.c.id.in_(account_ids)).values(person_id=fresh, alerts=False)
    )
    _stop(db, person_id, theirs)
    _reread(db)
    return fresh


def person_columns() -> Iterator[Column[Any]]:
    """Every column that holds a person's id."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.references(people.c.id) or _name(column) in LOOSE:
                yield column


def _name(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def _complete(db: Session, gone: int, kept: int) -> None:
    """What only the one who goes has told is known of the one who stays."""
    one, other = db.get_one(Person, gone), db.get_one(Person, kept)
    if other.home_id is None:
        other.home_id, other.address = one.home_id, other.address or one.address
    other.phone = other.phone or one.phone
    other.member = other.member or one.member
    other.unit_id = other.unit_id or one.unit_id
    other.skills = other.skills or one.skills
    other.elder = other.elder or one.elder


def _uniques(column: Column[Any]) -> Iterator[Sequence[Column[Any]]]:
    """The sets of columns in which this one must not occur twice."""
    table: Table = column.table
    sets = [list(table.primary_key)]
    sets += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    sets += [list(index.columns) for index in table.indexes if index.unique]
    sets += [[c] for c in table.columns if c.unique]
    return (one for one in sets if column in one)


def _twice(column: Column[Any], unique: Sequence[Column[Any]], gone: int, kept: int) -> Any:
    """Deletes what the one who stays has, too."""
    other = column.table.alias("other")
    same: list[ColumnElement[bool]] = [other.c[c.name] == c for c in unique if c is not column]
    there = select(other.c[column.name]).where(other.c[column.name] == kept, *same).exists()
    return delete(column.table).where(column == gone, there)


def _keys(column: Column[Any]) -> Sequence[ColumnElement[Any]]:
    """What names a row of this person, whoever they are by now."""
    return [c for c in column.table.primary_key if c is not column] or [literal(1)]


def _one_of(
    keys: Sequence[ColumnElement[Any]], rows: Sequence[Sequence[Any]]
) -> ColumnElement[bool]:
    if len(keys) == 1:
        return keys[0].in_([row[0] for row in rows])
    return or_(*(and_(*(k == v for k, v in zip(keys, row, strict=True))) for row in rows))


def _reread(db: Session) -> None:
    """What is in hand says what the database says now."""
    for one in list(db):
        db.refresh(one)


def _stop(db: Session, person_id: int, lanes: Any) -> None:
    """Nothing of this person is shown or sent in these chats any more."""
    shown = (cards.cards.c.person_id == person_id) & cards.cards.c.lane.in_(lanes)
    waiting = outbox.outbox.c.state.in_(["ready", "held"])
    mine = (outbox.outbox.c.person_id == person_id) & outbox.outbox.c.lane.in_(lanes)
    about = outbox.outbox.c.card_id.in_(select(cards.cards.c.id).where(shown))
    db.execute(
        update(outbox.outbox)
        .where(waiting, mine | about)
        .values(
            state="failed",
            error="no longer theirs",
            reason=Reason.NEEDLESS,
            payload={},
            finished=0.0,
        )
    )
    db.execute(delete(cards.cards).where(shown))
