"""Turns what handlers posted into rows of the outbox, in each reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from governance.people import Speaker
from handlers.message import Capabilities, Card
from handlers.turn import Delete, Post, Posted, Refresh, Show, ShowInGroup, ToLane, ToPerson
from handlers.words import Reader, render
from storage import cards, outbox, people
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
        rows: list[Row] = []
        lost: list[str] = []
        for item, now in items:
            reader = known.get(getattr(item, "person_id", 0))
            if reader is None and isinstance(item, (ToPerson, Show)):
                lost += [item.receipt] if item.receipt else []
                continue
            rows += self._rows(conn, item, reader, now)
        outbox.add_rows(conn, rows)
        return lost

    def _rows(
        self, conn: Connection, item: Posted, to: Speaker | None, now: datetime
    ) -> Sequence[Row]:
        if isinstance(item, ToLane):
            body = payload(item.card, self._reader(item.language, item.lane, now))
            return [Row(sender_of(item.lane), item.lane, item.kind, body)]
        if isinstance(item, Refresh):
            return self._refresh(conn, item)
        if isinstance(item, Delete):
            body = {"delete": item.message_id}
            return [Row(sender_of(item.lane), item.lane, "alert", body, receipt=item.receipt)]
        if isinstance(item, ShowInGroup):
            return self._show(conn, item, item.lane, None)
        if to is None:
            return []
        if isinstance(item, Show):
            return self._show(conn, item, to.lane, item.person_id)
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

    def _show(
        self, conn: Connection, item: Show | ShowInGroup, lane: str, person_id: int | None
    ) -> list[Row]:
        """The card in this chat: a person's private one, or a group (`person_id` None)."""
        known = cards.card_at(conn, item.view, item.subject, lane)
        rows: list[Row] = []
        mine = item if isinstance(item, Show) else None
        if known is None:
            language = "" if isinstance(item, Show) else item.language
            card_id = cards.add_card(conn, item.view, item.subject, lane, person_id, language)
        else:
            card_id = known.id
            if not item.fresh and known.message_id and self._edits(lane):
                return self._edit(conn, known)
            receipt, later = (mine.receipt, bool(mine.release_at)) if mine else ("", False)
            if not known.message_id and cards.is_new_on_its_way(
                conn, card_id, receipt, later=later
            ):
                return []  # what waits to be sent is drawn as it is then
            if known.message_id:
                # The message before loses its choices; the new one has them.
                if self._edits(lane):
                    rows.append(self._card_row(lane, card_id, strip=known.message_id))
                cards.forget_message(conn, card_id)
        rows.append(
            Row(
                sender_of(lane),
                lane,
                item.kind,
                {"card": card_id},
                card_id=card_id,
                person_id=person_id,
                receipt=mine.receipt if mine else "",
                release_at=mine.release_at if mine else None,
            )
        )
        return rows

    def _refresh(self, conn: Connection, item: Refresh) -> list[Row]:
        found = cards.cards_of(conn, item.subject, item.views)
        return [row for card in found for row in self._edit(conn, card)]

    def _edit(self, conn: Connection, card: Any) -> list[Row]:
        """One more edit, unless a row on its way will show the change anyway."""
        if not self._edits(card.lane) or not cards.want_card(conn, card.id):
            return []
        if not card.message_id:
            return []  # on its way as it was; the sender looks again when it has arrived
        return [self._card_row(card.lane, card.id)]

    def _card_row(self, lane: str, card_id: int, strip: str = "") -> Row:
        body = {"card": card_id, "strip": strip} if strip else {"card": card_id}
        return Row(sender_of(lane), lane, "card", body, card_id=None if strip else card_id)

    def _edits(self, lane: str) -> bool:
        found = self.capabilities.get(sender_of(lane))
        return found is not None and found.edits == "free"
