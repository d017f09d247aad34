"""What platforms give us to use later, shared by the processes that serve one database: access
tokens, and the codes with which a message can be changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from bot.channels.base import Unsent
from bot.channels.tencent.tokens import EARLY
from bot.clock import technical
from storage import access, edit_codes
from storage.database import Database, NotStored

PAUSE = 0.1  # seconds between two looks at what another process fetches


class _Kept:
    """Something of one bot account in the database, which is asked for when it is wanted."""

    def __init__(self, sender: str, database: Callable[[], Database[Any, Any]]) -> None:
        self._sender = sender
        self._database = database

    async def _run(self, job: Callable[[Connection], Any]) -> Any:
        try:
            return await self._database().run(job)
        except NotStored as error:
            raise Unsent("the database is away") from error


class SharedShelf(_Kept):
    """A `Shelf` in the database."""

    async def take(self, rejected: str) -> tuple[str, float] | None:
        def look(conn: Connection) -> tuple[str, float] | bool:
            # Claimed before it is read: what another process has just put is seen then.
            now = technical()
            mine = access.fetches(conn, self._sender, now)
            found = access.kept(conn, self._sender, now + EARLY)
            if found is None or found[0] == rejected:
                return mine
            if mine:
                access.leave(conn, self._sender)
            return found

        while True:
            found = await self._run(look)
            if found is not False:
                return None if found is True else found
            await asyncio.sleep(PAUSE)

    async def put(self, token: str, until: float) -> None:
        await self._run(lambda conn: access.put(conn, self._sender, token, until))

    async def leave(self) -> None:
        await self._run(lambda conn: access.leave(conn, self._sender))


class SharedCodes(_Kept):
    """`Codes` in the database."""

    async def keep(self, message_id: str, code: str, until: float) -> None:
        now = technical()
        await self._run(
            lambda conn: edit_codes.keep(conn, self._sender, message_id, code, until, now)
        )

    async def take(self, message_id: str) -> str:
        now = technical()
        code: str = await self._run(
            lambda conn: edit_codes.take(conn, self._sender, message_id, now)
        )
        return code
