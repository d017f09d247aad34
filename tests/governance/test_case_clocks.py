"""More time and suspension: asked for in time, decided above, the promised day always shown."""

from __future__ import annotations

from dataclasses import replace

from governance.cases import Act, Closing, Outcome, State
from tests.governance.district import (
    DAY,
    HOLDER,
    HOUR,
    MONDAY,
    POLICY,
    REPORTER,
    RUNGS,
    SUPERIOR,
    brought_to,
    refusal,
    reported,
)


def test_an_extension_stands_beside_the_promised_day() -> None:
    case = brought_to(State.WORKING)
    promised, until = case.result_due, case.result_due + 5 * DAY
    case.ask_extension(HOLDER, until, "等配件", POLICY, MONDAY + HOUR)
    assert case.due == promised  # nothing changes until a superior says yes
    case.extend(SUPERIOR, MONDAY + 2 * HOUR)
    assert (case.result_due, case.due, case.asking) == (promised, until, None)
    assert case.next_at is not None
    assert promised < case.next_at < until  # the new warning


def test_more_time_is_asked_for_before_the_day_has_passed() -> None:
    case = brought_to(State.WORKING)
    with refusal("too_late_to_ask"):
        case.ask_extension(HOLDER, case.due + 9 * DAY, "", POLICY, case.due)
    with refusal("not_such_a_day"):
        case.ask_extension(HOLDER, case.due, "", POLICY, MONDAY)
    with refusal("not_such_a_day"):
        case.ask_extension(HOLDER, MONDAY + 61 * DAY, "", POLICY, MONDAY)


def test_nobody_grants_what_nobody_asked_for() -> None:
    case = brought_to(State.WORKING)
    for grant in (case.extend, case.suspend):
        with refusal("nothing_asked"):
            grant(SUPERIOR, MONDAY)
    case.ask_extension(HOLDER, case.due + DAY, "等配件", POLICY, MONDAY)
    case.deny(SUPERIOR, "抓紧", MONDAY)
    with refusal("nothing_asked"):
        case.extend(SUPERIOR, MONDAY)


def test_a_suspension_stops_the_clock_and_what_was_left_comes_back() -> None:
    case = brought_to(State.WORKING)
    left = case.due - (MONDAY + HOUR)
    case.ask_suspension(HOLDER, MONDAY + 20 * DAY, "等开春", POLICY, MONDAY)
    case.suspend(SUPERIOR, MONDAY + HOUR)
    assert case.due_act(MONDAY + 10 * DAY, POLICY) is None
    assert case.due_act(MONDAY + 20 * DAY, POLICY) is Act.WAKE
    case.wake(MONDAY + 20 * DAY)
    assert case.state is State.WORKING
    assert case.due == MONDAY + 20 * DAY + left


def test_what_was_asked_for_ends_with_the_hands_that_asked() -> None:
    case = brought_to(State.WORKING)
    case.ask_extension(HOLDER, case.due + DAY, "等配件", POLICY, MONDAY)
    case.escalate(HOLDER, RUNGS, "够不着", POLICY, MONDAY)
    assert case.asking is None


def test_no_word_and_no_other_category_moves_a_clock() -> None:
    case = brought_to(State.WORKING)
    clocks = (case.contact_due, case.result_due, case.due, case.next_at)
    case.sort(HOLDER, POLICY.category("trees"), MONDAY + HOUR)
    case.note(HOLDER, "灯杆编号不清", MONDAY + HOUR)
    case.add(REPORTER, "还冒火花", MONDAY + HOUR)
    case.contact(HOLDER, "phone", MONDAY + HOUR)
    assert (case.contact_due, case.result_due, case.due, case.next_at) == clocks


def test_a_suspended_case_can_be_answered() -> None:
    case = brought_to(State.SUSPENDED)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "提前换好了"), MONDAY + DAY)
    assert (case.state, case.suspended_until) == (State.ANSWERED, None)


def test_limits_in_working_hours_pass_only_while_people_work() -> None:
    # 2 working hours from Monday 17:00 end on Tuesday 9:30, promised for the end of that day.
    case = reported("trees", MONDAY + 7 * HOUR)
    in_calendar_hours = case.result_due
    kind = replace(POLICY.category("trees"), resolve_hours=2, working=True)
    due = POLICY.result_due(kind, MONDAY + 7 * HOUR)
    assert due < in_calendar_hours
    assert due.astimezone(POLICY.zone).strftime("%m-%d %H:%M") == "11-24 18:00"
