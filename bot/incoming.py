"""An event as it came, made fit to be stored, read and understood."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, cast

from sqlalchemy import Connection

from handlers.message import Body, Chose, Event, Said, SentPhoto, SentVoice
from storage import cards


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


def numbered(conn: Connection, event: Event, lane: str) -> Event:
    """Where choices have numbers, a bare number in a private chat is the choice that carried it,
    and so are the words of a choice that was offered last."""
    if not isinstance(event.body, Said) or event.chat.kind == "group":
        return event
    said = event.body.text.strip()
    if said.isascii() and said.isdecimal() and len(said) <= 2:
        token = cards.numbered_token(conn, lane, int(said))
    else:
        token = cards.labelled_token(conn, lane, said) if 0 < len(said) <= 80 else None
    return replace(event, body=Chose(token)) if token else event
