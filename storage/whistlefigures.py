"""What whistles' figures are counted from: read anew each time, never kept."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from governance.org import AreaKind
from governance.whistlefigures import Answer, Blown
from storage.cases import cases
from storage.org import areas
from storage.whistles import unit_calls, whistles

_ANSWERS = (
    select(
        unit_calls.c.unit_id,
        unit_calls.c.unit_name,
        unit_calls.c.state,
        unit_calls.c.called_at,
        unit_calls.c.report_due,
        unit_calls.c.reported_in_at,
        unit_calls.c.arrived_at,
        (unit_calls.c.ground != "").label("refused"),
        unit_calls.c.unfounded,
        unit_calls.c.speed,
        unit_calls.c.quality,
        unit_calls.c.needed,
        unit_calls.c.clear,
        unit_calls.c.whistle_id,
    )
    .join(whistles, whistles.c.id == unit_calls.c.whistle_id)
    .where(
        whistles.c.blown_at >= bindparam("since"),
        whistles.c.blown_at < bindparam("until"),
        whistles.c.path.like(bindparam("under")),
    )
    .order_by(unit_calls.c.id)
)
_BLOWN = (
    select(whistles.c.id, whistles.c.path, whistles.c.reviewed, cases.c.verdict)
    .outerjoin(cases, cases.c.id == whistles.c.case_id)
    .where(
        whistles.c.blown_at >= bindparam("since"),
        whistles.c.blown_at < bindparam("until"),
        whistles.c.path.like(bindparam("under")),
    )
    .order_by(whistles.c.id)
)
_PLACES = select(areas.c.id, areas.c.name).where(
    areas.c.kind.in_([AreaKind.COMMUNITY, AreaKind.STREET]),
    areas.c.path.like(bindparam("under")),
)


def answers(
    db: Session, path: str, since: datetime, until: datetime, unit_id: int | None = None
) -> list[Answer]:
    """What units did in the whistles blown in an area in this time, all or one of them."""
    rows = db.execute(_ANSWERS, {"under": path + "%", "since": since, "until": until})
    return [
        Answer(
            unit=row.unit_name,
            state=row.state,
            called_at=row.called_at,
            report_due=row.report_due,
            reported_in_at=row.reported_in_at,
            arrived_at=row.arrived_at,
            refused=bool(row.refused),
            unfounded=row.unfounded,
            speed=row.speed,
            quality=row.quality,
        )
        for row in rows
        if unit_id is None or row.unit_id == unit_id
    ]


def blown(db: Session, path: str, since: datetime, until: datetime) -> list[Blown]:
    """The whistles of an area in this time, each with its community, or the street above it."""
    period = {"under": path + "%", "since": since, "until": until}
    judged: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in db.execute(_ANSWERS, period):
        if row.needed:
            judged[row.whistle_id].append((row.needed, row.clear))
    names = {row.id: row.name for row in db.execute(_PLACES, {"under": path + "%"})}
    return [
        Blown(_place(row.path, names), row.reviewed, row.verdict or "", tuple(judged[row.id]))
        for row in db.execute(_BLOWN, period)
    ]


def _place(path: str, names: dict[int, str]) -> str:
    ids = [int(part) for part in path.split("/") if part]
    return next((names[area_id] for area_id in reversed(ids) if area_id in names), "")
