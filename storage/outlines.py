"""Where grids and communities end: their outlines, and which of them a point lies in.

The outlines of a district are a few hundred polygons that change once a year. They are read
once, kept with their index, and read again when an import has given all of them a new
`revision`; a look-up costs one short query and some microseconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.org import AreaKind
from storage.org import areas
from storage.schema import Id, metadata

if TYPE_CHECKING:
    from shapely import STRtree

outlines = Table(
    "outlines",
    metadata,
    Column("area_id", Id, ForeignKey("areas.id"), primary_key=True, autoincrement=False),
    Column("shape", Text, nullable=False),  # WKB in hex digits, longitude first, WGS-84
    Column("revision", String(32), nullable=False),
)

OUTLINED = frozenset({AreaKind.GRID, AreaKind.COMMUNITY})

_REVISION = select(outlines.c.revision).limit(1)
_SHAPES = select(outlines.c.area_id, outlines.c.shape).order_by(outlines.c.area_id)
_AREAS = select(areas.c.code, areas.c.id, areas.c.kind)
_PLACED = select(areas.c.latitude, areas.c.longitude).where(
    areas.c.latitude.is_not(None), areas.c.longitude.is_not(None)
)
_DROP = delete(outlines).where(outlines.c.area_id.in_(bindparam("ids", expanding=True)))
_ADD = insert(outlines)
_RENEW = update(outlines).values(revision=bindparam("to"))


@dataclass(frozen=True, slots=True)
class _Index:
    """All outlines, the smallest first, as they were in one revision."""

    revision: str
    ids: tuple[int, ...]
    tree: STRtree


_INDEXES: WeakKeyDictionary[Engine, _Index] = WeakKeyDictionary()


def grid_at(db: Session, latitude: float, longitude: float) -> int | None:
    """The smallest outlined area (WGS-84) around a point, a grid before its community."""
    conn = db.connection()
    revision = conn.scalar(_REVISION)
    if revision is None:
        return None
    index = _INDEXES.get(conn.engine)
    if index is None or index.revision != revision:
        index = _INDEXES[conn.engine] = _read(conn, revision)
    from shapely import Point  # a district without outlines never loads it

    around = index.tree.query(Point(longitude, latitude), predicate="intersects")
    return index.ids[min(around)] if len(around) else None


def _read(conn: Connection, revision: str) -> _Index:
    from shapely import STRtree, from_wkb

    shapes = [(from_wkb(shape), area_id) for area_id, shape in conn.execute(_SHAPES)]
    shapes.sort(key=lambda pair: (pair[0].area, pair[1]))
    ids = tuple(area_id for _shape, area_id in shapes)
    return _Index(revision, ids, STRtree([shape for shape, _id in shapes]))


# ── the import ───────────────────────────────────────────────────────────────


def known_areas(conn: Connection) -> dict[str, tuple[int, AreaKind]]:
    """The district's areas by their codes."""
    return {row.code: (row.id, row.kind) for row in conn.execute(_AREAS)}


def middle(conn: Connection) -> tuple[float, float] | None:
    """The mean place (latitude, longitude) of everything in the roster that has one."""
    placed = conn.execute(_PLACED).all()
    if not placed:
        return None
    return (sum(p[0] for p in placed) / len(placed), sum(p[1] for p in placed) / len(placed))


def replace(conn: Connection, shapes: Mapping[int, str]) -> None:
    """These areas have these outlines; those of other areas stay."""
    if not shapes:
        return
    conn.execute(_DROP, {"ids": list(shapes)})
    rows = [{"area_id": i, "shape": s, "revision": ""} for i, s in shapes.items()]
    conn.execute(_ADD, rows)
    conn.execute(_RENEW, {"to": secrets.token_hex(16)})
