"""What becomes of each row of a list that comes in as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions import skills
from governance.list_rows import COLUMNS, Entry, Item, Judged, KnownList, ListSheet, judge
from governance.sheets import Change, Line, Reason, Row, Table
from handlers.lists.sheet_words import REASONS, terms
from tests.governance.district import POLICY

TODAY = date(2026, 11, 23)
LAMPS, LIBRARY, SCHOOL = 1, 2, 3
LIGHTS = Entry(LAMPS, "电工义诊", ("power",), "60岁以上", 2, "提前3天说", date(2027, 5, 1))
BOOKS = Entry(LIBRARY, "借书上门", (), "", 3, "", date(2027, 5, 1))
WORDS = terms(replace(POLICY, skills={skill.code: skill for skill in skills()}))


def known(
    *items: Item, mine: Sequence[int] = (LAMPS,), over: frozenset[int] = frozenset()
) -> KnownList:
    places = {"路灯所": [LAMPS], "u-ld": [LAMPS], "图书馆": [LIBRARY], "中心小学": [SCHOOL]}
    names = {LAMPS: "路灯所", LIBRARY: "图书馆", SCHOOL: "中心小学"}
    return KnownList(mine, places, names, {item.number: item for item in items}, over)


def judged(
    rows: Sequence[Mapping[str, str]],
    there: KnownList | None = None,
    sheet: ListSheet = ListSheet.SUPPLY,
    faults: Sequence[Reason] = (),
) -> list[Judged]:
    columns = COLUMNS[sheet]
    lines = [
        Row(number, tuple(row.get(column, "") for column in columns), tuple(faults))
        for number, row in enumerate(rows, 2)
    ]
    letters = {column: chr(65 + at) for at, column in enumerate(columns)}
    table = Table(sheet, "供给清单", columns, letters, lines)
    there = there if there is not None else known(Item(7, LIGHTS))
    return judge(sheet, [Line(table, row) for row in lines], there, WORDS, TODAY)


def changes(found: Sequence[Judged]) -> list[str]:
    return ["closed" if one.closes else str(one.line.change) for one in found]


def why(found: Sequence[Judged]) -> list[tuple[str, str]]:
    assert {r.code for one in found for r in one.line.reasons} <= REASONS.keys()
    return [(reason.column, reason.code) for one in found for reason in one.line.reasons]


def row(**cells: str) -> dict[str, str]:
    """A new line that can go in."""
    return {"what": "节前灯具检查", "monthly": "5", "until": "2026-12-31", **cells}


def shown(item: Item) -> dict[str, str]:
    """An item as the sheet that goes out has it."""
    entry = item.entry
    return {
        "number": str(item.number),
        "what": entry.what,
        "skills": "水电维修" if entry.skills else "",
        "whom": entry.whom,
        "monthly": str(entry.monthly),
        "terms": entry.terms,
        "until": str(entry.until),
        "state": "在单上",
    }


# ── what a row does ──────────────────────────────────────────────────────────


def test_a_new_row_is_read_like_an_answer_in_the_chat() -> None:
    (one,) = judged([row(monthly="5次", until="2026年12月31日", whom="无")])
    assert changes([one]) == ["added"]
    assert one.entry == Entry(LAMPS, "节前灯具检查", (), "", 5, "", date(2026, 12, 31))


def test_what_a_new_row_is_about_is_read_in_its_words_unless_it_says_so() -> None:
    read, said = judged([row(what="换灯泡"), row(what="看看电表", skills="法律咨询")])
    assert read.entry is not None
    assert read.entry.skills == WORDS.skills_in("换灯泡") != ()
    assert said.entry is not None
    assert said.entry.skills == (WORDS.skills["法律咨询"],)


def test_the_sheet_that_goes_out_changes_nothing_when_it_comes_back() -> None:
    expired = Item(8, Entry(LAMPS, "扫雪", (), "", 1, "", date(2026, 11, 1)))
    there = known(Item(7, LIGHTS), expired)
    assert changes(judged([shown(item) for item in there.items.values()], there)) == [
        *("unchanged", "unchanged")
    ]


def test_a_changed_row_says_what_it_changes_and_a_blank_cell_nothing() -> None:
    (one,) = judged([{"number": "7", "monthly": "5", "terms": "-"}])
    assert changes([one]) == ["changed"]
    assert one.differs == ["monthly", "terms"]
    assert one.entry is not None
    assert (one.entry.monthly, one.entry.terms, one.entry.whom) == (5, "", "60岁以上")


@pytest.mark.parametrize("said", ["撤下", "下架", " 取消 ", "take off"])
def test_a_row_is_taken_off_by_saying_so(said: str) -> None:
    (one,) = judged([{"number": "7", "state": said}])
    assert changes([one]) == ["closed"]


def test_a_word_for_a_skill_that_the_district_no_longer_has_stays_as_it_was() -> None:
    old = Item(7, replace(LIGHTS, skills=("knots",)))
    assert changes(judged([{"number": "7", "skills": "knots"}], known(old))) == ["unchanged"]


def test_what_a_sheet_leaves_out_stays() -> None:
    assert judged([]) == []


def test_importing_twice_changes_nothing() -> None:
    rows = [row(), {"number": "7", "state": "撤下"}, {**row(what="扫雪"), "state": "撤下"}]
    assert changes(judged(rows)) == ["added", "closed", "unchanged"]
    added = Entry(LAMPS, "节前灯具检查", (), "", 5, "", date(2026, 12, 31))
    later = known(Item(9, added), over=frozenset({7}))
    assert changes(judged(rows, later)) == ["unchanged"] * 3


# ── what is refused, and in which cell ───────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"what": ""}, "what", "missing"),
        ({"what": "修"}, "what", "too_short"),
        ({"what": "修" * 61}, "what", "too_long"),
        ({"what": "修灯，找13800001111"}, "what", "personal"),
        ({"terms": "转账到 6222020200112233445"}, "terms", "personal"),
        ({"monthly": ""}, "monthly", "missing"),
        ({"monthly": "0"}, "monthly", "bad_monthly"),
        ({"monthly": "-3"}, "monthly", "bad_monthly"),
        ({"monthly": "1000"}, "monthly", "bad_monthly"),
        ({"monthly": "三次左右"}, "monthly", "bad_monthly"),
        ({"monthly": "2.5"}, "monthly", "bad_monthly"),
        ({"until": ""}, "until", "missing"),
        ({"until": "年底"}, "until", "bad_day"),
        ({"until": "2026-11-22"}, "until", "past"),
        ({"until": "2028-01-01"}, "until", "too_far"),
        ({"skills": "炼丹"}, "skills", "unknown_word"),
        ({"state": "看情况"}, "state", "unknown_word"),
        ({"place": "不存在的单位"}, "place", "unknown_supply"),
        ({"place": "图书馆"}, "place", "not_yours_supply"),
        ({"number": "99"}, "number", "unknown_number"),
        ({"number": "x"}, "number", "bad_count"),
        ({"number": "7", "place": "图书馆"}, "place", "other_place"),
    ],
)
def test_a_cell_that_cannot_be_is_named(cells: dict[str, str], column: str, code: str) -> None:
    found = judged([row(**cells)])
    assert changes(found) == ["refused"]
    assert why(found) == [(column, code)]


def test_of_two_rows_about_the_same_the_second_is_refused() -> None:
    assert why(judged([row(), row(what="节前 灯具检查")])) == [("", "twice")]
    assert why(judged([{"number": "7", "monthly": "5"}, {"number": "7"}])) == [("", "twice")]
    assert why(judged([{"number": "7"}, {**shown(Item(0, LIGHTS)), "number": ""}])) == [
        ("", "twice")
    ]


def test_a_line_that_was_taken_off_does_not_come_back_by_its_number() -> None:
    there = known(over=frozenset({7}))
    assert why(judged([row(number="7")], there)) == [("number", "over")]


def test_whoever_answers_for_two_units_says_for_which_one() -> None:
    there = known(mine=(LAMPS, LIBRARY))
    assert why(judged([row()], there)) == [("place", "missing")]
    (one,) = judged([row(place="u-ld")], there)
    assert one.entry is not None
    assert one.entry.place == LAMPS


def test_a_line_of_another_unit_is_read_and_not_changed() -> None:
    foreign = Item(8, BOOKS, fixed="not_yours_supply")
    there = known(foreign)
    assert changes(judged([shown(foreign)], there)) == ["unchanged"]
    for cells in ({"monthly": "9"}, {"state": "撤下"}):
        found = judged([{"number": "8", **cells}], there)
        assert why(found) == [("", "not_yours_supply")]
        assert changes(found) == ["refused"]


def test_what_was_booked_keeps_its_words_and_may_change_otherwise() -> None:
    there = known(Item(7, LIGHTS, busy=True))
    assert why(judged([{"number": "7", "what": "法律咨询"}], there)) == [("what", "busy")]
    assert changes(judged([{"number": "7", "monthly": "9"}], there)) == ["changed"]


def test_a_menu_has_no_more_lines_than_in_the_chat() -> None:
    items = [Item(n, Entry(LAMPS, f"第{n}项", (), "", 1, "", TODAY)) for n in range(1, 20)]
    there = known(*items)
    found = judged([row(what="第一样"), row(what="第二样")], there)
    assert changes(found) == ["added", "refused"]
    off = {"number": "3", "state": "撤下"}
    found = judged([row(what="第一样"), row(what="第二样"), off], there)
    assert changes(found) == ["added", "added", "closed"]


def test_a_row_nobody_sees_and_a_cell_that_is_a_formula_are_refused() -> None:
    faults = (Reason("hidden_row"), Reason("computed", "monthly"))
    assert why(judged([row()], faults=faults)) == [("", "hidden_row"), ("monthly", "computed")]


# ── needs ────────────────────────────────────────────────────────────────────


def needs(rows: Sequence[Mapping[str, str]], *items: Item) -> list[Judged]:
    return judged(rows, known(*items), ListSheet.NEEDS)


def test_a_community_asks_in_its_own_words() -> None:
    (one,) = needs([{"what": "想请人给老人理发"}])
    assert changes([one]) == ["added"]
    assert one.entry is not None
    assert one.entry.skills == WORDS.skills_in("想请人给老人理发")


def test_what_a_resident_asked_for_is_not_changed_in_a_sheet() -> None:
    of_resident = Item(4, Entry(LAMPS, "家里冰箱不制冷"), fixed="of_resident", stands="open")
    assert changes(needs([{"number": "4", "what": "家里冰箱不制冷"}], of_resident)) == ["unchanged"]
    for cells in ({"what": "修冰箱，急"}, {"state": "撤下"}):
        assert why(needs([{"number": "4", **cells}], of_resident)) == [("", "of_resident")]


def test_the_state_of_a_need_is_shown_and_only_taking_off_is_read() -> None:
    own = Item(4, Entry(LAMPS, "给老人理发"), stands="open")
    assert changes(needs([{"number": "4", "state": "正在找人"}], own)) == ["unchanged"]
    assert changes(needs([{"number": "4", "state": "不用了"}], own)) == ["closed"]
    assert why(needs([{"number": "4", "state": "销号了"}], own)) == [("state", "unknown_word")]


# ── whatever stands in a sheet ───────────────────────────────────────────────

cell = st.one_of(
    st.just(""),
    st.sampled_from(
        ["7", "8", "-", "撤下", "在单上", "图书馆", "路灯所", "电工义诊", "2026-12-31"]
    ),
    st.text(max_size=70),
)


@given(
    rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS[ListSheet.SUPPLY], cell)), max_size=6)
)
def test_whatever_stands_in_it_only_what_is_the_senders_own_is_changed(
    rows: list[dict[str, str]],
) -> None:
    there = known(Item(7, LIGHTS), Item(8, BOOKS, fixed="not_yours_supply"))
    found = judged(rows, there)
    assert len(found) == len(rows)
    assert all(bool(one.line.reasons) == (one.line.change is Change.REFUSED) for one in found)
    why(found)
    written = [one for one in found if one.line.change in {Change.ADDED, Change.CHANGED}]
    for one in written:
        assert one.entry is not None
        assert one.entry.place == LAMPS
        assert one.number in {None, 7}
        assert one.closes or (one.entry.until and one.entry.until >= TODAY)
    touched = [one.number or one.entry for one in written]
    assert len(set(touched)) == len(touched)
