"""The live cards that are shown or changed when a turn's messages are saved.

However many there are, they are read with two statements and written with three: an
emergency shows a card to twenty officers, and a look of the clock changes hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection

from handlers.turn import Refresh, Show, ShowInGroup
from storage import cards
from storage.cards import NewCard
from storage.outbox import Row

Key: TypeAlias = tuple[str, int, str]
"""View, subject and lane of a card; no two cards have the same."""


@dataclass(slots=True)
class _Known:
    """A card as it will be: `waiting` are the receipts and states of rows that will draw it,
    `edit` the one of them that was added just now and only changes the message."""

    id: int
    lane: str
    message_id: str
    person_id: int | None
    waiting: list[tuple[str, str]] = field(default_factory=list)
    edit: Row | None = None


class Showing:
    """The cards of one save. `show` and `refresh` return the rows to be sent; `write` ends it."""

    def __init__(
        self,
        conn: Connection,
        items: Iterable[Show | ShowInGroup | Refresh],
        lanes_of: Callable[[Show], Sequence[str]],
        edits: Callable[[str], bool],
        sender_of: Callable[[str], str],
    ) -> None:
        self._conn, self._edits, self._sender_of = conn, edits, sender_of
        self._by_subject: dict[tuple[str, int], dict[str, _Known]] = defaultdict(dict)
        self._changed: dict[int, None] = {}
        self._forgotten: dict[int, None] = {}
        self._void: set[int] = set()
        items = list(items)
        if items:
            self._read(items)
            self._add(list(_new_cards(items, lanes_of, self._by_subject)))

    def _read(self, items: Sequence[Show | ShowInGroup | Refresh]) -> None:
        wanted = {(view, item.subject) for item in items for view in _views(item)}
        by_id: dict[int, _Known] = {}
        for row in cards.cards_of_all(self._conn, wanted):
            if (row.view, row.subject) in wanted:
                card = by_id[row.id] = _Known(row.id, row.lane, row.message_id, row.person_id)
                self._by_subject[row.view, row.subject][row.lane] = card
        for card_id, receipt, state in cards.waiting_rows(self._conn, by_id):
            by_id[card_id].waiting.append((receipt, state))

    def _add(self, new: Sequence[NewCard]) -> None:
        of = {(card.view, card.subject, card.lane): card.person_id for card in new}
        for row in cards.add_cards(self._conn, new):
            key = (row.view, row.subject, row.lane)
            self._by_subject[key[:2]][row.lane] = _Known(row.id, row.lane, "", of[key])

    def show(
        self, item: Show | ShowInGroup, lanes: Sequence[str], person_id: int | None
    ) -> list[Row]:
        """The card is in these chats: as a new message, or edited where one is there already.

        Where its person has it in other chats, it is edited there: what was done from one
        account counts for all. Whoever wants to know hears of the first chat.
        """
        rows = [
            row
            for n, lane in enumerate(lanes)
            for row in self._show(item, lane, person_id, told=n == 0)
        ]
        known = self._by_subject[item.view, item.subject].values()
        mine = [c for c in known if person_id is not None and c.person_id == person_id]
        return rows + [row for c in mine if c.lane not in lanes for row in self._edit(c)]

    def _show(
        self, item: Show | ShowInGroup, lane: str, person_id: int | None, *, told: bool
    ) -> list[Row]:
        card = self._by_subject[item.view, item.subject][lane]
        if not item.fresh and card.message_id and self._edits(lane):
            return self._edit(card, anew=True)
        mine = item if isinstance(item, Show) else None
        receipt = mine.receipt if mine and told else ""
        release_at = mine.release_at if mine else None
        states = ("ready", "held") if release_at else ("ready",)
        if not card.message_id and any((receipt, state) in card.waiting for state in states):
            return []  # what waits to be sent is drawn as it is then
        rows = self._forget(card) if card.message_id else []
        card.waiting.append((receipt, "held" if release_at else "ready"))
        shown = Row(
            self._sender_of(lane),
            lane,
            item.kind,
            {"card": card.id},
            card_id=card.id,
            person_id=person_id,
            receipt=receipt,
            release_at=release_at,
        )
        return [*rows, shown]

    def refresh(self, item: Refresh) -> list[Row]:
        """Every card of the subject in these views shows the present state."""
        known = (self._by_subject.get((view, item.subject), {}) for view in item.views)
        return [row for found in known for card in found.values() for row in self._edit(card)]

    def write(self, rows: Sequence[Row]) -> list[Row]:
        """What became of the cards is kept. Returns the rows without those that a message
        posted after them has made needless."""
        cards.want_cards(self._conn, sorted(self._changed))
        cards.forget_messages(self._conn, sorted(self._forgotten))
        return [row for row in rows if id(row) not in self._void] if self._void else list(rows)

    def _edit(self, card: _Known, *, anew: bool = False) -> list[Row]:
        """One more edit, unless a row on its way will show the change anyway. `anew`: where it
        cannot be edited, it is sent as a new message."""
        if not self._edits(card.lane):
            return []
        self._changed[card.id] = None
        if card.waiting or not card.message_id:
            return []  # without a message: the sender looks again when it has arrived
        card.waiting.append(("", "ready"))
        body: dict[str, Any] = {"card": card.id, "anew": True} if anew else {"card": card.id}
        card.edit = Row(self._sender_of(card.lane), card.lane, "card", body, card_id=card.id)
        return [card.edit]

    def _forget(self, card: _Known) -> list[Row]:
        """The message before loses its choices; the new one has them."""
        if card.edit is not None:
            self._void.add(id(card.edit))
            card.waiting.remove(("", "ready"))
        old, card.message_id, card.edit = card.message_id, "", None
        self._forgotten[card.id] = None
        if not self._edits(card.lane):
            return []
        body: dict[str, Any] = {"card": card.id, "strip": old}
        return [Row(self._sender_of(card.lane), card.lane, "card", body)]


def _views(item: Show | ShowInGroup | Refresh) -> Sequence[str]:
    return item.views if isinstance(item, Refresh) else (item.view,)


def _new_cards(
    items: Iterable[Show | ShowInGroup | Refresh],
    lanes_of: Callable[[Show], Sequence[str]],
    known: Mapping[tuple[str, int], Mapping[str, _Known]],
) -> Iterable[NewCard]:
    """The cards that are to be shown and are not there yet, each once."""
    found: dict[Key, NewCard] = {}
    for item in items:
        lanes: Sequence[str]
        if isinstance(item, ShowInGroup):
            lanes, person_id, language = (item.lane,), None, item.language
        elif isinstance(item, Show):
            lanes, person_id, language = lanes_of(item), item.person_id, ""
        else:
            continue
        for lane in lanes:
            if lane not in known.get((item.view, item.subject), {}):
                found.setdefault(
                    (item.view, item.subject, lane),
                    NewCard(item.view, item.subject, lane, person_id, language),
                )
    return found.values()
