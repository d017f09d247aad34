"""派遣 and 指定: a case is given to a unit, by the duty list or by name; the centre designates."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Act, Actor, Role
from governance.org import PostKind, Rung, level_of
from governance.refused import Refused
from handlers.cases.asking import ask_unit, ask_words, begin, officer_of
from handlers.cases.common import WORK
from handlers.cases.hands import returns, units_named
from handlers.cases.offers import offer
from handlers.cases.telling import now_with, tell
from handlers.posts import called, holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import cases


@choice("cases.give")
def give(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("give", {"case": case_id})


@choice("cases.designate")
def designate(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("designate", {"case": case_id})


def _may_still_be_given(_turn: Turn, case: Case, by: Actor) -> bool:
    return not case.designated or by.post is PostKind.DISTRICT_DESK


offer(Act.GIVE, _("Give to a unit"), "cases.give", _may_still_be_given)
offer(Act.DESIGNATE, _("Decide whose it is"), "cases.designate")


@conversation("give", act=True)
def give_talk(talk: Talk, turn: Turn) -> None:
    """Which unit leads from now on, and what it is asked to do."""
    desk = begin(talk, turn, Act.GIVE)
    case = desk.case
    without = [case.holder_unit_id] if case.holder_unit_id is not None else []
    disputing = [unit.id for unit in units_named(turn, returns(turn, case), "back_from")]
    question = _("Which unit shall deal with it?")
    unit_id, basis = ask_unit(talk, turn, case, question, without=without, unasked=disputing)
    to = officer_of(turn, case, int(unit_id))
    words = ask_words(talk, "words", _("One line for {unit}: what is asked for?", unit=to.unit))
    told = case.give(desk.by, to, basis, words, turn.policy, turn.now)
    _passed(turn, case, told, lines(now_with(turn, case), case.number))
    talk.say(
        _(
            "{holder} has it now; the resident has been told. {number}",
            holder=holder(case),
            number=case.number,
        )
    )


@conversation("designate", act=True)
def designate_talk(talk: Talk, turn: Turn) -> None:
    """The centre reads what was disputed, and decides; what it decides is not given back."""
    desk = begin(talk, turn, Act.DESIGNATE)
    case = desk.case
    disputing = units_named(turn, returns(turn, case), "back_from")
    below = [
        rung
        for rung in desk.rungs
        if rung.unit_id is None
        and level_of(rung.post) < level_of(PostKind.DISTRICT_DESK)
        and rung.person_id != case.concerns_id
    ]
    question = _("Whose is it? What the centre decides cannot be given back.")
    chosen, _basis = ask_unit(
        talk,
        turn,
        case,
        question,
        first=disputing,
        also=[Option(f"p{rung.person_id}", called(rung.post, rung.name)) for rung in below],
    )
    to = officer_of(turn, case, chosen) if isinstance(chosen, int) else _found(case, below, chosen)
    why = talk.ask(
        "why", _("Why is it theirs? They and whoever disputes it read this line."), Typed(2, 200)
    )
    told = case.designate(desk.by, to, why.text, turn.policy, turn.now)
    decided = _("The city centre has decided whose it is; it is not passed on again.")
    _passed(turn, case, told, lines(decided, now_with(turn, case), case.number))
    talk.say(
        _(
            "Decided: {holder} deals with it and cannot give it back. {number}",
            holder=holder(case),
            number=case.number,
        )
    )


def _passed(turn: Turn, case: Case, told: tuple[Role, ...], resident: Text) -> None:
    """In its new hands, and everybody knows who has to."""
    for unit in cases.co_units(turn.db, case):
        case.leads(unit, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    tell(turn, case, told, {Role.REPORTER: resident})


def _found(case: Case, rungs: list[Rung], code: str) -> Rung:
    found = next((rung for rung in rungs if f"p{rung.person_id}" == code), None)
    if found is None:
        raise Refused("nobody_below", number=case.number)
    return found
