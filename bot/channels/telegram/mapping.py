"""The Bot API's JSON on one side, the contract's values on the other. No SDK, no I/O.

`event` reads an update, `press` finds the button press that waits for an answer, and
`send`, `edit`, `delete` and `answer` say which method to call with which parameters. Everything
that goes out is plain text: no parse mode, so nobody's words can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from bot.channels.base import TELEGRAM, NotFound, Rejected
from bot.channels.telegram.driver import Upload
from handlers.message import (
    MOST_REF,
    Body,
    Button,
    Chat,
    ChatKind,
    Chose,
    Event,
    Joined,
    Left,
    Media,
    Message,
    MovedTo,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
    utf16_length,
)

Json: TypeAlias = Mapping[str, Any]

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]

CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
SHORT_LABEL = 8

_KINDS: dict[str, ChatKind] = {"private": "private", "group": "group", "supergroup": "group"}
_COMMAND = re.compile(r"(/[A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?![\w@])")
_WRITABLE = frozenset({"creator", "administrator", "member"})
# What people send and the bot cannot read. Whatever is neither here nor read below is a
# service message ("… joined the group"), which needs no answer.
_UNREADABLE = (
    "sticker", "animation", "video", "video_note", "audio", "contact", "poll",
    "dice", "game", "story", "live_photo", "paid_media", "checklist", "rich_message", "invoice",
    "giveaway",
)  # fmt: skip
_NOT_AN_UPDATE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class Malformed(ValueError):
    """This JSON is not an update as the Bot API describes it."""


def event(update: Mapping[str, object], account: str, username: str = "") -> Event | None:
    """What happened, or None when it is nothing for us. `account` is the bot's id.

    Raises `Malformed` for any other JSON, and nothing else.
    """
    try:
        return _event(update, account, username)
    except _NOT_AN_UPDATE:
        raise Malformed("not an update of the Bot API") from None


def press(update: Mapping[str, object]) -> str:
    """The id under which Telegram waits for an answer to a button press, or ""."""
    query = update.get("callback_query")
    found = query.get("id") if isinstance(query, Mapping) else None
    return found if isinstance(found, str) else ""


def _event(update: Json, account: str, username: str) -> Event | None:
    update_id = _id(update["update_id"])
    if (message := update.get("message")) is not None:
        return _message(update_id, message, account, username)
    if (query := update.get("callback_query")) is not None:
        return _chose(update_id, query, account)
    if (change := update.get("my_chat_member")) is not None:
        return _membership(update_id, change, account)
    return None


def _message(update_id: str, message: Json, account: str, username: str) -> Event | None:
    chat = _chat(message["chat"])
    if chat is None:
        return None
    person = message.get("from")
    moved = message.get("migrate_to_chat_id")
    # An anonymous administrator or a channel speaks under an id that many people share.
    if moved is None and (person is None or "sender_chat" in message or person.get("is_bot")):
        return None
    body = _body(message, username) if moved is None else MovedTo(_id(moved))
    if body is None:
        return None
    reply = message.get("reply_to_message")
    album = message.get("media_group_id")
    return Event(
        "telegram",
        account,
        update_id,
        chat,
        "" if person is None else _id(person["id"]),
        body,
        "" if person is None else _name(person),
        "" if person is None else _text(person.get("language_code", "")),
        chat.kind == "private" or moved is not None or _addressed(message, account, username),
        "" if reply is None else _id(reply["message_id"]),
        "" if album is None else _text(album),
        message_id=_id(message["message_id"]),
        forwarded="forward_origin" in message,
    )


def _body(message: Json, username: str) -> Body | None:
    if (text := message.get("text")) is not None:
        return _said(_text(text), username)
    if (sizes := message.get("photo")) is not None:
        return SentPhoto(_largest(sizes), _text(message.get("caption", "")))
    if (voice := message.get("voice")) is not None:
        return SentVoice(_media(voice))
    if (place := message.get("location")) is not None:
        return SentLocation(_degrees(place["latitude"], 90), _degrees(place["longitude"], 180))
    document = message.get("document")
    if document is not None and "animation" not in message:  # which is called both
        return _file(document, _text(message.get("caption", "")))
    return next((Unsupported(kind) for kind in _UNREADABLE if kind in message), None)


def _file(document: Json, caption: str) -> SentPhoto | SentDocument:
    """A picture that was sent as a file is a photo."""
    if document.get("mime_type", "").startswith("image/"):
        return SentPhoto(_media(document), caption)
    return SentDocument(_media(document), _text(document.get("file_name", "")))


def _said(text: str, username: str) -> Said | Started:
    command = _COMMAND.match(text) if text[:1] == "/" else None
    if command is None:
        return Said(text)
    name, bot = command.groups()
    if bot is not None:
        if bot.lower() != username.lower():
            return Said(text)
        text = name + text[command.end() :]
    if name.lower() == "/start":
        return Started(text[len(name) :].strip())
    return Said(text)


def _addressed(message: Json, account: str, username: str) -> bool:
    """Whether a group message speaks to the bot: a reply to it, a command, or a mention."""
    reply = message.get("reply_to_message")
    if reply is not None and str(reply.get("from", {}).get("id")) == account:
        return True
    text = message.get("text") or message.get("caption") or ""
    if command := _COMMAND.match(text):
        return command[2] is None or command[2].lower() == username.lower()
    entities = message.get("entities") or message.get("caption_entities") or ()
    return any(_mentions(entity, text, account, username) for entity in entities)


def _mentions(entity: Json, text: str, account: str, username: str) -> bool:
    if entity["type"] == "text_mention":
        return str(entity["user"]["id"]) == account
    if entity["type"] != "mention" or not username:
        return False
    start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    mentioned = text.encode("utf-16-le")[start:end].decode("utf-16-le")
    return mentioned.lower() == f"@{username.lower()}"


def _chose(update_id: str, query: Json, account: str) -> Event | None:
    message, token = query.get("message"), query.get("data")
    if message is None or token is None:  # under an inline-mode message, or a game
        return None
    chat, person = _chat(message["chat"]), query["from"]
    if chat is None:
        return None
    return Event(
        "telegram",
        account,
        update_id,
        chat,
        _id(person["id"]),
        Chose(_text(token), _id(message["message_id"])),
        _name(person),
        _text(person.get("language_code", "")),
    )


def _membership(update_id: str, change: Json, account: str) -> Event | None:
    """Joined or left when the right to write changed: added, removed, blocked, unblocked."""
    chat, person = _chat(change["chat"]), change["from"]
    before, after = _may_write(change["old_chat_member"]), _may_write(change["new_chat_member"])
    if chat is None or before == after:
        return None
    return Event(
        "telegram",
        account,
        update_id,
        chat,
        _id(person["id"]),
        Joined() if after else Left(),
        _name(person),
        _text(person.get("language_code", "")),
    )


def _may_write(member: Json) -> bool:
    status = _text(member["status"])
    if status == "restricted":
        return bool(member["is_member"] and member["can_send_messages"])
    return status in _WRITABLE


def _chat(chat: Json) -> Chat | None:
    kind = _KINDS.get(chat["type"])
    return None if kind is None else Chat(kind, _id(chat["id"]), _text(chat.get("title", "")))


def _name(person: Json) -> str:
    first, last = _text(person["first_name"]), person.get("last_name")
    return first if last is None else f"{first} {_text(last)}"


def _id(value: object) -> str:
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise Malformed
    return str(value)


def _text(value: object) -> str:
    if type(value) is not str:
        raise Malformed
    if not value.isascii():
        value.encode()  # half a surrogate pair is JSON but not text; no database takes it
    return value


def _largest(sizes: Iterable[Json]) -> Media:
    # Sizes of one photo have one shape: the widest is the largest.
    return _media(max(sizes, key=itemgetter("width")))


def _media(file: Json) -> Media:
    size = file.get("file_size")
    if size is not None and type(size) is not int:
        raise Malformed
    ref = _text(file["file_id"])
    if len(ref) > MOST_REF:
        raise Malformed
    return Media(ref, size)


def _degrees(value: object, limit: int) -> float:
    if type(value) not in {int, float} or not -limit <= value <= limit:  # type: ignore[operator]
        raise Malformed
    return float(value)  # type: ignore[arg-type]


# ── Out ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Call:
    """A method with its parameters, and the file that `file.attached` in them stands for."""

    method: str
    params: dict[str, object]
    file: Upload | None = None


def send(chat: Chat, message: Message) -> Call:
    """How to say `message` in `chat`. Raises `Rejected` for a token Telegram would not take."""
    markup: dict[str, object] = {}
    if message.buttons:
        markup["reply_markup"] = _keyboard(message.buttons)
    file = _upload(message)
    if file is None:
        return Call("sendMessage", {"chat_id": chat.id, **_words(message), **markup})
    caption = shorten(message.text, CAPTION_LIMIT)
    params = {"chat_id": chat.id, file.part: file.attached, "caption": caption, **markup}
    return Call("sendDocument" if message.document else "sendPhoto", params, file)


def edit(chat: Chat, message_id: str, message: Message) -> Call:
    """How to make a sent message say `message`; without buttons it loses its keyboard.

    Raises `NotFound` for a document: whoever waits for a file gets it as a new message.
    """
    if message.document:
        raise NotFound("no message becomes a document")
    params: dict[str, object] = {
        "chat_id": chat.id,
        "message_id": message_id,
        "reply_markup": _keyboard(message.buttons),
    }
    file = _upload(message)
    if file is None:
        return Call("editMessageText", params | _words(message))
    caption = shorten(message.text, CAPTION_LIMIT)
    params["media"] = {"type": "photo", "media": file.attached, "caption": caption}
    return Call("editMessageMedia", params, file)


def delete(chat: Chat, message_id: str) -> Call:
    """How to take a message away."""
    return Call("deleteMessage", {"chat_id": chat.id, "message_id": message_id})


def answer(press_id: str, toast: str, opens: str = "") -> Call:
    """How to end the waiting circle on a pressed button: with a short line, by opening the
    private chat with the bot, or without either."""
    params: dict[str, object] = {"callback_query_id": press_id}
    if opens:
        params["url"] = opens
    elif toast:
        params["text"] = shorten(toast, TOAST_LIMIT)
    return Call("answerCallbackQuery", params)


def shorten(text: str, limit: int) -> str:
    """The text in at most `limit` UTF-16 units, ending in an ellipsis when it was cut."""
    if 2 * len(text) <= limit or utf16_length(text) <= limit:
        return text
    cut = text.encode("utf-16-le")[: 2 * (limit - 1)]
    return cut.decode("utf-16-le", "ignore") + "…"


def _upload(message: Message) -> Upload | None:
    if message.document:
        path, name = message.document
        return Upload("document", path, _file_name(name))
    if isinstance(message.photo, bytes):
        return Upload("photo", message.photo, "photo.png")
    return Upload("photo", message.photo, message.photo.name) if message.photo else None


def _file_name(name: str) -> str:
    """The name without what a header or a folder would take for its own."""
    return "".join(c if c.isprintable() and c not in '"/\\' else "_" for c in name) or "file"


def _words(message: Message) -> dict[str, object]:
    text = shorten(message.text, TELEGRAM.text_limit)
    return {"text": text, "link_preview_options": {"is_disabled": True}}


def _keyboard(buttons: Iterable[Button]) -> dict[str, object]:
    """Two short labels share a row; a longer one has a row to itself."""
    rows: list[list[Button]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and _short(rows[-1][0]) and _short(button):
            rows[-1].append(button)
        else:
            rows.append([button])
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _short(button: Button) -> bool:
    return len(button.label) <= SHORT_LABEL


def _button(button: Button) -> dict[str, str]:
    if len(button.token.encode()) > TELEGRAM.payload_limit:
        raise Rejected("a choice's token is longer than 64 bytes")
    return {"text": button.label, "callback_data": button.token}
