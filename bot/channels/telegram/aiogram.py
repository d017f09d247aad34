"""Telegram through aiogram: its session and its HTTP layer, raw results.

aiogram sends method objects; one that allows any field and returns `Any` carries plain
JSON both ways, so its typed models are not needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from functools import cache
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.types import BufferedInputFile
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponseError,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
)

from bot.channels.base import Moved, SendError, Throttled, TooLarge, Uncertain, Unsent
from bot.channels.telegram.driver import API, TIMEOUT, Upload, collect, waiting_time
from bot.channels.telegram.errors import refused

_KEPT = Response[Any]
"""Pydantic forgets a model that nobody holds, and would build it anew for every answer."""
_NOT_SENT = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)
_STATUS: tuple[tuple[type[TelegramAPIError], int], ...] = (
    (TelegramEntityTooLarge, 413),
    (TelegramForbiddenError, 403),
    (TelegramBadRequest, 400),
    (TelegramConflictError, 409),
    (TelegramUnauthorizedError, 401),
    (TelegramNotFound, 404),
)


class AiogramDriver:
    """A `Driver` on aiogram. `timeout` in seconds, for connecting and reading."""

    answers_at_once = 48  # of the 100 connections of aiohttp

    def __init__(self, token: str, base_url: str = API, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout
        self._token = token
        self._session = AiohttpSession(api=TelegramAPIServer.from_base(base_url))
        self._bot = Bot(token, session=self._session)

    async def call(
        self, method: str, params: Mapping[str, object], file: Upload | None = None
    ) -> object:
        fields: Any = dict(params)
        if file is not None:
            content = BufferedInputFile(await file.read(), file.name)
            fields = _attach(fields, file.attached, content)
        wait = ClientTimeout(connect=self._timeout, sock_read=waiting_time(params, self._timeout))
        try:
            # aiohttp takes a ClientTimeout where aiogram's annotation knows only seconds.
            return await self._session(self._bot, _method(method)(**fields), cast("Any", wait))
        except AiogramError as error:
            raise _meaning(error) from None

    async def download(self, path: str, limit: int) -> bytes:
        url = self._session.api.file_url(self._token, path)
        try:
            async with aclosing(self._session.stream_content(url)) as chunks:
                return await collect(chunks, limit)
        except ClientResponseError as error:
            raise refused(error.status, f"file: HTTP {error.status}") from None
        except (ClientError, TimeoutError) as error:
            raise Unsent(f"file: {type(error).__name__}") from None

    async def close(self) -> None:
        await self._session.close()


@cache
def _method(name: str) -> type[TelegramMethod[Any]]:
    attributes = {"__returning__": Any, "__api_method__": name, "__module__": __name__}
    return type(name, (TelegramMethod,), attributes)


def _attach(value: Any, attached: str, file: BufferedInputFile) -> Any:
    """The parameters with the file in every place that says `attached`."""
    if isinstance(value, dict):
        return {key: _attach(item, attached, file) for key, item in value.items()}
    return file if value == attached else value


def _meaning(error: AiogramError) -> SendError | TooLarge:
    if isinstance(error, TelegramRetryAfter):
        return Throttled(error.retry_after)
    if isinstance(error, TelegramMigrateToChat):
        return Moved(str(error.migrate_to_chat_id))
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refused(status, error.message)
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return Unsent(type(cause).__name__)
    return Uncertain(type(cause or error).__name__)
