"""The words for every rule about wishes, promises and deeds that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_wish": lambda d: _("That wish cannot be found. Send “/wishes” to see what is there."),
    "wish_not_yours": lambda d: _(
        "Only those whose wish it is can do that now. Send “/wishes” to see what is there."
    ),
    "wish_own": lambda d: _("This is your own wish; somebody else brings it. You hear here when."),
    "wish_taken": lambda d: _(
        "Somebody was quicker and has claimed it. Send “/wishes” for others."
    ),
    "wish_settled": lambda d: _(
        "That has been settled meanwhile. Send “my wishes” to see how it stands."
    ),
    "wish_day": lambda d: _("It must come within {days} days. Please tap one of the days.", **d),
    "wish_moved": lambda d: _(
        "The day was moved once already. Bring it, or give it back so that others can."
    ),
    "wish_no_day": lambda d: _("Please tap first by which day it comes."),
    "wish_yes_of_others": lambda d: _(
        "Only the wisher's own yes counts. If you heard it from them, tap how on the card."
    ),
    "wish_enough": lambda d: _(
        "You have {count} wishes open, which is enough for now. Send “my wishes” to take one back.",
        **d,
    ),
    "wish_no_consent": lambda d: _("Ask them first, please; without their yes nothing is posted."),
}
