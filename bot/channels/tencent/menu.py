"""The menu under the chat, which is set when a channel runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.channels.base import SendError

AGAIN = 300.0
"""Seconds between two tries."""

log = structlog.get_logger(__name__)


async def keep_setting(
    channel: str, create: Callable[[], Awaitable[object]], closed: asyncio.Event
) -> None:
    """The menu is set, however long the platform is away; or the channel is closed."""
    while not closed.is_set():
        try:
            await create()
            break
        except SendError as error:
            log.error("menu_not_set", channel=channel, why=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), AGAIN)
