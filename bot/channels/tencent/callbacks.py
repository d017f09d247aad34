"""Signatures and encryption of callbacks, as the platforms' servers use them.

A message is 16 random bytes, its length in 4 bytes (big-endian), its XML and who it is for (the
app id, or the corp id), padded to 32 bytes and encrypted with AES-256-CBC, whose IV is the first
half of the key. Signed are token, time, nonce and the encrypted text.
https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from prometheus_client import Counter

from bot.channels.tencent.xml import MOST_BYTES, Malformed, cdata

PAD = 32
HEAD = 16 + 4
OLDEST = 24 * 3600.0
"""Seconds after which a callback is refused: longer than any clock here is wrong, and shorter than
its mark as seen is kept."""
ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>")
KEY = re.compile(r"[A-Za-z0-9]{43}")
REFUSED = Counter(
    "shaodao_callbacks_refused_total",
    "Callbacks that were not answered, by why",
    ["channel", "why"],
)


log = structlog.get_logger(__name__)


class Refusals:
    """Callbacks of one channel that were refused: counted, and told once until a good one comes,
    as anybody can send a thousand a second."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._told: set[str] = set()

    def note(self, kind: str, why: Exception) -> None:
        REFUSED.labels(self._channel, kind).inc()
        if kind not in self._told:
            self._told.add(kind)
            log.warning("callback_refused", channel=self._channel, kind=kind, why=str(why)[:40])

    def over(self) -> None:
        """A good one has come."""
        self._told.clear()


class Forged(Exception):
    """Whoever sent this does not know the token or the key, or it is meant for somebody else."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was encrypted, and what proves who did it."""

    encrypted: str
    signature: str
    time: str
    nonce: str


class Envelope:
    """Opens and seals callbacks of one app. `receiver` is its app id, or the corp id.

    Raises `ValueError` for a key that is not 43 letters and digits.
    """

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        if not KEY.fullmatch(aes_key):
            raise ValueError("aes_key: 43 letters and digits are needed")
        self._token = token
        # The last digit says two bits more than a key has; which ones does not matter.
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16]))
        self._receiver = receiver.encode()

    def open(self, query: Mapping[str, str], body: bytes, now: float) -> bytes:
        """The XML inside the body of a POST. Raises `Forged`, or `Malformed`.

        Nothing is parsed as XML before it has proved to be the platform's.
        """
        found = ENCRYPTED.search(body[:MOST_BYTES])
        if found is None:
            raise Malformed("nothing encrypted")
        return self.opened(query, found[1].decode(), now)

    def opened(self, query: Mapping[str, str], encrypted: str, now: float) -> bytes:
        """What was encrypted and signed with `msg_signature`. Raises `Forged`, or `Malformed`."""
        self.verify(query, query.get("msg_signature", ""), now, encrypted)
        return self._decrypt(encrypted)

    def verify(self, query: Mapping[str, str], signature: str, now: float, *more: str) -> None:
        """Raises `Forged` unless time and nonce (and what else) were signed with our token."""
        time, nonce = query.get("timestamp", ""), query.get("nonce", "")
        mine = sign(self._token, time, nonce, *more)
        if not hmac.compare_digest(mine.encode(), signature.encode("utf-8", "replace")):
            raise Forged("signature")
        if not time.isdecimal() or abs(now - int(time[:12])) > OLDEST:
            raise Forged("time")

    def sealed(self, content: str, now: float) -> Sealed:
        """The content, encrypted and signed."""
        encrypted = self._encrypt(content.encode())
        time, nonce = str(int(now)), secrets.token_hex(8)
        return Sealed(encrypted, sign(self._token, time, nonce, encrypted), time, nonce)

    def seal(self, xml: str, now: float) -> str:
        """The same as the body of an answer that is XML."""
        done = self.sealed(xml, now)
        return (
            f"<xml><Encrypt>{cdata(done.encrypted)}</Encrypt>"
            f"<MsgSignature>{cdata(done.signature)}</MsgSignature>"
            f"<TimeStamp>{done.time}</TimeStamp><Nonce>{cdata(done.nonce)}</Nonce></xml>"
        )

    def _encrypt(self, content: bytes) -> str:
        plain = secrets.token_bytes(16) + struct.pack(">I", len(content)) + content + self._receiver
        missing = PAD - len(plain) % PAD
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _decrypt(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("not base64") from None
        if not sealed or len(sealed) % 16:
            raise Malformed("not whole blocks")
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= PAD or plain[-padding:] != bytes([padding]) * padding:
            raise Forged("padding")
        plain = plain[:-padding]
        if len(plain) < HEAD:
            raise Forged("length")
        (length,) = struct.unpack(">I", plain[16:HEAD])
        content, receiver = plain[HEAD : HEAD + length], plain[HEAD + length :]
        if len(content) != length:
            raise Forged("length")
        if not hmac.compare_digest(receiver, self._receiver):
            raise Forged("receiver")
        return content


def sign(*parts: str) -> str:
    """The platforms' signature of these parts, in whatever order."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()  # noqa: S324
