"""Messages and failures that nobody needs any more are gone, with what is in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete

from storage.inbox import failures
from storage.outbox import outbox

_MESSAGES = delete(outbox).where(outbox.c.finished < bindparam("before"))
_FAILURES = delete(failures).where(failures.c.at < bindparam("before"))


def purge_messages(conn: Connection, before: float) -> None:
    """Messages finished before this moment are gone, with the words in them."""
    conn.execute(_MESSAGES, {"before": before})


def purge_failures(conn: Connection, before: datetime) -> None:
    """Errors of ours recorded before this moment are gone."""
    conn.execute(_FAILURES, {"before": before})
