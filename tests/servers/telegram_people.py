"""People who use a bot in the simulated Telegram, their groups, and what their phones show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.telegram_api import BOT_ID, NOON, USERNAME, Json, Room

if TYPE_CHECKING:
    from tests.servers.telegram import TelegramServer

_RIGHTS: Json = {"can_delete_messages": True} | dict.fromkeys(
    (
        *("can_be_edited", "is_anonymous", "can_manage_chat", "can_manage_video_chats"),
        *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
        *("can_post_stories", "can_edit_stories", "can_delete_stories"),
        "can_send_welcome_messages",
    ),
    False,
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as people see it; `mine` are the bot's own. A document has name and content."""

    id: str
    text: str
    buttons: tuple[str, ...]
    photo: bytes | None
    mine: bool
    document: tuple[str, bytes] | None = None


def bubble(message: Json, files: Mapping[str, bytes]) -> Bubble:
    """The message as people see it; `files` by their id."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    photo, document = message.get("photo"), message.get("document")
    return Bubble(
        str(message["message_id"]),
        str(message.get("text", message.get("caption", ""))),
        tuple(button["text"] for row in rows for button in row),
        files[photo[-1]["file_id"]] if photo else None,
        message["from"]["id"] == BOT_ID,
        (document["file_name"], files[document["file_id"]]) if document else None,
    )


class User:
    """A person. Without `chat` (a group's id) everything happens in the private chat."""

    def __init__(self, server: TelegramServer, user_id: int, name: str, language: str) -> None:
        self._server, self.id = server, user_id
        self._json: Json = {
            "id": user_id,
            "is_bot": False,
            "first_name": name,
            "language_code": language,
        }
        self.toasts: list[str] = []
        """What the bot answered to presses, the empty answers too."""

    @property
    def bubbles(self) -> list[Bubble]:
        """What the private chat shows."""
        return self.reads(self.id)

    def reads(self, chat: int) -> list[Bubble]:
        """What this chat shows."""
        return self._server.bubbles(chat)

    def sees(self, text: str) -> bool:
        """Whether a message of the bot in the private chat holds this text."""
        return any(b.mine and text in b.text for b in self.bubbles)

    def says(self, text: str, chat: int = 0, reply_to: str = "") -> int:
        content: Json = {"text": text}
        if entities := _entities(text):
            content["entities"] = entities
        return self.sends(content, chat, reply_to)

    def sends_photo(self, data: bytes, caption: str = "", chat: int = 0, album: str = "") -> int:
        content: Json = {"photo": self._server.telegram.keep_photo(data)}
        if caption:
            content |= {"caption": caption, "caption_entities": _entities(caption)}
        if album:
            content["media_group_id"] = album
        return self.sends(content, chat)

    def sends_voice(self, data: bytes) -> int:
        return self.sends({"voice": {**self._server.telegram.keep(data), "duration": 3}})

    def sends_document(self, data: bytes, name: str, chat: int = 0) -> int:
        return self.sends({"document": self._server.telegram.keep_document(name, data)}, chat)

    def sends_location(self, latitude: float, longitude: float, chat: int = 0) -> int:
        return self.sends({"location": {"latitude": latitude, "longitude": longitude}}, chat)

    def sends(self, content: Json, chat: int = 0, reply_to: str = "") -> int:
        """Any other message, as the Bot API describes it."""
        telegram = self._server.telegram
        telegram.rooms[self.id].closed = ""
        chat = chat or self.id
        if reply_to:
            answered = telegram.rooms[chat].messages[int(reply_to)]
            content = {**content, "reply_to_message": answered}
        return self._server.deliver("message", telegram.post(chat, self._json, content))

    def taps(self, label: str, chat: int = 0) -> int:
        """The newest button with this label is pressed; `LookupError` when there is none."""
        messages = self._server.telegram.rooms[chat or self.id].messages
        for message in reversed(messages.values()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == label:
                        return self.presses(button["callback_data"], message)
        raise LookupError(f"no button {label!r}")

    def presses(self, token: str, message: Json) -> int:
        """A press with any token, as a forged client may send it."""
        query = {
            "id": self._server.press_id(self.toasts),
            "from": self._json,
            "chat_instance": "1",
            "message": message,
            "data": token,
        }
        return self._server.deliver("callback_query", query)

    def blocks_bot(self) -> int:
        self._server.telegram.rooms[self.id].closed = "bot was blocked by the user"
        return self.changes_membership(self.id, "member", "kicked")

    def changes_membership(self, chat: int, old: str, new: str) -> int:
        body = {
            "chat": self._server.telegram.rooms[chat].json,
            "from": self._json,
            "date": NOON,
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        return self._server.deliver("my_chat_member", body)

    def _member(self, status: str) -> Json:
        more = {"kicked": {"until_date": 0}, "administrator": _RIGHTS}.get(status, {})
        return {"user": self._server.telegram.me, "status": status, **more}


class Group:
    """A group chat; people write to it with `user.says(text, chat=group.id)`."""

    def __init__(self, server: TelegramServer, chat_id: int) -> None:
        self._server, self.id = server, chat_id

    @property
    def bubbles(self) -> list[Bubble]:
        return self._server.bubbles(self.id)

    def adds_bot(self, by: User) -> int:
        self._server.telegram.rooms[self.id].closed = ""
        return by.changes_membership(self.id, "left", "member")

    def removes_bot(self, by: User) -> int:
        self._server.telegram.rooms[self.id].closed = "bot was kicked from the group chat"
        return by.changes_membership(self.id, "member", "kicked")

    def promotes_bot(self, by: User) -> int:
        """The bot may delete what others write from now on."""
        self._server.telegram.rooms[self.id].administrator = True
        return by.changes_membership(self.id, "member", "administrator")

    def moves_to(self, new_id: int, by: User) -> Group:
        """It is a supergroup from now on; the old id answers only where it went."""
        rooms = self._server.telegram.rooms
        old = rooms[self.id]
        rooms[new_id] = Room({**old.json, "id": new_id, "type": "supergroup"})
        by.sends({"migrate_to_chat_id": new_id}, self.id)
        by.sends({"migrate_from_chat_id": self.id}, new_id)
        old.moved_to = new_id
        return Group(self._server, new_id)


def _entities(text: str) -> list[Json]:
    """The command at the start and the mention of the bot, as Telegram marks them."""
    found: list[Json] = []
    if text.startswith("/"):
        found.append({"type": "bot_command", "offset": 0, "length": len(text.split()[0])})
    mention = f"@{USERNAME}"
    if not found and mention in text:
        offset = len(text[: text.index(mention)].encode("utf-16-le")) // 2
        found.append({"type": "mention", "offset": offset, "length": len(mention)})
    return found
