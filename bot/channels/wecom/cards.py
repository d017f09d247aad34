"""Messages as WeCom takes them: texts, files, and cards with buttons. No I/O.

https://developer.work.weixin.qq.com/document/path/90236 (sending), 94888 (changing a card)
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from bot.channels.base import Rejected
from handlers.message import Button, Chat, Message

TITLE, NOTE, BODY = 36, 44, 160
"""Characters that a card shows of its title, of the line under it, and of its text."""
TEXT_BYTES = 2048
REPEAT_SECONDS = 30
"""The same content within so many seconds is the same message, which was sent once more because
its answer was lost. No longer: people are told the same thing twice when they ask twice."""
_BREAK = re.compile(r"[，。；：、？！,.;:?! ](?=.)")

_MARK = re.compile(r"[\\`*_#>\[\]]")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Face:
    """What a card shows of a text; `whole` where that is all of it."""

    title: str
    note: str
    body: str
    whole: bool


def face(text: str) -> Face:
    """The first line is the title, the rest its text; what does not fit ends in "…"."""
    title, rest = _cut(text, TITLE)
    note = ""
    if len(rest) > BODY:
        line, _line, more = rest.partition("\n")
        note, rest = (line, more) if len(line) <= NOTE else _cut(rest, NOTE)
    whole = len(rest) <= BODY
    return Face(title, note, rest if whole else rest[: BODY - 1] + "…", whole)


def _cut(text: str, most: int) -> tuple[str, str]:
    """The first line and the rest, or as much of a long line as ends well."""
    line, _line, rest = text.partition("\n")
    if len(line) <= most:
        return line, rest.strip("\n")
    ends = [found.end() for found in _BREAK.finditer(line, 0, most)]
    at = ends[-1] if ends else most
    return text[:at].rstrip(), text[at:].lstrip()


def words(chat: Chat, agent: int, text: str) -> Json:
    """How to say a text to a member. Raises `Rejected` when it is too long."""
    if len(text.encode()) > TEXT_BYTES:
        raise Rejected("the text is too long")
    return _to(chat, agent, "text", {"content": text})


def file(chat: Chat, agent: int, kind: str, media_id: str) -> Json:
    """How to show a file that was uploaded, as an "image" or a "file"."""
    return _to(chat, agent, kind, {"media_id": media_id})


def card(chat: Chat, agent: int, message: Message, shown: Face) -> Json:
    """How to offer the message's choices under these words."""
    content = {**_card(shown, message.buttons), "task_id": message.key}
    return _to(chat, agent, "template_card", content)


def change(chat: Chat, agent: int, message: Message, code: str, done: str) -> Json:
    """How to change a card with this code. Where there is nothing to choose any more, a grey
    button says so (`done`): a card cannot be without one."""
    content = _card(face(message.text), message.buttons or (Button(done, "-"),))
    if not message.buttons:
        content["replace_text"] = done
    return {
        "userids": [chat.id],
        "agentid": agent,
        "response_code": code,
        "template_card": content,
    }


# ── groups ───────────────────────────────────────────────────────────────────


def said(text: str) -> Json:
    """How a group's robot says a text."""
    return {"msgtype": "text", "text": {"content": text}}


def drawn(picture: bytes) -> Json:
    """How a group's robot shows a picture."""
    md5 = hashlib.md5(picture, usedforsecurity=False).hexdigest()
    image = {"base64": base64.b64encode(picture).decode(), "md5": md5}
    return {"msgtype": "image", "image": image}


def said_in(group: str, text: str) -> Json:
    """How the app says a text in a group of its own."""
    return {"chatid": group, "msgtype": "text", "text": {"content": text}}


def shown_in(group: str, kind: str, media_id: str) -> Json:
    """How the app shows there a file that was uploaded, as an "image" or a "file"."""
    return {"chatid": group, "msgtype": kind, kind: {"media_id": media_id}}


def marked(text: str) -> Json:
    """How a smart robot says a text later."""
    return {"msgtype": "markdown", "markdown": {"content": plain(text)}}


def plain(text: str) -> str:
    """A text for a smart robot, which knows markdown only: nothing is marked by chance."""
    return _MARK.sub(r"\\\g<0>", text)


def _card(shown: Face, buttons: tuple[Button, ...]) -> Json:
    title = {"title": shown.title} | ({"desc": shown.note} if shown.note else {})
    return {
        "card_type": "button_interaction",
        "main_title": title,
        **({"sub_title_text": shown.body} if shown.body else {}),
        "button_list": [{"text": b.label, "key": b.token} for b in buttons],
    }


def _to(chat: Chat, agent: int, kind: str, content: Json) -> Json:
    return {
        "touser": chat.id,
        "agentid": agent,
        "msgtype": kind,
        kind: content,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": REPEAT_SECONDS,
    }
