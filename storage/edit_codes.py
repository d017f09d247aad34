"""Codes with which a message that was sent can be changed once, where a platform wants one.

A message gets a code when it is sent and another one with each press on it; the newest counts.
Whoever has a code can change that message, so it is kept encrypted, and one that another key has
encrypted is none. Times are seconds of the technical clock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Float, String, Table, Text, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import metadata
from storage.secrets import Locked, decrypted, encrypted

edit_codes = Table(
    "edit_codes",
    metadata,
    Column("sender", String(96), primary_key=True),
    Column("message_id", String(64), primary_key=True),
    Column("code", Text, nullable=False),
    Column("until", Float, nullable=False, index=True),
)


def _kept(module: Any) -> Any:
    statement = module.insert(edit_codes)
    return statement.on_conflict_do_update(
        index_elements=["sender", "message_id"],
        set_={"code": statement.excluded.code, "until": statement.excluded["until"]},
    )


_KEEP = {"sqlite": _kept(sqlite), "postgresql": _kept(postgresql)}
_TAKE = (
    delete(edit_codes)
    .where(
        edit_codes.c.sender == bindparam("of"),
        edit_codes.c.message_id == bindparam("message"),
    )
    .returning(edit_codes.c.code, edit_codes.c.until)
)
_PURGE = delete(edit_codes).where(edit_codes.c.until <= bindparam("now"))


def keep(
    conn: Connection, sender: str, message_id: str, code: str, until: float, now: float
) -> None:
    """The message can be changed once until then; codes that are over are gone."""
    conn.execute(_PURGE, {"now": now})
    values = {"sender": sender, "message_id": message_id, "code": encrypted(code), "until": until}
    conn.execute(_KEEP[conn.dialect.name], values)


def take(conn: Connection, sender: str, message_id: str, now: float) -> str:
    """The message's code, which nobody finds here any more; "" where there is none."""
    found = conn.execute(_TAKE, {"of": sender, "message": message_id}).first()
    if found is None or found.until <= now:
        return ""
    try:
        return decrypted(found.code)
    except Locked:
        return ""
