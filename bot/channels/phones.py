"""Phones of the local messenger: what a person can do with one, and what it shows."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from handlers.message import (
    Body,
    Button,
    Capabilities,
    Chat,
    Chose,
    Event,
    Handled,
    Joined,
    Left,
    Media,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
)

NUMBERED = re.compile(r"^(?:(\d+)\.|【(\d+)】)\s*(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as its chat shows it; an edited one keeps `id` and `number`.

    `sender` is empty for the bot. `photo` and `document` are files of the bot's, or bytes;
    `file_name` is what a document is called.
    """

    id: str
    number: int
    chat: str
    sender: str
    name: str
    at: datetime
    kind: Literal["text", "photo", "voice", "place", "document"] = "text"
    text: str = ""
    buttons: tuple[Button, ...] = ()
    photo: Path | bytes | None = None
    voice: bytes = b""
    document: Path | bytes | None = None
    file_name: str = ""
    revision: int = 0
    changed: datetime | None = None


@dataclass(slots=True, eq=False)
class Line:
    """What one person did in a chat and the bot has not committed yet, oldest first."""

    kept: deque[Event] = field(default_factory=deque)
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True, eq=False)
class Room:
    """A chat, what was said in it, and each person's line of events to the bot: in a group
    nobody waits until what somebody else did has been committed.

    `with_bot`: the bot hears what is said here, and may write.
    """

    chat: Chat
    members: tuple[Phone, ...] = ()
    with_bot: bool = True
    bubbles: dict[str, Bubble] = field(default_factory=dict)
    lines: defaultdict[str, Line] = field(default_factory=lambda: defaultdict(Line))


class Switchboard(Protocol):
    """What a phone needs of its messenger."""

    @property
    def capabilities(self) -> Capabilities: ...
    def rooms_of(self, phone: Phone) -> list[Room]: ...
    def room(self, chat_id: str, phone: Phone) -> Room: ...
    def find(self, bubble_id: str) -> Bubble | None: ...
    def draft(self, room: Room, phone: Phone) -> Bubble: ...
    def show(self, bubble: Bubble) -> None: ...
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
        forwarded: bool = False,
    ) -> Handled: ...


class Phone:
    """One person's phone. Every act becomes an event and returns what came of it.

    Acts raise `Unavailable` when the bot did not take the event; it is then kept and offered
    again with the same id. `chat` is empty for the private chat with the bot.
    """

    def __init__(self, messenger: Switchboard, person: str) -> None:
        self._messenger = messenger
        self.person = person
        self.name = ""
        self.language = ""

    @property
    def rooms(self) -> list[Room]:
        return self._messenger.rooms_of(self)

    @property
    def bubbles(self) -> list[Bubble]:
        """All that this phone shows, in the order it appeared."""
        shown = [bubble for room in self.rooms for bubble in room.bubbles.values()]
        return sorted(shown, key=lambda bubble: bubble.number)

    async def open(self, payload: str = "") -> Handled:
        """The private chat was opened, perhaps through a link or a code that was scanned."""
        return await self._messenger.deliver(self._room(), self, Started(payload))

    async def say(
        self, text: str, chat: str = "", reply_to: str = "", *, forwarded: bool = False
    ) -> Handled:
        """Says it, or passes on what somebody else has said; a link that opens the bot opens it,
        here and from a group."""
        if payload := _payload(text, self._messenger.capabilities.start_link):
            room = self._room()
            bubble = replace(self._messenger.draft(room, self), text=text)
            return await self._act(room, bubble, Started(payload), addressed=True)
        room = self._room(chat)
        bubble = replace(self._messenger.draft(room, self), text=text)
        addressed = _addressed(room, text, reply_to)
        body = Said(text)
        return await self._act(
            room, bubble, body, addressed=addressed, reply_to=reply_to, forwarded=forwarded
        )

    async def send_photo(
        self, data: bytes, caption: str = "", album: str = "", chat: str = "", reply_to: str = ""
    ) -> Handled:
        room = self._room(chat)
        empty = self._messenger.draft(room, self)
        bubble = replace(empty, kind="photo", text=caption, photo=data)
        body = SentPhoto(Media(bubble.id, len(data)), caption)
        addressed = _addressed(room, caption)
        return await self._act(
            room, bubble, body, addressed=addressed, reply_to=reply_to, album=album
        )

    async def send_voice(self, data: bytes, transcript: str = "", chat: str = "") -> Handled:
        room = self._room(chat)
        empty = self._messenger.draft(room, self)
        bubble = replace(empty, kind="voice", text=transcript, voice=data)
        body = SentVoice(Media(bubble.id, len(data)), transcript)
        return await self._act(room, bubble, body, addressed=_addressed(room, transcript))

    async def send_document(self, data: bytes, name: str, chat: str = "") -> Handled:
        room = self._room(chat)
        empty = self._messenger.draft(room, self)
        bubble = replace(empty, kind="document", document=data, file_name=name)
        body = SentDocument(Media(bubble.id, len(data)), name)
        return await self._act(room, bubble, body, addressed=_addressed(room))

    async def send_location(self, lat: float, lon: float, chat: str = "") -> Handled:
        room = self._room(chat)
        empty = self._messenger.draft(room, self)
        bubble = replace(empty, kind="place", text=f"{lat:.5f}, {lon:.5f}")
        return await self._act(room, bubble, SentLocation(lat, lon), addressed=_addressed(room))

    async def tap(self, label_or_token: str) -> Handled:
        """The newest choice of that name is made; `LookupError` when none is to be seen.

        Where choices are numbered lines, the person says the line's number instead.
        """
        for bubble in reversed(self.bubbles):
            for button in bubble.buttons:
                numbered = NUMBERED.match(button.label)
                if label_or_token in (button.label, button.token, numbered and numbered[3]):
                    return await self.press(button.token, bubble.id)
            if self._messenger.capabilities.choices == "numbered" and not bubble.sender:
                number = _number(bubble.text, label_or_token)
                if number:
                    return await self.say(number, bubble.chat)
        seen = "\n".join(bubble.text for bubble in self.bubbles[-3:])
        raise LookupError(f"{self.name} sees no choice {label_or_token!r}; last seen:\n{seen}")

    async def press(self, token: str, bubble_id: str) -> Handled:
        """A press as a client sends it: perhaps stale, perhaps forged."""
        bubble = self._messenger.find(bubble_id)
        room = self._room(bubble.chat if bubble else "")
        handled = await self._messenger.deliver(room, self, Chose(token, bubble_id))
        if payload := _payload(handled.opens, self._messenger.capabilities.start_link):
            await self.open(payload)
        return handled

    async def block(self) -> Handled:
        """The bot cannot write here any more, and knows it."""
        return await self.remove_bot(self.person)

    async def unblock(self) -> Handled:
        return await self.add_bot(self.person)

    async def add_bot(self, chat: str) -> Handled:
        """The bot is in the group, by this person, and is told so."""
        room = self._room(chat)
        room.with_bot = True
        return await self._messenger.deliver(room, self, Joined())

    async def remove_bot(self, chat: str) -> Handled:
        """The bot hears nothing of the group any more; this is the last it is told."""
        room = self._room(chat)
        room.with_bot = False
        return await self._messenger.deliver(room, self, Left())

    def _room(self, chat: str = "") -> Room:
        return self._messenger.room(chat or self.person, self)

    async def _act(
        self,
        room: Room,
        bubble: Bubble,
        body: Body,
        *,
        addressed: bool,
        reply_to: str = "",
        album: str = "",
        forwarded: bool = False,
    ) -> Handled:
        self._messenger.show(bubble)
        if room.chat.kind == "group" and not room.with_bot:
            return Handled()
        return await self._messenger.deliver(
            room,
            self,
            body,
            id=bubble.id,
            addressed=addressed,
            reply_to=reply_to,
            album=album,
            forwarded=forwarded,
        )


def _addressed(room: Room, text: str = "", reply_to: str = "") -> bool:
    """True in private chats, and where a group message speaks to the bot."""
    if room.chat.kind == "private" or text.startswith("/"):
        return True
    answered = room.bubbles.get(reply_to)
    if answered is not None and not answered.sender:
        return True
    return any(name in text.lower() for name in ("@哨到", "@shaodao"))


def _payload(text: str, link: str) -> str:
    """What the link hands over when the text is exactly such a link, else empty."""
    if not link:
        return ""
    found = re.fullmatch(re.escape(link).replace(r"\{\}", "([A-Za-z0-9_-]{1,64})"), text.strip())
    return found[1] if found else ""


def _number(text: str, label: str) -> str:
    """The number of the lowest line "1. label", or empty."""
    for line in reversed(text.splitlines()):
        found = NUMBERED.match(line)
        if found and found[3] == label:
            return found[1] or found[2]
    return ""
