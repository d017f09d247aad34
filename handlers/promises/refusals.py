"""The words for every rule about promises and deeds that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_promise": lambda d: _("That cannot be found. Send “/board” to see the board."),
    "promise_not_yours": lambda d: _(
        "Only whoever made it can do that. Send “my promises” to see yours."
    ),
    "promise_settled": lambda d: _(
        "That has been settled meanwhile. Send “my promises” to see how it stands."
    ),
    "promise_day": lambda d: _("A promise here lasts a day at least and {days} at most.", **d),
    "promise_enough": lambda d: _(
        "You have {count} promises open; keep one of them first. Send “my promises” to see them.",
        **d,
    ),
    "deed_own": lambda d: _("Somebody else has to confirm what you did; your deed waits for them."),
}
