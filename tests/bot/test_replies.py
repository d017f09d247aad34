"""Words said in the answer to a callback: composed with the event, the same when it comes again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.access import SharedShelf
from bot.channels.tencent.tokens import Tokens
from bot.clock import technical
from handlers.message import Card, Chat, Choice, Event, Said
from handlers.turn import Kind, Post
from storage import replies
from storage.database import Database, new_engine
from tests.servers.wechat_people import Person
from tests.stories.wechat_stage import WeChatStage, wechat_stage

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[WeChatStage]:
    async with wechat_stage(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def zhou(stage: WeChatStage) -> Person:
    person: Person = stage.phones["zhou"].person
    return person


async def post(stage: WeChatStage, *cards: Card, kind: Kind = "notice") -> None:
    """These wait to be sent to the resident."""
    said = Post()
    [(person,)] = await rows(stage, "select person_id from accounts where external = 'zhou'")
    for card in cards:
        said.to(person, card, kind=kind)
    now = stage.clock.now()
    await stage.app.database.run(lambda conn: stage.app.dispatch.settle(conn, [(said, now)]))


async def rows(stage: WeChatStage, query: str) -> list[Any]:
    return list(await stage.app.database.run(lambda conn: conn.execute(text(query)).all()))


def heard(zhou: Person) -> list[str]:
    return [bubble.text for bubble in zhou.bubbles if bubble.mine]


async def test_an_event_that_comes_again_is_answered_with_the_same_words(
    stage: WeChatStage, zhou: Person
) -> None:
    xml = zhou.xml("text", "<Content>帮助</Content><MsgId>42</MsgId>")
    zhou.known.follows = True
    for _ in range(3):
        await stage.server.push("zhou", xml)
    await stage.settle()
    first, second, third = heard(zhou)
    assert "有事直接说" in first
    assert first == second == third
    assert stage.server.called(SEND) == []
    await stage.app.database.run(lambda conn: replies.purge(conn, 9e12))
    assert await rows(stage, "select words from replies") == []


async def test_what_waits_is_said_together_and_the_rest_as_messages(
    stage: WeChatStage, zhou: Person
) -> None:
    await post(stage, *(Card(f"第{n}条" + "路" * 300) for n in range(3)))
    await zhou.says("帮助")
    [reply] = heard(zhou)
    assert reply.index("有事直接说") < reply.index("第0条")
    assert "第1条" not in reply
    assert len(reply.encode()) <= 2048
    await stage.settle()
    assert [words[:3] for words in heard(zhou)[1:]] == ["第1条", "第2条"]
    assert len(stage.server.called(SEND)) == 2
    [(left,)] = await rows(stage, "select window_left from lanes where chat = 'zhou'")
    assert left == 3


async def test_alerts_secrets_and_pictures_are_left_to_messages(
    stage: WeChatStage, zhou: Person
) -> None:
    await post(stage, Card("有人等您", (Choice("我去", "menu:0:help"),)), kind="alert")
    await post(stage, Card("只用一次：i-abc", secret=True))
    await post(stage, Card("请扫码", qr="i-abc"))
    await zhou.says("帮助")
    [reply] = heard(zhou)
    assert "有事直接说" in reply
    assert "i-abc" not in reply
    assert "有人等您" not in reply
    await stage.settle()
    assert [words for words in ("有人等您", "只用一次", "请扫码") if zhou.sees(words)] == [
        *("有人等您", "只用一次", "请扫码")
    ]
    assert await rows(stage, "select * from replies where words like '%i-abc%'") == []


async def test_when_nobody_listens_any_more_it_is_sent(stage: WeChatStage, zhou: Person) -> None:
    await zhou.follows()
    stage.server.wechat.message("zhou")
    late = Event(
        "wechat", stage.channel.account, "77", Chat("private", "zhou"), "zhou", Said("帮助")
    )
    handled = await stage.app.receive(replace(late, answer_by=1.0))
    assert handled.reply == ""
    await stage.settle()
    assert "有事直接说" in heard(zhou)[-1]


async def test_choices_are_made_by_number_by_words_or_by_a_tap(
    stage: WeChatStage, zhou: Person
) -> None:
    await zhou.says("帮助")
    assert "\n2. 查进度" in heard(zhou)[-1]
    await zhou.says("2")
    await zhou.says("帮助")
    await zhou.says("查进度")
    await post(stage, Card("要查吗？", (Choice("查一查", "menu:0:progress"),)))
    await stage.settle()
    assert list(zhou.bubbles[-1].rows.values()) == ["7. 查一查"]
    await zhou.taps("查一查")
    await post(stage, Card("还要查吗？", (Choice("再查一查", "menu:0:progress"),)))
    await stage.settle()
    await zhou.says("再查一查")
    assert len([words for words in heard(zhou) if words.startswith("您还没有报过事")]) == 4


@pytest.mark.parametrize("code", [45015, 45047])
async def test_what_the_platform_finds_too_late_is_kept_for_the_next_contact(
    stage: WeChatStage, zhou: Person, code: int
) -> None:
    await zhou.says("帮助")
    await post(stage, Card("市政明天来"))
    stage.server.fail_next(SEND, code)
    await stage.settle()
    assert await rows(stage, "select state from outbox where state = 'held'") == [("held",)]
    await stage.settle()
    assert len(stage.server.called(SEND)) == 1
    await zhou.says("帮助")
    assert zhou.sees("市政明天来")


async def test_following_opens_a_minute_and_three_messages(
    stage: WeChatStage, zhou: Person
) -> None:
    await zhou.follows()
    await post(stage, *(Card(f"第{n}条") for n in range(4)), kind="reply")
    await stage.settle()
    assert heard(zhou)[1:] == ["第0条", "第1条", "第2条"]
    await zhou.taps_line("1", "1. 上报问题")
    assert "第3条" in heard(zhou)[-1]


# ── one token for several processes ──────────────────────────────────────────


async def test_processes_share_one_token(database_url: str) -> None:
    fetched: list[bool] = []
    fetching, going_on = asyncio.Event(), asyncio.Event()

    async def fetch(force: bool) -> tuple[str, int]:
        fetched.append(force)
        fetching.set()
        await going_on.wait()
        return f"token-{len(fetched)}", 7200

    def process() -> tuple[Database[Any, Any], Tokens]:
        database: Database[Any, Any] = Database(new_engine(database_url), lambda _conn, _events: [])
        database.start()
        return database, Tokens(fetch, SharedShelf("wechat/wx1", lambda: database), technical)

    processes = [process() for _ in range(3)]
    try:
        asked = [tokens.get() for _database, tokens in processes for _ in range(10)]
        answers = asyncio.gather(*asked)
        await fetching.wait()
        going_on.set()
        assert set(await answers) == {"token-1"}
        assert await processes[1][1].get(rejected="token-1") == "token-2"
        assert await processes[2][1].get(rejected="token-1") == "token-2"
        assert fetched == [False, False]
    finally:
        for database, _tokens in processes:
            database.stop()
