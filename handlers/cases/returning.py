"""退单: a unit says that a case is not its own, with a ground from the list and a line."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Act, Actor, Ground, Role
from handlers.cases.asking import begin
from handlers.cases.common import WORK, title
from handlers.cases.hands import GROUNDS
from handlers.cases.offers import offer
from handlers.cases.telling import now_with, tell
from handlers.posts import holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Words, _, lines
from storage import cases

LABELS: dict[Ground, Words] = {
    Ground.NOT_DUTY: _("Not among our duties"),
    Ground.OTHER_AREA: _("Outside our area"),
    Ground.OTHER_UNIT: _("Another unit answers"),
    Ground.OWNER: _("Private property"),
    Ground.UNCLEAR: _("Cannot be found"),
}


@choice("cases.give_back")
def give_back(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("give_back", {"case": case_id})


def _units_only(_turn: Turn, case: Case, _by: Actor) -> bool:
    return case.holder_unit_id is not None and not case.designated


offer(Act.GIVE_BACK, _("Give back"), "cases.give_back", _units_only)


@conversation("give_back", act=True)
def give_back_talk(talk: Talk, turn: Turn) -> None:
    """Once to whoever gave it; the second dispute is the city centre's."""
    desk = begin(talk, turn, Act.GIVE_BACK)
    case = desk.case
    case.disputed(desk.by)
    chosen = talk.choose(
        "ground",
        _("{title}: why is it not yours?", title=title(turn, case)),
        [Option(ground, label) for ground, label in LABELS.items()],
    )
    question = _("One line more: whose is it, or what would have to be known?")
    words = talk.ask("words", question, Text(2, 200)).text
    unit, ground = case.holder_unit, Ground(chosen)
    told = case.give_back(desk.by, desk.rungs, ground, words, turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    resident = lines(
        _("{unit} says that {ground}.", unit=unit, ground=GROUNDS[ground]),
        now_with(turn, case),
        case.number,
    )
    above = _(
        "{unit} has given back {title}: {ground}. “{words}” {holder} has it now. {number}",
        unit=unit,
        title=title(turn, case),
        ground=GROUNDS[ground],
        words=words,
        holder=holder(case),
        number=case.number,
    )
    tell(turn, case, told, {Role.REPORTER: resident, Role.SUPERIOR: above})
    talk.say(
        _(
            "Given back; {holder} decides, and the resident has been told. {number}",
            holder=holder(case),
            number=case.number,
        )
    )
