"""并案: a case that is the same as another goes on as that one, with everybody who waits for it."""

from __future__ import annotations

import re
from functools import partial
from itertools import count

from governance.casefile import Case
from governance.cases import Act, Actor, Role, State
from governance.org import degrees
from governance.refused import Refused
from governance.roles import role_of
from handlers.cases.asking import begin
from handlers.cases.common import VERDICT, WORK, ladder, parties, title
from handlers.cases.offers import offer
from handlers.cases.telling import tell
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option, tidy
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, _, lines, ngettext, paragraphs
from storage import case_numbers, cases, following

SHOWN = 6
_NUMBER = re.compile(r"(?:[A-Za-z]{1,8}-\d{8}-)?\d{4,6}")


def _not_private(_turn: Turn, case: Case, _by: Actor) -> bool:
    return not case.private


offer(Act.MERGE, _("Same as another one"), "cases.merge", _not_private)


@choice("cases.merge")
def merge(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("merge", {"case": case_id})


@conversation("merge", act=True)
def merge_talk(talk: Talk, turn: Turn) -> None:
    """Which one it is, and a last look: this is not undone."""
    desk = begin(talk, turn, Act.MERGE)
    case = desk.case
    if case.private:
        raise Refused("cannot_merge", number=case.number)
    other = _ask_which(talk, turn, case)
    waiting = _moving(turn, case, other)
    summary = lines(
        _(
            "{number} is closed and goes on as {other}: {title}, with {holder}.",
            number=case.number,
            other=other.number,
            title=title(turn, other),
            holder=holder(other),
        ),
        ngettext("{count} person moves along.", "{count} people move along.", len(waiting))
        if waiting
        else "",
    )
    if not talk.confirm("sure", summary, _("Join them"), no=_("Leave it as it is")):
        talk.say(_("Nothing was changed. {number}", number=case.number))
        return
    into = cases.lock(turn.db, other.id)
    if into is None:
        raise Refused("no_such_case")
    told = case.merge(desk.by, into, turn.policy, turn.now)
    cases.record(turn.db, case)
    text = lines(
        _(
            "{title}: others have reported the same, so it goes on as one, under {number}.",
            title=title(turn, case),
            number=into.number,
        ),
        _(
            "{holder} has it, to be done by {day} at the latest. You will hear when it is done.",
            holder=holder(into),
            day=When(into.due, date_only=True),
        ),
    )
    card = Card(text, (Choice(_("See every step"), f"cases.history:{into.id}"),))
    tell(turn, case, told, {Role.REPORTER: card, Role.FOLLOWER: card})
    for person_id in waiting:
        following.follow(turn.db, into, person_id)
    for one in (case, into):
        turn.post.refresh(one.id, (WORK, VERDICT))
    talk.say(
        _(
            "Joined: {number} goes on as {other}; everybody who waits has been told.",
            number=case.number,
            other=into.number,
        )
    )


def _moving(turn: Turn, case: Case, other: Case) -> list[int]:
    """Whoever waits for this one and is to hear of the other one from now on."""
    here = [*parties(case), *following.followers(turn.db, case)]
    there = {*parties(other), *following.followers(turn.db, other)}
    return [person for person in dict.fromkeys(here) if person not in there]


# ── which one ────────────────────────────────────────────────────────────────


def _ask_which(talk: Talk, turn: Turn, case: Case) -> Case:
    """One of the similar ones by tap, or any other open one by its number."""
    known = talk.recall("similar", lambda: _similar(turn, case))
    similar = [turn.db.get_one(Case, one) for one in known]
    options = [Option(f"c{one.id}", _("{number} {title}", **_named(turn, one))) for one in similar]
    text: Text = paragraphs(
        _("{title}: which one is the same?", title=title(turn, case)),
        _("Tap it, or type its number.") if options else _("Type the number of the other one."),
    )
    for turn_of in count():
        key = f"which.{turn_of}"
        said = talk.ask(key, text, Typed(4, 40), options=options)
        if said.kind == "option":
            return turn.db.get_one(Case, int(str(said.value)[1:]))
        found = talk.recall(f"{key}=", partial(_by_number, turn, case, said.text), after=(key,))
        if found is not None:
            return turn.db.get_one(Case, int(found))
        text = _(
            "No open case of public space has the number “{words}”. Try another one.",
            words=said.text[:40],
        )
    raise AssertionError  # `count` has no end


def _named(turn: Turn, case: Case) -> dict[str, Text]:
    return {"title": title(turn, case), "number": case.number[-4:]}


def _similar(turn: Turn, case: Case) -> list[int]:
    """Open public ones of the same family in the same area or close by."""
    here = case.latitude is not None and case.longitude is not None
    point = (case.latitude or 0.0, case.longitude or 0.0) if here else None
    square = degrees(turn.policy.near_metres)
    found = cases.similar(turn.db, case.family, case.area_id, point, square)
    return [one.id for one in found if one.id != case.id][:SHOWN]


def _by_number(turn: Turn, case: Case, words: str) -> int | None:
    """What is named must be open, and public or the speaker's own work: a number tells nobody
    about other people's matters."""
    number = tidy(words).replace(" ", "").upper()
    today = turn.policy.local_date(turn.now)
    meant = case_numbers.numbered(turn.db, number, turn.policy.district, today)
    found = meant[0] if _NUMBER.fullmatch(number) and len(meant) == 1 else None
    if found is None or found.id == case.id or found.private or found.state is State.CLOSED:
        return None
    works = role_of(found, turn.speaker.person_id, ladder(turn, found))
    return found.id if found.public or works in {Role.HOLDER, Role.SUPERIOR} else None
