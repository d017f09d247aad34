"""What goes wrong only because somebody else was writing: done again, it goes well.

Where several processes write to one database, two of them may register the same newcomer, change
the same row, or wait for each other. What lost is done again by itself, in a fresh transaction,
and nobody hears of it. Only if it fails in the same way each time, the mistake is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from sqlalchemy import Connection, text
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.orm.exc import StaleDataError

PASSING = (OperationalError, InterfaceError, InternalError)
"""Errors of the database itself, not of what was asked of it."""


class Raced(Exception):
    """What was read was no longer true when it was written."""


RACES = (IntegrityError, StaleDataError, Raced)
_LAST = "last try"


def begin(conn: Connection, *, last: bool) -> None:
    """A transaction begins. `last`: whoever is refused in it will be refused again."""
    conn.info[_LAST] = last


def is_last(conn: Connection) -> bool:
    """Whether nothing is done again after this transaction."""
    return bool(conn.info.get(_LAST, True))


def passing(conn: Connection, error: Exception) -> bool:
    """Whether the transaction will be done again after this error: nobody is to act on it."""
    return isinstance(error, PASSING) or (isinstance(error, RACES) and not is_last(conn))


def may_pass(error: DBAPIError) -> bool:
    """Whether trying again at once may help: locks, deadlocks, lost connections."""
    if error.connection_invalidated:
        return True
    said = str(error.orig).lower()
    return is_for_another(error) or "locked" in said or "busy" in said


def is_for_another(error: DBAPIError) -> bool:
    """Whether this transaction was given up for the sake of another: deadlock, serialization.
    What it held in a batch fares better each by itself."""
    return getattr(error.orig, "sqlstate", "") in {"40001", "40P01", "55P03"}


def insist(act: Callable[[], None], times: int = 10) -> None:
    """It is done, if need be begun anew each time it was given up for the sake of another."""
    while True:
        try:
            act()
        except DBAPIError as error:
            times -= 1
            if not times or not is_for_another(error):
                raise
        else:
            return


# ── one at a time ────────────────────────────────────────────────────────────

# Where one process writes at a time, nobody waits.
_FREE = {"sqlite": None, "postgresql": text("SELECT pg_try_advisory_xact_lock(:key)")}
_TURN = {"sqlite": None, "postgresql": text("SELECT pg_advisory_xact_lock(:key)")}


def is_free(conn: Connection, what: str) -> bool:
    """Whether no other process is at it; then none is until the transaction is over."""
    statement = _FREE[conn.dialect.name]
    return statement is None or bool(conn.scalar(statement, {"key": _key(what)}))


def in_turn(conn: Connection, what: str) -> None:
    """Whoever else is at it is waited for; nobody is until the transaction is over."""
    statement = _TURN[conn.dialect.name]
    if statement is not None:
        conn.execute(statement, {"key": _key(what)})


def _key(what: str) -> int:
    """A number for it, the same in every process."""
    return crc32(what.encode())
