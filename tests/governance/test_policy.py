"""What a district promises, and that its hours allow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import decisions, settings
from governance.policy import UNSORTED, Category, half_hour
from tests.governance.district import MINUTE, POLICY, ZONE, clock_of, local

SHIPPED = decisions.policy(settings.Settings(), decisions.categories())

moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)
categories = st.sampled_from([UNSORTED, *SHIPPED.categories.values()])


@pytest.mark.parametrize(
    ("reported", "promised"),
    [
        ("2026-11-23 09:14", "2026-11-23 11:30"),
        ("2026-11-23 09:30", "2026-11-23 11:30"),
        ("2026-11-23 17:10", "2026-11-24 10:00"),
        ("2026-11-23 22:00", "2026-11-24 10:30"),  # at night: the next working morning
        ("2026-11-27 22:00", "2026-11-30 10:30"),  # on a Friday night: Monday
        ("2026-09-30 22:00", "2026-10-08 10:30"),  # before a holiday: after it
    ],
)
def test_first_contact_is_promised_for_a_time_when_people_work(
    reported: str, promised: str
) -> None:
    due = SHIPPED.contact_due(UNSORTED, local(*reported.split()), emergency=False)
    assert clock_of(due) == promised


@given(categories, moments)
def test_every_promise_lies_ahead_and_in_working_hours(kind: Category, at: datetime) -> None:
    due = SHIPPED.contact_due(kind, at, emergency=False)
    here = due.astimezone(ZONE)
    assert due > at
    assert SHIPPED.work.is_workday(here.date())
    assert SHIPPED.work.start <= here.time() <= SHIPPED.work.end


@pytest.mark.parametrize("end", [time(17, 40), time(17, 45), time(18)])
@given(minutes=st.integers(0, 24 * 60))
def test_a_promise_is_never_rounded_past_the_end_of_work(end: time, minutes: int) -> None:
    office = replace(POLICY, work=replace(POLICY.work, end=end))
    at = local("2026-11-23", "00:00") + minutes * MINUTE
    due = office.contact_due(UNSORTED, at, emergency=False).astimezone(ZONE)
    assert office.work.start <= due.time() <= end


@given(categories, moments)
def test_the_result_is_promised_for_the_end_of_a_working_day(kind: Category, at: datetime) -> None:
    due = SHIPPED.result_due(kind, at)
    assert due >= at + timedelta(hours=kind.resolve_hours)
    assert SHIPPED.work.is_workday(SHIPPED.local_date(due))
    assert due.astimezone(ZONE).time() == SHIPPED.work.end


@given(categories, moments)
def test_the_result_is_never_promised_before_the_contact(kind: Category, at: datetime) -> None:
    assert SHIPPED.result_due(kind, at) >= SHIPPED.contact_due(kind, at, emergency=False)


@given(moments)
def test_nobody_promises_a_crooked_time(at: datetime) -> None:
    rounded = half_hour(at)
    assert timedelta() <= rounded - at < 30 * MINUTE
    assert (rounded.minute % 30, rounded.second, rounded.microsecond) == (0, 0, 0)


@given(moments)
def test_an_emergency_knows_no_working_hours(at: datetime) -> None:
    contact = POLICY.contact_due(UNSORTED, at, emergency=True)
    assert contact == at + 30 * MINUTE
    assert POLICY.chase_at(contact, at, emergency=True) == at + 3 * MINUTE
    assert POLICY.chase_at(contact, at, emergency=False) == contact


@pytest.mark.parametrize(
    ("at", "woken"),
    [
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-11-23 20:59", "2026-11-23 20:59"),
        ("2026-11-23 21:00", "2026-11-24 08:00"),
        ("2026-11-24 07:59", "2026-11-24 08:00"),
        ("2026-11-24 08:00", "2026-11-24 08:00"),
    ],
)
def test_residents_are_left_in_peace_at_night(at: str, woken: str) -> None:
    assert clock_of(POLICY.waking(local(*at.split()))) == woken


def test_a_district_may_let_people_rest_at_noon_instead() -> None:
    noon = replace(POLICY, residents_quiet=(time(12), time(14)))
    assert clock_of(noon.waking(local("2026-11-23", "13:00"))) == "2026-11-23 14:00"
    assert clock_of(noon.waking(local("2026-11-23", "23:00"))) == "2026-11-23 23:00"


@given(moments)
def test_who_was_woken_is_awake(at: datetime) -> None:
    woken = POLICY.waking(at)
    assert at <= woken < at + timedelta(hours=11, seconds=1)
    assert POLICY.waking(woken) == woken


def test_a_category_that_was_removed_is_not_sorted_yet() -> None:
    assert POLICY.category("9999") is UNSORTED
    assert POLICY.category("") is UNSORTED


def test_a_family_is_its_own_family() -> None:
    assert all(c.family == (c.parent or c.code) for c in SHIPPED.categories.values())
    assert all(c.family in SHIPPED.categories for c in SHIPPED.categories.values())
