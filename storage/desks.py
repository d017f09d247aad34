"""Lists of cases, a few at a time: in whose hands, under whom, of which state, with which words.

Every list is read from where the last page ended, so that the hundredth page costs what the first
one does. What a list may show stands here too: a private matter only to those who hold it, unless
it is a danger to life; and nothing to an officer whom it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session

from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import State
from governance.desks import RUNNING, TO_DO, Which
from governance.org import AreaKind
from storage.cases import case_units, cases
from storage.org import areas

_C = cases.c
_due = func.coalesce(_C.extended_until, _C.result_due)
_TO_DO = _C.state.in_(sorted(TO_DO))
_RUNNING = _C.state.in_(sorted(RUNNING))
DEPTH = 50_000
"""So many cases of the district one look for words goes through, the newest first."""


@dataclass(frozen=True, slots=True)
class Whose:
    """In the hands of these people or units, or helped with by the units, and all inside these
    paths. `viewer` reads it."""

    viewer: int
    people: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins or ends: a case by its day and its id."""

    due: datetime
    case_id: int


def mark_of(one: Case) -> Mark:
    return Mark(one.due, one.id)


class Way(Enum):
    """To which side of a mark a page lies."""

    ON = "on"
    BACK = "back"


def counts(db: Session, whose: Whose, now: datetime) -> Mapping[Which, int]:
    """How many running cases there are of each kind."""
    sums = [func.sum(case((_is(which, now), 1), else_=0)) for which in Which]
    row = db.execute(select(*sums).select_from(cases).where(_of(whose), _RUNNING)).one()
    return {which: count or 0 for which, count in zip(Which, row, strict=True)}


def page(
    db: Session,
    whose: Whose,
    which: Which,
    now: datetime,
    limit: int,
    at: Mark | None = None,
    way: Way = Way.ON,
) -> list[Case]:
    """The cases due first, or those next to a mark; always in the order of their days."""
    key: tuple[ColumnElement[Any], ...] = (_due, _C.id)
    order = key if way is Way.ON else tuple(column.desc() for column in key)
    asked = select(Case).where(_of(whose), _is(which, now)).order_by(*order).limit(limit)
    if at is not None:
        asked = asked.where(_beyond(at, way))
    found = list(db.scalars(asked))
    return found if way is Way.ON else found[::-1]


def first(db: Session, whose: Whose, which: Which, now: datetime, limit: int) -> Sequence[Case]:
    """The first of a kind by their numbers."""
    asked = select(Case).where(_of(whose), _is(which, now)).order_by(_C.id).limit(limit)
    return db.scalars(asked).all()


# ── since a moment ───────────────────────────────────────────────────────────


def opened(db: Session, whose: Whose, since: datetime, limit: int) -> tuple[int, Sequence[Case]]:
    """How many were reported since then, and the first of them."""
    return _since(db, whose, _C.opened_at, since, limit)


def closed(db: Session, whose: Whose, since: datetime, limit: int) -> tuple[int, Sequence[Case]]:
    """How many were closed since then and still are, and the first of them."""
    return _since(db, whose, _C.closed_at, since, limit)


def _since(
    db: Session, whose: Whose, column: ColumnElement[Any], since: datetime, limit: int
) -> tuple[int, Sequence[Case]]:
    where = (column > since, _of(whose))
    count = db.scalar(select(func.count()).select_from(cases).where(*where)) or 0
    named = select(Case).where(*where).order_by(column, _C.id).limit(limit)
    return count, db.scalars(named).all() if count else ()


# ── with these words ─────────────────────────────────────────────────────────


class Word(NamedTuple):
    """One word that is looked for, and the kinds of problem that are called so."""

    said: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look for words: what was found, and the id before which nothing was looked at (None:
    all was)."""

    found: Sequence[Case]
    until: int | None


def look(
    db: Session, whose: Whose, words: Sequence[Word], limit: int, before: int | None = None
) -> Look:
    """Cases in which each of the words stands, in the place, what was said, or as their kind; the
    newest first, from those `before` an id on."""
    newest = (db.scalar(select(func.max(_C.id))) or 0) + 1
    before = min(before or newest, newest)
    until = before - DEPTH
    within = (_C.id >= until, _C.id < before, _of(whose), *(_says(db, word) for word in words))
    asked = select(Case).where(*within).order_by(_C.id.desc()).limit(limit)
    return Look(db.scalars(asked).all(), until if until > 1 else None)


def opened_after(db: Session, case_id: int) -> datetime:
    """When the first case from this id on was reported. Raises `NoResultFound`."""
    asked = select(_C.opened_at).where(_C.id >= case_id).order_by(_C.id).limit(1)
    found: datetime = db.scalars(asked).one()
    return found


def among(db: Session, whose: Whose, ids: Sequence[int]) -> Sequence[Case]:
    """Those of these cases that are theirs to see, the newest first."""
    return db.scalars(select(Case).where(_C.id.in_(ids), _of(whose)).order_by(_C.id.desc())).all()


# ── conditions ───────────────────────────────────────────────────────────────


def _is(which: Which, now: datetime) -> ColumnElement[bool]:
    begun = _C.state.in_([State.ASSIGNED, State.WORKING])
    found: Mapping[Which, ColumnElement[bool]] = {
        Which.OVERDUE: and_(begun, now > _due),
        Which.NOBODY_CAME: and_(_TO_DO, _C.redo_words == NOBODY_CAME),
        Which.NOT_TAKEN: _C.state == State.ASSIGNED,
        Which.REOPENED: and_(_TO_DO, _C.redone > 0),
        Which.OPEN: _TO_DO,
        Which.ASKED: _C.state == State.ANSWERED,
    }
    return found[which]


def _of(whose: Whose) -> ColumnElement[bool]:
    """Theirs, and for their eyes."""
    holds = [
        *([_C.holder_id.in_(whose.people)] if whose.people else []),
        *([_C.holder_unit_id.in_(whose.units)] if whose.units else []),
    ]
    helped = [_helped_by(whose.units)] if whose.units else []
    theirs = [*holds, *helped, *(_inside(path) for path in whose.paths)]
    shown = or_(not_(_C.private), _C.danger != "", *holds)
    others = or_(_C.concerns_id.is_(None), _C.concerns_id != whose.viewer)
    return and_(or_(*theirs) if theirs else false(), shown, others)


def _helped_by(units: Sequence[int]) -> ColumnElement[bool]:
    """A unit was asked to help, and has not said yet what it did."""
    asked = select(case_units.c.case_id).where(
        case_units.c.unit_id.in_(units),
        case_units.c.dropped_at.is_(None),
        case_units.c.fed_back_at.is_(None),
    )
    return _C.id.in_(asked)


def _inside(path: str) -> ColumnElement[bool]:
    """In this area or below; as a range, which both databases look up in an index."""
    return and_(_C.path >= path, _C.path < path[:-1] + chr(ord("/") + 1))


def _beyond(at: Mark, way: Way) -> ColumnElement[bool]:
    if way is Way.ON:
        return or_(_due > at.due, and_(_due == at.due, _C.id > at.case_id))
    return or_(_due < at.due, and_(_due == at.due, _C.id < at.case_id))


_CALLED = (AreaKind.STREET, AreaKind.COMMUNITY, AreaKind.GRID)
MOST_AREAS = 5


def _says(db: Session, word: Word) -> ColumnElement[bool]:
    """In the place or the words, as the kind, or as the area in which it lies."""
    called = select(areas.c.path).where(
        areas.c.kind.in_(_CALLED), areas.c.name.icontains(word.said, autoescape=True)
    )
    return or_(
        _C.place.icontains(word.said, autoescape=True),
        _C.text.icontains(word.said, autoescape=True),
        *([_C.category.in_(word.kinds)] if word.kinds else []),
        *(_inside(path) for path in db.scalars(called.order_by(areas.c.id).limit(MOST_AREAS))),
    )
