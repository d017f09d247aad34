"""What aiogram calls of the channel that is mounted in its dispatcher."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from aiogram import Router
from aiogram.types import TelegramObject, Update

from bot.channels.telegram.mapping import ALLOWED_UPDATES

Json: TypeAlias = Mapping[str, Any]


def mounted(ours: Callable[[Json], bool], take: Callable[[Json], Awaitable[None]]) -> Router:
    """A router that takes every update that is `ours` and that none before it has taken."""

    def is_ours(_event: TelegramObject, event_update: Update) -> bool:
        return ours(_json(event_update))

    async def handle(_event: TelegramObject, event_update: Update) -> None:
        await take(_json(event_update))

    router = Router(name="shaodao")
    for kind in ALLOWED_UPDATES:
        router.observers[kind].register(handle, is_ours)
    return router


def _json(update: Update) -> Json:
    return update.model_dump(mode="json", by_alias=True, exclude_unset=True)
