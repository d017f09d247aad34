"""What the database keeps, held against what the messenger knows: is anything lost or doubled?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.channels.book import Book
from bot.channels.local import ACCOUNT, NAME
from governance.wishes import Act
from storage.cases import cases
from storage.claims import claims
from storage.inbox import inbox
from storage.lanes import senders
from storage.outbox import outbox
from storage.wishes import wish_events

ALIKE = timedelta(minutes=10)
"""The same matter from the same person is one and the same, when no more lies between."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A case or a claim: `like` is whose it is and what it is about."""

    id: tuple[str, int]
    like: tuple[Any, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of the bot: what became of it, its id on the phones, whether it was sent in doubt."""

    state: str
    id: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the database; messages by the key under which the messenger knows them."""

    events: frozenset[str]
    cases: Sequence[Entry]
    claims: Sequence[Entry]
    messages: Mapping[str, Outgoing]


@dataclass(frozen=True, slots=True)
class Line:
    """So many before, so many now, and of the former so many lost, of the latter doubled."""

    before: int
    now: int
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True)
class Count:
    """`doubtful` messages were sent once more, as nobody knew whether they had arrived; they had,
    and stand on a phone `twice`."""

    acts: Line
    cases: Line
    claims: Line
    messages: Line
    doubtful: int
    twice: int

    @property
    def well(self) -> bool:
        """Whether nothing is lost and nothing doubled."""
        lines = (self.acts, self.cases, self.claims, self.messages)
        return not any(line.lost or line.doubled for line in lines)


_EVENTS = select(inbox.c.event).where(inbox.c.channel == NAME, inbox.c.bot == ACCOUNT)
_CASES = select(
    *(cases.c.id, cases.c.reporter_id, cases.c.text, cases.c.place, cases.c.category),
    cases.c.opened_at,
).order_by(cases.c.id)
_CLAIMS = select(claims.c.id, claims.c.shift_id, claims.c.person_id, claims.c.claimed_at).order_by(
    claims.c.id
)
_WISH_CLAIMS = (
    select(wish_events.c.id, wish_events.c.wish_id, wish_events.c.by_id, wish_events.c.at)
    .where(wish_events.c.act == Act.CLAIM)
    .order_by(wish_events.c.id)
)
_MESSAGES = (
    select(senders.c.series, outbox.c.id, outbox.c.state, outbox.c.message_id, outbox.c.repeated)
    .join(senders, senders.c.key == outbox.c.sender)
    .where(senders.c.key == f"{NAME}/{ACCOUNT}")
)


def kept(conn: Connection) -> Kept:
    """What stands in the database now."""
    return Kept(
        frozenset(conn.execute(_EVENTS).scalars()),
        _entries("case", conn.execute(_CASES)),
        _entries("task", conn.execute(_CLAIMS)) + _entries("wish", conn.execute(_WISH_CLAIMS)),
        {f"{r[0]}-{r[1]}": Outgoing(*r[2:]) for r in conn.execute(_MESSAGES)},
    )


def _entries(kind: str, rows: Iterable[Any]) -> list[Entry]:
    """Each row begins with its id and ends with when it was made."""
    return [Entry((kind, r[0]), (kind, *r[1:-1]), r[-1]) for r in rows]


def compared(before: Kept, now: Kept, taken: Set[str], book: Book) -> Count:
    """`taken` is what the bot had said that it took, before `now` was read."""
    doubtful = {key for key in now.messages if _repeated(now, key) and not _repeated(before, key)}
    twice = {key for key, times in book.shown.items() if times > 1}
    return Count(
        acts=Line(
            len(before.events),
            len(now.events),
            len(taken - now.events),
            sum(times - 1 for times in book.taken.values()),
        ),
        cases=_line(before.cases, now.cases),
        claims=_line(before.claims, now.claims),
        messages=Line(
            len(before.messages),
            len(now.messages),
            len(before.messages.keys() - now.messages.keys()) + _unseen(now, book),
            sum(not _repeated(now, key) for key in twice),
        ),
        doubtful=len(doubtful & book.shown.keys()),
        twice=len(doubtful & twice),
    )


def _repeated(kept: Kept, key: str) -> bool:
    return key in kept.messages and kept.messages[key].repeated


def _unseen(now: Kept, book: Book) -> int:
    """Messages that are on no phone, though they were given up or count as sent."""
    given_up = {key for key, m in now.messages.items() if m.state in {"unknown", "dead"}}
    sent = [m.id for m in now.messages.values() if m.state == "sent" and m.id]
    return len(given_up - book.shown.keys()) + sum(id_ not in book.messages for id_ in sent)


def _line(before: Sequence[Entry], now: Sequence[Entry]) -> Line:
    known = {entry.id for entry in before}
    last: dict[tuple[Any, ...], datetime] = {}
    doubled = 0
    for entry in now:
        earlier = last.get(entry.like)
        again = earlier is not None and entry.at - earlier < ALIKE
        doubled += again and entry.id not in known
        last[entry.like] = entry.at
    return Line(len(before), len(now), len(known - {entry.id for entry in now}), doubled)
