"""WeChat's XML and JSON on one side, the contract's values on the other. No I/O.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from bot.channels.base import Rejected
from bot.channels.tencent.xml import Malformed, cdata, degrees, media_id, text
from handlers.message import (
    Body,
    Chat,
    Event,
    Left,
    Media,
    Message,
    Said,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)

NAME = "wechat"
TEXT_BYTES = 2048
THING = 20
"""Characters of a template's field; emoji are refused."""
BEIJING = ZoneInfo("Asia/Shanghai")
Json: TypeAlias = dict[str, Any]
SCENE = "qrscene_"
_UNREADABLE = ("video", "shortvideo", "link", "file", "music")
# What happens to the account or on the way, and asks for nothing.
_NOTHING_TO_SAY = frozenset(
    {
        *("location", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg"),
        *("pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"),
        *("masssendjobfinish", "templatesendjobfinish", "publishjobfinish"),
        *("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"),
        *("kf_create_session", "kf_close_session", "kf_switch_session"),
        *("qualification_verify_success", "qualification_verify_fail", "naming_verify_success"),
        *("naming_verify_fail", "annual_renew", "verify_expired", "user_authorization_revoke"),
        *("user_info_modified", "user_authorization_cancellation"),
    }
)


class Unknown(Exception):
    """The platform sends something that did not exist when this was written."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who is called back: their open id, and ours, which is not the app id."""

    person: str
    us: str


def call(root: Element) -> Call:
    """Who sent it to whom. Raises `Malformed`."""
    person, us = text(root, "FromUserName"), text(root, "ToUserName")
    if not 1 <= len(person) <= 64 or not us:
        raise Malformed("nobody sent it")
    return Call(person, us)


def event(root: Element, account: str, answer_by: float) -> Event | None:
    """What happened, or None when it is nothing for us. Raises `Malformed`, or `Unknown`."""
    person = call(root).person
    kind = text(root, "MsgType")
    body, brief = _event(root) if kind == "event" else (_body(root, kind), _is_tapped(root))
    if body is None:
        return None
    message_id = text(root, "MsgId")
    return Event(
        NAME,
        account,
        _id(root, person, message_id),
        Chat("private", person),
        person,
        body,
        brief=brief,
        answer_by=0.0 if isinstance(body, Left) else answer_by,
        message_id=message_id if message_id.isdecimal() else "",
    )


def reply(to: Call, words: str, now: float) -> str:
    """The words as the answer to a callback."""
    return (
        f"<xml><ToUserName>{cdata(to.person)}</ToUserName>"
        f"<FromUserName>{cdata(to.us)}</FromUserName><CreateTime>{int(now)}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(words)}</Content></xml>"
    )


def _id(root: Element, person: str, message_id: str) -> str:
    """A message's own number; an event has none, and is told by who, when and what."""
    if message_id.isdecimal() and len(message_id) <= 32:
        return message_id
    parts = (person, text(root, "CreateTime"), text(root, "Event"), text(root, "EventKey"))
    if not parts[1].isdecimal():
        raise Malformed("no time")
    return "e-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def _body(root: Element, kind: str) -> Body:
    if kind == "text":
        chosen = text(root, "bizmsgmenuid")
        return Said(chosen or text(root, "Content"))
    if kind == "image":
        return SentPhoto(Media(media_id(root)))
    if kind == "voice":
        return SentVoice(Media(media_id(root)), text(root, "Recognition"))
    if kind == "location":
        latitude, longitude = degrees(root, "Location_X", 90), degrees(root, "Location_Y", 180)
        return SentLocation(latitude, longitude, "gcj02")
    if kind in _UNREADABLE:
        return Unsupported(kind)
    raise Unknown(kind)


def _is_tapped(root: Element) -> bool:
    """A tap on a line of a `msgmenu` arrives as a text, and opens the window only briefly."""
    return bool(text(root, "bizmsgmenuid"))


def _event(root: Element) -> tuple[Body | None, bool]:
    what, key = text(root, "Event").lower(), text(root, "EventKey")
    if what == "subscribe":
        return Started(key.removeprefix(SCENE)), True
    if what == "scan":
        return Started(key), True
    if what == "click":
        return Said(key), True
    if what == "unsubscribe":
        return Left(), False
    if what in _NOTHING_TO_SAY:
        return None, False
    raise Unknown(what)


# ── Out ──────────────────────────────────────────────────────────────────────


def words(chat: Chat, message: Message) -> Json:
    """How to say the words of a message: as lines to tap where it has choices."""
    if message.menu is not None:
        rows = [{"id": str(n), "content": f"{n}. {label}"} for n, label in message.menu.rows]
        menu = {"head_content": message.menu.head, "list": rows, "tail_content": ""}
        return {"touser": chat.id, "msgtype": "msgmenu", "msgmenu": menu}
    if len(message.text.encode()) > TEXT_BYTES:
        raise Rejected("the text is too long")
    return {"touser": chat.id, "msgtype": "text", "text": {"content": message.text}}


def template(
    chat: Chat, template_id: str, fields: Mapping[str, str], text: str, now: float
) -> Json:
    """How to tell somebody that something waits: its first words, and when."""
    what = "".join(c for c in text.partition("\n")[0] if ord(c) <= 0xFFFF).strip()
    when = datetime.fromtimestamp(now, BEIJING)
    said = {"{what}": what[:THING] or "…", "{when}": f"{when:%Y-%m-%d %H:%M}"}
    data = {name: {"value": said.get(value, value)} for name, value in fields.items()}
    return {"touser": chat.id, "template_id": template_id, "data": data}


def picture(chat: Chat, media_id: str) -> Json:
    """How to show a picture that was uploaded."""
    return {"touser": chat.id, "msgtype": "image", "image": {"media_id": media_id}}


def scene(payload: str, seconds: int) -> Json:
    """How to ask for a code that hands over this payload to us."""
    return {
        "expire_seconds": seconds,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": payload}},
    }
