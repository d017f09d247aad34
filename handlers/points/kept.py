"""What the ledger keeps about somebody: it stays when everything else goes, without a name."""

from __future__ import annotations

from handlers.registry import Kept, kept
from handlers.turn import Turn
from handlers.words import _
from storage import points


@kept
def entries(turn: Turn) -> Kept:
    me = turn.speaker.person_id
    if not points.last(turn.db, me, 1):
        return Kept()
    return Kept(
        _(
            "Points: {count}, with every entry; “points” shows them. Entries are never deleted; without your name nobody can tell whose they are.",
            count=points.balance(turn.db, me),
        )
    )
