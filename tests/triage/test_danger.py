"""Danger to life is heard in people's own words, and what only sounds like it is not."""

from __future__ import annotations

import re._constants as ops
import re._parser as parser  # the only way to ask a pattern what it needs
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage.danger import SIGNS, danger_in
from bot.triage.signs import Rule
from bot.triage.text import plain
from handlers.dangers import DANGERS

HERE = Path(__file__).parent
DATA = HERE.parent / "data"


def table(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]


WORDINGS = table(HERE / "dangers.tsv")
DANGEROUS = [(kind, text) for kind, text in WORDINGS if kind != "none"]
HARMLESS = [text for kind, text in WORDINGS if kind == "none"]

# What the residents' sample messages hold besides the ordinary.
IN_MESSAGES = {
    "7号院这一片又没电了,我家有个老人吸着氧呢,着急": "medical",
    "楼道里一股煤气味儿,越往上越重,我不敢开灯,咋办": "gas",
    "俺婆婆跟孩子卡电梯里了,12号楼2单元,按铃没人应!": "lift",
    "楼上那男的又在打媳妇,哭得厉害,我不敢上去,求你们快点": "violence",
    "对门王奶奶两天没见着人了,敲门不应,电话也没人接,她一个人住": "child_or_elder",
    "着火了!!三号楼五楼往外冒黑烟": "fire",
    "我妈胸口疼喘不上气": "medical",
    "我不想活了": "self_harm",
    "有人拿刀在楼下追人": "violence",
}


def test_every_kind_of_danger_has_signs_and_advice() -> None:
    assert sorted(signs.kind for signs in SIGNS) == sorted(DANGERS)


def test_there_are_enough_wordings_to_judge_by() -> None:
    count = Counter(kind for kind, _ in DANGEROUS)
    assert set(count) == set(DANGERS)
    assert min(count.values()) >= 12
    assert len(HARMLESS) >= 80


def test_of_a_hundred_calls_for_help_at_most_one_is_missed() -> None:
    missed = [text for _, text in DANGEROUS if danger_in(plain(text)) is None]
    assert len(missed) <= 0.01 * len(DANGEROUS), missed


def test_nearly_every_call_for_help_gets_the_advice_for_its_kind() -> None:
    wrong = [text for kind, text in DANGEROUS if danger_in(plain(text)) != kind]
    assert len(wrong) <= 0.03 * len(DANGEROUS), wrong


def test_of_ten_that_only_sound_dangerous_at_most_one_alarms() -> None:
    alarmed = [text for text in HARMLESS if danger_in(plain(text)) is not None]
    assert len(alarmed) <= 0.1 * len(HARMLESS), alarmed


@pytest.mark.parametrize(
    "text",
    [
        "消防通道堵了", "灭火器过期", "煤气费怎么交", "电梯坏了(没人困)", "笑死我了", "累死了", "热死了",
        "楼道里堆东西怕着火", "想报名消防演练", "小吃店的火", "昨天着火的那家赔偿", "打火机",
        "救命药能报销吗", "跳楼价",
    ],
)  # fmt: skip
def test_a_look_alike_is_no_danger(text: str) -> None:
    assert danger_in(plain(text)) is None


def test_the_sample_messages_alarm_where_they_should_and_nowhere_else() -> None:
    texts = [
        row[0] for name in ("messages", "edge_messages") for row in table(DATA / f"{name}.tsv")
    ]
    heard = {text: kind for text in texts if (kind := danger_in(plain(text)))}
    assert heard == IN_MESSAGES


def test_danger_is_heard_in_the_middle_of_a_long_text() -> None:
    before = "昨天说的路灯还没有人来看过,请帮忙催一下。" * 8
    assert danger_in(plain(before + "楼上往外冒黑烟!" + before)) == "fire"


def test_words_far_apart_in_a_long_text_are_not_put_together() -> None:
    long = "孩子今年上一年级。" + "我想问问社区的活动什么时候开始。" * 8 + "快递在门口丢了。"
    assert danger_in(plain(long)) is None


@pytest.mark.parametrize("text", ["着 火 了", "着\u200b火\u200b了", "着火了", "著火了,快!冒黑烟"])
def test_blanks_and_odd_letters_do_not_hide_danger(text: str) -> None:
    assert danger_in(plain(text)) == "fire"


@given(st.sampled_from(DANGEROUS), st.sampled_from(["", "!!!", " ", "\n", "😭", "在3号楼2单元"]))
def test_what_people_add_at_the_end_does_not_hide_danger(said: tuple[str, str], end: str) -> None:
    if danger_in(plain(said[1])) is not None:
        assert danger_in(plain(said[1] + end)) is not None


@pytest.mark.parametrize(
    "rule", [rule for signs in SIGNS for rule in signs.rules], ids=lambda rule: rule.said[0][:12]
)
def test_a_rule_never_holds_without_one_of_its_clues(rule: Rule) -> None:
    clues = set(rule.clues)
    assert clues
    assert any(always_has(parser.parse(said), clues) for said in rule.said)


def always_has(pattern: Any, clues: set[str]) -> bool:
    """Whether every text the pattern matches has one of these characters."""
    return any(_part_has(operation, argument, clues) for operation, argument in pattern)


def _part_has(operation: Any, argument: Any, clues: set[str]) -> bool:
    if operation is ops.LITERAL:
        return chr(argument) in clues
    if operation is ops.IN:
        return all(kind is ops.LITERAL and chr(code) in clues for kind, code in argument)
    if operation is ops.BRANCH:
        return all(always_has(branch, clues) for branch in argument[1])
    if operation is ops.SUBPATTERN:
        return always_has(argument[3], clues)
    if operation in (ops.MAX_REPEAT, ops.MIN_REPEAT):
        return argument[0] > 0 and always_has(argument[2], clues)
    return False
