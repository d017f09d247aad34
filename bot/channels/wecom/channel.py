"""The WeCom channel: an app's callbacks in, messages and cards out."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.channels.base import (
    WECOM,
    Answer,
    Gone,
    NotFound,
    Receive,
    Rejected,
    Request,
    Spent,
    Throttled,
    Unavailable,
    Uncertain,
    Unsent,
)
from bot.channels.tencent.api import TIMEOUT, Api
from bot.channels.tencent.callbacks import Envelope, Forged, Refusals
from bot.channels.tencent.files import content, picture, upload
from bot.channels.tencent.menu import keep_setting
from bot.channels.tencent.tokens import OwnShelf, Shelf
from bot.channels.tencent.xml import Malformed, read
from bot.channels.wecom import cards, mapping
from bot.channels.wecom.codes import LIFE, Codes, OwnCodes
from bot.channels.wecom.errors import meaning
from bot.channels.wecom.groups import Groups
from bot.channels.wecom.names import Names
from bot.channels.wecom.robot import SmartRobot
from handlers.message import Chat, Message

API = "https://qyapi.weixin.qq.com"

log = structlog.get_logger(__name__)


class WeComChannel:
    """A `Channel` for one app of a company, and for a smart robot where there is one. Its account
    is the company's, so members are told apart by their userid.

    `menu` is what stands under the chat; it is set when the channel runs. `done` stands on the
    grey button of a card where nothing is left to choose. `check` finds out whether the app can
    be reached. `groups` makes groups, too.
    """

    name = mapping.NAME
    polls = False

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int,
        secret: str,
        token: str,
        aes_key: str,
        base_url: str = API,
        path: str = "/wecom",
        robot_token: str = "",
        robot_aes_key: str = "",
        shelf: Shelf | None = None,
        codes: Codes | None = None,
        menu: Sequence[Mapping[str, Any]] = (),
        done: str = "✓",
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT,
    ) -> None:
        self.account = corp_id
        self.path = path
        self.capabilities = WECOM
        self._agent = agent_id
        self._envelope = Envelope(token, aes_key, corp_id)
        self._robot = SmartRobot(robot_token, robot_aes_key) if robot_token else None
        self._codes = codes or OwnCodes(clock)
        self._menu = menu
        self._done = done
        self._clock = clock
        self._closed = asyncio.Event()
        self._refusals = Refusals(self.name)
        self._api = Api(
            base_url,
            lambda api, _force: _fetch(api, corp_id, secret),
            shelf or OwnShelf(),
            meaning,
            clock,
            timeout,
        )
        self._names = Names(self._api)
        self.groups = Groups(self._api, self._codes)

    async def open(self) -> None:
        """Nothing to connect to: WeCom calls us, and is called when there is something to say."""

    async def check(self) -> None:
        """The app's secret and number are right and this server may call. Raises `SendError`."""
        await self._api.call("/cgi-bin/agent/get", agentid=str(self._agent))

    async def run(self, receive: Receive) -> None:
        """The menu is set, however long the platform is away; then it waits to be closed."""

        async def create() -> None:
            menu = {"button": list(self._menu)}
            await self._api.call("/cgi-bin/menu/create", menu, agentid=str(self._agent))

        if self._menu:
            await keep_setting(self.name, create, self._closed)
        await self._closed.wait()

    # ── in ───────────────────────────────────────────────────────────────────

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        now = self._clock()
        try:
            if request.method != "POST":
                return Answer(200, self._confirmed(request, now))
            called = self._opened(request, now)
        except Forged as why:
            return self._refused(401, "forged", why)
        except Malformed as why:
            return self._refused(400, "malformed", why)
        except mapping.Unknown as what:
            return self._refused(200, "unknown", what)
        self._refusals.over()
        if called.event is None:
            return Answer()
        try:
            # The code first: what follows from the press may want to change the card at once.
            if code := called.code:
                await self._codes.keep(code.message_id, code.code, now + code.life)
            handled = await receive(await self._names.with_name(called.event))
        except (Unavailable, Unsent):
            return Answer(503)
        if self._robot is None or not handled.reply:
            return Answer()
        return Answer(200, self._robot.answer(handled.reply, now), "application/json")

    def _opened(self, request: Request, now: float) -> mapping.Call:
        """A robot's callback is JSON, an app's is XML."""
        if self._robot is not None and request.body.lstrip().startswith(b"{"):
            return self._robot.open(request.query, request.body, self.account, now)
        root = read(self._envelope.open(request.query, request.body, now))
        return mapping.Call(mapping.event(root, self.account), mapping.press(root))

    def _confirmed(self, request: Request, now: float) -> str:
        """What was encrypted into the address when it was entered, for the app or for the robot."""
        hidden = request.query.get("echostr", "")
        try:
            told = self._envelope.opened(request.query, hidden, now)
        except Forged:
            if self._robot is None:
                raise
            told = self._robot.envelope.opened(request.query, hidden, now)
        return told.decode("utf-8", "replace")

    def _refused(self, status: int, kind: str, why: Exception) -> Answer:
        """Counted, and told once."""
        self._refusals.note(kind, why)
        return Answer(status)

    # ── out ──────────────────────────────────────────────────────────────────

    async def send(self, chat: Chat, message: Message) -> str:
        """A picture or a file comes before its words. A picture that does not arrive is only
        missed; without a file, nothing is said. What is too long for a card is said first, and
        the card repeats its beginning."""
        if chat.kind == "group":
            await self.groups.say(chat, message)
            return message.key or secrets.token_hex(8)
        await self._attach(chat, message)
        named = replace(message, key=message.key or secrets.token_hex(8))
        if message.buttons:
            await self._offer(chat, named)
        elif message.text:
            await self._send(cards.words(chat, self._agent, message.text))
        return named.key

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        """Costs the newest code of the card, and raises `Spent` where there is none."""
        if message.document or message.menu or chat.kind == "group":
            raise NotFound("nothing can be changed into this")
        code = await self._codes.take(message_id)
        if not code:
            raise Spent("its code is used up")
        body = cards.change(chat, self._agent, message, code, self._done)
        try:
            await self._api.call("/cgi-bin/message/update_template_card", body)
        except (Throttled, Unsent, Uncertain):
            await self._codes.keep(message_id, code, self._clock() + LIFE)
            raise
        except Rejected as why:
            raise Spent(str(why)) from None

    async def delete(self, chat: Chat, message_id: str) -> bool:
        return False

    async def fetch(self, ref: str, limit: int) -> bytes:
        return await self._api.download("/cgi-bin/media/get", limit, media_id=ref)

    async def close(self) -> None:
        self._closed.set()
        await self._api.close()

    async def _offer(self, chat: Chat, message: Message) -> None:
        """The card with the choices, and before it whatever it cannot hold."""
        shown = cards.face(message.text)
        if not shown.whole:
            await self._send(cards.words(chat, self._agent, message.text))
            shown = cards.Face(shown.title, "", "", whole=True)
        answer = await self._send(cards.card(chat, self._agent, message, shown))
        if code := answer.get("response_code"):
            try:
                await self._codes.keep(message.key, str(code), self._clock() + LIFE)
            except Unsent:  # it has arrived all the same
                log.warning("wecom_code_lost")

    async def _send(self, body: dict[str, Any]) -> Mapping[str, Any]:
        """Raises `Gone` for somebody whom the app does not reach."""
        answer = await self._api.call("/cgi-bin/message/send", body)
        if answer.get("invaliduser"):
            raise Gone("outside the app's visible range")
        if answer.get("unlicenseduser"):
            raise Rejected("the member has no licence for the interface")
        return answer

    async def _attach(self, chat: Chat, message: Message) -> None:
        if message.document:
            file, name = message.document
            await self._show(chat, "file", name, await content(file))
        elif message.photo:
            try:
                await self._show(chat, "image", *await picture(message.photo))
            except (Rejected, Uncertain) as why:
                if not message.text:
                    raise
                log.error("wecom_picture_lost", why=str(why))

    async def _show(self, chat: Chat, kind: str, name: str, data: bytes) -> None:
        media_id = await upload(self._api, kind, name, data)
        await self._send(cards.file(chat, self._agent, kind, media_id))


async def _fetch(api: Api, corp_id: str, secret: str) -> tuple[str, int]:
    """A token that stays what it is while it is good, whichever process asks."""
    answer = await api.plain("/cgi-bin/gettoken", corpid=corp_id, corpsecret=secret)
    return api.granted(answer)
