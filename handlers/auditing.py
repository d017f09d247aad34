"""A promise that nobody would ever be reminded of is a mistake of ours: found, mended, told."""

from __future__ import annotations

from collections.abc import Sequence

from governance.org import PostKind, Seat
from handlers.message import Card
from handlers.turn import Turn
from handlers.words import _, lines, listed, ngettext
from storage import auditing, org

NAMED = 5


def audit(turn: Turn) -> int:
    """What had no next step has one now, and the administrators know; returns how much it was."""
    found = auditing.wake_what_is_stuck(turn.db, turn.now)
    if not found.count:
        return 0
    named = [*found.numbers[:NAMED], *(["…"] if len(found.numbers) > NAMED else [])]
    text = lines(
        ngettext(
            "{count} thing had come to a standstill by a mistake of ours: {numbers}.",
            "{count} things had come to a standstill by a mistake of ours: {numbers}.",
            found.count,
            numbers=listed(*named),
        ),
        _("It goes on now. Please tell whoever looks after Shaodao."),
    )
    for person_id in administrators(turn):
        turn.post.to(person_id, Card(text), kind="alert")
    return found.count


def administrators(turn: Turn) -> Sequence[int]:
    """Whoever looks after the district's bot now."""
    day = turn.policy.local_date(turn.now)
    seat = Seat(PostKind.ADMINISTRATOR, org.district(turn.db).id)
    return sorted({post.answering(turn.now) for post in org.holders(turn.db, seat, day)})
