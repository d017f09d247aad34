"""Fetches the files people sent, checks them, and keeps a clean copy.

A photo counts once it is a real JPEG, PNG or WebP; it is drawn anew, which leaves behind
the place and the device that cameras write into it. Names are ours, never the sender's.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection

from bot.channels.base import Channel, Gone, Rejected, SendError, TooLarge
from bot.clock import technical
from bot.dispatch import Dispatch, Scope
from handlers.cases import files
from handlers.talk.answers import MAX_FILE
from handlers.turn import Post, Turn
from storage import media
from storage.database import Database
from storage.media import File

log = structlog.get_logger()
LONGEST_SIDE = 1600  # pixels; enough to see what is wrong
MOST_PIXELS = 60_000_000
MOST_ATTEMPTS = 8
SOUNDS = {b"OggS": ".ogg", b"ID3": ".mp3", b"RIFF": ".wav", b"#!AM": ".amr", b"\xff\xfb": ".mp3"}


class NotWanted(Exception):
    """The file is not what it claims to be."""


class MediaStore:
    """A folder of checked files, and the worker that fills it."""

    def __init__(
        self,
        database: Database[Any, Any],
        channels: Mapping[str, Channel],
        dispatch: Dispatch,
        folder: Path,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = database
        self._channels = channels
        self._dispatch = dispatch
        self._folder = folder
        self._fetching = asyncio.Lock()

    async def fetch_waiting(self) -> int:
        """Every file that waits has been tried once; returns how many there were."""
        async with self._fetching:  # whoever comes second finds nothing left to fetch
            found: list[File] = await self._database.run(_waiting)
            for file in found:
                await self._one(file)
            await self._database.run(self._remove_deleted)
        return len(found)

    def _remove_deleted(self, conn: Connection) -> None:
        """Files whose time is over leave the folder first, then the record of their name."""
        scope = Scope(conn)
        for file in media.deleted(scope.open()):
            (self._folder / file.file).unlink(missing_ok=True)
            file.file = ""
        scope.keep()

    async def _one(self, file: File) -> None:
        channel = self._channels.get(f"{file.channel}/{file.bot}")
        try:
            if channel is None:
                raise Gone("no such channel any more")
            data = await channel.fetch(file.ref, MAX_FILE)
            name = await asyncio.to_thread(self._keep, file.kind, data)
        except (NotWanted, TooLarge, Rejected, Gone) as error:
            log.info("file_refused", file=file.id, why=type(error).__name__)
            await self._database.run(lambda conn: self._settle(conn, file, "refused", ""))
        except (SendError, OSError) as error:
            log.warning("file_later", file=file.id, why=type(error).__name__)
            await self._database.run(lambda conn: self._later(conn, file))
        else:
            await self._database.run(lambda conn: self._settle(conn, file, "stored", name))

    def _keep(self, kind: str, data: bytes) -> str:
        clean, suffix = photo(data) if kind == "photo" else sound(data)
        name = secrets.token_hex(16) + suffix
        part = self._folder / (name + ".part")
        part.write_bytes(clean)
        part.replace(self._folder / name)
        return name

    def _settle(self, conn: Connection, file: File, state: str, name: str) -> None:
        now = self._dispatch.clock.now()
        scope, post = Scope(conn), Post()
        turn = Turn(None, now, self._dispatch.policy, scope.open, post)
        file.state, file.file = state, name
        file = turn.db.merge(file)
        turn.db.flush()
        (files.arrived if state == "stored" else files.refused)(turn, file)
        scope.keep()
        self._dispatch.settle(conn, [(post, now)])

    def _later(self, conn: Connection, file: File) -> None:
        """Tried again with growing pauses; given up after some hours."""
        file.attempts += 1
        file.not_before = technical() + min(2.0**file.attempts * 5, 3600)
        if file.attempts >= MOST_ATTEMPTS:
            self._settle(conn, file, "lost", "")
            return
        scope = Scope(conn)
        scope.open().merge(file)
        scope.keep()


def _waiting(conn: Connection) -> list[File]:
    scope = Scope(conn)
    found = list(media.waiting(scope.open(), technical()))
    scope.keep()
    return found


def photo(data: bytes) -> tuple[bytes, str]:
    """The picture drawn anew as JPEG, upright, without metadata. Raises `NotWanted`."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotWanted("too many pixels")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise NotWanted(str(error)) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue(), ".jpg"


def sound(data: bytes) -> tuple[bytes, str]:
    """The voice message as it is, if it is one. Raises `NotWanted`."""
    for start, suffix in SOUNDS.items():
        if data.startswith(start):
            return data, suffix
    if data[4:8] == b"ftyp":
        return data, ".m4a"
    raise NotWanted("no known sound")
