"""An event as it came, made fit to be stored, read and understood."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, cast

from sqlalchemy import Connection

from governance.cells import tidy
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
    """The event without what no database takes: NUL, and halves of surrogate pairs. Names that are
    shown to others are one line, without characters that nobody sees or that turn it round."""
    name, title, body = tidy(event.sender_name), tidy(event.chat.title), event.body
    texts = {f.name: getattr(body, f.name) for f in fields(body)}
    mended = {k: _mended(k, v) for k, v in texts.items() if isinstance(v, str)}
    mended = {k: v for k, v in mended.items() if v != texts[k]}
    if mended:
        body = replace(cast("Any", body), **mended)
    elif name == event.sender_name and title == event.chat.title:
        return event
    return replace(event, sender_name=name, chat=replace(event.chat, title=title), body=body)


def _mended(part: str, text: str) -> str:
    return tidy(text) if part == "name" else _clean(text)


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
