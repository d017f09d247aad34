"""What the platforms really send, and files as people make them: where fuzzing begins."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from PIL import Image

from bot.workbooks import guide, xlsx
from bot.workbooks.roster import template

WANG = {"id": 101, "is_bot": False, "first_name": "秀英", "last_name": "王", "language_code": "zh"}
PRIVATE = {"id": 101, "type": "private", "first_name": "秀英"}
GROUP = {"id": -1009, "type": "supergroup", "title": "3号楼"}
BOT = {"id": 8000000001, "is_bot": True, "first_name": "哨到", "username": "shaodao_test_bot"}
FILE = {"file_id": "f1", "file_unique_id": "u1", "file_size": 900}


def _message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    inner = {"message_id": 7, "date": 1, "chat": chat, "from": WANG, **content}
    return {"update_id": 5, "message": inner}


def _member(status: str, **more: Any) -> dict[str, Any]:
    return {"user": BOT, "status": status, **more}


MENTION = [{"type": "mention", "offset": 0, "length": 17}, {"type": "text_mention", "offset": 1,
            "length": 2, "user": BOT}]  # fmt: skip
TELEGRAM: list[dict[str, Any]] = [
    _message(text="3号楼路灯坏了"),
    _message(text="/start i-abc"),
    _message(text="/report@shaodao_test_bot 灯"),
    _message(GROUP, text="@shaodao_test_bot 灯不亮", entities=MENTION),
    _message(photo=[{**FILE, "width": 90, "height": 90}, {**FILE, "width": 900, "height": 900}]),
    _message(photo=[{**FILE, "width": 90, "height": 90}], caption="灯", media_group_id="9"),
    _message(voice={**FILE, "duration": 3, "mime_type": "audio/ogg"}),
    _message(document={**FILE, "file_name": "名册.xlsx", "mime_type": "application/zip"}),
    _message(document={**FILE, "file_name": "灯.png", "mime_type": "image/png"}),
    _message(location={"latitude": 30.1, "longitude": 120.2}),
    _message(sticker={**FILE, "emoji": "灯"}),
    _message(GROUP, migrate_to_chat_id=-1001),
    _message(text="是", reply_to_message={"message_id": 3, "date": 1, "chat": PRIVATE, "from": BOT}),
    _message(text="灯", forward_origin={"type": "hidden_user", "sender_user_name": "邻", "date": 1}),
    {"update_id": 6, "callback_query": {"id": "q1", "from": WANG, "data": "cases.accept:12:x",
     "message": {"message_id": 9, "date": 1, "chat": PRIVATE}}},
    {"update_id": 7, "my_chat_member": {"chat": GROUP, "from": WANG, "date": 1,
     "old_chat_member": _member("left"), "new_chat_member": _member("member")}},
    {"update_id": 8, "my_chat_member": {"chat": PRIVATE, "from": WANG, "date": 1,
     "old_chat_member": _member("member"),
     "new_chat_member": _member("restricted", is_member=True, can_send_messages=False)}},
]  # fmt: skip

_FROM = {"ToUserName": "gh_1", "FromUserName": "o-wang", "CreateTime": "1763900000"}


def _said(kind: str, **more: Any) -> dict[str, Any]:
    return {**_FROM, "MsgType": kind, "MsgId": "23", **more}


def _happened(what: str, **more: Any) -> dict[str, Any]:
    return {**_FROM, "MsgType": "event", "Event": what, "EventKey": "", **more}


TENCENT: list[dict[str, Any]] = [
    _said("text", Content="3号楼路灯坏了"),
    _said("text", Content="好", bizmsgmenuid="2"),
    _said("image", MediaId="m1", PicUrl="http://127.0.0.1/p"),
    _said("voice", MediaId="m2", Format="amr", Recognition="灯不亮"),
    _said("location", Location_X="30.1", Location_Y="120.2", Scale="20", Label="某处"),
    _said("video", MediaId="m3"),
    _happened("subscribe", EventKey="qrscene_i-abc"),
    _happened("SCAN", EventKey="i-abc", Ticket="t"),
    _happened("CLICK", EventKey="/report"),
    _happened("unsubscribe"),
    _happened("LOCATION"),
    _happened("scancode_waitmsg", ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "tc-1-ab"}),
    _happened("template_card_event", EventKey="cases.accept:1", TaskId="t1", ResponseCode="rc"),
]
ROBOT: list[dict[str, Any]] = [
    {"msgid": "m1", "aibotid": "b", "chattype": "group", "chatid": "c1", "from": {"userid": "wang"},
     "msgtype": "text", "text": {"content": "@哨到 灯不亮"},
     "response_url": "http://127.0.0.1/response?response_code=rc1"},
    {"msgid": "m2", "chattype": "single", "from": {"userid": "wang"}, "msgtype": "voice",
     "voice": {"content": "灯不亮"}},
    {"msgid": "m3", "chattype": "group", "chatid": "c1", "from": {"userid": "wang"},
     "msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "灯"}},
     {"msgtype": "image", "image": {"url": "http://127.0.0.1/i"}}]}},
    {"msgid": "m4", "from": {"userid": "wang"}, "msgtype": "event", "event": {"eventtype": "x"}},
    {"msgid": "m5", "from": {"userid": "wang"}, "msgtype": "image", "image": {"url": "x"}},
]  # fmt: skip

_RING = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.0]]
OUTLINES: list[dict[str, Any]] = [
    {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "G1"},
     "geometry": {"type": "Polygon", "coordinates": [_RING]}}]},
    {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": 7},
     "geometry": {"type": "MultiPolygon", "coordinates": [[_RING], [_RING]]}}]},
]  # fmt: skip

MANIFESTS: list[dict[str, Any]] = [
    {"format": 1, "release": "0.1.0", "revision": "0026", "made_at": "2026-11-26T10:00:00+00:00",
     "database": "sqlite", "files": {"shaodao.db": [1, sha256(b"x").hexdigest()]}},
]  # fmt: skip

SAID = (
    *(
        "3号楼路灯坏了",
        "着火了快来",
        "周六上午9点到11点",
        "每周六 9点到11点、周日下午2点到4点",
        "12月1日到2月28日",
    ),
    *(
        "/start",
        "/help x",
        "进度",
        "认领 12",
        "退出 3",
        "i-abcdefgh",
        "138 0000 0000",
        "+86-421-0000100转12",
    ),
    *(
        "2026年2月30日",
        "20260229",
        "2026-03-01",
        "翠湖社区3号楼2单元501",
        "是",
        "不",
        "取消",
        "1",
        "转人工",
    ),
    *("路灯不亮，垃圾也没人收，还有井盖坏了", "0007", "QH-20261126-0007", "every sat 9am to 11am"),
)
TOKENS = (
    *("q:1:yes", "cases.accept:12", "cases.accept:12:arg", "menu:0:report", "tasks.claim:3:1"),
    *("papers.go:1:skip", "talk.begin:0:home", "human", "x", "cases.accept:９"),
)
SETTINGS = (
    '[district]\ncode = "QH"\nzone = "Asia/Shanghai"\n[limits]\nbusy_per_minute = 60\n',
    '[telegram]\ntoken = "t"\nmode = "webhook"\n[web]\nport = 8080\n[privacy]\nkey = ""\n',
    "[limits]\nkinds = { 0101 = { contact_hours = 1.0, working = true } }\n[export]\ncolumns = {}\n",
)


@cache
def workbooks() -> tuple[bytes, ...]:
    """A roster, a guide, a small sheet of one's own with placeholders and formulas."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        made = []
        for write in (template, guide.template):
            write(path, "zh_CN")
            made.append(path.read_bytes())
        leaf = xlsx.Leaf(
            "供给", ["编号", "内容"], [("", ["1", "{响应率}"]), ("red", ["=1+1", 2.5])]
        )
        xlsx.write(path, [leaf])
        made.append(path.read_bytes())
    return tuple(made)


@cache
def parts() -> tuple[dict[str, bytes], ...]:
    """The workbooks' parts by name."""
    return tuple(_unzipped(book) for book in workbooks())


def _unzipped(book: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def files() -> tuple[bytes, ...]:
    """Small pictures and the beginnings of sounds."""
    found = []
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        out = BytesIO()
        Image.new("RGB", (9, 7), "red").save(out, kind)
        found.append(out.getvalue())
    return (*found, b"OggS\x00\x02", b"#!AMR\n", b"\x00\x00\x00\x18ftypM4A ", *workbooks()[:1])


def as_json(seed: object) -> bytes:
    return json.dumps(seed, ensure_ascii=False).encode("utf-8", "surrogatepass")
