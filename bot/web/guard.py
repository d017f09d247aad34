"""What keeps other websites away from pages that anyone on this machine may use.

A browser lets any website send requests to 127.0.0.1. So the host must be ours
(Starlette's TrustedHostMiddleware), a request that changes something must come from our own
page, and no other page may frame, embed or script this one.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
FORMS = POLICY.replace("form-action 'none'", "form-action 'self'").replace(
    "script-src 'self'", "script-src 'none'"
)
"""For pages that are plain forms: nothing but our own style and our own forms."""
HEADERS = {
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


class SameOrigin:
    """Only our own page, or a program that is no browser, may change something.

    `kinds` are the content types that are read at all.
    """

    def __init__(self, app: ASGIApp, kinds: tuple[str, ...] = ("application/json",)) -> None:
        self.app = app
        self.kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            refusal = _refusal(Headers(scope=scope), self.kinds)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _refusal(headers: Headers, kinds: tuple[str, ...]) -> JSONResponse | None:
    if _foreign(headers):
        return JSONResponse({"code": "other_site", "reason": "sent by another website"}, 403)
    if headers.get("content-type", "").partition(";")[0].strip() not in kinds:
        return JSONResponse({"code": "other_kind", "reason": f"send {kinds[0]}"}, 415)
    return None


def _foreign(headers: Headers) -> bool:
    """Whether another website's page sent it.

    Where the browser says so itself, a proxy before us may have changed scheme and host.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site != "same-origin"
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class SafeHeaders:
    """Every response says that only this site's own files may act on its pages."""

    def __init__(self, app: ASGIApp, policy: str = POLICY) -> None:
        self.app = app
        self.headers = {"content-security-policy": policy, **HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
"""A proxy on this machine says so, and whoever came through it is not of this machine."""


class Reserved:
    """What is going on inside is nobody's business outside.

    With a `token` /metrics is served to whoever sends it as a bearer token, without one to this
    machine alone; everybody else reads 404 there, and of /health no more than its status.
    """

    def __init__(self, app: ASGIApp, token: str = "") -> None:
        self.app = app
        self.token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reserved = scope["type"] == "http" and scope["path"] in {"/metrics", "/health"}
        if not reserved or self._may_see(Headers(scope=scope), scope["client"]):
            await self.app(scope, receive, send)
        elif scope["path"] == "/metrics":
            await Response(status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, _only_the_status(scope, receive, send))

    def _may_see(self, headers: Headers, client: tuple[str, int] | None) -> bool:
        if self.token:
            kind, _space, given = headers.get("authorization", "").partition(" ")
            right = hmac.compare_digest(given.encode("utf-8", "replace"), self.token)
            return kind.lower() == "bearer" and right
        return _is_here(client) and not any(name in headers for name in FORWARDED)


def _is_here(client: tuple[str, int] | None) -> bool:
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _only_the_status(scope: Scope, receive: Receive, send: Send) -> Send:
    async def shorter(message: Message) -> None:
        if message["type"] == "http.response.start":
            await Response(status_code=message["status"])(scope, receive, send)

    return shorter


def local_only() -> list[Middleware]:
    """The middleware of a page that is meant for this machine alone."""
    return [
        Middleware(SafeHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
        Middleware(SameOrigin),
    ]
