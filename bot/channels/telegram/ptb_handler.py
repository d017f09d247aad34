"""What python-telegram-bot calls of the channel that is mounted in its application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from telegram import Update
from telegram.ext import BaseHandler, CallbackContext

Json: TypeAlias = Mapping[str, Any]


class Mounted(BaseHandler[Update, Any, None]):
    """Takes every update that is `ours` and that no handler before it has taken."""

    def __init__(self, ours: Callable[[Json], bool], take: Callable[[Json], Awaitable[None]]):
        async def callback(update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
            await take(update.to_dict())

        super().__init__(callback)
        self._ours = ours

    def check_update(self, update: object) -> bool:
        return isinstance(update, Update) and self._ours(update.to_dict())
