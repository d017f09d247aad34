"""The duty calendar: the week's pattern of a seat, and the watches that were swapped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.duties import Entry, Slot, Swap, on_duty, watch_at
from governance.org import PostKind, Seat
from governance.worktime import WorkTime
from storage.schema import Id, Utc, codes, mapper, metadata

entries = Table(
    "duty_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(PostKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True, index=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("weekday", Integer, nullable=False),
    Column("slot", codes(Slot), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("set_by", Id, ForeignKey("people.id"), nullable=False),
    Column("set_at", Utc, nullable=False),
    Column("ended_at", Utc, nullable=True),
    Column("ended_by", Id, ForeignKey("people.id"), nullable=True),
)

swaps = Table(
    "duty_swaps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(PostKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True),
    Column("day", Date, nullable=False),
    Column("slot", codes(Slot), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("relieved_id", Id, ForeignKey("people.id"), nullable=True),
    Column("asked_by", Id, ForeignKey("people.id"), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("back_day", Date, nullable=True),
    Column("back_slot", codes(Slot), nullable=True),
    Column("agreed_at", Utc, nullable=True),
    Column("ended_at", Utc, nullable=True),
    Column("ended_by", Id, ForeignKey("people.id"), nullable=True),
    Index("ix_duty_swaps_area_id_day", "area_id", "day"),
    Index("ix_duty_swaps_unit_id_day", "unit_id", "day"),
)

mapper.map_imperatively(Entry, entries)
mapper.map_imperatively(Swap, swaps)

_ENTRIES = (
    select(Entry)
    .where(
        or_(
            entries.c.area_id.in_(bindparam("areas", expanding=True)),
            entries.c.unit_id.in_(bindparam("units", expanding=True)),
        ),
        entries.c.ended_at.is_(None),
    )
    .order_by(entries.c.id)
)
_SWAPS = (
    select(Swap)
    .where(
        or_(
            swaps.c.area_id.in_(bindparam("areas", expanding=True)),
            swaps.c.unit_id.in_(bindparam("units", expanding=True)),
        ),
        or_(
            swaps.c.day.between(bindparam("first"), bindparam("last")),
            swaps.c.back_day.between(bindparam("first"), bindparam("last")),
        ),
        swaps.c.agreed_at.is_not(None),
        swaps.c.ended_at.is_(None),
    )
    .order_by(swaps.c.id)
)


# Asked for with every ladder and mostly empty: read without the session's bookkeeping.
_ENTRY, _SWAP = ([field.name for field in fields(of) if field.init] for of in (Entry, Swap))
_PATTERN = _ENTRIES.with_only_columns(*(entries.c[name] for name in _ENTRY))
_SWAPPED = _SWAPS.with_only_columns(*(swaps.c[name] for name in _SWAP))


def entries_of(db: Session, seat: Seat) -> list[Entry]:
    """The pattern of a seat as it is now."""
    return [e for e in db.scalars(_ENTRIES, _at([seat])) if e.seat == seat]


def set_pattern(
    db: Session,
    seat: Seat,
    watches: Iterable[tuple[int, Slot]],
    person_id: int | None,
    by: int,
    now: datetime,
) -> set[int]:
    """From now on the person has these weekdays and slots, nobody where None.

    Returns who had one of them and has it no more.
    """
    wanted = set(watches)
    relieved: set[int] = set()
    for entry in entries_of(db, seat):
        if (entry.weekday, entry.slot) not in wanted:
            continue
        if entry.person_id == person_id:
            wanted.discard((entry.weekday, entry.slot))
            continue
        entry.ended_at, entry.ended_by = now, by
        relieved.add(entry.person_id)
    if person_id is not None:
        at = (seat.kind, seat.area_id, seat.unit_id)
        db.add_all(Entry(*at, day, slot, person_id, by, now) for day, slot in sorted(wanted))
    db.flush()
    return relieved


def swaps_of(db: Session, seat: Seat, first: date, last: date) -> list[Swap]:
    """The swaps in force that touch the seat's watches of these dates."""
    found = db.scalars(_SWAPS, {**_at([seat]), "first": first, "last": last})
    return [s for s in found if s.seat == seat]


def now_at(
    db: Session,
    path: Sequence[int],
    now: datetime,
    work: WorkTime,
    *,
    units: Sequence[int] = (),
) -> dict[Seat, int]:
    """Whom the calendar names at this moment, for every seat at these areas and units."""
    areas = {"areas": list(path), "units": list(units)}
    day = watch_at(now, work).day
    pattern: dict[Seat, list[Entry]] = defaultdict(list)
    swapped: dict[Seat, list[Swap]] = defaultdict(list)
    conn = db.connection()
    for row in conn.execute(_PATTERN, areas):
        pattern[(entry := Entry(*row)).seat].append(entry)
    for row in conn.execute(_SWAPPED, {**areas, "first": day, "last": day}):
        swapped[(swap := Swap(*row)).seat].append(swap)
    named = {
        seat: on_duty(pattern[seat], swapped[seat], now, work) for seat in {*pattern, *swapped}
    }
    return {seat: person for seat, person in named.items() if person is not None}


def lock(db: Session, swap_id: int) -> Swap | None:
    """The swap as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Swap, swap_id, with_for_update=True, populate_existing=True)


def _at(seats: Sequence[Seat]) -> dict[str, list[int]]:
    return {
        "areas": [s.area_id for s in seats if s.area_id is not None],
        "units": [s.unit_id for s in seats if s.unit_id is not None],
    }
