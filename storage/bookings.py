"""Bookings: what was asked of units and members, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.bookings import ENDS, FREE, Booking, BookingState
from governance.matching import Record, Who
from storage.lists import needs
from storage.moments import earliest, not_failed
from storage.org import areas
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.secrets import Secret

bookings = Table(
    "bookings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("asked_by", Id, ForeignKey("people.id"), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("words", Secret, nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=True),
    Column("supply_id", Id, ForeignKey("supplies.id"), nullable=True),
    Column("need_id", Id, ForeignKey("list_needs.id"), nullable=True, index=True),
    Column("wished", Date, nullable=True),
    Column("month", String(7), nullable=False),
    Column("state", codes(BookingState), nullable=False),
    Column("step", Integer, nullable=False),
    Column("next_at", Utc, nullable=True, index=True),
    Column("promised", Date, nullable=True),
    Column("accepted_by", Id, ForeignKey("people.id"), nullable=True),
    Column("accepted_at", Utc, nullable=True),
    Column("delivered_at", Utc, nullable=True),
    Column("ended_at", Utc, nullable=True),
    Column("progress", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("back", Integer, nullable=False),
    Column("answer", String(8), nullable=False),
    Column("forget_at", Utc, nullable=True, index=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_provider"),
    Index("ix_bookings_supply_id_month", "supply_id", "month"),
    Index("ix_bookings_unit_id_state", "unit_id", "state"),
    Index("ix_bookings_person_id_state", "person_id", "state"),
)

mapper.map_imperatively(Booking, bookings, version_id_col=bookings.c.version)

_ended = sorted(ENDS)
_BOOKINGED = select(func.count()).where(
    bookings.c.supply_id == bindparam("supply"),
    bookings.c.month == bindparam("month"),
    bookings.c.state.not_in(sorted(FREE)),
)
_BOOKINGED_OF = (
    select(bookings.c.supply_id, func.count())
    .where(
        bookings.c.supply_id.in_(bindparam("supplies", expanding=True)),
        bookings.c.month == bindparam("month"),
        bookings.c.state.not_in(sorted(FREE)),
    )
    .group_by(bookings.c.supply_id)
)
_OF_NEED = (
    select(Booking).where(bookings.c.need_id == bindparam("need")).order_by(bookings.c.id.desc())
)
_OPEN_OF = (
    select(Booking)
    .where(
        or_(
            bookings.c.unit_id.in_(bindparam("units", expanding=True)),
            bookings.c.area_id.in_(bindparam("areas", expanding=True)),
            bookings.c.person_id == bindparam("person"),
        ),
        bookings.c.state.not_in(_ended),
    )
    .order_by(bookings.c.next_at, bookings.c.id)
)
_UNDER_WAY = select(bookings.c.supply_id, bookings.c.need_id).where(
    or_(
        bookings.c.supply_id.in_(bindparam("supplies", expanding=True)),
        bookings.c.need_id.in_(bindparam("needs", expanding=True)),
    ),
    bookings.c.state.not_in(_ended),
)
_UNDER = (
    select(Booking)
    .join(areas, areas.c.id == bookings.c.area_id)
    .where(areas.c.path.like(bindparam("under")))
    .order_by(bookings.c.id)
)
_BY_PERSON = (
    select(Booking)
    .where(bookings.c.person_id == bindparam("person"))
    .order_by(bookings.c.id.desc())
)
_DUE = (
    select(bookings.c.id)
    .where(
        bookings.c.next_at <= bindparam("now"),
        not_failed(bookings.c.id),
    )
    .order_by(bookings.c.next_at)
    .limit(100)
)
NEXT_DUE = earliest(bookings.c.next_at)


def lock(db: Session, booking_id: int) -> Booking | None:
    return db.get(Booking, booking_id, with_for_update=True, populate_existing=True)


def booked(db: Session, supply_id: int, month: str) -> int:
    """How many of a line are booked in a month ("2026-12"); refused ones do not count."""
    return db.scalar(_BOOKINGED, {"supply": supply_id, "month": month}) or 0


def booked_of(db: Session, supply_ids: Iterable[int], month: str) -> Mapping[int, int]:
    """The same for several lines at once."""
    ids = list(supply_ids)
    rows = db.execute(_BOOKINGED_OF, {"supplies": ids, "month": month})
    return {int(supply): int(count) for supply, count in rows}


def under_way(db: Session, supply_ids: Iterable[int], need_ids: Iterable[int]) -> set[Any]:
    """Those of these lines and needs about which somebody was asked or has promised, as
    ("supply", id) or ("need", id)."""
    rows = db.execute(_UNDER_WAY, {"supplies": list(supply_ids), "needs": list(need_ids)})
    return {
        pair for supply, need in rows for pair in (("supply", supply), ("need", need)) if pair[1]
    }


def of_need(db: Session, need_id: int) -> Sequence[Booking]:
    """Everybody who was asked about a need, the newest first."""
    return db.scalars(_OF_NEED, {"need": need_id}).all()


def open_for(
    db: Session, person_id: int, units: Iterable[int], communities: Iterable[int]
) -> Sequence[Booking]:
    """What is not settled yet and lies with this person, these units or these communities."""
    asked = {"person": person_id, "units": list(units), "areas": list(communities)}
    return db.scalars(_OPEN_OF, asked).all()


def under(db: Session, path: str) -> Sequence[Booking]:
    """Every booking of the communities inside an area, the oldest first."""
    return db.scalars(_UNDER, {"under": path + "%"}).all()


def by_person(db: Session, person_id: int) -> Sequence[Booking]:
    """What a member was asked to do, the newest first."""
    return db.scalars(_BY_PERSON, {"person": person_id}).all()


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


# ── who keeps their word ─────────────────────────────────────────────────────


def _count(*conditions: Any) -> Any:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


def _records(column: Column[Any]) -> Any:
    kept = and_(bookings.c.state == BookingState.STRUCK, bookings.c.answer == "yes")
    return (
        select(
            column.label("id"),
            _count(
                bookings.c.accepted_at >= bindparam("since"), bookings.c.state.not_in(sorted(FREE))
            ),
            _count(kept),
            _count(bookings.c.state == BookingState.BROKEN),
        )
        .where(column.in_(bindparam("ids", expanding=True)))
        .group_by(column)
    )


_RECORDS_OF_PEOPLE, _RECORDS_OF_UNITS = _records(bookings.c.person_id), _records(bookings.c.unit_id)


def records(db: Session, who: Who, ids: Iterable[int], since: datetime) -> Mapping[int, Record]:
    """What each has taken on since, and ever kept or broken."""
    statement = _RECORDS_OF_PEOPLE if who is Who.PERSON else _RECORDS_OF_UNITS
    rows = db.execute(statement, {"ids": list(ids), "since": since})
    return {row[0]: Record(int(row[1]), int(row[2]), int(row[3])) for row in rows}


# ── what was asked, promised, done ───────────────────────────────────────────


class Tally:
    """What happened between two moments, and what was still open at the second one."""

    def __init__(self, asked: int, promised: int, done: int, broken: int, still: int) -> None:
        self.asked, self.promised, self.done = asked, promised, done
        self.broken, self.still = broken, still

    @property
    def silent(self) -> bool:
        return not (self.asked or self.promised or self.done or self.broken or self.still)


def _within(column: Column[Any]) -> Any:
    return and_(column >= bindparam("since"), column < bindparam("until"))


_later = or_(bookings.c.ended_at.is_(None), bookings.c.ended_at >= bindparam("until"))
_TALLY = select(
    _count(_within(bookings.c.asked_at)),
    _count(_within(bookings.c.accepted_at)),
    _count(_within(bookings.c.ended_at), bookings.c.state == BookingState.STRUCK),
    _count(_within(bookings.c.ended_at), bookings.c.state == BookingState.BROKEN),
    _count(bookings.c.asked_at < bindparam("until"), _later),
)
_TALLY_UNIT = _TALLY.where(bookings.c.unit_id == bindparam("unit"))
_TALLY_AREA = _TALLY.select_from(bookings.join(areas, areas.c.id == bookings.c.area_id)).where(
    areas.c.path.like(bindparam("under"))
)
_NEEDS = (
    select(
        _count(_within(needs.c.created_at)),
        _count(
            needs.c.created_at < bindparam("until"),
            or_(needs.c.ended_at.is_(None), needs.c.ended_at >= bindparam("until")),
        ),
    )
    .select_from(needs.join(areas, areas.c.id == needs.c.area_id))
    .where(areas.c.path.like(bindparam("under")))
)


def tally_of_unit(db: Session, unit_id: int, since: datetime, until: datetime) -> Tally:
    """From the records; asked again for the same time it is the same."""
    row = db.execute(_TALLY_UNIT, {"unit": unit_id, "since": since, "until": until}).one()
    return Tally(*(int(value) for value in row))


def tally_of_area(db: Session, under: str, since: datetime, until: datetime) -> Tally:
    row = db.execute(_TALLY_AREA, {"under": under + "%", "since": since, "until": until}).one()
    return Tally(*(int(value) for value in row))


def needs_of_area(db: Session, under: str, since: datetime, until: datetime) -> tuple[int, int]:
    """How many needs came between two moments, and how many were still open at the second."""
    row = db.execute(_NEEDS, {"under": under + "%", "since": since, "until": until}).one()
    return int(row[0]), int(row[1])


# ── forgetting ───────────────────────────────────────────────────────────────

_FORGET = (
    update(bookings)
    .where(bookings.c.person_id == bindparam("person"))
    .values(progress="", note="", why="", version=bookings.c.version + 1)
)
# Nobody can be asked any more: the clock takes the last step at once.
_FORGET_LIVE = (
    update(bookings)
    .where(
        bookings.c.person_id == bindparam("person"),
        bookings.c.state.in_([BookingState.ASKED, BookingState.ACCEPTED]),
    )
    .values(next_at=bookings.c.asked_at, step=99)
)
_FORGET_ASKED = (
    update(bookings)
    .where(
        bookings.c.need_id.in_(select(needs.c.id).where(needs.c.person_id == bindparam("person")))
    )
    .values(words="", why="", version=bookings.c.version + 1)
)
_OLD = (
    select(bookings.c.id)
    .where(
        bookings.c.forget_at <= bindparam("now"),
        not_failed(bookings.c.id),
    )
    .order_by(bookings.c.forget_at)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(bookings.c.forget_at)


def to_forget(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Bookings that ended so long ago that what was said on them is to go."""
    return db.scalars(_OLD, {"now": now, "failed": list(failed)}).all()


def forget(db: Session, person_id: int) -> None:
    """What the person said as a helper, and what they had asked for, is gone from the bookings."""
    for statement in (_FORGET_LIVE, _FORGET, _FORGET_ASKED):
        db.connection().execute(statement, {"person": person_id})
