"""The key of everything encrypted: found, made once, checked against the database, replaced.

It comes from `[privacy] key` or the environment, else from a file. A database in which
something is encrypted opens with its own key only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from bot.clock import technical
from bot.settings import Settings, split
from storage import rotation, secrets
from storage.database import connect, sqlite_path

FILE = "shaodao.key"
KEY = "SHAODAO_PRIVACY__KEY"


class BadKey(Exception):
    """There is no key, or none that fits the database; the text says what to do."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def path(chosen: Settings) -> Path:
    """Where the key file is, or would be: beside the SQLite database if nothing else is said."""
    if chosen.privacy.key_file:
        return Path(chosen.privacy.key_file)
    database = sqlite_path(chosen.database.url)
    return (database.parent if database else Path()) / FILE


def unlock(chosen: Settings, *, create: bool = True, tell: Callable[[str], None] = say) -> bool:
    """This process reads and writes what is encrypted in this database; call it before `migrate`.

    Where nothing is encrypted yet and there is no key, one is made (False without `create`).
    Raises `BadKey`.
    """
    engine = connect(chosen.database.url)
    try:
        with engine.connect().execution_options(read=True) as conn:
            sealed = secrets.is_sealed(conn)
        keys = _keys(chosen)
        if not keys and sealed:
            raise BadKey(
                "privacy.key: telephones in this database are encrypted and their key is missing; "
                f"put its backup at {path(chosen)}, or into {KEY}"
            )
        if not keys and not create:
            return False
        secrets.unlock(keys or _made(path(chosen), tell))
        if sealed:
            _check(engine, chosen)
    finally:
        engine.dispose()
    return True


def _keys(chosen: Settings) -> list[str]:
    """The keys that were given, the one that encrypts first."""
    if chosen.privacy.keys:
        return chosen.privacy.keys
    file = path(chosen)
    return _read(file) if file.exists() else []


def _read(file: Path) -> list[str]:
    try:
        found = split(file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"{file}: cannot be read as a key file ({type(error).__name__})") from error
    if not found or not all(secrets.is_key(key) for key in found):
        raise BadKey(f"{file}: holds something that is no key; put its backup there")
    return found


def _made(file: Path, tell: Callable[[str], None]) -> list[str]:
    """A new key, in a file that only we can read; whoever else was quicker has made it."""
    key = secrets.new_key()
    try:
        _write_new(file, [key])
    except FileExistsError:
        return _read(file)
    except OSError as error:
        raise BadKey(
            f"{file}: cannot be written ({type(error).__name__}); set [privacy] key_file, or {KEY}"
        ) from error
    tell(
        f"{file.absolute()}: made the key that encrypts telephones and addresses. Back it up now, "
        "apart from the database: without it they are lost, and beside a stolen copy it protects nothing."
    )
    return [key]


def _write_new(file: Path, keys: list[str]) -> None:
    """The file holds these keys, safely on the disk. Raises `FileExistsError`."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write("\n".join(keys) + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _replace(file: Path, keys: list[str]) -> None:
    """The file holds these keys instead of its old ones, whenever the machine stops."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    _write_new(part, keys)
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check(engine: Engine, chosen: Settings) -> None:
    try:
        with engine.begin() as conn:
            secrets.seal(conn)
    except secrets.Locked as error:
        given = f"in {KEY} or [privacy] key" if chosen.privacy.keys else f"in {path(chosen)}"
        raise BadKey(
            f"privacy.key: the key {given} is not the one this database was encrypted with; "
            "put the right one back from its backup"
        ) from error


def save(chosen: Settings, file: Path) -> None:
    """The keys in use are in this new file, which only we can read. Raises `BadKey`."""
    keys = _keys(chosen)
    if not keys:
        raise BadKey(f"privacy.key: there is none at {path(chosen)} to be saved")
    try:
        _write_new(file, keys)
    except OSError as error:
        raise BadKey(f"{file}: cannot be written ({type(error).__name__})") from error


def throwaway(folder: Path) -> None:
    """A demo has its key in its own folder; a process that has one already keeps it."""
    if secrets.is_unlocked():
        return
    file = folder / FILE
    secrets.unlock(_read(file) if file.exists() else _made(file, lambda _text: None))


# ── another key ──────────────────────────────────────────────────────────────


def rotate(chosen: Settings, tell: Callable[[str], None] = say) -> bool:
    """Everything encrypted is written with a new key and the old one is dropped.

    Stopped at any point, it goes on where it was when it is run again. Keys from the
    environment cannot be changed from here: the text says what to set, and it returns False
    while there is no new one. Raises `BadKey`.
    """
    unlock(chosen)
    keys = _keys(chosen)
    given = bool(chosen.privacy.keys)
    if len(keys) == 1:
        if given:
            tell(
                f"Set this and run it again, the new key first:\n{KEY}={secrets.new_key()},{keys[0]}"
            )
            return False
        keys = [secrets.new_key(), *keys]
    engine = connect(chosen.database.url)
    try:
        _refuse_while_serving(engine)
        if not given:
            _replace(path(chosen), keys)
        secrets.unlock(keys)
        _rewrite_all(engine)
    finally:
        engine.dispose()
    if given:
        tell(f"The old key is not needed any more. Set:\n{KEY}={keys[0]}")
    else:
        _replace(path(chosen), keys[:1])
        tell(f"{path(chosen).absolute()}: holds the new key alone. Back it up now.")
    return True


def _refuse_while_serving(engine: Engine) -> None:
    """A bot that was started before knows nothing of the new key."""
    with engine.connect().execution_options(read=True) as conn:
        if rotation.is_served(conn, technical()):
            raise BadKey("the bot is running; stop it, wait 15 seconds, and run this again")


def _rewrite_all(engine: Engine) -> None:
    for column in rotation.columns():
        last: int | None = 0
        while last is not None:
            with engine.begin() as conn:
                last = rotation.rewrite(conn, column, last)
