"""The Telegram channel against a strict Bot API over real HTTP, once for each library."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels import base
from bot.channels.base import (
    Answer,
    Gone,
    Moved,
    NotFound,
    Rejected,
    Throttled,
    TooLarge,
    Unavailable,
    Uncertain,
    Unsent,
)
from bot.channels.telegram import telegram
from bot.channels.telegram.aiogram import AiogramDriver
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.driver import Driver
from bot.channels.telegram.ptb import PtbDriver
from handlers.message import Button, Chat, Event, Handled, Message, MovedTo, Said
from tests.servers.serving import HttpServer
from tests.servers.telegram import TelegramServer

SECRET = "A-secret_of-nobody"
RESIDENT = Chat("private", "101")


@pytest.fixture(params=[PtbDriver, AiogramDriver], ids=["ptb", "aiogram"])
def driver_class(request: pytest.FixtureRequest) -> type[PtbDriver | AiogramDriver]:
    kind: type[PtbDriver | AiogramDriver] = request.param
    return kind


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def channel(
    server: TelegramServer, driver_class: Callable[..., Driver]
) -> AsyncIterator[TelegramChannel]:
    """An open channel that polls, and a resident (101) who has written once."""
    server.user(101, "王秀英").says("/start")
    opened = TelegramChannel(driver_class(server.token, server.url), mode="polling")
    await opened.open()
    yield opened
    await opened.close()


class Inbox:
    """Receives events; `refuse` makes it unavailable for the next so many."""

    def __init__(self, toast: str = "") -> None:
        self.events: list[Event] = []
        self.refused: list[Event] = []
        self.refuse = 0
        self.toast = toast
        self._arrived = asyncio.Event()

    async def receive(self, event: Event) -> Handled:
        self._arrived.set()
        if self.refuse:
            self.refuse -= 1
            self.refused.append(event)
            raise Unavailable
        self.events.append(event)
        return Handled(self.toast)

    async def until(self, count: int) -> list[Event]:
        async with asyncio.timeout(5):
            while len(self.events) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.events

    def texts(self) -> list[str]:
        return [event.body.text for event in self.events if isinstance(event.body, Said)]


@asynccontextmanager
async def running(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.run(inbox.receive))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


# ── Sending: every refusal has its name ──────────────────────────────────────


REFUSALS: tuple[tuple[int, str, type[Exception]], ...] = (
    (429, "Too Many Requests: retry after 7", Throttled),
    (403, "Forbidden: user is deactivated", Gone),
    (400, "Bad Request: chat not found", Gone),
    (400, "Bad Request: BUTTON_DATA_INVALID", Rejected),
    (413, "Request Entity Too Large", Rejected),
    (401, "Unauthorized", Unsent),
    (500, "Internal Server Error", Uncertain),
    (502, "Bad Gateway", Uncertain),
)


async def test_a_refused_message_says_why(channel: TelegramChannel, server: TelegramServer) -> None:
    for status, description, error in REFUSALS:
        server.fail_next("sendMessage", status, description, retry_after=7 * (status == 429))
        with pytest.raises(error) as raised:
            await channel.send(RESIDENT, Message("x"))
        assert type(raised.value) is error, description
        assert getattr(raised.value, "after", 7) == 7
        assert server.token not in repr(raised.value)


async def test_a_message_to_edit_that_cannot_be_edited_is_not_found(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    for description in ("message can't be edited", "message to edit not found"):
        server.fail_next("editMessageText", 400, f"Bad Request: {description}")
        with pytest.raises(NotFound):
            await channel.edit(RESIDENT, "1", Message("x"))


async def test_a_chat_that_moved_says_where(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    resident = server.user(101, "王秀英")
    server.group(-500, "3号楼").moves_to(-1000500, by=resident)
    with pytest.raises(Moved) as raised:
        await channel.send(Chat("group", "-500"), Message("x"))
    assert raised.value.chat_id == "-1000500"
    await channel.send(Chat("group", raised.value.chat_id), Message("x"))
    inbox = Inbox()
    async with running(channel, inbox):
        events = await inbox.until(2)
    assert events[1].body == MovedTo("-1000500")
    assert events[1].chat == Chat("group", "-500")


async def test_a_person_the_bot_has_never_met_is_gone(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    server.user(102, "李明")
    for chat in ("102", "103"):
        with pytest.raises(Gone):
            await channel.send(Chat("private", chat), Message("x"))


async def test_a_message_whose_answer_was_lost_is_perhaps_sent(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    server.fail_next("sendMessage", drop=True)
    with pytest.raises(Uncertain):
        await channel.send(RESIDENT, Message("收到了"))
    assert server.user(101, "王秀英").sees("收到了")


async def test_a_message_whose_answer_is_late_is_perhaps_sent(
    server: TelegramServer, driver_class: Callable[..., Driver]
) -> None:
    resident = server.user(101, "王秀英")
    resident.says("/start")
    impatient = TelegramChannel(driver_class(server.token, server.url, timeout=0.2), mode="polling")
    server.fail_next("sendMessage", delay=5)
    with pytest.raises(Uncertain):
        await impatient.send(RESIDENT, Message("收到了"))
    assert resident.sees("收到了")
    await impatient.close()


async def test_a_message_without_a_connection_is_surely_not_sent(
    driver_class: Callable[..., Driver],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    channel = TelegramChannel(driver_class("1:A", f"http://127.0.0.1:{port}"), mode="polling")
    with pytest.raises(Unsent):
        await channel.send(RESIDENT, Message("x"))
    with pytest.raises(Unsent):
        await channel.open()
    await channel.close()


async def test_a_wrong_token_is_told_without_the_token(
    server: TelegramServer, driver_class: Callable[..., Driver], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(driver_class("77:AAnot-the_token", server.url), mode="polling")
    with pytest.raises(Unsent) as raised:
        await channel.open()
    await channel.close()
    assert "AAnot" not in repr(raised.value) + caplog.text


async def test_the_token_is_in_no_log(
    channel: TelegramChannel, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail_next("sendMessage", drop=True)
    server.fail_next("sendMessage", 502, "Bad Gateway")
    for _ in range(2):
        with pytest.raises(Uncertain):
            await channel.send(RESIDENT, Message("x"))
    server.user(101, "王秀英").sends_photo(b"jpeg")
    inbox = Inbox()
    async with running(channel, inbox):
        events = await inbox.until(2)
    await channel.fetch(events[1].body.media.ref, 100)  # type: ignore[union-attr]
    assert server.token.split(":")[1] not in caplog.text


async def test_a_photo_goes_out_and_takes_the_place_of_a_text(
    channel: TelegramChannel, server: TelegramServer, tmp_path: Path
) -> None:
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(b"\xff\xd8 a lamp")
    resident = server.user(101, "王秀英")
    sent = await channel.send(RESIDENT, Message("换好了", photo=photo))
    live = await channel.send(RESIDENT, Message("照片稍后就到", (Button("好", "ok"),)))
    await channel.edit(RESIDENT, live, Message("照片到了", photo=photo))
    shown = {bubble.id: bubble for bubble in resident.bubbles}
    assert (shown[sent].text, shown[sent].photo) == ("换好了", b"\xff\xd8 a lamp")
    assert (shown[live].text, shown[live].buttons) == ("照片到了", ())
    assert shown[live].photo == b"\xff\xd8 a lamp"
    with pytest.raises(NotFound):  # a photo never becomes a text again: the sender sends anew
        await channel.edit(RESIDENT, live, Message("没有照片了"))


async def test_a_missing_file_is_rejected(channel: TelegramChannel, tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        await channel.send(RESIDENT, Message("x", photo=tmp_path / "gone.jpg"))
    with pytest.raises(Rejected):
        await channel.send(RESIDENT, Message("x", document=(tmp_path / "gone.xlsx", "名单.xlsx")))


async def test_in_a_group_only_an_administrator_takes_others_words_away(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    resident, group = server.user(101, "王秀英"), server.group(-500, "3号楼")
    inbox = Inbox()
    async with running(channel, inbox):
        resident.says("13800000000", chat=-500)
        event = (await inbox.until(2))[1]
    assert not await channel.delete(event.chat, event.message_id)
    group.promotes_bot(by=resident)
    assert await channel.delete(event.chat, event.message_id)
    assert group.bubbles == []


async def test_a_deletion_that_must_wait_says_so(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    server.fail_next("deleteMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    with pytest.raises(Throttled):
        await channel.delete(RESIDENT, "1")


async def test_a_bot_without_a_username_has_no_link(
    server: TelegramServer, driver_class: Callable[..., Driver]
) -> None:
    del server.telegram.me["username"]
    nameless = TelegramChannel(driver_class(server.token, server.url), mode="polling")
    await nameless.open()
    assert nameless.capabilities.start_link == ""
    await nameless.close()


async def test_a_file_telegram_will_not_give_out_is_too_large_or_rejected(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    server.fail_next("getFile", 400, "Bad Request: file is too big")
    with pytest.raises(TooLarge):
        await channel.fetch("any", 100)
    with pytest.raises(Rejected):
        await channel.fetch("unknown", 100)


async def test_a_file_larger_than_it_was_said_to_be_is_cut_off(
    server: TelegramServer, driver_class: Callable[..., Driver]
) -> None:
    ref = server.telegram.keep(b"x" * 200_000)["file_id"]
    driver = driver_class(server.token, server.url)
    assert len(await driver.download(f"photos/{ref}", 200_000)) == 200_000
    with pytest.raises(TooLarge):
        await driver.download(f"photos/{ref}", 199_999)
    with pytest.raises(Unsent):
        await driver.download("photos/none.jpg", 100)
    await driver.close()


# ── Receiving by polling ─────────────────────────────────────────────────────


async def test_an_update_is_acknowledged_only_after_it_was_handled(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    inbox = Inbox()
    entered, release = asyncio.Event(), asyncio.Event()

    async def slow(event: Event) -> Handled:
        entered.set()
        await release.wait()
        return await inbox.receive(event)

    task = asyncio.create_task(channel.run(slow))
    await entered.wait()
    assert server.pending == 1
    release.set()
    await server.until(lambda: server.pending == 0)
    assert len(inbox.events) == 1
    await channel.close()
    await task


async def test_what_was_not_stored_comes_again_and_nothing_after_it_is_lost(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    resident, inbox = server.user(101, "王秀英"), Inbox()
    for text in ("一", "二", "三"):
        resident.says(text)
    inbox.refuse = 2
    async with running(channel, inbox):
        await server.until(lambda: server.pending == 0)
    assert set(inbox.texts()) == {"一", "二", "三"}
    assert {event.id for event in inbox.refused} < {event.id for event in inbox.events}


async def test_malformed_updates_are_counted_and_skipped(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    def counted() -> float:
        labels = {"channel": "telegram"}
        return REGISTRY.get_sample_value("shaodao_malformed_updates_total", labels) or 0.0

    before, inbox = counted(), Inbox()
    server._updates.append({"update_id": 9900, "message": {"text": 5}})
    server._updates.append({"update_id": 9901, "poll": {}})
    async with running(channel, inbox):
        await server.until(lambda: server.pending == 0)
    assert counted() == before + 1
    assert len(inbox.events) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 409, "description": "Conflict: terminated by other getUpdates request"},
        {"status": 429, "retry_after": 1},
        {"status": 502},
        {"drop": True},
    ],
)
async def test_polling_survives_what_happens_to_it(
    channel: TelegramChannel, server: TelegramServer, fault: dict[str, Any]
) -> None:
    server.fail_next("getUpdates", **fault)
    inbox = Inbox()
    async with running(channel, inbox):
        await inbox.until(1)


async def test_a_press_is_answered_with_its_toast_or_with_nothing(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    resident, inbox = server.user(101, "王秀英"), Inbox()
    await channel.send(RESIDENT, Message("亮吗?", (Button("亮了", "v:1"),)))
    async with running(channel, inbox):
        for count, toast in enumerate(("", "已记下", "字" * 300), start=1):
            inbox.toast = toast
            resident.taps("亮了")
            await server.until(lambda count=count: len(resident.toasts) == count)  # type: ignore[misc]
    assert [len(toast) for toast in resident.toasts] == [0, 3, 200]


async def test_the_answers_of_a_storm_leave_the_sender_its_connections(
    server: TelegramServer, driver_class: type[PtbDriver | AiogramDriver]
) -> None:
    class Counted(driver_class):  # type: ignore[misc, valid-type]
        flying, most = 0, 0

        async def call(self, method: str, *more: Any) -> object:
            self.flying += method == "answerCallbackQuery"
            self.most = max(self.most, self.flying)
            try:
                return await super().call(method, *more)
            finally:
                self.flying -= method == "answerCallbackQuery"

    driver = Counted(server.token, server.url)
    channel = TelegramChannel(driver, mode="polling")
    await channel.open()
    resident, inbox, presses = server.user(101, "王秀英"), Inbox("收到"), 70
    resident.says("/start")
    await channel.send(RESIDENT, Message("x", (Button("好", "ok:1"),)))
    for _press in range(presses):
        resident.taps("好")
    async with running(channel, inbox):
        await server.until(lambda: len(resident.toasts) == presses, 30)
    await channel.close()
    assert set(resident.toasts) == {"收到"}
    assert 1 < driver.most <= driver.answers_at_once


async def test_a_press_that_telegram_gave_up_on_is_handled_all_the_same(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    resident, inbox = server.user(101, "王秀英"), Inbox("已记下")
    await channel.send(RESIDENT, Message("亮吗?", (Button("亮了", "v:1"),)))
    server.fail_next("answerCallbackQuery", 400, "Bad Request: query is too old")
    resident.taps("亮了")
    async with running(channel, inbox):
        await server.until(lambda: server.pending == 0)
    assert resident.toasts == []
    assert len(inbox.events) == 2


async def test_a_channel_that_polls_keeps_what_waits_and_has_no_webhook(
    channel: TelegramChannel, server: TelegramServer
) -> None:
    assert channel.account == str(server.telegram.me["id"])
    assert server.pending == 1
    assert await channel.webhook(base.Request("POST", {}, {}, b"{}"), Inbox().receive) == Answer(
        404
    )


# ── Receiving by webhook ─────────────────────────────────────────────────────


@pytest.fixture
async def site() -> AsyncIterator[Callable[[Any], str]]:
    """Serves one webhook at the URL that it returns for a function `request -> status`."""
    handlers: list[Any] = []

    async def answer(request: Request) -> Response:
        body = await request.body()
        return Response(status_code=await handlers[-1](request.headers, body))

    http = HttpServer(Starlette(routes=[Route("/hook", answer, methods=["POST"])]))
    http.start()

    def at(handler: Any) -> str:
        handlers.append(handler)
        return f"{http.url}/hook"

    yield at
    await http.stop()


@pytest.fixture
async def hooked(
    server: TelegramServer, driver_class: Callable[..., Driver], site: Callable[[Any], str]
) -> AsyncIterator[tuple[TelegramChannel, Inbox]]:
    """An open channel on a webhook that Telegram pushes to, and what it receives."""
    inbox = Inbox("已记下")

    async def answer(headers: Any, body: bytes) -> int:
        request = base.Request("POST", headers, {}, body)
        return (await pushed.webhook(request, inbox.receive)).status

    pushed = TelegramChannel(
        driver_class(server.token, server.url),
        mode="webhook",
        webhook_url=site(answer),
        webhook_secret=SECRET,
    )
    await pushed.open()
    yield pushed, inbox
    await pushed.close()


async def test_a_webhook_delivers_and_answers_presses(
    hooked: tuple[TelegramChannel, Inbox], server: TelegramServer
) -> None:
    channel, inbox = hooked
    resident = server.user(101, "王秀英")
    resident.says("灯不亮")
    await inbox.until(1)
    await channel.send(RESIDENT, Message("在哪儿?", (Button("楼道", "p:1"),)))
    resident.taps("楼道")
    await server.until(lambda: resident.toasts == ["已记下"])
    assert inbox.texts() == ["灯不亮"]
    assert server.called("setWebhook")[0]["secret_token"] == SECRET
    assert set(server.telegram.delivery.allowed) == {"message", "callback_query", "my_chat_member"}


async def test_a_webhook_that_stored_nothing_is_tried_again(
    hooked: tuple[TelegramChannel, Inbox], server: TelegramServer
) -> None:
    inbox = hooked[1]
    inbox.refuse = 2
    server.user(101, "王秀英").says("灯不亮")
    await inbox.until(1)
    assert server.refused_pushes == [503, 503]
    assert len({event.id for event in inbox.refused + inbox.events}) == 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "错"}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"{", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"\xff", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"[" * 100_000, 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"[]", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b'{"update_id": "5"}', 400),
        ({"x-telegram-bot-api-secret-token": SECRET}, b'{"update_id": 5, "poll": {}}', 200),
    ],
)
async def test_a_webhook_takes_only_what_telegram_sent(
    headers: dict[str, str], body: bytes, status: int
) -> None:
    channel = TelegramChannel(
        PtbDriver("1:A"), mode="webhook", webhook_url="x", webhook_secret=SECRET, account="1"
    )
    inbox = Inbox()
    request = base.Request("POST", headers, {}, body)
    assert (await channel.webhook(request, inbox.receive)).status == status
    assert not inbox.events
    await channel.close()


async def test_polling_again_takes_the_webhook_away(
    hooked: tuple[TelegramChannel, Inbox],
    server: TelegramServer,
    driver_class: Callable[..., Driver],
) -> None:
    polling = TelegramChannel(driver_class(server.token, server.url), mode="polling")
    await polling.open()
    inbox = Inbox()
    async with running(polling, inbox):
        server.user(101, "王秀英").says("灯不亮")
        await inbox.until(1)
    await polling.close()


def test_webhook_mode_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="webhook_secret"):
        telegram("1:A", mode="webhook", webhook_url="https://bot.example/hook")


# ── The libraries ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("driver", "kind"), [("python-telegram-bot", PtbDriver), ("aiogram", AiogramDriver)]
)
async def test_the_configuration_chooses_the_library(driver: Any, kind: type[object]) -> None:
    channel = telegram("1:A", driver=driver)
    assert isinstance(channel._driver, kind)
    await channel.close()


def test_aiogram_is_loaded_only_when_asked_for() -> None:
    code = (
        "import sys; from bot.channels.telegram import telegram; telegram('1:A');"
        "assert not {'aiogram', 'aiohttp'} & set(sys.modules);"
        "sys.modules['aiogram'] = None\n"
        "try: telegram('1:A', driver='aiogram')\n"
        "except RuntimeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "shaodao[aiogram]"' in done.stdout


async def test_an_independent_emulator_of_the_bot_api_is_understood_too(
    driver_class: Callable[..., Driver], tmp_path: Path
) -> None:
    """Its getMe has no username, and it knows no link_preview_options: a photo needs neither."""
    token, emulator = "77:AAfor-the_emulator", LoBotApiEmulator()
    runner = web.AppRunner(emulator.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    channel = TelegramChannel(driver_class(token, f"http://127.0.0.1:{port}"), mode="polling")
    await channel.open()
    person = {"id": 101, "is_bot": False, "first_name": "王秀英"}
    chat = {"id": 101, "type": "private", "first_name": "王秀英"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person, "text": "灯不亮"}
    await emulator.enqueue_update({"message": message}, token=token)
    inbox = Inbox()
    async with running(channel, inbox):
        await inbox.until(1)
    assert inbox.texts() == ["灯不亮"]
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(b"a lamp")
    assert await channel.send(RESIDENT, Message("换好了", (Button("好", "ok"),), photo))
    await channel.close()
    await runner.cleanup()
