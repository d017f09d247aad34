"""群里反映: what neighbours said in a group becomes a case, and the answer goes back there.

Somebody in a post forwards the message to the bot, or pastes it. Words, place and kind are read in
it; one tap files it.
"""

from __future__ import annotations

import re

from governance.authority import Power
from governance.casefile import Case
from governance.filing import Filing, Via
from governance.policy import Category
from handlers import authority, places
from handlers.cases.common import what_of
from handlers.cases.questions import PLACED
from handlers.cases.report import Draft, counted_in, open_from, summary, whom_it_concerns
from handlers.filing.patrol import ask_kind_here, ask_spot, base_of
from handlers.message import Choice
from handlers.posts import holder
from handlers.registry import conversation
from handlers.talk.answers import PHOTO, VOICE, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import When, _, lines

_PASTED = re.compile(r"(?:转报|群里反映|转群消息|/?pass_on)[\s,，:：]+(.{2,})", re.DOTALL)


def passed_on(turn: Turn, words: str, *, forwarded: bool) -> str:
    """The neighbour's words in what the speaker forwarded, or pasted behind the command's word;
    nothing where there are none, or the speaker may not file them."""
    pasted = _PASTED.fullmatch(words)
    found = words if forwarded else pasted[1] if pasted else ""
    return found if found and may(turn) else ""


def may(turn: Turn) -> bool:
    """Whether what the speaker forwards is filed as what others said."""
    return bool(authority.reached(turn, Power.FILE_FOR))


@conversation("pass_on", menu=_("Pass on what a group says"), also=("转报", "群里反映", "转群消息"))
def pass_on(talk: Talk, turn: Turn) -> None:
    if not talk.recall("may", lambda: may(turn)):
        authority.require(turn, Power.FILE_FOR)
    talk.accepts(PHOTO, VOICE)
    base = talk.recall("base", lambda: base_of(turn))
    question = _("Forward the neighbour's message to me, or paste it here.")
    what = talk.ask("what", question, Typed(2, 1000), PHOTO, VOICE)
    talk.say(_("I can file what was said in the group."))
    place = ask_spot(talk, turn, what, base)
    category = _read_or_ask(talk, turn, what, place)
    if counted_in(talk, turn, category, place, after=(*PLACED, "what")):
        return
    concerned = whom_it_concerns(talk, turn, category, place)
    draft = Draft(place, category, what.text, talk.sent(PHOTO), talk.sent(VOICE), concerned)
    changes = (Option("where", _("Change the place")), Option("kind", _("Change the kind")))
    if not talk.confirm("sure", summary(turn, draft), _("File it"), changes):
        talk.say(_("Nothing was filed."))
        return
    case = open_from(turn, draft, filing=Filing(Via.GROUP, turn.speaker.person_id))
    _receipt(talk, turn, case)


def _read_or_ask(talk: Talk, turn: Turn, what: Answer, place: places.Found) -> Category:
    """The likeliest kind, which the summary shows and can change."""
    if what.categories and not talk.changed("kind"):
        return turn.policy.category(what.categories[0])
    return ask_kind_here(talk, turn, what, place)


def _receipt(talk: Talk, turn: Turn, case: Case) -> None:
    talk.say(
        lines(
            _("Filed: {place}, {kind}.", place=case.place, kind=what_of(turn, case)),
            _(
                "With {holder}, to be done by {day}. When there is an answer, you get it here, "
                "ready to paste into the group.",
                holder=holder(case),
                day=When(case.result_due, date_only=True),
            )
            if not case.private
            else _(
                "With {holder}. It is a private matter, so nothing of it goes back into the group.",
                holder=holder(case),
            ),
            case.number,
        ),
        (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),)
        if case.holder_id != turn.speaker.person_id
        else (),
    )
