"""Fetches the files people sent, checks them, and keeps a copy.

Names in the folder are ours, never the sender's. What a file means is known to whoever
registered what it is about (`handlers.registry.files_of`); here it is bytes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.channels.base import Channel, Gone, Rejected, SendError, TooLarge
from bot.clock import technical
from bot.dispatch import Dispatch, Scope
from bot.formats import CHECKS, NotWanted, print_of
from bot.logs import places
from handlers.registry import FILES
from handlers.talk.answers import MAX_FILE
from handlers.turn import Post, Turn
from storage import inbox, media, origins
from storage.database import Database
from storage.media import File
from storage.races import passing

log = structlog.get_logger()
MOST_ATTEMPTS = 8


class MediaStore:
    """A folder of checked files, and the worker that fills it."""

    def __init__(
        self,
        database: Database[Any, Any],
        channels: Mapping[str, Channel],
        dispatch: Dispatch,
        folder: Path,
        clock: Callable[[], float] = technical,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = database
        self._channels = channels
        self._dispatch = dispatch
        self._folder = folder
        self._clock = clock
        self._fetching = asyncio.Lock()

    async def fetch_waiting(self) -> int:
        """Every file that waits has been tried once, and what is deleted is gone; returns how many
        waited."""
        async with self._fetching:  # whoever comes second finds nothing left to fetch
            found: list[File] = await self._database.run(self._look)
            for file in found:
                await self._one(file)
        return len(found)

    def _look(self, conn: Connection) -> list[File]:
        """What waits. Files whose time is over leave the folder first, then the record of their
        name."""
        now = self._clock()
        if not media.is_work(conn, now):
            return []
        scope = Scope(conn)
        session = scope.open()
        for file in media.deleted(session):
            (self._folder / file.file).unlink(missing_ok=True)
            file.file = ""
        found = list(media.waiting(session, now))
        scope.keep()
        return found

    async def _one(self, file: File) -> None:
        name, print_, state = "", "", "stored"
        try:
            name, print_ = await self._fetched(file)
        except (NotWanted, TooLarge, Rejected, Gone) as error:
            log.info("file_refused", file=file.id, why=type(error).__name__)
            state = "refused"
        except (SendError, OSError) as error:
            log.warning("file_later", file=file.id, why=type(error).__name__)
            await self._database.run(lambda conn: self._later(conn, file.id))
            return
        kept = await self._database.run(
            lambda conn: self._settle(conn, file.id, state, name, print_)
        )
        if name and not kept:
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    async def _fetched(self, file: File) -> tuple[str, str]:
        """The name of the checked copy in the folder, and the print of a picture."""
        channel = self._channels.get(f"{file.channel}/{file.bot}")
        if channel is None:
            raise Gone("no such channel any more")
        data = await channel.fetch(file.ref, MAX_FILE)
        return await asyncio.to_thread(self._keep, file.kind, data)

    def _keep(self, kind: str, data: bytes) -> tuple[str, str]:
        clean, suffix = CHECKS[kind](data)
        name = secrets.token_hex(16) + suffix
        part = self._folder / (name + ".part")
        part.write_bytes(clean)
        part.replace(self._folder / name)
        return name, print_of(clean) if kind == "photo" else ""

    def _settle(
        self, conn: Connection, file_id: int, state: str, name: str, print_: str = ""
    ) -> bool:
        """Whoever knows what the file means has acted on it; false if it is not kept.

        Where that fails, the file is fetched again later.
        """
        now = self._dispatch.clock.now()
        with origins.bound(f"file/{file_id}"):
            scope, post = Scope(conn), Post()
        session = scope.open()
        turn = Turn(None, now, self._dispatch.policy, lambda: session, post)
        try:
            file = _locked(session, file_id)
            if file.state != "waiting":  # deleted, or settled by another, while it was on its way
                scope.drop()
                return False
            file.state, file.file, file.print = state, name, print_
            FILES[file.about](turn, file, state == "stored")
            session.flush()
            self._dispatch.settle(conn, [(post, now)])
            scope.keep()
        except Exception as error:
            if passing(conn, error):
                raise
            scope.drop()
            log.error("file_failed", file=file_id, exc_info=error)
            inbox.record_failure(conn, now, f"file/{file_id}", places(error))
            if not self._put_off(conn, file_id):
                self._give_up(conn, file_id)
            return False
        return True

    def _later(self, conn: Connection, file_id: int) -> None:
        """Tried again with growing pauses; after some hours its sender is told that it is lost."""
        if not self._put_off(conn, file_id):
            self._settle(conn, file_id, "lost", "")

    def _put_off(self, conn: Connection, file_id: int) -> bool:
        """One attempt more has failed; false if that were enough."""
        scope = Scope(conn)
        file = _locked(scope.open(), file_id)
        file.attempts += 1
        file.not_before = self._clock() + min(2.0**file.attempts * 5, 3600)
        scope.keep()
        return file.attempts < MOST_ATTEMPTS

    def _give_up(self, conn: Connection, file_id: int) -> None:
        scope = Scope(conn)
        scope.open().get_one(File, file_id).state = "lost"
        scope.keep()


def _locked(db: Session, file_id: int) -> File:
    return db.get_one(File, file_id, with_for_update=True, populate_existing=True)
