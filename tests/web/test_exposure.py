"""What strangers may see, and how long they may keep us waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import serve
from bot.settings import BadSettings, load
from bot.web.patience import HEADERS, Patient
from bot.web.server import build

TOKEN = "a-token-of-some-length"
ABROAD = "192.0.2.7"


async def fine() -> dict[str, object]:
    return {"ok": True, "waiting": 3}


class From:
    """The same app as it sees somebody who calls from there."""

    def __init__(self, app: ASGIApp, client: str) -> None:
        self.app, self.client = app, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "client": (self.client, 5)}, receive, send)


def calls(client: str, token: str = "") -> httpx.AsyncClient:
    app = build(channels=[], receive=None, health=fine, metrics_token=token)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=From(app, client))
    return httpx.AsyncClient(transport=transport, base_url="http://bot")


@pytest.mark.parametrize(
    ("client", "token", "headers", "seen"),
    [
        ("127.0.0.1", "", {}, True),
        ("::1", "", {}, True),
        (ABROAD, "", {}, False),
        ("127.0.0.1", "", {"x-forwarded-for": ABROAD}, False),
        ("127.0.0.1", "", {"forwarded": f"for={ABROAD}"}, False),
        ("a.socket", "", {}, False),
        ("127.0.0.1", TOKEN, {}, False),
        (ABROAD, TOKEN, {"authorization": f"Bearer {TOKEN}"}, True),
        (ABROAD, TOKEN, {"authorization": f"Bearer {TOKEN}x"}, False),
        (ABROAD, TOKEN, {"authorization": TOKEN}, False),
        (ABROAD, TOKEN, {"authorization": "Bearer "}, False),
    ],
)
async def test_figures_are_for_this_machine_or_for_whoever_has_the_token(
    client: str, token: str, headers: dict[str, str], seen: bool
) -> None:
    async with calls(client, token) as http:
        metrics, health = [await http.get(p, headers=headers) for p in ("/metrics", "/health")]
    assert metrics.status_code == (200 if seen else 404)
    assert health.status_code == 200
    assert bool(health.content) is seen


def test_a_token_that_could_be_guessed_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHAODAO_WEB__METRICS_TOKEN", "short-secret")
    with pytest.raises(BadSettings) as refused:
        load(None)
    assert "web.metrics_token" in str(refused.value)
    assert "short-secret" not in str(refused.value)


# ── patience ─────────────────────────────────────────────────────────────────


class Hasty(Patient):
    every = 0.02


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


@asynccontextmanager
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    monkeypatch.setattr(serve, "Patient", Hasty)
    async with serve.serving(reads_all, "127.0.0.1", 0) as port:
        yield lambda: asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nx: y\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc",
    ],
)
async def test_whoever_dawdles_is_cut_off(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    async with served(monkeypatch) as connect, asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(begun)
        assert await reader.read() == b""
        writer.close()


async def test_whoever_keeps_sending_is_heard_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as connect, asyncio.timeout(30):
        reader, writer = await connect()
        size = 300 * 60_000
        writer.write(f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n".encode())
        for _ in range(300):
            writer.write(bytes(60_000))
            await writer.drain()
        assert (await reader.read(15)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_headers_without_an_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as connect, asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\nx: " + b"y" * 2 * HEADERS)
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
