"""How a command begins: the settings are read, the key fits, the schema is this release's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine

from bot import keys, settings
from bot.settings import BadSettings, Settings
from storage import database, migrating

CONFIG = Path("config.toml")
Config = Annotated[Path | None, typer.Option("--config", help="The configuration file.")]


@contextmanager
def opened(chosen: Settings) -> Iterator[Engine]:
    """The configured database; no connection to it is left open."""
    engine = database.connect(chosen.database.url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def reading(chosen: Settings) -> Iterator[Connection]:
    """A connection to it that waits for nobody who writes."""
    with opened(chosen) as engine, engine.connect().execution_options(read=True) as conn:
        yield conn


def read(config: Path | None) -> Settings:
    """The settings, or an end with what to mend."""
    try:
        return settings.load(config or (CONFIG if CONFIG.exists() else None))
    except BadSettings as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(2) from bad


def unlock(chosen: Settings) -> None:
    """What is encrypted can be read, or an end with what to do."""
    try:
        keys.unlock(chosen)
    except keys.BadKey as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(2) from bad


def migrate(chosen: Settings) -> None:
    """The key fits and the schema is this release's; every command that writes begins so."""
    unlock(chosen)
    try:
        migrating.migrate(chosen.database.url)
    except migrating.NewerDatabase as newer:
        typer.echo(
            f"database.url: the database was migrated by a newer release (revision {newer}); "
            "install that release, or restore a backup made before it",
            err=True,
        )
        raise typer.Exit(2) from newer
