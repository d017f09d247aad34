"""WeCom's XML and JSON on one side, the contract's values on the other. No I/O.

https://developer.work.weixin.qq.com/document/path/90239 (messages), 90240 (events)
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bot.channels.tencent.xml import Malformed, degrees, media_id, text
from bot.channels.wecom.codes import LIFE
from handlers.message import (
    Body,
    Chat,
    Chose,
    Event,
    Left,
    Media,
    Said,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)

NAME = "wecom"
ROBOT = "robot-"
"""Begins the id of a group that is written to through its robot; the robot's key follows."""
OWN = "appchat-"
"""Begins the id of a group that the app has made; the platform's own id follows."""
_ROBOT_AT = re.compile(
    r"(?:(/bind|绑定|/unbind|解绑)\s*)?https?://\S+/cgi-bin/webhook/send\?key=([0-9A-Za-z-]{8,57})"
)
_OWN = re.compile(r"(/bind|绑定|/unbind|解绑)\s*(appchat-[0-9A-Za-z]{1,32})")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNREADABLE = ("video", "link", "file")
# What happens to the app or on the way, and asks for nothing.
_NOTHING_TO_SAY = re.compile(
    r"enter_agent|location|view|view_miniprogram|scancode_push|pic_\w+|location_select"
    r"|batch_job_result|change_\w+|template_card_menu_event|open_approval_change"
    r"|share_\w+|close_inactive_agent|reopen_inactive_agent"
)


class Unknown(Exception):
    """The platform sends something that did not exist when this was written."""


@dataclass(frozen=True, slots=True)
class Code:
    """With this, one message can be changed once (or, in a group, written), for so many seconds."""

    message_id: str
    code: str
    life: float


@dataclass(frozen=True, slots=True)
class Call:
    """What a callback tells: the event, if it is one for us, and the code that it brings."""

    event: Event | None
    code: Code | None = None


def sender(root: Element) -> str:
    """The member's userid. Raises `Malformed`."""
    found = text(root, "FromUserName")
    if not 1 <= len(found.encode()) <= 64 or "/" in found:
        raise Malformed("nobody sent it")
    return found


def press(root: Element) -> Code | None:
    """What a press on a card brings."""
    code = text(root, "ResponseCode")
    return Code(text(root, "TaskId")[:64], code, LIFE) if 1 <= len(code) <= 512 else None


def event(root: Element, account: str) -> Event | None:
    """What happened, or None when it is nothing for us. Raises `Malformed`, or `Unknown`."""
    person, kind = sender(root), text(root, "MsgType")
    body = _event(root) if kind == "event" else _body(root, kind)
    if body is None:
        return None
    chat, body = _place(person, body)
    number = text(root, "MsgId")
    known = number if number.isdecimal() and len(number) <= 32 else ""
    return Event(NAME, account, known or _id(root, person), chat, person, body, message_id=known)


def _id(root: Element, person: str) -> str:
    """An event has no number; it is told by who, when and what."""
    names = ("CreateTime", "Event", "EventKey", "TaskId", "ResponseCode", "ScanCodeInfo/ScanResult")
    parts = [text(root, name) for name in names]
    if not parts[0].isdecimal():
        raise Malformed("no time")
    return "e-" + hashlib.sha256("\n".join((person, *parts)).encode()).hexdigest()[:40]


def _place(person: str, body: Body) -> tuple[Chat, Body]:
    """Where it was said. Nobody can talk to the app in a group: whoever sends us the address of a
    group's robot, or the id of our own group, says there, through us, that it is to be bound."""
    words = body.text.strip() if isinstance(body, Said) else ""
    if found := _ROBOT_AT.fullmatch(words):
        chat = Chat("group", ROBOT + found[2])
    elif found := _OWN.fullmatch(words):
        chat = Chat("group", found[2])
    else:
        return Chat("private", person), body
    return chat, Said("/unbind" if found[1] in {"/unbind", "解绑"} else "/bind")


def _body(root: Element, kind: str) -> Body:
    if kind == "text":
        return Said(text(root, "Content"))
    if kind == "image":
        return SentPhoto(Media(media_id(root)))
    if kind == "voice":
        return SentVoice(Media(media_id(root)))
    if kind == "location":
        latitude, longitude = degrees(root, "Location_X", 90), degrees(root, "Location_Y", 180)
        return SentLocation(latitude, longitude, "gcj02")
    if kind in _UNREADABLE:
        return Unsupported(kind)
    raise Unknown(kind)


def _event(root: Element) -> Body | None:
    what, key = text(root, "Event").lower(), text(root, "EventKey")
    if what == "template_card_event":
        return Chose(key, text(root, "TaskId")[:64])
    if what == "click":
        return Said(key)
    if what == "scancode_waitmsg":
        read = text(root, "ScanCodeInfo/ScanResult")
        return Started(read) if _PAYLOAD.fullmatch(read) else Said(read)
    if what == "subscribe":
        return Started()
    if what == "unsubscribe":
        return Left()
    if _NOTHING_TO_SAY.fullmatch(what):
        return None
    raise Unknown(what)
