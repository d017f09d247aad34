"""The WeChat Official Account channel: callbacks in, passive replies and customer messages out."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from bot.channels import qr
from bot.channels.base import (
    WECHAT,
    Answer,
    NotFound,
    Receive,
    Rejected,
    Request,
    SendError,
    Unavailable,
)
from bot.channels.tencent.api import TIMEOUT, Api
from bot.channels.tencent.callbacks import Envelope, Forged, Refusals
from bot.channels.tencent.files import picture, upload
from bot.channels.tencent.menu import keep_setting
from bot.channels.tencent.tokens import OwnShelf, Shelf
from bot.channels.tencent.xml import Malformed, read
from bot.channels.wechat import mapping
from bot.channels.wechat.errors import meaning
from handlers.message import Chat, Message

API = "https://api.weixin.qq.com"
PATIENCE = 4.0
"""Seconds after which no passive reply is composed any more: the platform waits five."""
SCENE_SECONDS = 30 * 24 * 3600
_SCENE = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger(__name__)


class WeChatChannel:
    """A `Channel` for one Official Account.

    `menu` is what stands under the chat, as the platform's menu interface takes it; it is set
    when the channel runs. `check` finds out whether the account can be reached.
    """

    name = mapping.NAME
    polls = False

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: str,
        token: str,
        aes_key: str,
        base_url: str = API,
        path: str = "/wechat",
        template_id: str = "",
        template_fields: Mapping[str, str] | None = None,
        shelf: Shelf | None = None,
        menu: Sequence[Mapping[str, Any]] = (),
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
    ) -> None:
        self.account = app_id
        self.path = path
        self.capabilities = replace(WECHAT, announces=bool(template_id))
        self._template = template_id, template_fields or {}
        self._envelope = Envelope(token, aes_key, app_id)
        self._menu = menu
        self._clock = clock
        self._patience = patience
        self._closed = asyncio.Event()
        self._refusals = Refusals(self.name)
        self._api = Api(
            base_url,
            lambda api, force: _fetch(api, app_id, app_secret, force),
            shelf or OwnShelf(),
            meaning,
            clock,
            timeout,
        )

    async def open(self) -> None:
        """Nothing to connect to: WeChat calls us, and is called when there is something to say."""

    async def check(self) -> None:
        """The account's secret is right and this server may call. Raises `SendError`."""
        await self._api.tokens.get()

    async def run(self, receive: Receive) -> None:
        """The menu is set, however long the platform is away; then it waits to be closed."""

        async def create() -> None:
            menu = {"button": list(self._menu)}
            await self._api.call("/cgi-bin/menu/create", menu)

        if self._menu:
            await keep_setting(self.name, create, self._closed)
        await self._closed.wait()

    # ── in ───────────────────────────────────────────────────────────────────

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        now = self._clock()
        try:
            self._envelope.verify(request.query, request.query.get("signature", ""), now)
            if request.method != "POST":
                return Answer(200, request.query.get("echostr", ""))
            root = read(self._envelope.open(request.query, request.body, now))
            event = mapping.event(root, self.account, now + self._patience)
        except Forged as why:
            return self._refused(401, "forged", why)
        except Malformed as why:
            return self._refused(400, "malformed", why)
        except mapping.Unknown as what:
            return self._refused(200, "unknown", what)
        self._refusals.over()
        if event is None:
            return _SUCCESS
        try:
            handled = await receive(event)
        except Unavailable:
            return Answer(503)
        if not handled.reply:
            return _SUCCESS
        answer = mapping.reply(mapping.call(root), handled.reply, now)
        return Answer(200, self._envelope.seal(answer, now), "application/xml")

    def _refused(self, status: int, kind: str, why: Exception) -> Answer:
        """Counted, and told once."""
        self._refusals.note(kind, why)
        return Answer(status, "success" if status == 200 else "")

    # ── out ──────────────────────────────────────────────────────────────────

    async def send(self, chat: Chat, message: Message) -> str:
        """A picture follows its words, as a message of its own; when they have arrived and it does
        not, nothing is said twice. Raises `Closed` when the person has to write first."""
        if message.announced:
            body = mapping.template(chat, *self._template, message.text, self._clock())
            await self._api.call("/cgi-bin/message/template/send", body)
            return secrets.token_hex(8)
        if message.document or not (message.text or message.photo):
            raise Rejected("no files can be sent here")
        shown = await self._uploaded(message, message.photo) if message.photo else ""
        if message.text:
            await self._say(mapping.words(chat, message))
        if shown:
            try:
                await self._say(mapping.picture(chat, shown))
            except SendError as error:
                if not message.text:
                    raise
                log.error("wechat_picture_lost", why=str(error))
        return secrets.token_hex(8)  # WeChat names no message

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        raise NotFound("nothing can be changed here")

    async def delete(self, chat: Chat, message_id: str) -> bool:
        return False

    async def fetch(self, ref: str, limit: int) -> bytes:
        return await self._api.download("/cgi-bin/media/get", limit, media_id=ref)

    async def close(self) -> None:
        self._closed.set()
        await self._api.close()

    async def _say(self, body: dict[str, Any]) -> None:
        await self._api.call("/cgi-bin/message/custom/send", body)

    async def _uploaded(self, message: Message, photo: Path | bytes) -> str:
        """The id of the message's picture, which is good for three days."""
        if isinstance(photo, bytes):
            photo = await self._drawn(message, photo)
        return await upload(self._api, "image", *await picture(photo))

    async def _drawn(self, message: Message, photo: bytes) -> bytes:
        """A code that opens this account and hands over what it says; where the account has none
        of those, the code that was drawn, whose words can be sent to us."""
        if not _SCENE.fullmatch(message.scan):
            return photo
        asked = mapping.scene(message.scan, SCENE_SECONDS)
        try:
            answer = await self._api.call("/cgi-bin/qrcode/create", asked)
        except Rejected as why:
            log.warning("wechat_scene_refused", why=str(why))
            return photo
        return await asyncio.to_thread(qr.draw, str(answer.get("url") or message.scan))


_SUCCESS = Answer(200, "success")


async def _fetch(api: Api, app_id: str, app_secret: str, force: bool) -> tuple[str, int]:
    """A token that stays what it is while it is good, whichever process asks."""
    asked = {
        "grant_type": "client_credential",
        "appid": app_id,
        "secret": app_secret,
        "force_refresh": force,
    }
    answer = await api.plain("/cgi-bin/stable_token", asked)
    return api.granted(answer)
