"""What the guide holds about somebody: what they asked. And when that is deleted."""

from __future__ import annotations

from handlers.registry import Due, Kept, kept, tick
from handlers.turn import Turn
from handlers.words import lines, ngettext
from storage import guide

SHOWN = 5


@kept
def asked(turn: Turn) -> Kept:
    """Their questions, as they put them."""
    found = guide.questions_of(turn.db, turn.speaker.person_id)
    if not found:
        return Kept()
    heading = ngettext(
        "{count} question to the guide", "{count} questions to the guide", len(found)
    )
    return Kept(lines(heading, *(f"· {one.words[:40]}" for one in found[:SHOWN])))


def _forget(turn: Turn, _question_id: int) -> None:
    guide.forget_old(turn.db, turn.now)


tick(Due("guide_questions", guide.to_forget, _forget, guide.NEXT_FORGOTTEN))
