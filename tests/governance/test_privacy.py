"""Telephone numbers read and masked; children who say that they are children."""

from __future__ import annotations

import pytest

from governance.privacy import mask_phone, phone_in, says_under_14


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0421-0000101", "0421-0000101"),
        ("（0421）0000101", "0421-0000101"),
        ("04210000101", "0421-0000101"),
    ],
)
def test_a_number_is_kept_in_one_form(said: str, kept: str) -> None:
    assert phone_in(said) == kept


@pytest.mark.parametrize(
    "said", ["", "不想留", "110", "1380000000", "138000000000", "12800000000", "3号楼2单元301"]
)
def test_what_is_no_number_is_none(said: str) -> None:
    assert phone_in(said) is None


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800000000", "138****0000"),
        ("0421-0000101", "042*-***0101"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_masked_number_can_be_known_again_and_not_called(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    "said",
    [
        "我12岁",
        "我今年十二岁了",
        "我才9岁，楼下灯坏了",
        "阿姨你好，我七岁",
        "我只有十岁",
        "我是小学生",
        "我是一个小学生，滑梯坏了",
        "我上三年级",
        "I am 11",
        "I'm 9 years old and the slide is broken",
        "I am a kid",
    ],
)
def test_a_child_is_believed(said: str) -> None:
    assert says_under_14(said)


@pytest.mark.parametrize(
    "said",
    [
        "我42岁",
        "我十四岁",
        "我二十一岁",
        "我家孩子12岁",
        "我孙子是小学生",
        "我是小学生家长",
        "我12岁那年就住这儿了",
        "小学生放学时车太快",
        "门口小学生太多",
        "我在小学门口等孩子，车太多",
        "3号楼12岁的树倒了",
        "I am 11 floors up",
        "I am 34",
        "",
    ],
)
def test_nobody_else_is_taken_for_a_child(said: str) -> None:
    assert not says_under_14(said)
