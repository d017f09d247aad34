"""The Official Account channel against a simulated platform, over real HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from bot.channels import qr
from bot.channels.base import (
    Closed,
    Gone,
    Rejected,
    SendError,
    Throttled,
    Unavailable,
    Uncertain,
    Unsent,
)
from bot.channels.wechat.channel import WeChatChannel
from bot.menus import wechat as menu
from handlers.message import (
    Chat,
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
from tests.channels.stages import wechat_account
from tests.servers.wechat import WeChatServer
from tests.servers.wechat_people import Person

SEND, TOKEN = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
RESIDENT = Chat("private", "zhou")
HELLO = Message("您好")


class Bot:
    """Takes events and answers with `says`; `busy` holds them until it is set."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.says = ""
        self.busy: asyncio.Event | None = None
        self.heard = asyncio.Event()

    async def receive(self, event: Event) -> Handled:
        if self.busy is not None:
            await self.busy.wait()
        repeated = event.id in {known.id for known in self.events}
        self.events.append(event)
        self.heard.set()
        return Handled(reply=self.says, repeated=repeated)

    @property
    def last(self) -> Event:
        return self.events[-1]


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def account(bot: Bot) -> AsyncIterator[tuple[WeChatServer, WeChatChannel]]:
    async with wechat_account(bot.receive, menu=menu(), timeout=1.0) as opened:
        yield opened


@pytest.fixture
def server(account: tuple[WeChatServer, WeChatChannel]) -> WeChatServer:
    return account[0]


@pytest.fixture
def channel(account: tuple[WeChatServer, WeChatChannel]) -> WeChatChannel:
    return account[1]


@pytest.fixture
async def zhou(server: WeChatServer) -> Person:
    """Somebody who has just written."""
    person = server.follower("zhou")
    await person.says("你好")
    return person


# ── in ───────────────────────────────────────────────────────────────────────


async def test_the_address_is_confirmed(server: WeChatServer) -> None:
    assert await server.verify_address() == "8374658392"


async def test_a_reply_is_the_answer_to_the_callback(zhou: Person, bot: Bot) -> None:
    bot.says = "收到了]]><x>&\n谢谢"
    await zhou.says("路灯不亮")
    assert zhou.bubbles[-1].text == "收到了]]><x>&\n谢谢"
    assert bot.last.answer_by > 0


async def test_without_a_reply_the_answer_is_success(server: WeChatServer, zhou: Person) -> None:
    assert server.answers == [(200, "")]


async def test_what_people_do_becomes_events(server: WeChatServer, zhou: Person, bot: Bot) -> None:
    for heard in ("路灯不亮。", ""):
        await zhou.sends_voice(b"#!AMR\n", heard)
        voice = bot.last.body
        assert isinstance(voice, SentVoice)
        assert voice.transcript == heard
    for kind in ("video", "shortvideo", "link"):
        await zhou.sends(kind)
        assert bot.last.body == Unsupported(kind)
    assert not bot.last.brief
    for act, body in (
        (zhou.follows(), Started("")),
        (zhou.follows("i-Ab_9"), Started("i-Ab_9")),
        (zhou.scans("i-Cd_1"), Started("i-Cd_1")),
        (zhou.taps_line("7", "7. 亮了"), Said("7")),
    ):
        await act
        assert (bot.last.body, bot.last.brief) == (body, True)
    await zhou.leaves()
    assert (bot.last.body, bot.last.brief, bot.last.answer_by) == (Left(), False, 0)
    assert len({event.id for event in bot.events}) == len(bot.events)
    assert {(e.channel, e.account, e.sender) for e in bot.events} == {
        ("wechat", server.app_id, "zhou")
    }


async def test_what_happens_to_nobody_is_answered_and_is_no_event(
    server: WeChatServer, zhou: Person, bot: Bot
) -> None:
    before = len(bot.events)
    for what in ("VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "subscribe_msg_popup_event"):
        await server.push("zhou", zhou.xml("event", f"<Event>{what}</Event>"))
    assert server.answers[-4:] == [(200, "")] * 4
    assert len(bot.events) == before


def refused(why: str) -> float:
    labels = {"channel": "wechat", "why": why}
    return REGISTRY.get_sample_value("shaodao_callbacks_refused_total", labels) or 0.0


@pytest.mark.parametrize(
    ("inside", "status", "why"),
    [
        ("<MsgType>hologram</MsgType><MsgId>1</MsgId>", 200, "unknown"),
        ("<MsgType>event</MsgType><Event>teleported</Event>", 200, "unknown"),
        ("<MsgType>image</MsgType><MsgId>1</MsgId>", 400, "malformed"),
        ("<MsgType>location</MsgType><Location_X>999</Location_X>", 400, "malformed"),
        ("<MsgType>event</MsgType><Event>subscribe</Event>", 400, "malformed"),
    ],
)
async def test_what_nobody_knows_is_counted(
    server: WeChatServer, bot: Bot, inside: str, status: int, why: str
) -> None:
    before = refused(why)
    people = "<ToUserName>gh_1</ToUserName><FromUserName>zhou</FromUserName>"
    query, body = server.sealed(f"<xml>{people}{inside}</xml>")
    async with httpx.AsyncClient() as client:
        response = await client.post(server.callback, params=query, content=body)
    assert (response.status_code, refused(why) - before, bot.events) == (status, 1, [])


@pytest.mark.parametrize(
    ("change", "body", "status"),
    [
        ({"signature": "0" * 40}, None, 401),
        ({"msg_signature": "0" * 40}, None, 401),
        ({"nonce": "replayed"}, None, 401),
        ({"timestamp": "1500000000"}, None, 401),
        ({}, b"<xml><Encrypt>garbage</Encrypt></xml>", 401),
        ({}, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hosts">]><xml>&a;</xml>', 400),
        ({}, b"{}", 400),
    ],
)
async def test_only_what_wechat_signed_is_taken(
    server: WeChatServer, bot: Bot, change: dict[str, str], body: bytes | None, status: int
) -> None:
    query, sealed = server.sealed("<xml/>")
    async with httpx.AsyncClient() as client:
        response = await client.post(
            server.callback, params={**query, **change}, content=body or sealed
        )
        get = await client.get(server.callback, params={**query, "signature": "", "echostr": "1"})
    assert (response.status_code, get.status_code, get.text) == (status, 401, "")
    assert bot.events == []


async def test_an_event_that_was_not_stored_is_not_acknowledged(server: WeChatServer) -> None:
    async def away(event: Event) -> Handled:
        raise Unavailable

    async with wechat_account(away) as (other, _channel):
        await other.follower("zhou").says("路灯不亮")
        assert [status for status, _words in other.answers] == [503] * 3
        assert other.unanswered == 1


async def test_an_event_comes_three_times_while_the_first_is_being_handled(
    server: WeChatServer, bot: Bot
) -> None:
    bot.busy, server.patience, bot.says = asyncio.Event(), 0.2, "收到了"
    telling = asyncio.create_task(server.follower("zhou").says("路灯不亮"))
    await asyncio.wait_for(telling, 5)
    assert server.unanswered == 1
    bot.busy.set()
    async with asyncio.timeout(5):
        while len(bot.events) < 3:
            bot.heard.clear()
            await bot.heard.wait()
    assert len({event.id for event in bot.events}) == 1


async def test_a_thousand_malformed_requests_leave_others_served(
    server: WeChatServer, bot: Bot
) -> None:
    zhou = server.follower("zhou")

    async def bad(n: int) -> set[int]:
        async with httpx.AsyncClient() as client:
            bodies = (b"<xml>" * (n + k) for k in range(50))
            return {(await client.post(server.callback, content=b)).status_code for b in bodies}

    attack = [asyncio.create_task(bad(n)) for n in range(20)]
    for _ in range(3):
        await zhou.says("路灯不亮")
    assert not all(task.done() for task in attack)
    assert set.union(*await asyncio.gather(*attack)) == {401}
    assert ([e.body for e in bot.events], server.unanswered) == ([Said("路灯不亮")] * 3, 0)


# ── out ──────────────────────────────────────────────────────────────────────


async def test_choices_are_lines_to_tap(channel: WeChatChannel, zhou: Person, bot: Bot) -> None:
    choices = Menu("亮吗？\n回数字就行：", ((12, "亮了"), (13, "没亮")))
    await channel.send(RESIDENT, Message("亮吗？\n回数字就行：\n12. 亮了\n13. 没亮", menu=choices))
    assert zhou.bubbles[-1].text == "亮吗？\n回数字就行：\n12. 亮了\n13. 没亮"
    await zhou.taps("没亮")
    assert bot.last.body == Said("13")


async def test_a_photo_follows_its_words(
    channel: WeChatChannel, zhou: Person, tmp_path: Path
) -> None:
    photo = tmp_path / "a1b2.jpg"
    photo.write_bytes(b"\xff\xd8 a lamp")
    await channel.send(RESIDENT, Message("换好了", photo=photo))
    assert [(b.text, b.photo) for b in zhou.bubbles[-2:]] == [
        ("换好了", None),
        ("", b"\xff\xd8 a lamp"),
    ]
    with pytest.raises(Rejected):
        await channel.send(RESIDENT, Message("换好了", photo=tmp_path / "gone.jpg"))


async def test_a_code_to_scan_opens_the_account_and_hands_over_what_it_says(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, bot: Bot
) -> None:
    invitation = Message("请扫码", photo=qr.draw("i-Ab_9"), scan="i-Ab_9")
    await channel.send(RESIDENT, invitation)
    [(address, scene)] = server.wechat.scenes.items()
    assert zhou.bubbles[-1].photo == qr.draw(address)
    await server.follower("li").scans(scene)
    assert (bot.last.sender, bot.last.body) == ("li", Started("i-Ab_9"))
    server.fail_next("/cgi-bin/qrcode/create", 48001)
    await channel.send(RESIDENT, invitation)
    assert zhou.bubbles[-1].photo == qr.draw("i-Ab_9")


async def test_the_commands_are_the_menu_and_a_tap_says_one(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, bot: Bot
) -> None:
    running = asyncio.create_task(channel.run(bot.receive))
    await server.until(lambda: bool(server.wechat.menu))
    await zhou.clicks("上报问题")
    assert (bot.last.body, bot.last.brief) == (Said("/report"), True)
    await zhou.clicks("转人工")
    assert bot.last.body == Said("/human")
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (45015, Closed),
        (45047, Closed),
        (43004, Gone),
        (40003, Gone),
        (45009, Throttled),
        (45011, Throttled),
        (-1, Unsent),
        (40164, Unsent),
        (61004, Unsent),
        (48001, Rejected),
        (45002, Rejected),
        (99999, Rejected),
    ],
)
async def test_every_error_has_its_meaning(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, code: int, kind: type[SendError]
) -> None:
    server.fail_next(SEND, code)
    with pytest.raises(kind) as caught:
        await channel.send(RESIDENT, HELLO)
    assert caught.value.code == code
    await channel.send(RESIDENT, HELLO)
    assert zhou.sees("您好")


async def test_the_platform_counts(
    server: WeChatServer, channel: WeChatChannel, zhou: Person
) -> None:
    for _ in range(5):
        await channel.send(RESIDENT, HELLO)
    with pytest.raises(Closed):
        await channel.send(RESIDENT, HELLO)
    server.wechat.followers["zhou"].until = 0
    with pytest.raises(Closed):
        await channel.send(RESIDENT, HELLO)


@pytest.mark.parametrize("trouble", [{"drop": True}, {"status": 502}, {"delay": 30.0}])
async def test_a_lost_answer_leaves_it_open_whether_it_arrived(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, trouble: dict[str, Any]
) -> None:
    server.fail_next(SEND, **trouble)
    with pytest.raises(Uncertain):
        await channel.send(RESIDENT, HELLO)


async def test_without_a_connection_it_is_surely_unsent(bot: Bot) -> None:
    channel = WeChatChannel(
        app_id="wx1", app_secret="s", token="abc", aes_key="a" * 43, base_url="http://127.0.0.1:9"
    )
    with pytest.raises(Unsent):
        await channel.send(RESIDENT, HELLO)
    await channel.close()


async def test_media_that_is_too_old_is_refused(
    server: WeChatServer, channel: WeChatChannel
) -> None:
    old = server.wechat.keep(b"\xff\xd8")
    server.wechat.media[old] = b"\xff\xd8", 0.0
    with pytest.raises(Rejected):
        await channel.fetch(old, 100)


# ── the token ────────────────────────────────────────────────────────────────


async def test_fifty_senders_fetch_one_token(server: WeChatServer, channel: WeChatChannel) -> None:
    for n in range(50):
        server.follower(f"p{n}").known.follows = True
        server.wechat.message(f"p{n}")
    await asyncio.gather(*(channel.send(Chat("private", f"p{n}"), HELLO) for n in range(50)))
    assert len(server.called(TOKEN)) == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_replaced_once_and_then_it_fails(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, code: int
) -> None:
    await channel.send(RESIDENT, HELLO)
    server.fail_next(SEND, code)
    await channel.send(RESIDENT, HELLO)
    asked = [call["force_refresh"] for call in server.called(TOKEN)]
    assert asked == [False, False, True]  # the platform offered the refused one again
    for _ in range(2):
        server.fail_next(SEND, code)
    with pytest.raises(Unsent):
        await channel.send(RESIDENT, HELLO)
    assert len(server.called(SEND)) == 1 + 2 + 2


async def test_a_token_that_ended_elsewhere_is_fetched_without_force(
    server: WeChatServer, channel: WeChatChannel, zhou: Person
) -> None:
    await channel.send(RESIDENT, HELLO)
    server.wechat.renew()
    await asyncio.gather(*(channel.send(RESIDENT, HELLO) for _ in range(4)))
    assert [call["force_refresh"] for call in server.called(TOKEN)] == [False, False]


@pytest.mark.parametrize("code", [40125, 40013, 40164])
async def test_a_token_that_is_not_given_is_no_reason_to_ask_for_ever(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, code: int
) -> None:
    server.fail_next(TOKEN, code)
    with pytest.raises(Unsent, match=str(code)):
        await channel.send(RESIDENT, HELLO)
    assert len(server.called(TOKEN)) == 1


async def test_no_secret_is_in_errors_or_logs(
    server: WeChatServer, channel: WeChatChannel, zhou: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await channel.send(RESIDENT, HELLO)
    server.fail_next(SEND, 40003)
    with pytest.raises(Gone) as caught:
        await channel.send(RESIDENT, HELLO)
    told = caplog.text + str(caught.value)
    assert "access_token=***" in told
    assert server.wechat.token not in told
    assert server.app_secret not in told
