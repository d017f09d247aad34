"""The two tables of the whistle are what the methods do; the ladder's times; the whole's rules."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.decisions import is_workday
from governance.refused import Refused
from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import Whistle
from governance.whistles import (
    CLOCK,
    TABLE,
    UNIT_TABLE,
    Act,
    By,
    Ladder,
    Level,
    Role,
    UnitState,
    WhistleState,
)
from governance.worktime import WorkTime
from tests.governance.district import MINUTE, MONDAY, ZONE, clock_of, local
from tests.governance.whistling import (
    BYS,
    DISTRICT,
    EMERGENCY,
    KEY,
    OF_A_UNIT,
    OF_A_UNIT_BY_CLOCK,
    OF_A_WHISTLE,
    OF_A_WHISTLE_BY_CLOCK,
    REVIEWER,
    SUPERIOR,
    UNIT,
    WHISTLER,
    WORK,
    called,
    climb,
    made,
    unit_in,
    unit_of,
    whistle_in,
)

NOW = MONDAY + MINUTE


# ── the tables ───────────────────────────────────────────────────────────────


def test_every_act_stands_in_exactly_one_table() -> None:
    assert set(UNIT_TABLE) | set(TABLE) == set(Act) - {Act.BLOW, Act.CALL}
    assert not set(UNIT_TABLE) & set(TABLE)
    assert {*OF_A_UNIT, *OF_A_UNIT_BY_CLOCK} == set(UNIT_TABLE)
    assert {*OF_A_WHISTLE, *OF_A_WHISTLE_BY_CLOCK} == set(TABLE)


def test_what_the_clock_does_nobody_else_can_do() -> None:
    for table, by_clock in ((UNIT_TABLE, OF_A_UNIT_BY_CLOCK), (TABLE, OF_A_WHISTLE_BY_CLOCK)):
        assert {act for act, rule in table.items() if Role.CLOCK in rule.by} == set(by_clock)
        assert all(table[act].by == (Role.CLOCK,) for act in by_clock)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", UnitState)
def test_for_a_unit_people_may_do_exactly_what_the_table_says(state: UnitState, role: Role) -> None:
    for act, do in OF_A_UNIT.items():
        call = unit_in(state)
        before, written = copy(vars(call)), len(call.events)
        if role in UNIT_TABLE[act].by and state in UNIT_TABLE[act].where:
            do(call, BYS[role], NOW)
            assert call.state is (UNIT_TABLE[act].to or _by_the_way(act, before)), act
            assert call.events[-1].act is act
            assert (call.events[-1].at, call.events[-1].by_role) == (NOW, role)
        else:
            with pytest.raises(Refused) as refused:
                do(call, BYS[role], NOW)
            allowed = role in UNIT_TABLE[act].by
            assert refused.value.code == ("call_moved_on" if allowed else "not_your_call")
            assert (vars(call), len(call.events)) == (before, written)


def _by_the_way(act: Act, before: dict[str, object]) -> object:
    """Who asks for help has reported in."""
    asks = act is Act.HELP and before["state"] is UnitState.CALLED
    return UnitState.REPORTED_IN if asks else before["state"]


@pytest.mark.parametrize("act", OF_A_UNIT_BY_CLOCK)
@pytest.mark.parametrize("state", UnitState)
def test_for_a_unit_the_clock_does_exactly_what_the_table_says(state: UnitState, act: Act) -> None:
    call = unit_in(state)
    before = copy(vars(call))
    if state in UNIT_TABLE[act].where:
        OF_A_UNIT_BY_CLOCK[act](call, NOW)
        assert call.state is state
        assert call.events[-1].act is act
    else:
        with pytest.raises(Refused) as refused:
            OF_A_UNIT_BY_CLOCK[act](call, NOW)
        assert refused.value.code == "call_moved_on"
        assert vars(call) == before


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", WhistleState)
def test_with_a_whistle_people_may_do_exactly_what_the_table_says(
    state: WhistleState, role: Role
) -> None:
    for act, do in OF_A_WHISTLE.items():
        whistle, calls = whistle_in(state)
        before, written = copy(vars(whistle)), len(whistle.events)
        if role in TABLE[act].by and state in TABLE[act].where:
            do(whistle, calls, BYS[role], NOW)
            assert whistle.state is (TABLE[act].to or state), act
            assert whistle.events[-1].act is act
        else:
            with pytest.raises(Refused) as refused:
                do(whistle, calls, BYS[role], NOW)
            allowed = role in TABLE[act].by
            assert refused.value.code == ("whistle_moved_on" if allowed else "not_your_whistle")
            assert (vars(whistle), len(whistle.events)) == (before, written)


@pytest.mark.parametrize("act", OF_A_WHISTLE_BY_CLOCK)
@pytest.mark.parametrize("state", WhistleState)
def test_with_a_whistle_the_clock_does_exactly_what_the_table_says(
    state: WhistleState, act: Act
) -> None:
    whistle, _calls = whistle_in(state)
    before = copy(vars(whistle))
    if state in TABLE[act].where:
        OF_A_WHISTLE_BY_CLOCK[act](whistle, NOW)
        assert whistle.state is state
    else:
        with pytest.raises(Refused):
            OF_A_WHISTLE_BY_CLOCK[act](whistle, NOW)
        assert vars(whistle) == before


# ── the ladder's times ───────────────────────────────────────────────────────


def climbs(kind: str, now: datetime, steps: int) -> list[tuple[str, Level]]:
    """When the clock alerts which level, while nobody answers."""
    call = called(kind, now)
    found = [(clock_of(now), call.ladder.steps[call.step].level)]
    while len(found) < steps:
        assert call.next_at is not None
        now = call.next_at
        if call.due_act(now) is Act.NEEDS_CALL:
            call.ask_for_a_call(now)
        else:
            climb(call, now)
            found.append((clock_of(now), call.ladder.steps[call.step].level))
    return found


def test_an_emergency_climbs_by_the_clock_through_any_night() -> None:
    assert climbs("emergency", local("2026-11-28", "23:58"), 7) == [
        ("2026-11-28 23:58", Level.DUTY),
        ("2026-11-29 00:03", Level.PARTNER),
        ("2026-11-29 00:08", Level.LEADER),
        ("2026-11-29 00:13", Level.STREET),
        ("2026-11-29 00:28", Level.CENTRE),
        ("2026-11-29 00:38", Level.CENTRE),
        ("2026-11-29 00:48", Level.CENTRE),
    ]


def test_every_other_kind_climbs_in_working_time_only() -> None:
    friday_evening = local("2026-11-27", "17:30")
    assert climbs("key", friday_evening, 6) == [
        ("2026-11-27 17:30", Level.DUTY),
        ("2026-11-30 09:00", Level.PARTNER),
        ("2026-11-30 09:30", Level.LEADER),
        ("2026-11-30 10:00", Level.STREET),
        ("2026-11-30 12:00", Level.CENTRE),
        ("2026-11-30 16:00", Level.CENTRE),
    ]


def test_what_is_blown_at_night_has_its_whole_limit_from_the_morning_on() -> None:
    call = called("key", local("2026-11-24", "22:00"))
    assert call.step_at is not None
    assert clock_of(call.step_at) == "2026-11-25 09:30"
    assert clock_of(call.report_due) == "2026-11-25 10:30"


def test_a_holiday_is_no_working_time_and_a_make_up_saturday_is() -> None:
    office = WorkTime(ZONE, time(8, 30), time(18, 0), is_workday)
    before_the_holiday = local("2025-09-30", "17:00")  # 1 to 8 October are off, Saturday 11 is not
    assert clock_of(KEY.ladder.later(before_the_holiday, 120, office)) == "2025-10-09 09:30"
    assert clock_of(KEY.ladder.later(local("2025-10-10", "17:30"), 60, office)) == (
        "2025-10-11 09:00"
    )


@pytest.mark.parametrize(
    ("at", "emergency", "working"),
    [
        # Clocks go forward in the night to 28 March 2027 and back in that to 31 October.
        ("2027-03-28T01:30", "2027-03-28 03:30", "2027-03-29 10:30"),
        ("2027-10-31T01:30", "2027-10-31 02:30", "2027-11-01 10:30"),
    ],
)
def test_where_clocks_change_minutes_stay_minutes_and_offices_open_by_the_clock(
    at: str, emergency: str, working: str
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    office = WorkTime(zone, time(8, 30), time(18), lambda day: day.weekday() < 5)
    moment = datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))

    def shown(found: datetime) -> str:
        return f"{found.astimezone(zone):%Y-%m-%d %H:%M}"

    assert shown(EMERGENCY.ladder.later(moment, 60, office)) == emergency
    assert shown(KEY.ladder.later(moment, 120, office)) == working


def test_a_process_that_was_away_alerts_the_present_step_and_records_what_was_missed() -> None:
    call = called()
    climb(call, MONDAY + 20 * MINUTE)
    assert call.ladder.steps[call.step].level is Level.STREET
    assert call.events[-1].data["missed"] == "partner leader"


def test_a_level_at_which_nobody_is_stands_on_record_as_that() -> None:
    call = called()
    call.alert(2, 23, "姚刚", MONDAY + 5 * MINUTE, WORK, nobody=(Level.PARTNER,))
    assert call.events[-1].data["nobody"] == "partner"
    assert "missed" not in call.events[-1].data


def test_street_and_centre_are_alerted_but_do_not_answer_for_the_unit() -> None:
    call = called()
    call.alert(3, 7, "钱勇", MONDAY + 15 * MINUTE, WORK)
    assert (call.officer_id, call.officer_name) == (21, "石磊")


def test_hurrying_at_the_top_would_ask_the_same_person_again_so_it_waits() -> None:
    call = called()
    assert call.hurry(NOW)
    assert call.due_act(NOW) is Act.CLIMB
    call.alert(4, 8, "何伟", NOW, WORK)
    at = call.next_at
    assert not call.hurry(NOW)
    assert call.next_at == at


def test_a_ladder_is_the_same_after_it_was_kept() -> None:
    for kind in (EMERGENCY, KEY):
        assert Ladder.from_json(kind.ladder.as_json()) == kind.ladder


# ── one unit ─────────────────────────────────────────────────────────────────


def test_after_reporting_in_only_silence_is_looked_at() -> None:
    call = called()
    call.report_in(UNIT, MONDAY + 10 * MINUTE, WORK)
    assert (call.step_at, call.telephone_at, call.needs_call) == (None, None, False)
    assert call.next_at == MONDAY + 40 * MINUTE
    assert call.due_act(call.next_at) is Act.NUDGE


@pytest.mark.parametrize(("minutes", "late"), [(30, False), (31, True)])
def test_late_is_after_the_limit(minutes: int, late: bool) -> None:
    call = called()
    call.report_in(UNIT, MONDAY + minutes * MINUTE, WORK)
    assert call.late is late
    assert call.events[-1].data == ({"late": "yes"} if late else {})


def test_a_telephone_call_that_promises_has_reported_in_and_one_unanswered_hurries() -> None:
    promised, silent = called(), called()
    promised.telephone(WHISTLER, Telephoned.COMING, NOW, WORK)
    assert promised.state is UnitState.REPORTED_IN
    assert promised.officer_name == "石磊"  # who was alerted, not who telephoned
    silent.telephone(WHISTLER, Telephoned.NO_ANSWER, NOW, WORK)
    assert silent.due_act(NOW) is Act.CLIMB


def test_a_refusal_stops_the_chase_and_reminds_the_district_until_it_rules() -> None:
    call = called()
    call.refuse(UNIT, "不在我们的片区", NOW, WORK)
    later = NOW + 60 * MINUTE
    assert (call.next_at, call.due_act(later)) == (later, Act.NUDGE)
    call.rule(DISTRICT, NOW, WORK, founded=True)
    assert (call.state, call.next_at, call.unfounded) == (UnitState.EXCUSED, None, 0)


def test_a_refusal_ruled_unfounded_counts_calls_anew_and_cannot_be_made_again() -> None:
    call = called()
    call.refuse(UNIT, "不在我们的片区", NOW, WORK)
    later = MONDAY + 90 * MINUTE
    call.rule(DISTRICT, later, WORK, founded=False)
    assert (call.state, call.unfounded, call.step) == (UnitState.CALLED, 1, -1)
    assert (call.called_at, call.report_due) == (later, later + 30 * MINUTE)
    climb(call, later)
    before = copy(vars(call))
    with pytest.raises(Refused) as refused:
        call.refuse(UNIT, "真不归我们", later, WORK)
    assert refused.value.code == "designated"
    assert vars(call) == before


def test_silence_is_asked_about_level_by_level_and_any_word_begins_anew() -> None:
    call = unit_in(UnitState.REPORTED_IN)
    told, now = [], MONDAY
    for _time in range(5):
        assert call.next_at is not None
        now = call.next_at
        told.append(call.nudge(now, WORK))
    assert told == [None, Level.LEADER, Level.STREET, Level.CENTRE, Level.CENTRE]
    assert call.next_at == now + 10 * MINUTE
    call.progress(UNIT, now, WORK)
    assert (call.nudged, call.next_at) == (0, now + 30 * MINUTE)


def test_what_is_not_done_goes_on_with_the_clock_of_silence() -> None:
    call = unit_in(UnitState.DONE)
    call.redo(WHISTLER, "还有一个坑", NOW, WORK)
    assert (call.state, call.redone, call.done_at) == (UnitState.REPORTED_IN, 1, None)
    assert call.next_at == NOW + 30 * MINUTE


def test_who_answers_for_the_unit_is_whoever_was_first() -> None:
    call = called()
    call.report_in(By(Role.UNIT, 22, "蒋帆"), NOW, WORK)
    call.arrive(By(Role.UNIT, 23, "姚刚"), NOW, WORK)
    assert call.officer_name == "蒋帆"
    call.hand_over(UNIT, 23, "姚刚", NOW)
    assert call.officer_name == "姚刚"


def test_a_promise_on_the_telephone_can_still_be_refused_before_anybody_arrives() -> None:
    call = unit_in(UnitState.REPORTED_IN)
    call.refuse(UNIT, "到了才知道是燃气的", NOW, WORK)
    assert call.state is UnitState.REFUSED


@pytest.mark.parametrize("value", [0, 4, -1])
def test_a_judgement_is_one_of_three(value: int) -> None:
    ways: tuple[Callable[[UnitCall], None], ...] = (
        lambda call: call.rate(WHISTLER, value, 2, NOW),
        lambda call: call.rate_whistle(UNIT, 3, value, NOW),
    )
    for rate in ways:
        with pytest.raises(Refused) as refused:
            rate(unit_in(UnitState.DONE))
        assert refused.value.code == "bad_rating"


# ── the whole ────────────────────────────────────────────────────────────────


def blown(*states: UnitState) -> tuple[Whistle, list[UnitCall]]:
    """A whistle with units in these states; the first one leads."""
    whistle = made()
    whistle.blow(WHISTLER, MONDAY)
    calls = [unit_in(state) for state in states]
    for number, call in enumerate(calls):
        call.lead = number == 0
    return whistle, calls


_D, _R = UnitState.DONE, UnitState.REPORTED_IN


def test_while_one_unit_is_at_it_nothing_is_concluded() -> None:
    whistle, calls = blown(_D, _R)
    assert whistle.settle(calls, UNIT, NOW, WORK, calls[0]) is None
    assert whistle.state is WhistleState.BLOWN


def test_where_the_lead_is_the_last_one_done_its_result_is_the_last_word() -> None:
    whistle, calls = blown(_D, _D)
    assert whistle.settle(calls, UNIT, NOW, WORK, calls[0]) is Act.CONCLUDE
    assert (whistle.state, whistle.conclusion) == (WhistleState.CONCLUDED, "换好了")
    assert calls[0].next_at is None


def test_where_another_is_the_last_one_done_the_lead_is_asked_for_the_last_word() -> None:
    whistle, calls = blown(_D, _D)
    assert whistle.settle(calls, UNIT, NOW, WORK, calls[1]) is Act.LEAD
    assert calls[0].next_at == NOW + 30 * MINUTE
    assert calls[0].due_act(NOW + 30 * MINUTE) is Act.NUDGE
    whistle.conclude(UNIT, calls, "都通了", NOW, WORK)
    assert calls[0].next_at is None


def test_nobody_says_the_last_word_while_a_unit_is_still_at_it() -> None:
    whistle, calls = blown(_D, _R)
    with pytest.raises(Refused) as refused:
        whistle.conclude(UNIT, calls, "都好了", NOW, WORK)
    assert refused.value.code == "not_all_done"
    assert whistle.state is WhistleState.BLOWN


def test_who_leads_no_longer_is_not_asked_for_the_last_word_either() -> None:
    whistle, calls = blown(_D, _D)
    whistle.settle(calls, UNIT, NOW, WORK, calls[1])
    whistle.lead_with(WHISTLER, calls[1], calls, NOW)
    assert whistle.settle(calls, WHISTLER, NOW, WORK) is Act.LEAD
    assert [call.next_at is not None for call in calls] == [False, True]


def test_a_unit_that_has_left_cannot_lead() -> None:
    whistle, calls = blown(_R, UnitState.EXCUSED)
    with pytest.raises(Refused) as refused:
        whistle.lead_with(WHISTLER, calls[1], calls, NOW)
    assert refused.value.code == "call_moved_on"
    assert [call.lead for call in calls] == [True, False]


def test_when_the_lead_leaves_the_next_one_leads() -> None:
    whistle, calls = blown(UnitState.EXCUSED, _R, _R)
    assert whistle.settle(calls, DISTRICT, NOW, WORK, calls[0]) is None
    assert [call.lead for call in calls if call.state is _R] == [True, False]


def test_without_any_unit_left_it_is_over() -> None:
    whistle, calls = blown(UnitState.EXCUSED, UnitState.RELEASED)
    assert whistle.settle(calls, DISTRICT, NOW, WORK, calls[0]) is Act.CALL_OFF
    assert (whistle.state, whistle.ended_how) == (WhistleState.ENDED, "no_units")


def test_a_unit_cannot_end_it_and_the_whistler_not_before_the_last_word() -> None:
    whistle, _calls = blown(_D)
    for by in (UNIT, WHISTLER):
        with pytest.raises(Refused):
            whistle.accept(by, NOW, WORK)
    whistle.end(SUPERIOR, "改由区里施工", NOW, WORK)
    assert whistle.ended_how == "改由区里施工"


def test_an_emergency_is_reviewed_once_and_its_reviewer_asked_twice() -> None:
    whistle, _calls = whistle_in(WhistleState.ENDED)
    assert whistle.next_at == MONDAY + 60 * MINUTE
    assert (whistle.ask(MONDAY + 60 * MINUTE, WORK), whistle.next_at is None) == (1, False)
    assert (whistle.ask(MONDAY + 120 * MINUTE, WORK), whistle.next_at is None) == (2, True)
    whistle.review(REVIEWER, NOW, justified=False)
    assert whistle.reviewed == "no"
    with pytest.raises(Refused) as refused:
        whistle.review(REVIEWER, NOW, justified=True)
    assert refused.value.code == "reviewed_already"


def test_a_review_takes_nothing_from_the_time_for_the_result() -> None:
    whistle = made("demand")
    whistle.wait_for_review(MONDAY, WORK)
    due = whistle.result_due
    whistle.approve(REVIEWER, MONDAY + 45 * MINUTE)
    assert whistle.result_due == due + 45 * MINUTE


def test_a_reminder_comes_at_four_fifths_and_overdue_is_said_once() -> None:
    whistle, _calls = blown(_R)
    soon = MONDAY + 192 * MINUTE
    assert (whistle.next_at, whistle.due_act(soon)) == (soon, Act.DUE_SOON)
    whistle.warn(soon)
    assert whistle.due_act(whistle.result_due) is Act.OVERDUE
    whistle.overdue(whistle.result_due)
    assert (whistle.next_at, whistle.overdue_at) == (None, whistle.result_due)


@pytest.mark.parametrize(
    ("minutes", "then"),
    [(60, 192), (200, 240), (300, 300)],
    ids=["before the reminder", "after its time", "after the time for the result"],
)
def test_sent_back_it_keeps_the_time_for_its_result(minutes: int, then: int) -> None:
    whistle, calls = blown(_D)
    now = MONDAY + minutes * MINUTE
    whistle.conclude(UNIT, calls, "好了", now, WORK)
    whistle.send_back(WHISTLER, "没有", now)
    assert whistle.next_at == MONDAY + then * MINUTE
    assert whistle.due_act(whistle.next_at) in {Act.DUE_SOON, Act.OVERDUE}


def test_a_unit_called_later_stands_under_the_whistles_own_ladder() -> None:
    whistle = made()
    whistle.ladder = replace(whistle.ladder, report_in=12)
    call = unit_of(whistle, NOW)
    call.call(NOW, WORK)
    assert call.report_due == NOW + 12 * MINUTE


def test_what_a_whistle_and_a_unit_look_like_in_a_log_says_nothing_of_what_was_said() -> None:
    whistle, calls = blown(_D)
    shown: Callable[[object], str] = repr
    assert "污水" not in shown(whistle)
    assert "换好" not in shown(calls[0])
    assert "P3" not in shown(calls[0].events[-1])
    assert CLOCK.person_id is None
