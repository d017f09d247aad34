"""What members are called, asked of the company's directory once for each of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.channels.base import SendError
from bot.channels.tencent.api import Api
from handlers.message import Event

PATIENCE = 1.0
"""Seconds: the platform waits five for the answer to a callback, and a name is not worth that."""
MOST = 10_000

log = structlog.get_logger(__name__)


class Names:
    """The names of one company's members, as far as this app may see them."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, str] = {}

    async def with_name(self, event: Event) -> Event:
        """The event says what its sender is called; "" where that cannot be found out now."""
        return replace(event, sender_name=await self._of(event.sender))

    async def _of(self, person: str) -> str:
        if person in self._known:
            return self._known[person]
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._api.call("/cgi-bin/user/get", userid=person)
        except (SendError, TimeoutError) as why:
            log.warning("wecom_name_unknown", why=str(why))
            return ""
        if len(self._known) >= MOST:
            self._known.clear()
        name = self._known[person] = str(answer.get("name", ""))
        return name
