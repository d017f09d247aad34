"""The table of the case machine is what the methods really do, in every state, for everybody."""

from __future__ import annotations

from copy import copy

import pytest

from governance.cases import CLOCK, TABLE, Act, Actor, Role, Rule, State
from governance.refused import Refused
from tests.governance.acts import BY_CLOCK, BY_PEOPLE, Moment
from tests.governance.district import (
    CHIEF,
    FOLLOWER,
    HOLDER,
    MINUTE,
    MONDAY,
    POLICY,
    REPORTER,
    RUNGS,
    STRANGER_ID,
    SUPERIOR,
    brought_to,
)

NOW = MONDAY + MINUTE
SPEAKERS = {
    Role.REPORTER: REPORTER,
    Role.FOLLOWER: FOLLOWER,
    Role.HOLDER: HOLDER,
    Role.SUPERIOR: SUPERIOR,
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


def test_a_handler_can_close_nothing() -> None:
    closing = [rule for rule in TABLE.values() if rule.to is State.CLOSED]
    assert closing
    assert not any({Role.HOLDER, Role.SUPERIOR} & set(rule.by) for rule in closing)


@as_every_role
@in_every_state
@pytest.mark.parametrize("act", BY_PEOPLE)
def test_people_may_do_exactly_what_the_table_says(act: Act, state: State, role: Role) -> None:
    attempt = Moment(SPEAKERS[role], RUNGS, NOW)
    expect(TABLE[act], state, attempt, allowed=role in TABLE[act].by)


@in_every_state
@pytest.mark.parametrize("act", BY_CLOCK)
def test_the_clock_does_exactly_what_the_table_says(act: Act, state: State) -> None:
    expect(TABLE[act], state, Moment(CLOCK, RUNGS, NOW), allowed=True)


def expect(rule: Rule, state: State, moment: Moment, *, allowed: bool) -> None:
    case = brought_to(state)
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
    assert line.data == {"reason": "够不着", "to": CHIEF.name}
