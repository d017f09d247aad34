"""The WeCom channel against a simulated company, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import (
    Closed,
    Gone,
    NotFound,
    Rejected,
    SendError,
    Spent,
    Throttled,
    Unavailable,
    Uncertain,
    Unsent,
)
from bot.channels.wecom.cards import BODY, NOTE, TITLE, face
from bot.channels.wecom.channel import WeComChannel
from bot.channels.wecom.robot import call
from bot.menus import wecom as menu
from handlers.message import (
    Button,
    Chat,
    Chose,
    Event,
    Handled,
    Left,
    Menu,
    Message,
    Said,
    SentVoice,
    Started,
    Unsupported,
)
from tests.channels.stages import wecom_app
from tests.servers.wecom import WeComServer
from tests.servers.wecom_people import Person

SEND, CHANGE = "/cgi-bin/message/send", "/cgi-bin/message/update_template_card"
LI = Chat("private", "li")
ROBOT = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
GROUP = Chat("group", f"robot-{ROBOT}")
ASKED = Message("待接\n3号楼东头路灯", (Button("我接了", "take:7"), Button("不归我们", "no:7")))
TAKEN = Message("李明接了", (Button("报结果", "done:7"),))


class Bot:
    """Takes events, unless it is away, and answers with `says` where that is heard."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.away = False
        self.says = ""

    async def receive(self, event: Event) -> Handled:
        if self.away:
            raise Unavailable
        repeated = event.id in {known.id for known in self.events}
        self.events.append(event)
        return Handled("好", repeated=repeated, reply=self.says)

    @property
    def last(self) -> Event:
        return self.events[-1]


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(bot: Bot, clock: Clock) -> AsyncIterator[tuple[WeComServer, WeComChannel]]:
    more = {"clock": clock, "timeout": 1.0, "done": "没有了"}
    async with wecom_app(bot.receive, WeComServer(clock), **more) as opened:
        yield opened


@pytest.fixture
def server(app: tuple[WeComServer, WeComChannel]) -> WeComServer:
    return app[0]


@pytest.fixture
def channel(app: tuple[WeComServer, WeComChannel]) -> WeComChannel:
    return app[1]


@pytest.fixture
def li(server: WeComServer) -> Person:
    return server.member("li", "李明")


# ── in ───────────────────────────────────────────────────────────────────────


async def test_the_address_is_confirmed_with_what_was_encrypted(server: WeComServer) -> None:
    answer = await server.verify_address()
    assert (answer.status_code, answer.text) == (200, "8374658392")


async def test_what_people_do_becomes_events(li: Person, bot: Bot, server: WeComServer) -> None:
    await li.says("路灯不亮")
    assert (bot.last.body, bot.last.sender_name) == (Said("路灯不亮"), "李明")
    await li.sends_voice(b"#!AMR\n")
    voice = bot.last.body
    assert isinstance(voice, SentVoice)
    for kind in ("video", "link"):
        await li.sends(kind)
        assert bot.last.body == Unsupported(kind)
    for act, body in (
        (li.joins(), Started()),
        (li.scans("i-Ab_9"), Started("i-Ab_9")),
        (li.scans("https://example.org/"), Said("https://example.org/")),
        (li.presses("take:7", "t-1"), Chose("take:7", "t-1")),
        (li.presses("take:7", "t-1"), Chose("take:7", "t-1")),
        (li.leaves(), Left()),
    ):
        await act
        assert bot.last.body == body
    before = len(bot.events)
    await li.opens()
    assert len(bot.events) == before
    assert len({event.id for event in bot.events}) == before  # also of two presses in one second
    assert {(e.channel, e.account, e.sender) for e in bot.events} == {
        ("wecom", server.corp_id, "li")
    }
    assert len(server.called("/cgi-bin/user/get")) == 1


async def test_a_press_that_is_delivered_again_is_the_same_event(
    server: WeComServer, li: Person, bot: Bot
) -> None:
    xml = li.pressing("take:7", "t-1")
    for _time in range(2):
        await server.push(xml)
    first, second = bot.events
    assert first.id == second.id


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(
    server: WeComServer, li: Person, bot: Bot
) -> None:
    bot.away = True
    await li.says("路灯不亮")
    assert server.unanswered == 1


async def test_without_the_directory_a_message_is_taken_all_the_same(
    server: WeComServer, li: Person, bot: Bot
) -> None:
    server.fail_next("/cgi-bin/user/get", 60011)
    await li.says("路灯不亮")
    assert (bot.last.sender_name, server.unanswered) == ("", 0)


async def test_what_is_not_the_platforms_is_refused(server: WeComServer, li: Person) -> None:
    query, body = server.sealed(li.xml("text", "<Content>x</Content><MsgId>1</MsgId>"))
    strange = server.sealed(li.xml("hologram", "<MsgId>2</MsgId>"))
    nobody = server.sealed("<xml><MsgType>text</MsgType></xml>")
    async with httpx.AsyncClient() as client:
        for params, content, status in (
            (query | {"msg_signature": "0" * 40}, body, 401),
            (query, body.replace("<Encrypt>", "<Encrypt>AAAA"), 401),
            (query, "<xml>", 400),
            (nobody[0], nobody[1], 400),
            (strange[0], strange[1], 200),
        ):
            answer = await client.post(server.callback, params=params, content=content)
            assert answer.status_code == status


# ── out ──────────────────────────────────────────────────────────────────────


async def test_choices_are_a_card_and_its_press_names_it(
    channel: WeComChannel, li: Person, bot: Bot
) -> None:
    sent = await channel.send(LI, ASKED)
    assert li.bubbles[-1].text == ASKED.text
    await li.taps("我接了")
    assert bot.last.body == Chose("take:7", sent)


async def test_a_card_changes_once_after_it_was_sent_and_once_after_each_press(
    channel: WeComChannel, li: Person, clock: Clock
) -> None:
    sent = await channel.send(LI, ASKED)
    await channel.edit(LI, sent, TAKEN)
    assert (li.bubbles[-1].text, li.bubbles[-1].buttons) == ("李明接了", (("报结果", "done:7"),))
    with pytest.raises(Spent):
        await channel.edit(LI, sent, ASKED)
    await li.taps("报结果")
    await channel.edit(LI, sent, Message("办好了"))
    [card] = li.bubbles
    assert (card.text, card.buttons, card.grey) == ("办好了", (), "没有了")
    another = await channel.send(LI, ASKED)
    clock.now += 73 * 3600
    with pytest.raises(Spent):
        await channel.edit(LI, another, TAKEN)


async def test_a_code_whose_use_is_in_doubt_is_kept_until_the_platform_says(
    channel: WeComChannel, server: WeComServer, li: Person
) -> None:
    sent = await channel.send(LI, ASKED)
    server.fail_next(CHANGE, 45009)
    with pytest.raises(Throttled):
        await channel.edit(LI, sent, TAKEN)
    server.fail_next(CHANGE, drop=True)
    with pytest.raises(Uncertain):
        await channel.edit(LI, sent, TAKEN)
    with pytest.raises(Spent, match="42022"):
        await channel.edit(LI, sent, TAKEN)
    assert li.bubbles[-1].text == "李明接了"


async def test_what_cannot_stand_on_a_card_is_no_change_of_it(
    channel: WeComChannel, li: Person
) -> None:
    sent = await channel.send(LI, ASKED)
    for other in (
        Message("1. 甲", menu=Menu("选一个", ((1, "甲"),))),
        Message("结果", document=(Path("a.xlsx"), "a.xlsx")),
    ):
        with pytest.raises(NotFound):
            await channel.edit(LI, sent, other)


async def test_a_long_text_comes_before_its_card(channel: WeComChannel, li: Person) -> None:
    text = "🔦 翠湖社区3号楼东头 路灯不亮\n" + "居民说：" + "黑了十天。" * 50
    sent = await channel.send(LI, Message(text, ASKED.buttons))
    words, card = li.bubbles
    assert (words.text, words.buttons) == (text, ())
    assert (card.text, card.task) == ("🔦 翠湖社区3号楼东头 路灯不亮", sent)
    await channel.edit(LI, sent, Message(text, TAKEN.buttons))
    assert card.text.endswith("…")


async def test_pictures_and_files_come_before_their_words(
    channel: WeComChannel, server: WeComServer, li: Person, tmp_path: Path
) -> None:
    photo, sheet = tmp_path / "lamp.jpg", tmp_path / "a1b2.xlsx"
    photo.write_bytes(b"\xff\xd8 a lamp")
    sheet.write_bytes(b"PK\x03\x04 rows")
    await channel.send(LI, Message("换好了", photo=photo))
    await channel.send(
        LI, Message("查过了", (Button("导入", "go:1"),), document=(sheet, "名单.xlsx"))
    )
    seen = [(b.text, b.photo, b.document) for b in li.bubbles]
    assert seen == [
        ("", b"\xff\xd8 a lamp", None),
        ("换好了", None, None),
        ("", None, ("名单.xlsx", b"PK\x03\x04 rows")),
        ("查过了", None, None),
    ]
    server.fail_next("/cgi-bin/media/upload", 45001)
    await channel.send(LI, Message("照片太大", photo=photo))
    assert li.bubbles[-1].text == "照片太大"
    photo.unlink()
    await channel.send(LI, Message("照片没了", photo=photo))
    assert li.bubbles[-1].text == "照片没了"


@pytest.mark.parametrize(
    "message", [Message("有火情", key="a-1"), Message("去吗", ASKED.buttons, key="a-2")]
)
async def test_what_is_sent_again_as_its_answer_was_lost_is_seen_once(
    channel: WeComChannel, server: WeComServer, li: Person, message: Message
) -> None:
    server.fail_next(SEND, drop=True)
    with pytest.raises(Uncertain):
        await channel.send(LI, message)
    await channel.send(LI, message)
    assert [b.text for b in li.bubbles] == [message.text]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-1, Unsent),
        (60020, Unsent),
        (301002, Unsent),
        (45009, Throttled),
        (45033, Throttled),
        (60111, Gone),
        (81013, Gone),
        (40003, Gone),
        (44004, Rejected),
        (99999, Rejected),
    ],
)
async def test_every_error_means_something_to_the_sender(
    channel: WeComChannel, server: WeComServer, code: int, error: type[SendError]
) -> None:
    server.member("li")
    server.fail_next(SEND, code)
    with pytest.raises(error) as raised:
        await channel.send(LI, Message("您好"))
    assert (type(raised.value), raised.value.code) == (error, code)


async def test_who_has_no_licence_is_not_reached(
    channel: WeComChannel, server: WeComServer
) -> None:
    server.member("li")
    server.wecom.members["li"].licensed = False
    with pytest.raises(Rejected, match="licence"):
        await channel.send(LI, Message("您好"))


async def test_a_token_that_is_refused_is_replaced_once(
    channel: WeComChannel, server: WeComServer, li: Person
) -> None:
    await channel.send(LI, Message("一"))
    server.wecom.renew()
    await channel.send(LI, Message("二"))
    assert [b.text for b in li.bubbles] == ["一", "二"]
    for _time in range(2):
        server.fail_next(SEND, 42001)
    with pytest.raises(Unsent):
        await channel.send(LI, Message("三"))


# ── groups, the menu ─────────────────────────────────────────────────────────


async def test_a_group_is_bound_and_written_to_through_its_robot(
    channel: WeComChannel, server: WeComServer, li: Person, bot: Bot
) -> None:
    shown = server.robot(ROBOT)
    at = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}"
    await li.says(at)
    assert (bot.last.chat, bot.last.body, bot.last.sender) == (GROUP, Said("/bind"), "li")
    await li.says(f"解绑 {at}")
    assert (bot.last.chat, bot.last.body) == (GROUP, Said("/unbind"))
    await channel.send(GROUP, Message("周六清扫", photo=b"\x89PNG"))
    assert [b.text for b in shown] == ["", "周六清扫"]
    server.wecom.robots.clear()
    with pytest.raises(Gone):
        await channel.send(GROUP, Message("周日清扫"))
    server.fail_next("/cgi-bin/webhook/send", 45009)
    with pytest.raises(Throttled):
        await channel.send(GROUP, Message("周日清扫"))


async def test_a_group_of_the_apps_own_is_made_bound_and_written_to(
    channel: WeComChannel, server: WeComServer, li: Person, bot: Bot, tmp_path: Path
) -> None:
    server.member("wang")
    made = Chat("group", await channel.groups.make("翠湖骨干", ["li", "wang"]))
    [shown] = server.wecom.groups.values()
    await li.says(f"绑定 {made.id}")
    assert (bot.last.chat, bot.last.body) == (made, Said("/bind"))
    sheet = tmp_path / "a.xlsx"
    sheet.write_bytes(b"PK\x03\x04 rows")
    await channel.send(made, Message("排班", document=(sheet, "排班.xlsx")))
    await channel.send(made, Message("现场", photo=b"\x89PNG drawn"))
    assert [(b.text, bool(b.photo), b.document and b.document[0]) for b in shown] == [
        ("", False, "排班.xlsx"),
        ("排班", False, None),
        ("", True, None),
        ("现场", False, None),
    ]
    with pytest.raises(Rejected, match="86006"):
        await channel.groups.make("一个人", ["li"])
    server.wecom.groups.clear()
    with pytest.raises(Gone):
        await channel.send(made, Message("还在吗"))


async def test_the_menu_holds_the_commands_and_a_way_to_scan(bot: Bot) -> None:
    async with wecom_app(bot.receive, menu=menu()) as (server, channel):
        running = asyncio.create_task(channel.run(bot.receive))
        await server.until(lambda: bool(server.wecom.menu))
        await server.member("li").clicks("查进度")
        assert bot.last.body == Said("/progress")
        assert "扫一扫" in str(server.wecom.menu)
        await channel.close()
        await running


@pytest.fixture
async def robot(bot: Bot, clock: Clock) -> AsyncIterator[tuple[WeComServer, WeComChannel]]:
    """The company has a smart robot, too."""
    server = WeComServer(clock)
    more = {"robot_token": server.robot_token, "robot_aes_key": server.robot_aes_key}
    async with wecom_app(bot.receive, server, clock=clock, **more) as opened:
        server.member("li", "李明")
        yield opened


async def test_a_smart_robot_hears_a_group_and_answers_at_once(
    robot: tuple[WeComServer, WeComChannel], bot: Bot
) -> None:
    server, _channel = robot
    shown = server.group("wr1")
    bot.says = "收到*了*"
    await server.calls_robot(server.speaks("li", "wr1", "text", {"content": "@哨到 3号楼灯坏了"}))
    heard = bot.last
    assert (heard.chat, heard.sender) == (Chat("group", "smart-wr1"), "li")
    assert (heard.body, heard.sender_name) == (Said("3号楼灯坏了"), "李明")
    assert heard.answer_by > 0
    assert [b.text for b in shown] == ["收到\\*了\\*"]
    bot.says = ""
    items = [{"msgtype": "text", "text": {"content": "@哨到 看"}}, {"msgtype": "image"}]
    await server.calls_robot(server.speaks("li", "wr1", "mixed", {"msg_item": items}))
    await server.calls_robot(server.speaks("li", "wr1", "image", {"url": "https://x"}))
    assert [event.body for event in bot.events[-2:]] == [Said("看"), Unsupported("image")]
    await server.calls_robot(server.speaks("li", "", "text", {"content": "你好"}))
    assert (bot.last.chat, bot.last.answer_by) == (LI, 0)
    before = len(bot.events)
    await server.calls_robot(server.speaks("li", "wr1", "event", {"eventtype": "enter_chat"}))
    assert (len(bot.events), len(shown)) == (before, 1)


def test_a_robots_callback_that_is_spoilt_inside_is_read_without_what_is_spoilt() -> None:
    said = WeComServer(Clock()).speaks("l\x00i", "wr\x001", "text", {"content": "@哨到 \ud800在吗"})
    told = call({**said, "response_url": "http://["}, "ww1", 0.0)
    assert told.event is not None
    assert (told.event.sender, told.event.chat.id) == ("li", "smart-wr1")
    assert (told.event.body, told.code) == (Said("?在吗"), None)
    spoilt = WeComServer(Clock()).speaks("li", "wr1", "mixed", {"msg_item": 0.5})
    told = call(spoilt, "ww1", 0.0)
    assert told.event is not None
    assert told.event.body == Said("")


async def test_a_smart_robot_writes_once_more_within_an_hour(
    robot: tuple[WeComServer, WeComChannel], clock: Clock
) -> None:
    server, channel = robot
    here, shown = Chat("group", "smart-wr1"), server.group("wr1")
    await server.calls_robot(server.speaks("li", "wr1", "text", {"content": "@哨到 在吗"}))
    await channel.send(here, Message("周六清扫"))
    assert shown[-1].text == "周六清扫"
    with pytest.raises(Closed):
        await channel.send(here, Message("周日清扫"))
    await server.calls_robot(server.speaks("li", "wr1", "text", {"content": "@哨到 在吗"}))
    clock.now += 3601
    with pytest.raises(Closed):
        await channel.send(here, Message("周日清扫"))


async def test_a_smart_robots_address_is_confirmed_and_forgeries_are_refused(
    robot: tuple[WeComServer, WeComChannel], bot: Bot
) -> None:
    server, _channel = robot
    query, body = server.sealed_for_robot(server.speaks("li", "wr1", "text", {"content": "x"}))
    echo = {**query, "echostr": json.loads(body)["encrypt"]}
    strange = server.sealed_for_robot(server.speaks("li", "wr1", "hologram", {}))
    nobody = server.sealed_for_robot({"msgtype": "text", "text": {"content": "x"}})
    async with httpx.AsyncClient() as client:
        told = await client.get(server.callback, params=echo)
        assert (told.status_code, told.json()["msgtype"]) == (200, "text")
        for params, content, status in (
            (query | {"nonce": "another"}, body, 401),
            (query, "{}", 400),
            (query, "{", 400),
            (nobody[0], nobody[1], 400),
            (strange[0], strange[1], 200),
        ):
            answer = await client.post(server.callback, params=params, content=content)
            assert answer.status_code == status
    assert bot.events == []


# ── what a card shows ────────────────────────────────────────────────────────


@given(st.lists(st.text("路灯不亮，。 3", min_size=1, max_size=90), min_size=1, max_size=6))
def test_a_card_shows_a_whole_text_in_its_order_or_says_that_it_does_not(lines: list[str]) -> None:
    text = "\n".join(lines)
    shown = face(text)
    assert len(shown.title) <= TITLE
    assert len(shown.note) <= NOTE
    assert len(shown.body) <= BODY
    told = "".join(f"{shown.title}{shown.note}{shown.body}".split())
    if shown.whole:
        assert told == "".join(text.split())
    else:
        assert "".join(text.split()).startswith(told.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "title", "note"),
    [
        ("现在好了吗？", "现在好了吗？", ""),
        ("一" * 30 + "，" + "二" * 20, "一" * 30 + "，", ""),
        ("题\n今天5点前\n" + "三" * 158, "题", "今天5点前"),
        ("题\n" + "三" * 150, "题", ""),
    ],
)
def test_a_title_ends_where_the_line_or_a_clause_ends(text: str, title: str, note: str) -> None:
    shown = face(text)
    assert (shown.title, shown.note, shown.whole) == (title, note, True)
