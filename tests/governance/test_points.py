"""Postings, awards and goods: what may happen, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import goods, service
from governance.awards import (
    Award,
    AwardState,
    Dispute,
    DisputeKind,
    first_state,
    notice_until,
    require_amount,
    within_the_day,
)
from governance.goods import Good, Order, OrderState
from governance.points import Entry, PointsPolicy, Posting, PostingKind, Rule, move
from governance.refused import Refused
from tests.governance.district import MONDAY, POLICY, clock_of

TO, BY, SECOND, OTHER = 1, 2, 3, 4
amounts = st.integers(-(10**9), 10**9)


def award(state: AwardState = AwardState.NOTICE, points: int = 3) -> Award:
    until = notice_until(POLICY, MONDAY) if state is not AwardState.CHECK else None
    what = ("task:7:1:task", TO, points, Rule.TASK, "task", 7, 9, BY, "周六清扫")
    return Award(*what, MONDAY, state, until)


def refused(act: object, *given: object) -> str:
    with pytest.raises(Refused) as why:
        act(*given)  # type: ignore[operator]
    return why.value.code


# ── the ledger ───────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.integers(1, 5), amounts), max_size=5))
def test_what_does_not_sum_to_zero_or_moves_nothing_is_no_posting(
    moved: list[tuple[int, int]],
) -> None:
    entries = tuple(Entry(*one) for one in moved)
    sound = (
        len(entries) > 1
        and sum(e.points for e in entries) == 0
        and all(0 < abs(e.points) <= 1_000_000 for e in entries)
    )
    try:
        Posting(PostingKind.AWARD, entries, "task", 1)
    except ValueError:
        assert not sound
    else:
        assert sound


@given(st.integers(1, 1_000_000))
def test_moving_takes_as_much_as_it_gives(points: int) -> None:
    posting = Posting(PostingKind.ORDER, move(points, out_of=1, into=2), "order", 1)
    assert {e.account_id: e.points for e in posting.entries} == {1: -points, 2: points}


def test_what_rules_give_is_data() -> None:
    usual, other = PointsPolicy(), PointsPolicy(task=3, contest=5, first_report=4, later_report=2)
    assert [usual.worth(r) for r in (Rule.TASK, Rule.HOURS, Rule.CONTEST)] == [2, 1, 3]
    assert [usual.for_report(earlier) for earlier in (0, 1, 5)] == [2, 1, 1]
    assert [other.worth(Rule.TASK), other.worth(Rule.CONTEST), other.for_report(0)] == [3, 5, 4]


# ── awards ───────────────────────────────────────────────────────────────────


@given(amounts)
def test_only_one_to_the_most_is_an_amount(points: int) -> None:
    if 1 <= points <= POLICY.points.most:
        require_amount(points, POLICY)
        state, until = first_state(points, POLICY, MONDAY)
        assert (state is AwardState.CHECK) == (until is None) == (points > POLICY.points.alone)
    else:
        assert refused(require_amount, points, POLICY) == "points_amount"


def test_the_notice_ends_when_its_last_day_does() -> None:
    assert clock_of(notice_until(POLICY, MONDAY)) == "2026-11-27 00:00"
    one = award()
    assert one.notice_until is not None
    assert not one.post(one.notice_until - timedelta(seconds=1))
    assert one.post(one.notice_until)
    assert not one.post(one.notice_until)  # once


def test_nobody_has_a_second_part_in_an_award() -> None:
    waits = award(AwardState.CHECK, 12)
    assert refused(waits.confirm, TO, MONDAY, POLICY) == "points_own"
    assert refused(waits.confirm, BY, MONDAY, POLICY) == "points_second_person"
    waits.confirm(SECOND, MONDAY, POLICY)
    assert refused(waits.confirm, SECOND, MONDAY, POLICY) == "points_settled"
    assert refused(waits.object_, TO) == "points_own"
    waits.object_(OTHER)
    assert refused(waits.object_, SECOND) == "points_objected"
    assert refused(waits.uphold, BY) == "points_second_person"
    said = Dispute(1, DisputeKind.OBJECTION, OTHER, "没来", MONDAY)
    assert refused(lambda: said.decide(OTHER, MONDAY, agreed=True)) == "points_second_person"
    said.decide(SECOND, MONDAY, agreed=False)
    assert refused(lambda: said.decide(SECOND, MONDAY, agreed=True)) == "points_settled"


def test_what_ended_can_be_given_back_by_somebody_else_only() -> None:
    one = award()
    assert refused(one.require_appealable, TO) == "points_settled"
    assert not one.end(SECOND, "没来", MONDAY)
    assert (one.state, one.ended_why) == (AwardState.ENDED, "没来")
    assert refused(one.require_appealable, OTHER) == "points_not_yours"
    one.require_appealable(TO)
    for who, code in (
        (TO, "points_own"),
        (BY, "points_second_person"),
        (SECOND, "points_second_person"),
    ):
        assert refused(one.restore, who) == code
    one.restore(OTHER)
    assert (one.state, one.ended_why) == (AwardState.POSTED, "")
    assert refused(one.restore, OTHER) == "points_settled"
    assert one.end(OTHER, "返工", MONDAY)
    assert one.state is AwardState.REVERSED
    assert refused(one.end, OTHER, "再来", MONDAY) == "points_settled"


@given(st.integers(1, 10), st.integers(0, 10))
def test_hours_of_a_day_add_up_to_the_limit_and_no_further(points: int, given_: int) -> None:
    most = POLICY.points.most_a_day(Rule.HOURS)
    assert most is not None
    counts = within_the_day(points, given_, most)
    assert 0 <= counts <= points
    assert counts + given_ <= max(most, given_)


# ── goods ────────────────────────────────────────────────────────────────────


def test_goods_are_never_less_than_none() -> None:
    one = Good(1, "雨伞", 25, 1)
    one.take()
    assert refused(one.take) == "goods_sold_out"
    one.give_back()
    for pieces in (0, -2, 10**9, goods.MOST_STOCK):
        assert refused(one.bring, pieces) == "goods_stock"
    for price in (0, -1, 10**9):
        assert refused(one.set_price, price) == "goods_price"
    one.closed_at = MONDAY
    assert refused(one.take) == "goods_closed"
    assert (one.stock, one.price) == (1, 25)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10_000))
def test_nobody_orders_what_they_cannot_pay(balance: int, price: int) -> None:
    if balance >= price:
        goods.require_affordable(price, balance)
    else:
        assert refused(goods.require_affordable, price, balance) == "goods_too_dear"


def test_an_order_ends_once() -> None:
    def order() -> Order:
        return Order(1, TO, 9, 25, MONDAY, goods.order_until(POLICY, MONDAY), "digest")

    one, late = order(), order().until
    assert clock_of(late) == "2026-11-26 18:00"
    assert refused(one.hand_over, TO, MONDAY) == "order_own"
    assert refused(one.cancel, OTHER, MONDAY) == "no_such_order"
    assert refused(one.hand_over, BY, late) == "order_over"
    assert not one.expire(late - timedelta(seconds=1))
    one.hand_over(BY, MONDAY)
    assert (one.state, one.digest) == (OrderState.HANDED, None)
    for end in (lambda: one.cancel(TO, MONDAY), lambda: one.renew(TO, "x")):
        assert refused(end) == "order_over"
    assert not one.expire(late)
    other = order()
    assert other.expire(late)
    assert refused(other.hand_over, BY, MONDAY) == "order_over"  # also when the clock goes back


# ── pictures and hours ───────────────────────────────────────────────────────

prints = st.integers(0, 2**64 - 1)


@given(prints, st.sets(st.integers(0, 63), max_size=3))
def test_a_picture_that_differs_little_is_found_and_is_the_same(
    one: int, flipped: set[int]
) -> None:
    other = one
    for bit in flipped:
        other ^= 1 << bit
    first, second = f"{one:016x}", f"{other:016x}"
    assert service.same_picture(first, second)
    pairs = zip(service.bands(first), service.bands(second), strict=True)
    assert any(a == b for a, b in pairs)


@given(st.integers(-100, 100))
def test_a_turn_of_service_has_a_length(hours: int) -> None:
    ends = MONDAY + timedelta(hours=hours)
    if 0 < hours <= 24:
        service.require_span(MONDAY, ends)
    else:
        assert refused(service.require_span, MONDAY, ends) == "points_span"
