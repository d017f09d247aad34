"""More time for a case, or a suspension: asked for by its holder, decided by the level above.

The promised day is never overwritten: it is shown beside the later one, to everybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from governance.casefile import Case
from governance.cases import Act, Role
from governance.refused import Refused
from governance.roles import answering
from handlers.cases.common import (
    WORK,
    ladder,
    load,
    load_to_work,
    tell_holder,
    tell_reporter,
    title,
)
from handlers.cases.offers import offer
from handlers.lists.asking import ask_day
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, conversation, view
from handlers.talk.answers import Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import When, Words, _, lines
from storage import cases

REQUEST = "cases.request"
ASKS: dict[Act, Words] = {Act.EXTEND: _("more time"), Act.SUSPEND: _("a suspension")}


def dates(case: Case) -> AnyText:
    """The promised day, and the later one or the suspension beside it."""
    promised = When(case.result_due, date_only=True)
    if case.suspended_until is not None:
        until = When(case.suspended_until, date_only=True)
        return _("Promised for {day}; suspended until {until}", day=promised, until=until)
    if case.extended_until is not None:
        until = When(case.extended_until, date_only=True)
        return _("Promised for {day}, extended to {until}", day=promised, until=until)
    return _("Done by {day}", day=promised)


# ── asked for ────────────────────────────────────────────────────────────────


@choice("cases.ask_time")
def ask_time(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("more_time", {"case": case_id, "act": Act.EXTEND})


@choice("cases.ask_pause")
def ask_pause(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("more_time", {"case": case_id, "act": Act.SUSPEND})


@conversation("more_time", act=True)
def more_time(talk: Talk, turn: Turn) -> None:
    """Until which day and why; whoever stands above decides, and nothing changes before."""
    desk = load_to_work(turn, talk.given("case"))
    case, wanted = desk.case, Act(str(talk.given("act")))
    what = title(turn, case)
    extends = wanted is Act.EXTEND
    day = ask_day(
        talk,
        turn,
        "day",
        _("{title}: now due {day}. Until which day do you need?", title=what, day=_due(case))
        if extends
        else _("{title}: until which day can nothing be done?", title=what),
    )
    why = talk.ask("why", _("Why? One line; the resident reads it if it is granted."), Text(2, 200))
    above = case.above(desk.rungs)
    if above is None:
        raise Refused("nobody_above")
    ask = case.ask_extension if extends else case.ask_suspension
    ask(desk.by, _evening(turn, day), why.text, turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    turn.post.show(REQUEST, case.id, above.person_id, kind="notice", fresh=True)
    talk.say(
        _(
            "Asked {who} for it; you hear as soon as it is decided. Until then {day} stands. {number}",
            who=above.name,
            day=_due(case),
            number=case.number,
        )
    )


def _due(case: Case) -> When:
    return When(case.due, date_only=True)


def _evening(turn: Turn, day: date) -> datetime:
    """The end of work on that day."""
    return datetime.combine(day, turn.policy.work.end, turn.policy.zone).astimezone(UTC)


# ── decided ──────────────────────────────────────────────────────────────────


@view(REQUEST)
def request_card(turn: Turn, case_id: int, again: bool) -> Card | None:
    """What is asked for and why, while it is not decided; then only that it is."""
    case = turn.db.get(Case, case_id, populate_existing=True)
    if case is None:
        return None
    what = title(turn, case)
    if case.asking is None or case.asking_until is None:
        settled = lines(what, _("The request for more time is decided."), dates(case), case.number)
        return Card(settled) if again else None
    text = lines(
        what,
        _(
            "{holder} asks for {what} until {until}: “{why}”",
            holder=holder(case),
            what=ASKS[case.asking],
            until=When(case.asking_until, date_only=True),
            why=case.asking_words,
        ),
        dates(case),
        _("The promised day stays on record whatever you decide."),
        case.number,
    )
    on = case.id
    return Card(
        text, (Choice(_("Grant it"), f"cases.grant:{on}"), Choice(_("Refuse"), f"cases.deny:{on}"))
    )


@choice("cases.grant")
def grant(turn: Turn, case_id: int, _arg: str) -> None:
    """What was asked for holds; holder and resident know the new day beside the promised one."""
    desk = load(turn, case_id)
    case = desk.case
    why, extends = case.asking_words, case.asking is Act.EXTEND
    (case.extend if extends else case.suspend)(desk.by, turn.now)
    cases.record(turn.db, case)
    _decided(turn, case)
    turn.post.toast = _("Granted; the holder and the resident have been told.")
    tell_holder(
        turn,
        case,
        _(
            "Granted: {title}. {dates}. {number}",
            title=title(turn, case),
            dates=dates(case),
            number=case.number,
        ),
    )
    told = lines(
        _("{title} takes longer: “{why}”", title=title(turn, case), why=why),
        dates(case),
        _(
            "{holder} still has it; telephone {phone}.",
            holder=holder(case),
            phone=case.holder_phone,
        ),
        case.number,
    )
    tell_reporter(turn, case, told)


@choice("cases.deny")
def deny(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("no_more_time", {"case": case_id})


@conversation("no_more_time", act=True)
def no_more_time(talk: Talk, turn: Turn) -> None:
    """Refused with one line; the day stands."""
    desk = load_to_work(turn, talk.given("case"))
    words = talk.ask(
        "why", _("What shall {holder} read?", holder=holder(desk.case)), Text(2, 200)
    ).text
    case = desk.case
    case.deny(desk.by, words, turn.now)
    cases.record(turn.db, case)
    _decided(turn, case)
    refused = _(
        "No more time for {title}: “{words}”. {dates}. {number}",
        title=title(turn, case),
        words=words,
        dates=dates(case),
        number=case.number,
    )
    tell_holder(turn, case, refused)
    talk.say(
        _("Refused; {holder} has been told. {number}", holder=holder(case), number=case.number)
    )


@choice("cases.resume")
def resume(turn: Turn, case_id: int, _arg: str) -> None:
    """It goes on before the suspension is over."""
    desk = load_to_work(turn, case_id)
    case = desk.case
    case.resume(desk.by, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    goes_on = _(
        "{title} goes on. {dates}. {number}",
        title=title(turn, case),
        dates=dates(case),
        number=case.number,
    )
    tell_reporter(turn, case, goes_on)
    if answering(case, ladder(turn, case)) != turn.speaker.person_id:
        tell_holder(turn, case, goes_on)
    turn.post.reply(Card(goes_on))


def _decided(turn: Turn, case: Case) -> None:
    turn.post.refresh(case.id, (WORK, REQUEST))


@choice("cases.request")
def show_request(turn: Turn, case_id: int, _arg: str) -> None:
    """The request once more, for whoever decides."""
    desk = load_to_work(turn, case_id)
    if desk.by.role is not Role.SUPERIOR:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    turn.post.show(REQUEST, case_id, turn.speaker.person_id, kind="reply", fresh=True)


offer(Act.ASK_EXTENSION, _("Ask for more time"), "cases.ask_time")
offer(Act.ASK_SUSPENSION, _("Ask to suspend it"), "cases.ask_pause")
offer(
    Act.EXTEND,
    _("Decide on more time"),
    "cases.request",
    lambda _t, case, _by: case.asking is not None,
)
offer(Act.RESUME, _("Go on with it"), "cases.resume")
