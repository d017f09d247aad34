"""Who is in a group, as far as anybody can tell: whoever has said or pressed something there.

No messenger lists the members of a group to a bot. Somebody who only reads is not known here,
and somebody who has left is known until they have been silent for long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKey,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.moments import not_failed
from storage.schema import Id, metadata

group_members = Table(
    "group_members",
    metadata,
    Column("lane", String(160), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, index=True),
    Column("seen_on", Date, nullable=False, index=True),
)

# Of somebody who speaks all day the day is written once.
_SEEN = {
    name: statement.on_conflict_do_update(
        index_elements=["lane", "person_id"],
        set_={"seen_on": statement.excluded.seen_on},
        where=group_members.c.seen_on < statement.excluded.seen_on,
    )
    for name, statement in (
        ("sqlite", sqlite.insert(group_members)),
        ("postgresql", postgresql.insert(group_members)),
    )
}
_COUNT = (
    select(func.count())
    .select_from(group_members)
    .where(group_members.c.person_id == bindparam("person"))
)
_SILENT = (
    select(group_members.c.person_id)
    .where(group_members.c.seen_on < bindparam("before"), not_failed(group_members.c.person_id))
    .order_by(group_members.c.seen_on, group_members.c.person_id)
    .limit(1)
)
_PURGE = delete(group_members).where(group_members.c.seen_on < bindparam("before"))
_FORGET = delete(group_members).where(group_members.c.person_id == bindparam("person"))
_AT_NEW = delete(group_members).where(group_members.c.lane == bindparam("new"))
_MOVE = (
    update(group_members)
    .where(group_members.c.lane == bindparam("old"))
    .values(lane=bindparam("new"))
)


def seen(conn: Connection, lane: str, person_id: int, day: date) -> None:
    """This person was in this group on this day."""
    values = {"lane": lane, "person_id": person_id, "seen_on": day}
    conn.execute(_SEEN[conn.dialect.name], values)


def count(conn: Connection, person_id: int) -> int:
    """In how many groups a person was heard."""
    return conn.scalar(_COUNT, {"person": person_id}) or 0


def forget(conn: Connection, person_id: int) -> None:
    """In which groups a person was seen is gone."""
    conn.execute(_FORGET, {"person": person_id})


def silent(db: Session, before: date, failed: Sequence[int]) -> Sequence[int]:
    """Somebody who was not heard in a group from that day on."""
    return db.scalars(_SILENT, {"before": before, "failed": list(failed)}).all()


def purge(conn: Connection, before: date) -> None:
    """Who was last heard before that day is not known to be in a group any more."""
    conn.execute(_PURGE, {"before": before})


def move_lane(conn: Connection, old: str, new: str) -> None:
    """The group goes on under another id."""
    conn.execute(_AT_NEW, {"new": new})
    conn.execute(_MOVE, {"old": old, "new": new})
