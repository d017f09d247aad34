"""What is promised to residents and handlers about a case, one sentence a test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.casefile import Case
from governance.cases import CLOCK, Act, Actor, Closing, Outcome, Role, State, Verdict
from governance.org import PostKind, Rung
from governance.refused import Refused
from governance.roles import answering, role_of
from tests.governance.acts import BY_CLOCK, Moment
from tests.governance.district import (
    CHIEF,
    COMMUNITY,
    DAY,
    HOLDER,
    HOUR,
    MINUTE,
    MONDAY,
    POLICY,
    REPORTER,
    REPORTER_ID,
    RUNGS,
    SUPERIOR,
    WORKER,
    brought_to,
    clock_of,
    local,
    refusal,
    reported,
    rung,
)


def clock_acts(case: Case, until: timedelta) -> list[tuple[Act, str]]:
    """What the clock does on a case from Monday 10:00 on, each at the moment it falls due."""
    end, done = MONDAY + until, []
    while case.next_at is not None and case.next_at <= end:
        at = case.next_at
        act = case.due_act(at, POLICY)
        assert act is not None
        BY_CLOCK[act](case, Moment(CLOCK, RUNGS, at))
        done.append((act, clock_of(at)))
        assert len(done) < 100
    return done


# ── reported ─────────────────────────────────────────────────────────────────


def test_a_new_case_is_with_the_nearest_post() -> None:
    case = reported()
    assert (case.holder_id, case.holder_name, case.holder_post) == (11, "P11", WORKER.post)
    assert case.state is State.ASSIGNED
    assert [line.act for line in case.events] == [Act.OPEN]


def test_where_nobody_holds_a_post_no_case_is_opened() -> None:
    with refusal("nobody_answers"):
        reported(rungs=())


def test_a_problem_whose_category_is_unknown_is_still_somebodys() -> None:
    case = reported("never heard of it")
    assert case.family == ""
    assert clock_of(case.contact_due) == "2026-11-23 12:00"


def test_an_emergency_has_minutes_also_at_night() -> None:
    night = local("2026-11-28", "02:10")  # a Saturday
    case = reported("fire", night)
    assert case.emergency
    assert case.contact_due == night + 30 * MINUTE
    assert case.next_at == night + 3 * MINUTE


def test_whoever_reports_a_danger_makes_it_an_emergency() -> None:
    assert reported("lamp", emergency=True).next_at == MONDAY + 3 * MINUTE


def test_an_unanswered_emergency_climbs_every_three_minutes_and_then_asks_ever_more_slowly() -> (
    None
):
    case = reported("fire")
    done = clock_acts(case, 25 * MINUTE)
    assert done == [(Act.CHASE, f"2026-11-23 10:{m:02d}") for m in (3, 6, 9, 13, 20)]
    assert [line.data["to"] for line in case.events[1:]] == ["P12", "P13", "P13", "P13", "P13"]
    assert len(clock_acts(case, 10 * HOUR)) >= 20  # every half hour, and never given up


# ── nobody took it ───────────────────────────────────────────────────────────


def test_a_case_nobody_takes_goes_one_level_up_with_a_new_promise_of_contact() -> None:
    case = reported()
    case.chase(RUNGS, POLICY, MONDAY + 2 * HOUR)
    assert (case.holder_id, case.holder_post) == (CHIEF.person_id, CHIEF.post)
    assert clock_of(case.contact_due) == "2026-11-23 14:00"
    assert case.next_at == case.contact_due


def test_at_the_top_a_chase_asks_the_same_person_again() -> None:
    case = reported(rungs=(COMMUNITY,))
    case.chase((COMMUNITY,), POLICY, MONDAY + 2 * HOUR)
    assert case.holder_id == COMMUNITY.person_id
    assert case.next_at is not None
    assert case.next_at > MONDAY + 2 * HOUR
    assert case.events[-1].act is Act.CHASE


def test_a_chase_passes_over_further_posts_of_the_same_person() -> None:
    twice = (rung(PostKind.GRID_WORKER, 11), rung(PostKind.GRID_CHIEF, 11), COMMUNITY)
    case = reported(rungs=twice)
    case.chase(twice, POLICY, MONDAY + 2 * HOUR)
    assert case.holder_id == COMMUNITY.person_id


def test_nobody_is_chased_at_night() -> None:
    case = reported(now=local("2026-11-23", "17:30"))
    done = clock_acts(case, DAY)
    # Half an hour of Monday and one and a half of Tuesday, and so on.
    assert done == [(Act.CHASE, "2026-11-24 10:00")]


# ── in hand ──────────────────────────────────────────────────────────────────


def test_a_superior_who_takes_a_case_holds_it() -> None:
    case = reported()
    case.accept(SUPERIOR, RUNGS, MONDAY)
    assert (case.holder_id, case.holder_phone) == (CHIEF.person_id, CHIEF.phone)


def test_a_superior_with_several_posts_holds_it_in_the_higher_one() -> None:
    both = (rung(PostKind.GRID_WORKER, 13), CHIEF, COMMUNITY)
    case = reported(rungs=(CHIEF,))
    assert role_of(case, 13, both) is Role.SUPERIOR
    case.accept(Actor(Role.SUPERIOR, 13, "P13"), both, MONDAY)
    assert case.holder_post is PostKind.COMMUNITY_DUTY


def test_whoever_an_emergency_was_passed_over_may_still_take_it() -> None:
    case = reported("fire")
    case.chase(RUNGS, POLICY, MONDAY + 3 * MINUTE)
    assert role_of(case, WORKER.person_id, RUNGS) is Role.SUPERIOR
    case.accept(Actor(Role.SUPERIOR, WORKER.person_id, "P11"), RUNGS, MONDAY + 4 * MINUTE)
    assert (case.holder_id, case.holder_post) == (WORKER.person_id, WORKER.post)


def test_handing_up_keeps_the_promised_day_and_the_ground() -> None:
    case = brought_to(State.WORKING)
    promised = case.result_due
    case.not_ours(HOLDER, RUNGS, "property", POLICY, MONDAY + DAY)
    assert (case.holder_id, case.state) == (CHIEF.person_id, State.ASSIGNED)
    assert case.result_due == promised
    whose = {"to": "P12", "person": "12", "post": "grid_chief"}
    assert case.events[-1].data == {"note": "property", **whose}


def test_from_the_top_nothing_can_be_handed_up() -> None:
    case = reported(rungs=(COMMUNITY,))
    with refusal("nobody_above"):
        case.escalate(Actor(Role.HOLDER, 13, "P13"), (COMMUNITY,), "够不着", POLICY, MONDAY)


def test_that_the_day_has_passed_is_told_once() -> None:
    case = brought_to(State.WORKING)
    warned = (Act.WARN, "2026-11-25 06:48")  # four fifths of 56 hours
    assert clock_acts(case, 30 * DAY) == [warned, (Act.OVERDUE, "2026-11-25 18:00")]
    assert case.overdue_at == case.result_due


def test_that_the_day_has_passed_is_told_also_if_the_case_is_taken_only_then() -> None:
    case = reported()
    late = case.result_due + DAY
    case.accept(HOLDER, RUNGS, late)
    assert case.due_act(late, POLICY) is Act.OVERDUE
    case.overdue(late)
    case.escalate(HOLDER, RUNGS, "够不着", POLICY, late)
    case.accept(SUPERIOR, RUNGS, late + HOUR)
    assert case.due_act(late + 30 * DAY, POLICY) is None


def test_urging_is_counted_and_touches_no_clock() -> None:
    case = brought_to(State.WORKING)
    before = (case.next_at, case.contact_due, case.result_due)
    case.urge(REPORTER, "还是没人来", MONDAY + HOUR)
    case.urge(REPORTER, "没人管吗", MONDAY + 2 * HOUR)
    assert case.urged == 2
    assert (case.next_at, case.contact_due, case.result_due) == before


def test_a_supervision_note_stands_until_the_end() -> None:
    case = brought_to(State.WORKING)
    case.supervise(SUPERIOR, "今天办", MONDAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡"), MONDAY)
    assert case.supervised == "今天办"


# ── is it solved? ────────────────────────────────────────────────────────────


def test_an_answer_closes_nothing() -> None:
    case = brought_to(State.WORKING)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡"), MONDAY)
    assert (case.state, case.verdict, case.closed_at) == (State.ANSWERED, None, None)


def test_silence_is_reminded_after_a_day_and_closes_after_three() -> None:
    case = brought_to(State.ANSWERED)
    assert clock_acts(case, 10 * DAY) == [
        (Act.REMIND, "2026-11-24 10:00"),
        (Act.LAPSE, "2026-11-26 10:00"),
    ]
    assert (case.state, case.verdict) == (State.CLOSED, Verdict.DEFAULT)


def test_a_reminder_that_went_out_late_still_leaves_a_day_to_answer() -> None:
    case = brought_to(State.ANSWERED)
    case.remind(POLICY, MONDAY + 5 * DAY)
    assert case.due_act(MONDAY + 5 * DAY, POLICY) is None
    assert case.next_at == MONDAY + 6 * DAY


def test_a_question_that_surely_never_arrived_closes_nothing() -> None:
    case = brought_to(State.WORKING)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡"), MONDAY)
    assert clock_acts(case, 30 * DAY) == [(Act.UNREACHED, "2026-11-24 10:00")]
    assert case.needs_call
    with refusal("never_asked"):
        case.lapse(POLICY, MONDAY + 30 * DAY)


def test_once_the_question_arrives_after_all_silence_counts_from_there() -> None:
    case = brought_to(State.ANSWERED)
    case.remind(POLICY, MONDAY + DAY)
    case.unreached(MONDAY + DAY)
    case.asked(POLICY, MONDAY + 5 * DAY)
    assert not case.needs_call
    assert clock_acts(case, 30 * DAY) == [
        (Act.REMIND, "2026-11-29 10:00"),
        (Act.LAPSE, "2026-12-01 10:00"),
    ]


def test_not_looked_yet_brings_the_question_again_and_starts_the_silence_anew() -> None:
    case = brought_to(State.ANSWERED)
    case.later(REPORTER, local("2026-11-23", "20:00"), MONDAY)
    assert clock_acts(case, 12 * HOUR) == [(Act.ASK_AGAIN, "2026-11-23 20:00")]
    case.asked(POLICY, local("2026-11-23", "20:00"))
    assert clock_acts(case, 10 * DAY) == [
        (Act.REMIND, "2026-11-24 20:00"),
        (Act.LAPSE, "2026-11-26 20:00"),
    ]


def test_late_word_that_the_question_arrived_does_not_undo_not_looked_yet() -> None:
    case = brought_to(State.ANSWERED)
    case.later(REPORTER, local("2026-11-23", "20:00"), MONDAY)
    case.asked(POLICY, MONDAY + MINUTE)
    assert clock_acts(case, 12 * HOUR) == [(Act.ASK_AGAIN, "2026-11-23 20:00")]


def test_whoever_answers_not_looked_yet_needs_no_telephone_call() -> None:
    case = brought_to(State.ANSWERED)
    case.unreached(MONDAY)
    case.later(REPORTER, MONDAY + DAY, MONDAY + HOUR)
    assert not case.needs_call


def test_a_reminder_never_comes_at_night() -> None:
    case = brought_to(State.ANSWERED, local("2026-11-23", "22:30"))
    assert case.next_at == local("2026-11-25", "08:00")


def test_only_the_reporter_strikes_off() -> None:
    case = brought_to(State.ANSWERED)
    for by in (HOLDER, SUPERIOR, CLOCK):
        with refusal("not_yours"):
            case.strike_off(by, Verdict.SATISFIED, POLICY, MONDAY)
    case.strike_off(REPORTER, Verdict.SO_SO, POLICY, MONDAY)
    assert (case.state, case.verdict, case.next_at) == (State.CLOSED, Verdict.SO_SO, None)


def test_who_reported_a_case_that_they_handle_cannot_close_it() -> None:
    case = reported(rungs=(rung(PostKind.GRID_WORKER, REPORTER_ID),))
    assert role_of(case, REPORTER_ID, ()) is Role.HOLDER


# ── done again ───────────────────────────────────────────────────────────────


def test_doing_it_again_keeps_the_promised_day_and_promises_a_new_contact() -> None:
    case = brought_to(State.ANSWERED)
    promised = case.result_due
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
    assert (case.state, case.holder_id) == (State.ASSIGNED, WORKER.person_id)
    assert case.result_due == promised
    assert clock_of(case.contact_due) == "2026-11-24 12:00"


def test_whoever_has_to_do_it_again_and_does_not_take_it_is_passed_over() -> None:
    case = brought_to(State.ANSWERED)
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
    assert case.next_at == case.contact_due
    assert case.due_act(case.contact_due, POLICY) is Act.CHASE
    case.chase(RUNGS, POLICY, case.contact_due)
    assert case.holder_id == CHIEF.person_id


def test_a_withdrawn_case_that_comes_back_waits_for_somebody_by_name() -> None:
    case = reported()
    case.withdraw(REPORTER, POLICY, MONDAY)
    case.redo(REPORTER, RUNGS, "又坏了", POLICY, MONDAY + DAY)
    assert (case.state, case.holder_id) == (State.ASSIGNED, WORKER.person_id)
    assert (case.accepted_at, case.words_until) == (None, None)
    assert case.due_act(case.contact_due, POLICY) is Act.CHASE


def test_a_case_in_a_log_shows_nothing_that_anybody_said() -> None:
    case = brought_to(State.ANSWERED)
    case.holder_phone = "0421-0000111"
    shown = f"{case!r} {case.events!r}"
    assert case.number in shown
    for secret in (case.text, case.place, case.holder_phone, case.outcome_note, "P11"):
        assert secret
        assert secret not in shown


def test_a_partner_acts_for_whoever_is_away_and_holds_what_they_take() -> None:
    stands_in = Rung(
        PostKind.GRID_WORKER, WORKER.area_id, 21, "P21", WORKER.phone, holder_id=WORKER.person_id
    )
    rungs = (stands_in, CHIEF)
    case = reported()
    assert answering(case, rungs) == 21
    assert role_of(case, 21, rungs) is Role.HOLDER
    case.accept(Actor(Role.HOLDER, 21, "P21"), rungs, MONDAY)
    assert (case.holder_id, case.holder_name) == (21, "P21")
    assert role_of(case, 21, (WORKER, CHIEF)) is Role.HOLDER  # also once the other is back


def test_a_closed_case_reopens_for_a_week() -> None:
    case = brought_to(State.CLOSED)
    case.redo(REPORTER, RUNGS, "又坏了", POLICY, MONDAY + 7 * DAY)
    assert (case.state, case.verdict, case.closed_at) == (State.ASSIGNED, None, None)


def test_after_a_week_a_closed_case_stays_closed() -> None:
    case = brought_to(State.CLOSED)
    with refusal("reopen_window_over"):
        case.redo(REPORTER, RUNGS, "又坏了", POLICY, MONDAY + 7 * DAY + MINUTE)
    assert case.state is State.CLOSED


def test_who_says_it_is_not_solved_needs_no_telephone_call() -> None:
    case = brought_to(State.ANSWERED)
    case.unreached(MONDAY)
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + HOUR)
    assert not case.needs_call


def test_the_question_is_put_anew_after_it_was_done_again() -> None:
    case = brought_to(State.ANSWERED)
    case.remind(POLICY, MONDAY + DAY)
    case.redo(REPORTER, RUNGS, "还是不亮", POLICY, MONDAY + DAY)
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了镇流器"), MONDAY + DAY)
    assert (case.asked_at, case.reminded_at) == (None, None)


# ── as what somebody may act ─────────────────────────────────────────────────


def test_authority_comes_from_the_ladder() -> None:
    case = reported()
    roles = {person: role_of(case, person, RUNGS) for person in (11, 12, 13, 1, 99)}
    assert roles == {
        11: Role.HOLDER,
        12: Role.SUPERIOR,
        13: Role.SUPERIOR,
        1: Role.REPORTER,
        99: Role.STRANGER,
    }
    assert role_of(case, 99, RUNGS, follows=True) is Role.FOLLOWER


def test_whoever_stands_beside_or_below_the_holder_is_a_stranger() -> None:
    case = reported()
    case.chase(RUNGS, POLICY, MONDAY + 2 * HOUR)
    beside = (*RUNGS, rung(PostKind.GRID_CHIEF, 22))
    assert role_of(case, WORKER.person_id, beside) is Role.STRANGER
    assert role_of(case, 22, beside) is Role.STRANGER


def test_the_number_and_the_name_of_the_holder_come_with_a_refusal() -> None:
    case = brought_to(State.WORKING)
    with pytest.raises(Refused) as refused:
        case.strike_off(HOLDER, Verdict.SATISFIED, POLICY, MONDAY)
    assert (refused.value.data["number"], refused.value.data["holder"]) == (case.number, "P11")
