"""Where somebody can be invited to, and who holds a post there without an account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from governance.org import Area, AreaKind, Post, PostKind
from governance.people import Person
from storage.org import areas, posts, units
from storage.people import accounts, people


class Place(NamedTuple):
    """An area or a unit as one chooses it. `path` holds area ids from the district down."""

    id: int
    name: str
    code: str
    path: Sequence[int]
    kind: AreaKind | None = None
    unit: bool = False


_NAMES = select(areas.c.id, areas.c.name, areas.c.kind).where(
    areas.c.id.in_(bindparam("ids", expanding=True))
)
_PATHS = select(areas.c.path).where(areas.c.id.in_(bindparam("ids", expanding=True)))
_ROOT = select(areas.c.id).where(areas.c.parent_id.is_(None))
_UNITS = (
    select(units.c.id, units.c.name, units.c.code, areas.c.path)
    .outerjoin(areas, areas.c.id == units.c.area_id)
    .order_by(units.c.id)
)
_HOLDERS = (
    select(posts.c.id, people.c.name, people.c.code)
    .join(people, people.c.id == posts.c.person_id)
    .outerjoin(accounts, accounts.c.person_id == people.c.id)
    .where(
        posts.c.kind == bindparam("kind"),
        or_(posts.c.until.is_(None), posts.c.until >= bindparam("day")),
        accounts.c.id.is_(None),
    )
    .order_by(posts.c.id)
)
_AT_AREA = _HOLDERS.where(posts.c.area_id == bindparam("place"))
_AT_UNIT = _HOLDERS.where(posts.c.unit_id == bindparam("place"))
_MEMBERS = (
    select(people.c.id, people.c.name, people.c.code, people.c.unit_id, people.c.home_id)
    .outerjoin(accounts, accounts.c.person_id == people.c.id)
    .where(
        people.c.member.is_not(None),
        or_(people.c.name == bindparam("said"), people.c.code == bindparam("said")),
        accounts.c.id.is_(None),
    )
    .order_by(people.c.id)
)
_BY_CODE = select(people.c.id, people.c.name).where(people.c.code == bindparam("code"))
_ACCOUNTS = select(accounts.c.id).where(accounts.c.person_id == bindparam("person"))


def areas_under(db: Session, roots: Collection[int], kinds: Iterable[AreaKind]) -> list[Place]:
    """The areas of these kinds at or under any of these, with names from the community down."""
    if not roots:
        return []
    under = [areas.c.path.like(path + "%") for path in db.scalars(_PATHS, {"ids": list(roots)})]
    wanted = select(areas.c.id, areas.c.name, areas.c.code, areas.c.path, areas.c.kind)
    rows = db.execute(
        wanted.where(or_(*under), areas.c.kind.in_(list(kinds))).order_by(areas.c.path, areas.c.id)
    ).all()
    paths = {row.id: _ids(row.path) for row in rows}
    above = {area_id for path in paths.values() for area_id in path}
    names = {row.id: row for row in db.execute(_NAMES, {"ids": list(above)})}
    return [
        Place(row.id, _full([names[i] for i in paths[row.id]]), row.code, paths[row.id], row.kind)
        for row in rows
    ]


def place(db: Session, area_id: int | None, unit_id: int | None) -> Place:
    """One area or unit, as it is chosen and shown."""
    if unit_id is not None:
        return next(found for found in units_in(db, (), {unit_id}) if found.id == unit_id)
    area = db.get_one(Area, area_id)
    names = {row.id: row for row in db.execute(_NAMES, {"ids": area.path_ids})}
    full = _full([names[i] for i in area.path_ids])
    return Place(area.id, full, area.code, area.path_ids, area.kind)


def units_in(db: Session, roots: Collection[int], unit_ids: Collection[int]) -> list[Place]:
    """These units, and those that sit in these areas; one that sits nowhere is the district's."""
    [root] = db.scalars(select(areas.c.path).where(areas.c.parent_id.is_(None))).all()
    found = [
        Place(row.id, row.name, row.code, _ids(row.path or root), unit=True)
        for row in db.execute(_UNITS)
    ]
    return [place for place in found if place.id in unit_ids or set(roots) & set(place.path)]


def without_account(
    db: Session, kind: PostKind, place: int, day: date, *, unit: bool
) -> Sequence[tuple[int, str, str]]:
    """The posts of this kind there whose holder nobody can reach: id, name, code or ""."""
    values = {"kind": kind, "place": place, "day": day}
    rows = db.execute(_AT_UNIT if unit else _AT_AREA, values)
    return [(row.id, row.name, row.code or "") for row in rows]


def members_called(db: Session, said: str) -> list[tuple[int, str, str, Place]]:
    """The members with exactly this name or code whom nobody can reach: id, name, code or "",
    and each place they belong to: their unit, their home, else the district."""
    found: list[tuple[int, str, str, Place]] = []
    for row in db.execute(_MEMBERS, {"said": said}):
        seats = [(None, row.unit_id), (row.home_id, None)]
        known = [seat for seat in seats if seat != (None, None)]
        for area_id, unit_id in known or [(db.scalar(_ROOT), None)]:
            at = place(db, area_id, unit_id)
            found.append((row.id, row.name, row.code or "", at))
    return found


def has_account(db: Session, person_id: int) -> bool:
    return db.scalars(_ACCOUNTS, {"person": person_id}).first() is not None


def by_code(db: Session, code: str) -> tuple[int, str] | None:
    """The rostered person with this code: id and name."""
    row = db.execute(_BY_CODE, {"code": code}).first()
    return (row.id, row.name) if row else None


def add_to_roster(
    db: Session, name: str, code: str, kind: PostKind, place: Place, phone: str
) -> Post:
    """Somebody new is in the roster and holds this post."""
    person = Person(name, code=code)
    db.add(person)
    db.flush()
    area_id, unit_id = (None, place.id) if place.unit else (place.id, None)
    post = Post(kind, area_id, person.id, phone, unit_id=unit_id)
    db.add(post)
    db.flush()
    return post


def _ids(path: str) -> list[int]:
    return [int(part) for part in path.split("/") if part]


def _full(chain: Sequence[Any]) -> str:
    """ "翠湖社区第一网格": from the community down; a street and the district by themselves."""
    high = {AreaKind.DISTRICT, AreaKind.STREET}
    return "".join(area.name for area in chain if area.kind not in high) or str(chain[-1].name)
