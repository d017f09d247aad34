"""The text that is read: short, in lower case, on one line, without what cannot be seen."""

from __future__ import annotations

import re
import unicodedata

READ_AT_MOST = 1000
"""Characters; what matters is said before, and a pasted book must not slow anybody down."""

HEAD, TAIL = 120, 60
"""Characters that the model reads of a longer text: the matter is said first, or at the end."""

_GAPS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")


def plain(text: str) -> str:
    """The text without control and invisible characters, full-width letters made narrow.

    Spaces remain between Latin words and go between Chinese characters ("着 火 了").
    """
    text = text[:READ_AT_MOST]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _instead(c) for c in text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)[:READ_AT_MOST]
    if " " in text:
        text = _GAPS_IN_CHINESE.sub("", text.strip())
    if "’" in text:
        text = text.replace("’", "'")
    return text.lower()


def gist(text: str) -> str:
    """The beginning and the end of a plain text, or all of it."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


def _instead(char: str) -> str:
    """A space for a line break or an odd blank, nothing for what has no width."""
    return " " if char.isspace() else ""
