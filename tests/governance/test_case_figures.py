"""What one case comes to in the figures, and what is left out of them."""

from __future__ import annotations

from governance.casefigures import Figures, Left, Life, Rate, Said, Share, figures_of, life_of
from governance.casefile import Case
from governance.cases import Actor, Closing, Ground, Outcome, Reason, Role, State, Verdict
from tests.governance.district import (
    AT_COMMUNITY,
    CALLER,
    COLLEAGUE,
    DAY,
    HELPING,
    HOLDER,
    HOUR,
    MINUTE,
    MONDAY,
    POLICY,
    REPORTER,
    RUNGS,
    SUPERIOR,
    UNIT,
    UNIT_LEADER,
    brought_to,
    reported,
)

NOW = MONDAY + 60 * DAY
AT_UNIT = Actor(Role.HOLDER, UNIT.person_id, UNIT.name)


def life(case: Case) -> Life:
    return life_of(case.events)


def share(case: Case, rate: Rate) -> Share:
    return figures_of([life(case)], NOW).shares[rate]


YES, NO, UNCOUNTED = Share(1, 1), Share(0, 1), Share(0, 0)


def answered(
    outcome: Outcome = Outcome.SOLVED, *, true: bool = True, outside: bool = False
) -> Case:
    case = brought_to(State.WORKING)
    closing = Closing(outcome, "换了灯泡", true=true, outside=outside, how="phone")
    case.answer(HOLDER, RUNGS, closing, MONDAY + HOUR)
    return case


def test_taking_a_case_is_no_contact_and_speaking_in_time_is() -> None:
    case = brought_to(State.WORKING)
    assert share(case, Rate.RESPONSE) == NO
    assert figures_of([life(case)], MONDAY).shares[Rate.RESPONSE] == UNCOUNTED
    case.contact(HOLDER, "phone", MONDAY + HOUR)
    assert share(case, Rate.RESPONSE) == YES


def test_contact_after_the_promised_moment_is_late_however_often_it_is_passed_on() -> None:
    case = brought_to(State.WORKING)
    promised = case.contact_due
    case.escalate(HOLDER, RUNGS, "够不着", POLICY, promised)
    case.contact(Actor(Role.HOLDER, case.holder_id), "phone", promised + MINUTE)
    assert case.contact_due > promised + MINUTE
    assert share(case, Rate.RESPONSE) == NO


def test_whoever_found_it_and_handles_it_needs_no_contact() -> None:
    case = reported()
    case.events[0].by_person = case.holder_id
    assert share(case, Rate.RESPONSE) == YES


def test_solved_and_satisfied_are_the_residents_words() -> None:
    case = answered()
    assert share(case, Rate.RESOLUTION) == share(case, Rate.SATISFACTION) == UNCOUNTED
    case.strike_off(CALLER, Verdict.SO_SO, POLICY, MONDAY + DAY)
    assert share(case, Rate.RESOLUTION) == YES
    assert share(case, Rate.SATISFACTION) == NO


def test_silence_counts_neither_way_and_does_not_undo_what_was_said() -> None:
    case = brought_to(State.CLOSED)
    assert case.verdict is Verdict.DEFAULT
    assert share(case, Rate.SATISFACTION) == share(case, Rate.RESOLUTION) == UNCOUNTED
    assert share(case, Rate.REDONE) == NO
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了", how="phone"), MONDAY + DAY)
    case.asked(POLICY, MONDAY + DAY)
    case.lapse(POLICY, MONDAY + 4 * DAY)
    assert life(case).said is Said.NOT_SOLVED
    assert share(case, Rate.RESOLUTION) == NO


def test_what_was_explained_is_in_the_rate_of_what_is_solved_only_when_it_is_not_all_right() -> (
    None
):
    case = answered(Outcome.EXPLAINED)
    case.strike_off(REPORTER, Verdict.SATISFIED, POLICY, MONDAY + DAY)
    assert share(case, Rate.RESOLUTION) == UNCOUNTED
    assert share(case, Rate.SATISFACTION) == YES
    other = answered(Outcome.CANNOT)
    other.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
    assert share(other, Rate.RESOLUTION) == share(other, Rate.SATISFACTION) == NO


def test_done_again_drops_the_rates_and_brings_them_back_when_it_is_right() -> None:
    case = answered()
    case.strike_off(REPORTER, Verdict.SATISFIED, POLICY, MONDAY + DAY)
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + 2 * DAY)
    assert share(case, Rate.RESOLUTION) == NO
    assert share(case, Rate.REDONE) == YES
    assert share(case, Rate.ON_TIME) == NO
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了", how="phone"), case.due - MINUTE)
    case.strike_off(REPORTER, Verdict.SATISFIED, POLICY, case.due)
    assert share(case, Rate.RESOLUTION) == share(case, Rate.ON_TIME) == YES
    assert share(case, Rate.REDONE) == YES


def test_on_time_is_by_the_day_that_was_approved_and_not_by_the_one_asked_for() -> None:
    case = brought_to(State.WORKING)
    promised = case.due
    case.ask_extension(HOLDER, promised + 2 * DAY, "等配件", POLICY, MONDAY)
    assert life(case).due == promised
    case.extend(SUPERIOR, MONDAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了", how="phone"), promised + DAY)
    assert share(case, Rate.ON_TIME) == YES


def test_while_suspended_nothing_is_late_and_what_was_left_is_left() -> None:
    case = brought_to(State.SUSPENDED)
    assert case.suspended_until is not None
    assert figures_of([life(case)], MONDAY + 19 * DAY).shares[Rate.ON_TIME] == UNCOUNTED
    case.wake(case.suspended_until)
    assert life(case).due == case.due
    assert share(case, Rate.ON_TIME) == NO


def test_what_is_not_a_units_to_do_is_left_out_until_the_resident_objects() -> None:
    for case, why in (
        (answered(outside=True), Left.OUTSIDE),
        (answered(true=False), Left.UNTRUE),
    ):
        found = figures_of([life(case)], NOW)
        assert (found.total, found.counted, found.left) == (1, 0, {why: 1})
        assert set(found.shares.values()) == {UNCOUNTED}
        case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
        assert life(case).left is Left.COUNTED
        assert share(case, Rate.RESOLUTION) == NO


def test_declined_withdrawn_and_joined_are_left_out() -> None:
    declined, withdrawn, joined, other = (brought_to(State.WORKING) for _n in range(4))
    declined.decline(AT_COMMUNITY, RUNGS, Reason.LITIGATION, "法院在审", POLICY, MONDAY)
    withdrawn.withdraw(REPORTER, POLICY, MONDAY)
    other.id = 2
    joined.merge(HOLDER, other, POLICY, MONDAY)
    left = figures_of(map(life, (declined, withdrawn, joined)), NOW).left
    assert left == {Left.DECLINED: 1, Left.WITHDRAWN: 1, Left.DUPLICATE: 1}
    declined.redo(REPORTER, RUNGS, "没告过", POLICY, MONDAY + DAY)
    assert share(declined, Rate.REDONE) == YES


def test_given_on_once_is_right_and_given_back_is_not() -> None:
    case = brought_to(State.WORKING)
    assert share(case, Rate.FIRST_TIME) == UNCOUNTED
    case.give(AT_COMMUNITY, UNIT, "lamp", "请处理", POLICY, MONDAY)
    assert share(case, Rate.FIRST_TIME) == YES
    assert share(case, Rate.RETURNED) == NO
    case.give_back(AT_UNIT, (*RUNGS, UNIT), Ground.NOT_DUTY, "不归我们管", POLICY, MONDAY)
    assert share(case, Rate.FIRST_TIME) == NO
    assert share(case, Rate.RETURNED) == YES
    assert life(case).back_from == UNIT.unit_id


def test_a_colleague_in_the_unit_or_down_the_ladder_is_no_mistake_and_another_unit_is() -> None:
    case = brought_to(State.WORKING)
    case.assign(AT_COMMUNITY, COLLEAGUE, "近", POLICY, MONDAY)
    case.give(AT_COMMUNITY, UNIT, "lamp", "请处理", POLICY, MONDAY)
    case.assign(AT_UNIT, UNIT_LEADER, "", POLICY, MONDAY)
    assert share(case, Rate.FIRST_TIME) == YES
    assert life(case).sent == 2
    case.give(AT_COMMUNITY, HELPING, "trees", "", POLICY, MONDAY)
    assert share(case, Rate.FIRST_TIME) == NO


def test_not_ours_says_that_the_first_hands_were_wrong_and_handing_up_does_not() -> None:
    case, other = brought_to(State.WORKING), brought_to(State.WORKING)
    case.escalate(HOLDER, RUNGS, "够不着", POLICY, MONDAY)
    assert share(case, Rate.FIRST_TIME) == UNCOUNTED
    other.not_ours(HOLDER, RUNGS, "property", POLICY, MONDAY)
    assert share(other, Rate.FIRST_TIME) == NO


def test_below_twenty_there_is_no_percentage() -> None:
    assert Share(19, 19).percent is None
    assert Share(13, 20).percent == 65
    assert Share(0, 0).percent is None


def test_figures_add_up() -> None:
    lives = [life(answered()), life(answered(outside=True)), life(brought_to(State.CLOSED))]
    found = Figures()
    for one in lives:
        found.add(figures_of([one], NOW))
    assert found == figures_of(lives, NOW)
