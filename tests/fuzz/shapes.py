"""Input that is nearly right: bytes decide how a real message is bent.

Both engines think in bytes. A parser that first wants whole JSON or XML would refuse nearly all
of them at its door; so a seed that the platform could have sent is taken apart, and the bytes
say where something is missing, doubled, of another type, or somebody's hostile words.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from xml.sax.saxutils import escape

T = TypeVar("T")

WORDS = (
    *("", " ", "0", "-1", "２", "²", "一", "9" * 20, "9" * 5000, "1e999", "nan", "\x00", "\ud800"),
    *("\ufeff", "\u202e灯\u2066", "\u200b", "٣", "/", "/ ", "/x\u2003", "q:", "q:1:", "::", "a-b"),
    *(
        "{}",
        "{name}",
        "%s",
        "]]>",
        "<a href='x'>灯</a>",
        "=1+1",
        "@all",
        "http://[",
        "//",
        "灯" * 600,
    ),
    *("3号楼路灯坏了", "2026-02-30", "周六上午9点到11点", "13800000000", "9" * 30 + "号楼"),
)
NUMBERS = (0, -1, 1 << 31, 1 << 63, -(1 << 63), 1 << 80, 10**400, 0.5, -0.0, 1e308)
ODD: tuple[Any, ...] = (
    *(None, True, False, [], {}, [[]], [None], {"": None}, float("nan"), float("inf")),
    *NUMBERS,
    *WORDS,
)


class Bytes:
    """Numbers and words out of bytes; when they are used up, zeros."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, most: int) -> int:
        """From 0 up to, and without, `most`."""
        width = 1 if most <= 256 else 2
        piece = self._data[self._at : self._at + width]
        self._at += width
        return int.from_bytes(piece, "big") % most if most else 0

    def pick(self, of: Sequence[T]) -> T:
        return of[self.number(len(of))]

    def rest(self) -> bytes:
        return self._data[self._at :]

    def text(self) -> str:
        """Words somebody thought of, or whatever the next bytes say."""
        if self.number(2):
            return str(self.pick(WORDS))
        length = self.number(40)
        piece = self._data[self._at : self._at + length]
        self._at += length
        return said(piece)


def said(data: bytes) -> str:
    """The bytes as words, also where they are none: half a surrogate pair is in JSON, too."""
    return data.decode("utf-8", "surrogateescape")


def storable_text(data: bytes) -> str:
    """The bytes as words that a database takes."""
    return data.decode("utf-8", "ignore").replace("\x00", "")


def bent(seeds: Sequence[Any], data: bytes) -> Any:
    """One of the seeds, changed in up to four places."""
    source = Bytes(data)
    whole = [copy.deepcopy(source.pick(seeds))]
    for _ in range(source.number(5)):
        holder, key = source.pick(list(_places(whole)))
        action = source.number(6)
        if action == 0 and isinstance(holder, dict):
            del holder[key]
        elif action == 1 and isinstance(holder, dict):
            holder[source.text()] = holder[key]
        elif action == 2:
            from_, there = source.pick(list(_places(seeds)))
            holder[key] = copy.deepcopy(from_[there])
        elif action == 3:
            holder[key] = copy.deepcopy(source.pick(ODD))
        elif action == 4:
            holder[key] = f"{holder[key]}{source.text()}"
        else:
            holder[key] = source.text()
    return whole[0]


def _places(whole: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(whole) if isinstance(whole, dict) else range(len(whole))
    for key in keys:
        yield whole, key
        if isinstance(whole[key], dict | list):
            yield from _places(whole[key])


def xml(fields: Any) -> str:
    """The fields as the platform's XML; what XML cannot hold at all is left out."""
    return f"<xml>{_inside(fields)}</xml>"


def _inside(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(
            f"<{name}>{_inside(of)}</{name}>" for name, of in value.items() if _is_tag(name)
        )
    if isinstance(value, list):
        return "".join(map(_inside, value))
    return escape("".join(c for c in str(value) if c in "\t\n" or c.isprintable()))


def _is_tag(name: str) -> bool:
    return name.isascii() and name.isidentifier()
