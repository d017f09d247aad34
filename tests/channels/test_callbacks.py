"""Callbacks of WeChat and WeCom: what our side seals, another library opens, and the reverse."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.tencent.callbacks import Envelope, Forged, sign
from bot.channels.tencent.xml import MOST_BYTES, Malformed, cdata, read, text

TOKEN, KEY, APP = "a-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0000000000000001"
NOW = 1_763_900_000
OURS = Envelope(TOKEN, KEY, APP)
THEIRS = WeChatCrypto(TOKEN, KEY, APP)


def callback(
    content: str, peer: WeChatCrypto = THEIRS, at: int = NOW
) -> tuple[dict[str, str], bytes]:
    """The query and body of a callback that the other library sends."""
    body = peer.encrypt_message(content, "n0nce", at)
    signature = text(read(body.encode()), "MsgSignature")
    return {"timestamp": str(at), "nonce": "n0nce", "msg_signature": signature}, body.encode()


@given(st.text(min_size=1))
def test_what_another_library_seals_is_opened(words: str) -> None:
    query, body = callback(words)
    assert OURS.open(query, body, NOW).decode() == words


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_what_is_sealed_another_library_opens(words: str) -> None:
    xml = f"<xml><Content>{cdata(words)}</Content></xml>"
    sealed = OURS.seal(xml, NOW)
    answer = read(sealed.encode())
    signature, nonce = text(answer, "MsgSignature"), text(answer, "Nonce")
    assert THEIRS.decrypt_message(sealed, signature, str(NOW), nonce) == xml
    assert text(read(xml.encode()), "Content") == words


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"msg_signature": "0" * 40}, "signature"),
        ({"msg_signature": "签"}, "signature"),
        ({"msg_signature": "\ud800"}, "signature"),
        ({"timestamp": str(NOW + 1)}, "signature"),
        ({"nonce": "another"}, "signature"),
    ],
)
def test_a_wrong_signature_is_refused(change: dict[str, str], why: str) -> None:
    query, body = callback("<xml/>")
    with pytest.raises(Forged, match=why):
        OURS.open(query | change, body, NOW)


@pytest.mark.parametrize(
    "peer", [("another", KEY, APP), (TOKEN, KEY[::-1], APP), (TOKEN, KEY, "wx2")]
)
def test_another_token_key_or_receiver_is_refused(peer: tuple[str, str, str]) -> None:
    query, body = callback("<xml/>", WeChatCrypto(*peer))
    with pytest.raises(Forged):
        OURS.open(query, body, NOW)


@pytest.mark.parametrize("at", [NOW - 25 * 3600, NOW + 25 * 3600])
def test_an_old_callback_is_refused(at: int) -> None:
    query, body = callback("<xml/>", at=at)
    with pytest.raises(Forged, match="time"):
        OURS.open(query, body, NOW)


@given(st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()) | st.text(max_size=80))
def test_garbage_that_was_signed_is_refused_and_nothing_else_happens(encrypted: str) -> None:
    query = {"timestamp": str(NOW), "nonce": "n"}
    query["msg_signature"] = sign(TOKEN, query["timestamp"], query["nonce"], encrypted)
    with pytest.raises((Forged, Malformed)):
        OURS.opened(query, encrypted, NOW)


@pytest.mark.parametrize("key", ["", "short", KEY + "=", "=" * 43, KEY[:-1] + "错"])
def test_a_key_of_the_wrong_form_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Envelope(TOKEN, key, APP)


BOMB = """<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<xml><Encrypt>&b;</Encrypt></xml>"""
OUTSIDE = """<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Encrypt>&a;</Encrypt></xml>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        OUTSIDE.encode(),
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        b"<xml><Encrypt>&nobody;</Encrypt></xml>",
        b"<xml>",
        b"",
        b"\xff\xfe<xml/>",
        b"<html/>",
        b"<xml>" + b"x" * MOST_BYTES + b"</xml>",
    ],
)
def test_xml_that_no_platform_sends_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@given(st.binary() | st.text().map(str.encode))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        root = read(data)
    except Malformed:
        return
    assert root.tag == "xml"


def test_deep_nesting_does_no_harm() -> None:
    depth = MOST_BYTES // 8
    assert read(b"<xml>" + b"<a>" * depth + b"</a>" * depth + b"</xml>").tag == "xml"
