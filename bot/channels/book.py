"""What a messenger itself knows of all that went through it, whatever the bot says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Book:
    """Each event by its id, and each of the bot's messages by its key.

    `done`: what people did, and when. `taken`: how often the bot took an event as a new one;
    `known`: those it knew already when they were offered once more. `shown`: how often each
    message was put on phones; `messages`: the ids of all that was put there.
    """

    done: dict[str, datetime] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)
    messages: set[str] = field(default_factory=set)

    def happens(self, event: str, at: datetime) -> None:
        """Somebody did this, and the bot has not taken it yet."""
        self.done[event] = at
        self.waiting.add(event)

    def takes(self, event: str, *, repeated: bool) -> None:
        """The bot has taken it, or says that it had."""
        self.waiting.discard(event)
        if repeated:
            self.known.add(event)
        else:
            self.taken[event] += 1

    def drops(self, event: str) -> None:
        """It is not offered any more."""
        self.waiting.discard(event)

    def shows(self, message: str, key: str) -> None:
        """The bot's message stands on phones."""
        self.messages.add(message)
        if key:
            self.shown[key] += 1
