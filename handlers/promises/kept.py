"""What somebody has promised and done, for nobody but them."""

from __future__ import annotations

from handlers.message import Choice
from handlers.registry import Kept, kept
from handlers.turn import Turn
from handlers.words import _, lines, ngettext
from storage import promises

SHOWN = 5


@kept
def promised_and_done(turn: Turn) -> Kept:
    me = turn.speaker.person_id
    made = promises.of_person(turn.db, me)
    said = [*(one.text for one in made), *(deed.text for deed in promises.deeds_of(turn.db, me))]
    words = [text for text in said if text]
    heading = ngettext("{count} promise or deed", "{count} promises and deeds", len(words))
    text = lines(heading, *(f"· {one[:40]}" for one in words[:SHOWN])) if words else ""
    choices = (Choice(_("My promises"), "menu:0:mypromises"),) if made else ()
    return Kept(text, choices)
