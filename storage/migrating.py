"""How far a database is migrated, and what brings it to this release."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event

from storage import races
from storage.database import new_engine


class NewerDatabase(Exception):
    """The database was migrated by a newer release than this one."""


def alembic(conn: Connection | None = None) -> Config:
    """How Alembic finds our migrations, and works over this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config


def migrate(url: str) -> None:
    """The schema is that of this release. Raises `NewerDatabase`."""
    engine = new_engine(url)
    try:
        if is_current(engine):
            return
        refuse_newer(engine)
        if engine.dialect.name == "sqlite":
            # A table that is changed is made anew, and its rows must not be missed meanwhile.
            event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
            engine.dispose()
        races.insist(lambda: _upgrade(engine))  # whoever serves meanwhile may be in its way
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> None:
    with engine.begin() as conn:
        races.in_turn(conn, "migrations")  # whoever comes second finds them done
        command.upgrade(alembic(conn), "head")
        if engine.dialect.name == "sqlite":
            lost = conn.exec_driver_sql("PRAGMA foreign_key_check").all()
            assert not lost, lost  # noqa: S101 - a migration of ours that loses rows


def is_current(engine: Engine) -> bool:
    """Whether the database needs no migration."""
    return revision(engine) == newest()


def newest() -> str:
    """How far a database of this release is migrated."""
    return str(_scripts().get_current_head())


def refuse_newer(engine: Engine) -> None:
    """Raises `NewerDatabase` when a release after this one has migrated the database."""
    found = revision(engine)
    if found is not None and not knows(found):
        raise NewerDatabase(found)


def knows(found: str) -> bool:
    """Whether this release has the migration that leads there."""
    return found in {script.revision for script in _scripts().walk_revisions()}


def revision(engine: Engine) -> str | None:
    """How far the database is migrated; None where nothing is in it."""
    with engine.connect().execution_options(read=True) as conn:
        return MigrationContext.configure(conn).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    """The migrations, read once: each is a file that Python compiles."""
    return ScriptDirectory.from_config(alembic())
