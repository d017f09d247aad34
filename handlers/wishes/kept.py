"""What somebody wished for, and what has to be settled before their words can go."""

from __future__ import annotations

from handlers.message import Card, Choice
from handlers.registry import Kept, kept, leaving
from handlers.turn import Turn
from handlers.wishes.common import VIEWS
from handlers.words import _, lines, ngettext
from storage import wishes

SHOWN = 5


@kept
def wished(turn: Turn) -> Kept:
    """Their wishes, deleted like reports; and the way to those they claimed."""
    me = turn.speaker.person_id
    posted = wishes.posted_by(turn.db, me)
    words = [wish.text for wish in posted if wish.text]
    heading = ngettext("{count} wish", "{count} wishes", len(words))
    text = lines(heading, *(f"· {one[:40]}" for one in words[:SHOWN])) if words else ""
    return Kept(text, _mine() if posted or wishes.claimed_by(turn.db, me) else ())


def _mine() -> tuple[Choice, ...]:
    return (Choice(_("My wishes"), "wishes.own:0"),)


def _others_wait(turn: Turn) -> Card | None:
    waiting = wishes.waiting_with(turn.db, turn.speaker.person_id)
    if not waiting:
        return None
    text = ngettext(
        "{count} wish still counts on you: take yours back, give back what you claimed, or wait until it came. Then ask again.",
        "{count} wishes still count on you: take yours back, give back what you claimed, or wait until they came. Then ask again.",
        len(waiting),
    )
    return Card(text, _mine())


@leaving(waits=_others_wait)
def cards_change(turn: Turn) -> None:
    """The cards of their wishes are drawn anew, without words."""
    for wish in wishes.posted_by(turn.db, turn.speaker.person_id):
        turn.post.refresh(wish.id, VIEWS)
