"""A messenger that lives in this process: people with phones, private chats and groups.

It serves the demo's page, the stories and the tests: no key, no network, and the same Event
and Message as every other platform. Like a platform, it keeps an event until the bot has
committed it, and it draws only what its capabilities allow.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import structlog

from bot.channels.base import (
    Answer,
    Gone,
    NotFound,
    Receive,
    Rejected,
    Request,
    TooLarge,
    Unavailable,
)
from bot.channels.book import Book
from bot.channels.changes import (
    Change,
    Changes,
    Cleared,
    Removed,
    Shown,
    Taken,
    Toast,
    Typing,
    Watchers,
)
from bot.channels.phones import Bubble, Line, Phone, Room
from handlers.message import Body, Button, Capabilities, Chat, Event, Handled, Message, utf16_length

NAME, ACCOUNT = "local", "demo"
PAUSES = (0.05, 0.2, 0.8)  # seconds between two offers of the same event
LINK = "shaodao:{}"  # opens the bot when it is pasted into any phone here

log = structlog.get_logger()


class LocalMessenger:
    """A `Channel` whose people are `Phone`s in this process.

    `now` is the clock that bubbles show; `keep` is how many bubbles a chat remembers. Where
    choices are numbered lines, codes are typed as well: such a messenger opens no links.
    """

    name = NAME
    account = ACCOUNT
    path = f"/{NAME}"
    polls = False

    def __init__(
        self,
        capabilities: Capabilities,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        keep: int = 500,
    ) -> None:
        link = LINK if capabilities.choices == "inline" else ""
        self.capabilities = replace(capabilities, start_link=link)
        self._now = now
        self._keep = keep
        self._rooms: dict[str, Room] = {}
        self._phones: dict[str, Phone] = {}
        self._numbers = count(1)
        # Ids stay unique when a new messenger meets an old database.
        self._series = secrets.token_hex(4)
        self._receive: Receive | None = None
        self._left_over = asyncio.Event()
        self._watchers = Watchers()
        self.book = Book()

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
        """The group exists with exactly these members and the bot; what was said in it stays."""
        if not self.capabilities.groups:
            raise ValueError("this messenger has no groups")
        chat = Chat("group", id, title)
        room = self._rooms.setdefault(id, Room(chat))
        before, room.members, room.chat = room.members, tuple(members), chat
        if before != room.members:
            self._watchers.tell(Cleared())

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
            for line in room.lines.values():
                line.kept.clear()
        self.book.waiting.clear()
        self._watchers.tell(Cleared())

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
                    for line in list(room.lines.values()):
                        await self._offer_kept(room, line)
        finally:
            if self._receive is receive:
                self._receive = None

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        return Answer(404)

    async def send(self, chat: Chat, message: Message) -> str:
        room = self._open_room(chat)
        self._check(message)
        file, name = message.document or (None, "")
        bubble = replace(
            self._blank(room),
            kind="document" if file else "photo" if message.photo else "text",
            text=message.text,
            buttons=self._drawn(message),
            photo=message.photo,
            document=file,
            file_name=name,
        )
        self.show(bubble)
        self.book.shows(bubble.id, message.key)
        self._watchers.tell(Typing(room.chat.id, on=False))
        return bubble.id

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None:
        if self.capabilities.edits == "none":
            raise Rejected("messages cannot be edited here")
        room = self._open_room(chat)
        self._check(message)
        old = room.bubbles.get(message_id)
        # Nothing becomes a document, or ceases to be one.
        if old is None or old.sender or old.document or message.document:
            raise NotFound(message_id)
        new = replace(old, text=message.text, buttons=self._drawn(message), photo=message.photo)
        if new != old:
            self.show(replace(new, revision=old.revision + 1, changed=self._now()))
        self._watchers.tell(Typing(room.chat.id, on=False))

    async def delete(self, chat: Chat, message_id: str) -> bool:
        room = self._rooms.get(chat.id)
        bubble = room.bubbles.pop(message_id, None) if room and room.with_bot else None
        if bubble is None:
            return False
        self._watchers.tell(Removed(bubble))
        return True

    async def fetch(self, ref: str, limit: int) -> bytes:
        bubble = self.find(ref)
        data = bubble.photo or bubble.voice or bubble.document if bubble else None
        if not isinstance(data, bytes) or not data or not (bubble and bubble.sender):
            raise Rejected(f"no file {ref}")
        if len(data) > limit:
            raise TooLarge(ref)
        return data

    async def close(self) -> None:
        """Whoever watches is told that nothing more will come."""
        self._watchers.end()

    def watch(self) -> AbstractContextManager[Changes]:
        """A queue of every change from now on; `None` means: over, begin afresh."""
        return self._watchers.watch()

    def tell(self, change: Change) -> None:
        """Whoever watches hears of it."""
        self._watchers.tell(change)

    async def caught_up(self) -> None:
        """The bot has taken all that had been done on phones by now."""
        lines = [line for room in self._rooms.values() for line in room.lines.values()]
        for line in lines:
            async with line.order:
                pass

    # What phones ask of the messenger

    def room(self, chat_id: str, phone: Phone) -> Room:
        """The chat, `LookupError` when the phone is not in it."""
        room = self._rooms.get(chat_id)
        if room is None or phone not in room.members:
            raise LookupError(f"{phone.person} is not in chat {chat_id!r}")
        return room

    def draft(self, room: Room, phone: Phone) -> Bubble:
        """An empty bubble of this person, not shown yet."""
        return replace(self._blank(room), sender=phone.person, name=phone.name)

    def _blank(self, room: Room) -> Bubble:
        number = next(self._numbers)
        return Bubble(f"{self._series}-{number}", number, room.chat.id, "", "", self._now())

    def show(self, bubble: Bubble) -> None:
        """The bubble is on every phone of its chat; the oldest beyond `keep` are gone."""
        bubbles = self._rooms[bubble.chat].bubbles
        bubbles[bubble.id] = bubble
        while len(bubbles) > self._keep:
            del bubbles[next(iter(bubbles))]
        self._watchers.tell(Shown(bubble))

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
    ) -> Handled:
        """The event (of the bubble `id`, if any) is committed; `Unavailable` when it is kept and will be offered again."""
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
            message_id=id,
            forwarded=forwarded,
        )
        self.book.happens(event.id, self._now())
        if addressed:
            self._watchers.tell(Typing(room.chat.id, on=True))
        line = room.lines[phone.person]
        async with line.order:
            line.kept.append(event)
            handled = await self._drain(room, line)
        if handled.toast:
            self._watchers.tell(Toast(phone.person, handled.toast))
        return handled

    async def _drain(self, room: Room, line: Line) -> Handled:
        """All that waits in this line is committed, oldest first; the last one's result."""
        handled = Handled()
        while line.kept:
            event = line.kept[0]
            try:
                handled = await self._offer(event)
            except (Unavailable, asyncio.CancelledError):
                self._left_over.set()
                self._watchers.tell(Typing(room.chat.id, on=False))
                raise
            except Exception:  # it would be the same again: not kept, and raised
                self.book.drops(event.id)
                self._forget(line, event)
                raise
            self.book.takes(event.id, repeated=handled.repeated)
            if event.message_id:
                self._watchers.tell(Taken(room.chat.id, event.message_id))
            self._forget(line, event)
        return handled

    def _forget(self, line: Line, event: Event) -> None:
        if line.kept and line.kept[0] is event:  # `clear` may have come first
            line.kept.popleft()

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

    async def _offer_kept(self, room: Room, line: Line) -> None:
        async with line.order:
            try:
                await self._drain(room, line)
            except Unavailable:
                log.warning("event_kept", chat=room.chat.id, waiting=len(line.kept))
            except Exception:  # nobody awaits this; the next in line goes on
                log.exception("event_dropped", chat=room.chat.id)

    def _open_room(self, chat: Chat) -> Room:
        room = self._rooms.get(chat.id)
        if room is None or not room.with_bot:
            raise Gone(chat.id)
        return room

    def _check(self, message: Message) -> None:
        if not message.text and message.photo is None and message.document is None:
            raise Rejected("empty message")
        if message.document and not self.capabilities.documents:
            raise Rejected("no files can be sent here")
        if utf16_length(message.text) > self.capabilities.text_limit:
            raise Rejected("text too long")
        for button in self._drawn(message):
            if not button.label or len(button.label) > self.capabilities.label_limit:
                raise Rejected(f"label {button.label!r} has the wrong length")
            if not 1 <= len(button.token.encode()) <= 64:
                raise Rejected(f"token {button.token!r} has the wrong length")

    def _drawn(self, message: Message) -> tuple[Button, ...]:
        return message.buttons if self.capabilities.choices == "inline" else ()
