"""A reader for texts in tests: on a Monday morning, in one of the languages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from handlers.words import Reader, Text, render


def read(text: Text, language: str) -> str:
    now = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
    return render(text, Reader(language, now, ZoneInfo("Asia/Shanghai")))
