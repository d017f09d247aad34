"""A booking always has a next step or an end, and the clock brings every one of them to its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.bookings import ENDS, FREE, Booking, BookingState, Step
from governance.lists import Need, NeedState, Supply
from governance.refused import Refused
from tests.governance.district import MONDAY, POLICY

ZHAO, LUO, CHEN = 6, 13, 1
TODAY = POLICY.local_date(MONDAY)


def fresh(*, unit: bool = True) -> Booking:
    booking = Booking(4, ZHAO, MONDAY, "查查线路", unit_id=9 if unit else None)
    booking.person_id = None if unit else CHEN
    booking.ask(POLICY, MONDAY)
    return booking


class BookingLife(RuleBasedStateMachine):
    """Random acts of both sides and of the clock on one booking."""

    @initialize(unit=st.booleans())
    def asked(self, unit: bool) -> None:
        self.now, self.booking = MONDAY, fresh(unit=unit)
        self.promised: date | None = None

    def _tries(self, act: str, *args: object) -> None:
        before = self.booking.state
        try:
            getattr(self.booking, act)(*args)
        except Refused as refused:
            assert refused.code in {"booking_settled", "booking_day", "not_by_oneself"}
            assert self.booking.state is before

    @rule(days=st.integers(-2, 200))
    def accept(self, days: int) -> None:
        day = POLICY.local_date(self.now) + timedelta(days=days)
        waiting = self.booking.state is BookingState.ASKED
        self._tries("accept", LUO, day, POLICY, self.now)
        if waiting and self.booking.state is BookingState.ACCEPTED:
            self.promised = day

    @rule()
    def decline(self) -> None:
        self._tries("decline", "busy", POLICY, self.now)

    @rule()
    def cancel(self) -> None:
        self._tries("cancel", POLICY, self.now)

    @rule()
    def deliver(self) -> None:
        self._tries("deliver", "办好了", POLICY, self.now)

    @rule(by=st.sampled_from([ZHAO, LUO, CHEN]))
    def strike(self, by: int) -> None:
        self._tries("strike", by, POLICY, self.now)
        assert self.booking.answer != "yes" or by != LUO or self.booking.ended

    @rule()
    def send_back(self) -> None:
        self._tries("send_back", "没好", POLICY, self.now)

    @rule(hours=st.integers(0, 100))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        step = self.booking.due(POLICY, self.now)
        if step in {Step.LAPSE, Step.BREAK, Step.SILENCE}:
            assert self.booking.ended

    @precondition(lambda self: not self.booking.ended)
    @rule()
    def only_the_clock_goes_on(self) -> None:
        """Whatever state it is in, it ends by itself within a bounded number of steps."""
        for _step in range(12):
            if self.booking.ended:
                break
            assert self.booking.next_at is not None
            self.now = max(self.now, self.booking.next_at)
            assert self.booking.due(POLICY, self.now) is not None
        assert self.booking.ended

    @invariant()
    def there_is_a_next_step_or_an_end(self) -> None:
        if not hasattr(self, "booking"):
            return
        assert (self.booking.next_at is None) == self.booking.ended == (self.booking.state in ENDS)
        assert (self.booking.ended_at is None) != self.booking.ended
        assert self.booking.promised == self.promised
        assert self.booking.counts == (self.booking.state not in FREE)
        assert bool(self.booking.answer) == (self.booking.state is BookingState.STRUCK)


TestBookingLife = BookingLife.TestCase
TestBookingLife.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)


@given(st.lists(st.sampled_from(["booking", "decline", "cancel"]), max_size=40), st.integers(1, 5))
def test_a_month_never_has_more_bookings_than_its_quota(acts: list[str], monthly: int) -> None:
    supply = Supply(1, 1, LUO, "电工义诊", [], "", monthly, "", TODAY, MONDAY)
    placed: list[Booking] = []
    for act in acts:
        counted = sum(booking.counts for booking in placed)
        if act == "booking":
            try:
                supply.booking(counted, TODAY)
            except Refused as refused:
                assert (refused.code, counted) == ("quota_full", monthly)
            else:
                placed.append(fresh())
        else:
            open_ = [o for o in placed if o.state is BookingState.ASKED]
            for booking in open_[:1]:
                args = ("busy",) if act == "decline" else ()
                getattr(booking, act)(*args, POLICY, MONDAY)
        assert sum(booking.counts for booking in placed) <= monthly


def test_a_line_that_is_over_or_closed_is_not_booked() -> None:
    supply = Supply(1, 1, LUO, "电工义诊", [], "", 2, "", TODAY, MONDAY)
    with pytest.raises(Refused, match="supply_over"):
        supply.booking(0, TODAY + timedelta(days=1))
    supply.close(MONDAY)
    with pytest.raises(Refused, match="supply_over"):
        supply.booking(0, TODAY)
    with pytest.raises(Refused, match="supply_over"):
        supply.close(MONDAY)


@given(
    st.lists(st.sampled_from(["open", "take", "free", "decline", "clock", "look_on"]), max_size=9)
)
def test_a_need_always_has_a_next_step_an_booking_or_an_end(acts: list[str]) -> None:
    need, now = Need(1, 2, 2, "冰箱坏了", ["appliance"], MONDAY), MONDAY
    need.wait(POLICY, now)
    for act in acts:
        try:
            if act == "open":
                need.open("冰箱坏了", ["appliance"], POLICY, now)
            elif act == "take":
                need.take()
            elif act == "decline":
                need.decline("nobody", POLICY, now)
            elif act == "clock":
                now = max(now, need.next_at or now)
                need.due(POLICY, now)
            else:
                getattr(need, act)(POLICY, now)
        except Refused as refused:
            assert refused.code == "need_settled"
        waits = need.next_at is not None
        assert waits == (need.state in {NeedState.NEW, NeedState.OPEN})
        assert need.live == (need.ended_at is None)
    for _step in range(8):
        if need.next_at is not None:
            now = max(now, need.next_at)
            need.due(POLICY, now)
    assert need.state is NeedState.TAKEN or not need.live
