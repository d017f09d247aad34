"""Whatever anybody does to a case, in whatever order, its promises hold.

Random districts, random people and random time: reporters, followers, holders, superiors,
strangers, the clock and the sender act on one case, and after each act the promises of
governance/cases.py are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.casefile import Case
from governance.cases import CLOCK, TABLE, Act, Actor, Ending, State, Verdict
from governance.org import LADDER, PostKind, Rung
from governance.refused import Refused
from governance.roles import actor_of, as_caller, as_reporter
from handlers.refusals import words_for
from tests.governance import district
from tests.governance.acts import BY_CLOCK, BY_PEOPLE, Moment
from tests.governance.district import (
    FOLLOWER_ID,
    HELPING,
    MONDAY,
    POLICY,
    REPORTER_ID,
    STRANGER_ID,
    UNIT,
    UNIT_LEADER,
)

OFFICERS = (11, 12, 13, 14, 15)
UNITS = (UNIT, UNIT_LEADER)
IN_UNITS = (*(r.person_id for r in UNITS), HELPING.person_id)
EVERYBODY = (REPORTER_ID, FOLLOWER_ID, STRANGER_ID, *OFFICERS, *IN_UNITS)
# People hold several posts, and somebody with a post may report a case of their own.
rungs = st.builds(district.rung, st.sampled_from(LADDER), st.sampled_from((*OFFICERS, REPORTER_ID)))
ladders = st.lists(rungs, min_size=1, max_size=5, unique=True).map(
    lambda found: tuple(sorted(found, key=lambda r: LADDER.index(r.post)))
)
steps = st.sampled_from(
    [timedelta(minutes=m) for m in (0, 1, 3, 30, 119, 700)]
    + [timedelta(days=d) for d in (1, 2, 5, 9)]
)


class CaseLife(RuleBasedStateMachine):
    """One case, from its report on."""

    case: Case
    ladder: Sequence[Rung]
    now: datetime

    @initialize(
        ladder=ladders,
        kind=st.sampled_from(["lamp", "noise", "trees", "fire", "removed"]),
        emergency=st.booleans(),
        later=steps,
    )
    def reported(
        self, ladder: Sequence[Rung], kind: str, emergency: bool, later: timedelta
    ) -> None:
        self.now = MONDAY + later
        self.ladder = ladder
        self.case = district.reported(kind, self.now, ladder, emergency=emergency)
        self.promised = self.case.result_due
        self.holders = {_as_holder(r) for r in (*ladder, *UNITS)}

    # ── what happens ─────────────────────────────────────────────────────────

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(ladder=ladders)
    def posts_change_hands(self, ladder: Sequence[Rung]) -> None:
        self.ladder = ladder
        self.holders |= {_as_holder(r) for r in ladder}

    @rule(act=st.sampled_from(sorted(BY_PEOPLE)), person=st.sampled_from(EVERYBODY))
    def somebody_acts(self, act: Act, person: int) -> None:
        self._try(act, self._as(person))

    @rule(data=st.data())
    def somebody_does_what_they_may(self, data: st.DataObject) -> None:
        here = [r for r in TABLE.values() if self.case.state in r.where and r.act in BY_PEOPLE]
        them = [*map(self._as, EVERYBODY), *map(self._on_the_telephone, OFFICERS)]
        able = [(r.act, by) for r in here for by in them if by.role in r.by]
        if able:
            self._try(*data.draw(st.sampled_from(able)))

    def _as(self, person: int) -> Actor:
        follows = person == FOLLOWER_ID
        actor = actor_of(self.case, person, f"P{person}", self._rungs(), follows=follows)
        return as_reporter(self.case, actor)

    def _on_the_telephone(self, person: int) -> Actor:
        return as_caller(self.case, self._as(person))

    def _rungs(self) -> tuple[Rung, ...]:
        """The ladder, and the officers of the units that have a part in it."""
        leading = UNITS if self.case.holder_unit_id is not None else ()
        return (*self.ladder, *leading, *((HELPING,) if self.case.co_units else ()))

    @rule(act=st.sampled_from(sorted(BY_CLOCK)))
    def the_clock_or_the_sender_acts(self, act: Act) -> None:
        self._try(act, CLOCK)

    @precondition(lambda self: self.case.due_act(self.now, POLICY) is not None)
    @rule()
    def the_clock_does_what_is_due(self) -> None:
        act = self.case.due_act(self.now, POLICY)
        assert act is not None
        assert self.case.state in TABLE[act].where
        assert self._try(act, CLOCK)
        assert self.case.next_at is None or self.case.next_at > self.now

    def _try(self, act: Act, by: Actor) -> bool:
        case, before, written = self.case, copy(vars(self.case)), len(self.case.events)
        try:
            told = {**BY_PEOPLE, **BY_CLOCK}[act](case, Moment(by, self._rungs(), self.now))
        except Refused as refused:
            assert words_for(refused)
            assert vars(case) == before
            assert len(case.events) == written
            return False
        assert told == TABLE[act].tells
        assert by.role in TABLE[act].by
        assert before["state"] in TABLE[act].where
        assert case.state is (TABLE[act].to or before["state"])
        assert len(case.events) == written + 1
        line = case.events[-1]
        assert (line.act, line.at, line.by_role) == (act, self.now, by.role)
        if TABLE[act].to is State.CLOSED and case.ending in {Ending.SOLVED, Ending.EXPLAINED}:
            assert by.person_id != case.holder_id
        if before["designated"] and case.holder_unit_id != before["holder_unit_id"]:
            assert act in {Act.CHASE, Act.ACCEPT, Act.ANSWER} or by.post is PostKind.DISTRICT_DESK
        return True

    # ── what always holds ────────────────────────────────────────────────────

    @invariant()
    def somebody_who_was_on_the_ladder_holds_it(self) -> None:
        case = self.case
        holder = (case.holder_post, case.holder_area_id, case.holder_unit_id, case.holder_id)
        assert (*holder, case.holder_name, case.holder_phone) in self.holders

    @invariant()
    def the_promised_day_stands(self) -> None:
        assert self.case.result_due == self.promised

    @invariant()
    def it_is_closed_exactly_when_it_has_a_verdict(self) -> None:
        closed = self.case.state is State.CLOSED
        joined = self.case.ending is Ending.DUPLICATE  # the other one is reopened
        reopens = self.case.closed_at if joined else self.case.reopen_until
        marks = (self.case.verdict, self.case.closed_at, reopens)
        assert all((mark is not None) is closed for mark in marks)

    @invariant()
    def silence_closes_only_what_surely_arrived(self) -> None:
        if self.case.verdict is Verdict.DEFAULT:
            acts = [line.act for line in self.case.events]
            answered = len(acts) - acts[::-1].index(Act.ANSWER)
            assert Act.ASKED in acts[answered:]

    @invariant()
    def the_clock_forgets_no_case(self) -> None:
        case = self.case
        if case.state is State.ASSIGNED:
            assert case.next_at is not None
        if case.state is State.WORKING and case.overdue_at is None:
            assert case.next_at is not None
            assert case.next_at <= case.due
        if case.state is State.SUSPENDED:
            assert case.next_at == case.suspended_until
        if case.state is State.ANSWERED:
            assert case.next_at is not None or case.needs_call
        if case.state is State.CLOSED:
            assert case.next_at is None

    @invariant()
    def only_an_answer_to_the_reporter_waits_for_a_call(self) -> None:
        assert self.case.state is State.ANSWERED or not self.case.needs_call


def _as_holder(r: Rung) -> tuple[PostKind, int | None, int | None, int, str, str]:
    return (r.post, r.area_id, r.unit_id, r.person_id, r.name, r.phone)


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(stateful_step_count=40)
