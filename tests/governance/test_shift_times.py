"""When people say when: typed times as shifts, weekly patterns and terms."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.shift_times import parse, parse_term
from governance.tasks import Weekly

NOW = datetime(2026, 11, 23, 9, 14, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
SATURDAY = [("11-28 09:00", "11:00")]

ONCE: dict[str, list[tuple[str, str]]] = {
    "周六上午9点到11点": SATURDAY,
    "11月28日 9:00-11:00": SATURDAY,
    "11月28日9：00—11：00": SATURDAY,
    "2026-11-28 09:00~11:00": SATURDAY,
    "28号上午九点至十一点": SATURDAY,
    "十一月二十八日上午九点到十一点": SATURDAY,
    "星期六9点到11点": SATURDAY,
    "Saturday 9-11am": SATURDAY,
    "28 Nov 9:00-11:00": SATURDAY,
    "这周六上午9点到11点": SATURDAY,
    "明天下午2点半到4点": [("11-24 14:30", "16:00")],
    "后天晚上7点到8点半": [("11-25 19:00", "20:30")],
    "下周三 14:00-16:00": [("12-02 14:00", "16:00")],
    "周六上午9点到下午1点": [("11-28 09:00", "13:00")],
    "周六上午11点到1点": [("11-28 11:00", "13:00")],
    "周日2点到4点": [("11-29 14:00", "16:00")],
    "周一8点到10点": [("11-30 08:00", "10:00")],
    "周六、周日上午9点到11点": [*SATURDAY, ("11-29 09:00", "11:00")],
    "周六上午9点到11点，周日下午2点到4点": [*SATURDAY, ("11-29 14:00", "16:00")],
    "tomorrow 2pm-4pm": [("11-24 14:00", "16:00")],
}
NO_TIME = (
    *(
        "周六",
        "2点到4点",
        "改天",
        "周六25点到26点",
        "周六11点到9点",
        "今天8点到9点",
        "周六9点到9点",
    ),
    *(
        "周六9点到11点去广场",
        "2月30日9点到11点",
        "8月1日9:00-10:00",
        "周六9点到11点和每周日9点到11点",
    ),
    *("", "9" * 40, "昨天9点到11点"),
)


@pytest.mark.parametrize("words", ONCE)
def test_days_and_hours_as_people_type_them(words: str) -> None:
    found = parse(words, NOW)
    assert found is not None
    assert [(f"{a:%m-%d %H:%M}", f"{b:%H:%M}") for a, b in found.once] == ONCE[words]


@pytest.mark.parametrize("words", NO_TIME)
def test_what_says_no_time_to_come_is_no_time(words: str) -> None:
    assert parse(words, NOW) is None


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("每周六上午9点到11点", [5]),
        ("每周二、四 9:00-11:00", [1, 3]),
        ("every Sat 9:00-11:00", [5]),
    ],
)
def test_what_is_the_same_each_week(words: str, days: list[int]) -> None:
    found = parse(words, NOW)
    assert found is not None
    assert found.weekly == tuple(Weekly(day, time(9), time(11)) for day in days)


def test_a_term_has_a_first_and_a_last_day() -> None:
    today = NOW.date()
    assert parse_term("12月1日到2月28日", today) == (date(2026, 12, 1), date(2027, 2, 28))
    assert parse_term("从12月1日到明年5月31日", today) == (date(2026, 12, 1), date(2027, 5, 31))
    assert parse_term("from 12-1 to 2-28", today) == (date(2026, 12, 1), date(2027, 2, 28))
    assert parse_term("12月1日", today) is None
    assert parse_term("周六上午9点到11点", today) is None


@given(
    words=st.text(
        st.sampled_from("周六日每下明天月号点半到上午0123456789:-、，;至 时刻a"), max_size=24
    )
)
def test_whatever_is_typed_what_comes_of_it_is_usable(words: str) -> None:
    found = parse(words, NOW)
    parse_term(words, NOW.date())
    if found is None:
        return
    assert bool(found.once) != bool(found.weekly)
    for start, end in found.once:
        assert NOW < start < end <= start + timedelta(hours=12)
