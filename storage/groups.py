"""Groups the bot was added to, what they are bound to, and words that wait to go on in private."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
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

from governance.groups import Group, GroupAct, GroupEvent, GroupKind
from governance.org import Area
from storage import group_members
from storage.lanes import lanes
from storage.moments import earliest, not_failed
from storage.org import areas
from storage.schema import Id, Json, Utc, codes, mapper, metadata

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lane", String(160), nullable=False, unique=True),
    Column("kind", codes(GroupKind), nullable=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True, index=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("team", String(40), nullable=False),
    Column("title", String(128), nullable=False),
    Column("language", String(8), nullable=False),
    Column("bound_by", Id, ForeignKey("people.id"), nullable=True),
    Column("bound_at", Utc, nullable=True),
    Column("gone_at", Utc, nullable=True),
    Column("hinted_at", Utc, nullable=True),
)

group_events = Table(
    "group_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False, index=True),
    Column("act", codes(GroupAct), nullable=False),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("kind", codes(GroupKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True),
    Column("team", String(40), nullable=False),
)

group_words = Table(
    "group_words",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token", String(24), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("categories", Json, nullable=False),
    Column("photo", String(256), nullable=False),
    Column("until", Utc, nullable=False, index=True),
)


@dataclass(eq=False)
class Words:
    """What somebody said to the bot in a group; it waits until they go on in private.

    `token` opens it through a link, for that person only. `categories` is what was read in it.
    """

    person_id: int
    text: str
    categories: list[str]
    photo: str
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    id: int = field(init=False)


mapper.map_imperatively(Group, groups)
mapper.map_imperatively(Words, group_words)

_OVER = select(Group).where(
    groups.c.area_id.in_(bindparam("areas", expanding=True)),
    groups.c.kind == GroupKind.AREA,
    groups.c.gone_at.is_(None),
)
_OF_UNITS = (
    select(Group)
    .where(
        groups.c.unit_id.in_(bindparam("units", expanding=True)),
        groups.c.kind == GroupKind.UNIT,
        groups.c.gone_at.is_(None),
    )
    .order_by(groups.c.id)
)
_AT = select(Group).where(groups.c.lane == bindparam("lane"))
_BOUND = select(Group).where(groups.c.kind.is_not(None)).order_by(groups.c.id)
_RECORD = insert(group_events)
_CHILDREN = select(Area).where(areas.c.parent_id == bindparam("area")).order_by(areas.c.id)
_OPENED = select(Words).where(group_words.c.token == bindparam("token"))
_LAPSED = (
    select(group_words.c.id)
    .where(
        group_words.c.until <= bindparam("now"),
        not_failed(group_words.c.id),
    )
    .order_by(group_words.c.until)
    .limit(100)
)
NEXT_LAPSE = earliest(group_words.c.until)
_CLOSED = select(lanes.c.key).where(lanes.c.key == bindparam("lane"), lanes.c.disabled != "")
_WRITTEN_TO = select(lanes.c.key).where(
    lanes.c.key == bindparam("lane"), lanes.c.next_free_at > 0.0, lanes.c.disabled == ""
)


def groups_over(db: Session, path: Sequence[int]) -> Sequence[Group]:
    """The groups of any of these areas, except where the bot is out or its binding rests."""
    return db.scalars(_OVER, {"areas": list(path)}).all()


def of_units(db: Session, unit_ids: Sequence[int]) -> Sequence[Group]:
    """The groups of these units, except where the bot is out or its binding rests."""
    return db.scalars(_OF_UNITS, {"units": list(unit_ids)}).all()


def at(db: Session, lane: str) -> Group | None:
    """The group behind a lane, if it was ever noticed."""
    return db.scalars(_AT, {"lane": lane}).first()


def lock(db: Session, group_id: int) -> Group | None:
    """The group as it is now; nobody else changes it meanwhile."""
    return db.get(Group, group_id, populate_existing=True, with_for_update=True)


def bound(db: Session) -> Sequence[Group]:
    """Every group that is bound, also those whose binding rests."""
    return db.scalars(_BOUND).all()


def record(db: Session, group: Group, event: GroupEvent) -> None:
    """The group's history has this line."""
    db.flush()
    row: dict[str, Any] = {
        "group_id": group.id,
        "act": event.act,
        "by_id": event.by_id,
        "at": event.at,
        "kind": event.binding.kind,
        "area_id": event.binding.area_id,
        "unit_id": event.binding.unit_id,
        "team": event.binding.team,
    }
    db.execute(_RECORD, row)


def children(db: Session, area_id: int) -> Sequence[Area]:
    """The areas directly under one."""
    return db.scalars(_CHILDREN, {"area": area_id}).all()


def waiting(db: Session, token: str) -> Words | None:
    """The words that a link leads to."""
    return db.scalars(_OPENED, {"token": token}).first()


def lapsed(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Words that nobody went on with in time."""
    return db.scalars(_LAPSED, {"now": now, "failed": list(failed)}).all()


def is_closed(conn: Connection, lane: str) -> bool:
    """Whether nothing can be sent to this chat any more."""
    return conn.scalar(_CLOSED, {"lane": lane}) is not None


def can_be_written_to(conn: Connection, lane: str) -> bool:
    """Whether something was sent to this chat before and it has not been closed since.

    Some messengers let a bot write only to people who have opened a chat with it.
    """
    return conn.scalar(_WRITTEN_TO, {"lane": lane}) is not None


_BY_LANE = select(groups.c.id, groups.c.kind).where(groups.c.lane == bindparam("lane"))
_MOVE = update(groups).where(groups.c.id == bindparam("group")).values(lane=bindparam("new"))
_DROP = delete(groups).where(groups.c.id == bindparam("group"))
_DROP_HISTORY = delete(group_events).where(group_events.c.group_id == bindparam("group"))


def move_lane(conn: Connection, old: str, new: str) -> None:
    """The group keeps its binding under its new id.

    A platform may announce the new id as a new group first; that one is then this group.
    """
    group_members.move_lane(conn, old, new)
    moving = conn.execute(_BY_LANE, {"lane": old}).first()
    if moving is None:
        return
    there = conn.execute(_BY_LANE, {"lane": new}).first()
    if there is not None:
        goes = moving.id if there.kind is not None else there.id
        conn.execute(_DROP_HISTORY, {"group": goes})
        conn.execute(_DROP, {"group": goes})
        if goes == moving.id:
            return
    conn.execute(_MOVE, {"group": moving.id, "new": new})
