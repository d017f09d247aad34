"""A stored payload as a channel can draw it: buttons, or numbered lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.channels import qr
from bot.sending import elders
from handlers.message import Button, Capabilities, Menu, Message, utf16_length
from handlers.words import Reader, _, render
from storage import cards

_ELSEWHERE = _("To join in or to answer, write to me privately.")
LINE = 40  # characters of a choice in a numbered line
NUMBER = 5  # UTF-16 units of "\n99. " or "\n【99】" before a numbered choice


def message(
    conn: Connection,
    lane: str,
    body: dict[str, Any],
    can: Capabilities,
    reader: Reader,
    media: Path,
    *,
    group: bool = False,
    elder: bool = False,
    repeated: bool,
) -> Message:
    """The message as its reader will see it. Numbers given to choices are kept in `conn`."""
    text = body["text"]
    if repeated and can.repeats:
        text = render(_("(perhaps sent twice)"), reader) + "\n" + text
    choices: Sequence[Sequence[str]] = body["buttons"]
    if group and choices and not can.group_choices:
        text, choices = f"{text}\n{render(_ELSEWHERE, reader)}", ()
    photo, scan = _photo(body, media), body.get("qr", "")
    document = None
    if body.get("document"):
        file, name = body["document"]
        document = (media / file, name) if can.documents else None
        text = text if can.documents else f"{text}\n{body['without']}"
    if elder:
        text, choices = elders.arranged(conn, lane, text, choices, reader)
    fits = can.choices == "inline" and len(choices) <= (can.most_choices or len(choices))
    if fits and not elder:
        buttons = tuple(Button(_cut(label, can.label_limit), token) for label, token in choices)
        return Message(fitting(text, can.text_limit), buttons, photo, document, scan=scan)
    if not choices:
        return Message(fitting(text, can.text_limit), (), photo, document, scan=scan)
    numbers = cards.number_choices(conn, lane, [(token, label) for label, token in choices])
    heading = "\n" + render(elders.HEADING if elder else _("Reply with a number:"), reader)
    labels = [label for label, _token in choices]
    text, menu = numbered(
        text, heading, labels, numbers, can, elders.ROW if elder else "{n}. {label}"
    )
    if fits:  # numbers as well as buttons: each finds what is easier
        pressed = (
            Button(_cut(label, can.label_limit), token)
            for label, (_label, token) in zip(elders.pressed(menu), choices, strict=True)
        )
        return Message(text, tuple(pressed), photo, document, scan=scan)
    return Message(text, (), photo, document, menu, scan)


def _photo(body: dict[str, Any], media: Path) -> Path | bytes | None:
    """The stored photo of a payload, or the picture to scan that is drawn for it."""
    if body.get("qr"):
        return qr.draw(body["qr"])
    return media / body["photo"] if body.get("photo") else None


def numbered(
    text: str,
    heading: str,
    labels: Sequence[str],
    numbers: Sequence[int],
    can: Capabilities,
    row: str = "{n}. {label}",
) -> tuple[str, Menu]:
    """The text with every choice under it; what is too long loses its end, never a choice."""
    room = can.text_limit - utf16_length(heading) - NUMBER * len(labels)
    for_labels = room - min(utf16_length(text), room // 3)
    most = min(LINE, max(for_labels // len(labels), 1))
    shown = [fitting(label, most) for label in labels]
    rows = tuple(zip(numbers, shown, strict=True))
    foot = heading + "".join("\n" + row.format(n=n, label=label) for n, label in rows)
    text = fitting(text, can.text_limit - utf16_length(foot))
    return text + foot, Menu(text + heading, rows)


def fitting(text: str, limit: int) -> str:
    """The text, or as much of it as fits with an ellipsis, in UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    return kept.decode("utf-16-le", "ignore") + "…"


def _cut(label: str, most: int) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"
