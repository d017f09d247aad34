"""`shaodao triage`: messages as lines in, what they mean as lines of JSON out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO

from bot.triage import Triage
from handlers.message import Reading

THREE = ("1208", "1205", "1107")
"""Offered where nothing was said: out of scope, an opinion, a question."""


def lines(given: IO[bytes], out: IO[bytes], categories: Sequence[Mapping[str, object]]) -> None:
    """One object for every line, an empty one too, as soon as the line has come.

    UTF-8; bytes that are none are read as U+FFFD. Ends with the input, or when nobody
    listens any more.
    """
    triage = Triage(categories)
    try:
        for line in given:
            text = line.decode("utf-8-sig", "replace").rstrip("\r\n")
            out.write(json.dumps(told(triage.read(text))).encode() + b"\n")
            out.flush()
    except BrokenPipeError:
        out.close = lambda: None  # type: ignore[method-assign]


def told(reading: Reading) -> dict[str, object]:
    """The reading as the command prints it, always with three categories."""
    three = dict.fromkeys([*reading.categories, *THREE])
    return {
        "categories": list(three)[:3],
        "emergency": reading.emergency,
        "intent": reading.intent,
    }
