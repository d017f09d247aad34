"""What the clock does with cases: chases, reminds, closes by the open rule."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import Act, State
from governance.roles import answering
from handlers.cases.common import (
    VERDICT,
    ladder,
    put_before_holder,
    tell_holder,
    tell_officer,
    tell_reporter,
    title,
)
from handlers.cases.revisit import unreached
from handlers.cases.work import ask_resident
from handlers.posts import holder
from handlers.registry import Due, Moment, follow, receipt, tick
from handlers.turn import Turn
from handlers.words import When, _, lines
from storage import cases, org


def handle(turn: Turn, case_id: int) -> None:
    """Does the one thing that is due on a case; what is no longer due is left alone."""
    handle_all(turn, [case_id])


def handle_all(turn: Turn, case_ids: Sequence[int]) -> None:
    """The same on many cases, in few more statements than on one."""
    found = cases.lock_all(turn.db, case_ids)
    due = [(case, act) for case in found if (act := case.due_act(turn.now, turn.policy))]
    paths = [case.path_ids for case, _act in due]
    turn.ladders = org.ladders_above(turn.db, paths, turn.now, turn.policy.work)
    for case, act in due:
        STEPS[act](turn, case)
    cases.record_all(turn.db, [case for case, _act in due])


def _chase(turn: Turn, case: Case) -> None:
    """Nobody took it in time: the next level has it, and the resident hears an apology."""
    promised = case.contact_due
    before, called = case.holder_id, holder(case)
    case.chase(ladder(turn, case), turn.policy, turn.now)
    put_before_holder(turn, case)
    if case.emergency or case.holder_id == before:
        return
    text = lines(
        _("You were to hear from us by {when}, and did not. Sorry.", when=When(promised))
        if turn.now >= promised
        else _("{who} cannot be reached just now.", who=called),
        _(
            "{title} is now with {holder}, who will contact you by {when}. No need to report it again.",
            title=title(turn, case),
            holder=holder(case),
            when=When(case.contact_due),
        ),
        case.number,
    )
    tell_reporter(turn, case, text)


def _overdue(turn: Turn, case: Case) -> None:
    case.overdue(turn.now)
    day = When(case.result_due, date_only=True)
    what = title(turn, case)
    sorry = _(
        "{title} was promised for {day} and is not done. Sorry. {holder} is still on it; "
        "telephone {phone}. {number}",
        title=what,
        day=day,
        holder=holder(case),
        phone=case.holder_phone,
        number=case.number,
    )
    tell_reporter(turn, case, sorry)
    passed = _(
        "The promised day of {title} has passed ({day}). {number}",
        title=what,
        day=day,
        number=case.number,
    )
    tell_holder(turn, case, passed)
    above = case.above(ladder(turn, case))
    if above is not None:
        late = _(
            "Overdue: {title}, promised for {day}, with {holder}. {number}",
            title=what,
            day=day,
            holder=holder(case),
            number=case.number,
        )
        tell_officer(turn, above.person_id, late)


def _warn(turn: Turn, case: Case) -> None:
    """Most of the time has passed: a line for whoever has it."""
    case.warn(turn.now)
    text = _(
        "{title} is to be done by {day}. {number}",
        title=title(turn, case),
        day=When(case.due, date_only=True),
        number=case.number,
    )
    tell_holder(turn, case, text)


def _wake(turn: Turn, case: Case) -> None:
    """The suspension is over: work goes on, and everybody who waits for it knows."""
    case.wake(turn.now)
    text = _(
        "{title} goes on: it had been suspended until today. To be done by {day}. {number}",
        title=title(turn, case),
        day=When(case.due, date_only=True),
        number=case.number,
    )
    tell_holder(turn, case, text)
    tell_reporter(turn, case, text)


def _ask_again(turn: Turn, case: Case) -> None:
    case.ask_again(turn.now)
    ask_resident(turn, case)


def _remind(turn: Turn, case: Case) -> None:
    case.remind(turn.policy, turn.now)
    ask_resident(turn, case)


def _lapse(turn: Turn, case: Case) -> None:
    case.lapse(turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, ("cases.work", VERDICT))
    text = _(
        "{title} is closed, as nobody answered; it does not count as satisfied. If it is not "
        "right, send “not solved” before {day}. {number}",
        title=title(turn, case),
        day=When(case.reopen_until or turn.now, date_only=True),
        number=case.number,
    )
    tell_reporter(turn, case, text)
    follow(Moment.CONCLUDED, turn, case.id)


@receipt("cases.alert")
def alert_came(turn: Turn, case_id: int, person: str, delivered: bool) -> None:
    """An alert that cannot reach whoever answers for the case is passed on at once.

    One for somebody else who was told beside them moves nothing. At the top of the ladder
    hurrying would only ask the same unreachable person again; the clock does that in time.
    """
    case = None if delivered else cases.lock(turn.db, case_id)
    if case is None or case.state is not State.ASSIGNED:
        return
    rungs = ladder(turn, case)
    nobody_above = case.above(rungs) is None
    if person != str(answering(case, rungs)) or nobody_above:
        return
    _chase(turn, case)
    cases.record(turn.db, case)


STEPS = {
    Act.CHASE: _chase,
    Act.WARN: _warn,
    Act.WAKE: _wake,
    Act.OVERDUE: _overdue,
    Act.ASK_AGAIN: _ask_again,
    Act.UNREACHED: unreached,
    Act.REMIND: _remind,
    Act.LAPSE: _lapse,
}


tick(Due("cases", cases.due, handle, cases.NEXT_DUE, together=handle_all))
