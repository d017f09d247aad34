"""Nothing that somebody says becomes a link, a mention, a command or markup in another's chat."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.quoting import JOINER, quoted
from handlers.words import Ours, Reader, _, lines, render

CHAT = Reader("zh_CN", datetime(2026, 11, 23, tzinfo=UTC), ZoneInfo("Asia/Shanghai"), in_chat=True)
TAPPED = re.compile(
    r"""
    [a-z][a-z0-9+.-]*://                      # an address with its scheme
    | [\w-]+\.(?:[a-z]{2,}|\d+\.\d+\.\d+)      # one without
    | @\w                                     # a mention, an address of mail
    | (?<![\w/])/[a-z0-9_]                    # a command
    | <\s*/?[a-z]                             # a tag
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What messengers find in plain text, written down apart from what keeps them from it."""

HOSTILE = (
    "看这里 https://evil.example/pay?x=1",
    "加我 @evil_bot 领钱",
    "/forget",
    "发 /start i-abc 给机器人",
    "<a href='https://evil.example'>社区通知</a>",
    '<a href="weixin://bizmsgmenu?msgmenucontent=x">点我</a>',
    "evil.example 和 t.me/evil，还有192.0.2.1",
    "写信到 a@b.example",
    "#话题 tg://resolve?domain=x",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_was_said_can_be_tapped(words: str) -> None:
    assert TAPPED.search(words)
    assert not TAPPED.search(quoted(words))
    assert quoted(words).replace(JOINER, "").replace("＜", "<") == words


@pytest.mark.parametrize(
    "words",
    [
        *("3号楼东头路灯坏了，3.5米高", "0421-0000100转12", "周六9:00到11:00", "3/4单元", "和/或"),
        *("名册.xlsx", "QH-20261126-0007", "3#楼", "1、2、3", "水压<2kg"),
    ],
)
def test_what_people_usually_say_stays_as_it_is(words: str) -> None:
    assert quoted(words) == words


@given(st.text(st.sampled_from("ab1灯@/#:.<>a href=tme_-"), max_size=40))
def test_however_it_is_put_together_nothing_can_be_tapped(words: str) -> None:
    assert not TAPPED.search(quoted(words))
    assert quoted(words).replace(JOINER, "").replace("＜", "<") == words


def test_the_districts_own_addresses_and_commands_can_still_be_followed() -> None:
    text = lines(
        _("Add me again, and send /bind there."), Ours("https://bot.example.org/x"), "t.me/x"
    )
    assert render(text, CHAT).split("\n")[1:] == ["https://bot.example.org/x", f"t.{JOINER}me/x"]
