"""What is encrypted at rest: telephone numbers and addresses of people.

The keys are Fernet keys (AES-128-CBC with HMAC-SHA256, `cryptography`). The first one
encrypts, the others are still understood, so that a key can be replaced. A value that must
be found again has a fingerprint beside it, which tells nothing without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator


class Locked(Exception):
    """No key, or none that fits what was read."""


class _Keyring:
    def __init__(self) -> None:
        self.box: MultiFernet | None = None
        self.stamp = b""


_KEYS = _Keyring()


def new_key() -> str:
    """A key nobody has used before."""
    return Fernet.generate_key().decode()


def unlock(keys: Sequence[str]) -> None:
    """From now on this process reads with these keys and writes with the first one.

    Raises `ValueError` for something that is no key.
    """
    _KEYS.box = MultiFernet([Fernet(key) for key in keys])
    _KEYS.stamp = hashlib.sha256(b"fingerprint/" + keys[0].encode()).digest()


def fingerprint(text: str) -> str:
    """The same for the same telephone number however it was spaced; "" for none."""
    plain = re.sub(r"[\s()-]|^(?:\+|00)86", "", text)
    if not plain:
        return ""
    if not _KEYS.stamp:
        raise Locked("no key was given")
    return hmac.new(_KEYS.stamp, plain.encode(), hashlib.sha256).hexdigest()[:32]


class Secret(TypeDecorator[str]):
    """Text that is unreadable in the database. "" stays ""."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return value
        if _KEYS.box is None:
            raise Locked("no key was given")
        return _KEYS.box.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return value
        if _KEYS.box is None:
            raise Locked("no key was given")
        try:
            return _KEYS.box.decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise Locked("no key fits what was encrypted") from error
