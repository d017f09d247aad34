"""What comes in and what goes out, the same for every messenger.

A channel turns its platform's update into an `Event`; a handler answers with a `Card`;
the sender renders the card in its reader's language into a `Message` and gives it back to
the channel. Nothing here knows a platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from handlers.words import Text

MOST_REF = 200
"""Characters by which a platform names a file; the longest seen have a hundred."""

ChatKind: TypeAlias = Literal["private", "group"]


@dataclass(frozen=True, slots=True)
class Chat:
    """Where people talk: a private chat with one person, or a group.

    `title` is what a group is called now, where the platform told; it identifies nothing.
    """

    kind: ChatKind
    id: str
    title: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Media:
    """A file that still lies with the platform: `ref` fetches it, `size` in bytes if told."""

    ref: str
    size: int | None = None


# ── What a person can do in a chat ───────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """A text message, exactly as typed (not trimmed, not checked)."""

    text: str


@dataclass(frozen=True, slots=True)
class Chose:
    """A press on a choice. `token` comes from outside and may be forged or stale."""

    token: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """One photo; photos of one album arrive as events that share `Event.album`."""

    media: Media
    caption: str = ""


@dataclass(frozen=True, slots=True)
class SentVoice:
    """A voice message; `transcript` is the platform's own reading of it, if it has one."""

    media: Media
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A file that is neither photo nor voice. `name` is the sender's and may be anything."""

    media: Media
    name: str = ""


@dataclass(frozen=True, slots=True)
class SentLocation:
    """A place in degrees, in the datum the platform uses."""

    latitude: float
    longitude: float
    datum: Literal["wgs84", "gcj02"] = "wgs84"


@dataclass(frozen=True, slots=True)
class Started:
    """The chat was opened, perhaps through a link that carries a payload."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot may write to this chat from now on (added, unblocked), by the event's sender."""


@dataclass(frozen=True, slots=True)
class Left:
    """The bot may not write to this chat any more (removed, blocked), by the event's sender."""


@dataclass(frozen=True, slots=True)
class MovedTo:
    """The group goes on under another id (Telegram's supergroups)."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something the platform can carry and the bot cannot read (a sticker, a contact card)."""

    what: str


Body: TypeAlias = (
    Said
    | Chose
    | SentPhoto
    | SentVoice
    | SentDocument
    | SentLocation
    | Started
    | Joined
    | Left
    | MovedTo
    | Unsupported
)


Intent: TypeAlias = Literal[
    "report", "progress", "urge", "thanks", "not_fixed", "wish", "volunteer", "points",
    "guide", "small_talk", "privacy", "human", "spam",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """One of several matters in a text: its words, and its categories, best first."""

    text: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What triage understood of a free text, before it was queued.

    `categories`: up to three category codes, best first, empty where there are no words.
    `danger`: the kind of danger to life (see handlers/dangers.py) that is surely told, or None;
    `suspected`: the kind that may be meant, where none is sure. `guessed`: the intent is likely,
    and no pattern says so.
    `demands`: the matters in it, in the order they were said, if there are several.
    """

    intent: Intent
    categories: tuple[str, ...] = ()
    danger: str | None = None
    demands: tuple[Demand, ...] = ()
    suspected: str | None = None
    guessed: bool = False

    @property
    def emergency(self) -> bool:
        """Whether there is, or may be, a danger to life."""
        return self.danger is not None or self.suspected is not None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a chat, as a channel reports it.

    `(channel, account, id)` is unique for ever: the same event delivered again has the same
    id. `account` is the bot's own account there, `sender` the person's. `addressed` is true
    in private chats and where a group message speaks to the bot. `message_id` is the message
    that was sent, empty where none was. `reply_to` is the message id that was answered.
    `reading` is attached by triage to texts. `forwarded`: somebody else
    said it, and the sender passes it on; not every messenger tells. `brief`: it opens the window
    for writing only briefly. `answer_by`: until then (seconds of the technical clock) the platform
    takes words for the person as its answer; 0 where it takes none.
    """

    channel: str
    account: str
    id: str
    chat: Chat
    sender: str
    body: Body
    sender_name: str = ""
    language: str = ""
    addressed: bool = True
    reply_to: str = ""
    album: str = ""
    reading: Reading | None = None
    message_id: str = ""
    forwarded: bool = False
    brief: bool = False
    answer_by: float = 0.0

    @property
    def origin(self) -> str:
        """What everything that it causes goes back to."""
        return f"{self.channel}/{self.id}"

    @property
    def bot(self) -> str:
        """The bot account that it came to, which sends what is answered."""
        return f"{self.channel}/{self.account}"

    @property
    def lane(self) -> str:
        """Its chat with that account."""
        return f"{self.bot}/{self.chat.id}"


# ── What the bot says ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap. `token` says what it does, at most 64 bytes: `verb:subject:argument`."""

    label: Text
    token: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to hand over: `file` in the media folder, `name` as its reader sees it.

    `without` is said where files cannot be sent.
    """

    file: str
    name: Text
    without: Text = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Something to say, in nobody's language yet. `photo` is the id of a stored photo.

    `qr`: a picture to scan is drawn from this text. `secret`: what was said is not kept
    once it has been sent (a one-time link).
    """

    text: Text
    choices: tuple[Choice, ...] = ()
    photo: str = ""
    document: Document | None = None
    qr: Text = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as its reader sees it."""

    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Menu:
    """Numbered choices: what is said above them, and each number with its label."""

    head: str
    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A card as its reader sees it: plain text, never markup.

    `photo` is a local file, or the bytes of a PNG; `document` a local file and its name.
    `menu` says again what stands in `text`, for messengers that let people tap a numbered
    line. `scan` is what the drawn picture hands over to whoever scans it. `announced`: it cannot
    be said now, and the person is only told that it waits. `key` names the message among all of
    its account, and stays the same when it is sent once more.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    photo: Path | bytes | None = None
    document: tuple[Path, str] | None = None
    menu: Menu | None = None
    scan: str = ""
    announced: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """An event was committed. `toast` is a short line for the person who pressed a choice.

    `opens` is an address instead: the private chat with the bot, for a press in a group.
    `reply` are words for the person, to be said in the answer to the platform.
    """

    toast: str = ""
    repeated: bool = False
    opens: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """The shortest time between two messages, in seconds; 0 is no limit.

    In a private chat that was quiet before, `burst` messages may follow each other at once; in
    any T seconds it gets at most `burst + T / private`, and what the last of them has in pieces
    (see `Capabilities.pieces`).
    """

    account: float = 0.0
    private: float = 0.0
    group: float = 0.0
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """How long after a person's last message, and how often, the platform lets us write; and
    after what opens it only briefly (a tap on a menu, a scan, following)."""

    hours: float
    messages: int
    brief_minutes: float = 1.0
    brief_messages: int = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do; the sender and the player ask this, never a platform's name.

    `choices`: drawn under the message, or numbered lines answered by their number; more than
    `most_choices` are always numbered (0: no limit). `group_choices`: whether a group can
    choose, too. `toasts`: whether a press is answered with a short line that is no message.
    `edits`: whether a sent message can change; "per_code": once after it was sent, and once
    after each press on it. `window`: None when pushes are always allowed.
    `repeats`: whether a message that is sent twice is seen twice. `groups`: whether what is
    said in groups is heard.
    `text_limit`: in UTF-16 units, `label_limit` in characters. `captions`: whether a picture or
    a file shares a message with its words; `card_limit`: so many characters surely do with their
    choices (0: all that there may be). `documents`: whether files can
    be sent. `start_link`: the address that opens a chat with the bot and hands it a payload,
    "{}" standing for it; empty where there is none. `reply_bytes`: how much UTF-8 the answer
    to an event may say. `directory`: whether people are called as in a directory that their own
    employer keeps, so that whose code in the roster that is, is known. `announces`: whether somebody whose window is closed can be told that
    something waits.
    """

    choices: Literal["inline", "numbered"] = "inline"
    most_choices: int = 0
    group_choices: bool = True
    toasts: bool = True
    edits: Literal["none", "per_code", "free"] = "free"
    repeats: bool = True
    directory: bool = False
    groups: bool = True
    documents: bool = True
    start_link: str = ""
    window: Window | None = None
    announces: bool = False
    text_limit: int = 4096
    reply_bytes: int = 0
    label_limit: int = 40
    captions: bool = True
    card_limit: int = 0
    payload_limit: int = 64
    pace: Pace = Pace()

    @property
    def numbers(self) -> bool:
        """Whether a bare number may be somebody's choice."""
        return self.choices == "numbered" or self.most_choices > 0

    def pieces(self, message: Message) -> int:
        """How many messages of the platform this one becomes, at most."""
        apart = bool(message.photo or message.document) and not self.captions
        long = bool(message.buttons) and 0 < self.card_limit < len(message.text)
        return 1 + apart + long


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, the measure of Telegram's limits."""
    return len(text) + sum(1 for c in text if ord(c) > 0xFFFF)
