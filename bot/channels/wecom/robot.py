"""A smart robot (智能机器人) of the company: it hears what is said to it in groups, and answers.

Its callbacks are JSON, encrypted as the app's are, for nobody in particular. Each brings a code
with which one more message can be written to that group within an hour.
https://developer.work.weixin.qq.com/document/path/100719 (calls), 101031 (answers), 101033
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.channels.tencent.callbacks import Envelope
from bot.channels.tencent.xml import MOST_BYTES, Malformed
from bot.channels.wecom.cards import plain
from bot.channels.wecom.mapping import NAME, Call, Code, Unknown
from handlers.message import Body, Chat, Event, Said, Unsupported

SMART = "smart-"
"""Begins the id of a group that has such a robot; the platform's own id follows."""
LIFE = 3600.0
"""Seconds for which a code is good."""
PATIENCE = 4.0
"""Seconds after which no answer is composed any more: the platform waits five."""
_MENTION = re.compile(r"^\s*@\S+\s*")


class SmartRobot:
    """Opens a robot's callbacks and seals its answers."""

    def __init__(self, token: str, aes_key: str) -> None:
        self.envelope = Envelope(token, aes_key, "")

    def open(self, query: Mapping[str, str], body: bytes, account: str, now: float) -> Call:
        """Raises `Forged`, `Malformed` or `Unknown`."""
        sealed = _object(body[:MOST_BYTES]).get("encrypt")
        if not isinstance(sealed, str):
            raise Malformed("nothing encrypted")
        return call(_object(self.envelope.opened(query, sealed, now)), account, now)

    def answer(self, words: str, now: float) -> str:
        """The words as the answer to a callback."""
        stream = {"id": secrets.token_hex(8), "finish": True, "content": plain(words)}
        content = json.dumps({"msgtype": "stream", "stream": stream}, ensure_ascii=False)
        sealed = self.envelope.sealed(content, now)
        return json.dumps(
            {
                "encrypt": sealed.encrypted,
                "msgsignature": sealed.signature,
                "timestamp": int(sealed.time),
                "nonce": sealed.nonce,
            }
        )


def call(said: Mapping[str, Any], account: str, now: float) -> Call:
    """What a callback tells. Raises `Malformed`, or `Unknown`."""
    person = _text(said.get("from"), "userid")
    if not 1 <= len(person.encode()) <= 64 or "/" in person:
        raise Malformed("nobody sent it")
    body = _body(said)
    if body is None:
        return Call(None)
    chat, answer_by, code = Chat("private", person), 0.0, None
    if said.get("chattype") == "group":
        chat = Chat("group", SMART + _text(said, "chatid"))
        if not len(SMART) < len(chat.id) <= 64 or "/" in chat.id:
            raise Malformed("nowhere")
        answer_by, code = now + PATIENCE, _code(said, chat)
    number = hashlib.sha256(_text(said, "msgid").encode()).hexdigest()[:40]
    event = Event(NAME, account, f"r-{number}", chat, person, body, answer_by=answer_by)
    return Call(event, code)


def _body(said: Mapping[str, Any]) -> Body | None:
    kind = _text(said, "msgtype")
    if kind == "text":
        return Said(_MENTION.sub("", _text(said.get("text"), "content")))
    if kind == "voice":
        return Said(_text(said.get("voice"), "content"))
    if kind == "mixed":
        mixed = said.get("mixed")
        items = mixed.get("msg_item") if isinstance(mixed, dict) else None
        items = items if isinstance(items, list) else []
        words = (_text(item.get("text"), "content") for item in items if isinstance(item, dict))
        return Said(_MENTION.sub("", "\n".join(filter(None, words))))
    if kind == "event":
        return None
    if kind in {"image", "file", "video"}:
        return Unsupported(kind)
    raise Unknown(kind)


def _code(said: Mapping[str, Any], chat: Chat) -> Code | None:
    try:
        query = urlsplit(_text(said, "response_url")).query
    except ValueError:  # "http://[" is no address
        return None
    found = parse_qs(query).get("response_code", [""])[0]
    return Code(chat.id, found, LIFE) if 1 <= len(found) <= 512 else None


def _text(of: object, name: str) -> str:
    """What stands there, "" where there is nothing. Half a surrogate pair and NUL are JSON, and no
    database takes them."""
    found = of.get(name) if isinstance(of, dict) else None
    if not isinstance(found, str):
        return ""
    return found.encode("utf-8", "replace").decode().replace("\x00", "")


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    if not isinstance(found, dict):
        raise Malformed("no object")
    return found
