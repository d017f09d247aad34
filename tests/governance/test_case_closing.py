"""An honest end: spoken with, supervised where nobody came, asked by whoever had no part in it."""

from __future__ import annotations

from governance.caseends import NOBODY_CAME
from governance.cases import Actor, Closing, Outcome, Role, State, Verdict
from governance.revisits import Heard, mark, settled
from tests.governance.district import (
    CALLER,
    COMMUNITY,
    DAY,
    HOLDER,
    MONDAY,
    POLICY,
    REPORTER,
    RUNGS,
    SUPERIOR,
    refusal,
    reported,
)


def test_nothing_counts_as_done_before_somebody_has_spoken_with_the_reporter() -> None:
    case = reported()
    with refusal("not_contacted"):
        case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡"), MONDAY)
    case.contact(HOLDER, "phone", MONDAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡"), MONDAY)
    assert case.state is State.ANSWERED


def test_why_nobody_has_spoken_with_them_is_enough_and_stays_in_the_history() -> None:
    case = reported()
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡", silent="三次没人接"), MONDAY)
    assert case.events[-1].data["words"] == "三次没人接"
    assert case.contacted_at is None


def test_whoever_reopens_it_is_to_be_spoken_with_anew() -> None:
    case = reported()
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡", how="visit"), MONDAY)
    case.redo(REPORTER, RUNGS, "still", POLICY, MONDAY + DAY)
    assert (case.contacted_at, case.supervised) == (None, "")
    with refusal("not_contacted"):
        case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "又换了"), MONDAY + DAY)


def test_where_nobody_came_it_is_supervised_from_then_on() -> None:
    case = reported()
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡", how="phone"), MONDAY)
    case.redo(REPORTER, RUNGS, NOBODY_CAME, POLICY, MONDAY + DAY)
    assert case.supervised == NOBODY_CAME
    assert case.events[-1].data["supervised"] == "1"
    assert case.events[-2].data["note"] == "换了灯泡"


def test_a_note_of_a_person_is_not_lost_when_nobody_came() -> None:
    case = reported()
    case.supervise(SUPERIOR, "今天办", MONDAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡", how="phone"), MONDAY)
    case.redo(REPORTER, RUNGS, NOBODY_CAME, POLICY, MONDAY + DAY)
    assert case.supervised == "今天办"


AT_HOME = Actor(Role.HOLDER, COMMUNITY.person_id, COMMUNITY.name, COMMUNITY.post)


def test_calls_in_vain_are_counted_until_it_is_done_again() -> None:
    case = reported("family")  # held by the community
    case.answer(AT_HOME, RUNGS, Closing(Outcome.EXPLAINED, "说好了", how="visit"), MONDAY)
    assert case.needs_call
    case.missed(CALLER, "没人接", MONDAY + DAY)
    case.missed(CALLER, "关机", MONDAY + 2 * DAY)
    assert (case.missed_calls, case.needs_call, case.state) == (2, True, State.ANSWERED)
    assert mark(case) == "0-2"
    assert settled(case, "0-1", Heard.MISSED) == "noted"
    assert settled(case, "0-1", Heard.SATISFIED) == ""
    case.redo(CALLER, RUNGS, "没说好", POLICY, MONDAY + 3 * DAY)
    assert (case.missed_calls, mark(case)) == (0, "1-0")
    assert settled(case, "0-2", Heard.NOT_SOLVED) == "being_redone"
    case.answer(AT_HOME, RUNGS, Closing(Outcome.EXPLAINED, "又说了", how="visit"), MONDAY + 4 * DAY)
    assert settled(case, "0-2", Heard.NOT_SOLVED) == "earlier"
    case.strike_off(CALLER, Verdict.SO_SO, POLICY, MONDAY + 5 * DAY, "还行")
    assert case.events[-1].data["note"] == "还行"
    assert settled(case, "1-0", Heard.SATISFIED) == "ended"
