"""Whatever comes in: each thing once, in order, each for itself, and nobody left without a word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.channels.base import Unavailable
from bot.channels.local import ACCOUNT, NAME
from bot.settings import Limits, Settings
from governance.groups import Group
from handlers.message import (
    Body,
    Chat,
    Chose,
    Event,
    Handled,
    Joined,
    Left,
    Media,
    MovedTo,
    Said,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)
from handlers.registry import CHOICES, COMMANDS, CONVERSATIONS, Command
from handlers.talk.answers import Option, Text
from handlers.talk.player import Conversation, Talk
from handlers.turn import Start, Turn
from handlers.words import _
from tests.robot import Town, town

PHONE = "0421-0000100"
LAMP = "3号楼东头路灯黑了快十天了"
FIRE = "着火了!!三号楼五楼往外冒黑烟"
numbers = count(1)


@pytest.fixture
async def house(district_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(district_url, tmp_path / "media") as found:
        yield found


@pytest.fixture
async def small_house(sqlite_district: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_district, tmp_path / "media") as found:
        yield found


def event(sender: str, body: Body | str, **more: Any) -> Event:
    """A new event from a person's private chat."""
    chat = more.pop("chat", Chat("private", sender))
    said = Said(body) if isinstance(body, str) else body
    number = more.pop("id", f"e{next(numbers)}")
    return Event(NAME, ACCOUNT, number, chat, sender, said, f"名{sender}"[:60], "zh", **more)


async def receive(house: Town, *events: Event) -> list[Handled]:
    """All at once, as one batch."""
    return await asyncio.gather(*(house.stage.app.receive(event) for event in events))


async def answers(house: Town, chat: str) -> list[str]:
    """What the bot has said to a chat, sent or still to be sent."""
    found = await house.rows(
        f"select payload from outbox where lane = '{NAME}/{ACCOUNT}/{chat}' order by id"
    )
    return [
        (payload if isinstance(payload, dict) else json.loads(payload)).get("text", "")
        for (payload,) in found
    ]


async def everything(house: Town) -> dict[str, int]:
    tables = ("inbox", "outbox", "cases", "case_events", "people", "dialogs", "calls", "failures")
    return {table: (await house.rows(f"select count(*) from {table}"))[0][0] for table in tables}


# ── Once, in order, each for itself ──────────────────────────────────────────


BODIES: tuple[Body, ...] = (
    Said(LAMP),
    Said(FIRE),
    Said("转人工"),
    Chose("cases.yes:1"),
    SentPhoto(Media("ref")),
    SentVoice(Media("ref")),
    SentLocation(41.8, 120.7),
    Started("x"),
    Joined(),
    Left(),
    Unsupported("sticker"),
)


async def test_whatever_is_delivered_twice_changes_nothing_and_says_nothing_new(
    house: Town,
) -> None:
    for body in BODIES:
        once = event("zhou", body)
        [first] = await receive(house, once)
        before = await everything(house)
        [second] = await receive(house, once)
        assert not first.repeated
        assert second == Handled(repeated=True)
        assert await everything(house) == before, body


async def test_the_same_event_twice_in_one_batch_is_handled_once(house: Town) -> None:
    once = event("zhou", LAMP)
    first, second = await receive(house, once, once)
    assert (first.repeated, second.repeated) == (False, True)
    assert len(await answers(house, "zhou")) == 1


async def test_a_batch_of_many_people_is_handled_in_the_order_of_arrival(house: Town) -> None:
    people = [f"x{n}" for n in range(16)]
    await receive(
        house,
        *(event(person, LAMP) for person in people),
        *(event(person, "取消") for person in people),
    )
    for person in people:
        first, second = await answers(house, person)
        assert first.startswith("在哪儿")
        assert second.startswith("停下了")
    assert (await everything(house))["failures"] == 0


async def test_a_group_that_moved_takes_its_community_along(house: Town) -> None:
    group = Chat("group", "cuihu-members")
    await receive(house, event("zhou", MovedTo("cuihu-new"), chat=group))
    assert await house.rows("select lane from groups") == [(f"{NAME}/{ACCOUNT}/cuihu-new",)]


# ── When a handler fails ─────────────────────────────────────────────────────


def plain_error(turn: Turn, said: str) -> None:
    turn.db.execute(text("update people set name = 'spoilt'"))
    raise ValueError(said)


def before_the_database(turn: Turn, said: str) -> None:
    raise ValueError(said)


def duplicate_row(turn: Turn, said: str) -> None:
    lane = f"{NAME}/{ACCOUNT}/cuihu-members"
    turn.db.add(Group(lane, 1, "zh_CN"))
    turn.db.flush()


def duplicate_row_found_at_the_end(turn: Turn, said: str) -> None:
    turn.db.add(Group(f"{NAME}/{ACCOUNT}/cuihu-members", 1, "zh_CN"))


def wrong_statement(turn: Turn, said: str) -> None:
    turn.db.execute(text("insert into case_followers (case_id, person_id) values (1, null)"))


FAILURES = (
    plain_error,
    before_the_database,
    duplicate_row,
    duplicate_row_found_at_the_end,
    wrong_statement,
)


def trouble(fail: Callable[[Turn, str], None] | None) -> Conversation:
    """Asks twice and then fails, unless it has been mended."""

    def talk_of_it(talk: Talk, turn: Turn) -> None:
        said = talk.ask("what", "什么事?", Text(1, 100)).text
        talk.choose("sure", "确定吗?", [Option("yes", "确定"), Option("no", "不")])
        if fail is not None:
            fail(turn, said)
        talk.say(f"好了:{said}")

    return talk_of_it


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., None] | None], None]:
    """Registers the conversation /trouble, failing in this way."""

    def register(fail: Callable[[Turn, str], None] | None) -> None:
        begin = Command("trouble", _("trouble"), frozenset(), lambda turn: Start("trouble"))
        monkeypatch.setitem(CONVERSATIONS, "trouble", trouble(fail))
        monkeypatch.setitem(COMMANDS, "trouble", begin)

    return register


@pytest.mark.parametrize("fail", FAILURES)
async def test_a_handler_that_fails_parks_its_conversation_and_the_next_message_goes_on(
    house: Town,
    broken: Callable[[Callable[..., None] | None], None],
    fail: Callable[..., None],
) -> None:
    broken(fail)
    await receive(house, event("x1", "/trouble"), event("x1", "门坏了"))
    await receive(
        house, event("x2", LAMP), event("x1", "确定"), event("x3", LAMP), event("x2", "取消")
    )
    sorry = (await answers(house, "x1"))[-1]
    assert PHONE in sorry
    assert "还在" in sorry
    assert await house.rows("select name from dialogs where state = 'parked'") == [("trouble",)]
    [(what,)] = await house.rows("select what from failures")
    assert what.startswith(f"{NAME}/e")
    assert await house.rows("select 1 from people where name = 'spoilt'") == []
    assert len(await answers(house, "x2")) == 2
    assert len(await answers(house, "x3")) == 1

    broken(None)
    await receive(house, event("x1", "确定"))
    assert (await answers(house, "x1"))[-1] == "好了:门坏了"


async def test_words_with_which_a_failing_conversation_began_are_kept(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = CONVERSATIONS["report"]

    def failing(talk: Talk, turn: Turn) -> None:
        raise RuntimeError

    monkeypatch.setitem(CONVERSATIONS, "report", failing)
    await receive(house, event("zhou", LAMP))
    monkeypatch.setitem(CONVERSATIONS, "report", report)
    await receive(house, event("zhou", "还在吗"))
    [_sorry, next_question] = await answers(house, "zhou")
    assert next_question.startswith("是哪一类")


async def test_a_conversation_that_fails_at_once_can_be_left(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(talk: Talk, turn: Turn) -> None:
        raise RuntimeError

    monkeypatch.setitem(CONVERSATIONS, "report", failing)
    await receive(house, event("zhou", LAMP), event("zhou", "取消"))
    assert (await answers(house, "zhou"))[-1].startswith("停下了")


@pytest.mark.parametrize(
    "body", [SentPhoto(Media("r"), FIRE), SentVoice(Media("r"), FIRE)], ids=["photo", "voice"]
)
async def test_danger_is_heard_in_every_way_of_saying_it(house: Town, body: Body) -> None:
    await receive(house, event("zhou", body))
    assert "119" in (await answers(house, "zhou"))[-1]
    [(place, words)] = await house.rows("select place, text from cases")
    assert "3号楼" in place
    assert words == FIRE


async def test_a_conversation_that_keeps_failing_can_be_left(
    house: Town, broken: Callable[[Callable[..., None] | None], None]
) -> None:
    broken(plain_error)
    await receive(house, event("zhou", "/trouble"), event("zhou", "门坏了"))
    for _try in range(3):
        await receive(house, event("zhou", "确定"))
    await receive(house, event("zhou", "取消"))
    await receive(house, event("zhou", LAMP))
    assert (await answers(house, "zhou"))[-1].startswith("是哪一类")


async def test_an_answer_nobody_can_render_fails_alone(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def garbled(talk: Talk, turn: Turn) -> None:
        talk.say(_("{name} has it.", nobody="x"))

    begin = Command("garbled", _("garbled"), frozenset(), lambda turn: Start("garbled"))
    monkeypatch.setitem(CONVERSATIONS, "garbled", garbled)
    monkeypatch.setitem(COMMANDS, "garbled", begin)
    poison = event("x1", "/garbled")
    await receive(house, event("x2", LAMP), poison, event("x3", LAMP))
    assert len(await answers(house, "x2")) == 1
    assert len(await answers(house, "x3")) == 1
    assert PHONE in (await answers(house, "x1"))[-1]
    assert len(await house.rows("select 1 from failures")) == 1
    [again] = await receive(house, poison)
    assert again.repeated


async def test_a_name_no_database_takes_does_not_stop_anybody_else(house: Town) -> None:
    strange = Event(NAME, ACCOUNT, "e-nul", Chat("private", "x1"), "x1", Said(LAMP), "王\x00兰")
    await receive(house, event("x2", LAMP), strange, event("x3", LAMP))
    assert len(await answers(house, "x2")) == 1
    assert len(await answers(house, "x3")) == 1


# ── When the database fails ──────────────────────────────────────────────────


async def test_while_the_disk_is_full_nothing_is_half_stored_and_then_it_works_again(
    small_house: Town,
) -> None:
    app = small_house.stage.app
    await app.database.run(
        lambda conn: conn.exec_driver_sql(
            "PRAGMA max_page_count = " + str(conn.exec_driver_sql("PRAGMA page_count").scalar_one())
        ).scalar()
    )
    refused: list[Event] = []
    for number in range(200):
        said = event(f"x{number}", LAMP + "很长" * 400)
        try:
            await app.receive(said)
        except Unavailable:
            refused.append(said)
            break
    [full] = refused
    assert (await app.health())["database"] is False
    before = await everything(small_house)
    with pytest.raises(Unavailable):
        await app.receive(full)
    assert await everything(small_house) == before
    assert await answers(small_house, full.sender) == []

    await app.database.run(
        lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar()
    )
    assert not (await app.receive(full)).repeated
    assert (await app.health())["database"] is True
    assert len(await answers(small_house, full.sender)) == 1
    assert (await everything(small_house))["failures"] == 0


# ── Too much at once ─────────────────────────────────────────────────────────


async def test_a_flood_from_one_person_is_answered_once_and_touches_nobody_else(
    sqlite_url: str, tmp_path: Path
) -> None:
    config = Settings(limits=Limits(busy_per_minute=10))
    async with town(sqlite_url, tmp_path / "media", config=config) as house:
        flood = [event("x1", f"喂{n}喂") for n in range(25)]
        await receive(house, *flood[:20], event("x2", LAMP), *flood[20:])
        said = await answers(house, "x1")
        assert len(said) == 11
        assert "说得太多" in said[-1] or "一分钟" in said[-1]
        assert len(await answers(house, "x2")) == 1

        await receive(house, event("x1", FIRE))
        assert "119" in (await answers(house, "x1"))[-1]


# ── Anything at all ──────────────────────────────────────────────────────────


FORGED = (
    *("q:1:yes", "q:99999:x", "q", "q:", "q::", ":", "::", "x", "", "\x00\xff" * 32),
    *("cases.accept:{n}", "cases.accept:999999999999", "cases.accept:-1", "cases.accept:１"),
    *("cases.accept:", "cases.accept", "cases.yes:{n}:", "cases.history:{n}", "cases.show:{n}"),
    *("cases.settle:{n}", "cases.answer:{n}", "cases.up:{n}", "cases.not_ours:{n}"),
    *("cases.supervise:{n}", "cases.word:{n}", "cases.no:{n}", "cases.later:{n}"),
    *("cases.withdraw:{n}", "cases.other:0", "humans.take:{c}", "humans.write:{c}"),
    *("humans.end:{c}", "humans.leave:{c}"),
)


@pytest.mark.parametrize("forger", ["stranger", "wu"])
async def test_a_forged_choice_is_answered_and_changes_nothing(house: Town, forger: str) -> None:
    await house.resident.says(LAMP)
    await house.resident.taps("路灯不亮")
    await house.resident.taps("对，报上去")
    await house.resident.says("转人工")
    [(case, call)] = await house.rows("select cases.id, calls.id from cases, calls")
    before = await facts(house)
    for token in (forged.format(n=case, c=call) for forged in FORGED):
        said = len(await answers(house, forger))
        [handled] = await receive(house, event(forger, Chose(token)))
        assert handled.toast or len(await answers(house, forger)) > said, token
        assert await facts(house) == before, token


async def facts(house: Town) -> dict[str, list[Any]]:
    """Everything a forger must not change."""
    return {
        "cases": await house.rows("select * from cases order by id"),
        "events": await house.rows("select * from case_events order by id"),
        "calls": await house.rows("select * from calls order by id"),
        "failures": await house.rows("select * from failures"),
    }


ODDITIES: tuple[Body, ...] = (
    Said(""),
    Said(" \n\t "),
    Said("路" * 10_000),
    Said("\x00\x01\x1b[31m\u202e\u2066"),
    Said("الشارع مظلم"),
    Said("🔦🔦🔦"),
    Said("🔦"),
    Said("/nonsense"),
    Said("/"),
    Said("/start@shaodao x y"),
    Said("99"),
    Said("督办 0001 好"),
    Said("0001 好"),
    Said("%s {name} {0} ; drop table cases"),
    SentLocation(0.0, 0.0),
    SentLocation(90.0, 180.0, "gcj02"),
    SentPhoto(Media("r", 30_000_000)),
    SentPhoto(Media("r"), "🔦" * 600),
    SentVoice(Media("r", 30_000_000)),
    SentVoice(Media("r"), "\x00路灯\ud83d"),
    Unsupported("sticker"),
    Unsupported(""),
    Started("../../etc/passwd"),
    Started("路" * 64),
)


@pytest.mark.parametrize("in_the_middle", [False, True])
async def test_every_oddity_gets_an_answer(house: Town, in_the_middle: bool) -> None:
    for number, body in enumerate(ODDITIES):
        person = f"x{number}"
        if in_the_middle:
            await receive(house, event(person, LAMP))
        said = len(await answers(house, person))
        await receive(house, event(person, body))
        new = (await answers(house, person))[said:]
        assert new, body
        assert all(new), body
        assert PHONE not in "".join(new), body
    assert await house.rows("select what, error from failures") == []


TEXTS = st.text(max_size=60) | st.sampled_from([LAMP, FIRE, "转人工", "进度", "取消", "返回"])
REFS = st.builds(Media, st.text(max_size=20), st.none() | st.integers(0, 40_000_000))
TOKENS = st.text(max_size=64) | st.builds(
    "{}:{}:{}".format,
    st.sampled_from([*CHOICES, "q", "menu"]),
    st.integers(-3, 30) | st.text(max_size=4),
    st.sampled_from(["", "yes", "no", "satisfied", "report", "start", "0"]),
)
ANY_BODY: st.SearchStrategy[Body] = st.one_of(
    st.builds(Said, TEXTS),
    st.builds(Chose, TOKENS),
    st.builds(SentPhoto, REFS, TEXTS),
    st.builds(SentVoice, REFS, TEXTS),
    st.builds(SentLocation, st.floats(-90, 90), st.floats(-180, 180)),
    st.builds(Started, TEXTS),
    st.builds(Unsupported, TEXTS),
    st.just(Joined()),
    st.just(Left()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(ANY_BODY, min_size=1, max_size=12))
async def test_nothing_a_stranger_sends_fails_or_changes_somebody_elses_case(
    house: Town, bodies: list[Body]
) -> None:
    if not await house.rows("select 1 from cases"):
        await house.resident.says(LAMP)
        await house.resident.taps("路灯不亮")
        await house.resident.taps("对，报上去")
    stranger = f"x{next(numbers)}"
    theirs = "select * from cases where reporter_id = (select min(reporter_id) from cases)"
    before = await house.rows(theirs)
    await receive(house, *(event(stranger, body) for body in bodies))
    assert await house.rows(theirs) == before
    assert await house.rows("select what, error from failures") == []


async def test_a_text_file_named_as_a_photo_is_refused_kindly(small_house: Town) -> None:
    resident = small_house.resident
    await resident.sends(b"not a photo at all", caption=LAMP)
    await resident.taps("路灯不亮")
    await resident.taps("对，报上去")
    resident.sees("打不开")
    small_house.worker.sees("我接了")
    assert await small_house.rows("select state from media") == [("refused",)]


async def test_a_photo_larger_than_the_platform_gives_out_is_refused_at_once(
    small_house: Town,
) -> None:
    await receive(small_house, event("zhou", SentPhoto(Media("r", 30_000_000))))
    [answer] = await answers(small_house, "zhou")
    assert "30" in answer
