"""`shaodao restore`: a backup in the place of what is configured."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import keys
from bot.clock import technical
from bot.commands import beginning
from bot.commands.beginning import Config
from bot.settings import DatabaseSettings, Settings
from bot.upkeep import archive
from bot.upkeep.archive import BadArchive, Manifest
from storage import copying, org, restoring, rotation
from storage.copying import NotCopied
from storage.database import sqlite_path
from storage.migrating import knows, revision

Source = Annotated[Path, typer.Argument(help="A file that shaodao backup has written.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="In the place of a district that is there; it is kept.")
]
Send = Annotated[
    bool, typer.Option("--send", help="Send what was waiting, though it may have been sent since.")
]
Only = Annotated[bool, typer.Option("--check", help="Only look whether the backup is whole.")]


def restore(
    source: Source,
    config: Config = None,
    *,
    replace: Replace = False,
    send: Send = False,
    check: Only = False,
) -> None:
    """Put a backup in the place of the configured database and media folder; the bot must be
    stopped.

    Ends with 1 when nothing was changed because something is in the way, 2 when the backup
    cannot be used.
    """
    chosen = beginning.read(config)
    try:
        manifest = usable(source, chosen)
    except BadArchive as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(2) from bad
    typer.echo(
        f"{source}: whole; made {manifest.made_at.astimezone():%Y-%m-%d %H:%M} by release "
        f"{manifest.release}, revision {manifest.revision}"
    )
    if check:
        return
    try:
        for line in put_back(chosen, source, manifest, replace=replace, send=send):
            typer.echo(line)
    except (NotCopied, OSError, SQLAlchemyError) as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from why


def usable(source: Path, chosen: Settings) -> Manifest:
    """A whole backup that this release can read into the configured database."""
    manifest = archive.verify(source)
    if not knows(manifest.revision):
        raise BadArchive(
            f"{source}: made by a newer release ({manifest.release}, revision "
            f"{manifest.revision}); install that one"
        )
    kind = "sqlite" if sqlite_path(chosen.database.url) else "postgresql"
    if manifest.database != kind:
        raise BadArchive(f"{source}: of {manifest.database}, and database.url names {kind}")
    return manifest


def put_back(
    chosen: Settings, source: Path, manifest: Manifest, *, replace: bool, send: bool
) -> Iterator[str]:
    """The backup is in its place; what was there is kept aside. Tells what was done. Raises
    `NotCopied`."""
    file = sqlite_path(chosen.database.url)
    _refuse(chosen, replace=replace)
    stamp = f"{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}"
    if file is None:
        aside = source.with_name(f"before-{stamp}.dump")
        held = _into_postgresql(chosen, source, manifest, aside, send=send)
    else:
        aside = file.with_name(f"{file.name}.before-{stamp}")
        held = _into_sqlite(chosen, source, manifest, file, aside, send=send)
    if aside.exists():
        yield f"What was there is kept: {aside}. Delete it when all is well."
    missing = archive.take_out_media(source, manifest, chosen.media.folder)
    yield f"The media folder has {missing} files more."
    if held:
        yield (
            f"{held} messages waited when the backup was made and may have been sent since. They "
            "are not sent again by themselves: see them with shaodao outbox (state unknown)."
        )
    yield "What people wrote after the backup is not in it; what has fallen due since is done now."


def _refuse(chosen: Settings, *, replace: bool) -> None:
    """Nothing is overwritten that is in use, or unasked. Raises `NotCopied`."""
    with _opened(chosen) as engine:
        if engine is None or revision(engine) is None:
            return
        with engine.connect().execution_options(read=True) as conn:
            if rotation.is_served(conn, technical()):
                raise NotCopied("the bot is running; stop it, wait 15 seconds, and run this again")
            if not replace and not org.is_empty(conn):
                raise NotCopied(
                    "database.url: there is a district in it. --replace puts the backup in its "
                    "place and keeps what is there aside"
                )


@contextmanager
def _opened(chosen: Settings) -> Iterator[Engine | None]:
    """The database; None where its file does not exist, and is not made by looking."""
    file = sqlite_path(chosen.database.url)
    if file is not None and not file.exists():
        yield None
        return
    with beginning.opened(chosen) as engine:
        yield engine


def _into_sqlite(
    chosen: Settings, source: Path, manifest: Manifest, file: Path, aside: Path, *, send: bool
) -> int:
    """The new file is complete before the old one is moved."""
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".shaodao-") as folder:
        new = Path(folder) / file.name
        archive.take_out(source, manifest.database_file, new)
        copying.check_sqlite(new)
        there = DatabaseSettings(url=f"sqlite:///{new}")
        # The key is where it always was, not beside the file that is prepared.
        privacy = chosen.privacy.model_copy(update={"key_file": str(keys.path(chosen))})
        held = _ready(
            chosen.model_copy(update={"database": there, "privacy": privacy}), manifest, send=send
        )
        if file.exists():
            copying.set_aside(file, aside)
        new.replace(file)
    return held


def _into_postgresql(
    chosen: Settings, source: Path, manifest: Manifest, aside: Path, *, send: bool
) -> int:
    url = chosen.database.url
    with (
        _opened(chosen) as engine,
        tempfile.TemporaryDirectory(dir=source.absolute().parent, prefix=".shaodao-") as folder,
    ):
        assert engine is not None  # noqa: S101 - it is no file
        if revision(engine) is not None:
            copying.dump(url, aside)
        new = Path(folder) / manifest.database_file
        archive.take_out(source, manifest.database_file, new)
        copying.load(engine, url, new)
    return _ready(chosen, manifest, send=send)


def _ready(chosen: Settings, manifest: Manifest, *, send: bool) -> int:
    """The database is one of this release and knows that time has passed; how many messages are
    held back."""
    beginning.migrate(chosen)
    with _opened(chosen) as engine:
        assert engine is not None  # noqa: S101 - it was migrated just now
        with engine.begin() as conn:
            now, zone = datetime.now(UTC), ZoneInfo(chosen.district.zone)
            first, last = (at.astimezone(zone).date() for at in (manifest.made_at, now))
            restoring.begin_anew(conn, first, last)
            held = 0 if send else restoring.hold_back(conn, technical(), now)
    return held
