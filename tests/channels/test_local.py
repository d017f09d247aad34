"""The messenger in this process behaves like a platform: it keeps, refuses and forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.base import (
    TELEGRAM,
    WECHAT,
    Answer,
    Gone,
    NotFound,
    Rejected,
    Request,
    TooLarge,
    Unavailable,
)
from bot.channels.changes import Cleared, Removed, Shown, Taken, Toast, Typing
from bot.channels.local import LocalMessenger
from handlers.message import (
    Button,
    Chat,
    Chose,
    Event,
    Handled,
    Joined,
    Left,
    Media,
    Message,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
)

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ZHOU = Chat("private", "zhou")
GROUP = Chat("group", "square")


class Bot:
    """The other side: notes what it is given, and refuses the first `refusals` offers."""

    def __init__(self, refusals: int = 0, toast: str = "") -> None:
        self.events: list[Event] = []
        self.offered: list[str] = []
        self.refusals = refusals
        self.toast = toast
        self.taken = asyncio.Event()

    async def receive(self, event: Event) -> Handled:
        self.offered.append(event.id)
        if self.refusals:
            self.refusals -= 1
            raise Unavailable
        self.events.append(event)
        self.taken.set()
        return Handled(self.toast)


@asynccontextmanager
async def running(
    messenger: LocalMessenger, receive: Callable[[Event], Awaitable[Handled]]
) -> AsyncIterator[None]:
    task = asyncio.create_task(messenger.run(receive))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def messenger() -> LocalMessenger:
    return LocalMessenger(TELEGRAM, now=lambda: NINE)


@pytest.fixture
def bot() -> Bot:
    return Bot()


async def test_what_a_person_says_reaches_the_bot_and_shows_on_the_phone(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰", "zh_CN")
    async with running(messenger, bot.receive):
        handled = await zhou.say("3号楼路灯坏了")
    (event,) = bot.events
    (bubble,) = zhou.bubbles
    assert handled == Handled()
    assert (event.channel, event.account, event.chat) == ("local", "demo", ZHOU)
    assert (event.sender, event.sender_name, event.language) == ("zhou", "周兰", "zh_CN")
    assert event.body == Said("3号楼路灯坏了")
    assert event.addressed
    assert (bubble.id, bubble.sender, bubble.text, bubble.at) == (
        event.id,
        "zhou",
        "3号楼路灯坏了",
        NINE,
    )


async def test_every_kind_of_act_becomes_its_own_event(messenger: LocalMessenger, bot: Bot) -> None:
    zhou = messenger.phone("zhou", "周兰")
    async with running(messenger, bot.receive):
        await zhou.open("qr-12")
        await zhou.send_photo(b"jpeg", "看", album="a1")
        await zhou.send_voice(b"wav", "灯坏了")
        await zhou.send_location(30.1, 120.2)
        await zhou.send_document(b"PK", "名单.xlsx")
    start, photo, voice, place, document = bot.events
    assert start.body == Started("qr-12")
    assert isinstance(photo.body, SentPhoto)
    assert (photo.body.caption, photo.body.media.size, photo.album) == ("看", 4, "a1")
    assert isinstance(voice.body, SentVoice)
    assert voice.body.transcript == "灯坏了"
    assert place.body == SentLocation(30.1, 120.2)
    assert document.body == SentDocument(Media(document.id, 2), "名单.xlsx")
    assert len({event.id for event in bot.events}) == 5
    assert [bubble.kind for bubble in zhou.bubbles] == ["photo", "voice", "place", "document"]
    assert [event.message_id for event in bot.events] == ["", *(b.id for b in zhou.bubbles)]


async def test_what_was_sent_can_be_fetched_up_to_the_limit(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    async with running(messenger, bot.receive):
        await zhou.send_photo(b"jpeg")
        await zhou.send_voice(b"wave")
        await zhou.say("没有文件")
    photo, voice, said = (bubble.id for bubble in zhou.bubbles)
    assert await messenger.fetch(photo, 4) == b"jpeg"
    assert await messenger.fetch(voice, 4) == b"wave"
    with pytest.raises(TooLarge):
        await messenger.fetch(photo, 3)
    for missing in (said, "nothing"):
        with pytest.raises(Rejected):
            await messenger.fetch(missing, 4)


async def test_a_refused_event_is_offered_again_with_the_same_id(messenger: LocalMessenger) -> None:
    bot = Bot(refusals=2)
    async with running(messenger, bot.receive):
        await messenger.phone("zhou", "周兰").say("在吗")
    assert len(bot.offered) == 3
    assert set(bot.offered) == {bot.events[0].id}


async def test_an_event_nobody_takes_is_kept_and_comes_before_the_next_one(
    messenger: LocalMessenger,
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    with pytest.raises(Unavailable):
        await zhou.say("第一句")
    bot = Bot()
    async with running(messenger, bot.receive):
        await bot.taken.wait()
        await zhou.say("第二句")
    assert [event.body for event in bot.events] == [Said("第一句"), Said("第二句")]
    assert [bubble.text for bubble in zhou.bubbles] == ["第一句", "第二句"]


async def test_the_messenger_knows_what_was_taken_what_was_known_and_what_waits(
    messenger: LocalMessenger,
) -> None:
    zhou, book = messenger.phone("zhou", "周兰"), messenger.book
    bot = Bot()

    async def lost_its_answer(event: Event) -> Handled:
        """The bot has stored the event, and died before it could say so."""
        if event.id not in bot.offered:
            await bot.receive(event)
            raise Unavailable
        return Handled(repeated=True)

    with messenger.watch() as changes:
        saying = asyncio.create_task(zhou.say("在吗"))
        await asyncio.sleep(0)  # they have begun to say it
        [bubble] = zhou.bubbles
        assert book.waiting == {bubble.id}
        async with running(messenger, lost_its_answer):
            await saying
            await messenger.caught_up()
        seen = [changes.get_nowait() for _ in range(changes.qsize())]
    assert Taken("zhou", bubble.id) in seen
    assert (book.waiting, dict(book.taken), book.known) == (set(), {}, {bubble.id})
    sent = await messenger.send(ZHOU, Message("在", key="a-1"))
    await messenger.send(ZHOU, Message("在", key="a-1"))
    assert (book.shown["a-1"], sent in book.messages) == (2, True)


async def test_an_event_that_breaks_the_bot_does_not_block_the_chat(
    messenger: LocalMessenger, bot: Bot
) -> None:
    async def broken_once(event: Event) -> Handled:
        if event.body == Said("毒"):
            raise RuntimeError("broken")
        return await bot.receive(event)

    zhou = messenger.phone("zhou", "周兰")
    async with running(messenger, broken_once):
        with pytest.raises(RuntimeError):
            await zhou.say("毒")
        await zhou.say("好")
    assert [event.body for event in bot.events] == [Said("好")]


async def test_a_tap_makes_the_newest_choice_of_that_name(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    await messenger.send(ZHOU, Message("旧的", (Button("是", "yes:1"),)))
    newest = await messenger.send(ZHOU, Message("新的", (Button("是", "yes:2"),)))
    async with running(messenger, bot.receive):
        await zhou.tap("是")
        await zhou.tap("yes:1")
        with pytest.raises(LookupError, match="新的"):
            await zhou.tap("没有这个")
    assert bot.events[0].body == Chose("yes:2", newest)
    assert bot.events[1].body == Chose("yes:1", zhou.bubbles[0].id)


async def test_where_choices_are_numbered_a_tap_says_the_number(bot: Bot) -> None:
    messenger = LocalMessenger(WECHAT)
    zhou = messenger.phone("zhou", "周兰")
    text = "是哪儿的灯?\n1. 小区里的路灯\n2. 楼道灯"
    await messenger.send(ZHOU, Message(text, (Button("楼道灯", "w:2"),)))
    assert zhou.bubbles[0].buttons == ()
    async with running(messenger, bot.receive):
        await zhou.tap("楼道灯")
        with pytest.raises(LookupError):
            await zhou.tap("是哪儿的灯?")
    assert [event.body for event in bot.events] == [Said("2")]


async def test_an_edited_bubble_keeps_its_id_and_counts_its_revisions(
    messenger: LocalMessenger,
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    sent = await messenger.send(ZHOU, Message("没人接", (Button("我接了", "take:1"),)))
    await messenger.edit(ZHOU, sent, Message("李明接了"))
    await messenger.edit(ZHOU, sent, Message("李明接了"))
    (bubble,) = zhou.bubbles
    assert (bubble.id, bubble.text, bubble.buttons, bubble.revision) == (sent, "李明接了", (), 1)
    assert bubble.changed == NINE


async def test_what_is_not_the_bots_own_bubble_cannot_be_edited(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    async with running(messenger, bot.receive):
        await zhou.say("我的话")
    for bubble_id in ("nothing", zhou.bubbles[0].id):
        with pytest.raises(NotFound):
            await messenger.edit(ZHOU, bubble_id, Message("改了"))


async def test_a_messenger_without_edits_refuses_them() -> None:
    messenger = LocalMessenger(WECHAT)
    messenger.phone("zhou", "周兰")
    sent = await messenger.send(ZHOU, Message("没人接"))
    with pytest.raises(Rejected):
        await messenger.edit(ZHOU, sent, Message("李明接了"))


@pytest.mark.parametrize(
    "message",
    [
        Message(""),
        Message("长" * 4097),
        Message("问", (Button("标" * 41, "a"),)),
        Message("问", (Button("", "a"),)),
        Message("问", (Button("好", "t" * 65),)),
    ],
)
async def test_what_no_platform_would_take_is_rejected(
    messenger: LocalMessenger, message: Message
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    with pytest.raises(Rejected):
        await messenger.send(ZHOU, message)
    assert zhou.bubbles == []


async def test_a_blocked_bot_is_told_and_cannot_write_until_it_is_unblocked(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    async with running(messenger, bot.receive):
        await zhou.block()
        with pytest.raises(Gone):
            await messenger.send(ZHOU, Message("在吗"))
        await zhou.unblock()
        await messenger.send(ZHOU, Message("在吗"))
    assert [event.body for event in bot.events] == [Left(), Joined()]
    with pytest.raises(Gone):
        await messenger.send(Chat("private", "nobody"), Message("在吗"))


async def test_a_group_is_seen_by_its_members_and_speaks_to_the_bot_by_name(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou, li = messenger.phone("zhou", "周兰"), messenger.phone("li", "李明")
    stranger = messenger.phone("wang", "王敏")
    messenger.group("square", "议事群", [zhou, li])
    said = await messenger.send(GROUP, Message("周六清扫"))
    async with running(messenger, bot.receive):
        await zhou.say("谁来?", "square")
        await zhou.say("@Shaodao 积分怎么算", "square")
        await li.say("/help", "square")
        await li.say("我来", "square", reply_to=said)
        with pytest.raises(LookupError):
            await stranger.say("我也看看", "square")
    assert [event.addressed for event in bot.events] == [False, True, True, True]
    assert bot.events[-1].reply_to == said
    assert {event.chat for event in bot.events} == {GROUP}
    assert [b.id for b in zhou.bubbles] == [b.id for b in li.bubbles]
    assert stranger.bubbles == []


async def test_in_a_group_nobody_waits_for_what_somebody_else_did(
    messenger: LocalMessenger, bot: Bot
) -> None:
    phones = [messenger.phone(str(n), f"第{n}位") for n in range(30)]
    messenger.group("square", "清河议事群", phones)
    everybody = asyncio.Barrier(len(phones))

    async def together(event: Event) -> Handled:
        await everybody.wait()  # nobody's press is through before all of them have arrived
        return await bot.receive(event)

    async with running(messenger, together):
        card = await messenger.send(GROUP, Message("报名", (Button("认领", "claim:1"),)))
        async with asyncio.timeout(5):
            await asyncio.gather(*(phone.press("claim:1", card) for phone in phones))
    assert {event.sender for event in bot.events} == {phone.person for phone in phones}


async def test_a_group_without_the_bot_goes_on_unheard(messenger: LocalMessenger, bot: Bot) -> None:
    zhou = messenger.phone("zhou", "周兰")
    messenger.group("square", "议事群", [zhou])
    async with running(messenger, bot.receive):
        await zhou.remove_bot("square")
        await zhou.say("它走了", "square")
        await zhou.add_bot("square")
        await zhou.say("它回来了", "square")
    assert [event.body for event in bot.events] == [Left(), Joined(), Said("它回来了")]
    assert [bubble.text for bubble in zhou.bubbles] == ["它走了", "它回来了"]


async def test_a_link_pasted_into_any_chat_opens_the_private_one(
    messenger: LocalMessenger, bot: Bot
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    messenger.group("square", "议事群", [zhou])
    async with running(messenger, bot.receive):
        await zhou.say(" shaodao:i-Ab_9 ", "square")
        await zhou.say("看看 shaodao:i-Ab_9")
        await zhou.say("shaodao:")
    opened, *said = bot.events
    assert (opened.body, opened.chat) == (Started("i-Ab_9"), ZHOU)
    assert [event.body for event in said] == [Said("看看 shaodao:i-Ab_9"), Said("shaodao:")]
    assert {bubble.chat for bubble in zhou.bubbles} == {"zhou"}


async def test_where_codes_are_typed_a_link_is_a_text(bot: Bot) -> None:
    messenger = LocalMessenger(WECHAT)
    assert messenger.capabilities.start_link == ""
    async with running(messenger, bot.receive):
        await messenger.phone("zhou", "周兰").say("shaodao:i-Ab_9")
    assert bot.events[0].body == Said("shaodao:i-Ab_9")


async def test_who_watches_reads_the_chats_anew_when_somebody_joins_a_group(
    messenger: LocalMessenger,
) -> None:
    zhou, li = messenger.phone("zhou", "周兰"), messenger.phone("li", "李明")
    messenger.group("square", "议事群", [zhou])
    with messenger.watch() as changes:
        messenger.group("square", "议事群", [zhou, li])
        assert changes.get_nowait() == Cleared()
        messenger.group("square", "大家的群", [zhou, li])
        assert changes.empty()  # nothing but its name


async def test_a_deleted_bubble_is_gone_from_every_phone(messenger: LocalMessenger) -> None:
    messenger.phone("zhou", "周兰")
    sent = await messenger.send(ZHOU, Message("说错了"))
    bubble = messenger.find(sent)
    assert bubble is not None
    with messenger.watch() as changes:
        assert await messenger.delete(ZHOU, sent)
        assert changes.get_nowait() == Removed(bubble)
    assert messenger.find(sent) is None


async def test_a_messenger_without_groups_has_none() -> None:
    with pytest.raises(ValueError, match="no groups"):
        LocalMessenger(WECHAT).group("square", "议事群", [])


async def test_a_chat_remembers_only_its_newest_bubbles() -> None:
    messenger = LocalMessenger(TELEGRAM, keep=2)
    zhou = messenger.phone("zhou", "周兰")
    for text in ("一", "二", "三"):
        await messenger.send(ZHOU, Message(text))
    assert [bubble.text for bubble in zhou.bubbles] == ["二", "三"]


async def test_closing_tells_whoever_watches_that_it_is_over(messenger: LocalMessenger) -> None:
    messenger.phone("zhou", "周兰")
    with messenger.watch() as changes:
        await messenger.send(ZHOU, Message("最后一条"))
        await messenger.close()
        assert [changes.get_nowait() for _ in range(changes.qsize())] == [None]


async def test_whoever_watches_sees_every_change_in_order(messenger: LocalMessenger) -> None:
    bot = Bot(toast="好")
    zhou = messenger.phone("zhou", "周兰")
    sent = await messenger.send(ZHOU, Message("接吗", (Button("我接了", "take:1"),)))
    before = zhou.bubbles[0]
    with messenger.watch() as changes:
        async with running(messenger, bot.receive):
            await zhou.tap("我接了")
        await messenger.edit(ZHOU, sent, Message("您接了"))
        messenger.clear()
        seen = [changes.get_nowait() for _ in range(changes.qsize())]
    after = replace(before, text="您接了", buttons=(), revision=1, changed=NINE)
    assert seen == [
        Typing("zhou", on=True),
        Toast("zhou", "好"),
        Shown(after),
        Typing("zhou", on=False),
        Cleared(),
    ]


async def test_a_watcher_that_lags_too_far_behind_is_told_to_begin_afresh(
    messenger: LocalMessenger,
) -> None:
    messenger.phone("zhou", "周兰")
    with messenger.watch() as changes:
        for _ in range(changes.maxsize):
            await messenger.send(ZHOU, Message("又一条"))
        assert changes.get_nowait() is None
        assert changes.empty()


async def test_a_photo_of_the_bot_is_shown_from_its_file(
    messenger: LocalMessenger, tmp_path: Path
) -> None:
    zhou = messenger.phone("zhou", "周兰")
    await messenger.send(ZHOU, Message("", photo=tmp_path / "lamp.jpg"))
    (bubble,) = zhou.bubbles
    assert (bubble.kind, bubble.photo) == ("photo", tmp_path / "lamp.jpg")
    await messenger.send(ZHOU, Message("扫一扫", photo=b"drawn"))
    for own in zhou.bubbles:  # nobody sent these to the bot
        with pytest.raises(Rejected):
            await messenger.fetch(own.id, 10)


async def test_it_takes_no_webhooks(messenger: LocalMessenger, bot: Bot) -> None:
    assert await messenger.webhook(Request("POST", {}, {}, b""), bot.receive) == Answer(404)
