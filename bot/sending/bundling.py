"""Notices that wait for one person and would come singly and slowly are said in one message.

That is so where the platform's pace makes the last of them late (a held night is let go, a chat
had to pause), or where it lets us write fewer messages than wait. Only plain words are put
together: what has choices, a picture, a receipt or a live card stays a message of its own, and
so does everything more urgent. The first row takes the words of those after it, in their order,
before it is sent, so whatever becomes of it becomes of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from handlers.message import Capabilities, utf16_length
from storage import sendings
from storage.sendings import Claim

PATIENCE = 5.0
"""Seconds within which several messages may as well come one after the other."""
MOST = 30
BETWEEN = "\n\n"


def together(conn: Connection, claim: Claim, can: Capabilities, now: float) -> Claim:
    """The row with the words of those that wait behind it, as many as fit; or as it is."""
    if claim.kind != "notice" or claim.chat_kind == "group" or not _is_plain(claim):
        return claim
    rows = sendings.waiting_beside(conn, claim, now, MOST)
    if not rows or not _is_slow(claim, can, 1 + len(rows)):
        return claim
    joined = list(_fitting(claim.payload["text"], rows, can.text_limit))
    if not joined:
        return claim
    words = BETWEEN.join((claim.payload["text"], *(row.payload["text"] for row in joined)))
    payload = {**claim.payload, "text": words}
    sendings.join(conn, claim.id, payload, [row.id for row in joined], now)
    return replace(claim, payload=payload)


def _is_slow(claim: Claim, can: Capabilities, waiting: int) -> bool:
    """Whether so many messages would take too long singly, or are more than may be sent."""
    too_many = can.window is not None and claim.window_left < waiting
    return too_many or (waiting - can.pace.burst) * can.pace.private > PATIENCE


def _fitting(first: str, rows: Sequence[Any], limit: int) -> Iterator[Any]:
    """The plain ones behind the first, in their order, as far as they fit into a message."""
    length = utf16_length(first)
    for row in rows:
        if not _is_plain(row):
            return
        length += utf16_length(BETWEEN + row.payload["text"])
        if length > limit:
            return
        yield row


def _is_plain(row: Any) -> bool:
    """Whether it is words and nothing else, and nobody asks what became of it."""
    body: Mapping[str, Any] = row.payload
    marked = row.receipt or row.repeated or row.card_id is not None
    more = ("photo", "document", "qr", "secret", "delete")
    return not (marked or body.get("buttons") or any(body.get(key) for key in more))
