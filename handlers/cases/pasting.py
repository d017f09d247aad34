"""An answer that can be pasted into a group, and a case as text for another system (复制成文)."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Act, Actor, Role
from governance.discretion import cover
from governance.filing import Via
from governance.privacy import What
from governance.refused import Refused
from handlers.cases import fields
from handlers.cases.common import kind_of, load, tell_resident, title
from handlers.cases.offers import offer
from handlers.cases.private import hidden
from handlers.cases.wording import OUTCOMES
from handlers.message import Card
from handlers.posts import POSTS
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines
from storage import privacy

# ── for the group it came from ───────────────────────────────────────────────


def hand_back(turn: Turn, case: Case, says: Text = "") -> None:
    """Whoever passed it on from a group has the answer ready to paste: in one message why it comes,
    in the next the words alone. `says`: what stands there instead of a result."""
    if case.via is not Via.GROUP or case.filed_by is None or hidden(case):
        return
    comes = _(
        "There is an answer about {title}. The next message can go into the group as it is. {number}",
        title=title(turn, case),
        number=case.number,
    )
    tell_resident(turn, case.filed_by, comes)
    tell_resident(turn, case.filed_by, for_group(turn, case, says))


def for_group(turn: Turn, case: Case, says: Text = "") -> Text:
    """What everybody in a group may read: the matter and the answer, with nobody's name, number or
    door in it."""
    done = says or _result(case)
    return lines(
        _(
            "About what neighbours told us, {place}, {kind}:",
            place=cover(case.place).text,
            kind=kind_of(turn, case.category),
        ),
        done,
        _("If it is not right, please say so here or tell the community."),
    )


def _result(case: Case) -> Words:
    who = case.holder_unit or POSTS[case.holder_post]
    what = OUTCOMES[case.outcome] if case.outcome else ""
    return _(
        "{who} answers: {what}. {note}", who=who, what=what, note=cover(case.outcome_note).text
    )


# ── for another system ───────────────────────────────────────────────────────


def _works_on_it(_turn: Turn, case: Case, by: Actor) -> bool:
    """What is private, only its holder takes along."""
    return by.role is Role.HOLDER or (by.role is Role.SUPERIOR and not hidden(case))


offer(Act.NOTE, _("Copy as text"), "cases.as_text", _works_on_it)


@choice("cases.as_text")
def as_text(turn: Turn, case_id: int, _arg: str) -> None:
    """The case in plain lines; that it was taken along is on record."""
    desk = load(turn, case_id)
    case = desk.case
    if not _works_on_it(turn, case, desk.by):
        raise Refused("not_yours", holder=case.holder_name, number=case.number)
    rows = [
        _("{heading}: {value}", heading=heading, value=value)
        for heading, value in fields.row(turn, case)
        if value
    ]
    me = turn.speaker.person_id
    privacy.viewed(turn.db, me, case.reporter_id, What.WORDS, case.number, turn.now)
    with turn.post.at(turn.speaker.lane):
        turn.post.reply(Card(lines(*rows), secret=True))
