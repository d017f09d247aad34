"""The Telegram channel: one bot account, by polling or by webhook, through either library."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

import structlog
from prometheus_client import Counter

from bot.channels.base import (
    TELEGRAM,
    Answer,
    Gone,
    Receive,
    Rejected,
    Request,
    SendError,
    TooLarge,
    Unavailable,
    Uncertain,
)
from bot.channels.telegram import mapping
from bot.channels.telegram.driver import Driver
from bot.channels.telegram.errors import NotModified
from bot.channels.telegram.polling import poll
from handlers.message import Capabilities, Chat, Handled, Message

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
CLOSING_SECONDS = 2.0

log = structlog.get_logger(__name__)

malformed_updates = Counter(
    "shaodao_malformed_updates_total",
    "Updates that were not as the platform describes",
    ["channel"],
)


class TelegramChannel:
    """A `Channel` for one Telegram bot.

    `open` must have returned before anything else is called, unless `account` (the bot's id)
    is given: a process that only answers webhooks need not ask Telegram who it is. Then it
    knows no link that opens it either.
    """

    name = "telegram"
    path = "/telegram"

    def __init__(
        self,
        driver: Driver,
        *,
        mode: Literal["polling", "webhook"],
        webhook_url: str = "",
        webhook_secret: str = "",
        account: str | None = None,
    ) -> None:
        if mode == "webhook" and not (webhook_url and webhook_secret):
            raise ValueError("telegram: webhook mode needs webhook_url and webhook_secret")
        self.account = account or ""
        self.polls = mode == "polling"
        self.capabilities: Capabilities = TELEGRAM
        self._username = ""
        self._driver = driver
        self._mode = mode
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._closed = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(driver.answers_at_once)

    async def open(self) -> None:
        """Who we are is known, and Telegram delivers in our way; waiting updates are kept."""
        await self._introduce()
        if self._mode == "polling":
            await self._driver.call("deleteWebhook", {"drop_pending_updates": False})
            return
        await self._driver.call(
            "setWebhook",
            {
                "url": self._webhook_url,
                "secret_token": self._webhook_secret,
                "allowed_updates": mapping.ALLOWED_UPDATES,
            },
        )

    async def _introduce(self) -> None:
        me = await self._driver.call("getMe", {})
        if not isinstance(me, dict) or type(me.get("id")) is not int:
            raise Uncertain("getMe returned no bot")
        self.account = str(me["id"])
        self._username = str(me.get("username") or "")
        if self._username:
            link = f"https://t.me/{self._username}?start={{}}"
            self.capabilities = replace(TELEGRAM, start_link=link)

    async def run(self, receive: Receive) -> None:
        """Receives until cancelled or closed; in webhook mode it only waits for that."""
        if self._mode == "webhook":
            await self._closed.wait()
            return

        async def handle(update: Mapping[str, Any]) -> None:
            try:
                await self._handle(update, receive)
            except mapping.Malformed:
                self._malformed(update.get("update_id"))
            except Unavailable:
                raise
            except Exception:  # put on record; the caller keeps the update
                log.exception("telegram update failed", update_id=update.get("update_id"))
                raise

        await poll(self._driver, handle, self._closed)

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        if self._mode != "webhook" or request.method != "POST":
            return Answer(404)
        if not self._from_telegram(request.headers):
            return Answer(401)
        try:
            update = json.loads(request.body)
        except (ValueError, RecursionError):
            self._malformed(None)
            return Answer(400)
        try:
            await self._handle(update, receive)
        except mapping.Malformed:
            self._malformed(update.get("update_id") if isinstance(update, dict) else None)
            return Answer(400)
        except Unavailable:
            return Answer(503)
        return Answer()

    async def send(self, chat: Chat, message: Message) -> str:
        sent = await self._perform(mapping.send(chat, message))
        if not isinstance(sent, dict) or type(sent.get("message_id")) is not int:
            raise Uncertain("Telegram's answer names no message")
        return str(sent["message_id"])

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        with suppress(NotModified):
            await self._perform(mapping.edit(chat, message_id, message))

    async def delete(self, chat: Chat, message_id: str) -> bool:
        try:
            return await self._perform(mapping.delete(chat, message_id)) is True
        except (Rejected, Gone):
            return False

    async def fetch(self, ref: str, limit: int) -> bytes:
        file = await self._driver.call("getFile", {"file_id": ref})
        if not isinstance(file, dict) or not isinstance(file.get("file_path"), str):
            raise Rejected("Telegram has no such file")
        size = file.get("file_size")
        if isinstance(size, int) and size > limit:
            raise TooLarge(f"{size} bytes, more than {limit}")
        return await self._driver.download(file["file_path"], limit)

    async def close(self) -> None:
        """`run` ends after what it is just handling; answers on their way get two seconds."""
        self._closed.set()
        if self._answers:
            _, late = await asyncio.wait(self._answers, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()
        await self._driver.close()

    async def _handle(self, update: Mapping[str, Any], receive: Receive) -> None:
        event = mapping.event(update, self.account, self._username)
        handled = Handled() if event is None else await receive(event)
        if press := mapping.press(update):
            task = asyncio.create_task(self._answer(press, handled))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, press: str, handled: Handled) -> None:
        # Telegram gives up on a press after a few minutes; then there is nobody to answer.
        async with self._answering:
            with suppress(SendError):
                await self._perform(mapping.answer(press, handled.toast, handled.opens))

    async def _perform(self, call: mapping.Call) -> object:
        try:
            return await self._driver.call(call.method, call.params, call.file)
        except FileNotFoundError:
            raise Rejected("the file to be sent is missing") from None

    def _from_telegram(self, headers: Mapping[str, str]) -> bool:
        given = next((v for k, v in headers.items() if k.lower() == SECRET_HEADER), "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._webhook_secret.encode())

    def _malformed(self, update_id: object) -> None:
        malformed_updates.labels(self.name).inc()
        # Whatever else stands where the id should be may be somebody's words.
        known = update_id if isinstance(update_id, int) else None
        log.warning("telegram update malformed", update_id=known)
