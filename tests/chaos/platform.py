"""The Telegram of a chaos run: it delivers again and again, loses calls, and keeps a record.

What it knows stands for itself: every message it has shown, when, and whether its answer got
through. Nothing of the product is asked for that.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any, Literal

import httpx
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.telegram.channel import SECRET_HEADER
from tests.servers.telegram import PUSH_AGAIN, TelegramServer, _disconnected
from tests.servers.telegram_api import Json

AT_ONCE = 8  # webhook calls under way together
PUSH_PATIENCE = 5.0  # seconds
Fault = Literal["", "lost", "cut", "late"]
"""Before it was done; after it was done, without an answer; or so late that nobody waits."""


@dataclass(slots=True)
class Shown:
    """A message of the bot that a chat shows, as the platform recorded it."""

    id: int
    chat: str
    text: str
    at: float
    answer: Fault = ""


class Platform(TelegramServer):
    """`doors` are the addresses of the processes that take webhooks, by slot."""

    def __init__(self) -> None:
        super().__init__()
        self.doors: dict[int, str] = {}
        self.shown: dict[int, Shown] = {}
        self.delivered: dict[int, Json] = {}
        """Every update there ever was, by its id."""
        self.faults: Callable[[str, str], tuple[Fault, float]] = lambda _method, _chat: ("", 0.0)
        self.counts: dict[str, int] = defaultdict(int)
        self._heard: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_door = 0

    # ── people ───────────────────────────────────────────────────────────────

    def heard(self, chat: int) -> asyncio.Event:
        """Set whenever the bot says or changes something there."""
        return self._heard[chat]

    def deliver(self, kind: str, body: Json) -> int:
        number = super().deliver(kind, body)
        self.delivered[number] = {"update_id": number, kind: body}
        return number

    def deliver_again(self, last: int = 0) -> None:
        """What was acknowledged comes again: the last so many updates, or (0) all of them."""
        old = list(self.delivered.values())[-last:]
        waiting = {update["update_id"] for update in self._updates}
        again = [update for update in old if update["update_id"] not in waiting]
        self._updates.extendleft(reversed(again))
        self.counts["delivered again"] += len(again)
        self._arrived.set()

    def knock(self) -> None:
        """A door has opened: what waits is brought."""
        self._arrived.set()

    # ── calls ────────────────────────────────────────────────────────────────

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"].lower()
        fault, delay = self.faults(method, _chat_of(await request.body()))
        request.state.fault = fault
        self.counts["calls"] += 1
        if fault:
            self.counts[fault] += 1
        if fault == "lost":
            await self._cut(request)
            return Response()
        response = await super()._api(request)
        if fault == "cut":
            await self._cut(request)
        if delay:
            await asyncio.sleep(delay)  # a slow network between real processes
        return response

    async def _cut(self, request: Request) -> None:
        self._http.cut(request.scope["client"])
        await _disconnected(request)

    async def _perform(self, request: Request, method: str, fault: Any) -> object:
        result = await super()._perform(request, method, fault)
        if isinstance(result, dict) and "message_id" in result:
            self._record(method.lower(), result, request.state.fault)
        return result

    def _record(self, method: str, message: Json, fault: Fault) -> None:
        chat = message["chat"]["id"]
        self.counts["messages"] += 1
        if method.startswith("send"):
            number = message["message_id"]
            text = str(message.get("text", message.get("caption", "")))
            self.shown[number] = Shown(number, str(chat), text, time(), fault)
        self._heard[chat].set()

    # ── updates ──────────────────────────────────────────────────────────────

    async def _push(self) -> None:
        """Several at once, one of each speaker; to the doors in turn."""
        async with httpx.AsyncClient(trust_env=False, timeout=PUSH_PATIENCE) as client:
            while True:
                self._arrived.clear()
                for update in self._free():
                    self._busy.add(update["update_id"])
                    task = asyncio.create_task(self._bring(client, update))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await self._arrived.wait()

    def _free(self) -> list[Json]:
        """What can be brought now: the oldest of everybody whose last one is through."""
        if not (self.telegram.delivery.url and self.doors):
            return []
        room = AT_ONCE - len(self._busy)
        speakers = {_speaker(u) for u in self._updates if u["update_id"] in self._busy}
        found: list[Json] = []
        for update in self._updates:
            if len(found) >= room:
                break
            if _speaker(update) not in speakers:
                speakers.add(_speaker(update))
                found.append(update)
        return found

    async def _bring(self, client: httpx.AsyncClient, update: Json) -> None:
        try:
            if await self._pushed(client, update):
                with suppress(ValueError):  # fetched by a poll meanwhile
                    self._updates.remove(update)
            else:
                await asyncio.sleep(PUSH_AGAIN)  # as Telegram waits before it delivers again
        finally:
            self._busy.discard(update["update_id"])
            self._arrived.set()
            self._changed.set()

    async def _pushed(self, client: httpx.AsyncClient, update: Json) -> bool:
        """At the next door, as a load balancer would."""
        doors = [door for _slot, door in sorted(self.doors.items())]
        if not doors:
            return False
        self._next_door += 1
        door = doors[self._next_door % len(doors)]
        headers = {SECRET_HEADER: self.telegram.delivery.secret}
        try:
            response = await client.post(f"{door}/telegram", json=update, headers=headers)
        except httpx.HTTPError:
            return False
        if not response.is_success:
            self.refused_pushes.append(response.status_code)
        return response.is_success


_CHAT = re.compile(rb"""chat_id["=:\s]+(-?\d+)""")


def _chat_of(body: bytes) -> str:
    """The chat that a call is about, however its fields are written; "" for none."""
    found = _CHAT.search(body)
    return found[1].decode() if found else ""


def _speaker(update: Json) -> int:
    body: Mapping[str, Any] = next(v for k, v in update.items() if k != "update_id")
    return int(body["from"]["id"])
