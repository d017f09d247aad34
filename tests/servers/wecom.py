"""A company on WeCom with one app, for tests: the interface over real HTTP, and its members.

    async with WeComServer() as server:
        server.callback = "http://127.0.0.1:8080/wecom"
        worker = server.member("li", "李明")
        await worker.says("待办")                   # signed, encrypted, up to three times in 15 s
        assert worker.sees("路灯不亮")
        await worker.taps("我接了")                 # a card's button, or the number of a line
        server.fail_next("/cgi-bin/message/send", 45009)

Callbacks are sealed by wechatpy: another library than the bot's. What is sent to a member beyond
30 a minute or 1,000 an hour is lost, and stands in `wecom.dropped`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
from wechatpy.work.crypto import WeChatCrypto

from tests.servers.platform import File, Json, PlatformServer, only, words
from tests.servers.wecom_api import AGENT_ID, CORP_ID, SECRET, Bubble, Member, WeCom
from tests.servers.wecom_people import Person

TOKEN, AES_KEY = "token0of0nobody", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ROBOT_TOKEN, ROBOT_KEY = "token0of0a0robot", "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
TRIES = 3


class WeComServer(PlatformServer):
    """One company's platform. `clock` measures limits; `patience` is how long an answer to a
    callback may take."""

    def __init__(self, clock: Callable[[], float] = time.time, patience: float = 5.0) -> None:
        super().__init__()
        self.corp_id, self.agent_id, self.secret = CORP_ID, AGENT_ID, SECRET
        self.token, self.aes_key = TOKEN, AES_KEY
        self.callback = ""
        self.wecom = WeCom(clock)
        self.patience = patience
        self.unanswered = 0
        """Callbacks that got no good answer in three tries."""
        self.robot_token, self.robot_aes_key = ROBOT_TOKEN, ROBOT_KEY
        self._crypto = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
        self._robot = WeChatCrypto(ROBOT_TOKEN, ROBOT_KEY, "")
        self._ids = count(7_000_000_001)
        self._nonces = count(1)

    def member(self, userid: str, name: str = "") -> Person:
        """Somebody in the directory whom the app may see."""
        self.wecom.members.setdefault(userid, Member(userid, name or userid))
        return Person(self, userid)

    def robot(self, key: str) -> list[Bubble]:
        """A group's robot; what the group shows of it."""
        return self.wecom.robots.setdefault(key, [])

    def group(self, chat_id: str) -> list[Bubble]:
        """A group with a smart robot; what the group shows of it."""
        return self.wecom.groups.setdefault(chat_id, [])

    def perform(self, method: str, path: str, query: Json, body: Any, file: File | None) -> Any:
        return self.wecom.answer(method, path, query, body, file)

    # Callbacks

    def next_id(self) -> str:
        return str(next(self._ids))

    async def verify_address(self) -> httpx.Response:
        """What the app's page does when the address is entered; the answer."""
        sealed = fromstring(self._sealed("8374658392"))
        query = self._query(sealed) | {"echostr": sealed.findtext("Encrypt", "")}
        return await self._client.get(self.callback, params=query)

    def sealed(self, xml: str) -> tuple[dict[str, str], str]:
        """Query and body of a callback with this XML."""
        sealed = fromstring(self._sealed(xml))
        body = (
            f"<xml><ToUserName>{CORP_ID}</ToUserName><AgentID>{AGENT_ID}</AgentID>"
            f"<Encrypt>{sealed.findtext('Encrypt', '')}</Encrypt></xml>"
        )
        return self._query(sealed), body

    def _sealed(self, content: str) -> str:
        # The technical clock: callbacks are refused when they are old.
        return str(
            self._crypto.encrypt_message(content, str(next(self._nonces)), str(int(time.time())))
        )

    def _query(self, sealed: Any) -> dict[str, str]:
        names = ("msg_signature", "MsgSignature"), ("timestamp", "TimeStamp"), ("nonce", "Nonce")
        return {name: sealed.findtext(tag, "") for name, tag in names}

    def speaks(self, userid: str, chat_id: str, kind: str, content: Any) -> Json:
        """What a smart robot is told when somebody speaks to it, in a group or (without a chat)
        alone."""
        code = self.wecom.code_for(userid, chat_id)
        at = f"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code={code}"
        return {
            "msgid": f"CAIQ/{self.next_id()}=",
            "aibotid": "AIB1",
            "chattype": "group" if chat_id else "single",
            "from": {"userid": userid},
            "response_url": at,
            "msgtype": kind,
            kind: content,
        } | ({"chatid": chat_id} if chat_id else {})

    async def calls_robot(self, said: Json) -> None:
        """The robot's callback is delivered, and its answer is in the group."""
        done = self.wecom.bubble(text="")
        for _try in range(TRIES):
            query, body = self.sealed_for_robot(said)
            response = await self._client.post(self.callback, params=query, content=body)
            if response.status_code == 200:
                break
        else:
            self.unanswered += 1
            return
        if response.text:
            answer = self._robot_opened(response.json())
            only(answer, {"msgtype", "stream"})
            only(answer["stream"], {"id", "finish", "content"})
            done.text = words(answer["stream"]["content"])
            self.group(said["chatid"]).append(done)

    def sealed_for_robot(self, said: Json) -> tuple[dict[str, str], str]:
        """Query and body of a callback that tells the robot this."""
        content = json.dumps(said, ensure_ascii=False)
        at, nonce = str(int(time.time())), str(next(self._nonces))
        sealed = fromstring(self._robot.encrypt_message(content, nonce, at))
        return self._query(sealed), json.dumps({"encrypt": sealed.findtext("Encrypt", "")})

    def _robot_opened(self, answer: Json) -> Json:
        only(answer, {"encrypt", "msgsignature", "timestamp", "nonce"})
        opened = self._robot.decrypt_message(
            f"<xml><Encrypt>{answer['encrypt']}</Encrypt></xml>",
            answer["msgsignature"],
            str(answer["timestamp"]),
            answer["nonce"],
        )
        found: Json = json.loads(opened)
        return found

    async def push(self, xml: str) -> None:
        """The app's callback is delivered, up to three times."""
        for _try in range(TRIES):
            query, body = self.sealed(xml)
            try:
                async with asyncio.timeout(self.patience):
                    response = await self._client.post(
                        self.callback, params=query, content=body, timeout=None
                    )
            except (httpx.HTTPError, TimeoutError):
                continue
            if response.status_code == 200:
                if response.text not in {"", "success"}:
                    self.violations.append(f"a callback was answered with {response.text!r}")
                self._changed.set()
                return
        self.unanswered += 1
        self._changed.set()
