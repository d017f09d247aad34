"""The roster as the district has it, read in one query for each table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, or_, select

from governance.cells import listed
from governance.roster import AreaEntry, Known, KnownPerson, PersonEntry, PostEntry, UnitEntry
from storage.org import areas, posts, responsibilities, units
from storage.people import accounts, people

_AREAS = select(
    areas.c.id,
    areas.c.parent_id,
    areas.c.code,
    areas.c.name,
    areas.c.kind,
    areas.c.latitude,
    areas.c.longitude,
    areas.c.households,
).order_by(areas.c.id)
_UNITS = select(
    units.c.id,
    units.c.code,
    units.c.name,
    units.c.kind,
    units.c.area_id,
    units.c.phone,
    units.c.hours,
).order_by(units.c.id)
_RESPONSIBILITIES = select(responsibilities.c.unit_id, responsibilities.c.category).order_by(
    responsibilities.c.unit_id, responsibilities.c.category
)
# Whoever came by chat alone is not of the roster: what they say of themselves, a telephone
# number too, must never make them somebody of it.
ON_THE_ROSTER = or_(
    people.c.code.is_not(None),
    people.c.member.is_not(None),
    people.c.unit_id.is_not(None),
    people.c.id.in_(select(posts.c.person_id)),
    people.c.id.in_(select(posts.c.partner_id).where(posts.c.partner_id.is_not(None))),
    (people.c.phone_print != "") & ~exists().where(accounts.c.person_id == people.c.id),
)
_PEOPLE = (
    select(
        people.c.id,
        people.c.code,
        people.c.name,
        people.c.phone_print,
        people.c.member,
        people.c.unit_id,
        people.c.home_id,
        people.c.skills,
    )
    .where(ON_THE_ROSTER)
    .order_by(people.c.id)
)
_PHONES = (
    select(people.c.id, people.c.phone)
    .where(ON_THE_ROSTER, people.c.phone != "")
    .order_by(people.c.id)
)
_POSTS = select(
    posts.c.id,
    posts.c.person_id,
    posts.c.kind,
    posts.c.area_id,
    posts.c.unit_id,
    posts.c.phone,
    posts.c.partner_id,
    posts.c.since,
    posts.c.until,
).order_by(posts.c.id)
_EVERYTHING = (_AREAS, _UNITS, _RESPONSIBILITIES, _PEOPLE, _POSTS)


def stamp(conn: Connection) -> str:
    """Another text whenever anything of the roster is different."""
    seen = hashlib.blake2b(digest_size=16)
    for statement in _EVERYTHING:
        for _row in _read(conn, statement, seen):
            pass
    return seen.hexdigest()


def known(conn: Connection) -> Known:
    """The roster as it is. Telephone numbers stay encrypted."""
    seen = hashlib.blake2b(digest_size=16)
    found = Known()
    area_codes = _read_areas(found, _read(conn, _AREAS, seen))
    unit_codes = _read_units(conn, found, area_codes, seen)
    by_id: dict[int, KnownPerson] = {}
    for row in _read(conn, _PEOPLE, seen):
        entry = PersonEntry(
            row.code or "",
            row.name,
            row.phone_print,
            row.member,
            unit_codes.get(row.unit_id, ""),
            area_codes.get(row.home_id, ""),
            listed("、".join(row.skills)),
        )
        person = by_id[row.id] = KnownPerson(row.id, entry)
        found.people.append(person)
    for row in _read(conn, _POSTS, seen):
        place = unit_codes[row.unit_id] if row.unit_id else area_codes[row.area_id]
        post = PostEntry(row.kind, place, row.phone, row.partner_id, row.since, row.until)
        by_id[row.person_id].posts[row.id] = post
    found.stamp = seen.hexdigest()
    return found


def phones(conn: Connection) -> dict[int, str]:
    """The telephone numbers of the people of the roster, in plain: whoever asks answers for it."""
    return {row.id: row.phone for row in conn.execute(_PHONES)}


def _read(conn: Connection, statement: Select[Any], seen: Any) -> Iterator[Row[Any]]:
    for row in conn.execute(statement):
        seen.update(repr(tuple(row)).encode())
        yield row
    seen.update(b"\n")


def _read_areas(found: Known, rows: Iterable[Row[Any]]) -> dict[int, str]:
    rows = list(rows)
    codes = {row.id: row.code for row in rows}
    for row in rows:
        entry = AreaEntry(
            row.code,
            row.name,
            row.kind,
            codes[row.parent_id] if row.parent_id else "",
            None if row.latitude is None else round(row.latitude, 7),
            None if row.longitude is None else round(row.longitude, 7),
            row.households,
        )
        found.areas[row.code] = (row.id, entry)
    return codes


def _read_units(
    conn: Connection, found: Known, area_codes: Mapping[int, str], seen: Any
) -> dict[int, str]:
    rows = list(_read(conn, _UNITS, seen))
    duties: dict[int, list[str]] = {row.id: [] for row in rows}
    for row in _read(conn, _RESPONSIBILITIES, seen):
        duties[row.unit_id].append(row.category)
    for row in rows:
        area = area_codes.get(row.area_id, "")
        duty = tuple(sorted(duties[row.id]))
        entry = UnitEntry(row.code, row.name, row.kind, area, row.phone, row.hours, duty)
        found.units[row.code] = (row.id, entry)
    return {row.id: row.code for row in rows}
