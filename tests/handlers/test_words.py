"""Texts in their reader's language, and moments as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.words import (
    Joined,
    Name,
    Reader,
    Value,
    When,
    _,
    in_every_language,
    line,
    lines,
    ngettext,
    paragraphs,
    render,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 14, tzinfo=ZONE)  # a Monday
ZH, EN = Reader("zh_CN", NOW, ZONE), Reader("en", NOW, ZONE)


def said(at: str, reader: Reader, *, date_only: bool = False) -> str:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC)
    return render(When(moment, date_only), reader)


# ── moments ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        ("2026-11-23 17:00", "今天下午5点", "5 pm today"),
        ("2026-11-24 10:30", "明天上午10点半", "10:30 am tomorrow"),
        ("2026-11-22 20:05", "昨天晚上8点05分", "8:05 pm yesterday"),
        ("2026-11-25 09:14", "11月25日上午9点14分", "9:14 am on 25 November"),
        ("2026-11-21 09:00", "11月21日上午9点", "9 am on 21 November"),
        ("2027-01-05 09:00", "1月5日上午9点", "9 am on 5 January"),
    ],
)
def test_a_moment_is_said_as_people_say_it(at: str, chinese: str, english: str) -> None:
    assert said(at, ZH) == chinese
    assert said(at, EN) == english


@pytest.mark.parametrize(
    ("clock", "chinese", "english"),
    [
        ("00:00", "凌晨0点", "12 am"),
        ("00:30", "凌晨0点半", "12:30 am"),
        ("05:59", "凌晨5点59分", "5:59 am"),
        ("06:00", "上午6点", "6 am"),
        ("11:30", "上午11点半", "11:30 am"),
        ("12:00", "中午12点", "12 noon"),
        ("12:30", "中午12点半", "12:30 pm"),
        ("13:00", "下午1点", "1 pm"),
        ("17:59", "下午5点59分", "5:59 pm"),
        ("18:00", "晚上6点", "6 pm"),
        ("23:30", "晚上11点半", "11:30 pm"),
    ],
)
def test_each_hour_of_the_day_has_its_word(clock: str, chinese: str, english: str) -> None:
    assert said(f"2026-11-23 {clock}", ZH) == f"今天{chinese}"
    assert said(f"2026-11-23 {clock}", EN) == f"{english} today"


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        ("2026-11-23", "今天", "today"),
        ("2026-11-24", "明天", "tomorrow"),
        ("2026-11-22", "昨天", "yesterday"),
        ("2026-11-25", "11月25日", "25 November"),
    ],
)
def test_a_day_alone_fits_after_by_and_before(at: str, chinese: str, english: str) -> None:
    assert said(f"{at} 18:00", ZH, date_only=True) == chinese
    assert said(f"{at} 18:00", EN, date_only=True) == english


def test_today_is_the_readers_day_and_not_that_of_greenwich() -> None:
    early = Reader("zh_CN", datetime(2026, 11, 23, 0, 10, tzinfo=ZONE), ZONE)
    assert said("2026-11-23 07:30", early) == "今天上午7点半"
    assert said("2026-11-22 23:50", early) == "昨天晚上11点50分"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(["zh_CN", "en"]))
def test_two_minutes_of_nearby_days_never_read_the_same(at: datetime, language: str) -> None:
    reader = Reader(language, at.replace(tzinfo=UTC), ZONE)
    first = reader.now.replace(second=0, microsecond=0) - timedelta(days=1)
    seen = {render(When(first + n * timedelta(minutes=17)), reader) for n in range(170)}
    assert len(seen) == 170


# ── texts ────────────────────────────────────────────────────────────────────


def test_a_text_is_read_in_the_language_of_its_reader() -> None:
    text = _("{holder} has taken it: {title}.", holder="李明", title=_("Fire"))
    assert render(text, EN) == "李明 has taken it: Fire."
    assert render(text, ZH) == "李明接了：着火。"


def test_a_text_without_a_translation_stays_english() -> None:
    unheard_of = "Nobody has {what} this."
    assert render(_(unheard_of, what="said"), ZH) == "Nobody has said this."


def test_one_and_several_differ_where_the_language_does() -> None:
    texts = [ngettext("{count} photo", "{count} photos", n) for n in (0, 1, 2)]
    assert [render(text, EN) for text in texts] == ["0 photos", "1 photo", "2 photos"]
    assert [render(text, ZH) for text in texts] == ["照片0张", "照片1张", "照片2张"]


def test_a_name_comes_in_the_language_of_its_reader() -> None:
    lamp = Name("路灯", "Street lamp")
    assert (render(lamp, ZH), render(lamp, EN)) == ("路灯", "Street lamp")


def test_braces_that_people_type_stay_as_they_are() -> None:
    typed = "{holder} {0} %s {"
    assert render(typed, EN) == typed
    assert render(_("{name} took it", name=typed), EN) == f"{typed} took it"


@given(st.lists(st.sampled_from(["", "a", lines(), lines("", "b"), line("", "")]), max_size=6))
def test_what_is_empty_leaves_no_gap(parts: list[Value]) -> None:
    text = render(Joined(tuple(parts), "|"), EN)
    assert not text.startswith("|")
    assert not text.endswith("|")
    assert "||" not in text


def test_parts_stand_under_beside_or_apart_from_each_other() -> None:
    assert render(lines("a", "", "b"), EN) == "a\nb"
    assert render(paragraphs("a", "", "b"), EN) == "a\n\nb"
    assert render(line("a", "", "b"), EN) == "a · b"
    assert render(line("a", "b", separator=" "), EN) == "a b"


def test_people_may_type_a_word_in_either_language() -> None:
    assert in_every_language("Progress") == {"progress", "查进度"}
