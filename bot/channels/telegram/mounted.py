"""The channel in a bot that is there already: its host receives, and hands us what is ours.

The host has acknowledged an update before anybody handles it, so one that is not stored cannot
be asked for again: it is tried here until it is, or until the channel closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.channels.base import Receive, Unavailable
from bot.channels.telegram import mapping
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.driver import Driver
from bot.channels.telegram.polling import FIRST_PAUSE, LONGEST_PAUSE

if TYPE_CHECKING:
    from aiogram import Router
    from telegram.ext import BaseHandler


class MountedChannel(TelegramChannel):
    """A `TelegramChannel` that never asks Telegram for updates, nor how they come.

    `handler` or `router` goes into the host behind what the host handles itself. What it takes
    waits until `run` says who receives.
    """

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver, mode="polling")
        self.polls = False  # the host does
        self._receive: Receive | None = None
        self._received = asyncio.Event()

    async def open(self) -> None:
        """Who we are is known; how updates come is the host's affair."""
        await self._introduce()

    async def run(self, receive: Receive) -> None:
        self._receive = receive
        self._received.set()
        await self._closed.wait()

    def handler(self) -> BaseHandler[Any, Any, Any]:
        """For `application.add_handler`, in python-telegram-bot."""
        from bot.channels.telegram.ptb_handler import Mounted

        return Mounted(self.ours, self.take)

    def router(self) -> Router:
        """For `dispatcher.include_router`, in aiogram."""
        from bot.channels.telegram.aiogram_router import mounted

        return mounted(self.ours, self.take)

    def ours(self, update: Mapping[str, Any]) -> bool:
        """Whether this is something that we handle, if nobody before us has."""
        with suppress(mapping.Malformed):
            return mapping.event(update, self.account, self._username) is not None
        return False

    async def take(self, update: Mapping[str, Any]) -> None:
        """The update is committed. Raises `Unavailable` when the channel closes before."""
        await self._received.wait()
        assert self._receive is not None  # noqa: S101 - `run` has set both
        pause = FIRST_PAUSE
        while True:
            try:
                await self._handle(update, self._receive)
            except Unavailable:
                if self._closed.is_set():
                    raise
            else:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE)
