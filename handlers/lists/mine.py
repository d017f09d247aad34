"""What the lists hold about the speaker, for "my data"."""

from __future__ import annotations

from handlers.lists.booking_cards import STATES as BOOKING_STATES
from handlers.lists.common import cut
from handlers.lists.need_cards import STATES
from handlers.lists.services import entry_words
from handlers.registry import Kept, kept
from handlers.turn import Turn
from handlers.words import Text, When, _, lines, ngettext
from storage import bookings, lists, pledges

SHOWN = 5


@kept
def on_the_lists(turn: Turn) -> Kept:
    """Needs, the service entry, what they were asked to do, and pledges; nothing of others."""
    me = turn.speaker.person_id
    service = lists.service_of(turn.db, me)
    given = pledges.of_person(turn.db, me)
    rows: list[Text] = [
        *(
            _("Need: “{words}”, {state}", words=cut(one.words, 40), state=STATES[one.state])
            for one in lists.needs_of(turn.db, me)[:SHOWN]
            if one.words
        ),
        _("On the service list: {entry}", entry=entry_words(turn, service)) if service else "",
        *(
            _(
                "Asked of you {when}: “{words}”, {state}",
                when=When(one.asked_at, date_only=True),
                words=cut(one.words, 40),
                state=BOOKING_STATES[one.state],
            )
            for one in bookings.by_person(turn.db, me)[:SHOWN]
        ),
        ngettext("{count} pledge, see “/pledges”", "{count} pledges, see “/pledges”", len(given))
        if given
        else "",
    ]
    return Kept(lines(*rows))
