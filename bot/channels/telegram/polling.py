"""The polling loop: an update is acknowledged when it is handled, not when it is fetched.

python-telegram-bot's Updater and aiogram's start_polling move the offset first, and lose
what they had fetched when the process dies. Here the offset moves past an update only
after `handle` has returned for it and for all before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import structlog

from bot.channels.base import SendError, Throttled
from bot.channels.telegram.driver import Driver
from bot.channels.telegram.mapping import ALLOWED_UPDATES

POLL_SECONDS = 30
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0

Handle: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

log = structlog.get_logger(__name__)


async def poll(driver: Driver, handle: Handle, stop: asyncio.Event) -> None:
    """Fetches and handles updates until `stop`; whatever fails is asked for again later."""
    offset, pause = 0, FIRST_PAUSE
    while not stop.is_set():
        wait = 0.0
        try:
            updates = await _unless(stop, _fetch(driver, offset))
            offset, failed = await _handle_all(updates or (), handle, offset)
            if failed:
                log.warning("telegram updates kept for later", count=failed)
                wait = pause
        except SendError as error:
            log.warning("telegram poll failed", error=type(error).__name__, reason=str(error))
            wait = max(pause, error.after) if isinstance(error, Throttled) else pause
        pause = min(2 * pause, LONGEST_PAUSE) if wait else FIRST_PAUSE
        if wait:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)


async def _fetch(driver: Driver, offset: int) -> Sequence[object]:
    result = await driver.call(
        "getUpdates",
        {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES},
    )
    if not isinstance(result, list):
        raise SendError("getUpdates returned no list")
    return result


async def _handle_all(updates: Sequence[object], handle: Handle, offset: int) -> tuple[int, int]:
    """The new offset, and how many updates from there on were not handled."""
    numbered = [u for u in updates if isinstance(u, dict) and type(u.get("update_id")) is int]
    results = await asyncio.gather(*map(handle, numbered), return_exceptions=True)
    for done, (update, result) in enumerate(zip(numbered, results, strict=True)):
        if isinstance(result, BaseException):
            return offset, len(updates) - done
        offset = update["update_id"] + 1
    # Without a number nothing can be acknowledged: waiting keeps this from spinning.
    return offset, len(updates) if updates and not numbered else 0


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns, or None, with `work` cancelled, when `stop` comes first."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)
