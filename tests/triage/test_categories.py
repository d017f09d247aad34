"""The category data as it ships is complete and consistent."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "bot" / "data" / "categories.json"
ROWS: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))
GROUPS = [row for row in ROWS if row["parent"] is None]
KINDS = [row for row in ROWS if row["parent"] is not None]

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
every_kind = pytest.mark.parametrize("row", KINDS, ids=lambda row: row["code"])


def flagged(flag: str) -> set[str]:
    return {row["code"] for row in ROWS if row.get(flag)}


def test_there_are_89_categories_in_12_groups() -> None:
    assert len(GROUPS) == 12
    assert len(KINDS) == 89
    assert len({row["code"] for row in ROWS}) == 101


def test_one_category_stands_on_one_line() -> None:
    assert len(DATA.read_text("utf-8").splitlines()) == len(ROWS) + 2


@every_kind
def test_a_category_lies_in_the_group_its_code_begins_with(row: dict[str, Any]) -> None:
    assert row["parent"] == row["code"][:2]
    assert row["parent"] in {group["code"] for group in GROUPS}


@every_row
def test_labels_fit_on_a_button(row: dict[str, Any]) -> None:
    assert 1 <= len(row["short_zh"]) <= 8
    assert 1 <= len(row["short_en"]) <= 24
    assert row["zh"]
    assert row["en"]


@pytest.mark.parametrize("label", ["short_zh", "short_en", "zh", "en"])
def test_no_two_categories_have_the_same_label(label: str) -> None:
    assert max(Counter(row[label] for row in ROWS).values()) == 1


@every_kind
def test_a_category_has_a_unit_and_limits_that_can_be_kept(row: dict[str, Any]) -> None:
    assert row["unit"]
    assert 0 < row["respond_hours"] <= row["resolve_hours"] <= 720
    assert isinstance(row["emergency"], bool)


@every_kind
def test_a_category_has_words_to_find_it_by(row: dict[str, Any]) -> None:
    assert len(row["keywords"]) >= 8
    assert len(set(row["keywords"])) == len(row["keywords"])
    assert all(word == word.lower().strip() and word for word in row["keywords"])


def test_nothing_is_both_public_and_private() -> None:
    assert not flagged("public") & flagged("private")


def test_what_is_after_dark_is_public() -> None:
    assert flagged("after_dark") == {"0201", "0405"}
    assert flagged("after_dark") <= flagged("public")


def test_a_photo_is_asked_for_where_something_is_put_right_and_never_of_people() -> None:
    assert {"0201", "0202", "0203", "0602", "0803"} <= flagged("photo")
    assert not flagged("photo") & flagged("private")
    advice = {row["code"] for row in KINDS if row["parent"] in {"09", "10", "11", "12"}}
    assert not flagged("photo") & advice


def test_people_in_need_and_people_complained_about_are_private() -> None:
    welfare = {row["code"] for row in KINDS if row["parent"] == "10"}
    assert welfare <= flagged("private")
    assert {"0901", "0902", "0907", "1108"} <= flagged("private")


def test_neighbours_follow_only_what_lies_in_shared_space() -> None:
    never = {"09", "10", "11", "12"}
    assert not {row["code"] for row in KINDS if row["parent"] in never} & flagged("public")
    assert {"0101", "0201", "0202", "0203", "0402"} <= flagged("public")
    assert not {"0304", "0404", "0604", "0703", "0803"} & flagged("public")
