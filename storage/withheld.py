"""Choices that an old person is not shown at once, until they ask for more.

They are found again by what they are, so a card that is drawn many times keeps them once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import Column, Connection, Float, String, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import Json, metadata

withheld = Table(
    "withheld",
    metadata,
    Column("lane", String(160), primary_key=True),
    Column("digest", String(16), primary_key=True),
    Column("choices", Json, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

_KEEP = {
    name: statement.on_conflict_do_update(
        index_elements=["lane", "digest"], set_={"at": statement.excluded.at}
    )
    for name, statement in (
        ("sqlite", sqlite.insert(withheld)),
        ("postgresql", postgresql.insert(withheld)),
    )
}
_FIND = select(withheld.c.choices).where(
    withheld.c.lane == bindparam("lane_"), withheld.c.digest == bindparam("digest_")
)
_PURGE = delete(withheld).where(withheld.c.at < bindparam("before"))


def keep(conn: Connection, lane: str, choices: Sequence[Sequence[str]], now: float) -> str:
    """These choices (label, token) of a chat can be asked for by what is returned."""
    plain = [list(choice) for choice in choices]
    digest = hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]
    values = {"lane": lane, "digest": digest, "choices": plain, "at": now}
    conn.execute(_KEEP[conn.dialect.name], values)
    return digest


def find(conn: Connection, lane: str, digest: str) -> list[list[str]]:
    """The choices, or none where nobody keeps them any more."""
    found: list[list[str]] | None = conn.scalar(_FIND, {"lane_": lane, "digest_": digest})
    return found or []


def purge(conn: Connection, before: float) -> None:
    """What was last shown before this moment (seconds of the technical clock) is gone."""
    conn.execute(_PURGE, {"before": before})
