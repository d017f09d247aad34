"""What neighbours will read: numbers and doors covered, children and cash found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.discretion import asks_for_cash, cover, names_a_child, tells_of_a_problem

NUMBERS = (
    *("13800001111", "138 0000 1111", "138-0000-1111", "+86 13800001111", "１３８００００１１１１"),
    *("210122199001010015", "21012219900101001X", "0421-0000101", "83210456"),
    *("6222020000000000000", "6222 0200 0000 0000 000", "6222-0200-0000-0000"),
    *("138****1111", "一三八零零零零一一一一", "微信号：abc_12345", "QQ 10001000"),
    *("2单元301室", "402室"),
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_or_a_door_is_covered_wherever_it_stands(number: str) -> None:
    for text in (number, f"想要台收音机，打{number}找我", f"找我{number}。谢谢"):
        found = cover(text)
        assert found.changed
        assert number not in found.text
        assert sum(char.isdigit() for char in found.text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "想要一台旧收音机，晚上听听戏",
        "3号楼门口想要张长椅，2把也行",
        "2026年11月25日前想要一本挂历",
        "想要40码的棉鞋，100元左右的",
        "I would like 2 chairs by 25 November",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert cover(text).text == text
    assert not cover(text).changed


@given(st.text("0139一三 -.单元室Xx微信:号a８", max_size=30))
def test_covering_leaves_no_long_number_and_covers_nothing_twice(text: str) -> None:
    once = cover(text).text
    assert cover(once).text == once


@pytest.mark.parametrize(
    "text",
    [
        "孙子8岁了，想要个书包",
        "8岁的孙女想要画笔",
        "孩子在清河一小学上三年级，想要台灯",
        "女儿读初二，想要旧课本",
        "家里娃上大班，想要积木",
        "my son is 8 years old and wants a bag",
        "a bag for my daughter in grade 3",
    ],
)
def test_a_childs_age_and_school_are_found(text: str) -> None:
    assert names_a_child(text)


@pytest.mark.parametrize(
    "text",
    [
        "孩子想要个书包",
        "我今年80岁，想要个收音机",
        "小学门口想要个雨棚",
        "想给社区学校捐几本书",
        "a schoolbag for a child",
    ],
)
def test_a_child_without_age_or_school_and_an_old_persons_age_may_stand(text: str) -> None:
    assert not names_a_child(text)


@pytest.mark.parametrize(
    "text",
    [
        *("能不能借我点钱", "想要5000块钱", "帮我交一下学费", "给老伴凑手术费", "发个红包吧"),
        *("希望有人捐款", "想要两万元装修", "求资助房租", "please lend me 500", "I need some cash"),
    ],
)
def test_a_wish_for_money_is_found(text: str) -> None:
    assert asks_for_cash(text)


@pytest.mark.parametrize(
    "text",
    [
        *("不要现金，就想要一台收音机", "想要个旧钱包", "想要一个50元左右的电饭锅"),
        *("谁家有不值钱的旧收音机", "no cash, just an old radio"),
    ],
)
def test_a_thing_that_has_a_price_is_no_wish_for_money(text: str) -> None:
    assert not asks_for_cash(text)


@pytest.mark.parametrize("text", ["楼道灯不亮了想换一个", "水管漏水了", "the lamp is broken"])
def test_what_is_out_of_order_is_found(text: str) -> None:
    assert tells_of_a_problem(text)


def test_a_wish_is_no_problem() -> None:
    assert not tells_of_a_problem("想要一台旧收音机")
