"""The pieces of a text that a linear model weighs: runs of one to four characters."""

from __future__ import annotations

import re

LONGEST = 4
EDGE = "^"
_NUMBER = re.compile(r"\d+")


def ngrams(text: str) -> set[str]:
    """Every run of up to `LONGEST` characters of a plain text, numbers being alike.

    Beginning and end are a character of their own, so that a word which is all that was
    said counts for more than one in the middle.
    """
    text = f"{EDGE}{_NUMBER.sub('0', text)}{EDGE}"
    last = len(text)
    return {text[at : at + n] for n in range(1, LONGEST + 1) for at in range(last - n + 1)}
