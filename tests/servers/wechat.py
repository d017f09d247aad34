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
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.servers.platform import File, Json, PlatformServer
from tests.servers.wechat_api import (
    APP_ID,
    APP_SECRET,
    ORIGINAL_ID,
    Follower,
    WeChat,
)
from tests.servers.wechat_people import Person

TOKEN, AES_KEY = "token0of0nobody", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TRIES = 3


class WeChatServer(PlatformServer):
    """One account's platform. `clock` measures windows; `patience` is how long an answer to a
    callback may take."""

    def __init__(self, clock: Callable[[], float] = time.time, patience: float = 5.0) -> None:
        super().__init__()
        self.app_id, self.app_secret = APP_ID, APP_SECRET
        self.token, self.aes_key = TOKEN, AES_KEY
        self.callback = ""
        self.wechat = WeChat(clock)
        self.patience = patience
        self.answers: list[tuple[int, str]] = []
        """Status and words of every answer to a callback."""
        self.unanswered = 0
        """Callbacks that got no good answer in three tries."""
        self._crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        self._ids = count(7_000_000_001)
        self._nonces = count(1)

    def follower(self, open_id: str) -> Person:
        """Somebody with WeChat; they can be written to once they follow the account."""
        self.wechat.followers.setdefault(open_id, Follower(open_id))
        return Person(self, open_id)

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
            self.violations.append(f"a reply to somebody else: {xml}")
        words = str(reply.content)
        if len(words.encode()) > 2048:
            self.violations.append("a passive reply of more than 2048 bytes")
        return words

    def perform(self, method: str, path: str, query: Json, body: Any, file: File | None) -> Any:
        if path == "/cgi-bin/media/get":
            return self.wechat.download(query)
        return self.wechat.answer(path, query, body, file)
