"""Units: given a case, giving it back once, designated, and helping whoever leads."""

from __future__ import annotations

import pytest

from governance.casefile import Case
from governance.casehands import CoUnit
from governance.cases import Act, Actor, Closing, Ground, Outcome, Reason, Role, State, Verdict
from governance.org import PostKind, Rung
from governance.roles import actor_of, answering, as_caller, as_reporter, role_of
from tests.governance.district import (
    AT_CENTRE,
    AT_COMMUNITY,
    CENTRE,
    CHIEF,
    COLLEAGUE,
    COMMUNITY,
    DAY,
    HELPING,
    MONDAY,
    PARTNER,
    POLICY,
    REPORTER,
    RUNGS,
    UNIT,
    UNIT_LEADER,
    WORKER,
    brought_to,
    officer,
    refusal,
    reported,
)

WITH_UNIT = (*RUNGS, CENTRE, UNIT, UNIT_LEADER)
AT_UNIT = Actor(Role.HOLDER, UNIT.person_id, UNIT.name)
OTHER_UNIT = officer(51, 700, "区供电公司")


def given(to: Rung = UNIT) -> Case:
    """A lamp that the community gave to the unit that answers for lamps."""
    case = reported()
    case.give(AT_COMMUNITY, to, "0201", "请处理", POLICY, MONDAY)
    return case


def test_a_unit_holds_what_it_was_given_and_the_promised_day_stands() -> None:
    before = reported().result_due
    case = given()
    assert (case.holder_unit_id, case.holder_unit, case.holder_id) == (800, "区路灯所", 31)
    assert (case.state, case.result_due, case.hops) == (State.ASSIGNED, before, 1)
    assert case.events[-1].data["basis"] == "0201"
    assert case.events[-1].data["unit"] == "800"


def test_whoever_answers_for_the_unit_may_act_and_becomes_the_one_it_is_with() -> None:
    case = given()
    assert role_of(case, UNIT_LEADER.person_id, WITH_UNIT) is Role.HOLDER
    leader = actor_of(case, UNIT_LEADER.person_id, "P32", WITH_UNIT)
    case.accept(leader, WITH_UNIT, MONDAY)
    assert (case.holder_id, case.holder_unit_id) == (UNIT_LEADER.person_id, 800)


def test_while_the_officer_is_gone_somebody_else_of_the_unit_answers() -> None:
    case = given()
    assert answering(case, WITH_UNIT) == UNIT.person_id
    assert answering(case, (*RUNGS, UNIT_LEADER)) == UNIT_LEADER.person_id


def test_whoever_gave_it_to_a_unit_stands_above_it_and_those_below_do_not() -> None:
    case = given()
    assert role_of(case, COMMUNITY.person_id, WITH_UNIT) is Role.SUPERIOR
    assert role_of(case, CENTRE.person_id, WITH_UNIT) is Role.SUPERIOR
    assert role_of(case, CHIEF.person_id, WITH_UNIT) is Role.STRANGER


def test_the_first_return_goes_to_whoever_gave_it_the_second_to_the_city_centre() -> None:
    case = given()
    case.give_back(AT_UNIT, WITH_UNIT, Ground.NOT_DUTY, "小区里的灯", POLICY, MONDAY)
    assert (case.holder_id, case.holder_unit_id) == (COMMUNITY.person_id, None)
    holder = Actor(Role.HOLDER, COMMUNITY.person_id, COMMUNITY.name, COMMUNITY.post)
    case.give(holder, OTHER_UNIT, "", "那归你们", POLICY, MONDAY)
    other = Actor(Role.HOLDER, OTHER_UNIT.person_id, OTHER_UNIT.name)
    case.give_back(other, WITH_UNIT, Ground.OTHER_UNIT, "也不是", POLICY, MONDAY)
    assert (case.holder_id, case.holder_post) == (CENTRE.person_id, PostKind.DISTRICT_DESK)


def test_what_the_centre_designates_is_not_given_back_nor_given_on_by_others() -> None:
    case = given()
    case.designate(AT_CENTRE, UNIT, "就归路灯所", POLICY, MONDAY + DAY)
    with refusal("decided_above"):
        case.give_back(AT_UNIT, WITH_UNIT, Ground.NOT_DUTY, "不归我们", POLICY, MONDAY)
    with refusal("decided_above"):
        case.give(AT_COMMUNITY, OTHER_UNIT, "", "", POLICY, MONDAY)
    case.give(AT_CENTRE, OTHER_UNIT, "", "改派", POLICY, MONDAY)
    assert case.holder_unit_id == 700


def test_a_unit_that_does_not_take_it_is_passed_to_its_leader_and_then_to_whoever_gave_it() -> None:
    case = given()
    case.chase(WITH_UNIT, POLICY, MONDAY + DAY)
    assert (case.holder_id, case.holder_unit_id) == (UNIT_LEADER.person_id, 800)
    case.chase(WITH_UNIT, POLICY, MONDAY + 2 * DAY)
    assert (case.holder_id, case.holder_unit_id) == (COMMUNITY.person_id, None)


def test_what_lies_elsewhere_is_assigned_with_its_place() -> None:
    case = reported()
    case.assign(AT_COMMUNITY, COLLEAGUE, "是您那个网格的", POLICY, MONDAY, "/1/50/101/")
    assert (case.path, case.area_id, case.holder_id) == ("/1/50/101/", 101, COLLEAGUE.person_id)
    assert case.events[-1].data["path"] == "/1/50/101/"
    case.assign(AT_COMMUNITY, CHIEF, "", POLICY, MONDAY)
    assert case.area_id == 101
    assert "path" not in case.events[-1].data


def test_an_objection_to_what_a_superior_declined_goes_above_that_superior() -> None:
    case = reported()
    rungs = (*RUNGS, CENTRE)
    case.decline(AT_COMMUNITY, rungs, Reason.PETITION, "信访在办", POLICY, MONDAY)
    assert case.holder_id == COMMUNITY.person_id
    case.redo(REPORTER, rungs, "不是一回事", POLICY, MONDAY)
    assert case.holder_id == CENTRE.person_id


def test_a_unit_that_helped_and_is_given_the_case_leads_and_helps_no_more() -> None:
    case = reported()
    unit = CoUnit(case.id, UNIT.unit_id or 0, UNIT.unit, MONDAY, None)
    case.add_unit(AT_COMMUNITY, unit, "", "", MONDAY)
    other = CoUnit(case.id, 900, "区园林所", MONDAY, None)
    case.add_unit(AT_COMMUNITY, other, "", "", MONDAY)
    case.give(AT_COMMUNITY, UNIT, "", "", POLICY, MONDAY)
    for one in (unit, other, unit):
        case.leads(one, MONDAY)
    assert (case.co_units, unit.dropped_at, other.dropped_at) == (1, MONDAY, None)


def test_no_unit_is_added_to_a_private_one() -> None:
    case = reported("family")
    holder = Actor(Role.HOLDER, COMMUNITY.person_id, COMMUNITY.name, COMMUNITY.post)
    with refusal("private_alone"):
        case.add_unit(holder, CoUnit(case.id, 900, "区园林所", MONDAY, None), "", "", MONDAY)
    assert case.co_units == 0


def test_nobody_gives_a_case_upwards_as_if_it_were_an_order() -> None:
    case = reported()
    worker = Actor(Role.HOLDER, WORKER.person_id, WORKER.name, WORKER.post)
    with refusal("not_below"):
        case.assign(worker, COMMUNITY, "您来", POLICY, MONDAY)
    case.assign(AT_COMMUNITY, CHIEF, "先去看看", POLICY, MONDAY)
    assert case.holder_id == CHIEF.person_id


def test_a_helping_unit_feeds_back_to_whoever_leads_and_never_leads() -> None:
    case = reported()
    unit = CoUnit(case.id, 900, "区园林所", MONDAY, None)
    case.add_unit(AT_COMMUNITY, unit, "0107", "请修剪树枝", MONDAY)
    rungs = (*RUNGS, HELPING)
    assert role_of(case, HELPING.person_id, rungs) is Role.PARTNER
    case.feed_back(PARTNER, unit, "树枝修了", MONDAY + DAY)
    assert (unit.note, case.holder_id) == ("树枝修了", WORKER.person_id)
    with refusal("not_yours"):
        case.answer(PARTNER, rungs, Closing(Outcome.SOLVED, "好了", how="phone"), MONDAY)
    case.drop_unit(AT_COMMUNITY, unit, MONDAY + DAY)
    with refusal("not_helping"):
        case.feed_back(PARTNER, unit, "又修了", MONDAY + DAY)


def test_whom_it_concerns_never_has_it_and_is_a_stranger_to_it() -> None:
    case = reported(concerns_id=CHIEF.person_id)
    assert case.holder_id == COMMUNITY.person_id  # the level above
    assert role_of(case, CHIEF.person_id, RUNGS) is Role.STRANGER
    with refusal("concerned"):
        case.designate(AT_CENTRE, CHIEF, "", POLICY, MONDAY)


def test_a_private_one_has_one_named_handler_and_one_above() -> None:
    case = reported("family")
    assert (case.private, case.public, case.holder_id) == (True, False, COMMUNITY.person_id)
    assert role_of(case, CENTRE.person_id, (*RUNGS, CENTRE)) is Role.SUPERIOR
    assert role_of(case, WORKER.person_id, (*RUNGS, CENTRE)) is Role.STRANGER
    assert case.asks is False


def test_who_answered_a_case_cannot_close_it_on_the_telephone() -> None:
    case = reported()
    rungs = (*RUNGS, CENTRE)
    case.answer(AT_COMMUNITY, rungs, Closing(Outcome.SOLVED, "好了", how="phone"), MONDAY)
    handler = actor_of(case, COMMUNITY.person_id, COMMUNITY.name, rungs)
    assert as_caller(case, handler).role is Role.HOLDER
    centre = actor_of(case, CENTRE.person_id, CENTRE.name, rungs)
    assert as_caller(case, centre).role is Role.CALLER


@pytest.mark.parametrize("act", [Act.ESCALATE, Act.NOT_OURS])
def test_a_unit_does_not_hand_up(act: Act) -> None:
    case = given()
    with refusal("units_give_back"):
        getattr(case, act)(AT_UNIT, WITH_UNIT, "x", POLICY, MONDAY)


def test_whoever_found_and_handled_it_in_one_person_is_not_asked_whether_it_is_solved() -> None:
    case = reported()
    own = Actor(Role.HOLDER, REPORTER.person_id, "P1", PostKind.GRID_WORKER)
    case.holder_id = own.person_id or 0
    case.answer(own, RUNGS, Closing(Outcome.SOLVED, "清了", how="phone"), MONDAY)
    assert (case.asks, case.needs_call, case.next_at) == (False, True, None)


def test_the_head_of_an_office_may_telephone_about_what_lies_at_its_level_or_below() -> None:
    case = reported()
    case.answer(
        Actor(Role.HOLDER, WORKER.person_id, "P11"),
        RUNGS,
        Closing(Outcome.SOLVED, "好了", how="phone"),
        MONDAY,
    )
    head = Actor(Role.STRANGER, 77, "书记")
    assert as_caller(case, head).role is Role.STRANGER
    assert as_caller(case, head, [PostKind.COMMUNITY_HEAD]).role is Role.CALLER
    assert as_caller(case, head, [PostKind.ADMINISTRATOR]).role is Role.STRANGER
    assert as_caller(case, head, [PostKind.COMMUNITY_HEAD], handled=True).role is Role.STRANGER
    case.hold(CENTRE)
    assert as_caller(case, head, [PostKind.COMMUNITY_HEAD]).role is Role.STRANGER


def test_nobody_beside_the_ladder_telephones_about_a_private_case_or_one_about_them() -> None:
    case = reported("family")
    head = Actor(Role.STRANGER, 77, "书记")
    assert as_caller(case, head, [PostKind.STREET_HEAD]).role is Role.STRANGER
    about_them = reported(concerns_id=77)
    assert as_caller(about_them, head, [PostKind.STREET_HEAD]).role is Role.STRANGER


def test_whoever_filed_it_for_somebody_speaks_for_them_unless_they_handle_it() -> None:
    case = brought_to(State.ANSWERED)
    case.filed_by = CHIEF.person_id
    chief = as_reporter(case, actor_of(case, CHIEF.person_id, CHIEF.name, RUNGS))
    assert chief.role is Role.HELPER
    case.answered_by = CHIEF.person_id
    with refusal("theirs_to_say"):
        case.strike_off(chief, Verdict.SATISFIED, POLICY, MONDAY)
    case.answered_by = WORKER.person_id
    case.strike_off(chief, Verdict.SATISFIED, POLICY, MONDAY)
    assert case.events[-1].by_role is Role.HELPER
    own = reported()
    own.filed_by = own.reporter_id  # found on patrol
    assert own.helper_id is None


def test_whoever_filed_it_for_the_reporter_does_not_ask_them() -> None:
    case = reported()
    case.filed_by = CENTRE.person_id
    centre = actor_of(case, CENTRE.person_id, CENTRE.name, (*RUNGS, CENTRE))
    assert as_caller(case, centre).role is Role.SUPERIOR
