"""Live cards, which show one subject's present state in one chat, and numbered choices.

However often a card changes while an edit is on its way, that becomes one more edit:
`wanted` counts the changes and `sent` is the one that the message shows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.lanes import lanes
from storage.outbox import outbox
from storage.schema import Id, metadata

cards = Table(
    "cards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("view", String(40), nullable=False),
    Column("subject", Id, nullable=False),
    Column("lane", String(160), nullable=False),
    # None for a card that a whole group sees; it speaks `language`.
    Column("person_id", Id, nullable=True),
    Column("language", String(8), nullable=False, default="", server_default=""),
    Column("message_id", String(64), nullable=False, default=""),
    Column("wanted", Integer, nullable=False, default=1),
    Column("sent", Integer, nullable=False, default=0),
    Index("ix_cards_subject_view", "subject", "view"),
    Index("uq_cards_view_subject_lane", "view", "subject", "lane", unique=True),
)

numbers = Table(
    "numbers",
    metadata,
    Column("lane", String(160), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("token", String(64), nullable=False),
    # Only of the choices that were offered last.
    Column("label", String(80), nullable=False, server_default=""),
)

LAST_NUMBER = 99  # then choices are counted from 1 again

_CARDS_OF = (
    select(
        cards.c.id,
        cards.c.view,
        cards.c.subject,
        cards.c.lane,
        cards.c.message_id,
        cards.c.person_id,
    )
    .where(
        cards.c.subject.in_(bindparam("subjects", expanding=True)),
        cards.c.view.in_(bindparam("views", expanding=True)),
    )
    .order_by(cards.c.id)
)
_CARD_AT = select(cards).where(
    cards.c.view == bindparam("view"),
    cards.c.subject == bindparam("subject"),
    cards.c.lane == bindparam("lane"),
)
_CARD = select(cards).where(cards.c.id == bindparam("id"))
_NEW_CARDS = insert(cards).returning(cards.c.id, cards.c.view, cards.c.subject, cards.c.lane)
_WANT = update(cards).where(cards.c.id == bindparam("card")).values(wanted=cards.c.wanted + 1)
_FORGET = update(cards).where(cards.c.id == bindparam("card")).values(message_id="", sent=0)
_CARD_SENT = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(message_id=bindparam("message"), sent=bindparam("revision"))
)
# A card that was to be sent anew while its old message was being edited has no message yet.
_CARD_EDITED = _CARD_SENT.where(cards.c.message_id == bindparam("message"))
_CARD_WAITS = select(outbox.c.id).where(
    outbox.c.card_id == bindparam("card"), outbox.c.state.in_(["ready", "held"])
)
# Looked for by card: without the "+" SQLite takes the index of states, and behind a backlog that
# is all of it.
_ROWS_WAIT = select(outbox.c.card_id, outbox.c.receipt, outbox.c.state).where(
    outbox.c.card_id.in_(bindparam("cards", expanding=True)),
    (outbox.c.state + "").in_(["ready", "held"]),
)
_BY_MESSAGE = select(cards).where(
    cards.c.lane == bindparam("lane"), cards.c.message_id == bindparam("message")
)


@dataclass(frozen=True, slots=True)
class NewCard:
    """A live card that is to be: of a person, or (`person_id` None) of a whole group."""

    view: str
    subject: int
    lane: str
    person_id: int | None
    language: str


def cards_of_all(conn: Connection, wanted: Collection[tuple[str, int]]) -> Sequence[Any]:
    """All live cards with one of these views and one of these subjects (view, subject), whether
    or not the two were asked for together; the caller picks."""
    values = {"views": list({v for v, _ in wanted}), "subjects": list({s for _, s in wanted})}
    return conn.execute(_CARDS_OF, values).all()


def waiting_rows(conn: Connection, card_ids: Collection[int]) -> Sequence[Any]:
    """Rows (card, receipt, state) on their way that will draw one of these cards."""
    return conn.execute(_ROWS_WAIT, {"cards": list(card_ids)}).all() if card_ids else ()


def card_at(conn: Connection, view: str, subject: int, lane: str) -> Any | None:
    """The live card of this view and subject in a chat, or None."""
    return conn.execute(_CARD_AT, {"view": view, "subject": subject, "lane": lane}).first()


def card_by_message(conn: Connection, lane: str, message_id: str) -> Any | None:
    """The card that a message in this chat shows, or None."""
    return conn.execute(_BY_MESSAGE, {"lane": lane, "message": message_id}).first()


def card(conn: Connection, card_id: int) -> Any:
    return conn.execute(_CARD, {"id": card_id}).one()


def add_cards(conn: Connection, new: Sequence[NewCard]) -> Sequence[Any]:
    """These cards (id, view, subject, lane) are there; none has been sent yet."""
    rows = [
        {
            "view": card.view,
            "subject": card.subject,
            "lane": card.lane,
            "person_id": card.person_id,
            "language": card.language,
        }
        for card in new
    ]
    return conn.execute(_NEW_CARDS, rows).all() if rows else ()


def want_cards(conn: Connection, card_ids: Sequence[int]) -> None:
    """These cards shall show the present state."""
    if card_ids:
        conn.execute(_WANT, [{"card": card_id} for card_id in card_ids])


def is_waiting(conn: Connection, card_id: int) -> bool:
    """Whether a row on its way will draw the card as it is then."""
    return conn.scalar(_CARD_WAITS, {"card": card_id}) is not None


def forget_message(conn: Connection, card_id: int) -> None:
    """The card's next row is sent as a new message."""
    conn.execute(_FORGET, {"card": card_id})


def forget_messages(conn: Connection, card_ids: Sequence[int]) -> None:
    """The next row of each of these cards is sent as a new message."""
    if card_ids:
        conn.execute(_FORGET, [{"card": card_id} for card_id in card_ids])


def card_sent(conn: Connection, card_id: int, message_id: str, revision: int, edited: str) -> None:
    """A message, a new one or the one that was edited, shows the card as of this revision."""
    values = {"card": card_id, "message": message_id, "revision": revision}
    conn.execute(_CARD_EDITED if edited else _CARD_SENT, values)


_LAST_NUMBER = select(lanes.c.last_number).where(lanes.c.key == bindparam("lane"))
_SET_LAST = (
    update(lanes).where(lanes.c.key == bindparam("key_")).values(last_number=bindparam("last"))
)
_SET_NUMBER = {
    name: statement.on_conflict_do_update(
        index_elements=["lane", "number"],
        set_={"token": statement.excluded.token, "label": statement.excluded.label},
    )
    for name, statement in (
        ("sqlite", sqlite.insert(numbers)),
        ("postgresql", postgresql.insert(numbers)),
    )
}
_UNLABEL = (
    update(numbers).where(numbers.c.lane == bindparam("of"), numbers.c.label != "").values(label="")
)
_TOKEN = select(numbers.c.token).where(
    numbers.c.lane == bindparam("lane"), numbers.c.number == bindparam("number")
)
_LABELLED = (
    select(numbers.c.token)
    .where(numbers.c.lane == bindparam("lane"), numbers.c.label == bindparam("label"))
    .order_by(numbers.c.number)
    .limit(1)
)


def number_choices(conn: Connection, lane: str, choices: Sequence[tuple[str, str]]) -> list[int]:
    """Numbers for these choices (token, label) that mean nothing else in this chat."""
    last = conn.scalar(_LAST_NUMBER, {"lane": lane}) or 0
    if last + len(choices) > LAST_NUMBER:
        last = 0
    given = [last + i + 1 for i in range(len(choices))]
    rows = [
        {"lane": lane, "number": n, "token": token, "label": label[:80]}
        for n, (token, label) in zip(given, choices, strict=True)
    ]
    if rows:
        conn.execute(_UNLABEL, {"of": lane})
        conn.execute(_SET_NUMBER[conn.dialect.name], rows)
        conn.execute(_SET_LAST, {"key_": lane, "last": given[-1]})
    return given


def numbered_token(conn: Connection, lane: str, number: int) -> str | None:
    """What a number means in this chat, or None."""
    return conn.scalar(_TOKEN, {"lane": lane, "number": number})


def labelled_token(conn: Connection, lane: str, label: str) -> str | None:
    """What these words mean if they are one of the choices that were offered last, or None."""
    return conn.scalar(_LABELLED, {"lane": lane, "label": label})


_MOVE = update(cards).where(cards.c.lane == bindparam("old")).values(lane=bindparam("new"))


def move_lane(conn: Connection, old: str, new: str) -> None:
    """The cards shown under the chat's old id are those of its new one."""
    conn.execute(_MOVE, {"old": old, "new": new})
