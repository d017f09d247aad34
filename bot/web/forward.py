"""Pages that another process of ours answers, served at our own address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.base import Unavailable
from bot.web.bodies import TooLong, read

METHODS = ["GET", "HEAD", "POST"]
DARK = (
    "哨到这会儿没有电，几秒后再打开。 Shaodao has no power now; open this again in a few seconds."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A browser's request."""

    method: str
    url: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What it is answered with."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def routes(
    paths: list[str], answer: Callable[[Asked], Awaitable[Told]], limit: int
) -> list[BaseRoute]:
    """What comes for these paths, of at most `limit` bytes, is `answer`ed by the other process;
    503 where that is `Unavailable`."""

    async def forward(request: Request) -> Response:
        try:
            body = await read(request, limit)
        except TooLong:
            return Response(status_code=413)
        try:
            told = await answer(Asked(request.method, str(request.url), request.headers.raw, body))
        except Unavailable:
            return PlainTextResponse(DARK, 503, {"retry-after": "2"})
        response = Response(told.body, told.status)
        response.raw_headers = told.headers
        return response

    return [Route(path, forward, methods=METHODS) for path in paths]
