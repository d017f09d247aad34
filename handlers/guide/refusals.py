"""The words for every rule of the guide that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_question": lambda d: _(
        "That was some time ago. Ask once more in your own words, or send “human”."
    ),
    "entry_ended": lambda d: _(
        "That entry has ended and may not be right any more. Send “human” and a person helps."
    ),
    "no_such_entry": lambda d: _("That entry cannot be found. Send “/guides” to see yours."),
    "guide_day": lambda d: _(
        "That day is no later than the last one, or too far off. Send “/guides” and choose again."
    ),
    "guide_settled": lambda d: _(
        "That has been struck off already. Send “/guides” to see what is left."
    ),
}
