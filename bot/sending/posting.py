"""Turns what handlers posted into rows of the outbox, in each reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.sending.showing import Showing
from governance.people import Speaker
from handlers.message import Capabilities, Card
from handlers.turn import Delete, Post, Posted, Refresh, Show, ShowInGroup, ToLane, ToPerson
from handlers.words import Reader, render
from storage import outbox, people
from storage.outbox import Row


def sender_of(lane: str) -> str:
    """The bot account of a lane: "telegram/7001" of "telegram/7001/123"."""
    channel, account, _chat = lane.split("/", 2)
    return f"{channel}/{account}"


def payload(card: Card, reader: Reader) -> dict[str, Any]:
    """A card as it is stored to be sent: text and choices in the reader's language."""
    body: dict[str, Any] = {
        "text": render(card.text, reader),
        "buttons": [[render(c.label, reader), c.token] for c in card.choices],
        "photo": card.photo,
        "language": reader.language,
    }
    if card.document:
        document = card.document
        body["document"] = [document.file, render(document.name, reader)]
        body["without"] = render(document.without, reader)
    if card.qr:
        body["qr"] = render(card.qr, reader)
    if card.secret:
        body["secret"] = True
    return body


def _each(posts: Iterable[tuple[Post, datetime]]) -> Iterator[tuple[Posted, datetime]]:
    """What was posted, in its order; a card that several of a batch have changed is refreshed
    once, as it is drawn only when it is sent."""
    changed: set[Refresh] = set()
    for post, now in posts:
        for item in post.items:
            if isinstance(item, Refresh):
                if item in changed:
                    continue
                changed.add(item)
            yield item, now


@dataclass(frozen=True, slots=True)
class Poster:
    """Knows which channels can do what, so that an edit nobody can see is not written."""

    capabilities: Mapping[str, Capabilities]
    zone: ZoneInfo

    def save(self, conn: Connection, posts: Iterable[tuple[Post, datetime]]) -> list[str]:
        """Everything posted is in the outbox. Returns the receipts of what can reach nobody."""
        items = list(_each(posts))
        if not items:
            return []
        wanted = {i.person_id for i, _now in items if isinstance(i, (ToPerson, Show))}
        known = people.accounts_of(conn, wanted) if wanted else {}
        shown = (i for i, _now in items if isinstance(i, (Show, ShowInGroup, Refresh)))
        showing = Showing(conn, shown, known, self._edits, sender_of)
        rows: list[Row] = []
        lost: list[str] = []
        for item, now in items:
            reader = known.get(getattr(item, "person_id", 0))
            if reader is None and isinstance(item, (ToPerson, Show)):
                lost += [item.receipt] if item.receipt else []
                continue
            rows += self._rows(showing, item, reader, now)
        outbox.add_rows(conn, showing.write(rows))
        return lost

    def _rows(
        self, showing: Showing, item: Posted, to: Speaker | None, now: datetime
    ) -> Sequence[Row]:
        if isinstance(item, ToLane):
            body = payload(item.card, self._reader(item.language, item.lane, now))
            return [Row(sender_of(item.lane), item.lane, item.kind, body)]
        if isinstance(item, Refresh):
            return showing.refresh(item)
        if isinstance(item, Delete):
            body = {"delete": item.message_id}
            return [Row(sender_of(item.lane), item.lane, "alert", body, receipt=item.receipt)]
        if isinstance(item, ShowInGroup):
            return showing.show(item, item.lane, None)
        if to is None:
            return []
        if isinstance(item, Show):
            return showing.show(item, to.lane, item.person_id)
        return [
            Row(
                sender_of(to.lane),
                to.lane,
                item.kind,
                payload(item.card, self._reader(to.language, to.lane, now)),
                person_id=item.person_id,
                receipt=item.receipt,
                dedupe_key=item.key,
                release_at=item.release_at,
            )
        ]

    def _reader(self, language: str, lane: str, now: datetime) -> Reader:
        can = self.capabilities.get(sender_of(lane))
        return Reader(language, now, self.zone, can.start_link if can else "")

    def _edits(self, lane: str) -> bool:
        found = self.capabilities.get(sender_of(lane))
        return found is not None and found.edits == "free"
