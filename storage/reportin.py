"""Who is registered where (双报到), what communities ask for, and who is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from governance.org import AreaKind
from governance.reportin import Community, Ground, ReportIn
from storage.org import areas, units
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata

reportins = Table(
    "reportins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=True, unique=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("ground", codes(Ground), nullable=False),
    Column("confirmed_by", Id, ForeignKey("people.id"), nullable=False),
    Column("confirmed_at", Utc, nullable=False),
    CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_of_two"),
)

needs = Table(
    "needs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("word", String(32), nullable=False),
    UniqueConstraint("area_id", "word"),
)

mapper.map_imperatively(ReportIn, reportins)


class Registrant(NamedTuple):
    """A unit or member, with what is known of where they are and where they are registered."""

    kind: str  # "unit" or "person"
    id: int
    code: str
    name: str
    skills: Sequence[str]
    path: str  # of the area they sit or live in; "" where nobody knows
    latitude: float | None
    longitude: float | None
    registered_at: int | None  # a community's id


_COMMUNITIES = (
    select(
        areas.c.id, areas.c.code, areas.c.name, areas.c.households, areas.c.path,
        areas.c.latitude, areas.c.longitude,
    )
    .where(areas.c.kind == AreaKind.COMMUNITY, areas.c.path.like(bindparam("under")))
    .order_by(areas.c.code)
)  # fmt: skip
_INSIDE = select(
    areas.c.path, areas.c.latitude, areas.c.longitude, areas.c.households
).where(areas.c.path.like(bindparam("under")), areas.c.latitude.is_not(None))  # fmt: skip
_NEEDS = select(needs.c.area_id, needs.c.word)
_THERE = select(reportins.c.area_id, func.count()).group_by(reportins.c.area_id)
_UNITS = (
    select(
        units.c.id, units.c.code, units.c.name, areas.c.path, areas.c.latitude, areas.c.longitude,
        reportins.c.area_id,
    )
    .join(areas, areas.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.unit_id == units.c.id, isouter=True)
    .order_by(units.c.code)
)  # fmt: skip
_home = areas.alias("home")
_seat = areas.alias("seat")
_PEOPLE = (
    select(
        people.c.id, people.c.code, people.c.name, people.c.skills,
        func.coalesce(_home.c.path, _seat.c.path, "").label("path"),
        func.coalesce(_home.c.latitude, _seat.c.latitude).label("latitude"),
        func.coalesce(_home.c.longitude, _seat.c.longitude).label("longitude"),
        reportins.c.area_id,
    )
    .join(_home, _home.c.id == people.c.home_id, isouter=True)
    .join(units, units.c.id == people.c.unit_id, isouter=True)
    .join(_seat, _seat.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.person_id == people.c.id, isouter=True)
    .where(people.c.member.is_not(None))
    .order_by(people.c.code)
)  # fmt: skip
_OF_PERSON = select(ReportIn).where(reportins.c.person_id == bindparam("person"))
_OF_UNIT = select(ReportIn).where(reportins.c.unit_id == bindparam("unit"))


class Place(NamedTuple):
    """A community, as a proposal needs it, with its code and name."""

    code: str
    name: str
    path: str
    community: Community


def communities(conn: Connection, under: str) -> list[Place]:
    """Every community below a path, with its needs and how many are registered there.

    One without a point of its own stands in the middle of its buildings.
    """
    wanted: dict[int, set[str]] = {}
    for area_id, word in conn.execute(_NEEDS):
        wanted.setdefault(area_id, set()).add(word)
    there: dict[int, int] = {row[0]: row[1] for row in conn.execute(_THERE)}
    rows = conn.execute(_COMMUNITIES, {"under": under + "%"}).all()
    inside = _insides(conn, under, [row.path for row in rows])
    found: list[Place] = []
    for row in rows:
        point, counted = inside.get(row.path, (None, 0))
        if row.latitude is not None:
            point = (row.latitude, row.longitude)
        community = Community(
            row.id,
            row.households or counted,
            point,
            frozenset(wanted.get(row.id, ())),
            there.get(row.id, 0),
        )
        found.append(Place(row.code, row.name, row.path, community))
    return found


def _insides(
    conn: Connection, under: str, paths: Sequence[str]
) -> Mapping[str, tuple[tuple[float, float], int]]:
    """The middle of what lies in each of these areas, and its households."""
    depth = {len(path.split("/")) for path in paths}
    known = set(paths)
    sums: dict[str, list[float]] = {}
    for path, latitude, longitude, households in conn.execute(_INSIDE, {"under": under + "%"}):
        parts = path.split("/")
        for level in depth:
            above = "/".join(parts[: level - 1]) + "/"
            if above in known and above != path:
                entry = sums.setdefault(above, [0.0, 0.0, 0.0, 0.0])
                entry[0] += latitude
                entry[1] += longitude
                entry[2] += 1
                entry[3] += households
    return {path: ((a / n, b / n), int(h)) for path, (a, b, n, h) in sums.items()}


def registrants(conn: Connection) -> list[Registrant]:
    """Every unit and every member, units first, by code; people without a code as "#id"."""
    found = [
        Registrant(
            *("unit", r.id, r.code, r.name, (), r.path or ""),
            *(r.latitude, r.longitude, r.area_id),
        )
        for r in conn.execute(_UNITS)
    ]
    found.extend(
        Registrant(
            *("person", r.id, r.code or f"#{r.id}", r.name, r.skills, r.path),
            *(r.latitude, r.longitude, r.area_id),
        )
        for r in conn.execute(_PEOPLE)
    )
    return found


def register(conn: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
    """These are registered; who was registered elsewhere moves. Returns how many."""
    kept = list(rows)
    for column in ("unit_id", "person_id"):
        ids = [row[column] for row in kept if row[column] is not None]
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            conn.execute(delete(reportins).where(reportins.c[column].in_(part)))
    if kept:
        conn.execute(insert(reportins), kept)
    return len(kept)


def want(conn: Connection, area_id: int, words: Iterable[str]) -> None:
    """What a community asks for, instead of what it asked for before."""
    conn.execute(delete(needs).where(needs.c.area_id == area_id))
    rows = [{"area_id": area_id, "word": word} for word in sorted(set(words))]
    if rows:
        conn.execute(insert(needs), rows)


class Count(NamedTuple):
    """How many units and members there are in an area, and how many of them are registered."""

    units: int
    units_registered: int
    members: int
    members_registered: int


_in_area = func.coalesce(areas.c.path, bindparam("root", type_=String)).like(bindparam("under"))
_COUNT_UNITS = (
    select(func.count(), func.count(reportins.c.id))
    .select_from(units)
    .join(areas, areas.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.unit_id == units.c.id, isouter=True)
    .where(_in_area)
)
_member_in_area = func.coalesce(_home.c.path, _seat.c.path, bindparam("root", type_=String)).like(
    bindparam("under")
)
_COUNT_MEMBERS = (
    select(func.count(), func.count(reportins.c.id))
    .select_from(people)
    .join(_home, _home.c.id == people.c.home_id, isouter=True)
    .join(units, units.c.id == people.c.unit_id, isouter=True)
    .join(_seat, _seat.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.person_id == people.c.id, isouter=True)
    .where(people.c.member.is_not(None), _member_in_area)
)


_MISSING_UNITS = (
    select(units.c.name)
    .join(areas, areas.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.unit_id == units.c.id, isouter=True)
    .where(_in_area, reportins.c.id.is_(None))
    .order_by(units.c.code)
)
_missing_members = (
    select(people.c.id, people.c.name, func.coalesce(units.c.name, "").label("unit"))
    .join(_home, _home.c.id == people.c.home_id, isouter=True)
    .join(units, units.c.id == people.c.unit_id, isouter=True)
    .join(_seat, _seat.c.id == units.c.area_id, isouter=True)
    .join(reportins, reportins.c.person_id == people.c.id, isouter=True)
    .where(people.c.member.is_not(None), reportins.c.id.is_(None))
    .order_by(people.c.code, people.c.id)
)
_MISSING_MEMBERS = _missing_members.where(_member_in_area)
_MISSING_OF_UNIT = _missing_members.where(people.c.unit_id == bindparam("unit"))


class Missing(NamedTuple):
    """A unit, or a member (with their id and unit), who has not reported in."""

    name: str
    person_id: int | None = None
    unit: str = ""


def missing(conn: Connection, under: str, root: str) -> list[Missing]:
    """Who has not reported in of those `count` counts, units first."""
    values = {"under": under + "%", "root": root}
    found = [Missing(name) for name in conn.scalars(_MISSING_UNITS, values)]
    return found + _members(conn.execute(_MISSING_MEMBERS, values))


def missing_of_unit(conn: Connection, unit_id: int) -> list[Missing]:
    """The unit's members who have not reported in."""
    return _members(conn.execute(_MISSING_OF_UNIT, {"unit": unit_id}))


def _members(rows: Iterable[Any]) -> list[Missing]:
    return [Missing(row.name, row.id, row.unit) for row in rows]


def count(conn: Connection, under: str, root: str) -> Count:
    """Of those who live or sit below a path; who is nowhere counts for the district `root`."""
    unit = conn.execute(_COUNT_UNITS, {"under": under + "%", "root": root}).one()
    member = conn.execute(_COUNT_MEMBERS, {"under": under + "%", "root": root}).one()
    return Count(*unit, *member)


def of_person(db: Session, person_id: int) -> ReportIn | None:
    """Where a member is registered."""
    return db.scalars(_OF_PERSON, {"person": person_id}).first()


def of_unit(db: Session, unit_id: int) -> ReportIn | None:
    """Where a unit is registered."""
    return db.scalars(_OF_UNIT, {"unit": unit_id}).first()
