"""The words for every rule that says no. A test holds this table and the rules together."""

from __future__ import annotations

from collections.abc import Callable

from governance.refused import Refused
from handlers.words import Text, _

REFUSALS: dict[str, Callable[[dict[str, str]], Text]] = {
    "not_yours": lambda d: _(
        "This one is with {holder}; only they or somebody above them can do that. {number}", **d
    ),
    "wrong_state": lambda d: _("That has been settled meanwhile. Here is how it stands now."),
    "reopen_window_over": lambda d: _(
        "It was closed more than a week ago, so it cannot be reopened. Send it again as a new "
        'report; or send "human" to speak with a person.'
    ),
    "never_asked": lambda d: _("Nobody has asked the resident yet, so it stays open."),
    "nobody_above": lambda d: _("There is nobody above you for this one; it stays with you."),
    "nobody_answers": lambda d: _(
        "Nobody in the district holds a post yet. Please telephone your community."
    ),
    "no_such_case": lambda d: _('That one cannot be found. Send "my reports" to see yours.'),
}


def words_for(refused: Refused) -> Text:
    """What the person is told."""
    data = {key: str(value) for key, value in refused.data.items() if key in {"holder", "number"}}
    return REFUSALS[refused.code](data)
