"""What Telegram knows, and what it answers to each method of the Bot API.

`Telegram.answer` checks a call against aiogram's own model of the method, with no unknown
field allowed, and against Telegram's lengths; then it does what Telegram would do, or raises
`Refused` in Telegram's words. tests/servers/telegram.py puts it behind HTTP.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from aiogram import methods
from aiogram.types import InlineKeyboardMarkup, InputMediaPhoto
from pydantic import ValidationError
from telegram import constants

from handlers.message import utf16_length

Json: TypeAlias = dict[str, Any]


class Part(NamedTuple):
    """A file that came with a call."""

    name: str
    data: bytes


Parts: TypeAlias = dict[str, Part]

BOT_ID = 8000000001
USERNAME = "shaodao_test_bot"
NOON = 1795406400  # when everything in this world happens

_JSON_FIELDS = ("reply_markup", "link_preview_options", "allowed_updates", "media")
_CONTENT = ("text", "caption", "photo", "document")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class Invalid(Refused):
    """A call that no bot should ever make: not even its form is right."""


def _bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


@dataclass(slots=True)
class Room:
    """A chat with its messages; `closed` is the reason why the bot may not write there.

    `administrator`: in this group the bot may delete what others wrote.
    """

    json: Json
    closed: str = ""
    administrator: bool = False
    moved_to: int = 0
    messages: dict[int, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Delivery:
    """How the bot wants its updates: pushed to `url`, or fetched when that is empty."""

    url: str = ""
    secret: str = ""
    allowed: frozenset[str] = frozenset()


class Telegram:
    """The chats, files and pressed buttons of one bot."""

    def __init__(self) -> None:
        self.me: Json = {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "哨到",
            "username": USERNAME,
        }
        self.rooms: dict[int, Room] = {}
        self.files: dict[str, bytes] = {}
        self.paths: dict[str, str] = {}
        """Where a file can be loaded from, and its id."""
        self.presses: dict[str, list[str]] = {}
        """Pressed buttons that wait, and where the answer is to appear."""
        self.delivery = Delivery()
        self._last_message = 0
        self._methods: dict[str, Callable[[Any, Parts], object]] = {
            "GetMe": lambda call, files: self.me,
            "SetWebhook": self._set_webhook,
            "DeleteWebhook": self._delete_webhook,
            "SendMessage": self._send_message,
            "SendPhoto": self._send_photo,
            "SendDocument": self._send_document,
            "EditMessageText": self._edit_text,
            "EditMessageMedia": self._edit_media,
            "EditMessageReplyMarkup": self._edit_markup,
            "DeleteMessage": self._delete_message,
            "AnswerCallbackQuery": self._answer_press,
            "GetFile": self._get_file,
        }

    def answer(self, method: str, fields: Json, files: Parts) -> object:
        """The `result` of a call. Method names are case-insensitive, as Telegram's are."""
        name = method[:1].upper() + method[1:]
        if name not in self._methods:
            raise Refused(404, "Not Found")
        return self._methods[name](read(name, fields, files), files)

    def post(self, chat_id: int, sender: Json, content: Json) -> Json:
        """A message is in the chat, written by a person or by the bot."""
        room = self.rooms[chat_id]
        self._last_message += 1
        message = {
            "message_id": self._last_message,
            "date": NOON,
            "chat": room.json,
            "from": sender,
            **content,
        }
        room.messages[self._last_message] = message
        return message

    def keep_photo(self, data: bytes) -> list[Json]:
        """The photo as a message carries it: a small size and the full one."""
        return [
            {**self.keep(part), "width": width, "height": width * 3 // 4}
            for part, width in ((data[: len(data) // 8], 90), (data, 1280))
        ]

    def keep_document(self, name: str, data: bytes) -> Json:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return {**self.keep(data, "documents"), "file_name": name, "mime_type": kind}

    def keep(self, data: bytes, folder: str = "photos") -> Json:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = data
        self.paths[f"{folder}/{file_id}"] = file_id
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(data)}

    # The methods

    def _set_webhook(self, call: methods.SetWebhook, files: object) -> bool:
        if call.secret_token is not None and not _SECRET.fullmatch(call.secret_token):
            raise _bad("secret token contains unallowed characters")
        # The real one takes HTTPS only; here a bot on this machine may do without.
        if not re.match(r"https://|http://127\.0\.0\.1[:/]", call.url):
            raise _bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.delivery = Delivery(call.url, call.secret_token or "", self.delivery.allowed)
        if call.allowed_updates is not None:
            self.delivery.allowed = frozenset(call.allowed_updates)
        return True

    def _delete_webhook(self, call: methods.DeleteWebhook, files: object) -> bool:
        self.delivery = Delivery(allowed=self.delivery.allowed)
        return True

    def _send_message(self, call: methods.SendMessage, files: object) -> Json:
        self._room(call.chat_id)
        _check_text(call.text)
        return self._sent(call.chat_id, {"text": call.text}, call.reply_markup)

    def _send_photo(self, call: methods.SendPhoto, files: Parts) -> Json:
        self._room(call.chat_id)
        return self._sent(
            call.chat_id, self._photo(call.photo, call.caption, files), call.reply_markup
        )

    def _send_document(self, call: methods.SendDocument, files: Parts) -> Json:
        self._room(call.chat_id)
        sent = _part(call.document, files)
        content = {"document": self.keep_document(*sent), **_caption(call.caption)}
        return self._sent(call.chat_id, content, call.reply_markup)

    def _edit_text(self, call: methods.EditMessageText, files: object) -> Json:
        message = self._own(call.chat_id, call.message_id)
        if "text" not in message:
            raise _bad("there is no text in the message to edit")
        _check_text(call.text)
        return _changed(message, {"text": call.text}, call.reply_markup)

    def _edit_media(self, call: methods.EditMessageMedia, files: Parts) -> Json:
        message = self._own(call.chat_id, call.message_id)
        if not isinstance(call.media, InputMediaPhoto):
            raise Invalid(400, "Bad Request: this server edits photos only")
        content = self._photo(call.media.media, call.media.caption, files)
        return _changed(message, content, call.reply_markup)

    def _edit_markup(self, call: methods.EditMessageReplyMarkup, files: object) -> Json:
        message = self._own(call.chat_id, call.message_id)
        content: Json = {key: message[key] for key in _CONTENT if key in message}
        return _changed(message, content, call.reply_markup)

    def _delete_message(self, call: methods.DeleteMessage, files: object) -> bool:
        room = self._room(call.chat_id)
        message = room.messages.get(call.message_id)
        if message is None:
            raise _bad("message to delete not found")
        own = message["from"]["id"] == BOT_ID or room.json["type"] == "private"
        if not (own or room.administrator):
            raise _bad("message can't be deleted")
        del room.messages[call.message_id]
        return True

    def _answer_press(self, call: methods.AnswerCallbackQuery, files: object) -> bool:
        text = call.text or ""
        if utf16_length(text) > constants.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
            raise _bad("MESSAGE_TOO_LONG")
        toasts = self.presses.pop(call.callback_query_id, None)
        if toasts is None:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        toasts.append(text)
        return True

    def _get_file(self, call: methods.GetFile, files: object) -> Json:
        data = self.files.get(call.file_id)
        if data is None:
            raise _bad("wrong file_id or the file is temporarily unavailable")
        if len(data) > constants.FileSizeLimit.FILESIZE_DOWNLOAD:
            raise _bad("file is too big")
        return {
            "file_id": call.file_id,
            "file_unique_id": f"u{call.file_id}",
            "file_size": len(data),
            "file_path": next(p for p, file in self.paths.items() if file == call.file_id),
        }

    def _room(self, chat_id: object) -> Room:
        room = self.rooms.get(int(str(chat_id)))
        if room is None:
            raise _bad("chat not found")
        if room.moved_to:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, description, migrate_to_chat_id=room.moved_to)
        if room.closed:
            raise Refused(403, f"Forbidden: {room.closed}")
        return room

    def _own(self, chat_id: object, message_id: int | None) -> Json:
        message = self._room(chat_id).messages.get(message_id or 0)
        if message is None:
            raise _bad("message to edit not found")
        if message["from"]["id"] != BOT_ID:
            raise _bad("message can't be edited")
        return message

    def _sent(self, chat_id: object, content: Json, markup: object) -> Json:
        keyboard = _keyboard(markup)
        return self.post(int(str(chat_id)), self.me, content | keyboard)

    def _photo(self, given: object, caption: str | None, files: Parts) -> Json:
        return {"photo": self.keep_photo(_part(given, files).data), **_caption(caption)}


def read(name: str, fields: Json, files: Parts) -> Any:
    """The call as aiogram models it; `Invalid` for an unknown, missing or wrong field."""
    model = getattr(methods, name)
    fields = dict(fields)
    for key in _JSON_FIELDS:
        if isinstance(fields.get(key), str):
            fields[key] = json.loads(fields[key])
    for part in files:
        if part in model.model_fields:
            fields.setdefault(part, f"attach://{part}")
    if attached(fields) != set(files):
        raise Invalid(400, f"Bad Request: {name} refers to {attached(fields)}, got {set(files)}")
    try:
        return model.model_validate(fields, extra="forbid")
    except ValidationError as error:
        raise Invalid(400, f"Bad Request: {name}: {error}") from None


def attached(value: object) -> set[str]:
    """The parts that a call refers to by `attach://`."""
    if isinstance(value, dict):
        return {part for item in value.values() for part in attached(item)}
    if isinstance(value, str) and value.startswith("attach://"):
        return {value.removeprefix("attach://")}
    return set()


def _part(given: object, files: Parts) -> Part:
    """The file that a parameter refers to."""
    part = files[str(given).removeprefix("attach://")]
    if not part.data:
        raise _bad("file must be non-empty")
    return part


def _caption(caption: str | None) -> Json:
    if utf16_length(caption or "") > constants.MessageLimit.CAPTION_LENGTH:
        raise _bad("message caption is too long")
    return {"caption": caption} if caption else {}


def _check_text(text: str | None) -> None:
    if not (text and text.strip()):
        raise _bad("message text is empty")
    if utf16_length(text) > constants.MessageLimit.MAX_TEXT_LENGTH:
        raise _bad("message is too long")


def _keyboard(markup: object) -> Json:
    if markup is None:
        return {}
    if not isinstance(markup, InlineKeyboardMarkup):
        raise Invalid(400, "Bad Request: this server knows inline keyboards only")
    limit = constants.InlineKeyboardButtonLimit
    rows = markup.inline_keyboard
    for button in (button for row in rows for button in row):
        size = len((button.callback_data or "").encode())
        if not limit.MIN_CALLBACK_DATA <= size <= limit.MAX_CALLBACK_DATA:
            raise _bad("BUTTON_DATA_INVALID")
        if not button.text:
            raise _bad("can't parse inline keyboard button: Text buttons must be non-empty")
    markups = constants.InlineKeyboardMarkupLimit
    if any(len(row) > markups.BUTTONS_PER_ROW for row in rows):
        raise _bad("too many buttons in a row")
    if sum(map(len, rows)) > markups.TOTAL_BUTTON_NUMBER:
        raise _bad("reply markup is too long")
    return {"reply_markup": markup.model_dump(exclude_none=True)} if rows else {}


def _changed(message: Json, content: Json, markup: object) -> Json:
    """The message says this now; without a keyboard in the call it has none."""
    content |= _keyboard(markup)
    shown = {k: message[k] for k in (*_CONTENT, "reply_markup") if k in message}
    if shown == content:
        raise _bad(_NOT_MODIFIED)
    for key in shown:
        del message[key]
    message.update(content)
    return message
