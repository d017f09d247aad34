"""Whatever anybody does in a whistle, in whatever order, its promises hold.

Random kinds, acts, people and time: whistler, superiors, reviewers, the district, units,
strangers and the clock act on one whistle with its units, and after each act the promises of
governance/whistles.py are looked at. At the end every whistle can be brought to its end.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.refused import Refused
from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import Whistle
from governance.whistles import (
    GOING,
    GONE,
    RUNNING,
    TABLE,
    UNIT_TABLE,
    Act,
    By,
    Role,
    UnitState,
    WhistleState,
)
from handlers.refusals import words_for
from tests.governance.district import MONDAY
from tests.governance.whistling import (
    BYS,
    DISTRICT,
    KINDS,
    OF_A_UNIT,
    OF_A_WHISTLE,
    REVIEWER,
    UNIT,
    WHISTLER,
    WORK,
    climb,
    made,
    unit_of,
)

ENDINGS = {Act.ACCEPT, Act.END, Act.CALL_OFF, Act.DECLINE}
SETTLES = {Act.RESULT, Act.EXCUSE, Act.RELEASE}
ON_A_UNIT = sorted(set(OF_A_UNIT) - {Act.REDO})  # which comes with sending back
steps = st.sampled_from(
    [timedelta(minutes=m) for m in (0, 1, 3, 5, 29, 61, 700)]
    + [timedelta(days=d) for d in (1, 3, 20)]
)
numbers = st.integers(0, 5)


class WhistleLife(RuleBasedStateMachine):
    """One whistle, from its blowing or its review on; handlers/whistles plays it this way."""

    whistle: Whistle
    calls: list[UnitCall]
    now: datetime

    @initialize(kind=st.sampled_from(sorted(KINDS)), units=st.integers(1, 4), later=steps)
    def made(self, kind: str, units: int, later: timedelta) -> None:
        self.now = MONDAY + later
        whistle = self.whistle = made(kind, self.now, hours=KINDS[kind].result_hours)
        self.ladder = copy(whistle.ladder.as_json())
        self.calls = [unit_of(whistle, self.now, f"单位{n}", lead=n == 0) for n in range(units)]
        if KINDS[kind].reviewed:
            whistle.wait_for_review(self.now, WORK)
        else:
            whistle.blow(WHISTLER, self.now)
            self._call_all(self.calls)

    # ── what happens ─────────────────────────────────────────────────────────

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @precondition(lambda self: self.whistle.state in GOING)
    @rule(act=st.sampled_from(ON_A_UNIT), role=st.sampled_from(Role), number=numbers)
    def somebody_acts_on_a_unit(self, act: Act, role: Role, number: int) -> None:
        self._on_a_unit(act, BYS[role], self.calls[number % len(self.calls)])

    @precondition(lambda self: self.whistle.state in GOING)
    @rule(data=st.data())
    def somebody_does_what_they_may_on_a_unit(self, data: st.DataObject) -> None:
        able = [
            (act, BYS[by], call)
            for call in self.calls
            for act in ON_A_UNIT
            if call.state in UNIT_TABLE[act].where
            for by in UNIT_TABLE[act].by
        ]
        if able:
            self._on_a_unit(*data.draw(st.sampled_from(able)))

    @rule(act=st.sampled_from(sorted(OF_A_WHISTLE)), role=st.sampled_from(Role))
    def somebody_acts_on_the_whistle(self, act: Act, role: Role) -> None:
        self._on_the_whistle(act, BYS[role])

    @rule(data=st.data())
    def somebody_does_what_they_may_on_the_whistle(self, data: st.DataObject) -> None:
        """All but ending it: most lives shall be long."""
        state, goes_on = self.whistle.state, sorted(set(OF_A_WHISTLE) - ENDINGS)
        acts = [act for act in goes_on if state in TABLE[act].where]
        if acts:
            act = data.draw(st.sampled_from(acts))
            self._on_the_whistle(act, BYS[data.draw(st.sampled_from(TABLE[act].by))])

    @precondition(lambda self: self.whistle.state in GOING)
    @rule(first=numbers)
    def all_units_report_their_results(self, first: int) -> None:
        at_work = [c for c in self.calls if c.state in RUNNING - {UnitState.REFUSED}]
        for call in at_work[first:] + at_work[:first]:
            self._on_a_unit(Act.RESULT, UNIT, call)

    @rule(number=numbers, came=st.sampled_from(Telephoned))
    def somebody_telephones(self, number: int, came: Telephoned) -> None:
        call = self.calls[number % len(self.calls)]
        if self.whistle.state in GOING and self._try(
            lambda: call.telephone(WHISTLER, came, self.now, WORK)
        ):
            self._alert_if_due(call)

    @precondition(lambda self: self.whistle.state is not WhistleState.REVIEW)
    @rule(number=numbers)
    def an_alert_arrives_or_never_will(self, number: int) -> None:
        call = self.calls[number % len(self.calls)]
        if call.hurry(self.now):
            climb(call, self.now)
        elif call.next_at is not None:
            self._try(lambda: call.reach(self.now))

    @rule()
    def the_clock_does_what_is_due(self) -> None:
        for call in self.calls:
            act = call.due_act(self.now)
            if act is None:
                continue
            assert self.whistle.state in GOING
            assert call.state in UNIT_TABLE[act].where
            if act is Act.CLIMB:
                climb(call, self.now)
            elif act is Act.NEEDS_CALL:
                call.ask_for_a_call(self.now)
            else:
                call.nudge(self.now, WORK)
            assert call.next_at is not None
            assert call.next_at > self.now or call.due_act(self.now) is not act
        self._the_whistles_clock()

    def _the_whistles_clock(self) -> None:
        whistle, act = self.whistle, self.whistle.due_act(self.now)
        if act is None:
            return
        assert whistle.state in TABLE[act].where
        if act is Act.ASK:
            whistle.ask(self.now, WORK)
        elif act is Act.DUE_SOON:
            whistle.warn(self.now)
        else:
            whistle.overdue(self.now)
        assert whistle.due_act(self.now) is not act

    # ── as the handlers play it ──────────────────────────────────────────────

    def _call_all(self, calls: list[UnitCall]) -> None:
        for call in calls:
            call.call(self.now, WORK)
            climb(call, self.now)

    def _alert_if_due(self, call: UnitCall) -> None:
        if call.due_act(self.now) is Act.CLIMB:
            climb(call, self.now)

    def _on_a_unit(self, act: Act, by: By, call: UnitCall) -> None:
        if self._try(lambda: OF_A_UNIT[act](call, by, self.now)):
            assert by.role in UNIT_TABLE[act].by
            if act in SETTLES:
                self.whistle.settle(self.calls, by, self.now, WORK, call)
            self._alert_if_due(call)
            self._finish()

    def _on_the_whistle(self, act: Act, by: By) -> None:
        before = self.whistle.state
        if not self._try(lambda: OF_A_WHISTLE[act](self.whistle, self.calls, by, self.now)):
            return
        assert by.role in TABLE[act].by
        assert before in TABLE[act].where
        if act is Act.APPROVE:
            self._call_all(self.calls)
        elif act is Act.ADD:
            self._add()
        elif act is Act.LEAD:
            self.whistle.settle(self.calls, by, self.now, WORK)
        elif act is Act.SEND_BACK:
            self._send_back()
        self._finish()

    def _add(self) -> None:
        for call in self.calls:
            call.rest()
        lead = not any(call.lead and call.state not in GONE for call in self.calls)
        name = f"单位{len(self.calls)}"
        self.calls.append(unit_of(self.whistle, self.now, name, lead=lead))
        self._call_all(self.calls[-1:])

    def _send_back(self) -> None:
        done = [call for call in self.calls if call.state is UnitState.DONE]
        for call in done[: 1 + len(done) // 2]:
            call.redo(WHISTLER, "还没好", self.now, WORK)

    def _finish(self) -> None:
        """Whoever still is at it when the whistle ends is released."""
        if self.whistle.state in {WhistleState.ENDED, WhistleState.DECLINED}:
            for call in self.calls:
                call.rest()
                if call.state in RUNNING:
                    call.release(WHISTLER, "", self.now)

    def _try(self, act: Any) -> bool:
        before = self._all()
        try:
            act()
        except Refused as refused:
            assert words_for(refused)
            assert self._all() == before
            return False
        return True

    def _all(self) -> list[tuple[dict[str, object], int]]:
        return [(copy(vars(one)), len(one.events)) for one in self._both()]

    def _both(self) -> list[Whistle | UnitCall]:
        """The whistle and the calls."""
        return [self.whistle, *self.calls]

    # ── what always holds ────────────────────────────────────────────────────

    @invariant()
    def the_clock_forgets_no_unit(self) -> None:
        staying = [call for call in self.calls if call.state not in GONE]
        whole = all(call.state is UnitState.DONE for call in staying)
        for call in self.calls:
            if self.whistle.state in GOING and call.state in RUNNING:
                assert call.next_at is not None
            if call.state is UnitState.DONE and call.next_at is not None:
                assert whole, "the last word is waited for while others are at it"
                assert call.lead
                assert self.whistle.state is WhistleState.BLOWN

    @invariant()
    def the_clock_does_not_forget_the_whistle(self) -> None:
        whistle = self.whistle
        if whistle.state in {WhistleState.REVIEW, WhistleState.CONCLUDED}:
            assert whistle.next_at is not None
        if whistle.state is WhistleState.BLOWN:
            assert whistle.next_at is not None or any(call.next_at for call in self.calls)

    @invariant()
    def nobody_is_chased_after_reporting_in(self) -> None:
        for call in self.calls:
            chased = True
            for line in call.events:
                if line.act in {Act.REPORT_IN, Act.ARRIVE, Act.RESULT, Act.REFUSE, Act.RELEASE}:
                    chased = False
                elif line.act is Act.INSIST:
                    chased = True
                assert chased or line.act not in {Act.CLIMB, Act.NEEDS_CALL}

    @invariant()
    def whoever_has_answered_is_neither_telephoned_nor_on_the_ladder(self) -> None:
        for call in self.calls:
            if call.state is not UnitState.CALLED:
                assert (call.needs_call, call.step_at, call.telephone_at) == (False, None, None)

    @invariant()
    def it_ends_only_by_a_word_or_without_units(self) -> None:
        ended = self.whistle.state in {WhistleState.ENDED, WhistleState.DECLINED}
        said = [line.act for line in self.whistle.events if line.act in ENDINGS]
        assert len(said) == ended
        assert (self.whistle.ended_at is not None) is ended

    @invariant()
    def after_its_end_nobody_is_asked_for_anything(self) -> None:
        if self.whistle.state in {WhistleState.ENDED, WhistleState.DECLINED}:
            assert all(call.state in {*GONE, UnitState.DONE} for call in self.calls)
            assert not any(call.next_at for call in self.calls)

    @invariant()
    def the_ladder_it_was_blown_under_stands(self) -> None:
        for one in self._both():
            assert one.ladder.as_json() == self.ladder

    @invariant()
    def exactly_one_of_those_that_stay_leads(self) -> None:
        staying = [call for call in self.calls if call.state not in GONE]
        if self.whistle.state in GOING and staying:
            assert sum(call.lead for call in staying) == 1

    # ── and it can always be brought to its end ──────────────────────────────

    def teardown(self) -> None:
        if not hasattr(self, "whistle"):
            return
        if self.whistle.state is WhistleState.REVIEW:
            self._on_the_whistle(Act.APPROVE, REVIEWER)
        for call in self.calls:
            if call.state is UnitState.REFUSED:
                self._on_a_unit(Act.EXCUSE, DISTRICT, call)
            elif call.state in RUNNING:
                self._on_a_unit(Act.RESULT, UNIT, call)
        if self.whistle.state is WhistleState.BLOWN:
            self._on_the_whistle(Act.CONCLUDE, UNIT)
        if self.whistle.state is WhistleState.CONCLUDED:
            self._on_the_whistle(Act.ACCEPT, WHISTLER)
        assert self.whistle.state in {WhistleState.ENDED, WhistleState.DECLINED}
        self.after_its_end_nobody_is_asked_for_anything()


TestWhistleLife = WhistleLife.TestCase
TestWhistleLife.settings = settings(stateful_step_count=40, max_examples=150)
