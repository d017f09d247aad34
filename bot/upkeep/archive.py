"""A backup is one file: a tar of the database, the media folder, and a manifest of both.

The manifest says which release made it and when, how far the database was migrated, and the
length and SHA-256 of every file. Nothing in it is trusted before all of them agree.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "shaodao.db", "postgresql": "shaodao.dump"}
MEDIA = re.compile(r"media/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
"""No name leads out of the folder."""
PIECE = 1 << 20


_NO_MANIFEST = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class BadArchive(Exception):
    """It is no backup, or it is damaged; the text says where."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` are the length and the digest of each by its name in the archive."""

    release: str
    revision: str
    made_at: datetime
    database: str
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def database_file(self) -> str:
        return DATABASES[self.database]


def write(target: Path, manifest: Manifest, database: Path, media: Path) -> Manifest:
    """The target holds the database and every file of the media folder, whole or not at all.
    Returns the manifest with what went in."""
    part = target.with_name(target.name + ".part")
    try:
        with part.open("xb") as opened:
            os.fchmod(opened.fileno(), 0o600)
            with tarfile.open(fileobj=opened, mode="w") as tar:
                manifest.files[manifest.database_file] = _add(tar, manifest.database_file, database)
                for file in _kept(media):
                    name = f"media/{file.name}"
                    try:
                        manifest.files[name] = _add(tar, name, file)
                    except FileNotFoundError:
                        continue  # its time was over meanwhile
                _add_bytes(tar, MANIFEST, _as_json(manifest))
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _kept(media: Path) -> Iterator[Path]:
    if media.is_dir():
        names = sorted(file.name for file in media.iterdir() if file.suffix != ".part")
        yield from (media / name for name in names if MEDIA.fullmatch(f"media/{name}"))


class _Hashing:
    """A file that is read once, for the archive and for the digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self.digest.update(found)
        return found


def _add(tar: tarfile.TarFile, name: str, file: Path) -> tuple[int, str]:
    with file.open("rb") as opened:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(opened.fileno()).st_size
        info.mode = 0o600
        hashing: Any = _Hashing(opened)
        tar.addfile(info, hashing)
    return info.size, hashing.digest.hexdigest()


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def _as_json(manifest: Manifest) -> bytes:
    told = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def verify(file: Path) -> Manifest:
    """What the archive holds, every byte of which has been looked at. Raises `BadArchive`."""
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(file, "r:") as tar:
            for info in tar:
                opened = tar.extractfile(info)
                if opened is None or not info.isfile():
                    raise BadArchive(f"{file}: {info.name} is no file")
                if info.name == MANIFEST:
                    manifest = _read_manifest(opened.read())
                else:
                    found[info.name] = (info.size, _digest(opened))
    except (OSError, tarfile.TarError, *_NO_MANIFEST) as error:
        raise BadArchive(f"{file}: no backup, or a damaged one ({error})") from error
    if manifest is None:
        raise BadArchive(f"{file}: its end is missing; take another copy of it")
    wrong = [name for name in manifest.files | found if manifest.files.get(name) != found.get(name)]
    if wrong:
        raise BadArchive(f"{file}: damaged at {wrong[0]}; take another copy of it")
    others = [n for n in found if n != manifest.database_file and not MEDIA.fullmatch(n)]
    if others or manifest.database_file not in found:
        raise BadArchive(f"{file}: holds what no backup holds")
    return manifest


def _read_manifest(data: bytes) -> Manifest:
    told = json.loads(data)
    if told["format"] != FORMAT:
        raise ValueError(f"format {told['format']}")
    files = {str(name): (int(size), str(sha)) for name, (size, sha) in told["files"].items()}
    made_at = datetime.fromisoformat(told["made_at"])
    if told["database"] not in DATABASES or made_at.tzinfo is None:
        raise ValueError("manifest")
    return Manifest(str(told["release"]), str(told["revision"]), made_at, told["database"], files)


def _digest(opened: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := opened.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def take_out(file: Path, name: str, target: Path) -> None:
    """The target is this file of a verified archive, whole or not at all."""
    part = target.with_name(target.name + ".part")
    with tarfile.open(file, "r:") as tar, part.open("wb") as opened:
        _copy(tar, name, opened)
    part.replace(target)


def take_out_media(file: Path, manifest: Manifest, folder: Path) -> int:
    """Every file of the archive is in the media folder; what is there already stays. How many
    were missing."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = 0
    with tarfile.open(file, "r:") as tar:
        for name in manifest.files:
            target = folder / name.removeprefix("media/")
            if not name.startswith("media/") or target.exists():
                continue
            part = target.with_name(target.name + ".part")
            with part.open("wb") as opened:
                _copy(tar, name, opened)
            part.replace(target)
            missing += 1
    return missing


def _copy(tar: tarfile.TarFile, name: str, to: IO[bytes]) -> None:
    source = tar.extractfile(name)
    assert source is not None  # noqa: S101 - a verified archive holds files alone
    os.fchmod(to.fileno(), 0o600)
    while piece := source.read(PIECE):
        to.write(piece)
    to.flush()
    os.fsync(to.fileno())
