"""A person with a phone who waits for answers, however often the other side dies meanwhile.

A message that comes twice (the same buttons, which no two questions share) is read once, as people
do. Of one without buttons nobody can tell; what is left of it is forgotten before the next matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tests.chaos.book import Book
from tests.chaos.platform import Platform
from tests.chaos.town import GROUP, Somebody
from tests.servers.telegram_api import BOT_ID, Json

T = TypeVar("T")


class Unanswered(Exception):
    """Nothing happens any more, and there was no answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the bot as it was when it was read."""

    id: int
    text: str
    buttons: Mapping[str, str]
    """What is pressed, by its label."""
    message: Json

    def token(self, verb: str) -> str:
        """The token of the button that does this, "" when there is none."""
        return next((t for t in self.buttons.values() if t.partition(":")[0] == verb), "")


def heard(message: Json) -> Heard:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    buttons = {button["text"]: button["callback_data"] for row in rows for button in row}
    text = str(message.get("text", message.get("caption", "")))
    return Heard(message["message_id"], text, buttons, message)


class Phone:
    """What is new in the private chat waits in `unread` until somebody looks for it."""

    def __init__(self, platform: Platform, book: Book, somebody: Somebody) -> None:
        self.somebody = somebody
        self.book = book
        self.unread: list[Heard] = []
        self.user = platform.user(somebody.id, somebody.name)
        self.room = platform.telegram.rooms[somebody.id]
        self.room.closed = ""  # everybody has written to the bot before
        self._group = platform.telegram.rooms.get(GROUP)
        self._platform = platform
        self._last = 0
        self._read: set[tuple[str, ...]] = set()

    # ── acts that want one answer each ───────────────────────────────────────

    def says(self, words: str) -> None:
        self.book.acts[self.somebody.id] += 1
        self.user.says(words)

    def presses(self, on: Heard, label: str) -> None:
        self.book.acts[self.somebody.id] += 1
        self.user.presses(on.buttons[label], on.message)

    # ── waiting ──────────────────────────────────────────────────────────────

    def look(self) -> None:
        """Everything new is in `unread`."""
        new = []
        for number in reversed(self.room.messages):
            if number <= self._last:
                break
            new.append(self.room.messages[number])
        for message in reversed(new):
            self._last = message["message_id"]
            found = heard(message)
            key = tuple(found.buttons.values())
            known = bool(key) and key in self._read
            if message["from"]["id"] == BOT_ID and not known:
                self._read.add(key)
                self.unread.append(found)

    def forget(self, words: str) -> None:
        """Nothing with these words that came up to now is read any more."""
        self.look()
        self.unread = [found for found in self.unread if words not in found.text]

    async def hears(self, test: Callable[[Heard], bool], what: str) -> Heard:
        """The first new message of which this is true. Raises `Unanswered`."""
        while True:
            self.look()
            for at, found in enumerate(self.unread):
                if test(found):
                    return self.unread.pop(at)
            await self.changes(what)

    async def begins(self, *beginnings: str) -> Heard:
        """The first new message that begins with one of these."""
        return await self.hears(lambda h: h.text.startswith(beginnings), beginnings[0])

    async def shows(self, true: Callable[[], T | None], what: str) -> T:
        """What `true` returns, once it is something; looks after every change in the chat."""
        while (found := true()) is None:
            await self.changes(what)
        return found

    async def changes(self, what: str) -> None:
        """Something has happened in the chat. Raises `Unanswered` when nobody waits any more."""
        if self.book.closed:
            self.book.unanswered.append(f"{self.somebody.name} waits for {what}")
            raise Unanswered(what)
        await self.rests()

    async def rests(self) -> None:
        """Something has happened in the chat, for somebody who waits for nothing."""
        event = self._platform.heard(self.somebody.id)
        event.clear()
        await event.wait()
