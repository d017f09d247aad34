"""Telegram through python-telegram-bot: its `Bot` and its HTTP layer, raw results.

No `Updater` and no typed objects: the Updater acknowledges before anything is handled.
"""

from __future__ import annotations

import logging
import os
import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import httpx
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.channels.base import Moved, Rejected, SendError, Throttled, TooLarge, Uncertain, Unsent
from bot.channels.telegram.driver import API, TIMEOUT, Upload, collect, waiting_time
from bot.channels.telegram.errors import refused

# Without this opt-in the library warns each time it only builds a `RetryAfter`.
os.environ.setdefault("PTB_TIMEDELTA", "true")

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_STATUS: tuple[tuple[type[TelegramError], int], ...] = (
    (Forbidden, 403),
    (BadRequest, 400),
    (Conflict, 409),
    (InvalidToken, 401),
    (EndPointNotFound, 404),
)


def _without_token(text: str) -> str:
    return re.sub(r"/bot\d+:[\w-]+", "/bot***", text)


class _HideToken(logging.Filter):
    """httpx logs every URL at INFO, the library's own its base URL; both hold the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _without_token(record.getMessage()), ()
        return True


_hide_token = _HideToken()
for _name in ("httpx", "telegram.Bot", "telegram.request.BaseRequest"):
    logging.getLogger(_name).addFilter(_hide_token)


class PtbDriver:
    """A `Driver` on python-telegram-bot. `timeout` in seconds, for connecting and reading."""

    # httpx looks through all open connections for every call: more of them answer fewer presses.
    answers_at_once = 16

    def __init__(self, token: str, base_url: str = API, timeout: float = TIMEOUT) -> None:
        base = base_url.rstrip("/")
        self._timeout = timeout
        self._files_url = f"{base}/file/bot{token}"
        self._requests = (_request(64, timeout), _request(1, timeout))
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._files = httpx.AsyncClient(timeout=timeout, verify=_certificates())

    async def call(
        self, method: str, params: Mapping[str, object], file: Upload | None = None
    ) -> object:
        fields = dict(params)
        if file is not None:
            fields[file.part] = InputFile(await file.read(), filename=file.name)
        try:
            # The underscore, which the library drops when it makes the name camelCase, spares
            # us its advice to call the typed twin, whose objects nobody here needs.
            return await self._bot.do_api_request(
                f"{method}_",
                api_kwargs=fields,
                read_timeout=waiting_time(params, self._timeout),
            )
        except TelegramError as error:
            raise _meaning(error) from None

    async def download(self, path: str, limit: int) -> bytes:
        try:
            async with self._files.stream("GET", f"{self._files_url}/{path}") as response:
                if response.status_code != 200:
                    raise refused(response.status_code, f"file: HTTP {response.status_code}")
                return await collect(response.aiter_bytes(65536), limit)
        except httpx.HTTPError as error:
            raise Unsent(f"file: {type(error).__name__}") from None

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()
        await self._files.aclose()


def _request(connections: int, timeout: float) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=timeout,
        read_timeout=timeout,
        httpx_kwargs={"verify": _certificates()},
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once for all clients: it takes 30 ms each time."""
    return httpx.create_ssl_context()


def _meaning(error: TelegramError) -> SendError | TooLarge:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Throttled(wait.total_seconds() if isinstance(wait, timedelta) else wait)
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refused(status, _without_token(error.message))
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return Unsent(type(cause).__name__)
    if "entity too large" in error.message.lower():
        return Rejected("Request Entity Too Large")
    return Uncertain(type(cause or error).__name__)
