"""Pledges: nothing is promised, received or finished that cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.periods import next_digest
from governance.pledges import (
    MOST,
    Pledge,
    PledgeState,
    Project,
    ProjectState,
    amount_in,
    require_pledge,
)
from governance.refused import Refused
from tests.governance.district import DAY, MONDAY, POLICY, local

TODAY = POLICY.local_date(MONDAY)
GIVER, OFFICER = 1, 6


def project() -> Project:
    found = Project(4, OFFICER, "加装扶手", "3号楼", TODAY + DAY * 10, MONDAY)
    found.begin(POLICY)
    return found


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**9))
def test_only_what_is_still_missing_can_be_pledged(amount: int, missing: int) -> None:
    if 0 < amount <= min(MOST, missing):
        require_pledge(amount, missing)
    else:
        with pytest.raises(Refused):
            require_pledge(amount, missing)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_an_amount_in_range_or_none(text: str) -> None:
    found = amount_in(text)
    assert found is None or 0 < found <= MOST


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        *(("500元", 500), ("1,000", 1000), ("２０件", 20), ("8 小时", 8), ("999999999", MOST)),
        *(("0", None), ("-3", None), ("1000000000", None), ("1.5", None), ("一百", None)),
    ],
)
def test_amounts_are_read_as_they_are_typed(typed: str, amount: int | None) -> None:
    assert amount_in(typed) == amount


@given(st.integers(1, 1000), st.lists(st.integers(-5, 700), max_size=8))
def test_no_more_arrives_than_was_promised(amount: int, parts: list[int]) -> None:
    pledge = Pledge(1, 1, GIVER, amount, MONDAY, person_id=GIVER)
    for part in parts:
        before = pledge.received
        try:
            pledge.receive(part, OFFICER, MONDAY)
        except Refused:
            assert pledge.received == before
        assert 0 <= pledge.received <= pledge.amount
        assert (pledge.state is PledgeState.RECEIVED) == (pledge.received == pledge.amount)


def test_nobody_confirms_their_own() -> None:
    pledge = Pledge(1, 1, GIVER, 5, MONDAY, unit_id=9)
    with pytest.raises(Refused, match="not_by_oneself"):
        pledge.receive(5, GIVER, MONDAY)


def test_what_is_taken_back_keeps_what_has_arrived() -> None:
    pledge = Pledge(1, 1, GIVER, 5, MONDAY, person_id=GIVER)
    pledge.receive(2, OFFICER, MONDAY)
    pledge.withdraw()
    assert (pledge.amount, pledge.received, pledge.state) == (2, 2, PledgeState.WITHDRAWN)
    with pytest.raises(Refused, match="pledge_settled"):
        pledge.withdraw()


@given(st.lists(st.integers(-10, 200), max_size=10))
def test_progress_only_grows_and_only_a_finish_makes_it_whole(steps: list[int]) -> None:
    one = project()
    for step in steps:
        before = one.progress
        try:
            one.advance(step)
        except Refused as refused:
            assert refused.code == "progress_back"
        assert before <= one.progress < 100
    one.finish("装好了", POLICY, MONDAY)
    assert (one.state, one.progress) == (ProjectState.FINISHED, 100)
    with pytest.raises(Refused, match="project_over"):
        one.advance(100)


@pytest.mark.parametrize("finished", [True, False])
def test_the_clock_brings_every_project_to_its_end(finished: bool) -> None:
    one, now = project(), MONDAY
    if finished:
        one.finish("装好了", POLICY, now)
    for _step in range(6):
        if one.next_at is None:
            break
        now = max(now, one.next_at)
        assert one.due(POLICY, now) is not None
    assert one.next_at is None
    assert one.state in {ProjectState.ENDED, ProjectState.UNFINISHED}
    assert one.ended_at is not None


def test_digests_come_on_the_first_working_day() -> None:
    monthly = next_digest(POLICY, MONDAY)
    assert monthly.astimezone(POLICY.zone).date().isoformat() == "2026-12-01"
    after = next_digest(POLICY, monthly)
    assert after > monthly + timedelta(days=20)
    assert next_digest(POLICY, local("2026-11-30", "23:59")) == monthly
