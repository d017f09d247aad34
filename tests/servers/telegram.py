"""Telegram, for tests: the Bot API over real HTTP, with people who use the bot.

    async with TelegramServer() as server:
        resident = server.user(101, "王秀英")
        resident.says("/start")                       # delivered by getUpdates or webhook
        await server.until(lambda: resident.sees("您好"))
        resident.taps("报修")
        server.fail_next("sendMessage", 429, retry_after=3)

A bot reaches it with `server.token` at `server.url`. It is strict: a call of the wrong form
(see telegram_api.py) is refused and fails the test when the server closes. Like Telegram it
keeps an update until it is acknowledged, pushes again after any answer but 2xx, lets no bot
write first, and answers 400, 403 and 409 in Telegram's words.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

import httpx
from aiogram.types import Update
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.serving import HttpServer
from tests.servers.telegram_api import (
    BOT_ID,
    USERNAME,
    Invalid,
    Json,
    Part,
    Parts,
    Refused,
    Room,
    Telegram,
    read,
)
from tests.servers.telegram_limits import Limits
from tests.servers.telegram_people import Bubble, Group, User, bubble

PUSH_AGAIN = 0.05  # seconds; the real one takes its time
_DEFAULT_UPDATES = frozenset({"message", "callback_query", "my_chat_member"})


@dataclass(frozen=True, slots=True)
class _Fault:
    status: int
    description: str
    parameters: dict[str, int]
    drop: bool
    delay: float


class TelegramServer:
    """One bot's Telegram. Everything happens in the event loop that entered it.

    With `limits`, what is sent too fast is refused as Telegram refuses it; `latency` is how
    many seconds every answer is under way.
    """

    def __init__(
        self,
        token: str = f"{BOT_ID}:AAtest-token_of-nobody",
        limits: Limits | None = None,
        latency: float = 0.0,
    ) -> None:
        self.token = token
        self.limits = limits
        self.latency = latency
        self.username = USERNAME
        self.calls: list[tuple[str, Json]] = []
        """Every call but getUpdates and those beyond the limits, with its fields as they came."""
        self.refused_pushes: list[int] = []
        """The status of every webhook push that was not accepted."""
        self.telegram = Telegram()
        self._updates: deque[Json] = deque()
        self._update_ids = count(9001)
        self._press_ids = count(1)
        self._faults: dict[str, deque[_Fault]] = {}
        self._violations: list[str] = []
        self._polls = 0
        self._closing = False
        self._arrived = asyncio.Event()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._api, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
            ]
        )
        self._http = HttpServer(app)
        self._http.start()
        self.url = self._http.url
        self._pushing = asyncio.create_task(self._push())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closing = True
        self._arrived.set()
        self._pushing.cancel()
        await asyncio.gather(self._pushing, return_exceptions=True)
        await self._http.stop()
        if self._violations and error[0] is None:
            raise AssertionError("\n".join(self._violations))

    # People and groups

    def user(self, user_id: int, name: str, language: str = "zh-hans") -> User:
        """A person with a private chat; the bot may write there once the person has."""
        chat = {"id": user_id, "type": "private", "first_name": name}
        closed = "bot can't initiate conversation with a user"
        self.telegram.rooms.setdefault(user_id, Room(chat, closed))
        return User(self, user_id, name, language)

    def group(self, chat_id: int, title: str) -> Group:
        """A group with the bot in it and privacy mode off: the bot gets every message."""
        self.telegram.rooms[chat_id] = Room({"id": chat_id, "type": "group", "title": title})
        return Group(self, chat_id)

    def bubbles(self, chat_id: int) -> list[Bubble]:
        """What the chat shows, oldest first."""
        room = self.telegram.rooms[chat_id]
        return [bubble(message, self.telegram.files) for message in room.messages.values()]

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Returns as soon as `true()`; looks again after every call and every push."""
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def called(self, method: str) -> list[Json]:
        """The fields of every call of this method."""
        return [fields for name, fields in self.calls if name.lower() == method.lower()]

    @property
    def pending(self) -> int:
        """How many updates the bot has not acknowledged."""
        return len(self._updates)

    def fail_next(
        self,
        method: str,
        status: int = 0,
        description: str = "",
        *,
        retry_after: int = 0,
        migrate_to_chat_id: int = 0,
        drop: bool = False,
        delay: float = 0.0,
    ) -> None:
        """The next call of `method` goes wrong; several stand in a queue.

        With `status` it is refused. With `drop` it is done and the connection cut before the
        answer; with `delay` it is done and the answer comes that many seconds later.
        """
        parameters = {"retry_after": retry_after, "migrate_to_chat_id": migrate_to_chat_id}
        fault = _Fault(
            status,
            description or f"injected {status}",
            {key: value for key, value in parameters.items() if value},
            drop,
            delay,
        )
        self._faults.setdefault(method.lower(), deque()).append(fault)

    def deliver(self, kind: str, body: Json) -> int:
        """The update waits for the bot; its id. What the bot did not ask for is dropped."""
        number = next(self._update_ids)
        update = {"update_id": number, kind: body}
        Update.model_validate(update)
        if kind in (self.telegram.delivery.allowed or _DEFAULT_UPDATES):
            self._updates.append(update)
            self._arrived.set()
        return number

    def press_id(self, toasts: list[str]) -> str:
        """A new press that waits for its answer, which `toasts` will get."""
        press = f"press-{next(self._press_ids)}"
        self.telegram.presses[press] = toasts
        return press

    # HTTP

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"]
        faults = self._faults.get(method.lower())
        fault = faults.popleft() if faults else _Fault(0, "", {}, drop=False, delay=0.0)
        try:
            result = await self._perform(request, method, fault)
        except Refused as refused:
            return self._refuse(refused)
        finally:
            self._changed.set()
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault.drop:
            self._http.cut(request.scope["client"])
            await _disconnected(request)
        if fault.delay:
            with suppress(TimeoutError):
                await asyncio.wait_for(_disconnected(request), fault.delay)
        return JSONResponse({"ok": True, "result": result})

    async def _perform(self, request: Request, method: str, fault: _Fault) -> object:
        fields, files = await _read(request)
        if request.path_params["token"] != self.token:
            raise Refused(401, "Unauthorized")
        if fault.status:
            raise Refused(fault.status, fault.description, **fault.parameters)
        if method.lower() == "getupdates":
            return await self._get_updates(fields)
        if method.lower() == "getwebhookinfo":
            return self._webhook_info()
        if self.limits and (after := self.limits.wait(method, str(fields.get("chat_id", "")))):
            raise Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)
        self.calls.append((method, fields))
        result = self.telegram.answer(method, fields, files)
        if fields.get("drop_pending_updates") == "true":
            self._updates.clear()
        self._arrived.set()  # a webhook may have been set
        return result

    def _refuse(self, refused: Refused) -> Response:
        if isinstance(refused, Invalid):
            self._violations.append(refused.description)
        body: Json = {
            "ok": False,
            "error_code": refused.status,
            "description": refused.description,
        }
        if refused.parameters:
            body["parameters"] = refused.parameters
        return JSONResponse(body, refused.status)

    async def _file(self, request: Request) -> Response:
        file_id = self.telegram.paths.get(request.path_params["path"])
        if file_id is None or request.path_params["token"] != self.token:
            return Response(status_code=404)
        return Response(self.telegram.files[file_id])

    # Delivery

    async def _get_updates(self, fields: Json) -> list[Json]:
        call = read("GetUpdates", fields, {})
        delivery = self.telegram.delivery
        if delivery.url:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if call.allowed_updates is not None:
            delivery.allowed = frozenset(call.allowed_updates)
        while self._updates and self._updates[0]["update_id"] < (call.offset or 0):
            self._updates.popleft()
            self._changed.set()
        await self._wait_for_updates(call.timeout or 0)
        return list(self._updates)[: call.limit or 100]

    async def _wait_for_updates(self, seconds: int) -> None:
        self._polls += 1
        mine = self._polls
        self._arrived.set()  # a new poll ends the one before
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._updates and not self._closing:
                    self._arrived.clear()
                    await self._arrived.wait()
                    if mine != self._polls:
                        raise Refused(409, "Conflict: terminated by other getUpdates request")

    def _webhook_info(self) -> Json:
        return {
            "url": self.telegram.delivery.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
            "allowed_updates": sorted(self.telegram.delivery.allowed),
        }

    async def _push(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                if not (self.telegram.delivery.url and self._updates):
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                if await self._pushed(client, self._updates[0]):
                    self._updates.popleft()
                else:
                    await asyncio.sleep(PUSH_AGAIN)
                self._changed.set()

    async def _pushed(self, client: httpx.AsyncClient, update: Json) -> bool:
        delivery = self.telegram.delivery
        headers = {"X-Telegram-Bot-Api-Secret-Token": delivery.secret} if delivery.secret else {}
        try:
            response = await client.post(delivery.url, json=update, headers=headers)
        except httpx.HTTPError:
            return False
        if not response.is_success:
            self.refused_pushes.append(response.status_code)
        return response.is_success


async def _read(request: Request) -> tuple[Json, Parts]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return await request.json(), {}
    fields: Json = dict(request.query_params)
    files: Parts = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = Part(value.filename or "", await value.read())
            else:
                fields[name] = value
    return fields, files


async def _disconnected(request: Request) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await request.receive()
