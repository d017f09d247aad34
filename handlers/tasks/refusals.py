"""The words for what the rules of tasks refuse."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_task": lambda d: _("That task cannot be found. Send “tasks” to see what is open."),
    "task_elsewhere": lambda d: _(
        "That task belongs to another group. Send “tasks” to me privately to see yours."
    ),
    "task_cancelled": lambda d: _(
        "That one was called off. Send “tasks” to see what else is open."
    ),
    "task_over": lambda d: _("That one is over. Send “tasks” to see what is open now."),
    "shift_begun": lambda d: _(
        "It has begun, so nobody can be added here. Go there and ask whoever organizes it."
    ),
    "shift_overlaps": lambda d: _(
        "At that time you have “{title}” already. Give that back first, with “my tasks”.", **d
    ),
    "team_too_large": lambda d: _(
        "{free} slots are left, so the whole team does not fit. Come with fewer people, or claim for yourself.",
        **d,
    ),
    "team_full": lambda d: _(
        "Every place of that team has a name. Ask its leader, or whoever organizes it."
    ),
    "claim_gone": lambda d: _(
        "You have no slot there any more. Send “my tasks” to see what you have."
    ),
    "release_too_late": lambda d: _(
        "It has begun, so the slot cannot be given back. If you cannot come, send “human” and say so."
    ),
    "hold_over": lambda d: _(
        "The minutes for which the slot was kept are over. If one is free you can still claim it: send “tasks”."
    ),
    "own_offer": lambda d: _("That is your own slot; somebody else can take it."),
    "offer_gone": lambda d: _("Somebody was faster. Send “tasks” to see what else is open."),
    "too_early": lambda d: _("It is too early to check in. Do it when you are there."),
    "wrong_code": lambda d: _(
        "That code does not fit. Ask whoever organizes it; they can also put you on the list."
    ),
    "too_far": lambda d: _(
        "That is not close to the place. Ask whoever organizes it for the code, and type it here."
    ),
    "not_arrived": lambda d: _(
        "You have not checked in yet. Ask whoever organizes it to put you on the list."
    ),
    "own_work": lambda d: _("Your own work is confirmed by somebody else."),
    "claim_settled": lambda d: _("That has been settled meanwhile. The card shows how it stands."),
    "not_proposed": lambda d: _(
        "They cannot be asked any more: off the list, or in already. Tap “Who might come?” once more."
    ),
    "wish_unread": lambda d: _(
        "It can become a task once it is published. Send “/review” to look at it first."
    ),
    "needs_volunteer": lambda d: _(
        "First register as a volunteer: send “volunteer”, it takes three taps."
    ),
    "under_14": lambda d: _(
        "Under 14 one takes part together with a parent: let them register and bring you along."
    ),
}
