"""Two persons turn out to be one (storage/merging.py): a slot that both had is free for others."""

from __future__ import annotations

from handlers.registry import Moment, when
from handlers.tasks.claiming import MOST_GIVEN_BACK, fill
from handlers.tasks.common import changed, load
from handlers.turn import Turn
from handlers.words import Text
from storage import claims


@when(Moment.MERGED)
def slots_for_others(turn: Turn, person_id: int) -> Text:
    """Whoever waits has what is free, and the cards say so, under the name that is left."""
    coming = claims.coming_of(turn.db, person_id, MOST_GIVEN_BACK)
    for shift_id in sorted(shift.id for _claim, shift in coming):
        desk = load(turn, shift_id)
        fill(turn, desk)
        changed(turn, desk)
    return ""
