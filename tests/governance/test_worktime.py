"""Working hours: what an hour of them comes to, on the days that China really works."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions import is_workday
from governance.worktime import WorkTime
from tests.governance.district import DAY, ZONE, clock_of, local

OFFICE = WorkTime(ZONE, time(8, 30), time(18, 0), is_workday)
UNPUBLISHED_YEAR = 2045

offices = st.builds(
    WorkTime,
    st.just(ZONE),
    st.sampled_from([time(6), time(8, 30), time(9)]),
    st.sampled_from([time(12), time(17, 45), time(18), time(23, 59)]),
    st.just(is_workday),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)
quarters = st.integers(0, 400).map(lambda n: n / 4)
some_quarters = st.integers(1, 400).map(lambda n: n / 4)


def within(office: WorkTime, at: datetime) -> bool:
    """During working hours, their last moment included."""
    here = at.astimezone(ZONE)
    return office.is_workday(here.date()) and office.start <= here.time() <= office.end


@given(offices, moments, quarters)
def test_working_time_never_ends_outside_working_hours(
    office: WorkTime, at: datetime, hours: float
) -> None:
    assert within(office, office.add(at, hours))


@given(offices, moments, quarters, some_quarters)
def test_hours_one_after_the_other_are_as_long_as_all_at_once(
    office: WorkTime, at: datetime, first: float, then: float
) -> None:
    assert office.add(office.add(at, first), then) == office.add(at, first + then)


@given(offices, moments, quarters, moments, quarters)
def test_who_starts_later_or_takes_longer_is_never_done_sooner(
    office: WorkTime, a: datetime, less: float, b: datetime, more: float
) -> None:
    early, late = sorted((a, b))
    less, more = sorted((less, more))
    assert office.add(early, less) <= office.add(late, less)
    assert office.add(early, less) <= office.add(early, more)


@given(offices, moments, some_quarters)
def test_between_start_and_end_lie_exactly_so_many_open_hours(
    office: WorkTime, at: datetime, hours: float
) -> None:
    end = office.add(at, hours)
    days = (end.astimezone(ZONE).date() - at.astimezone(ZONE).date()).days + 1
    first = at.astimezone(ZONE).date()
    worked = sum(
        (open_on(office, first + n * DAY, at, end) for n in range(days)), start=timedelta()
    )
    assert worked == timedelta(hours=hours)


def open_on(office: WorkTime, day: date, at: datetime, end: datetime) -> timedelta:
    """How long people work on a day between two moments."""
    if not office.is_workday(day):
        return timedelta()
    opens = datetime.combine(day, office.start, ZONE).astimezone(UTC)
    closes = datetime.combine(day, office.end, ZONE).astimezone(UTC)
    return max(min(closes, end) - max(opens, at), timedelta())


@given(offices, moments)
def test_the_next_open_moment_is_open_and_nothing_before_it_is(
    office: WorkTime, at: datetime
) -> None:
    opens = office.next_open(at)
    assert opens >= at
    assert office.is_open(opens)
    assert opens == at or not office.is_open(opens - timedelta(microseconds=1))


@given(offices, moments)
def test_a_working_day_ends_when_work_ends(office: WorkTime, at: datetime) -> None:
    end = office.by_the_end_of(at)
    assert end > at
    assert within(office, end)
    assert end.astimezone(ZONE).time() == office.end


@given(moments, st.times())
def test_every_clock_time_comes_within_a_day(at: datetime, clock: time) -> None:
    found = OFFICE.at_local(at, clock)
    assert at < found <= at + DAY
    assert found.astimezone(ZONE).time() == clock


@given(moments)
def test_a_morning_list_comes_on_a_working_day(at: datetime) -> None:
    found = OFFICE.next_workday_at(at, time(8, 30))
    assert found > at
    assert OFFICE.is_open(found)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 2, "2026-11-23 12:00"),
        ("2026-11-23 17:00", 2, "2026-11-24 09:30"),  # over the night
        ("2026-11-27 17:00", 2, "2026-11-30 09:30"),  # over the weekend
        ("2026-02-14 17:00", 2, "2026-02-24 09:30"),  # Saturday before the Spring Festival
        ("2026-02-17 12:00", 0.5, "2026-02-24 09:00"),  # New Year's Day itself
        ("2026-02-27 17:30", 1, "2026-02-28 09:00"),  # made up for on the Saturday after it
        ("2026-09-30 17:30", 1, "2026-10-08 09:00"),  # over the National Day week
        ("2026-10-09 17:30", 1, "2026-10-10 09:00"),  # made up for on a Saturday
        ("2026-09-19 10:00", 1, "2026-09-20 09:30"),  # and before it on a Sunday
    ],
)
def test_holidays_and_the_days_that_make_up_for_them_count(
    start: str, hours: float, end: str
) -> None:
    assert clock_of(OFFICE.add(local(*start.split()), hours)) == end


def test_a_year_whose_holidays_are_not_published_yet_has_weekdays() -> None:
    days = [date(UNPUBLISHED_YEAR, 1, 1) + n * DAY for n in range(366)]
    assert all(is_workday(day) is (day.weekday() < 5) for day in days)


def test_the_last_moment_of_work_is_followed_by_the_next_morning() -> None:
    assert clock_of(OFFICE.add(local("2026-11-23", "18:00"), 0)) == "2026-11-24 08:30"
    assert clock_of(OFFICE.by_the_end_of(local("2026-11-23", "18:00"))) == "2026-11-24 18:00"


@pytest.mark.parametrize(("start", "end"), [(time(18), time(8, 30)), (time(9), time(9))])
def test_hours_that_end_before_they_begin_are_no_working_hours(start: time, end: time) -> None:
    with pytest.raises(ValueError, match="before they begin"):
        WorkTime(ZONE, start, end, is_workday)
