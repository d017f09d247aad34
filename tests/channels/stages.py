"""Channels to be held to their contract, each with one resident and, where there are any, a group.

Another channel joins by giving `RICH` or `PLAIN` a function that opens one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from bot.channels.base import TELEGRAM, Channel, Receive, Unavailable
from bot.channels.local import LocalMessenger
from bot.channels.telegram.aiogram import AiogramDriver
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.driver import Driver
from bot.channels.telegram.ptb import PtbDriver
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wecom.channel import WeComChannel
from bot.web.server import build
from handlers.message import Chat
from tests.servers.serving import HttpServer
from tests.servers.telegram import TelegramServer
from tests.servers.wechat import WeChatServer
from tests.servers.wecom import WeComServer

RESIDENT = Chat("private", "101")
GROUP = Chat("group", "-500")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot on the resident's phone."""

    id: str
    text: str
    buttons: tuple[str, ...] = ()
    photo: bool = False
    document: tuple[str, bytes] | None = None


class Stage(Protocol):
    """A channel, and a resident who acts; `group` is the group's id, or empty.

    `name` is what the platform tells of the resident, `datum` that of its places.
    """

    channel: Channel
    name: str
    datum: Literal["wgs84", "gcj02"]

    async def say(self, text: str, group: str = "", reply_to: str = "") -> None: ...
    async def send_photo(self, data: bytes, caption: str = "") -> None: ...
    async def send_location(self, latitude: float, longitude: float) -> None: ...
    async def block(self) -> None: ...
    def seen(self, group: str = "") -> list[Seen]: ...


class RichStage(Stage, Protocol):
    """One whose platform has groups, buttons, files, captions, links, and changes messages."""

    async def tap(self, label: str) -> None: ...
    async def send_document(self, data: bytes, name: str) -> None: ...
    async def open(self, link: str) -> None: ...
    async def remove_bot(self) -> None: ...
    async def add_bot(self) -> None: ...


class TelegramStage:
    name: str = "王秀英"
    datum: Literal["wgs84", "gcj02"] = "wgs84"

    def __init__(self, server: TelegramServer, channel: Channel) -> None:
        self.channel = channel
        self._resident = server.user(101, "王秀英")
        self._server = server
        self._group = server.group(-500, "3号楼")

    async def say(self, text: str, group: str = "", reply_to: str = "") -> None:
        self._resident.says(text, int(group or 0), reply_to)

    async def tap(self, label: str) -> None:
        self._resident.taps(label)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        self._resident.sends_photo(data, caption)

    async def send_document(self, data: bytes, name: str) -> None:
        self._resident.sends_document(data, name)

    async def send_location(self, latitude: float, longitude: float) -> None:
        self._resident.sends_location(latitude, longitude)

    async def open(self, link: str) -> None:
        before = f"https://t.me/{self._server.username}?start="
        assert link.startswith(before)
        self._resident.says(f"/start {link.removeprefix(before)}")

    async def block(self) -> None:
        self._resident.blocks_bot()

    async def remove_bot(self) -> None:
        self._group.removes_bot(self._resident)

    async def add_bot(self) -> None:
        self._group.adds_bot(self._resident)

    def seen(self, group: str = "") -> list[Seen]:
        bubbles = self._group.bubbles if group else self._resident.bubbles
        return [
            Seen(b.id, b.text, b.buttons, b.photo is not None, b.document)
            for b in bubbles
            if b.mine
        ]


class LocalStage:
    name: str = "王秀英"
    datum: Literal["wgs84", "gcj02"] = "wgs84"

    def __init__(self) -> None:
        self._messenger = LocalMessenger(TELEGRAM)
        self.channel: Channel = self._messenger
        self._phone = self._messenger.phone("101", "王秀英")
        self._messenger.group("-500", "3号楼", [self._phone])

    async def say(self, text: str, group: str = "", reply_to: str = "") -> None:
        with suppress(Unavailable):
            await self._phone.say(text, group, reply_to)

    async def tap(self, label: str) -> None:
        await self._phone.tap(label)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        await self._phone.send_photo(data, caption)

    async def send_document(self, data: bytes, name: str) -> None:
        await self._phone.send_document(data, name)

    async def send_location(self, latitude: float, longitude: float) -> None:
        await self._phone.send_location(latitude, longitude)

    async def open(self, link: str) -> None:
        await self._phone.say(link)

    async def block(self) -> None:
        await self._phone.block()

    async def remove_bot(self) -> None:
        await self._phone.remove_bot(GROUP.id)

    async def add_bot(self) -> None:
        await self._phone.add_bot(GROUP.id)

    def seen(self, group: str = "") -> list[Seen]:
        found = [b for b in self._phone.bubbles if not b.sender and b.chat == (group or "101")]
        return [
            Seen(
                b.id,
                b.text,
                tuple(button.label for button in b.buttons),
                b.photo is not None,
                (b.file_name, b.document.read_bytes()) if isinstance(b.document, Path) else None,
            )
            for b in found
        ]


class WeChatStage:
    name: str = ""
    datum: Literal["wgs84", "gcj02"] = "gcj02"

    def __init__(self, server: WeChatServer, channel: Channel) -> None:
        self.channel = channel
        self._resident = server.follower("101")
        self._resident.known.follows = True

    async def say(self, text: str, group: str = "", reply_to: str = "") -> None:
        await self._resident.says(text)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        await self._resident.sends_photo(data)

    async def send_location(self, latitude: float, longitude: float) -> None:
        await self._resident.sends_location(latitude, longitude)

    async def block(self) -> None:
        await self._resident.leaves()

    def seen(self, group: str = "") -> list[Seen]:
        return [
            Seen("", b.text, photo=b.photo is not None) for b in self._resident.bubbles if b.mine
        ]


class WeComStage:
    name: str = "王秀英"
    datum: Literal["wgs84", "gcj02"] = "gcj02"

    def __init__(self, server: WeComServer, channel: Channel) -> None:
        self.channel = channel
        self._resident = server.member("101", "王秀英")

    async def say(self, text: str, group: str = "", reply_to: str = "") -> None:
        await self._resident.says(text)

    async def send_photo(self, data: bytes, caption: str = "") -> None:
        await self._resident.sends_photo(data)

    async def send_location(self, latitude: float, longitude: float) -> None:
        await self._resident.sends_location(latitude, longitude)

    async def block(self) -> None:
        await self._resident.leaves()

    def seen(self, group: str = "") -> list[Seen]:
        return [
            Seen(b.task, b.text, tuple(label for label, _key in b.buttons), b.photo is not None)
            for b in self._resident.bubbles
            if b.mine
        ]


@asynccontextmanager
async def telegram(
    driver: Callable[[str, str], Driver], _receive: Receive
) -> AsyncIterator[RichStage]:
    async with TelegramServer() as server:
        channel = TelegramChannel(driver(server.token, server.url), mode="polling")
        yield TelegramStage(server, channel)


@asynccontextmanager
async def local(_receive: Receive) -> AsyncIterator[RichStage]:
    yield LocalStage()


@asynccontextmanager
async def wechat(receive: Receive) -> AsyncIterator[Stage]:
    async with wechat_account(receive) as (server, channel):
        yield WeChatStage(server, channel)


@asynccontextmanager
async def wechat_account(
    receive: Receive, **more: Any
) -> AsyncIterator[tuple[WeChatServer, WeChatChannel]]:
    """An account whose callbacks reach a channel, and through it `receive`."""
    async with WeChatServer() as server:
        channel = WeChatChannel(
            app_id=server.app_id,
            app_secret=server.app_secret,
            token=server.token,
            aes_key=server.aes_key,
            base_url=server.url,
            **more,
        )
        async with _called_back(server, channel, receive):
            yield server, channel


@asynccontextmanager
async def _called_back(
    server: WeChatServer | WeComServer, channel: WeChatChannel | WeComChannel, receive: Receive
) -> AsyncIterator[None]:
    """What the platform calls reaches the channel over HTTP, until it is left."""
    web = HttpServer(build(channels=[channel], receive=receive, health=_health))
    web.start()
    server.callback = f"{web.url}{channel.path}"
    try:
        yield
    finally:
        await channel.close()
        await web.stop()


@asynccontextmanager
async def wecom(receive: Receive) -> AsyncIterator[Stage]:
    async with wecom_app(receive) as (server, channel):
        yield WeComStage(server, channel)


@asynccontextmanager
async def wecom_app(
    receive: Receive, server: WeComServer | None = None, **more: Any
) -> AsyncIterator[tuple[WeComServer, WeComChannel]]:
    """An app whose callbacks reach a channel, and through it `receive`."""
    async with server or WeComServer() as server:
        channel = WeComChannel(
            corp_id=server.corp_id,
            agent_id=server.agent_id,
            secret=server.secret,
            token=server.token,
            aes_key=server.aes_key,
            base_url=server.url,
            **more,
        )
        async with _called_back(server, channel, receive):
            yield server, channel


async def _health() -> dict[str, object]:
    return {"ok": True}


RICH: dict[str, Callable[[Receive], AbstractAsyncContextManager[RichStage]]] = {
    "telegram on python-telegram-bot": lambda receive: telegram(PtbDriver, receive),
    "telegram on aiogram": lambda receive: telegram(AiogramDriver, receive),
    "local": local,
}
PLAIN: dict[str, Callable[[Receive], AbstractAsyncContextManager[Stage]]] = {
    "wechat": wechat,
    "wecom": wecom,
}
