"""What an entry of the guide may say, row by row; how long it is shown; what came of a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.guide import Came, Entry, Facts, Owner, Question, columns_of
from governance.guide_rows import COLUMNS, GUIDE, Judged, Known, Place, Terms, judge
from governance.org import PostKind
from governance.policy import Policy
from governance.refused import Refused
from governance.sheets import Change, Line, Reason, Row, Table
from governance.worktime import WorkTime

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
WORK = WorkTime(ZoneInfo("Asia/Shanghai"), time(8, 30), time(18), lambda day: day.weekday() < 5)
POLICY = Policy("QH", WORK, {})
TERMS = Terms(
    {"secretary": PostKind.COMMUNITY_HEAD}, frozenset({"-"}), lambda t: re.sub(r"\D", "", t), 1095
)
DISTRICT, STREET, HERE, THERE = (
    Place(1, "D", "District", "/1/"),
    Place(2, "S", "Street", "/1/2/"),
    Place(3, "C", "Here", "/1/2/3/"),
    Place(4, "E", "There", "/1/2/4/"),
)
OLD = Facts(
    *("G1", "Lunch", ("canteen",), "At noon.", "", "hall", "", "", "", "notice"),
    *(Owner(post=PostKind.COMMUNITY_HEAD), HERE.id, date(2027, 1, 31), date(2026, 10, 1)),
)
NEW = {
    "code": "G2",
    "title": "Yard",
    "answer": "Behind 2.",
    "source": "notice",
    "owner": "secretary",
    "area": "Here",
    "until": "2027-06-30",
}


def known() -> Known:
    places = (DISTRICT, STREET, HERE, THERE)
    return Known(
        {OLD.code: (7, OLD)},
        {place.id: place for place in places},
        DISTRICT.id,
        {name.lower(): frozenset({p.id}) for p in places for name in (p.code, p.name)}
        | {"twins": frozenset({3, 4})},
        {"lamps": frozenset({11})},
        {"p1": frozenset({21}), "04210000101": frozenset({22})},
    )


def judged(*rows: dict[str, str], reach: Sequence[str] = (HERE.path,)) -> list[Judged]:
    letters = {column: chr(65 + at) for at, column in enumerate(COLUMNS)}
    table = Table(GUIDE, "guide", COLUMNS, letters, [])
    lines = [
        Line(table, Row(number, tuple(row.get(column, "") for column in COLUMNS)))
        for number, row in enumerate(rows, 2)
    ]
    return judge(lines, known(), reach, TERMS, TODAY)


def why(row: dict[str, str], reach: Sequence[str] = (HERE.path,)) -> list[tuple[str, str]]:
    [found] = judged(row, reach=reach)
    return [(reason.code, reason.column) for reason in found.line.reasons]


def test_a_new_row_is_an_entry_checked_today() -> None:
    [found] = judged(NEW)
    assert found.line.change is Change.ADDED
    assert found.facts is not None
    assert (found.facts.area_id, found.facts.checked, found.facts.bring) == (3, TODAY, "")


@pytest.mark.parametrize("column", ["code", "title", "answer", "source", "owner", "until"])
def test_a_new_row_needs_what_makes_it_worth_believing(column: str) -> None:
    assert ("missing", column) in why({**NEW, column: ""})
    if column != "code":
        assert ("missing", column) in why({"code": "G1", column: "-"})


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ({"until": "2026-11-22"}, "ended", "until"),
        ({"until": "soon"}, "bad_day", "until"),
        ({"until": "2026-02-30"}, "bad_day", "until"),
        ({"until": "2030-01-01"}, "too_long_valid", "until"),
        ({"checked": "2026-11-24"}, "checked_later", "checked"),
        ({"area": "Mars"}, "no_area", "area"),
        ({"area": "twins"}, "several", "area"),
        ({"area": "There"}, "area_of_others", "area"),
        ({"area": "Street"}, "area_of_others", "area"),
        ({"area": ""}, "area_of_others", "area"),
        ({"owner": "nobody"}, "no_owner", "owner"),
        ({"phone": "call me"}, "bad_phone", "phone"),
        ({"answer": "x" * 301}, "too_long", "answer"),
        ({"code": "a b"}, "bad_code", "code"),
        ({"title": "Lunch"}, "title_known", "title"),
    ],
)
def test_what_cannot_be_is_refused_at_its_cell(row: dict[str, str], code: str, column: str) -> None:
    assert (code, column) in why({**NEW, **row})


def test_a_cell_that_cannot_be_read_is_refused_and_not_missed_as_well() -> None:
    letters = dict.fromkeys(COLUMNS, "A")
    table = Table(GUIDE, "guide", COLUMNS, letters, [])
    row = Row(2, tuple(NEW.get(column, "") for column in COLUMNS), (Reason("formula", "answer"),))
    [found] = judge([Line(table, row)], known(), [HERE.path], TERMS, TODAY)
    assert [(r.code, r.column) for r in found.line.reasons] == [("formula", "answer")]


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ("secretary", Owner(post=PostKind.COMMUNITY_HEAD)),
        ("Lamps", Owner(unit_id=11)),
        ("P1", Owner(21)),
        ("0421-0000101", Owner(22)),
    ],
)
def test_whoever_answers_is_a_post_a_unit_or_a_person(said: str, owner: Owner) -> None:
    [found] = judged({**NEW, "owner": said})
    assert found.facts is not None
    assert found.facts.owner == owner


def test_the_same_row_again_changes_nothing_even_after_its_day() -> None:
    row = {"code": "G1", "until": "2027-01-31", "asked": "canteen", "checked": "2026-10-01"}
    [found] = judged(row)
    assert found.line.change is Change.UNCHANGED


def test_blank_cells_say_nothing_and_a_dash_clears() -> None:
    [found] = judged({"code": "G1", "place": "-", "asked": "canteen；meals"})
    assert found.line.change is Change.CHANGED
    assert found.facts == replace(OLD, place="", asked=("canteen", "meals"))
    assert found.entry_id == 7


def test_a_past_day_ends_an_entry_and_is_a_mistake_beside_another_change() -> None:
    [found] = judged({"code": "G1", "until": "2026-11-22"})
    assert found.line.change is Change.CHANGED
    assert ("ended", "until") in why({"code": "G1", "until": "2026-11-22", "answer": "No."})


def test_an_entry_of_others_is_not_taken_over() -> None:
    row = {"code": "G1", "area": "There"}
    assert why(row, reach=[THERE.path]) == [("code_of_others", "code")]
    assert why(row) == [("area_of_others", "area")]
    assert why(row, reach=[STREET.path]) == []


def test_who_keeps_the_whole_district_writes_for_all_of_it() -> None:
    for area in ("", "Street", "There", "-"):
        assert why({**NEW, "area": area}, reach=[DISTRICT.path]) == []


def test_rows_that_stand_twice_are_both_refused() -> None:
    found = judged(NEW, NEW, {**NEW, "code": "G3", "title": "Other"})
    assert [one.line.change for one in found] == [Change.REFUSED, Change.REFUSED, Change.ADDED]
    twins = judged(NEW, {**NEW, "code": "G3"})
    assert [one.line.reasons[0].code for one in twins] == ["duplicate_title"] * 2


def test_lines_of_an_answer_stay() -> None:
    [found] = judged({**NEW, "answer": " 1.  Go.\n\n2. Ask. \n"})
    assert found.facts is not None
    assert found.facts.answer == "1. Go.\n2. Ask."


# ── how long it is shown ─────────────────────────────────────────────────────


def entry(until: date) -> Entry:
    made = Entry(**columns_of(replace(OLD, until=until)))
    made.say(made.facts, POLICY, NOW)
    return made


def local(at: datetime | None) -> str:
    return f"{at.astimezone(WORK.zone):%m-%d %H:%M}" if at else ""


def test_its_owner_is_asked_some_days_before_and_on_the_last_working_day() -> None:
    one = entry(date(2027, 1, 31))  # a Sunday
    assert local(one.next_at) == "01-15 09:00"  # 17 January is a Sunday, too
    one.looked(POLICY, datetime(2027, 1, 15, 1, tzinfo=UTC))
    assert local(one.next_at) == "01-29 09:00"
    one.looked(POLICY, datetime(2027, 1, 29, 1, tzinfo=UTC))
    assert one.next_at is None


def test_one_that_ends_soon_is_asked_about_on_its_day_only() -> None:
    assert local(entry(TODAY + timedelta(days=3)).next_at) == "11-26 09:00"
    assert entry(TODAY - timedelta(days=1)).next_at is None


def test_it_is_shown_through_its_last_day() -> None:
    one = entry(TODAY)
    assert one.shown(TODAY)
    assert not one.shown(TODAY + timedelta(days=1))


def test_who_says_it_is_right_has_looked_at_it_today() -> None:
    one = entry(TODAY)
    one.prolong(date(2027, 11, 23), POLICY, NOW)
    assert (one.until, one.checked) == (date(2027, 11, 23), TODAY)
    assert local(one.next_at) == "11-09 09:00"


@pytest.mark.parametrize("days", [-1, 0, 10, 1096])
def test_it_is_not_prolonged_to_a_day_that_is_no_later_or_too_far(days: int) -> None:
    one = entry(TODAY + timedelta(days=10))
    with pytest.raises(Refused, match="guide_day"):
        one.prolong(TODAY + timedelta(days=days), POLICY, NOW)


def test_one_that_is_stopped_is_not_shown_and_nobody_is_asked() -> None:
    one = entry(date(2027, 6, 1))
    one.stop(TODAY)
    assert not one.shown(TODAY)
    assert one.next_at is None


# ── questions ────────────────────────────────────────────────────────────────


def test_words_that_were_answered_are_kept_for_days_and_others_until_they_are_settled() -> None:
    one = Question.ask(1, 3, "passport", POLICY, NOW)
    one.show(7)
    assert (one.came, one.forget_at) == (Came.ANSWERED, NOW + timedelta(days=POLICY.dialog_days))
    one.miss(POLICY)
    assert (one.came, one.forget_at) == (Came.WRONG, NOW + POLICY.retention)
    assert one.pass_on(POLICY)
    assert not one.pass_on(POLICY)
    later = NOW + timedelta(days=30)
    one.settle(POLICY, later)
    assert one.forget_at == later + timedelta(days=POLICY.dialog_days)
    with pytest.raises(Refused, match="guide_settled"):
        one.settle(POLICY, later)
    one.miss(POLICY)
    assert one.came is Came.SETTLED
