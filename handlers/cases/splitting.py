"""One message about several things: each of them has its own case, the resident one answer."""

from __future__ import annotations

from itertools import count

from governance.casefile import Case
from governance.cases import Act, Actor, Role
from governance.filing import Filing
from governance.refused import Refused
from handlers.cases.asking import ask_kind, begin
from handlers.cases.common import WORK, kind_of, title
from handlers.cases.offers import offer
from handlers.cases.report import Draft, open_from
from handlers.cases.telling import tell
from handlers.places import Found
from handlers.posts import holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, _, lines, listed
from storage import cases, media, org

MOST = 4
SAME = "same"

offer(Act.SPLIT, _("Several things in one"), "cases.split")


@choice("cases.split")
def split(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("split", {"case": case_id})


@conversation("split", act=True)
def split_talk(talk: Talk, turn: Turn) -> None:
    """What else it is about, one after the other; then all are opened at once."""
    desk = begin(talk, turn, Act.SPLIT)
    case = desk.case
    before = sum(line.act is Act.SPLIT for line in cases.history(turn.db, case))
    if talk.recall("before", lambda: before) != before:
        raise Refused("split_meanwhile", number=case.number)
    wanted = _ask_what(talk, turn, case)
    made = [_open(turn, case, code, words) for code, words in wanted]
    for new in made:
        told = case.split(desk.by, new.number, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    tell(turn, case, told, {Role.REPORTER: _several(turn, [case, *made])})
    numbers = listed(*(new.number for new in made))
    talk.say(
        _(
            "Opened: {numbers}. The resident has been told which number is about what.",
            numbers=numbers,
        )
    )


def _ask_what(talk: Talk, turn: Turn, case: Case) -> list[tuple[str, str]]:
    """The kind and the words of everything else, at least one."""
    found: list[tuple[str, str]] = []
    for number in count():
        question = _("{title}: what else is it about?", title=title(turn, case))
        kind = ask_kind(talk, turn, question, f".{number}")
        whole = Option(SAME, _("The whole message again"))
        said = talk.ask(
            f"words.{number}",
            _("In a few words: what is wrong there?"),
            Typed(2, 500),
            options=() if case.private or not case.text else (whole,),
        )
        found.append((kind.code, said.text or case.text))
        if number + 1 == MOST:
            return found
        more = (Option("no", _("No, that is all")), Option("yes", _("Yes, one more")))
        if talk.choose(f"more.{number}", _("Is it about anything else?"), more) == "no":
            return found
    raise AssertionError  # `count` has no end


def _open(turn: Turn, case: Case, category: str, words: str) -> Case:
    """The same place and resident, the same photos, a number and clocks of its own."""
    place = Found(case.area_id, case.place, case.latitude, case.longitude)
    name = org.person_name(turn.db, case.reporter_id)
    reporter = Actor(Role.REPORTER, case.reporter_id, name)
    helper = org.person_name(turn.db, case.helper_id) if case.helper_id is not None else ""
    draft = Draft(place, turn.policy.category(category), words)
    filing = Filing(case.via, case.filed_by, helper)
    new = open_from(turn, draft, reporter=reporter, filing=filing, split_from=case)
    media.show_also(turn.db, "case", case.id, new.id)
    return new


def _several(turn: Turn, parts: list[Case]) -> Text:
    rows = [
        _(
            "{number} {kind}: with {holder}, done by {day} at the latest.",
            number=part.number,
            kind=kind_of(turn, part.category),
            holder=holder(part),
            day=When(part.due, date_only=True),
        )
        for part in parts
    ]
    return lines(
        _(
            "What you reported at {place} is about several things, so each one has its own number:",
            place=parts[0].place,
        ),
        *rows,
        _("You will hear about each of them. To ask how they stand, send “progress”."),
    )
