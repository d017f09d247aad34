"""What nobody should post in a group, and what becomes of a group's binding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.groups import Binding, Group, GroupAct, GroupKind, Leak, leak_in

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "leak"),
    [
        ("我电话13800001111，谁有空", Leak.FULL),
        ("打 +86 138-0000-1111", Leak.FULL),
        ("１３８００００１１１１", Leak.FULL),
        ("身份证210122199001010015", Leak.FULL),
        ("21012219900101001x", Leak.FULL),
        ("138****1111", Leak.MASKED),
        ("210122********0015", Leak.MASKED),
        ("打社区电话0421-0000101", None),
        ("单号13800001111", None),
        ("QH-20261123-0007", None),
        ("3号楼2单元1380室", None),
        ("138000011112222", None),
        ("210122199013010015", None),  # there is no 13th month
        ("", None),
    ],
)
def test_a_number_of_a_person_is_told_from_other_numbers(said: str, leak: Leak | None) -> None:
    assert leak_in(said) is leak


@given(st.text("年月0123456789 *-", max_size=8), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_found_wherever_it_stands(words: str, number: str) -> None:
    assert leak_in(f"{words}，{number}。{words}") is Leak.FULL


def test_a_binding_rests_while_the_bot_is_out_and_comes_back_when_somebody_says_so() -> None:
    group = Group("local/demo/g", None, "zh_CN", kind=None)
    assert group.leave(1, NOW) is None  # nothing was bound, so nothing is on record
    assert group.come_back() is None
    to = Binding(GroupKind.TEAM, 7, team="")
    assert group.bind(to, 1, NOW).act is GroupAct.BOUND
    gone = group.leave(2, NOW)
    assert gone is not None
    assert (gone.act, gone.binding) == (GroupAct.GONE, to)
    assert group.leave(2, NOW) is None
    assert (group.come_back(), group.gone_at) == (to, NOW)
    restored = group.restore(1, NOW)
    assert restored is not None
    assert restored.act is GroupAct.RESTORED
    assert group.restore(1, NOW) is None
    unbound = group.unbind(1, NOW)
    assert unbound is not None
    assert (unbound.binding, group.binding, group.unbind(1, NOW)) == (to, None, None)
