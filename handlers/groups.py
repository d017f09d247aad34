"""In groups the bot says little: personal matters go to a private chat."""

from __future__ import annotations

import re

from handlers import emergencies
from handlers.dangers import DANGERS
from handlers.message import Card, Event, Said
from handlers.turn import Turn
from handlers.words import _

# A mainland mobile number or identity number, also when partly masked.
_LEAK = re.compile(r"(?<!\d)(?:1[3-9][\dXx*]{9}|[1-9][\dXx*]{16}[\dXx*])(?!\d)")


def heard(turn: Turn, event: Event) -> None:
    """Danger is answered, personal data is warned about, everything else goes private."""
    if not isinstance(event.body, Said):
        return
    kind = event.reading.danger if event.reading else None
    if kind is not None and not DANGERS[kind].private:
        emergencies.alarm(turn, kind, event.body.text)
    elif _LEAK.search(event.body.text):
        turn.post.reply(
            Card(
                _(
                    "Please keep telephone and identity numbers out of the group; write to me privately, and delete that message."
                )
            )
        )
    elif event.addressed:
        turn.post.reply(
            Card(
                _(
                    "To report something or ask how it stands, write to me privately: tap my picture, then “message”."
                )
            )
        )
