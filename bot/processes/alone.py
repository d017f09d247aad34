"""One process for a SQLite database: what it keeps in memory counts on being the only one.

The lock belongs to the open file, so the kernel lets go of it however the process ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from storage.database import sqlite_path


class AlreadyServed(Exception):
    """Another process serves this database; the text is its id."""


@contextmanager
def only_process(url: str) -> Iterator[None]:
    """Nobody else serves this database until the block is left. Raises `AlreadyServed`.

    PostgreSQL may be served by many, and a database in memory has nobody else.
    """
    database = sqlite_path(url)
    if database is None or not database.name:
        yield
        return
    path = database.with_name(f"{database.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            file.seek(0)
            raise AlreadyServed(file.read().strip()) from taken
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
