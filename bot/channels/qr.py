"""Pictures to scan."""

from __future__ import annotations

from io import BytesIO

import segno


def draw(words: str) -> bytes:
    """A PNG that says these words to whoever scans it."""
    drawn = BytesIO()
    segno.make(words, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    return drawn.getvalue()
