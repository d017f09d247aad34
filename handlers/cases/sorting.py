"""Another category: in two taps, by whoever works on the case."""

from __future__ import annotations

from governance.cases import Act
from handlers.cases.asking import ask_kind, begin
from handlers.cases.common import WORK, kind_of, title
from handlers.cases.offers import offer
from handlers.registry import choice, conversation
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _, lines
from storage import cases, following

offer(Act.SORT, _("Change the kind"), "cases.sort")


@choice("cases.sort")
def sort(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("sort", {"case": case_id})


@conversation("sort", act=True)
def sort_talk(talk: Talk, turn: Turn) -> None:
    """Its days stay as they were promised. What is private now, nobody follows any more."""
    desk = begin(talk, turn, Act.SORT)
    case = desk.case
    kind = ask_kind(talk, turn, _("{title}: what is it about?", title=title(turn, case)))
    if kind.code == case.category:
        talk.say(_("It is sorted so already. {number}", number=case.number))
        return
    case.sort(desk.by, kind, turn.now)
    if case.private:
        following.let_go(turn.db, case)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    talk.say(
        lines(
            _("Sorted as {kind}; its days stay as they were.", kind=kind_of(turn, kind.code)),
            case.number,
        )
    )
