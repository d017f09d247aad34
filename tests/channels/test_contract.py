"""Every channel keeps the promises of bot/channels/base.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from bot.channels.base import Gone, NotFound, Receive, Rejected, SendError, TooLarge, Unavailable
from handlers.message import (
    Button,
    Chat,
    Chose,
    Event,
    Handled,
    Joined,
    Left,
    Message,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    Started,
)
from tests.channels.stages import GROUP, PLAIN, RESIDENT, RICH, LocalStage, RichStage, Seen, Stage

PNG = b"\x89PNG\r\n\x1a\n drawn"


@dataclass
class Inbox:
    """Receives events; while `refuse` is positive it is not available."""

    refuse: int = 0
    offered: list[Event] = field(default_factory=list)
    events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)

    async def receive(self, event: Event) -> Handled:
        self.offered.append(event)
        if self.refuse:
            self.refuse -= 1
            raise Unavailable
        self.events.put_nowait(event)
        return Handled("好")

    async def next(self) -> Event:
        async with asyncio.timeout(5):
            return await self.events.get()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(params=[*RICH, *PLAIN])
async def stage(request: pytest.FixtureRequest, inbox: Inbox) -> AsyncIterator[Stage]:
    """The channel is open and receives; the resident has written once."""
    async with _open((RICH | PLAIN)[request.param], inbox) as opened:
        yield opened


@pytest.fixture(params=RICH)
async def rich(request: pytest.FixtureRequest, inbox: Inbox) -> AsyncIterator[RichStage]:
    """The same, of a channel with buttons, groups, files, captions and links."""
    async with _open(RICH[request.param], inbox) as opened:
        yield opened


S = TypeVar("S", bound=Stage)


@asynccontextmanager
async def _open(
    stage: Callable[[Receive], AbstractAsyncContextManager[S]], inbox: Inbox
) -> AsyncIterator[S]:
    async with stage(inbox.receive) as opened:
        await opened.channel.open()
        running = asyncio.create_task(opened.channel.run(inbox.receive))
        await asyncio.sleep(0)  # a local messenger listens from its first step on
        await opened.say("你好")
        await inbox.next()
        yield opened
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await opened.channel.close()


async def test_a_text_says_who_spoke_and_where(stage: Stage, inbox: Inbox) -> None:
    await stage.say(" 3号楼路灯坏了 ")
    event = await inbox.next()
    assert event.body == Said(" 3号楼路灯坏了 ")
    assert (event.channel, event.account) == (stage.channel.name, stage.channel.account)
    assert (event.chat, event.sender, event.sender_name) == (RESIDENT, "101", stage.name)
    assert event.addressed


async def test_every_event_has_an_id_of_its_own(stage: Stage, inbox: Inbox) -> None:
    for _ in range(3):
        await stage.say("灯不亮")
    ids = {(await inbox.next()).id for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


async def test_an_event_that_was_not_stored_comes_again_with_the_same_id(
    stage: Stage, inbox: Inbox
) -> None:
    inbox.refuse = 2
    await stage.say("灯不亮")
    event = await inbox.next()
    assert event.body == Said("灯不亮")
    assert [offered.id for offered in inbox.offered[-3:]] == [event.id] * 3


async def test_a_press_brings_its_token_and_its_message(rich: RichStage, inbox: Inbox) -> None:
    sent = await rich.channel.send(RESIDENT, Message("亮吗?", (Button("亮了", "verdict:7:yes"),)))
    await rich.tap("亮了")
    event = await inbox.next()
    assert event.body == Chose("verdict:7:yes", sent)
    assert (event.chat, event.sender) == (RESIDENT, "101")


async def test_a_photo_is_announced_and_fetched(stage: Stage, inbox: Inbox) -> None:
    await stage.send_photo(b"\xff\xd8" + b"a lamp" * 100)
    photo = (await inbox.next()).body
    assert isinstance(photo, SentPhoto)
    assert photo.media.size in {602, None}
    assert await stage.channel.fetch(photo.media.ref, 602) == b"\xff\xd8" + b"a lamp" * 100
    with pytest.raises(TooLarge):
        await stage.channel.fetch(photo.media.ref, 601)


async def test_a_photo_brings_its_caption(rich: RichStage, inbox: Inbox) -> None:
    await rich.send_photo(b"\xff\xd8 a lamp", "东头")
    photo = (await inbox.next()).body
    assert isinstance(photo, SentPhoto)
    assert (photo.caption, photo.media.size) == ("东头", 9)


async def test_a_document_is_announced_by_its_name_and_fetched(
    rich: RichStage, inbox: Inbox
) -> None:
    await rich.send_document(b"PK\x03\x04 a roster", "名单 2026.xlsx")
    sent = (await inbox.next()).body
    assert isinstance(sent, SentDocument)
    assert (sent.name, sent.media.size) == ("名单 2026.xlsx", 13)
    assert await rich.channel.fetch(sent.media.ref, 13) == b"PK\x03\x04 a roster"
    with pytest.raises(TooLarge):
        await rich.channel.fetch(sent.media.ref, 12)


async def test_an_unknown_file_is_an_error_of_sending(stage: Stage) -> None:
    with pytest.raises(SendError):
        await stage.channel.fetch("no-such-file", 100)


async def test_a_location_is_in_degrees(stage: Stage, inbox: Inbox) -> None:
    await stage.send_location(31.2304, 121.4737)
    assert (await inbox.next()).body == SentLocation(31.2304, 121.4737, stage.datum)


async def test_a_group_is_heard_and_says_whether_it_means_the_bot(
    rich: RichStage, inbox: Inbox
) -> None:
    asked = await rich.channel.send(GROUP, Message("谁去看看?"))
    await rich.say("今天真热", GROUP.id)
    await rich.say("/report", GROUP.id)
    await rich.say("我去", GROUP.id, reply_to=asked)
    events = [await inbox.next() for _ in range(3)]
    assert [event.chat for event in events] == [GROUP] * 3
    assert [event.addressed for event in events] == [False, True, True]
    assert [event.reply_to for event in events] == ["", "", asked]


async def test_a_message_appears_with_its_choices(rich: RichStage, tmp_path: Path) -> None:
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(b"\xff\xd8 a lamp")
    choices = (Button("亮了", "v:1"), Button("没亮", "v:2"), Button("明天天亮以后再去看", "v:3"))
    first = await rich.channel.send(RESIDENT, Message("亮吗?", choices))
    second = await rich.channel.send(RESIDENT, Message("换好了", photo=photo))
    labels = ("亮了", "没亮", "明天天亮以后再去看")
    assert rich.seen() == [
        Seen(first, "亮吗?", labels),
        Seen(second, "换好了", photo=True),
    ]


async def test_a_picture_that_was_drawn_goes_out_and_takes_the_place_of_a_text(
    rich: RichStage,
) -> None:
    first = await rich.channel.send(RESIDENT, Message("扫一扫", photo=PNG))
    second = await rich.channel.send(RESIDENT, Message("稍等"))
    await rich.channel.edit(RESIDENT, second, Message("扫这个", photo=PNG))
    assert rich.seen() == [
        Seen(first, "扫一扫", photo=True),
        Seen(second, "扫这个", photo=True),
    ]


async def test_a_document_arrives_under_its_name_with_text_and_choices(
    rich: RichStage, tmp_path: Path
) -> None:
    file = tmp_path / "a1b2.xlsx"
    file.write_bytes(b"PK\x03\x04 rows")
    report = (file, "名单 结果.xlsx")
    sent = await rich.channel.send(
        RESIDENT, Message("查过了", (Button("导入", "go:1"),), document=report)
    )
    document = ("名单 结果.xlsx", b"PK\x03\x04 rows")
    assert rich.seen() == [Seen(sent, "查过了", ("导入",), document=document)]


async def test_no_edit_makes_or_unmakes_a_document(rich: RichStage, tmp_path: Path) -> None:
    file = tmp_path / "a1b2.xlsx"
    file.write_bytes(b"PK\x03\x04 rows")
    report = Message("查过了", document=(file, "结果.xlsx"))
    text = await rich.channel.send(RESIDENT, Message("正在查"))
    with pytest.raises(NotFound):
        await rich.channel.edit(RESIDENT, text, report)
    sent = await rich.channel.send(RESIDENT, report)
    with pytest.raises(NotFound):
        await rich.channel.edit(RESIDENT, sent, Message("导入了"))


async def test_the_link_opens_a_chat_and_hands_over_its_payload(
    rich: RichStage, inbox: Inbox
) -> None:
    await rich.open(rich.channel.capabilities.start_link.format("i-Ab_9"))
    event = await inbox.next()
    assert (event.body, event.chat) == (Started("i-Ab_9"), RESIDENT)


async def test_a_message_can_be_taken_away_once(rich: RichStage, inbox: Inbox) -> None:
    sent = await rich.channel.send(GROUP, Message("收到"))
    await rich.say("我的电话是……")
    event = await inbox.next()
    assert event.message_id
    for chat, message_id in ((GROUP, sent), (RESIDENT, event.message_id)):
        assert await rich.channel.delete(chat, message_id)
        assert not await rich.channel.delete(chat, message_id)
    assert rich.seen(GROUP.id) == []
    assert not await rich.channel.delete(Chat("group", "-777"), sent)


async def test_a_group_says_who_removed_the_bot_and_who_added_it(
    rich: RichStage, inbox: Inbox
) -> None:
    await rich.remove_bot()
    left = await inbox.next()
    with pytest.raises(Gone):
        await rich.channel.send(GROUP, Message("x"))
    await rich.add_bot()
    joined = await inbox.next()
    await rich.channel.send(GROUP, Message("x"))
    assert [left.body, joined.body] == [Left(), Joined()]
    assert {(event.chat, event.chat.title) for event in (left, joined)} == {(GROUP, "3号楼")}
    assert [left.sender, joined.sender] == ["101", "101"]


async def test_an_edit_changes_the_message_in_its_place(rich: RichStage) -> None:
    sent = await rich.channel.send(RESIDENT, Message("待接", (Button("我接了", "take:7"),)))
    await rich.channel.send(RESIDENT, Message("另一件事"))
    await rich.channel.edit(RESIDENT, sent, Message("李明接了", (Button("办好了", "done:7"),)))
    assert rich.seen()[0] == Seen(sent, "李明接了", ("办好了",))
    await rich.channel.edit(RESIDENT, sent, Message("办好了"))
    assert rich.seen()[0] == Seen(sent, "办好了")
    assert len(rich.seen()) == 2


async def test_an_edit_to_the_same_is_fine(rich: RichStage) -> None:
    message = Message("待接", (Button("我接了", "take:7"),))
    sent = await rich.channel.send(RESIDENT, message)
    await rich.channel.edit(RESIDENT, sent, message)
    assert [seen.text for seen in rich.seen()] == ["待接"]


async def test_an_edit_of_a_missing_message_says_so(rich: RichStage) -> None:
    with pytest.raises(NotFound):
        await rich.channel.edit(RESIDENT, "999999", Message("x"))


async def test_who_blocks_the_bot_is_gone(stage: Stage, inbox: Inbox) -> None:
    sent = await stage.channel.send(RESIDENT, Message("在"))
    await stage.block()
    event = await inbox.next()
    assert (event.body, event.chat) == (Left(), RESIDENT)
    with pytest.raises(Gone):
        await stage.channel.send(RESIDENT, Message("还在吗?"))
    with pytest.raises((Gone, Rejected)):
        await stage.channel.edit(RESIDENT, sent, Message("还在吗?"))


async def test_nobody_is_gone(stage: Stage) -> None:
    with pytest.raises(Gone):
        await stage.channel.send(Chat("private", "777"), Message("x"))


async def test_closing_ends_receiving(
    stage: Stage, inbox: Inbox, request: pytest.FixtureRequest
) -> None:
    if isinstance(stage, LocalStage):
        request.applymarker(pytest.mark.xfail(reason="a local messenger ends with its task"))
    again = asyncio.create_task(stage.channel.run(inbox.receive))
    await asyncio.sleep(0)  # it has had its first step
    await stage.channel.close()
    async with asyncio.timeout(1):
        await again
