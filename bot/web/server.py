"""The process's HTTP side: webhooks, health, metrics, and pages for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels import base
from bot.channels.base import Channel, Receive
from bot.web.bodies import TooLong, read
from bot.web.guard import Reserved

BODY_LIMIT = 1024 * 1024

Health = Callable[[], Awaitable[Mapping[str, object]]]


def build(
    *,
    channels: Sequence[Channel],
    receive: Receive,
    health: Health,
    pages: Sequence[BaseRoute] = (),
    metrics_token: str = "",
) -> Starlette:
    """Each channel's path, GET /health, GET /metrics (`Reserved`), then the pages."""
    routes: list[BaseRoute] = [_webhook(channel, receive) for channel in channels]
    routes += [_health(health), _metrics(health)]
    reserved = Middleware(Reserved, token=metrics_token)
    return Starlette(routes=[*routes, *pages], middleware=[reserved])


def _webhook(channel: Channel, receive: Receive) -> Route:
    async def webhook(request: Request) -> Response:
        try:
            body = await read(request, BODY_LIMIT)
        except TooLong:
            return Response(status_code=413)
        call = base.Request(request.method, request.headers, request.query_params, body)
        answer = await channel.webhook(call, receive)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    return Route(channel.path, webhook, methods=["GET", "POST"])


def _health(health: Health) -> Route:
    async def report(request: Request) -> Response:
        state = await health()
        return JSONResponse(dict(state), 200 if state["ok"] else 503)

    return Route("/health", report)


def _metrics(health: Health) -> Route:
    async def report(request: Request) -> Response:
        await health()  # some figures are those it has found
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    return Route("/metrics", report)
