"""The release before goes on serving while the database is that of the next one already.

So a migration only adds: what it takes away must have been unused for a release, and it says so
with `contracts = True`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage.database import connect
from storage.migrating import alembic

LAST_ALONE = "0021"
"""The last migration for which every process had to stop."""

Shape = dict[tuple[str, str], tuple[str, bool, bool]]
"""Each column of a table: its type, whether it may be empty, and whether it may be left out."""


def test_every_migration_leaves_the_release_before_what_it_reads_and_writes(
    tmp_path: Path,
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'rolling.db'}")
    with engine.begin() as conn:
        config = alembic(conn)
        command.upgrade(config, LAST_ALONE)
        scripts = ScriptDirectory.from_config(config)
        later = list(scripts.walk_revisions(LAST_ALONE, "heads"))[:-1]
        assert later
        for script in reversed(later):
            before = shape(conn)
            command.upgrade(config, script.revision)
            if not getattr(script.module, "contracts", False):
                assert broken(before, shape(conn)) == [], script.revision
    engine.dispose()


def test_what_is_taken_away_or_asked_for_is_found() -> None:
    before = {
        ("people", "name"): ("VARCHAR", True, True),
        ("people", "code"): ("VARCHAR", True, True),
    }
    after = {
        ("people", "name"): ("VARCHAR", False, False),
        ("people", "born"): ("DATE", False, False),
    }
    assert len(broken(before, after)) == 3


def shape(conn: Connection) -> Shape:
    found: Shape = {}
    looking = inspect(conn)  # what it knows it does not ask again, so it is a new one each time
    for table in looking.get_table_names():
        key = looking.get_pk_constraint(table)["constrained_columns"]
        for column in looking.get_columns(table):
            free = column["nullable"]
            left_out = free or column["default"] is not None or column["name"] in key
            found[table, column["name"]] = (str(column["type"]), free, left_out)
    return found


def broken(before: Shape, after: Shape) -> list[str]:
    """What the release before would stumble over."""
    gone = [f"{'.'.join(at)} is gone" for at in before if at not in after]
    changed = [
        f"{'.'.join(at)} is not as it was"
        for at in before.keys() & after.keys()
        if before[at] != after[at] and not wider(before[at], after[at])
    ]
    tables = {table for table, _name in before}
    asked = [
        f"{'.'.join(at)} must be filled"
        for at, (_type, _free, left_out) in after.items()
        if at not in before and at[0] in tables and not left_out
    ]
    return gone + changed + asked


def wider(before: tuple[str, bool, bool], after: tuple[str, bool, bool]) -> bool:
    """Whether it is as before, with room for longer words."""
    return before[0].startswith("VARCHAR") and after == ("TEXT", *before[1:])
