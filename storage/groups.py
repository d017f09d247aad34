"""Groups the bot was added to, and the area whose members they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, select, update
from sqlalchemy.orm import Session

from storage.schema import Id, mapper, metadata

groups = Table(
    "groups",
    metadata,
    Column("lane", String(160), primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("language", String(8), nullable=False),
)


@dataclass(eq=False)
class Group:
    """A chat of many people, bound to a community."""

    lane: str
    area_id: int
    language: str


mapper.map_imperatively(Group, groups)

_AT = select(Group).where(groups.c.area_id.in_(bindparam("areas", expanding=True)))


def groups_over(db: Session, path: Sequence[int]) -> Sequence[Group]:
    """The groups bound to any of these areas."""
    return db.scalars(_AT, {"areas": list(path)}).all()


_MOVE = update(groups).where(groups.c.lane == bindparam("old")).values(lane=bindparam("new"))


def move_lane(conn: Connection, old: str, new: str) -> None:
    """The group keeps its area under its new id."""
    conn.execute(_MOVE, {"old": old, "new": new})
