"""Every parser of outside input: how bytes reach it, and what it may raise.

Whatever else comes out of a parser is a fault. `slow` ones open files, ask a model or a database
and get a hundredth of the inputs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from bot.channels.base import Request, Unavailable
from bot.channels.telegram import mapping as telegram
from bot.channels.telegram.channel import SECRET_HEADER, TelegramChannel
from bot.channels.tencent import xml
from bot.channels.tencent.callbacks import Envelope, Forged, sign
from bot.channels.wechat import mapping as wechat
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wecom import mapping as wecom
from bot.channels.wecom.channel import WeComChannel
from bot.channels.wecom.names import Names
from bot.incoming import storable, words
from bot.triage import Triage, demands
from governance import shift_times
from governance.cells import Cells
from governance.groups import leak_in
from governance.sheets import Line, Row, Table
from handlers import homes, places, routes
from handlers.message import (
    Body,
    Chose,
    Event,
    Handled,
    Media,
    Said,
    SentLocation,
    SentPhoto,
    SentVoice,
)
from handlers.registry import chosen, said_so
from handlers.talk import answers
from tests.fuzz import files, house, seeds
from tests.fuzz.room import loop
from tests.fuzz.shapes import Bytes, bent, said, storable_text
from tests.fuzz.shapes import xml as as_xml

TOKEN, KEY, NOW = "token1", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", 1_763_900_000
STATUSES = {200, 400, 401, 404, 413, 503}


@dataclass(frozen=True, slots=True)
class Target:
    """`read` takes any bytes; `refuses` is all it may raise; `seeds` is where to begin."""

    name: str
    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...] = ()
    seeds: Sequence[bytes] = ()
    slow: bool = False


# ── Telegram ─────────────────────────────────────────────────────────────────


def telegram_update(data: bytes) -> None:
    update = bent(seeds.TELEGRAM, data)
    found = telegram.event(update, "8000000001", "shaodao_test_bot")
    telegram.press(update)
    if found is not None:
        _fit_to_store(found)


def telegram_webhook(data: bytes) -> None:
    request = Request("POST", {SECRET_HEADER: "secret"}, {}, data)
    _answered(_telegram().webhook(request, _receive))


class _Silent:
    """A driver that reaches nobody."""

    answers_at_once = 1

    async def call(self, method: str, params: object, file: object = None) -> object:
        return True

    async def download(self, path: str, limit: int) -> bytes:
        return b""

    async def close(self) -> None:
        pass


# ── WeChat and WeCom ─────────────────────────────────────────────────────────


def xml_text(data: bytes) -> None:
    assert xml.read(data).tag == "xml"


def wechat_message(data: bytes) -> None:
    root = xml.read(as_xml(bent(seeds.TENCENT, data)).encode("utf-8", "surrogatepass"))
    if (found := wechat.event(root, "wx1", 0.0)) is not None:
        _fit_to_store(found)


def wecom_message(data: bytes) -> None:
    root = xml.read(as_xml(bent(seeds.TENCENT, data)).encode("utf-8", "surrogatepass"))
    wecom.press(root)
    if (found := wecom.event(root, "ww1")) is not None:
        _fit_to_store(found)


def envelope(data: bytes) -> None:
    """What was signed and is spoilt, and what nobody signed."""
    source = Bytes(data)
    query = {"timestamp": source.pick((str(NOW), source.text())), "nonce": source.text()}
    whole = _ENVELOPE.sealed(storable_text(source.rest()[:99]), NOW).encrypted
    sealed = source.pick((whole, source.text(), whole[: source.number(99)], f"{whole[:-2]}=="))
    signed = sign(TOKEN, query["timestamp"], query["nonce"], sealed)
    query["msg_signature"] = source.pick((signed, source.text()))
    body = source.pick((f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(errors="replace"), data))
    _ENVELOPE.open(query, body, NOW)


def wechat_callback(data: bytes) -> None:
    _called(_wechat(), _sealed(_ENVELOPE, data))


def wecom_callback(data: bytes) -> None:
    _called(_wecom(), _sealed(_ENVELOPE, data))


def wecom_robot(data: bytes) -> None:
    inner = json.dumps(bent(seeds.ROBOT, data))
    sealed = _ROBOT.sealed(inner, NOW).encrypted
    _called(_wecom(), json.dumps({"encrypt": sealed}).encode(), sealed)


def _sealed(by: Envelope, data: bytes) -> tuple[bytes, str]:
    encrypted = by.sealed(data.decode("utf-8", "ignore"), NOW).encrypted
    return f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode(), encrypted


def _called(channel: Any, body: Any, sealed: str = "") -> None:
    if isinstance(body, tuple):
        body, sealed = body
    query = {"timestamp": str(NOW), "nonce": "n"}
    query["signature"] = sign(TOKEN, str(NOW), "n")
    query["msg_signature"] = sign(TOKEN, str(NOW), "n", sealed)
    _answered(channel.webhook(Request("POST", {}, query, body), _receive))


_ENVELOPE, _ROBOT = Envelope(TOKEN, KEY, "wx1"), Envelope(TOKEN, KEY, "")


@cache
def _telegram() -> TelegramChannel:
    return TelegramChannel(
        _Silent(), mode="webhook", webhook_url="https://x", webhook_secret="secret", account="7"
    )


@cache
def _wechat() -> WeChatChannel:
    return WeChatChannel(app_id="wx1", app_secret="s", token=TOKEN, aes_key=KEY, clock=lambda: NOW)


class _NoNames(Names):
    async def with_name(self, event: Event) -> Event:
        return event


@cache
def _wecom() -> WeComChannel:
    channel = WeComChannel(
        corp_id="wx1",
        agent_id=1,
        secret="s",
        token=TOKEN,
        aes_key=KEY,
        robot_token=TOKEN,
        robot_aes_key=KEY,
        clock=lambda: float(NOW),
    )
    channel._names = _NoNames(channel._api)
    return channel


def _answered(work: Any) -> None:
    answer = loop().run_until_complete(work)
    assert answer.status in STATUSES


async def _receive(event: Event) -> Handled:
    """Every third event cannot be stored just now."""
    _fit_to_store(event)
    if hash(event.id) % 3 == 0:
        raise Unavailable("busy")
    return Handled(reply="收到了")


def _fit_to_store(event: Event) -> None:
    """What the database is given takes part in no accident there."""
    kept = storable(event)
    for text in (kept.id, kept.sender, kept.sender_name, kept.chat.id, words(kept.body)):
        assert "\x00" not in text, "no database takes this"
        text.encode()
    ref = getattr(getattr(kept.body, "media", None), "ref", "")
    assert len(ref) <= 200, "longer than its column"
    assert len(kept.id) <= 64
    assert len(kept.sender) <= 64
    assert len(kept.chat.id) <= 64


# ── what people say ──────────────────────────────────────────────────────────


def choices(data: bytes) -> None:
    chosen(said(data))


def commands(data: bytes) -> None:
    text = answers.tidy(storable_text(data))
    routes._command(text)
    routes._OPENED.match(text)
    said_so(text)
    homes.asks_who(text)
    places.number_in(text)
    leak_in(text)


def answer(data: bytes) -> None:
    """Every kind of answer to a question that takes them all."""
    source = Bytes(data)
    text = storable_text(source.rest())
    size = source.pick((None, 0, 10**12, -1))
    degrees = source.pick((0.0, 91.0, -1e300, float("nan"), float("inf"), 30.0)), 120.0
    bodies: tuple[Body, ...] = (
        *(Said(text), SentPhoto(Media(text, size), text), SentVoice(Media(text, size), text)),
        *(SentLocation(*degrees), SentLocation(*degrees, "gcj02"), Chose(f"q:1:{text}")),
    )
    entry = answers.parse(_QUESTION, source.pick(bodies), None)
    if isinstance(entry, dict):
        json.dumps(entry, allow_nan=False).encode()


_QUESTION: answers.Question = {
    "key": "what",
    "text": "哪儿怎么了？",
    "deps": [],
    "digest": "",
    "path": [],
    "gathers": [],
    "options": [["yes", "对"], ["no", "不发了"], ["1", "１号"]],
    "kinds": [["text", 1, 200], ["photo"], ["voice"], ["location"]],
}


def times(data: bytes) -> None:
    text = storable_text(data)[:200]
    shift_times.parse(text, datetime(2026, 11, 26, 10))
    shift_times.parse_term(text, date(2026, 11, 26))


def cells(data: bytes) -> None:
    text = said(data)
    table = Table("s", "s", ("a",), {"a": "A"}, [])
    for read in ("text", "paragraph", "code", "choice", "phone", "day", "count", "list"):
        more = {"text": (64,), "paragraph": (64,), "choice": ({"x": 1},), "phone": (7,),
                "day": (date(2026, 11, 26),)}.get(read, ())  # fmt: skip
        getattr(Cells(Line(table, Row(1, (text,))), frozenset({"无"})), read)("a", *more)


def triage_rules(data: bytes) -> None:
    text = storable_text(data)
    _triage().glance(text)
    _triage().by_rules(text)
    demands.parts(text[:1000])


def triage_model(data: bytes) -> None:
    _triage().read(storable_text(data))


@cache
def _triage() -> Triage:
    from bot.decisions import categories

    return Triage(categories())


def _texts(of: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in of)


_BENT = tuple(bytes([n, 0]) for n in range(len(seeds.TELEGRAM)))
_XML = tuple(as_xml(seed).encode() for seed in seeds.TENCENT)
_CALLED = (Forged, xml.Malformed)

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("telegram-update", telegram_update, (telegram.Malformed,), _BENT),
        Target("telegram-webhook", telegram_webhook, (), [*map(seeds.as_json, seeds.TELEGRAM)]),
        Target("tencent-xml", xml_text, (xml.Malformed,), _XML),
        Target("tencent-envelope", envelope, _CALLED, _XML),
        Target("wechat-message", wechat_message, (xml.Malformed, wechat.Unknown), _BENT),
        Target("wechat-callback", wechat_callback, (), _XML),
        Target("wecom-message", wecom_message, (xml.Malformed, wecom.Unknown), _BENT),
        Target("wecom-callback", wecom_callback, (), _XML),
        Target("wecom-robot", wecom_robot, (), _BENT),
        Target("choices", choices, (), _texts(seeds.TOKENS)),
        Target("commands", commands, (), _texts((*seeds.SAID, *seeds.TOKENS))),
        Target(
            "answers", answer, (), [bytes([n, n]) + s.encode() for n, s in enumerate(seeds.SAID)]
        ),
        Target("times", times, (), _texts(seeds.SAID)),
        Target("cells", cells, (), _texts(seeds.SAID)),
        Target("triage-rules", triage_rules, (), _texts(seeds.SAID)),
        Target("triage-model", triage_model, (), _texts(seeds.SAID), slow=True),
        *(Target(*row) for row in files.ROWS),
        *(Target(*row) for row in house.ROWS),
    )
}
"""Each parser once, by its name."""
