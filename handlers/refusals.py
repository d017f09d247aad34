"""The words for every rule that says no. A test holds this table and the rules together."""

from __future__ import annotations

from collections.abc import Callable

from governance.org import PostKind
from governance.refused import Refused
from handlers.bulletins import refusals as bulletins
from handlers.cases import refusals as cases
from handlers.goods import refusals as goods
from handlers.guide import refusals as guide
from handlers.lists import refusals as lists
from handlers.pledges import refusals as pledges
from handlers.points import refusals as points
from handlers.posts import POSTS
from handlers.promises import refusals as promises
from handlers.tasks import refusals as tasks
from handlers.whistles import refusals as whistles
from handlers.wishes import refusals as wishes
from handlers.words import Text, Value, _, listed

_SHOWN = frozenset(
    {"count", "days", "free", "holder", "most", "number", "post", "posts", "title", "unit"}
)

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    **cases.REFUSALS,
    **bulletins.REFUSALS,
    "nobody_answers": lambda d: _(
        "Nobody in the district holds a post yet. Please telephone your community."
    ),
    "needs_post": lambda d: _(
        "This step belongs to: {posts}. You hold no such post here; send “human” and a person helps.",
        **d,
    ),
    "paper_not_yours": lambda d: _("That workbook was sent by somebody else; only they decide."),
    "paper_settled": lambda d: _("That has been settled already. To start again, send the file."),
    "paper_has_refused": lambda d: _(
        "Some rows cannot be imported. Mend them and send the file again, or leave them out."
    ),
    "link_unknown": lambda d: _(
        "This code is not known here. Perhaps not all of it was copied; else ask whoever sent it for a new one."
    ),
    "link_used": lambda d: _(
        "This was used already, and it works only once. If that was not you, tell whoever sent it to you now."
    ),
    "link_expired": lambda d: _(
        "This is too old to be used. Ask whoever sent it to you for a new one."
    ),
    "link_revoked": lambda d: _(
        "This was revoked. Ask whoever sent it to you; if you cannot reach them, send “human”."
    ),
    "post_gone": lambda d: _(
        "The roster no longer has this post. Ask whoever sent you the invitation for a new one."
    ),
    "post_taken": lambda d: _(
        "Whoever holds this post has an account already. If that is you, send “link” there to add this one; else tell whoever invited you."
    ),
    "other_person": lambda d: _(
        "This account is {holder} already, and an account is one person. If you are to hold this post as well, ask for it to be added to the roster; to use a second account, send “link”.",
        **d,
    ),
    "two_persons": lambda d: _(
        "The roster knows these two accounts as two persons, so they cannot be linked. If that is wrong, send “human”."
    ),
    "only_account": lambda d: _(
        "This is your only account here, so there is nothing to separate. To delete what is kept of you, send “my data”."
    ),
    "no_such_seat": lambda d: _(
        "Nobody holds that post now, so it has no duty calendar. Send “duty” to see yours."
    ),
    "duty_of_others": lambda d: _(
        "That watch belongs to others; only those who stand there can change it. Send “duty” to see yours."
    ),
    "duty_changed": lambda d: _(
        "The calendar has changed meanwhile, so this swap no longer fits. Send “duty” to see it."
    ),
    "duty_settled": lambda d: _(
        "That has been settled already. Send “duty” to see who is on duty."
    ),
    "duty_over": lambda d: _(
        "That watch is over, so nothing can be changed about it. Send “duty” to see the next ones."
    ),
    "phone_not_shown": lambda d: _(
        "This number is for whoever holds the case now, and for the community's office. To reach the resident, ask them, or send “human”."
    ),
    "not_your_officer": lambda d: _(
        "They do not answer for where you live. Send “who answers for me” to see who does."
    ),
    "no_such_contact": lambda d: _(
        "That conversation cannot be found. Send “who answers for me” to write to somebody."
    ),
    "contact_over": lambda d: _(
        "That conversation has ended. To write again, send “who answers for me”; or send “human”."
    ),
    "family_self": lambda d: _("This code is your own. Let somebody of your family open it."),
    "family_minor": lambda d: _(
        "Helping is for grown-ups. Please ask somebody else of the family to open it."
    ),
    "family_already": lambda d: _("You help already. To see it or end it, send “family helps”."),
    "family_enough": lambda d: _(
        "{count} of the family help already, which is enough. One of them has to end it first.", **d
    ),
    "family_over": lambda d: _(
        "You do not help each other any more. Send “family helps” to see who does."
    ),
    "contact_enough": lambda d: _(
        "That was a lot for one day; you can write again tomorrow. If it cannot wait, send “human”."
    ),
    "no_such_case": lambda d: _('That one cannot be found. Send "my reports" to see yours.'),
    **whistles.REFUSALS,
    **wishes.REFUSALS,
    **promises.REFUSALS,
    **tasks.REFUSALS,
    **points.REFUSALS,
    **goods.REFUSALS,
    **lists.REFUSALS,
    **guide.REFUSALS,
    **pledges.REFUSALS,
}


def words_for(refused: Refused) -> Text:
    """What the person is told."""
    return REFUSALS[refused.code]({k: _said(v) for k, v in refused.data.items() if k in _SHOWN})


def _said(value: object) -> Value:
    if isinstance(value, PostKind):
        return POSTS[value]
    if isinstance(value, tuple):
        return listed(*(POSTS[PostKind(post)] for post in value))
    return str(value)
