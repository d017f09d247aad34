"""Access tokens of platforms, one for all processes of a bot account.

A platform hands out few tokens a day, and a new one may end the one before: so one process
fetches, and the others wait for what it puts here. Times are seconds of the technical clock.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import metadata
from storage.secrets import Secret

FETCHING = 15.0
"""Seconds after which whoever fetched is taken for dead."""

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender", String(96), nullable=False, unique=True),
    Column("token", Secret, nullable=False, default=""),
    Column("until", Float, nullable=False, default=0.0),
    Column("fetching_until", Float, nullable=False, default=0.0),
)

_NEW = {
    name: module.insert(access_tokens).on_conflict_do_nothing(index_elements=["sender"])
    for name, module in (("sqlite", sqlite), ("postgresql", postgresql))
}
_KEPT = select(access_tokens.c.token, access_tokens.c.until).where(
    access_tokens.c.sender == bindparam("of")
)
_FETCH = (
    update(access_tokens)
    .where(
        access_tokens.c.sender == bindparam("of"),
        access_tokens.c.fetching_until <= bindparam("now"),
    )
    .values(fetching_until=bindparam("over"))
)
_PUT = (
    update(access_tokens)
    .where(access_tokens.c.sender == bindparam("of"))
    .values(token=bindparam("new"), until=bindparam("good_until"), fetching_until=0.0)
)
_LEAVE = (
    update(access_tokens)
    .where(access_tokens.c.sender == bindparam("of"))
    .values(fetching_until=0.0)
)


def kept(conn: Connection, sender: str, now: float) -> tuple[str, float] | None:
    """The account's token and until when it is good; None where there is none."""
    found = conn.execute(_KEPT, {"of": sender}).first()
    return (found[0], found[1]) if found and found[0] and found[1] > now else None


def fetches(conn: Connection, sender: str, now: float) -> bool:
    """Whether the caller is the one who fetches a token now; then it puts it here, or leaves."""
    conn.execute(_NEW[conn.dialect.name], {"sender": sender})
    values = {"of": sender, "now": now, "over": now + FETCHING}
    return conn.execute(_FETCH, values).rowcount == 1


def put(conn: Connection, sender: str, token: str, until: float) -> None:
    """This is the account's token."""
    conn.execute(_PUT, {"of": sender, "new": token, "good_until": until})


def leave(conn: Connection, sender: str) -> None:
    """Nothing was fetched; somebody else may try."""
    conn.execute(_LEAVE, {"of": sender})
