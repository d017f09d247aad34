"""A platform's interface over real HTTP: calls that are strict about their form, and go wrong
when they are told to. What the calls do is each platform's own (see `perform`).

It fails the test when it closes, if somebody has called it in a wrong way.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.serving import HttpServer

Json: TypeAlias = dict[str, Any]
File: TypeAlias = tuple[str, bytes]


class Refused(Exception):
    """The platform's answer to a call that it does not carry out."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code = code
        self.words = words


class Invalid(Refused):
    """A call of the wrong form: a mistake of whoever called."""

    def __init__(self, words: str) -> None:
        super().__init__(47001, words)


@dataclass(frozen=True, slots=True)
class Fault:
    code: int = 0
    status: int = 200
    drop: bool = False
    delay: float = 0.0


class PlatformServer(ABC):
    """Serves inside `async with`; `url` is its address then."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        """Every call with its body, the refused ones too."""
        self.violations: list[str] = []
        self._faults: dict[str, deque[Fault]] = {}
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        routes = [Route("/{path:path}", self._api, methods=["GET", "POST"])]
        self._http = HttpServer(Starlette(routes=routes))
        self._http.start()
        self.url = self._http.url
        self._client = httpx.AsyncClient(trust_env=False)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()
        await self._http.stop()
        if self.violations and error[0] is None:
            raise AssertionError("\n".join(self.violations))

    def fail_next(
        self,
        path: str,
        code: int = 0,
        *,
        status: int = 200,
        drop: bool = False,
        delay: float = 0.0,
    ) -> None:
        """The next call there goes wrong; several stand in a queue.

        With `code` it is refused. With `drop` it is done and the connection cut before the
        answer; with `delay` it is done and the answer comes that many seconds later.
        """
        self._faults.setdefault(path, deque()).append(Fault(code, status, drop, delay))

    def called(self, path: str) -> list[Any]:
        """The bodies of every call there."""
        return [body for name, body in self.calls if name == path]

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Returns as soon as `true()`; looks again after every call."""
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    @abstractmethod
    def perform(self, method: str, path: str, query: Json, body: Any, file: File | None) -> Any:
        """Carries out a call: an object, or a file's bytes. Raises `Refused`."""

    async def _api(self, request: Request) -> Response:
        path = request.url.path
        faults = self._faults.get(path)
        fault = faults.popleft() if faults else Fault()
        try:
            answer = await self._answer(request, path, fault)
        except Refused as refused:
            if isinstance(refused, Invalid):
                self.violations.append(f"{path}: {refused.words}")
            answer = JSONResponse({"errcode": refused.code, "errmsg": refused.words})
        finally:
            self._changed.set()
        if fault.drop:
            self._http.cut(request.scope["client"])
            await _disconnected(request)
        if fault.delay:
            with suppress(TimeoutError):
                await asyncio.wait_for(_disconnected(request), fault.delay)
        return answer

    async def _answer(self, request: Request, path: str, fault: Fault) -> Response:
        query: Json = dict(request.query_params)
        body, file = await _read(request)
        self.calls.append((path, body))
        if fault.status != 200:
            return Response(status_code=fault.status)
        if fault.code:
            raise Refused(fault.code, f"injected {fault.code} rid: 1-2-3")
        done = self.perform(request.method, path, query, body, file)
        if isinstance(done, bytes):
            return Response(done, media_type="application/octet-stream")
        return JSONResponse(done)


async def _read(request: Request) -> tuple[Any, File | None]:
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            media = form.get("media")
            assert isinstance(media, UploadFile)
            return None, (media.filename or "", await media.read())
    data = await request.body()
    return (json.loads(data) if data else None), None


async def _disconnected(request: Request) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await request.receive()


def an_object(body: Any) -> Json:
    if not isinstance(body, dict):
        raise Invalid("data format error")
    return body


def only(found: Json, needed: set[str], allowed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Exactly these parameters: the platform would ignore a misspelt one."""
    if needed - found.keys() or found.keys() - needed - allowed:
        raise Invalid(f"{json.dumps(found, ensure_ascii=False)[:200]}: needs {sorted(needed)}")


def words(text: object) -> str:
    """A text as it may be sent: not empty, and of at most 2,048 bytes."""
    if not isinstance(text, str) or not text:
        raise Refused(44004, "empty content")
    if len(text.encode()) > 2048:
        raise Refused(45002, "content size out of limit")
    return text
