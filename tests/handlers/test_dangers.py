"""What people in danger read first: short, right, and in both languages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.dangers import DANGERS, Danger
from handlers.words import Reader, render

CATEGORIES = Path(__file__).parents[2] / "bot" / "data" / "categories.json"
KINDS = {
    "fire", "gas", "medical", "self_harm", "violence", "lift", "electricity", "collapse",
    "drowning", "child_or_elder",
}  # fmt: skip

every_danger = pytest.mark.parametrize("danger", DANGERS.values(), ids=lambda d: d.kind)


def read(danger: Danger, language: str) -> str:
    reader = Reader(language, datetime(2026, 11, 23, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    return render(danger.advice, reader)


def test_every_kind_of_danger_has_its_own_text() -> None:
    assert set(DANGERS) == KINDS
    assert all(kind == danger.kind for kind, danger in DANGERS.items())
    assert len({read(danger, "zh_CN") for danger in DANGERS.values()}) == len(KINDS)


@every_danger
def test_the_advice_can_be_read_in_one_look(danger: Danger) -> None:
    assert 20 <= len(read(danger, "zh_CN")) <= 72
    assert len(read(danger, "en")) <= 240


@every_danger
def test_the_advice_is_chinese_in_chinese(danger: Danger) -> None:
    assert re.search("[a-zA-Z]", read(danger, "zh_CN")) is None


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@every_danger
def test_the_numbers_named_are_exactly_those_of_the_kind(danger: Danger, language: str) -> None:
    named = re.findall(r"(?<!\d)(?:1[12][09]|12356)(?!\d)", read(danger, language))
    assert set(named) == set(danger.calls)
    assert named[0] == danger.calls[0]


@every_danger
def test_nobody_is_led_to_think_that_the_bot_calls(danger: Danger) -> None:
    assert "这里不能替您" in read(danger, "zh_CN")
    assert "we cannot call for you" in read(danger, "en").lower()


@every_danger
def test_nothing_is_said_about_who_has_been_told(danger: Danger) -> None:
    told = "已通知|已经通知|已转|已报警|notified|informed|on (?:the|their) way"
    assert re.search(told, read(danger, "zh_CN") + read(danger, "en")) is None


@every_danger
def test_the_alarm_sign_stands_at_the_front_and_not_on_private_matters(danger: Danger) -> None:
    for language in ("zh_CN", "en"):
        text = read(danger, language)
        assert text.count("🚨") == (0 if danger.private else 1)
        assert danger.private or text.startswith("🚨")


@pytest.mark.parametrize("kind", ["violence", "self_harm"])
def test_a_glance_at_a_private_text_betrays_nothing(kind: str) -> None:
    assert DANGERS[kind].private
    seen_by_others = "暴力|打人|家暴|自杀|轻生|死|violence|beat|suicid|kill|die"
    both = read(DANGERS[kind], "zh_CN") + read(DANGERS[kind], "en")
    assert re.search(seen_by_others, both) is None


def test_only_illness_and_despair_go_to_a_person_without_a_case() -> None:
    assert {d.kind for d in DANGERS.values() if not d.opens_case} == {"medical", "self_harm"}
    assert all(bool(d.category) == d.opens_case for d in DANGERS.values())


def test_the_cases_opened_belong_to_categories_that_exist() -> None:
    known = {entry["code"] for entry in json.loads(CATEGORIES.read_text("utf-8"))}
    assert {d.category for d in DANGERS.values() if d.opens_case} <= known
