"""What is encrypted at rest: telephone numbers and addresses of people.

The keys are Fernet keys (AES-128-CBC with HMAC-SHA256, `cryptography`). The first one
encrypts, the others are still understood, so that a key can be replaced. A value that must
be found again has a fingerprint beside it, which tells nothing without the key.

A seal, one word encrypted when the first key was there, tells at once whether a key fits
this database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Integer,
    Table,
    Text,
    insert,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from storage.schema import metadata


class Locked(Exception):
    """No key, or none that fits what was read."""


class _Keyring:
    def __init__(self) -> None:
        self.first: Fernet | None = None
        self.box: MultiFernet | None = None
        self.stamp = b""


_KEYS = _Keyring()


def new_key() -> str:
    """A key nobody has used before."""
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    """Whether it has the form of a key."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def unlock(keys: Sequence[str]) -> None:
    """From now on this process reads with these keys and writes with the first one.

    Raises `ValueError` for something that is no key.
    """
    ring = [Fernet(key) for key in keys]
    _KEYS.first, _KEYS.box = ring[0], MultiFernet(ring)
    _KEYS.stamp = hashlib.sha256(b"fingerprint/" + keys[0].encode()).digest()


def is_unlocked() -> bool:
    """Whether this process was given a key."""
    return _KEYS.box is not None


def fingerprint(text: str) -> str:
    """The same for the same telephone number however it was spaced; "" for none."""
    plain = re.sub(r"[\s()-]|^(?:\+|00)86", "", text)
    if not plain:
        return ""
    if not _KEYS.stamp:
        raise Locked("no key was given")
    return hmac.new(_KEYS.stamp, plain.encode(), hashlib.sha256).hexdigest()[:32]


def encrypted(text: str) -> str:
    """Unreadable without the first key. Raises `Locked`."""
    if _KEYS.box is None:
        raise Locked("no key was given")
    return _KEYS.box.encrypt(text.encode()).decode()


def decrypted(token: str) -> str:
    """What was encrypted with any of the keys. Raises `Locked`."""
    if _KEYS.box is None:
        raise Locked("no key was given")
    try:
        return _KEYS.box.decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Locked("no key fits what was encrypted") from error


def is_by_first_key(token: str) -> bool:
    """Whether this was encrypted with the key that encrypts now. Raises `Locked`."""
    if _KEYS.first is None:
        raise Locked("no key was given")
    try:
        _KEYS.first.decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class Secret(TypeDecorator[str]):
    """Text that is unreadable in the database. "" stays ""."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return encrypted(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return decrypted(value) if value else value


# ── the seal ─────────────────────────────────────────────────────────────────

seals = Table(
    "seals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("word", Secret, nullable=False),
)

WORD = "shaodao"
_SEAL = insert(seals)
_WORD = select(type_coerce(seals.c.word, Text)).where(seals.c.id == 1)


def is_sealed(conn: Connection) -> bool:
    """Whether something in this database was encrypted: then only its own key will do."""
    return inspect(conn).has_table(seals.name) and _word(conn) is not None


def seal(conn: Connection) -> None:
    """A database that knows no key yet belongs to the first one from now on.

    One that is sealed is checked instead. Raises `Locked` when no key fits it.
    """
    word = _word(conn)
    if word is None:
        conn.execute(_SEAL, {"id": 1, "word": WORD})
    elif decrypted(word) != WORD:
        raise Locked("the seal says something else")


def _word(conn: Connection) -> str | None:
    """The seal as it stands in the database."""
    found: str | None = conn.scalar(_WORD)
    return found
