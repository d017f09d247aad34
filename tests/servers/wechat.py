"""An Official Account, for tests: the platform's interface over real HTTP, and its followers.

    async with WeChatServer() as server:
        server.callback = "http://127.0.0.1:8080/wechat"
        resident = server.follower("zhou")
        await resident.follows()
        await resident.says("路灯不亮")             # signed, encrypted, up to three times in 15 s
        assert resident.sees("是哪一类")            # the passive reply, or a customer message
        await resident.taps("路灯不亮")             # a line of a menu, or its number
        server.fail_next("/cgi-bin/message/custom/send", 45015)

Callbacks are sealed, and answers opened, by wechatpy: another library than the bot's. It is
strict: a call of the wrong form is refused and fails the test when the server closes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Self
from xml.etree.ElementTree import fromstring

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.servers.serving import HttpServer
from tests.servers.wechat_api import (
    APP_ID,
    APP_SECRET,
    ORIGINAL_ID,
    Follower,
    Invalid,
    Json,
    Refused,
    WeChat,
)
from tests.servers.wechat_people import Person

TOKEN, AES_KEY = "token0of0nobody", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TRIES = 3


@dataclass(frozen=True, slots=True)
class _Fault:
    code: int
    status: int
    drop: bool
    delay: float


class WeChatServer:
    """One account's platform. `clock` measures windows; `patience` is how long an answer to a
    callback may take."""

    def __init__(self, clock: Callable[[], float] = time.time, patience: float = 5.0) -> None:
        self.app_id, self.app_secret = APP_ID, APP_SECRET
        self.token, self.aes_key = TOKEN, AES_KEY
        self.callback = ""
        self.wechat = WeChat(clock)
        self.patience = patience
        self.calls: list[tuple[str, Any]] = []
        """Every call with its body, the refused ones too."""
        self.answers: list[tuple[int, str]] = []
        """Status and words of every answer to a callback."""
        self.unanswered = 0
        """Callbacks that got no good answer in three tries."""
        self._crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        self._faults: dict[str, deque[_Fault]] = {}
        self._violations: list[str] = []
        self._ids = count(7_000_000_001)
        self._nonces = count(1)
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
        if self._violations and error[0] is None:
            raise AssertionError("\n".join(self._violations))

    def follower(self, open_id: str) -> Person:
        """Somebody with WeChat; they can be written to once they follow the account."""
        self.wechat.followers.setdefault(open_id, Follower(open_id))
        return Person(self, open_id)

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
        self._faults.setdefault(path, deque()).append(_Fault(code, status, drop, delay))

    def called(self, path: str) -> list[Any]:
        """The bodies of every call there."""
        return [body for name, body in self.calls if name == path]

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Returns as soon as `true()`; looks again after every call."""
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    # Callbacks

    def next_id(self) -> str:
        return str(next(self._ids))

    async def verify_address(self) -> str:
        """What the account's page does when the address is entered; the answer."""
        query = {**self._signed(), "echostr": "8374658392"}
        return (await self._client.get(self.callback, params=query)).text

    def sealed(self, xml: str) -> tuple[dict[str, str], str]:
        """Query and body of a callback with this XML."""
        query = self._signed()
        body = self._crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
        signature = fromstring(body).findtext("MsgSignature", "")
        return {**query, "encrypt_type": "aes", "msg_signature": signature}, body

    def _signed(self) -> dict[str, str]:
        # The technical clock: callbacks are refused when they are old.
        query = {"timestamp": str(int(time.time())), "nonce": str(next(self._nonces))}
        signer = WeChatSigner()
        signer.add_data(self.token, query["timestamp"], query["nonce"])
        return {**query, "signature": signer.signature}

    async def push(self, open_id: str, xml: str) -> None:
        """The callback is delivered, up to three times; its passive reply is on the phone."""
        for _try in range(TRIES):
            query, body = self.sealed(xml)
            try:
                async with asyncio.timeout(self.patience):
                    response = await self._client.post(
                        self.callback, params=query, content=body, timeout=None
                    )
            except (httpx.HTTPError, TimeoutError):
                continue
            words = self._opened(response, open_id)
            self.answers.append((response.status_code, words))
            if response.status_code == 200:
                if words:
                    bubble = self.wechat.bubble(text=words)
                    self.wechat.show(open_id, bubble)
                self._changed.set()
                return
        self.unanswered += 1
        self._changed.set()

    def _opened(self, response: httpx.Response, open_id: str) -> str:
        """The words of a passive reply, held to its rules."""
        if response.status_code != 200 or response.text in {"success", ""}:
            return ""
        root = fromstring(response.text)
        xml = self._crypto.decrypt_message(
            response.text,
            root.findtext("MsgSignature", ""),
            root.findtext("TimeStamp", ""),
            root.findtext("Nonce", ""),
        )
        reply = parse_message(xml)
        if (reply.target, reply.source, reply.type) != (open_id, ORIGINAL_ID, "text"):
            self._violations.append(f"a reply to somebody else: {xml}")
        words = str(reply.content)
        if len(words.encode()) > 2048:
            self._violations.append("a passive reply of more than 2048 bytes")
        return words

    # HTTP

    async def _api(self, request: Request) -> Response:
        path = request.url.path
        faults = self._faults.get(path)
        fault = faults.popleft() if faults else _Fault(0, 200, drop=False, delay=0.0)
        try:
            answer = await self._perform(request, path, fault)
        except Refused as refused:
            if isinstance(refused, Invalid):
                self._violations.append(refused.words)
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

    async def _perform(self, request: Request, path: str, fault: _Fault) -> Response:
        query: Json = dict(request.query_params)
        body, file = await _read(request)
        self.calls.append((path, body))
        if fault.status != 200:
            return Response(status_code=fault.status)
        if fault.code:
            raise Refused(fault.code, f"injected {fault.code} rid: 1-2-3")
        if path == "/cgi-bin/media/get":
            data = self.wechat.download(query)
            return Response(data, media_type="application/octet-stream")
        return JSONResponse(self.wechat.answer(path, query, body, file))


async def _read(request: Request) -> tuple[Any, tuple[str, bytes] | None]:
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
