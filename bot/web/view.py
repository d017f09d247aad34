"""What the demo's page is told: the phones and their chats as JSON, then every change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.channels.changes import Change, Changes, Removed, Shown, Taken, Toast, Turned, Typing
from bot.channels.phones import Bubble, Phone, Room

LOOK = 0.5  # seconds between two looks at a clock that nobody reports

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Seat:
    """A phone on the page: whose it is, what for, and the chat it shows first.

    `title` is in the page's language; `chat` is empty for the private chat with the bot;
    `hints` are things to try saying in it, `aside` those for the private chat beside a group
    that is shown first. `also` are phones that lie in the same place: one of them is picked up
    at a time.
    """

    person: str
    title: str
    chat: str = ""
    hints: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    also: tuple[Seat, ...] = ()

    @property
    def everyone(self) -> tuple[Seat, ...]:
        """Every phone of this place, the one that is picked up first at the front."""
        return (self, *self.also)


def seat_json(seat: Seat, phone: Phone, at: Seat) -> Json:
    """One phone; `at` is the place where it lies."""
    return {
        "place": at.person,
        "person": seat.person,
        "name": phone.name,
        "title": seat.title,
        "shown": seat.chat or seat.person,
        "hints": {seat.chat or seat.person: seat.hints, **_aside(seat)},
        "chats": [_chat_json(room) for room in phone.rooms],
    }


def _aside(seat: Seat) -> Json:
    return {seat.person: seat.aside} if seat.chat else {}


def bubbles_json(phones: Sequence[Phone], zone: ZoneInfo) -> list[Json]:
    """Every bubble on one of the phones, once, in the order they appeared."""
    seen = {bubble.id: bubble for phone in phones for bubble in phone.bubbles}
    ordered = sorted(seen.values(), key=lambda bubble: bubble.number)
    return [_bubble_json(bubble, zone) for bubble in ordered]


async def stream(changes: Changes, zone: ZoneInfo, world: Callable[[], Json]) -> AsyncIterator[str]:
    """Server-sent events: the world whenever it looks different, and each change, until over."""
    yield "retry: 500\n\n"
    told: Json = {}
    while True:
        if (seen := world()) != told:
            told = seen
            yield _event({"type": "world", **seen})
        try:
            async with asyncio.timeout(LOOK):
                change = await changes.get()
        except TimeoutError:
            continue
        if change is None:
            return
        if isinstance(change, Turned):
            continue
        yield _event(_change_json(change, zone))


def local(at: datetime, zone: ZoneInfo) -> str:
    """The moment on the district's clock; the page reads its digits as they stand."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def _event(data: Json) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _change_json(change: Change, zone: ZoneInfo) -> Json:
    if isinstance(change, Shown):
        return {"type": "bubble", "bubble": _bubble_json(change.bubble, zone)}
    if isinstance(change, Removed):
        return {"type": "removed", "chat": change.bubble.chat, "bubble": change.bubble.id}
    if isinstance(change, Taken):
        return {"type": "taken", "chat": change.chat, "bubble": change.message}
    if isinstance(change, Typing):
        return {"type": "typing", "chat": change.chat, "on": change.on}
    if isinstance(change, Toast):
        return {"type": "toast", "person": change.person, "text": change.text}
    return {"type": "cleared"}


def _chat_json(room: Room) -> Json:
    return {
        "id": room.chat.id,
        "kind": room.chat.kind,
        "title": room.chat.title,
        "size": len(room.members),
    }


def _bubble_json(bubble: Bubble, zone: ZoneInfo) -> Json:
    return {
        "id": bubble.id,
        "number": bubble.number,
        "chat": bubble.chat,
        "sender": bubble.sender,
        "name": bubble.name,
        "kind": bubble.kind,
        "text": bubble.text,
        "photo": bubble.photo is not None,
        # A picture to scan must be seen whole.
        "code": isinstance(bubble.photo, bytes) and not bubble.sender,
        "document": bubble.file_name if bubble.document is not None else None,
        "buttons": [{"label": b.label, "token": b.token} for b in bubble.buttons],
        "at": local(bubble.at, zone),
        "revision": bubble.revision,
        "changed": local(bubble.changed, zone) if bubble.changed else None,
    }
