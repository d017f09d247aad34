"""A copy of the whole database while it is served, and putting one in its place.

SQLite copies itself, in one step, so that a bot that writes all the time cannot make it begin
anew for ever; nobody waits meanwhile. PostgreSQL is copied and put back by its own tools.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url, text


class NotCopied(Exception):
    """There is no copy, or it is none that can be trusted; the text says what to do."""


def copy_sqlite(source: Path, target: Path) -> None:
    """The target is a whole and sound copy, in one file. Raises `NotCopied`."""
    if not source.exists():
        raise NotCopied(f"{source}: no such database")
    with closing(sqlite3.connect(target)) as copy:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as served:
            served.backup(copy)
        _check(copy, source)
        # Everything in the one file, whoever opens it later.
        copy.execute("PRAGMA journal_mode=DELETE")


def check_sqlite(file: Path) -> None:
    """The database in this file is sound. Raises `NotCopied`."""
    with closing(sqlite3.connect(file)) as opened:
        _check(opened, file)


def _check(opened: sqlite3.Connection, file: Path) -> None:
    try:
        found = opened.execute("PRAGMA integrity_check(5)").fetchall()
    except sqlite3.DatabaseError as error:
        raise NotCopied(f"{file}: no sound database ({error})") from error
    if found != [("ok",)]:
        raise NotCopied(f"{file}: damaged: {found[0][0]}; restore an earlier backup")


def set_aside(file: Path, aside: Path) -> None:
    """What was in the file lies in `aside`, whole. Raises `NotCopied` while somebody uses it."""
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as opened:
        try:
            opened.execute("PRAGMA locking_mode=EXCLUSIVE")
            opened.execute("BEGIN EXCLUSIVE")
            opened.execute("COMMIT")
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise NotCopied(f"{file}: somebody uses it; stop the bot first") from error
    file.replace(aside)


# ── PostgreSQL ───────────────────────────────────────────────────────────────


def dump(url: str, target: Path) -> None:
    """The target holds the whole database as pg_dump writes it. Raises `NotCopied`."""
    _run(url, ["pg_dump", "--format=custom", "--no-owner", f"--file={target}"])


def load(engine: Engine, url: str, source: Path) -> None:
    """The database holds what the dump holds, and nothing else. Raises `NotCopied`."""
    with engine.begin() as conn:
        for name in inspect(conn).get_table_names():
            conn.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    _run(url, ["pg_restore", *options, str(source)])


def _run(url: str, command: Sequence[str]) -> None:
    target, password = _for_tools(make_url(url))
    whole = [*command, f"--dbname={target}"]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    try:
        done = subprocess.run(whole, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words and the configured address
    except FileNotFoundError as error:
        told = shlex.join(whole)
        raise NotCopied(f"{command[0]} is not installed here. Where it is, run:\n{told}") from error
    if done.returncode:
        raise NotCopied(f"{command[0]} has failed: {done.stderr.strip()[-500:]}")


def _for_tools(url: URL) -> tuple[str, str]:
    """The address as PostgreSQL's tools read it, and the password apart: others see a command."""
    plain = url.set(drivername="postgresql", password="")
    return plain.render_as_string(hide_password=False).replace(":@", "@"), url.password or ""
