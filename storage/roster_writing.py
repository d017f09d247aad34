"""The roster written in bulk: few statements for each table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from governance.org import SEATS
from governance.roster import AreaEntry, Known, PersonEntry, Plan, UnitEntry
from storage.cases import cases
from storage.org import areas, posts, responsibilities, units
from storage.people import people

CHUNK = 500
Progress = Callable[[int], None]

_AREA_VALUES = ("kind", "name", "latitude", "longitude", "households")
_UNIT_VALUES = ("name", "kind", "phone", "hours")
_ADD_AREA = insert(areas).returning(areas.c.id, areas.c.code)
_CHANGE_AREA = (
    update(areas)
    .where(areas.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in (*_AREA_VALUES, "parent_id")})
)
_TREE = select(areas.c.id, areas.c.parent_id, areas.c.path)
_SET_PATH = update(areas).where(areas.c.id == bindparam("key")).values(path=bindparam("way"))
# A closed case stays where it was closed; one that is open, or may be opened again, goes with
# its area, or it would climb a ladder that no longer stands above it.
_MOVE_CASES = (
    update(cases)
    .where(
        cases.c.area_id.in_(bindparam("moved", expanding=True)),
        or_(cases.c.closed_at.is_(None), cases.c.reopen_until >= bindparam("now")),
    )
    .values(path=select(areas.c.path).where(areas.c.id == cases.c.area_id).scalar_subquery())
)
_ADD_UNIT = insert(units).returning(units.c.id, units.c.code)
_CHANGE_UNIT = (
    update(units)
    .where(units.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in (*_UNIT_VALUES, "area_id")})
)
_DROP_DUTIES = delete(responsibilities).where(responsibilities.c.unit_id == bindparam("unit"))
_ADD_DUTY = insert(responsibilities)
_ADD_PERSON = insert(people).returning(people.c.id, people.c.code, people.c.phone_print)
_PERSON_VALUES = ("code", "name", "member", "unit_id", "home_id", "skills")
_CHANGE_PERSON = (
    update(people)
    .where(people.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in _PERSON_VALUES})
)
_CHANGE_PHONE = (
    update(people)
    .where(people.c.id == bindparam("key"))
    .values(phone=bindparam("number"), phone_print=bindparam("mark"))
)
# The door belongs to the home: somebody who has moved does not live behind the old one.
_LEAVE_DOOR = update(people).where(people.c.id == bindparam("key")).values(address="")
_ADD_POST = insert(posts)
_CHANGE_POST = (
    update(posts)
    .where(posts.c.id == bindparam("key"))
    .values(
        phone=bindparam("number"),
        partner_id=bindparam("partner"),
        since=bindparam("first"),
        until=bindparam("last"),
    )
)


def write(
    conn: Connection, plan: Plan, was: Known, today: date, progress: Progress = lambda rows: None
) -> None:
    """Everything the plan says is written. `progress` hears of rows as they are written.

    `was` is the roster for which the plan was made, and still the roster.
    """
    area_ids = {code: area_id for code, (area_id, _entry) in was.areas.items()}
    unit_ids = {code: unit_id for code, (unit_id, _entry) in was.units.items()}
    _write_areas(conn, plan, area_ids, today, progress)
    _write_units(conn, plan, area_ids, unit_ids, progress)
    person_ids = _write_people(conn, plan, area_ids, unit_ids, progress)
    _write_posts(conn, plan, area_ids, unit_ids, person_ids, progress)


def _many(
    conn: Connection, statement: Any, rows: Iterable[dict[str, Any]], progress: Progress
) -> list[Row[Any]]:
    """Executes for all rows, made and sent some at a time; returns what comes back."""
    back: list[Row[Any]] = []
    waiting = iter(rows)
    while some := list(islice(waiting, CHUNK)):
        result = conn.execute(statement, some)
        if result.returns_rows:
            back += result.all()
        progress(len(some))
    return back


def _write_areas(
    conn: Connection, plan: Plan, ids: dict[str, int], today: date, progress: Progress
) -> None:
    level: list[AreaEntry] = []
    for entry in [*plan.add_areas, None]:
        if level and (entry is None or entry.kind is not level[0].kind):
            rows = ({"code": e.code, "path": "", **_area(e, ids)} for e in level)
            ids |= {row.code: row.id for row in _many(conn, _ADD_AREA, rows, progress)}
            level = []
        if entry is not None:
            level.append(entry)
    changed = ({"key": key, **_area(entry, ids)} for key, entry in plan.change_areas)
    _many(conn, _CHANGE_AREA, changed, progress)
    if plan.add_areas or plan.change_areas:
        _set_paths(conn, today)


def _area(entry: AreaEntry, ids: Mapping[str, int]) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _AREA_VALUES}
    return {**values, "parent_id": ids[entry.parent] if entry.parent else None}


def _set_paths(conn: Connection, today: date) -> None:
    """Every path is that of the tree as it is now, and open cases go with their areas."""
    rows = conn.execute(_TREE).all()
    parents = {row.id: row.parent_id for row in rows}
    ways: dict[int, str] = {}

    def way(area_id: int) -> str:
        if area_id not in ways:
            above = parents[area_id]
            ways[area_id] = f"{way(above) if above else '/'}{area_id}/"
        return ways[area_id]

    wrong = ({"key": row.id, "way": way(row.id)} for row in rows if row.path != way(row.id))
    _many(conn, _SET_PATH, wrong, lambda rows: None)
    moved = [row.id for row in rows if row.path and row.path != way(row.id)]
    now = datetime.combine(today, time.min, UTC)
    for first in range(0, len(moved), CHUNK):
        conn.execute(_MOVE_CASES, {"moved": moved[first : first + CHUNK], "now": now})


def _write_units(
    conn: Connection,
    plan: Plan,
    area_ids: Mapping[str, int],
    ids: dict[str, int],
    progress: Progress,
) -> None:
    rows = [{"code": entry.code, **_unit(entry, area_ids)} for entry in plan.add_units]
    ids |= {row.code: row.id for row in _many(conn, _ADD_UNIT, rows, progress)}
    changed = [{"key": key, **_unit(entry, area_ids)} for key, entry in plan.change_units]
    _many(conn, _CHANGE_UNIT, changed, progress)
    silent: Progress = lambda rows: None  # noqa: E731 - a duty is part of its unit's row
    _many(conn, _DROP_DUTIES, [{"unit": key} for key, _entry in plan.change_units], silent)
    entries = [*plan.add_units, *(entry for _key, entry in plan.change_units)]
    duties = [
        {"unit_id": ids[entry.code], "category": category}
        for entry in entries
        for category in entry.categories
    ]
    _many(conn, _ADD_DUTY, duties, silent)


def _unit(entry: UnitEntry, ids: Mapping[str, int]) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _UNIT_VALUES}
    return {**values, "area_id": ids[entry.area] if entry.area else None}


def _write_people(
    conn: Connection,
    plan: Plan,
    area_ids: Mapping[str, int],
    unit_ids: Mapping[str, int],
    progress: Progress,
) -> dict[int, int]:
    """Returns the ids of the new ones by the numbers the plan gave them."""

    def values(entry: PersonEntry) -> dict[str, Any]:
        return {
            "code": entry.code or None,
            "name": entry.name,
            "member": entry.member,
            "unit_id": unit_ids[entry.unit] if entry.unit else None,
            "home_id": area_ids[entry.home] if entry.home else None,
            "skills": list(entry.skills),
        }

    rows = (
        {**values(entry), "phone": entry.phone, "phone_print": entry.mark}
        for _ref, entry in plan.add_people
    )
    back = _many(conn, _ADD_PERSON, rows, progress)
    # Without a code the number tells them apart: no two new people have the same.
    found = {row.code or ("mark", row.phone_print): row.id for row in back}
    changed = ({"key": key, **values(entry)} for key, entry, _old in plan.change_people)
    _many(conn, _CHANGE_PERSON, changed, progress)
    numbers = [
        {"key": key, "number": entry.phone, "mark": entry.mark}
        for key, entry, old in plan.change_people
        if entry.mark != old.mark
    ]
    _many(conn, _CHANGE_PHONE, numbers, lambda rows: None)
    moved = [{"key": key} for key, entry, old in plan.change_people if entry.home != old.home]
    _many(conn, _LEAVE_DOOR, moved, lambda rows: None)
    return {ref: found[entry.code or ("mark", entry.mark)] for ref, entry in plan.add_people}


def _write_posts(
    conn: Connection,
    plan: Plan,
    area_ids: Mapping[str, int],
    unit_ids: Mapping[str, int],
    new: Mapping[int, int],
    progress: Progress,
) -> None:
    def somebody(ref: int | None) -> int | None:
        return new[ref] if ref is not None and ref < 0 else ref

    rows = (
        {
            "person_id": somebody(ref),
            "kind": post.kind,
            "area_id": area_ids[post.place] if SEATS[post.kind] else None,
            "unit_id": None if SEATS[post.kind] else unit_ids[post.place],
            "phone": post.phone,
            "partner_id": somebody(post.partner),
            "since": post.since,
            "until": post.until,
        }
        for ref, post in plan.add_posts
    )
    _many(conn, _ADD_POST, rows, progress)
    changed = [
        {
            "key": key,
            "number": post.phone,
            "partner": somebody(post.partner),
            "first": post.since,
            "last": post.until,
        }
        for key, post in plan.change_posts
    ]
    _many(conn, _CHANGE_POST, changed, progress)
