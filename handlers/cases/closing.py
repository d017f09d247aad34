"""办结单: what the handler says when it is done. It closes nothing; only the resident's word does.

As few taps as can be: how it ended, whether it was as reported, how they spoke with the
resident, one line that the resident reads. The third is asked only where nobody has spoken
with them yet, and a photo only of what can be seen on one.
"""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Closing, Outcome
from handlers import files
from handlers.cases.callers import call_is_due
from handlers.cases.common import WORK, load_to_work, title
from handlers.cases.pasting import hand_back
from handlers.cases.private import tell_answered
from handlers.cases.work import ask_resident
from handlers.registry import choice, conversation
from handlers.talk.answers import PHOTO, Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Words, _, lines
from storage import cases

TRUE, OUTSIDE, UNTRUE = "true", "outside", "untrue"
NOT_YET, FIRST = "not_yet", "first"
HOW: dict[str, Words] = {
    "phone": _("Telephoned"),
    "visit": _("Went to see them"),
    "chat": _("In chat"),
}


@choice("cases.settle")
def settle(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("result", {"case": case_id, "outcome": Outcome.SOLVED})


@choice("cases.answer")
def report_result(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("result", {"case": case_id})


@conversation("result", act=True)
def result(talk: Talk, turn: Turn) -> None:
    """The handler's result: how it ended, one line, and a photo where one can show it."""
    talk.accepts(PHOTO)
    desk = load_to_work(turn, talk.given("case"))
    case = desk.case
    outcome = Outcome(talk.given("outcome") or _ask_outcome(talk, turn, case))
    own = case.reporter_id == turn.speaker.person_id
    fact = TRUE if own else _ask_fact(talk)
    how, silent = _ask_contact(talk, turn, case)
    if how == NOT_YET:
        again = _("All right, nothing was sent. When you have spoken, report the result again.")
        talk.say(lines(again, case.number))
        return
    question = _("One line: what was done?") if own else _ASKS[outcome]
    note = talk.ask("note", question, Text(2, 300)).text
    if turn.policy.category(case.category).photo and not talk.sent(PHOTO):
        question = _("A photo of it? One is enough.")
        talk.ask("photo", question, PHOTO, options=(Option("skip", _("No photo")),))
    closing = Closing(outcome, note, fact != UNTRUE, fact == OUTSIDE, how, silent)
    case.answer(desk.by, desk.rungs, closing, turn.now)
    cases.record(turn.db, case)
    files.keep(turn, "case", case.id, talk.sent(PHOTO), part="result")
    turn.post.refresh(case.id, (WORK,))
    talk.say(lines(_told(turn, case), case.number))
    hand_back(turn, case)


_ASKS: dict[Outcome, Words] = {
    Outcome.SOLVED: _("One line for the resident: what was done?"),
    Outcome.EXPLAINED: _("One line for the resident: what was explained to them?"),
    Outcome.CANNOT: _("One line for the resident: why not, and who can help them further?"),
}


def _ask_outcome(talk: Talk, turn: Turn, case: Case) -> str:
    return talk.choose(
        "how",
        _("{title}: how did it end?", title=title(turn, case)),
        (
            Option(Outcome.SOLVED, _("Solved")),
            Option(Outcome.EXPLAINED, _("Explained to them")),
            Option(Outcome.CANNOT, _("Cannot be solved")),
        ),
    )


def _ask_fact(talk: Talk) -> str:
    return talk.choose(
        "fact",
        _("Was it as reported?"),
        (
            Option(TRUE, _("As reported")),
            Option(OUTSIDE, _("As reported, but not ours to do")),
            Option(UNTRUE, _("Not as reported")),
        ),
    )


def _ask_contact(talk: Talk, turn: Turn, case: Case) -> tuple[str, str]:
    """How the resident was spoken with, and why not where nobody has."""
    if case.contacted_at is not None or case.reporter_id == turn.speaker.person_id:
        return "", ""
    options = [*(Option(code, words) for code, words in HOW.items())]
    question = _("How did you speak with the resident?")
    how = talk.choose("contact", question, [*options, Option(NOT_YET, _("Not spoken yet"))])
    if how != NOT_YET:
        return how, ""
    why = talk.ask(
        "silent",
        _(
            "The resident should hear it from you before it counts as done. Please telephone or go "
            "there first; or say in one line why that was not possible."
        ),
        Text(2, 200),
        options=(Option(FIRST, _("I speak with them first")),),
        after=("contact",),
    )
    return ("", why.text) if why.text else (NOT_YET, "")


def _told(turn: Turn, case: Case) -> Words:
    """What happens now, and who asks the resident."""
    ask_resident(turn, case)
    if case.asks:
        return _("Thank you. The resident is asked now; only their yes closes it.")
    call_is_due(turn, case)
    if case.private:
        tell_answered(turn, case)
    elif case.found_by_handler:
        return _("Thank you. Somebody who had no part in it looks whether it is done.")
    return _(
        "Thank you. Somebody who had no part in it asks on the telephone whether it is solved."
    )
