"""Messages and failures that nobody needs any more are gone, with what is in them; and which
files are still needed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, union

from storage.inbox import failures
from storage.media import media
from storage.outbox import outbox
from storage.papers import papers

_MESSAGES = delete(outbox).where(outbox.c.finished < bindparam("before"))
_FAILURES = delete(failures).where(failures.c.at < bindparam("before"))

_NAMED = union(select(media.c.file), select(papers.c.file), select(papers.c.result))


def purge_messages(conn: Connection, before: float) -> None:
    """Messages finished before this moment are gone, with the words in them."""
    conn.execute(_MESSAGES, {"before": before})


def purge_failures(conn: Connection, before: datetime) -> None:
    """Errors of ours recorded before this moment are gone."""
    conn.execute(_FAILURES, {"before": before})


def named_files(conn: Connection) -> set[str]:
    """The names of all files in the media folder that a record knows."""
    return set(conn.scalars(_NAMED))
