"""What every channel promises, and the few ways in which a send can fail.

    SendError
    ├── Throttled     the platform asks to wait `after` seconds; not counted as an attempt
    ├── Gone          this chat is closed to us for good (blocked, removed, deactivated)
    ├── Closed        nothing can be said here before the person writes again
    ├── Moved         the chat goes on under another id; send again there
    ├── Rejected      the platform will never take this message as it is
    │   ├── NotFound  the message to be edited is no longer there
    │   └── Spent     it cannot be edited now, and shows what it showed until somebody presses it
    ├── Unsent        surely not sent (no connection); try again
    └── Uncertain     perhaps sent (the answer was lost); the sender decides by kind

tests/channels/test_contract.py holds every channel to this page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from handlers.message import Capabilities, Chat, Event, Handled, Message, Pace, Window


class Unavailable(Exception):
    """The event was not stored: the platform must deliver it again (HTTP 503, offset kept)."""


class SendError(Exception):
    """A message did not go out as asked. `code` is the platform's own number, where it has them."""

    code = 0


class Throttled(SendError):
    def __init__(self, after: float) -> None:
        super().__init__(f"throttled for {after} s")
        self.after = after


class Gone(SendError):
    pass


class Closed(SendError):
    pass


class Moved(SendError):
    def __init__(self, chat_id: str) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


class Rejected(SendError):
    pass


class NotFound(Rejected):
    pass


class Spent(Rejected):
    pass


class Unsent(SendError):
    pass


class Uncertain(SendError):
    pass


class TooLarge(Exception):
    """A file is larger than was allowed; nothing of it was kept."""


Receive: TypeAlias = Callable[[Event], Awaitable[Handled]]
"""Returns once the event is committed; raises `Unavailable` when it is not."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request of the platform; `query` is what stood behind the "?" of its address.

    `headers` finds a name however it is written.
    """

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform is answered with."""

    status: int = 200
    body: str = ""
    media_type: str = "text/plain"


class Channel(Protocol):
    """One bot account on one platform.

    `name` and `account` are the ones its events carry. `run` receives events until it is
    cancelled and acknowledges each to the platform only after `receive` has returned;
    `webhook` does the same for one HTTP request at `path` (200 handled, 400 malformed, 401
    wrong secret, 503 not stored). A channel that only polls answers 404; where it `polls`, it
    runs in one process at a time. `send` returns the platform's message id. `edit` to the same
    content succeeds; no message becomes a document by it or ceases to be one (`NotFound`: the
    sender sends anew). `delete` takes anybody's message away and returns whether it is gone:
    false when it was not there or the bot may not. `fetch` returns a file's bytes, raising
    `TooLarge` or `SendError`.
    """

    name: str
    account: str
    path: str
    polls: bool
    capabilities: Capabilities

    async def open(self) -> None: ...
    async def run(self, receive: Receive) -> None: ...
    async def webhook(self, request: Request, receive: Receive) -> Answer: ...
    async def send(self, chat: Chat, message: Message) -> str: ...
    async def edit(self, chat: Chat, message_id: str, message: Message) -> None: ...
    async def delete(self, chat: Chat, message_id: str) -> bool: ...
    async def fetch(self, ref: str, limit: int) -> bytes: ...
    async def close(self) -> None: ...


def sender_of(channel: Channel) -> str:
    """The bot account as senders are named; what comes to it says the same in `bot`."""
    return f"{channel.name}/{channel.account}"


TELEGRAM = Capabilities(
    choices="inline",
    edits="free",
    text_limit=4096,
    label_limit=40,
    payload_limit=64,
    # Telegram allows about 30/s overall, 1/s a chat, 20/min a group; we stay under it.
    pace=Pace(account=0.04, private=1.1, group=3.2),
)

WECHAT = Capabilities(
    choices="numbered",
    toasts=False,
    edits="none",
    groups=False,
    documents=False,
    # Customer messages: 5 within 48 h after the person's last message; 3 within a minute after
    # a tap on a menu, a scan, or following.
    window=Window(hours=48, messages=5, brief_minutes=1, brief_messages=3),
    captions=False,
    text_limit=600,  # 2,048 bytes of UTF-8; three bytes a Chinese character
    reply_bytes=2048,
    label_limit=40,
    payload_limit=64,
)

WECOM = Capabilities(
    choices="inline",
    most_choices=6,
    # What an app writes to a group is text, nobody can choose there, and it hears nothing.
    groups=False,
    group_choices=False,
    toasts=False,
    edits="per_code",
    repeats=False,
    directory=True,
    text_limit=600,  # 2,048 bytes of UTF-8; three bytes a Chinese character
    reply_bytes=2048,
    label_limit=10,
    captions=False,
    card_limit=160,
    payload_limit=64,
    # A member gets 30 messages a minute and 1,000 an hour, and what is more is lost without a
    # word: 13 at once and then one in four seconds, of three pieces at most, stay under both. A
    # group's robot writes 20 a minute; the platform takes 10,000 calls a minute and 150,000 an
    # hour of a company.
    pace=Pace(account=0.025, private=4.0, group=3.2, burst=13),
)

PROFILES = {"telegram": TELEGRAM, "wechat": WECHAT}
