"""电话回访: whoever had no part in a case telephones its reporter, and says here what was heard.

For those whom no message reaches, who were asked twice and are silent, and for private matters,
about which the bot asks nobody by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from governance.authority import Power
from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import Outcome, Role, State, Verdict
from governance.org import Area
from governance.papers import PaperKind
from governance.refused import Refused
from governance.revisits import Heard
from handlers import authority, papers, telephones
from handlers.cases.callers import load_as_caller
from handlers.cases.common import WORK, Desk, tell_reporter, title
from handlers.cases.revisit import if_it_comes_back, reopen, struck_off
from handlers.cases.wording import OUTCOMES
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import When, Words, _, line, lines, ngettext
from storage import cases

SHOWN = 10
MOST = 2000  # lines of one call sheet


@command("calls", menu=_("Call sheet"), also=("回访单", "电话回访", "回访", "call sheet"))
def calls(turn: Turn) -> None:
    """Whom the speaker may telephone now, those whom no message reaches first."""
    if not authority.reached(turn, Power.REVISIT):
        authority.require(turn, Power.REVISIT)
    found = waiting(turn, turn.speaker.person_id, turn.speaker.name)
    if not found:
        turn.post.reply(Card(_("Nobody has to be telephoned now.")))
        return
    rows = [
        _("{n}) {title}, {why}", n=i, title=title(turn, case), why=why_call(case))
        for i, case in enumerate(found[:SHOWN], 1)
    ]
    more = len(found) - len(rows)
    text = lines(
        ngettext("To telephone: {count} case.", "To telephone: {count} cases.", len(found)),
        *rows,
        ngettext("and {count} more", "and {count} more", more) if more else "",
        _("One by one here, or as a workbook that you fill in and send back."),
    )
    choices = (
        *(
            Choice(_("Open {n}", n=i), f"cases.call:{case.id}")
            for i, case in enumerate(found[:SHOWN], 1)
        ),
        Choice(_("As a workbook"), "cases.call_sheet:0"),
    )
    turn.post.reply(Card(text, choices))


@choice("cases.call_sheet")
def as_workbook(turn: Turn, _subject: int, _arg: str) -> None:
    papers.ask_for(turn, PaperKind.CALLS)


def waiting(turn: Turn, person_id: int, name: str) -> list[Case]:
    """Cases about which this person may telephone: first whom no message reaches, then those who
    are silent, the longest waiting first."""
    found = {case.id: case for case in _candidates(turn, person_id)}
    may = [
        case
        for case in found.values()
        if load_as_caller(turn, case, person_id, name).by.role is Role.CALLER
    ]
    return sorted(may, key=lambda case: (not case.needs_call, case.answered_at, case.id))


def _candidates(turn: Turn, person_id: int) -> Iterator[Case]:
    for area_id in authority.areas_of(turn, Power.REVISIT, person_id):
        path = turn.db.get_one(Area, area_id).path
        yield from cases.to_call(turn.db, path, MOST)


def why_call(case: Case) -> Words:
    """Why this one has to be telephoned."""
    if not case.needs_call:
        return _("asked twice, no answer")
    if case.private:
        return _("private, not asked by the bot")
    if case.found_by_handler:
        return _("found and handled by one person")
    return _("not reached by message")


ASK: dict[Outcome, Words] = {
    Outcome.SOLVED: _("Did somebody come? Is it solved now? Are you satisfied?"),
    Outcome.EXPLAINED: _("Did somebody speak with you? Is it all right with you so?"),
    Outcome.CANNOT: _(
        "Did somebody tell you why it cannot be done, and who can help? Is it all right so?"
    ),
}


LOOK = _("Is it done as the result says? Please look there, or have somebody look.")


def what_to_ask(case: Case) -> Words:
    """What is to be asked; where one person found and handled it, the place is looked at."""
    return LOOK if case.found_by_handler else ASK[case.outcome or Outcome.SOLVED]


def said_by_handler(case: Case) -> AnyText:
    """The result whose truth is asked for."""
    return line(OUTCOMES[case.outcome] if case.outcome else "", case.outcome_note)


# ── one by one ───────────────────────────────────────────────────────────────


def load_call(turn: Turn, case_id: int) -> Desk:
    """The case as it is now, for the speaker's call. Raises `Refused`."""
    case = cases.lock(turn.db, case_id)
    if case is None:
        raise Refused("no_such_case")
    me = turn.speaker
    desk = load_as_caller(turn, case, me.person_id, me.name)
    if desk.by.role is Role.STRANGER:
        raise Refused("no_such_case")
    if desk.by.role is not Role.CALLER:
        raise Refused("not_caller", number=case.number)
    if case.state is not State.ANSWERED:
        raise Refused("wrong_state", number=case.number)
    return desk


@choice("cases.call")
def open_call(turn: Turn, case_id: int, _arg: str) -> None:
    """Whom to telephone, what the handler said, what to ask, and a tap for what was heard."""
    case = load_call(turn, case_id).case
    phone, show = telephones.show_phone(turn, case.reporter_id, "case", case.id)
    text = lines(
        line("🔎" if case.found_by_handler else "☎️", title(turn, case), separator=" "),
        _how_to_reach(case, phone),
        _(
            "{holder} says: {what}. {note}",
            holder=holder(case),
            what=said_by_handler(case),
            note="",
        ),
        _("Reported done {when}", when=When(case.answered_at)) if case.answered_at else "",
        what_to_ask(case)
        if case.found_by_handler
        else _("Please ask: {what}", what=what_to_ask(case)),
        ngettext("Telephoned in vain: {count}×", "Telephoned in vain: {count}×", case.missed_calls)
        if case.missed_calls
        else "",
        case.number,
    )
    heard = LOOKED if case.found_by_handler else HEARD
    taps = tuple(Choice(label, f"cases.heard:{case.id}:{code}") for code, label in heard.items())
    turn.post.reply(Card(text, (*taps, *show), secret=case.private))


HEARD: dict[Heard, Words] = {
    Heard.SATISFIED: _("Telephoned: solved, satisfied"),
    Heard.SO_SO: _("Telephoned: solved, so-so"),
    Heard.NOT_SOLVED: _("Telephoned: not solved"),
    Heard.MISSED: _("Nobody answered"),
}
LOOKED: dict[Heard, Words] = {
    Heard.SATISFIED: _("Looked: done well"),
    Heard.SO_SO: _("Looked: done, so-so"),
    Heard.NOT_SOLVED: _("Looked: not done"),
    Heard.MISSED: _("Could not look yet"),
}


def _how_to_reach(case: Case, phone: AnyText) -> AnyText:
    if case.found_by_handler:
        return _("{holder} found it and handled it.", holder=holder(case))
    return phone or _("They left no telephone number: go there, or ask a neighbour.")


@choice("cases.heard")
def what_was_heard(turn: Turn, case_id: int, said: str) -> Start | None:
    desk = load_call(turn, case_id)
    if said == Heard.NOT_SOLVED:
        return Start("heard_not_solved", {"case": case_id})
    if said not in {Heard.SATISFIED, Heard.SO_SO, Heard.MISSED}:
        raise Refused("no_such_case")
    note_call(turn, desk, Heard(said), "")
    turn.post.reply(_noted(turn, desk.case))
    return None


@conversation("heard_not_solved", act=True)
def not_solved_talk(talk: Talk, turn: Turn) -> None:
    """What is still wrong, in the resident's words."""
    desk = load_call(turn, talk.given("case"))
    said = talk.ask(
        "words",
        _("What is not right there? One line, or tap.")
        if desk.case.found_by_handler
        else _("What is still wrong, as they say? One line, or tap."),
        Text(2, 300),
        options=(Option(NOBODY_CAME, _("Nobody came")), Option("still", _("Still the same"))),
    )
    heard = Heard.NOBODY_CAME if said.value == NOBODY_CAME else Heard.NOT_SOLVED
    note_call(turn, desk, heard, said.text)
    card = _noted(turn, desk.case)
    talk.say(card.text, card.choices)


def note_call(turn: Turn, desk: Desk, heard: Heard, words: str) -> None:
    """What the resident said counts as if they had said it here, and they can read it."""
    case = desk.case
    if heard is Heard.MISSED:
        case.missed(desk.by, words, turn.now)
        cases.record(turn.db, case)
        turn.post.refresh(case.id, (WORK,))
    elif heard in {Heard.NOT_SOLVED, Heard.NOBODY_CAME}:
        said = NOBODY_CAME if heard is Heard.NOBODY_CAME else words or "still"
        again = reopen(turn, desk, said)
        if case.reporter_id != case.holder_id:  # whose card says it already
            tell_reporter(turn, case, again)
    else:
        verdict = Verdict(heard)
        case.strike_off(desk.by, verdict, turn.policy, turn.now, words)
        cases.record(turn.db, case)
        struck_off(turn, case, verdict)
        text = (
            _("{name} has looked: {title} is done.", name=desk.by.name, title=title(turn, case))
            if case.found_by_handler
            else _("As you said on the telephone, {title} is solved.", title=title(turn, case))
        )
        tell_reporter(turn, case, lines(text, if_it_comes_back(turn, case)))


def _noted(turn: Turn, case: Case) -> Card:
    me = turn.speaker
    left = [one for one in waiting(turn, me.person_id, me.name) if one.id != case.id]
    text = lines(
        _("Noted. {number}", number=case.number),
        ngettext("{count} more to telephone.", "{count} more to telephone.", len(left))
        if left
        else _("Nobody else has to be telephoned now."),
    )
    return Card(text, (Choice(_("The next one"), f"cases.call:{left[0].id}"),) if left else ())
