"""The words for every rule that says no. A test holds this table and the rules together."""

from __future__ import annotations

from collections.abc import Callable

from governance.org import PostKind
from governance.refused import Refused
from handlers.posts import POSTS
from handlers.words import Text, Value, _, listed

_SHOWN = frozenset({"holder", "number", "posts"})

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
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
    "needs_post": lambda d: _(
        "This step belongs to: {posts}. You hold no such post here; send “human” and a person helps.",
        **d,
    ),
    "no_such_case": lambda d: _('That one cannot be found. Send "my reports" to see yours.'),
}


def words_for(refused: Refused) -> Text:
    """What the person is told."""
    return REFUSALS[refused.code]({k: _said(v) for k, v in refused.data.items() if k in _SHOWN})


def _said(value: object) -> Value:
    if isinstance(value, tuple):
        return listed(*(POSTS[PostKind(post)] for post in value))
    return str(value)
