"""`shaodao backup`: everything in one file, while the bot runs."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot import keys
from bot.commands import beginning
from bot.commands.beginning import Config
from bot.settings import Settings
from bot.upkeep import archive
from bot.upkeep.archive import Manifest
from storage import copying
from storage.copying import NotCopied
from storage.database import sqlite_path
from storage.migrating import revision

Target = Annotated[Path, typer.Argument(help="The file to write, or a folder to write one into.")]
Key = Annotated[
    Path | None, typer.Option("--key", help="Save the key, too, in this new file: keep it apart.")
]


def backup(target: Target, config: Config = None, *, key: Key = None) -> None:
    """Write the database and the media folder into one file, while the bot runs.

    Ends with 1 when there is no backup; a file that was there is replaced only by a whole one.
    """
    chosen = beginning.read(config)
    now = datetime.now(UTC)
    if target.is_dir():
        target /= f"shaodao-{now.astimezone():%Y%m%d-%H%M%S}.tar"
    try:
        made = make(chosen, target, now)
        if key is not None:
            keys.save(chosen, key)
    except (NotCopied, keys.BadKey, OSError) as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from why
    size = sum(length for length, _digest in made.files.values())
    typer.echo(
        f"{target}: release {made.release}, revision {made.revision}, "
        f"{len(made.files) - 1} files of the media folder, {size / 1e6:.1f} MB"
    )
    if key is None:
        typer.echo(f"The key is not in it: keep {keys.path(chosen)} apart (--key FILE saves it).")


def make(chosen: Settings, target: Path, now: datetime) -> Manifest:
    """The target is a backup of what is configured, whole or not at all. Raises `NotCopied`."""
    url = chosen.database.url
    source = sqlite_path(url)
    if source is not None and not source.exists():
        raise NotCopied(f"{source}: no such database")
    with beginning.opened(chosen) as engine:
        found = revision(engine)
    if found is None:
        raise NotCopied("database.url: there is nothing in it yet")
    kind = "sqlite" if source is not None else "postgresql"
    manifest = Manifest(version("shaodao"), found, now, kind)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".shaodao-") as folder:
        # The database first: a photo that comes in between is one too many, never one too few.
        copy = Path(folder) / manifest.database_file
        if source is not None:
            copying.copy_sqlite(source, copy)
        else:
            copying.dump(url, copy)
        return archive.write(target, manifest, copy, chosen.media.folder)
