"""Turns what handlers posted into rows of the outbox, in each reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.sending.showing import Showing
from governance.people import Speaker
from handlers.message import Capabilities, Card
from handlers.turn import Delete, Post, Posted, Refresh, Show, ShowInGroup, ToLane, ToPerson
from handlers.words import Reader, render
from storage import origins, outbox, people
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
        body["document"] = [document.file, render(document.name, replace(reader, in_chat=False))]
        body["without"] = render(document.without, reader)
    if card.qr:
        body["qr"] = render(card.qr, reader)
    if card.secret:
        body["secret"] = True
    return body


def _each(posts: Iterable[tuple[Post, datetime]]) -> Iterator[tuple[Posted, datetime, str]]:
    """What was posted, in its order, and what it goes back to; a card that several of a batch have changed is refreshed
    once, as it is drawn only when it is sent."""
    changed: set[Refresh] = set()
    for post, now in posts:
        for item in post.items:
            if isinstance(item, Refresh):
                if item in changed:
                    continue
                changed.add(item)
            yield item, now, post.origin


class Readers:
    """To which of a person's accounts each of these messages goes: where they spoke last, and an
    alert to every account that is marked for alerts, too."""

    def __init__(self, conn: Connection, items: Iterable[Posted]) -> None:
        to = [i for i in items if isinstance(i, (ToPerson, Show))]
        everybody, alerted = ({i.person_id for i in some} for some in (to, filter(_urgent, to)))
        self._known = people.accounts_of(conn, everybody) if everybody else {}
        self._marked = people.marked_for_alerts(conn, alerted) if alerted else {}

    def of(self, item: ToPerson | Show) -> Sequence[Speaker]:
        """The one spoken from last first; nobody who has no account."""
        first = self._known.get(item.person_id)
        if first is None:
            return ()
        marked = self._marked.get(item.person_id, ()) if _urgent(item) else ()
        return [first, *(one for one in marked if one.lane != first.lane)]

    def lanes(self, item: Show) -> Sequence[str]:
        return [one.lane for one in self.of(item)]


def _urgent(item: ToPerson | Show) -> bool:
    return item.kind in {"alarm", "alert"}


def _copy(row: Row) -> str | None:
    """The same message in another chat is sent once there, too."""
    return f"{row.dedupe_key}@{row.lane}"[:120] if row.dedupe_key else None


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
        readers = Readers(conn, [item for item, _now, _origin in items])
        shown = (i for i, _now, _origin in items if isinstance(i, (Show, ShowInGroup, Refresh)))
        showing = Showing(conn, shown, readers.lanes, self._edits, sender_of)
        rows: list[Row] = []
        lost: list[str] = []
        for item, now, origin in items:
            to = readers.of(item) if isinstance(item, (ToPerson, Show)) else ()
            if not to and isinstance(item, (ToPerson, Show)):
                lost += [item.receipt] if item.receipt else []
                continue
            with origins.bound(origin):
                rows += self._rows(showing, item, to, now)
        outbox.add_rows(conn, showing.write(rows))
        return lost

    def _rows(
        self, showing: Showing, item: Posted, to: Sequence[Speaker], now: datetime
    ) -> Sequence[Row]:
        if isinstance(item, ToLane):
            body = payload(item.card, self._reader(item.language, item.lane, now))
            return [Row(sender_of(item.lane), item.lane, item.kind, body, dedupe_key=item.key)]
        if isinstance(item, Refresh):
            return showing.refresh(item)
        if isinstance(item, Delete):
            body = {"delete": item.message_id}
            return [Row(sender_of(item.lane), item.lane, item.kind, body, receipt=item.receipt)]
        if isinstance(item, ShowInGroup):
            return showing.show(item, [item.lane], None)
        if isinstance(item, Show):
            return showing.show(item, [one.lane for one in to], item.person_id)
        first, *others = to
        row = self._to_person(item, first, now)
        copies = (self._to_person(item, one, now) for one in others)
        return [row, *(replace(c, receipt="", dedupe_key=_copy(c)) for c in copies)]

    def _to_person(self, item: ToPerson, to: Speaker, now: datetime) -> Row:
        """What is held says its days as they are called when it is read."""
        return Row(
            sender_of(to.lane),
            to.lane,
            item.kind,
            payload(item.card, self._reader(to.language, to.lane, item.release_at or now)),
            person_id=item.person_id,
            receipt=item.receipt,
            dedupe_key=item.key,
            release_at=item.release_at,
        )

    def _reader(self, language: str, lane: str, now: datetime) -> Reader:
        can = self.capabilities.get(sender_of(lane))
        return Reader(language, now, self.zone, can.start_link if can else "", in_chat=True)

    def _edits(self, lane: str) -> bool:
        found = self.capabilities.get(sender_of(lane))
        return found is not None and found.edits != "none"
