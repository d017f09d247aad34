"""Who is in a group, as far as anybody can tell: whoever has said or pressed something there.

No messenger lists the members of a group to a bot. Somebody who only reads is not known here,
and somebody who has left is known until they have been silent for long.
"""

from __future__ import annotations

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

from storage.schema import Id, metadata

group_members = Table(
    "group_members",
    metadata,
    Column("lane", String(160), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, index=True),
    Column("seen_on", Date, nullable=False),
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


def move_lane(conn: Connection, old: str, new: str) -> None:
    """The group goes on under another id."""
    conn.execute(_AT_NEW, {"new": new})
    conn.execute(_MOVE, {"old": old, "new": new})
