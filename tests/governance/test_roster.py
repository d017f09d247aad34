"""What a roster may say, row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from time import perf_counter

import pytest

from governance.org import AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.roster import (
    COLUMNS,
    AreaEntry,
    Known,
    KnownPerson,
    Outcome,
    PersonEntry,
    PostEntry,
    Roster,
    Sheet,
    Terms,
    UnitEntry,
)
from governance.roster_places import in_circles
from governance.roster_plan import plan
from governance.sheets import Change, Line, Row, Table

TODAY = date(2026, 11, 23)
TERMS = Terms(
    areas={str(kind): kind for kind in AreaKind},
    units={str(kind).replace("_", ""): kind for kind in UnitKind},
    posts={str(kind).replace("_", ""): kind for kind in PostKind},
    members={"party": Member.PARTY, "volunteer": Member.VOLUNTEER, "no": None},
    categories={"0201": "0201", "lamps": "0201", "0405": "0405"},
    nothing=frozenset({"-"}),
    mark=lambda text: re.sub(r"\D", "", text),
)
TREE = [
    {"code": "D", "name": "District", "kind": "district"},
    {"code": "S", "name": "Street", "kind": "street", "parent": "D"},
    {"code": "C", "name": "Community", "kind": "community", "parent": "S"},
    {"code": "G", "name": "Grid", "kind": "grid", "parent": "C"},
    {"code": "B", "name": "Building", "kind": "building", "parent": "G"},
]
LAMPS = {"code": "U", "name": "Lamps", "kind": "department", "area": "D", "categories": "0201"}

Rows = list[dict[str, str]]


def judged(
    areas: Sequence[dict[str, str]] = (),
    units: Sequence[dict[str, str]] = (),
    people: Sequence[dict[str, str]] = (),
    known: Known | None = None,
) -> Outcome:
    tables = [
        Table(
            sheet,
            sheet,
            COLUMNS[sheet],
            {column: chr(65 + at) for at, column in enumerate(COLUMNS[sheet])},
            [
                Row(number, tuple(row.get(column, "") for column in COLUMNS[sheet]))
                for number, row in enumerate(rows, 2)
            ],
        )
        for sheet, rows in zip(Sheet, (areas, units, people), strict=True)
    ]
    return plan(Roster(tables), known or Known(), TERMS, TODAY)


def refusals(outcome: Outcome) -> list[tuple[str, int, str, str]]:
    return [
        (line.table.sheet, line.row.number, reason.column, reason.code)
        for line in outcome.refused
        for reason in line.reasons
    ]


def changes(outcome: Outcome, sheet: Sheet) -> list[Change]:
    return [line.change for line in _lines(outcome, sheet)]


def _lines(outcome: Outcome, sheet: Sheet) -> list[Line]:
    return [ln for judged in outcome.tables if judged.table.sheet is sheet for ln in judged.lines]


def somebody(code: str = "P1", name: str = "Gao", **more: str) -> dict[str, str]:
    return {"code": code, "name": name, "phone": "", **more}


def people(*rows: dict[str, str], known: Known | None = None) -> Outcome:
    """People over a sound tree."""
    return judged(TREE, [LAMPS], list(rows), known)


@pytest.fixture
def town() -> Known:
    """A district as an earlier import left it."""
    areas = [
        AreaEntry("D", "District", AreaKind.DISTRICT),
        AreaEntry("S", "Street", AreaKind.STREET, "D"),
        AreaEntry("C", "Community", AreaKind.COMMUNITY, "S"),
        AreaEntry("G", "Grid", AreaKind.GRID, "C"),
        AreaEntry("B", "Building", AreaKind.BUILDING, "G", 41.0, 120.0, 12),
    ]
    gao = KnownPerson(7, PersonEntry("P1", "Gao", "13900000001", Member.PARTY, "U", "B", ("a",)))
    gao.posts[70] = PostEntry(PostKind.GRID_WORKER, "G", "110", 8, date(2026, 1, 1))
    shen = KnownPerson(8, PersonEntry("", "Shen", "13900000002"))
    unit = UnitEntry("U", "Lamps", UnitKind.DEPARTMENT, "D", "110", "8-18", ("0201",))
    return Known(
        {area.code: (n, area) for n, area in enumerate(areas, 1)}, {"U": (5, unit)}, [gao, shen]
    )


# ── areas ────────────────────────────────────────────────────────────────────


def test_a_tree_goes_in_from_the_top_whatever_the_order_of_its_rows() -> None:
    outcome = judged(TREE[::-1])
    assert outcome.ok
    assert [entry.code for entry in outcome.plan.add_areas] == ["D", "S", "C", "G", "B"]


def test_levels_may_be_left_out() -> None:
    assert judged([TREE[0], {**TREE[3], "parent": "D"}]).ok


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"code": "X", "name": "X", "kind": "grid"}, "parent", "no_parent"),
        ({"code": "X", "name": "X", "kind": "grid", "parent": "Y"}, "parent", "not_found"),
        ({"code": "X", "name": "X", "kind": "grid", "parent": "X"}, "parent", "own_parent"),
        ({"code": "X", "name": "X", "kind": "street", "parent": "C"}, "kind", "kind_not_below"),
        ({"code": "X", "name": "X", "kind": "district"}, "kind", "second_root"),
        ({"code": "X", "name": "X", "kind": "castle", "parent": "D"}, "kind", "unknown_word"),
        ({"code": "X", "kind": "grid", "parent": "D"}, "name", "missing"),
        ({"name": "X", "kind": "grid", "parent": "D"}, "code", "missing"),
        ({"code": "X Y", "name": "X", "kind": "grid", "parent": "D"}, "code", "bad_code"),
        ({**TREE[3], "code": "X", "households": "many"}, "households", "bad_count"),
        ({**TREE[3], "code": "X", "latitude": "41"}, "latitude", "half_a_point"),
        (
            {**TREE[3], "code": "X", "latitude": "120", "longitude": "41"},
            "latitude",
            "bad_degrees",
        ),
        ({**TREE[3], "code": "X", "name": "x" * 65}, "name", "too_long"),
    ],
)
def test_one_bad_area_is_named_and_nothing_else(
    row: dict[str, str], column: str, code: str
) -> None:
    assert refusals(judged([*TREE, row])) == [("areas", 7, column, code)]


def test_rows_that_share_a_code_are_both_refused() -> None:
    found = refusals(judged([*TREE, {**TREE[4], "name": "Another"}]))
    assert found == [
        ("areas", 6, "code", "duplicate_code"),
        ("areas", 7, "code", "duplicate_code"),
    ]


def test_a_circle_is_refused_and_told() -> None:
    rows = [
        {"code": "X", "name": "X", "kind": "street", "parent": "Y"},
        {"code": "Y", "name": "Y", "kind": "community", "parent": "X"},
    ]
    outcome = judged([*TREE, *rows])
    assert refusals(outcome) == [
        ("areas", 7, "parent", "circle"),
        ("areas", 8, "parent", "circle"),
    ]
    assert next(outcome.refused).reasons[0].data["codes"] == "X > Y > X"


def test_a_hundred_thousand_areas_are_looked_through_at_once() -> None:
    tree = {f"B{n}": AreaEntry(f"B{n}", "B", AreaKind.BUILDING, "G") for n in range(100_000)}
    began = perf_counter()
    assert in_circles({"G": AreaEntry("G", "G", AreaKind.GRID, "B99999"), **tree})["G"]
    assert perf_counter() - began < 10  # seconds; it was a hundred


def test_a_circle_through_what_is_known_is_found_too(town: Known) -> None:
    assert refusals(judged([{"code": "S", "parent": "G"}], known=town)) == [
        ("areas", 2, "parent", "circle")
    ]


def test_what_lies_in_a_refused_area_is_refused_and_names_it() -> None:
    rows = [dict(row) for row in TREE]
    rows[2]["kind"] = "castle"
    outcome = judged(rows, [], [somebody(home="B")])
    assert refusals(outcome) == [
        ("areas", 4, "kind", "unknown_word"),
        ("areas", 5, "parent", "refers_to_refused"),
        ("areas", 6, "parent", "refers_to_refused"),
        ("people", 2, "home", "refers_to_refused"),
    ]
    assert _lines(outcome, Sheet.AREAS)[3].reasons[0].data["row"] == "4"


def test_an_area_that_is_known_may_be_named_though_its_row_was_refused(town: Known) -> None:
    rows = [{"code": "G", "households": "many"}, {**TREE[4], "code": "B2"}]
    assert refusals(judged(rows, known=town)) == [("areas", 2, "households", "bad_count")]


def test_an_area_stays_above_what_lies_in_it(town: Known) -> None:
    rows = [{"code": "C", "kind": "grid"}]
    assert refusals(judged(rows, known=town)) == [("areas", 2, "kind", "child_not_below")]


def test_an_area_in_which_somebody_serves_keeps_a_kind_for_that_post(town: Known) -> None:
    rows = [{"code": "B", "kind": "stairwell"}, {"code": "G", "kind": "building"}]
    assert refusals(judged(rows, known=town)) == [
        ("areas", 3, "kind", "posts_there"),
    ]


def test_an_area_moves_with_its_new_parent(town: Known) -> None:
    rows = [{"code": "C2", "name": "C2", "kind": "community", "parent": "S"}]
    outcome = judged([*rows, {"code": "G", "parent": "C2"}], known=town)
    assert changes(outcome, Sheet.AREAS) == [Change.ADDED, Change.CHANGED]
    assert [(key, entry.parent) for key, entry in outcome.plan.change_areas] == [(4, "C2")]


# ── blank, and cleared ───────────────────────────────────────────────────────


def test_a_blank_cell_changes_nothing(town: Known) -> None:
    outcome = judged([{"code": "B"}], [{"code": "U"}], [{"code": "P1"}], town)
    assert outcome.ok
    assert len(outcome.plan) == 0


def test_a_dash_clears(town: Known) -> None:
    person = somebody(
        **dict.fromkeys(("phone", "member", "unit", "home", "skills", "partner"), "-"),
        post="grid_worker",
        place="G",
    )
    area = {"code": "B", "latitude": "-", "longitude": "-", "households": "-"}
    unit = {"code": "U", "phone": "-", "hours": "-", "categories": "-", "area": "-"}
    done = judged([area], [unit], [person], town).plan
    assert done.change_areas == [(5, AreaEntry("B", "Building", AreaKind.BUILDING, "G"))]
    assert done.change_units == [(5, UnitEntry("U", "Lamps", UnitKind.DEPARTMENT))]
    assert [entry for _id, entry, _old in done.change_people] == [PersonEntry("P1", "Gao")]
    assert [post.partner for _id, post in done.change_posts] == [None]


# ── units ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "column", "code"),
    [
        ({"kind": "club"}, "kind", "unknown_word"),
        ({"area": "Y"}, "area", "not_found"),
        ({"categories": "0201、9999"}, "categories", "unknown_category"),
        ({"phone": "ask me"}, "phone", "bad_phone"),
    ],
)
def test_one_bad_unit_is_named(more: dict[str, str], column: str, code: str) -> None:
    assert refusals(judged(TREE, [{**LAMPS, **more}])) == [("units", 2, column, code)]


@pytest.mark.parametrize("text", ["0201、0405", "405 0201", "lamps，405", "0405/lamps;0201"])
def test_categories_are_understood_by_code_and_name_and_without_their_zero(text: str) -> None:
    (unit,) = judged(TREE, [{**LAMPS, "categories": text}]).plan.add_units
    assert unit.categories == ("0201", "0405")


# ── who is who ───────────────────────────────────────────────────────────────


def test_somebody_with_two_posts_has_two_rows() -> None:
    first = somebody(phone="139 0000 0001", post="grid_worker", place="G")
    second = {"code": "P1", "post": "unit_duty", "place": "U"}
    done = people(first, second).plan
    assert [(entry.name, entry.phone) for _ref, entry in done.add_people] == [
        ("Gao", "139 0000 0001")
    ]
    assert [post.place for _ref, post in done.add_posts] == ["G", "U"]


@pytest.mark.parametrize("name", ["张三", "张\u3000三", " 张 三 "])
def test_a_name_set_apart_to_fill_its_cell_is_the_same(name: str) -> None:
    outcome = judged(TREE, [], [somebody(name="张三"), somebody(name=name, post="")])
    assert refusals(outcome) == []
    assert [entry.name for _ref, entry in outcome.plan.add_people] == ["张三"]


def test_without_a_code_people_are_told_apart_by_telephone() -> None:
    outcome = people(
        somebody("", phone="139 0000 0001"), somebody("", "Shen", phone="+8613900000002")
    )
    assert outcome.ok
    assert len(outcome.plan.add_people) == 2
    assert refusals(people(somebody(""))) == [("people", 2, "code", "nobody")]


def test_a_row_without_a_code_is_of_whom_the_telephone_says(town: Known) -> None:
    rows = [somebody("P9", "Liu", phone="13900000009"), somebody("", "Liu", phone="13900000009")]
    assert len(people(*rows).plan.add_people) == 1
    found = people(somebody("", "Shen", phone="139-0000-0002", member="party"), known=town).plan
    assert [key for key, _entry, _old in found.change_people] == [8]


def test_somebody_known_without_a_code_is_given_one(town: Known) -> None:
    done = people(somebody("P2", "Shen", phone="13900000002"), known=town).plan
    assert [(key, entry.code) for key, entry, _old in done.change_people] == [(8, "P2")]
    assert done.add_people == []


def test_another_name_under_the_same_code_is_a_change(town: Known) -> None:
    outcome = people(somebody(name="Gao Ming"), known=town)
    assert changes(outcome, Sheet.PEOPLE) == [Change.CHANGED]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (  # one code, two names
            [somebody(), somebody(name="Shen")],
            [(2, "name", "two_names_in_rows"), (3, "name", "two_names_in_rows")],
        ),
        (  # one number, two codes and names
            [
                somebody("P3", "Liu", phone="13900000003"),
                somebody("P4", "Shen", phone="139 00000003"),
            ],
            [(2, "phone", "two_names_in_rows"), (3, "phone", "two_names_in_rows")],
        ),
        (  # one number and name, two codes
            [
                somebody("P3", "Liu", phone="13900000003"),
                somebody("P4", "Liu", phone="13900000003"),
            ],
            [(2, "code", "two_codes_in_rows"), (3, "code", "two_codes_in_rows")],
        ),
        (  # the roster has this number under another code
            [somebody("P4", "Liu", phone="13900000001")],
            [(2, "phone", "two_names")],
        ),
        ([somebody("P4", "Gao", phone="13900000001")], [(2, "code", "two_codes")]),
        ([somebody("", "Liu", phone="13900000001")], [(2, "name", "two_names")]),
        (
            [somebody(member="party"), somebody(member="no")],
            [(2, "", "same_person"), (3, "member", "disagrees")],
        ),
        ([somebody("P4", "")], [(2, "name", "missing")]),
        ([somebody("#8", "Shen Hua")], []),
        ([somebody("#7", "Gao")], [(2, "code", "no_such_number")]),
        ([somebody("#99", "Gao")], [(2, "code", "no_such_number")]),
    ],
)
def test_who_is_who(town: Known, rows: Rows, found: list[tuple[int, str, str]]) -> None:
    outcome = people(*rows, known=town)
    assert refusals(outcome) == [("people", *one) for one in found]


def test_two_who_change_numbers_may_do_so_at_once(town: Known) -> None:
    town.people[1].entry = PersonEntry("P2", "Shen", "13900000002")
    rows = [somebody(phone="13900000002"), somebody("P2", "Shen", phone="13900000001")]
    assert people(*rows, known=town).ok


def test_a_number_that_two_have_already_is_not_held_against_them(town: Known) -> None:
    town.people[1].entry = PersonEntry("P2", "Shen", "13900000001")
    rows = [somebody(phone="13900000001"), somebody("P2", "Shen", phone="13900000001")]
    assert len(people(*rows, known=town).plan) == 0


# ── cells of people ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "column", "code"),
    [
        ({"phone": "12"}, "phone", "bad_phone"),
        ({"member": "maybe"}, "member", "unknown_word"),
        ({"unit": "Y"}, "unit", "not_found"),
        ({"home": "Y"}, "home", "not_found"),
        ({"post": "king", "place": "D"}, "post", "unknown_word"),
        ({"post": "grid_worker"}, "place", "missing"),
        ({"place": "G"}, "place", "without_post"),
        ({"post": "grid_worker", "place": "Y"}, "place", "not_found"),
        ({"post": "grid_worker", "place": "C"}, "place", "not_held_there"),
        ({"post": "unit_duty", "place": "G"}, "place", "not_found"),
        ({"post": "grid_worker", "place": "G", "partner": "P1"}, "partner", "own_partner"),
        ({"post": "grid_worker", "place": "G", "partner": "P5"}, "partner", "not_found"),
        ({"post": "grid_worker", "place": "G", "since": "soon"}, "since", "bad_day"),
        ({"post": "grid_worker", "place": "G", "until": "2026-02-30"}, "until", "bad_day"),
        ({"post": "grid_worker", "place": "G", "until": "1826-02-03"}, "until", "bad_day"),
    ],
)
def test_one_bad_cell_of_a_person_is_named(more: dict[str, str], column: str, code: str) -> None:
    assert refusals(people(somebody(**more))) == [("people", 2, column, code)]


@pytest.mark.parametrize("text", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301"])
def test_a_day_is_understood(text: str) -> None:
    ((_ref, post),) = people(somebody(post="grid_worker", place="G", since=text)).plan.add_posts
    assert post.since == date(2026, 3, 1)


def test_a_person_goes_in_whole_or_not_at_all() -> None:
    good = somebody(post="grid_worker", place="G")
    bad = {"code": "P1", "post": "grid_worker", "place": "Y"}
    assert refusals(people(good, bad)) == [
        ("people", 2, "", "same_person"),
        ("people", 3, "place", "not_found"),
    ]


# ── posts ────────────────────────────────────────────────────────────────────


def test_partners_may_name_each_other() -> None:
    one = somebody(post="grid_worker", place="G", partner="P2")
    two = somebody("P2", "Shen", phone="13900000002", post="grid_worker", place="G", partner="P1")
    three = somebody("P3", "Liu", post="grid_chief", place="G", partner="13900000002")
    done = people(one, two, three).plan
    refs = {entry.name: ref for ref, entry in done.add_people}
    partners = {ref: post.partner for ref, post in done.add_posts}
    assert partners == {
        refs["Gao"]: refs["Shen"],
        refs["Shen"]: refs["Gao"],
        refs["Liu"]: refs["Shen"],
    }


def test_who_counts_on_a_refused_partner_is_refused_in_a_chain() -> None:
    rows = [
        somebody("P1", "Gao", post="grid_worker", place="G", partner="P2"),
        somebody("P2", "Shen", post="grid_worker", place="G", partner="P3"),
        somebody("P3", "Liu", home="Y"),
    ]
    assert refusals(people(*rows)) == [
        ("people", 2, "partner", "refers_to_refused"),
        ("people", 3, "partner", "refers_to_refused"),
        ("people", 4, "home", "not_found"),
    ]


def test_the_same_post_twice_is_refused() -> None:
    row = somebody(post="grid_worker", place="G")
    assert refusals(people(row, row))[-1] == ("people", 3, "post", "duplicate_post")


def test_a_term_ends_after_it_began(town: Known) -> None:
    ended = somebody(post="grid_worker", place="G", until="2025-12-31")
    assert refusals(people(ended, known=town)) == [("people", 2, "until", "term")]


def test_a_post_ends_by_its_last_day(town: Known) -> None:
    done = people(somebody(post="grid_worker", place="G", until="2026-11-30"), known=town).plan
    assert [(key, post.until, post.partner) for key, post in done.change_posts] == [
        (70, date(2026, 11, 30), 8)
    ]


def test_a_later_term_of_the_same_post_is_a_post_of_its_own(town: Known) -> None:
    old = somebody(post="grid_worker", place="G", since="2026-01-01", until="2026-06-30")
    new = somebody(post="grid_worker", place="G", since="2026-10-01")
    done = people(old, new, known=town).plan
    assert [key for key, _post in done.change_posts] == [70]
    assert [post.since for _ref, post in done.add_posts] == [date(2026, 10, 1)]


def test_a_first_day_that_was_wrong_is_put_right(town: Known) -> None:
    done = people(somebody(post="grid_worker", place="G", since="2026-02-01"), known=town).plan
    assert [(key, post.since) for key, post in done.change_posts] == [(70, date(2026, 2, 1))]
    assert done.add_posts == []


def test_a_partner_who_is_known_may_be_named_by_telephone_or_number(town: Known) -> None:
    for name in ("13900000002", "#8"):
        row = somebody(post="grid_worker", place="G", partner=name)
        assert len(people(row, known=town).plan.change_posts) == 0
