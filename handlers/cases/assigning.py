"""交办: a case is assigned to somebody on the place's ladder, to a level below, or in the unit."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import Act, Actor, Role
from governance.org import AreaKind, PostKind, Rung, level_of
from governance.refused import Refused
from handlers.cases.asking import ask_words, begin
from handlers.cases.common import WORK, Desk, title
from handlers.cases.offers import offer
from handlers.cases.telling import now_with, tell
from handlers.choosing import pick
from handlers.posts import called, holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import cases, gazetteer, org
from storage.gazetteer import Spot

ELSEWHERE = "elsewhere"
_BELOW: dict[PostKind, tuple[AreaKind, ...]] = {
    PostKind.DISTRICT_DESK: (AreaKind.STREET, AreaKind.COMMUNITY),
    PostKind.STREET_DUTY: (AreaKind.COMMUNITY,),
    PostKind.COMMUNITY_DUTY: (AreaKind.GRID,),
}
"""What a desk hands down to, one step or two."""


@choice("cases.assign")
def assign(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("assign", {"case": case_id})


def _somebody(_turn: Turn, _case: Case, by: Actor) -> bool:
    """A unit has colleagues, and every level but the lowest has somebody below."""
    return by.post is None or level_of(by.post) > 0


offer(Act.ASSIGN, _("Assign to somebody"), "cases.assign", _somebody)


@conversation("assign", act=True)
def assign_talk(talk: Talk, turn: Turn) -> None:
    """To whom, and with what line; they have to take it anew."""
    desk = begin(talk, turn, Act.ASSIGN)
    to, path = _ask_whom(talk, turn, desk)
    words = ask_words(
        talk, "words", _("One line for {name}: what shall be done?", name=_label(to, turn))
    )
    case = desk.case
    told = case.assign(desk.by, to, words, turn.policy, turn.now, path)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    tell(turn, case, told, {Role.REPORTER: lines(now_with(turn, case), case.number)})
    talk.say(
        _(
            "{holder} has it now; the resident has been told. {number}",
            holder=holder(case),
            number=case.number,
        )
    )


# ── to whom ──────────────────────────────────────────────────────────────────


def _ask_whom(talk: Talk, turn: Turn, desk: Desk) -> tuple[Rung, str]:
    """Somebody of the ladder; or of another area, and then the path of that area."""
    below = _below(turn, desk)
    also = [Option(ELSEWHERE, _("It lies elsewhere"))] if below else []
    here = _may_have_it(turn, desk, desk.rungs)
    if not here and not below:
        raise Refused("nobody_below", number=desk.case.number)
    question = _("{title}: who shall deal with it?", title=title(turn, desk.case))
    chosen = talk.choose("who", question, [*_options(turn, here), *also])
    if chosen != ELSEWHERE:
        return _found(desk, here, chosen), ""
    spot = pick(talk, "area", _("Where does it lie?"), below)
    if not isinstance(spot, Spot):
        raise LookupError(spot)  # noqa: TRY004 - nothing else was offered
    rungs = org.ladder_above(turn.db, spot.path_ids, turn.now, turn.policy.work)
    lower = [r for r in rungs if level_of(r.post) < level_of(desk.by.post)]
    there = _may_have_it(turn, desk, lower)
    if not there:
        raise Refused("nobody_below", number=desk.case.number)
    question = _("{area}: who shall deal with it?", area=spot.name)
    chosen = talk.choose("who.there", question, _options(turn, there))
    inside = desk.case.path.startswith(spot.path)  # known more exactly already
    return _found(desk, there, chosen), "" if inside else spot.path


def _may_have_it(turn: Turn, desk: Desk, rungs: Sequence[Rung]) -> list[Rung]:
    """At or below the own level, and not nearer to the door than this kind of case may lie; in a
    unit, whoever else answers for it."""
    case, by = desk.case, desk.by
    lowest = level_of(turn.policy.category(case.category).first)
    if by.post is None:
        found = [r for r in rungs if r.unit_id == case.holder_unit_id]
    else:
        levels = range(max(lowest, 0), level_of(by.post) + 1)
        found = [r for r in rungs if r.unit_id is None and level_of(r.post) in levels]
    has_it = (case.holder_id, case.holder_unit_id)
    others = [r for r in found if (r.person_id, r.unit_id) != has_it]
    once = {r.person_id: r for r in others if r.person_id != case.concerns_id}
    return list(once.values())


def _below(turn: Turn, desk: Desk) -> list[Spot]:
    """The areas a desk hands down to, if it sits above some."""
    by, case = desk.by, desk.case
    if by.post not in _BELOW:
        return []
    mine = (r.area_id for r in desk.rungs if r.person_id == by.person_id and r.post is by.post)
    area_id = case.holder_area_id if by.role is Role.HOLDER else next(mine, None)
    if area_id is None:
        return []
    top = gazetteer.chain(turn.db, area_id)[0]
    return [spot for kind in _BELOW[by.post] for spot in gazetteer.within(turn.db, top, kind)]


def _options(turn: Turn, rungs: Sequence[Rung]) -> list[Option]:
    return [Option(str(rung.person_id), _label(rung, turn)) for rung in rungs]


def _label(rung: Rung, turn: Turn) -> Text:
    if rung.person_id == turn.speaker.person_id:
        return _("Myself")
    return called(rung.post, rung.name)


def _found(desk: Desk, rungs: Sequence[Rung], person: str) -> Rung:
    """Whoever was chosen, if they still answer there."""
    found = next((rung for rung in rungs if str(rung.person_id) == person), None)
    if found is None:
        raise Refused("nobody_below", number=desk.case.number)
    return found
