"""The table of the case machine is what the methods really do, in every state, for everybody."""

from __future__ import annotations

from copy import copy

import pytest

from governance.casefile import Case
from governance.cases import CLOCK, TABLE, Act, Actor, Role, Rule, State
from governance.org import PostKind
from governance.refused import Refused
from tests.governance.acts import BY_CLOCK, BY_PEOPLE, Moment
from tests.governance.district import (
    AT_CENTRE,
    CALLER,
    CENTRE,
    CHIEF,
    COLLEAGUE,
    DAY,
    FOLLOWER,
    HELPER,
    HOLDER,
    MINUTE,
    MONDAY,
    PARTNER,
    POLICY,
    REPORTER,
    RUNGS,
    STRANGER_ID,
    UNIT,
    WORKER,
    brought_to,
)

NOW = MONDAY + MINUTE
SPEAKERS = {
    Role.REPORTER: REPORTER,
    Role.HELPER: HELPER,
    Role.FOLLOWER: FOLLOWER,
    Role.HOLDER: HOLDER,
    Role.PARTNER: PARTNER,
    Role.SUPERIOR: AT_CENTRE,
    Role.CALLER: CALLER,
    Role.CLOCK: CLOCK,
    Role.STRANGER: Actor(Role.STRANGER, STRANGER_ID, "陌生人"),
}

in_every_state = pytest.mark.parametrize("state", State)
as_every_role = pytest.mark.parametrize("role", Role)


def test_every_act_but_opening_stands_in_the_table() -> None:
    assert set(TABLE) == set(Act) - {Act.OPEN}
    assert {*BY_PEOPLE, *BY_CLOCK} == set(TABLE)


def test_what_the_clock_does_nobody_else_can_do() -> None:
    assert {act for act, rule in TABLE.items() if Role.CLOCK in rule.by} == set(BY_CLOCK)
    assert all(TABLE[act].by == (Role.CLOCK,) for act in BY_CLOCK)


def test_a_handler_closes_nothing_as_done() -> None:
    closing = [rule for rule in TABLE.values() if rule.to is State.CLOSED]
    assert closing
    by_handlers = {rule.act for rule in closing if {Role.HOLDER, Role.SUPERIOR} & set(rule.by)}
    assert by_handlers == {Act.DECLINE, Act.MERGE}  # where nothing is said to be done


@as_every_role
@in_every_state
@pytest.mark.parametrize("act", BY_PEOPLE)
def test_people_may_do_exactly_what_the_table_says(act: Act, state: State, role: Role) -> None:
    speaker = AT_THE_DESK if role is Role.HOLDER and TABLE[act].lowest else SPEAKERS[role]
    attempt = Moment(speaker, (COLLEAGUE, *RUNGS, CENTRE), NOW)
    expect(TABLE[act], state, attempt, allowed=role in TABLE[act].by)


@pytest.mark.parametrize("act", [act for act, rule in TABLE.items() if rule.lowest])
def test_some_acts_begin_with_a_level(act: Act) -> None:
    case = prepared(act, State.WORKING)
    with pytest.raises(Refused, match="level_too_low"):
        BY_PEOPLE[act](case, Moment(HOLDER, RUNGS, NOW))


@in_every_state
@pytest.mark.parametrize("act", BY_CLOCK)
def test_the_clock_does_exactly_what_the_table_says(act: Act, state: State) -> None:
    expect(TABLE[act], state, Moment(CLOCK, RUNGS, NOW), allowed=True)


def prepared(act: Act, state: State) -> Case:
    """A case in this state for which only the one who does the act is missing."""
    case = brought_to(state)
    case.private = act is Act.MEDIATE
    if act is Act.GIVE_BACK:
        case.hold(UNIT)
        case.given_by = PostKind.COMMUNITY_DUTY
    if act in ASKED_FOR:
        case.asking, case.asking_until = ASKED_FOR[act], case.due + DAY
    return case


ASKED_FOR = {Act.EXTEND: Act.EXTEND, Act.SUSPEND: Act.SUSPEND, Act.DENY: Act.EXTEND}
AT_THE_DESK = Actor(Role.HOLDER, WORKER.person_id, WORKER.name, PostKind.DISTRICT_DESK)


def expect(rule: Rule, state: State, moment: Moment, *, allowed: bool) -> None:
    case = prepared(rule.act, state)
    before, written = copy(vars(case)), len(case.events)
    do = {**BY_PEOPLE, **BY_CLOCK}[rule.act]
    if allowed and state in rule.where:
        assert do(case, moment) == rule.tells
        assert case.state is (rule.to or state)
        assert [line.act for line in case.events[written:]] == [rule.act]
        return
    with pytest.raises(Refused) as refused:
        do(case, moment)
    assert refused.value.code == ("wrong_state" if allowed else "not_yours")
    assert vars(case) == before
    assert len(case.events) == written


def test_a_line_of_the_history_says_who_did_what_when_and_why() -> None:
    case = brought_to(State.WORKING)
    case.escalate(HOLDER, RUNGS, "够不着", POLICY, NOW)
    line = case.events[-1]
    assert (line.act, line.at) == (Act.ESCALATE, NOW)
    assert (line.by_role, line.by_person, line.by_name) == (Role.HOLDER, 11, "P11")
    whose = {"to": CHIEF.name, "person": str(CHIEF.person_id), "post": CHIEF.post}
    assert line.data == {"note": "够不着", **whose}
