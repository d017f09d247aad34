"""The three lists: needs, the units' supply, the members' services.

`list_needs` holds what somebody needs; the older table `needs` has the bare words that a
community asks for in the double report-in, and a workbook replaces them as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.lists import LIVE, Need, NeedState, Service, Supply
from governance.org import AreaKind
from storage.moments import earliest, not_failed
from storage.org import areas, units
from storage.people import people
from storage.reportin import reportins
from storage.schema import Id, Json, Utc, codes, mapper, metadata
from storage.secrets import Secret

needs = Table(
    "list_needs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False),
    Column("words", Secret, nullable=False),
    Column("skills", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("state", codes(NeedState), nullable=False),
    Column("public", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("next_at", Utc, nullable=True, index=True),
    Column("ended_at", Utc, nullable=True),
    Column("forget_at", Utc, nullable=True, index=True),
    Column("version", Integer, nullable=False),
)

supplies = Table(
    "supplies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False, index=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False),
    Column("what", String(60), nullable=False),
    Column("skills", Json, nullable=False),
    Column("for_whom", String(60), nullable=False),
    Column("monthly", Integer, nullable=False),
    Column("conditions", String(200), nullable=False),
    Column("until", Date, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("closed_at", Utc, nullable=True),
    Column("version", Integer, nullable=False),
)

services = Table(
    "services",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("skills", Json, nullable=False),
    Column("hours", Json, nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("since", Utc, nullable=False),
    Column("paused", Boolean, nullable=False),
    Index("ix_services_area_id_paused", "area_id", "paused"),
)

mapper.map_imperatively(Need, needs, version_id_col=needs.c.version)
mapper.map_imperatively(Supply, supplies, version_id_col=supplies.c.version)
mapper.map_imperatively(Service, services)

# ── needs ────────────────────────────────────────────────────────────────────

_MINE = select(Need).where(needs.c.person_id == bindparam("person")).order_by(needs.c.id.desc())
_LIVE_IN = (
    select(Need)
    .join(areas, areas.c.id == needs.c.area_id)
    .where(areas.c.path.like(bindparam("under")), needs.c.state.in_(sorted(LIVE)))
    .order_by(needs.c.id)
)
_LIVE_IN_LOCKED = _LIVE_IN.with_for_update(of=needs)
_ENDED_IN = (
    select(needs.c.id)
    .join(areas, areas.c.id == needs.c.area_id)
    .where(areas.c.path.like(bindparam("under")), needs.c.state.not_in(sorted(LIVE)))
)
_OPEN = (
    select(Need)
    .join(areas, areas.c.id == needs.c.area_id)
    .where(areas.c.path.like(bindparam("under")), needs.c.state == NeedState.OPEN)
    .order_by(needs.c.id)
)
_DUE = (
    select(needs.c.id)
    .where(needs.c.next_at <= bindparam("now"), not_failed(needs.c.id))
    .order_by(needs.c.next_at)
    .limit(100)
)
NEXT_NEED = earliest(needs.c.next_at)


def lock_need(db: Session, need_id: int) -> Need | None:
    return db.get(Need, need_id, with_for_update=True, populate_existing=True)


def needs_of(db: Session, person_id: int) -> Sequence[Need]:
    """What a person has asked for, the newest first."""
    return db.scalars(_MINE, {"person": person_id}).all()


def live_needs(db: Session, under: str) -> Sequence[Need]:
    """The needs inside an area that are not settled yet, the oldest first."""
    return db.scalars(_LIVE_IN, {"under": under + "%"}).all()


def open_needs(db: Session, under: str) -> Sequence[Need]:
    """Those that others may read and take on."""
    return db.scalars(_OPEN, {"under": under + "%"}).all()


def live_needs_locked(db: Session, under: str) -> Sequence[Need]:
    """The needs inside an area that are not settled, which stay so until the turn is over."""
    fresh = {"populate_existing": True}
    return db.scalars(_LIVE_IN_LOCKED, {"under": under + "%"}, execution_options=fresh).all()


def ended_needs(db: Session, under: str) -> frozenset[int]:
    """The numbers of the needs inside an area that are settled."""
    return frozenset(db.scalars(_ENDED_IN, {"under": under + "%"}))


def due_needs(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


# ── supply ───────────────────────────────────────────────────────────────────

_OF_UNIT = (
    select(Supply)
    .where(supplies.c.unit_id == bindparam("unit"), supplies.c.closed_at.is_(None))
    .order_by(supplies.c.id)
)
_FOR = (
    select(Supply, units.c.name, areas.c.path)
    .join(units, units.c.id == supplies.c.unit_id)
    .outerjoin(areas, areas.c.id == units.c.area_id)
    .where(
        supplies.c.area_id.in_(bindparam("path", expanding=True)),
        supplies.c.closed_at.is_(None),
        supplies.c.until >= bindparam("day"),
    )
    .order_by(supplies.c.id)
)
_OF_UNITS = (
    select(Supply)
    .where(
        supplies.c.unit_id.in_(bindparam("units", expanding=True)), supplies.c.closed_at.is_(None)
    )
    .order_by(supplies.c.id)
)
_OF_UNITS_LOCKED = _OF_UNITS.with_for_update()
_CLOSED = select(supplies.c.id).where(
    supplies.c.unit_id.in_(bindparam("units", expanding=True)), supplies.c.closed_at.is_not(None)
)


class Offer(NamedTuple):
    """A line of a menu with the name of its unit and the path of where that sits."""

    supply: Supply
    unit: str
    path: list[int]


def lock_supply(db: Session, supply_id: int) -> Supply | None:
    return db.get(Supply, supply_id, with_for_update=True, populate_existing=True)


def menu_of(db: Session, unit_id: int) -> Sequence[Supply]:
    """A unit's own menu as it is now."""
    return db.scalars(_OF_UNIT, {"unit": unit_id}).all()


def menus_of(db: Session, unit_ids: Sequence[int], *, lock: bool = False) -> Sequence[Supply]:
    """What stands on the menus of several units; locked, it stays so until the turn is over."""
    fresh = {"populate_existing": True}
    statement = _OF_UNITS_LOCKED if lock else _OF_UNITS
    return db.scalars(statement, {"units": list(unit_ids)}, execution_options=fresh).all()


def closed_of(db: Session, unit_ids: Sequence[int]) -> frozenset[int]:
    """The numbers of lines that stood on these units' menus and were taken off."""
    return frozenset(db.scalars(_CLOSED, {"units": list(unit_ids)}))


def offers_for(db: Session, path: Sequence[int], day: date) -> list[Offer]:
    """What units offer at a place on a day. `path`: area ids from the district down to it."""
    rows = db.execute(_FOR, {"path": list(path), "day": day})
    return [Offer(supply, unit, _ids(where)) for supply, unit, where in rows]


def _ids(path: str | None) -> list[int]:
    return [int(part) for part in (path or "").split("/") if part]


# ── services ─────────────────────────────────────────────────────────────────

_home, _seat = areas.alias("service_home"), areas.alias("service_seat")
_SERVING = (
    select(
        Service,
        people.c.name,
        func.coalesce(_home.c.path, _seat.c.path).label("path"),
    )
    .join(people, people.c.id == services.c.person_id)
    .outerjoin(_home, _home.c.id == people.c.home_id)
    .outerjoin(reportins, reportins.c.person_id == people.c.id)
    .outerjoin(_seat, _seat.c.id == reportins.c.area_id)
    .where(
        services.c.area_id.in_(bindparam("path", expanding=True)),
        services.c.paused.is_(False),
        people.c.minor_at.is_(None),
    )
    .order_by(services.c.person_id)
)


class Serving(NamedTuple):
    """A member's entry with the member's name and the path of where they are at home."""

    service: Service
    name: str
    path: list[int]


def service_of(db: Session, person_id: int) -> Service | None:
    return db.get(Service, person_id)


def serving_at(db: Session, path: Sequence[int]) -> list[Serving]:
    """The members who have offered to help at a place."""
    rows = db.execute(_SERVING, {"path": list(path)})
    return [Serving(service, name, _ids(where)) for service, name, where in rows]


# ── by name ──────────────────────────────────────────────────────────────────

_UNITS = select(units.c.id, units.c.code, units.c.name).order_by(units.c.id)
_COMMUNITIES = (
    select(areas.c.id, areas.c.code, areas.c.name)
    .where(areas.c.kind == AreaKind.COMMUNITY)
    .order_by(areas.c.id)
)


def units_named(db: Session) -> Sequence[Any]:
    """Every unit: rows (id, code, name)."""
    return db.execute(_UNITS).all()


def communities_named(db: Session) -> Sequence[Any]:
    """Every community: rows (id, code, name)."""
    return db.execute(_COMMUNITIES).all()


# ── forgetting ───────────────────────────────────────────────────────────────

_FORGET_SERVICE = delete(services).where(services.c.person_id == bindparam("person"))
# A need that is still open falls due at once, and the clock ends it.
_FORGET_LIVE = (
    update(needs)
    .where(needs.c.person_id == bindparam("person"), needs.c.state.in_(sorted(LIVE)))
    .values(next_at=needs.c.created_at)
)
_FORGET_WORDS = (
    update(needs)
    .where(needs.c.person_id == bindparam("person"))
    .values(words="", public="", version=needs.c.version + 1)
)
_OLD = (
    select(needs.c.id)
    .where(
        needs.c.forget_at <= bindparam("now"),
        not_failed(needs.c.id),
    )
    .order_by(needs.c.forget_at)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(needs.c.forget_at)


def to_forget(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Needs that ended so long ago that their words are to go."""
    return db.scalars(_OLD, {"now": now, "failed": list(failed)}).all()


def forget(db: Session, person_id: int) -> None:
    """What the person asked for has no words any more, and nobody is offered their help."""
    conn: Any = db.connection()
    for statement in (_FORGET_SERVICE, _FORGET_LIVE, _FORGET_WORDS):
        conn.execute(statement, {"person": person_id})
