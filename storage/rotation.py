"""Replaces the key: everything encrypted is written anew with the first one, bit by bit.

Each step is one transaction and leaves nothing half done. Whoever begins again goes on where
it stopped, because what the first key has encrypted already is left alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Text,
    bindparam,
    func,
    inspect,
    select,
    type_coerce,
    update,
)

from storage import secrets
from storage.lanes import senders
from storage.processes import processes
from storage.schema import metadata
from storage.secrets import Secret

STEP = 500  # rows in one transaction
PRINT = "_print"  # the fingerprint of "phone" stands in "phone_print"

LATELY = 15.0  # seconds; whoever serves is seen every few

_SENDS = select(func.count()).select_from(senders).where(senders.c.lease_until > bindparam("now"))
_SEEN = select(func.count()).select_from(processes).where(processes.c.seen > bindparam("since"))


def is_served(conn: Connection, now: float) -> bool:
    """Whether a bot is at work on this database, also one that sends nothing, and also where the
    database is that of an earlier release; `now` in seconds of the technical clock."""
    if conn.scalar(_SENDS, {"now": now}):
        return True
    known = inspect(conn).has_table(processes.name)
    return known and bool(conn.scalar(_SEEN, {"since": now - LATELY}))


def columns() -> list[Column[Any]]:
    """Everything that is encrypted; the seal last, as it vouches for the rest."""
    found = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Secret)
    ]
    return sorted(found, key=lambda column: column.table is secrets.seals)


def rewrite(conn: Connection, column: Column[Any], after: int) -> int | None:
    """The next rows are as the first key writes them; the last one's id, None at the end."""
    table = column.table
    (key,) = table.primary_key.columns
    raw = type_coerce(column, Text)
    statement = select(key, raw).where(key > after, raw != "").order_by(key).limit(STEP)
    rows = conn.execute(statement).all()
    old = {row: token for row, token in rows if not secrets.is_by_first_key(token)}
    if old:
        fingerprinted = table.columns.get(column.name + PRINT)
        new: dict[Column[Any], Any] = {column: bindparam("token", type_=Text)}
        if fingerprinted is not None:
            new[fingerprinted] = bindparam("fingerprint")
        changed = update(table).where(key == bindparam("row")).values(new)
        conn.execute(changed, [_anew(row, token) for row, token in old.items()])
    return int(rows[-1][0]) if rows else None


def _anew(row: int, token: str) -> dict[str, object]:
    plain = secrets.decrypted(token)
    return {
        "row": row,
        "token": secrets.encrypted(plain),
        "fingerprint": secrets.fingerprint(plain),
    }
