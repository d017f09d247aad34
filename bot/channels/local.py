"""A messenger that lives in this process: people with phones, private chats and groups.

It serves the demo's page, the stories and the tests: no key, no network, and the same Event
and Message as every other platform. Like a platform, it keeps an event until the bot has
committed it, and it draws only what its capabilities allow.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeAlias

import structlog

from bot.channels.base import Gone, NotFound, Receive, Rejected, TooLarge, Unavailable
from bot.channels.phones import Bubble, Phone, Room
from handlers.message import Body, Button, Capabilities, Chat, Event, Handled, Message, utf16_length

NAME, ACCOUNT = "local", "demo"
PAUSES = (0.05, 0.2, 0.8)  # seconds between two offers of the same event
WATCHED = 1000  # changes a slow page may lag behind before it has to begin afresh

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """A bubble is new, or looks different now (`bubble.revision` tells)."""

    bubble: Bubble


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot is at work on something said in this chat, or has answered."""

    chat: str
    on: bool


@dataclass(frozen=True, slots=True)
class Toast:
    """A short line for the person who pressed a choice; it leaves no bubble."""

    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """Every chat is empty."""


Change: TypeAlias = Shown | Typing | Toast | Cleared
Changes: TypeAlias = "asyncio.Queue[Change | None]"


class LocalMessenger:
    """A `Channel` whose people are `Phone`s in this process.

    `now` is the clock that bubbles show; `keep` is how many bubbles a chat remembers.
    """

    name = NAME
    account = ACCOUNT

    def __init__(
        self,
        capabilities: Capabilities,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        keep: int = 500,
    ) -> None:
        self.capabilities = capabilities
        self._now = now
        self._keep = keep
        self._rooms: dict[str, Room] = {}
        self._phones: dict[str, Phone] = {}
        self._numbers = count(1)
        # Ids stay unique when a new messenger meets an old database.
        self._series = secrets.token_hex(4)
        self._receive: Receive | None = None
        self._left_over = asyncio.Event()
        self._watchers: set[Changes] = set()

    # People and groups

    def phone(self, person: str, name: str, language: str = "") -> Phone:
        """The person's phone; its private chat with the bot is there from now on."""
        phone = self._phones.get(person)
        if phone is None:
            phone = self._phones[person] = Phone(self, person)
            self._rooms[person] = Room(Chat("private", person), members=(phone,))
        phone.name, phone.language = name, language
        return phone

    def group(self, id: str, title: str, members: Sequence[Phone]) -> None:  # noqa: A002
        """The group exists with exactly these members; what was said in it stays."""
        if not self.capabilities.groups:
            raise ValueError("this messenger has no groups")
        room = self._rooms.setdefault(id, Room(Chat("group", id)))
        room.title, room.members = title, tuple(members)

    def rooms_of(self, phone: Phone) -> list[Room]:
        """The phone's private chat, then its groups."""
        return [room for room in self._rooms.values() if phone in room.members]

    def find(self, bubble_id: str) -> Bubble | None:
        return next(
            (r.bubbles[bubble_id] for r in self._rooms.values() if bubble_id in r.bubbles), None
        )

    @property
    def phones(self) -> Mapping[str, Phone]:
        return self._phones

    def clear(self) -> None:
        """Every chat is empty and nothing waits to be delivered; phones and groups stay."""
        for room in self._rooms.values():
            room.bubbles.clear()
            room.kept.clear()
        self._publish(Cleared())

    # The channel's promises

    async def open(self) -> None:
        """Nothing to connect to."""

    async def run(self, receive: Receive) -> None:
        """Events reach `receive` until this is cancelled; kept ones are offered again."""
        self._receive = receive
        try:
            while True:
                await self._left_over.wait()
                self._left_over.clear()
                for room in list(self._rooms.values()):
                    await self._offer_kept(room)
        finally:
            if self._receive is receive:
                self._receive = None

    async def webhook(self, headers: Mapping[str, str], body: bytes, receive: Receive) -> int:
        return 404

    async def send(self, chat: Chat, message: Message) -> str:
        room = self._open_room(chat)
        self._check(message)
        number = next(self._numbers)
        bubble = Bubble(
            f"{self._series}-{number}",
            number,
            room.chat.id,
            "",
            "",
            self._now(),
            "photo" if message.photo else "text",
            message.text,
            self._drawn(message),
            message.photo,
        )
        self.show(bubble)
        self._publish(Typing(room.chat.id, on=False))
        return bubble.id

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        if self.capabilities.edits == "none":
            raise Rejected("messages cannot be edited here")
        room = self._open_room(chat)
        self._check(message)
        old = room.bubbles.get(message_id)
        if old is None or old.sender:
            raise NotFound(message_id)
        new = replace(old, text=message.text, buttons=self._drawn(message), photo=message.photo)
        if new != old:
            self.show(replace(new, revision=old.revision + 1, changed=self._now()))
        self._publish(Typing(room.chat.id, on=False))

    async def fetch(self, ref: str, limit: int) -> bytes:
        bubble = self.find(ref)
        if bubble is None or isinstance(bubble.photo, Path):
            raise Rejected(f"no file {ref}")
        data = bubble.photo or bubble.voice
        if not data:
            raise Rejected(f"no file {ref}")
        if len(data) > limit:
            raise TooLarge(ref)
        return data

    async def close(self) -> None:
        """Whoever watches is told that nothing more will come."""
        for watcher in list(self._watchers):
            self._dismiss(watcher)

    # Watching

    @contextmanager
    def watch(self) -> Iterator[Changes]:
        """A queue of every change from now on; `None` means: over, begin afresh."""
        watcher: Changes = asyncio.Queue(WATCHED)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def _publish(self, change: Change) -> None:
        for watcher in list(self._watchers):
            try:
                watcher.put_nowait(change)
            except asyncio.QueueFull:
                self._dismiss(watcher)

    def _dismiss(self, watcher: Changes) -> None:
        self._watchers.discard(watcher)
        while not watcher.empty():
            watcher.get_nowait()
        watcher.put_nowait(None)

    # What phones ask of the messenger

    def room(self, chat_id: str, phone: Phone) -> Room:
        """The chat, `LookupError` when the phone is not in it."""
        room = self._rooms.get(chat_id)
        if room is None or phone not in room.members:
            raise LookupError(f"{phone.person} is not in chat {chat_id!r}")
        return room

    def draft(self, room: Room, phone: Phone) -> Bubble:
        """An empty bubble of this person, not shown yet."""
        number = next(self._numbers)
        return Bubble(
            f"{self._series}-{number}",
            number,
            room.chat.id,
            phone.person,
            phone.name,
            self._now(),
        )

    def show(self, bubble: Bubble) -> None:
        """The bubble is on every phone of its chat; the oldest beyond `keep` are gone."""
        bubbles = self._rooms[bubble.chat].bubbles
        bubbles[bubble.id] = bubble
        while len(bubbles) > self._keep:
            del bubbles[next(iter(bubbles))]
        self._publish(Shown(bubble))

    async def deliver(
        self,
        room: Room,
        phone: Phone,
        body: Body,
        *,
        id: str = "",  # noqa: A002
        addressed: bool = True,
        reply_to: str = "",
        album: str = "",
    ) -> Handled:
        """The event is committed; `Unavailable` when it is kept and will be offered again."""
        event = Event(
            NAME,
            ACCOUNT,
            id or f"{self._series}-{next(self._numbers)}",
            room.chat,
            phone.person,
            body,
            phone.name,
            phone.language,
            addressed,
            reply_to,
            album,
        )
        if addressed:
            self._publish(Typing(room.chat.id, on=True))
        async with room.order:
            room.kept.append(event)
            handled = await self._drain(room)
        if handled.toast:
            self._publish(Toast(phone.person, handled.toast))
        return handled

    async def _drain(self, room: Room) -> Handled:
        """All that waits in this chat is committed, oldest first; the last one's result."""
        handled = Handled()
        while room.kept:
            event = room.kept[0]
            try:
                handled = await self._offer(event)
            except Unavailable:
                self._left_over.set()
                self._publish(Typing(room.chat.id, on=False))
                raise
            except Exception:
                self._forget(room, event)
                raise
            self._forget(room, event)
        return handled

    def _forget(self, room: Room, event: Event) -> None:
        if room.kept and room.kept[0] is event:  # `clear` may have come first
            room.kept.popleft()

    async def _offer(self, event: Event) -> Handled:
        for pause in PAUSES:
            with suppress(Unavailable):
                return await self._offer_once(event)
            await asyncio.sleep(pause)
        return await self._offer_once(event)

    async def _offer_once(self, event: Event) -> Handled:
        if self._receive is None:
            raise Unavailable("nobody is listening yet")
        return await self._receive(event)

    async def _offer_kept(self, room: Room) -> None:
        async with room.order:
            try:
                await self._drain(room)
            except Unavailable:
                log.warning("event_kept", chat=room.chat.id, waiting=len(room.kept))
            except Exception:
                log.exception("event_dropped", chat=room.chat.id)

    def _open_room(self, chat: Chat) -> Room:
        room = self._rooms.get(chat.id)
        if room is None or (room.chat.kind == "private" and self._phones[chat.id].blocked):
            raise Gone(chat.id)
        return room

    def _check(self, message: Message) -> None:
        if not message.text and message.photo is None:
            raise Rejected("empty message")
        if utf16_length(message.text) > self.capabilities.text_limit:
            raise Rejected("text too long")
        for button in self._drawn(message):
            if not button.label or len(button.label) > self.capabilities.label_limit:
                raise Rejected(f"label {button.label!r} has the wrong length")
            if not 1 <= len(button.token.encode()) <= 64:
                raise Rejected(f"token {button.token!r} has the wrong length")

    def _drawn(self, message: Message) -> tuple[Button, ...]:
        return message.buttons if self.capabilities.choices == "inline" else ()
