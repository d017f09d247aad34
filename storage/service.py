"""Hours of service, prints of pictures, and what a human is asked to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.service import Alert, AlertKind, Service, bands, same_picture
from storage.schema import Id, Utc, codes, mapper, metadata

service_hours = Table(
    "service_hours",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("void_at", Utc, nullable=True),
    Index("ix_service_hours_person_id_starts_at", "person_id", "starts_at"),
    Index("ix_service_hours_about_subject_id", "about", "subject_id"),
)

photo_prints = Table(
    "photo_prints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("print", String(16), nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("at", Utc, nullable=False),
    *(Column(f"band{n}", Integer, nullable=False, index=True) for n in range(4)),
)

point_alerts = Table(
    "point_alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("kind", codes(AlertKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("other_id", Id, ForeignKey("people.id"), nullable=True),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("count", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=True),
    Column("seen_by", Id, ForeignKey("people.id"), nullable=True),
    Index("ix_point_alerts_area_id_seen_at", "area_id", "seen_at"),
)

mapper.map_imperatively(Alert, point_alerts)
mapper.map_imperatively(Service, service_hours)


def _once(module: Any, table: Table) -> Any:
    statement = module.insert(table).on_conflict_do_nothing(index_elements=["key"])
    return statement.returning(table.c.id)


_SERVED = {"sqlite": _once(sqlite, service_hours), "postgresql": _once(postgresql, service_hours)}
_NOTICED = {"sqlite": _once(sqlite, point_alerts), "postgresql": _once(postgresql, point_alerts)}
_PRINT = insert(photo_prints)
_ALIKE = (
    select(photo_prints)
    .where(or_(*(photo_prints.c[f"band{n}"] == bindparam(f"band{n}") for n in range(4))))
    .order_by(photo_prints.c.id)
)
_counts = service_hours.c.void_at.is_(None)
_OVERLAPS = (
    select(Service)
    .where(
        service_hours.c.person_id == bindparam("person"),
        service_hours.c.starts_at < bindparam("ends"),
        service_hours.c.ends_at > bindparam("starts"),
        _counts,
    )
    .order_by(service_hours.c.starts_at, service_hours.c.id)
)
_SPANS = select(service_hours.c.starts_at, service_hours.c.ends_at).where(
    service_hours.c.person_id == bindparam("person"), _counts
)
_VOID = (
    update(service_hours)
    .where(
        service_hours.c.about == bindparam("of"),
        service_hours.c.subject_id == bindparam("thing"),
        or_(
            bindparam("everybody", type_=Integer) == 1,
            service_hours.c.person_id == bindparam("person"),
        ),
        _counts,
    )
    .values(
        void_at=bindparam("now"),
        key=service_hours.c.key + "~" + cast(service_hours.c.id, String),
    )
    .execution_options(synchronize_session=False)
)
_WAITING = (
    select(Alert)
    .where(
        point_alerts.c.area_id.in_(bindparam("areas", expanding=True)),
        point_alerts.c.seen_at.is_(None),
    )
    .order_by(point_alerts.c.id)
    .limit(bindparam("most"))
)
_FORGET = delete(photo_prints).where(photo_prints.c.person_id == bindparam("person"))

_OLDEST = select(photo_prints.c.id).where(
    photo_prints.c.id == select(func.min(photo_prints.c.id)).scalar_subquery(),
    photo_prints.c.at < bindparam("before"),
    photo_prints.c.id.not_in(bindparam("but", expanding=True)),
)
_PURGE = delete(photo_prints).where(photo_prints.c.at < bindparam("before"))


def add(db: Session, served: Service) -> Service | None:
    """The turn of service is kept; None where it counts already."""
    row = {
        "key": served.key,
        "person_id": served.person_id,
        "about": served.about,
        "subject_id": served.subject_id,
        "area_id": served.area_id,
        "starts_at": served.starts_at,
        "ends_at": served.ends_at,
        "void_at": None,
    }
    conn = db.connection()
    new = conn.scalar(_SERVED[conn.dialect.name], row)
    return db.get_one(Service, new) if new is not None else None


def overlaps(
    db: Session, person_id: int, starts_at: datetime, ends_at: datetime
) -> Sequence[Service]:
    """The person's turns of service that touch this time."""
    asked = {"person": person_id, "starts": starts_at, "ends": ends_at}
    return db.scalars(_OVERLAPS, asked).all()


def minutes(db: Session, person_id: int) -> int:
    """How long a person has served; a time that was claimed twice counts once."""
    total, end = 0.0, None
    for starts, ends in sorted(tuple(row) for row in db.execute(_SPANS, {"person": person_id})):
        begins = starts if end is None else max(starts, end)
        if ends > begins:
            total += (ends - begins).total_seconds()
            end = ends
    return int(total // 60)


def void(db: Session, about: str, subject_id: int, person_id: int | None, now: datetime) -> None:
    """The hours for this thing count no more: a person's, or everybody's where None. They give
    up their key, so that hours which are confirmed after all are kept anew."""
    values: dict[str, object] = {"of": about, "thing": subject_id, "now": now}
    values |= {"person": person_id or 0, "everybody": int(person_id is None)}
    db.connection().execute(_VOID, values)


def notice(db: Session, alert: Alert) -> Alert | None:
    """The alert is kept for a human to see; None where it was already."""
    kept = [column.name for column in point_alerts.columns if column.name != "id"]
    row = {name: getattr(alert, name) for name in kept}
    conn = db.connection()
    new = conn.scalar(_NOTICED[conn.dialect.name], row)
    return db.get_one(Alert, new) if new is not None else None


def waiting(db: Session, areas: Sequence[int], most: int) -> Sequence[Alert]:
    """What nobody has looked at yet in these communities, the oldest first."""
    return db.scalars(_WAITING, {"areas": list(areas), "most": most}).all()


def lock_alert(db: Session, alert_id: int) -> Alert | None:
    return db.get(Alert, alert_id, with_for_update=True, populate_existing=True)


def alike(db: Session, print_: str) -> list[Any]:
    """Pictures handed in before that are this one: rows (about, subject_id, person_id, at)."""
    asked = {f"band{n}": band for n, band in enumerate(bands(print_))}
    rows = db.connection().execute(_ALIKE, asked).all()
    return [row for row in rows if same_picture(row.print, print_)]


def keep_print(
    db: Session, print_: str, about: str, subject_id: int, person_id: int, at: datetime
) -> None:
    """A picture that is handed in again will be recognised."""
    row = {
        "print": print_,
        "about": about,
        "subject_id": subject_id,
        "person_id": person_id,
        "at": at,
        **{f"band{n}": band for n, band in enumerate(bands(print_))},
    }
    db.connection().execute(_PRINT, row)


def oldest_print(db: Session, before: datetime, but: Sequence[int]) -> Sequence[int]:
    """The first picture that is remembered, if it is from before this moment."""
    return db.scalars(_OLDEST, {"before": before, "but": list(but)}).all()


def purge_prints(db: Session, before: datetime) -> None:
    """Pictures from before this moment are not remembered any more."""
    db.connection().execute(_PURGE, {"before": before})


def forget(db: Session, person_id: int) -> None:
    """Nothing of a person's pictures is kept, not even what would recognise them."""
    db.connection().execute(_FORGET, {"person": person_id})
