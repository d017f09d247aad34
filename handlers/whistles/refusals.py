"""The words for every rule of a whistle that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_whistle": lambda d: _(
        "That whistle cannot be found. Send “whistles” to see those that are for you."
    ),
    "not_your_call": lambda d: _(
        "{unit} answers here: its duty officer, its leader, or whoever was asked for it. If that should be you, your unit’s leader can invite you.",
        **d,
    ),
    "call_moved_on": lambda d: _(
        "{unit}: that has changed meanwhile. The card shows how it stands now.", **d
    ),
    "not_your_whistle": lambda d: _(
        "Whoever may blow such a whistle there decides that. If that should be you, send “human”. {number}",
        **d,
    ),
    "whistle_moved_on": lambda d: _(
        "That has been settled meanwhile. The card shows how it stands now. {number}", **d
    ),
    "not_all_done": lambda d: _(
        "Some units are still at it, so the last word has to wait; the card shows who. {number}",
        **d,
    ),
    "not_blown": lambda d: _(
        "This whistle has not been blown yet. Your unit is called as soon as it is. {number}", **d
    ),
    "designated": lambda d: _(
        "The district has decided that this one is yours, so it cannot be refused again. If something is missing, tap “Need help”."
    ),
    "reviewed_already": lambda d: _("Somebody has looked at this whistle already."),
    "plan_ended": lambda d: _(
        "That plan is not in force any more. Send “plans” to see those that are."
    ),
    "bad_rating": lambda d: _("Please tap one of the three."),
    "no_such_colleague": lambda d: _(
        "That person holds no post at {unit} any more. Tap “Hand over” to see who does.", **d
    ),
}
