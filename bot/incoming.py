"""An event as it came, made fit to be stored and read."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, cast

from handlers.message import Body, Event, Said, SentPhoto, SentVoice


def words(body: Body) -> str:
    """What somebody said with this, in whatever way."""
    if isinstance(body, Said):
        return body.text
    if isinstance(body, SentPhoto):
        return body.caption
    return body.transcript if isinstance(body, SentVoice) else ""


def storable(event: Event) -> Event:
    """The event without what no database takes: NUL, and halves of surrogate pairs."""
    name, body = _clean(event.sender_name), event.body
    texts = {f.name: getattr(body, f.name) for f in fields(body)}
    mended = {k: _clean(v) for k, v in texts.items() if isinstance(v, str) and _clean(v) != v}
    if not mended and name == event.sender_name:
        return event
    return replace(event, sender_name=name, body=replace(cast("Any", body), **mended))


def _clean(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
