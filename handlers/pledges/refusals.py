"""The words for every rule of projects and pledges that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_project": lambda d: _(
        "That project cannot be found. Send “/projects” to see those under way."
    ),
    "project_over": lambda d: _(
        "That project is finished or closed. Send “/projects” to see those under way."
    ),
    "project_no_word": lambda d: _(
        "Residents are asked for a few days after it is finished; this is not the time."
    ),
    "project_elsewhere": lambda d: _("This is for the residents of that community to say."),
    "progress_back": lambda d: _(
        "More than before and less than 100, please; to finish it, send a photo with “It is finished”."
    ),
    "amount": lambda d: _(
        "A whole number, please, at least 1 and no more than was promised or is needed."
    ),
    "pledge_too_much": lambda d: _(
        "That is more than is still missing. Send “/projects” to see how much that is."
    ),
    "pledge_settled": lambda d: _("That pledge is settled already. Send “/pledges” to see yours."),
}
