"""Calls to the platforms' HTTP interfaces: JSON both ways, and errors as numbers.

A token that is refused is replaced once; a second refusal is the operator's to look at.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, TypeAlias, TypeVar

import httpx

from bot.channels.base import SendError, TooLarge, Uncertain, Unsent
from bot.channels.tencent.tokens import Shelf, Tokens

TIMEOUT = 8.0
STALE = frozenset({40001, 40014, 42001})
"""Codes that say: this token is not the present one."""

Json: TypeAlias = Mapping[str, Any]
Meaning: TypeAlias = Callable[[int, str], SendError]
Answer = TypeVar("Answer", Json, Json | bytes)

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_SECRETS = re.compile(r"((?:access_token|corpsecret|secret|key)=)[^&\s\"']+")


class _HideToken(logging.Filter):
    """httpx logs every URL at INFO, and these hold the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRETS.sub(r"\1***", record.getMessage()), ()
        return True


logging.getLogger("httpx").addFilter(_HideToken())


class Api:
    """One account's interface at `base_url`.

    `meaning` turns an error's number into what it means to the sender. Nothing but the errors of
    bot/channels/base.py is raised, and never with a secret in its text.
    """

    def __init__(
        self,
        base_url: str,
        fetch: Callable[[Api, bool], Awaitable[tuple[str, int]]],
        shelf: Shelf,
        meaning: Meaning,
        clock: Callable[[], float],
        timeout: float = TIMEOUT,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._meaning = meaning
        self._http = httpx.AsyncClient(timeout=timeout, verify=_certificates())
        self.tokens = Tokens(lambda force: fetch(self, force), shelf, clock)

    async def call(
        self,
        path: str,
        body: Json | None = None,
        *,
        file: tuple[str, bytes] | None = None,
        **query: str,
    ) -> Json:
        """The answer to a POST of this JSON, or of a file (its name, its bytes), else to a GET."""
        return await self._granted(
            lambda token: self.plain(path, body, file=file, access_token=token, **query)
        )

    async def download(self, path: str, limit: int, **query: str) -> bytes:
        """The bytes behind a GET. Raises `TooLarge`."""
        found = await self._granted(
            lambda token: self._download(path, limit, access_token=token, **query)
        )
        if isinstance(found, bytes):
            return found
        raise Uncertain("the answer is no file")

    async def _granted(self, once: Callable[[str], Awaitable[Answer]]) -> Answer:
        """What `once` returns with a token that is good; a refused one is replaced once."""
        token = await self.tokens.get()
        answer = await once(token)
        if _code(answer) in STALE:
            answer = await once(await self.tokens.get(rejected=token))
        if error := self.error(answer):
            raise error
        return answer

    async def plain(
        self,
        path: str,
        body: Json | None = None,
        *,
        file: tuple[str, bytes] | None = None,
        **query: str,
    ) -> Json:
        """The same without a token, and with whatever error stands in it."""
        content: dict[str, Any] = {}
        if file is not None:
            content["files"] = {"media": file}
        elif body is not None:
            # Written as it is: the platform shows "\\u4f60" to people as it stands.
            content["content"] = json.dumps(body, ensure_ascii=False).encode()
            content["headers"] = {"content-type": "application/json"}
        try:
            method = "POST" if content else "GET"
            response = await self._http.request(
                method, f"{self._base}{path}", params=query, **content
            )
        except _NOT_SENT as error:
            raise Unsent(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Uncertain(type(error).__name__) from None
        return _read(response)

    async def _download(self, path: str, limit: int, **query: str) -> bytes | Json:
        data = bytearray()
        try:
            async with self._http.stream("GET", f"{self._base}{path}", params=query) as response:
                kind = response.headers.get("content-type", "")
                async for chunk in response.aiter_bytes(65536):
                    data += chunk
                    if len(data) > limit:
                        raise TooLarge(f"more than {limit} bytes")
        except httpx.HTTPError as error:
            raise Unsent(f"file: {type(error).__name__}") from None
        if response.status_code != 200:
            raise Unsent(f"file: HTTP {response.status_code}")
        if "json" in kind or "text/plain" in kind:
            return _parsed(bytes(data))
        return bytes(data)

    def error(self, answer: Json | bytes) -> SendError | None:
        """What an answer of `plain` complains about."""
        code = _code(answer)
        if code == 0 or isinstance(answer, bytes):
            return None
        return self._meaning(code, str(answer.get("errmsg", "")))

    def granted(self, answer: Json) -> tuple[str, int]:
        """The token in an answer of `plain`, and for how many seconds it is good. Raises
        `SendError`."""
        if error := self.error(answer):
            raise error
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise Uncertain("the answer names no token")
        return token, seconds

    async def close(self) -> None:
        await self._http.aclose()


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _read(response: httpx.Response) -> Json:
    if response.status_code != 200:
        raise Uncertain(f"HTTP {response.status_code}")
    return _parsed(response.content)


def _parsed(data: bytes) -> Json:
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        raise Uncertain("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise Uncertain("the answer is no object")
    return answer


def _code(answer: Json | bytes) -> int:
    if isinstance(answer, bytes):
        return 0
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else -1
