"""Where a place is: the tree of areas as plain values, for look-ups that change nothing.

Whoever reports asks for the same few lists. What was read is remembered until its
transaction ends, and no longer: with the next one the tree may be another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Transaction, bindparam, select
from sqlalchemy.orm import Session

from governance.org import AreaKind
from storage.org import areas

T = TypeVar("T")


class Spot(NamedTuple):
    """An area as it was when it was looked up."""

    id: int
    kind: AreaKind
    name: str
    path: str
    latitude: float | None
    longitude: float | None

    @property
    def path_ids(self) -> list[int]:
        return [int(part) for part in self.path.split("/") if part]


_SPOT = [areas.c[name] for name in Spot._fields]
_ALL_OF_A_KIND = select(*_SPOT).where(areas.c.kind == bindparam("kind")).order_by(areas.c.id)
_BELOW = _ALL_OF_A_KIND.where(areas.c.path.like(bindparam("under")))
_BY_CODE = select(*_SPOT).where(areas.c.code == bindparam("code"))
_DISTRICT = select(*_SPOT).where(areas.c.parent_id.is_(None)).order_by(areas.c.id)
_here = (
    select(*_SPOT, areas.c.parent_id)
    .where(areas.c.id == bindparam("area"))
    .cte("here", recursive=True)
)
# UNION, not UNION ALL: it ends even where an area lies in itself.
_upwards = _here.union(
    select(*_SPOT, areas.c.parent_id).join(_here, areas.c.id == _here.c.parent_id)
)
_CHAIN = select(*(_upwards.c[name] for name in Spot._fields))

_KNOWN: WeakKeyDictionary[Transaction, dict[object, Any]] = WeakKeyDictionary()


def chain(db: Session, area_id: int) -> Sequence[Spot]:
    """The area and those it lies in, up to the district."""
    conn = db.connection()
    rows = _remembered(conn, area_id, lambda: _read(conn, _CHAIN, area=area_id))
    return sorted(rows, key=lambda spot: -len(spot.path_ids))


def district(db: Session) -> Spot | None:
    """The root of the tree; None before there is a roster."""
    conn = db.connection()
    found: Sequence[Spot] = _remembered(conn, None, lambda: _read(conn, _DISTRICT))
    return found[0] if found else None


def by_code(db: Session, code: str) -> Spot | None:
    """The area with this code, which people may type in small letters."""
    conn = db.connection()
    for spelling in dict.fromkeys((code, code.upper())):
        if found := _read(conn, _BY_CODE, code=spelling):
            return found[0]
    return None


def communities(db: Session) -> Sequence[Spot]:
    """Every community of the district."""
    conn, kind = db.connection(), AreaKind.COMMUNITY
    return _remembered(conn, kind, lambda: _read(conn, _ALL_OF_A_KIND, kind=kind))


def within(db: Session, inside: Spot, kind: AreaKind) -> Sequence[Spot]:
    """The areas of one kind that lie in an area, in the order of the roster."""
    conn, under = db.connection(), inside.path + "%"
    found = _remembered(conn, (under, kind), lambda: _read(conn, _BELOW, kind=kind, under=under))
    return [spot for spot in found if spot.id != inside.id]


def buildings(
    db: Session, inside: Spot, number_in: Callable[[str], int | None]
) -> Mapping[int, Spot]:
    """The buildings of an area by the numbers in their names; of two, the first known."""
    conn = db.connection()

    def numbered() -> Mapping[int, Spot]:
        found: dict[int, Spot] = {}
        for spot in _read(conn, _BELOW, kind=AreaKind.BUILDING, under=inside.path + "%"):
            number = number_in(spot.name)
            if number is not None:
                found.setdefault(number, spot)
        return found

    return _remembered(conn, inside.path, numbered)


def _read(conn: Connection, statement: Any, **values: object) -> list[Spot]:
    return [Spot(*row) for row in conn.execute(statement, values)]


def _remembered(conn: Connection, key: object, read: Callable[[], T]) -> T:
    transaction = conn.get_transaction()
    if transaction is None:
        return read()
    known = _KNOWN.setdefault(transaction, {})
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found
