"""Lists of cases in chat: what is in an officer's hands, and what lies under them.

Ten at a time, due first, each with a tap that opens it; how many there are of each kind stands
above, what is late first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from governance.authority import Power, reaches
from governance.casefile import Case
from governance.cases import Role
from governance.desks import RULES, Which
from governance.org import Area
from governance.papers import PaperKind
from governance.refused import Refused
from handlers import authority, papers
from handlers.cases.common import WORK, load, title
from handlers.cases.history import steps
from handlers.cases.progress import answer, days, stands
from handlers.cases.wording import STATES
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines, listed
from storage import desks, org
from storage.desks import Mark, Way, Whose

AT_ONCE = 10
KINDS: Mapping[Which, Words] = {
    Which.OVERDUE: _("Overdue"),
    Which.NOBODY_CAME: _("Nobody came"),
    Which.NOT_TAKEN: _("Not taken"),
    Which.REOPENED: _("Reopened"),
    Which.OPEN: _("To do"),
    Which.ASKED: _("Resident asked"),
}


class List(StrEnum):
    """Which list of an officer; the codes stand in taps."""

    MINE = "m"
    UNDER = "u"


HEADINGS: Mapping[List, Words] = {
    List.MINE: _("In your hands:"),
    List.UNDER: _("Where you answer for it:"),
}


def whose(turn: Turn, person_id: int, wanted: List | None = None) -> Whose:
    """What a person may list: in their hands, or in those of somebody for whom they stand in or of
    their units; where they answer for a place, all of it. Without `wanted`, both."""
    db, today = turn.db, turn.policy.local_date(turn.now)
    found = reaches(Power.SEE_CASES, org.held_by(db, person_id, today))
    areas = [area for area, _unit in found if area is not None]
    paths = tuple(db.get_one(Area, area).path for area in areas)
    if wanted is List.UNDER:
        return Whose(person_id, paths=paths)
    own = [unit for _area, unit in found if unit is not None]
    others = [p.unit_id for p in org.stands_in_for(db, person_id, today) if p.unit_id is not None]
    people = org.in_charge_of(db, person_id, turn.now)
    units = tuple(dict.fromkeys([*own, *others]))
    return Whose(person_id, tuple(people), units, () if wanted is List.MINE else paths)


# ── the lists ────────────────────────────────────────────────────────────────


@command("desk", menu=_("My cases"), also=("待办", "我的待办", "在办"))
def desk(turn: Turn) -> None:
    """Everything in the speaker's hands, due first."""
    turn.post.reply(list_card(turn, turn.speaker.person_id, List.MINE))


@command("under", menu=_("Under me"), also=("辖区", "片区", "我管的", "under me"))
def under(turn: Turn) -> None:
    """What lies where the speaker answers for it, in whosever hands it is."""
    _require_under(turn)
    turn.post.reply(list_card(turn, turn.speaker.person_id, List.UNDER))


@choice("desks.list")
def turn_page(turn: Turn, case_id: int, code: str) -> None:
    """Another page of a list, or another kind of cases in it."""
    wanted, which, due, way = (*code.split("."), "", "", "", "")[:4]
    lists = List(wanted) if wanted in set(List) else List.MINE
    if lists is List.UNDER:
        _require_under(turn)
    at = Mark(_moment(int(due)), case_id) if due.isascii() and due.isdecimal() else None
    side = Way.BACK if way == Way.BACK.value else Way.ON
    kind = Which(which) if which in set(Which) else Which.OPEN
    turn.post.reply(list_card(turn, turn.speaker.person_id, lists, kind, at, side))


def _require_under(turn: Turn) -> None:
    if not any(area for area, _unit in authority.reached(turn, Power.SEE_CASES)):
        authority.require(turn, Power.SEE_CASES)


def list_card(
    turn: Turn,
    person_id: int,
    wanted: List,
    which: Which = Which.OPEN,
    at: Mark | None = None,
    way: Way = Way.ON,
    heading: Text = "",
) -> Card:
    """A page of a person's list: how many there are, ten of them, and the ways on."""
    theirs = whose(turn, person_id, wanted)
    counts = desks.counts(turn.db, theirs, turn.now)
    elsewhere = _elsewhere(turn, person_id, wanted, at)
    if not any(counts.values()):
        return Card(_NOTHING[wanted], elsewhere)
    found = desks.page(turn.db, theirs, which, turn.now, AT_ONCE + 1, at, way)
    extra = len(found) > AT_ONCE
    shown = found[:AT_ONCE] if way is Way.ON else found[-AT_ONCE:]
    text = lines(
        heading or HEADINGS[wanted],
        counted(counts),
        "" if heading or which is Which.OPEN else _("Shown here: {what}", what=KINDS[which]),
        *rows(turn, shown, with_holder=wanted is List.UNDER),
        "" if shown else _("None."),
    )
    code = f"{wanted}.{which}"
    more = extra if way is Way.ON else True
    before = at is not None if way is Way.ON else extra
    choices = (
        *openings(shown),
        *([_next(shown[-1], code)] if shown and more else []),
        *([_back(shown[0], code)] if shown and before else []),
        *([] if shown or at is None else [Choice(_("From the start"), f"desks.list:0:{code}")]),
        *(_kinds(wanted, which, counts) if at is None else ()),
        *([Choice(_("As a workbook"), f"desks.sheet:0:{code}")] if _has_post(turn) else []),
        *elsewhere,
    )
    return Card(text, choices)


_NOTHING: Mapping[List, Words] = {
    List.MINE: _("Nothing waits for you now. New cases come here by themselves."),
    List.UNDER: _(
        "Nothing is open where you answer for it. To look up what is closed, send “find”."
    ),
}


def counted(counts: Mapping[Which, int]) -> Text:
    """ "Overdue: 2, To do: 12", without what there is none of."""
    return listed(
        *(
            _("{name}: {count}", name=KINDS[which], count=counts[which])
            for which in Which
            if counts[which]
        )
    )


def rows(turn: Turn, shown: Sequence[Case], *, with_holder: bool = True) -> list[Text]:
    """One line a case: what and where, the last four digits, with whom, by when."""
    return [
        line(
            _("{n}) {title} {number}", n=n, title=title(turn, case), number=case.number[-4:]),
            line(holder(case) if with_holder else "", STATES[case.state], separator=" "),
            _by(turn, case),
        )
        for n, case in enumerate(shown, 1)
    ]


def openings(shown: Sequence[Case]) -> list[Choice]:
    return [Choice(_("Open {n}", n=n), f"cases.show:{case.id}") for n, case in enumerate(shown, 1)]


def _by(turn: Turn, case: Case) -> Text:
    if case.closed_at is not None:
        return _("on {day}", day=When(case.closed_at, date_only=True))
    day = When(case.due, date_only=True)
    if RULES[Which.OVERDUE](case, turn.now):
        return _("late since {day}", day=day)
    if case.suspended_until is not None:
        return _("suspended until {day}", day=When(case.suspended_until, date_only=True))
    return _("by {day}", day=day) if RULES[Which.OPEN](case, turn.now) else ""


def _next(last: Case, code: str) -> Choice:
    mark = desks.mark_of(last)
    return Choice(_("Next ten"), f"desks.list:{mark.case_id}:{code}.{_micros(mark.due)}")


def _back(first: Case, code: str) -> Choice:
    mark = desks.mark_of(first)
    token = f"desks.list:{mark.case_id}:{code}.{_micros(mark.due)}.{Way.BACK.value}"
    return Choice(_("Ten before"), token)


def _kinds(wanted: List, shown: Which, counts: Mapping[Which, int]) -> list[Choice]:
    return [
        Choice(
            _("See: {what} {count}", what=KINDS[which], count=counts[which]),
            f"desks.list:0:{wanted}.{which}",
        )
        for which in Which
        if counts[which] and which is not shown
    ]


def _elsewhere(turn: Turn, person_id: int, wanted: List, at: Mark | None) -> tuple[Choice, ...]:
    """The other list, if there is one."""
    if wanted is List.UNDER:
        return (Choice(_("My cases"), f"desks.list:0:{List.MINE}"),)
    answers = at is None and whose(turn, person_id, List.UNDER).paths
    return (Choice(_("Under me"), f"desks.list:0:{List.UNDER}"),) if answers else ()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICRO


def _moment(micros: int) -> datetime:
    return _EPOCH + min(micros, 10**16) * _MICRO  # what a tap carries may be forged


# ── one of them ──────────────────────────────────────────────────────────────


@choice("cases.show")
def open_case(turn: Turn, case_id: int, _arg: str) -> None:
    """Its card for whoever has a part in it; for whoever answers for its place, how it stands."""
    desk = load(turn, case_id)
    case, me = desk.case, turn.speaker.person_id
    if desk.by.role in {Role.HOLDER, Role.SUPERIOR, Role.PARTNER}:
        turn.post.show(WORK, case_id, me, kind="reply", fresh=True)
    elif desks.among(turn.db, whose(turn, me), [case_id]):
        text = lines(
            title(turn, case),
            stands(turn, case),
            *days(turn, case),
            answer(case),
            _("So far:"),
            *steps(turn, case, desk.by),
            case.number,
        )
        turn.post.reply(Card(text))
    else:
        raise Refused("no_such_case")


# ── as a workbook ────────────────────────────────────────────────────────────


@choice("desks.sheet")
def sheet(turn: Turn, _subject: int, code: str) -> None:
    papers.ask_for(turn, PaperKind.DESK, code)


def _has_post(turn: Turn) -> bool:
    return turn.person is not None and bool(authority.reached(turn, Power.SEE_CASES))
