"""A stored payload as a channel can draw it: buttons, or numbered lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.message import Button, Capabilities, Message, utf16_length
from handlers.words import Reader, _, render
from storage import cards


def message(
    conn: Connection,
    lane: str,
    body: dict[str, Any],
    can: Capabilities,
    reader: Reader,
    media: Path,
    *,
    repeated: bool,
) -> Message:
    """The message as its reader will see it. Numbers given to choices are kept in `conn`."""
    text = body["text"]
    if repeated:
        text = render(_("(perhaps sent twice)"), reader) + "\n" + text
    choices: Sequence[Sequence[str]] = body["buttons"]
    photo = media / body["photo"] if body.get("photo") else None
    if can.choices == "inline":
        buttons = tuple(Button(_cut(label, can.label_limit), token) for label, token in choices)
        return Message(fitting(text, can.text_limit), buttons, photo)
    if not choices:
        return Message(fitting(text, can.text_limit), (), photo)
    numbers = cards.number_choices(conn, lane, [token for _label, token in choices])
    rows = [f"{n}. {label}" for n, (label, _token) in zip(numbers, choices, strict=True)]
    foot = "\n".join(["", render(_("Reply with a number:"), reader), *rows])
    return Message(fitting(text, can.text_limit - utf16_length(foot)) + foot, (), photo)


def fitting(text: str, limit: int) -> str:
    """The text, or as much of it as fits with an ellipsis, in UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    kept = text[: max(limit - 1, 0)]
    while utf16_length(kept) > limit - 1:
        kept = kept[:-1]
    return kept + "…"


def _cut(label: str, most: int) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"
