"""Without a post nobody changes anything of others, whatever they send and in what order.

Everything that is registered in handlers is tried by itself, and then in random chains: forged
presses with every verb, commands, codes, answers to open questions, buttons that were shown,
words in a group. Each chain runs through the real dispatch in one transaction, which is
rolled back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple, TypeAlias, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from bot import sample
from bot.dispatch import Dispatch
from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from governance.org import PostKind
from handlers.dangers import DANGERS
from handlers.message import (
    Body,
    Chat,
    Chose,
    Event,
    Intent,
    Media,
    Reading,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
)
from handlers.registry import CHOICES, COMMANDS, OPENED
from handlers.talk.player import card_of
from storage.database import connect
from storage.dialogs import load_dialogs
from storage.outbox import outbox
from storage.people import load_speakers
from tests.belongings import Change, Owner, Snapshot, changes, snapshot, written
from tests.blowing import DRAINS, LAMPS, ROADS, blown
from tests.robot import Town, town
from tests.stories.test_bookings import books_electrician
from tests.stories.test_goods import orders_it
from tests.stories.test_groups import binds_to_the_members
from tests.stories.test_invitations import invites_worker, roster
from tests.stories.test_lamp import report_lamp
from tests.stories.test_lists import TAP, asks, in_hand
from tests.stories.test_pledges import pledges_money, publishes
from tests.stories.test_points import by_hand
from tests.stories.test_promises import promises
from tests.stories.test_tasks import publishes as publishes_task
from tests.stories.test_tasks import registers
from tests.stories.test_wishes import wishes

GROUP = sample.GROUP
STRANGER = "stranger"
POSTLESS = (sample.RESIDENT.key, sample.MEMBER.key, STRANGER)


# ── a district in which there is something to take ───────────────────────────


class District(NamedTuple):
    engine: Engine
    dispatch: Dispatch
    before: Snapshot


@pytest.fixture(scope="module")
def district(
    migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[District]:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "shaodao.db").write_bytes(migrated_sqlite)
    url = f"sqlite:///{folder / 'shaodao.db'}"
    dispatch = asyncio.run(_lived(url, folder))
    engine = connect(url)
    with engine.connect() as conn:
        before = snapshot(conn)
    yield District(engine, dispatch, before)
    engine.dispose()


async def _lived(url: str, folder: Path) -> Dispatch:
    """Cases, whistles, a call, a bound group, an invitation and a workbook: all of them wait for
    somebody."""
    async with town(url, folder / "media") as found:
        await _residents_have_spoken(found)
        await _officers_have_begun(found, folder)
        await _lists_have_begun(found)
        dispatch = found.stage.app.dispatch
        patient = replace(dispatch.policy, busy_per_minute=10**9)
        return Dispatch(patient, dispatch.clock, dispatch.capabilities)


async def _residents_have_spoken(found: Town) -> None:
    await report_lamp(found)
    await found.worker.taps("我接了")
    await found.neighbour.says("3号楼门口垃圾桶满了没人清")
    await found.neighbour.taps("垃圾没人清")
    await found.neighbour.taps("对，报上去")
    await wishes(found.resident)
    await wishes(found.neighbour, "想要一副老花镜")
    await found.community.presses("wishes.approve:2:")
    await promises(found.neighbour)
    await found.neighbour.says("护照怎么办理")
    await found.neighbour.says("人工")


async def _officers_have_begun(found: Town, folder: Path) -> None:
    await blown(found.stage.app, LAMPS, ROADS)
    await blown(found.stage.app, DRAINS, kind="demand")
    await found.settles()
    await found.unit_duty.presses("whistles.refuse:1")
    await found.unit_duty.says("不在我们的片区")
    phones = [robot.phone for robot in found.everybody]
    found.stage.messenger.group(GROUP, sample.GROUP_NAMES["zh_CN"], phones)
    await found.community.says("帮助")
    await binds_to_the_members(found.community)
    await roster(found, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "P0900")
    await invites_worker(found)
    number = await publishes_task(found.community, slots="1")
    await found.worker.says("当志愿者")
    await registers(found.worker)
    await found.worker.says(f"认领{number}")
    await found.worker.taps("想换人")
    path = folder / "roster.xlsx"
    workbook.write(path, [Leaf("人员", ["编码", "姓名"], [("", ["P0901", "高远"])])])
    await found.administrator.sends_file(path.read_bytes(), "roster.xlsx")
    await by_hand(found, "3分")
    await by_hand(found, "12分")
    await orders_it(found.member, "毛巾")


async def _lists_have_begun(found: Town) -> None:
    """A need in hand, one unread, a booking on a menu, a project with a pledge."""
    await in_hand(found)
    await asks(found.neighbour, TAP)
    await books_electrician(found.community)
    await publishes(found.community)
    await pledges_money(found.unit_duty, "500元")


# ── what somebody can do with a phone ────────────────────────────────────────


class Hand:
    """One person's phone inside one transaction."""

    def __init__(self, dispatch: Dispatch, conn: Connection, key: str) -> None:
        self._dispatch, self._conn, self.key = dispatch, conn, key
        self.lane = f"local/demo/{key}"
        self._ids = count()

    def does(
        self, body: Body, chat: str = "", reply_to: str = "", reading: Reading | None = None
    ) -> None:
        event = self._event(body, chat)
        self._dispatch.work(self._conn, [replace(event, reply_to=reply_to, reading=reading)])

    def presses(self, tokens: Sequence[str]) -> None:
        """One after the other, as they come in when somebody is quick."""
        self._dispatch.work(self._conn, [self._event(Chose(token)) for token in tokens])

    def _event(self, body: Body, chat: str = "") -> Event:
        where = Chat("group", chat) if chat else Chat("private", self.key)
        number = f"authority-{next(self._ids)}"
        event = Event("local", "demo", number, where, self.key, body, self.key, "zh")
        return replace(event, message_id=number)

    def taps(self, number: int) -> None:
        """An answer to the open question, or a button of something that was sent here."""
        tokens = [*self._options(), *self._buttons()]
        if tokens:
            self.does(Chose(tokens[number % len(tokens)]))

    def _options(self) -> list[str]:
        speakers = load_speakers(self._conn, [("local", "demo", self.key)]).values()
        found = load_dialogs(self._conn, [s.account_id for s in speakers]).values()
        asked = [d for d in found if d.question and d.state == "open"]
        return [choice.token for d in asked for choice in card_of(d.question, d.seq).choices]

    def _buttons(self) -> list[str]:
        sent = select(outbox.c.payload).where(outbox.c.lane == self.lane)
        rows = self._conn.scalars(sent.order_by(outbox.c.id.desc()).limit(5))
        return [token for payload in rows for _label, token in (payload or {}).get("buttons", [])]


Act: TypeAlias = Callable[[Hand], None]


def others_changed(district: District, key: str, acts: Sequence[Act]) -> list[Change]:
    """What these acts of this person have changed of others; afterwards nothing has happened."""
    with district.engine.connect() as conn:
        whole = conn.begin()
        try:
            before = district.before
            hand = Hand(district.dispatch, conn, key)
            with written(conn) as tables:
                for act in acts:
                    act(hand)
            after = {**before, **snapshot(conn, tables)}
            return Owner(hand.lane, before, after).others(changes(before, after))
        finally:
            whole.rollback()


def press(token: str, chat: str = "") -> Act:
    return lambda hand: hand.does(Chose(token[:64]), chat)


def presses(tokens: Sequence[str]) -> Act:
    return lambda hand: hand.presses(tokens)


def say(words: str, chat: str = "", reply_to: str = "") -> Act:
    return lambda hand: hand.does(Said(words), chat, reply_to)


def read(words: str, intent: Intent, danger: str | None) -> Act:
    """Words that triage has understood so."""
    return lambda hand: hand.does(Said(words), reading=Reading(intent, danger=danger))


def tap(number: int) -> Act:
    return lambda hand: hand.taps(number)


# ── everything by itself ─────────────────────────────────────────────────────


SUBJECTS = (*range(1, 6), 10**9)


def words_of(name: str) -> list[str]:
    return [f"/{name}", *sorted(COMMANDS[name].also)[:1]]


@pytest.mark.parametrize("key", POSTLESS)
def test_no_press_no_command_and_no_code_by_itself_changes_anything_of_others(
    district: District, key: str
) -> None:
    tried: dict[str, list[Act]] = {}
    for verb in CHOICES:
        tried[verb] = [presses([f"{verb}:{n}:{arg}" for n in SUBJECTS for arg in ("", "1")])]
    for name in COMMANDS:
        tried[name] = [act for said in words_of(name) for act in (say(said), tap(0), tap(0))]
    for prefix in OPENED:
        tried[f"{prefix}-"] = [say(f"{prefix}-{n}") for n in SUBJECTS]
    wrong = {
        name: found
        for name, acts in tried.items()
        if (found := others_changed(district, key, acts))
    }
    assert wrong == {}


# ── the same, by somebody with a post ────────────────────────────────────────

BY_OFFICERS: dict[str, tuple[str, list[Act]]] = {
    "cases": (sample.WORKER.key, [press("cases.accept:2:")]),
    "calls": (sample.COMMUNITY.key, [press("humans.take:1:")]),
    "groups": (sample.COMMUNITY.key, [press("groups.unbind:1:"), tap(0)]),
    "tokens": (sample.STREET.key, [press(f"invitations.revoke:{n}:") for n in SUBJECTS]),
    "awards": (sample.COMMUNITY_HEAD.key, [press("points.confirm:2:")]),
    "goods": (sample.COMMUNITY_HEAD.key, [press("goods.close:1:")]),
    "tasks": (sample.COMMUNITY.key, [press("tasks.end:1:")]),
    "papers": (sample.ADMINISTRATOR.key, [press("papers.drop:1:")]),
    "wishes": (sample.COMMUNITY.key, [press("wishes.approve:1:")]),
    "promises": (sample.COMMUNITY.key, [press("promises.down:1:"), say("请换个说法")]),
    "list_needs": (sample.COMMUNITY.key, [press("lists.refuse:2:"), tap(1)]),
    "bookings": (sample.COMMUNITY.key, [press("lists.cancel:2:")]),
    "supplies": (sample.UNIT_DUTY.key, [press("lists.close:1:")]),
    "pledges": (sample.UNIT_DUTY.key, [press("pledges.back:1:")]),
    "guide_entries": (sample.DESK.key, [press("guide.stop:1:")]),
    "guide_questions": (sample.COMMUNITY_HEAD.key, [press("guide.struck:1:")]),
    "list_digests": (sample.COMMUNITY.key, [press("lists.digest_off:1:")]),
    "projects": (
        sample.COMMUNITY.key,
        [press("pledges.progress:1:"), say("60%")],
    ),
}


@pytest.mark.parametrize("table", BY_OFFICERS)
def test_who_has_the_post_changes_what_nobody_else_can(district: District, table: str) -> None:
    officer, acts = BY_OFFICERS[table]
    assert table in {change.table for change in others_changed(district, officer, acts)}
    assert [others_changed(district, key, acts) for key in POSTLESS] == [[], [], []]


# ── chains ───────────────────────────────────────────────────────────────────

SAID = (
    *("好", "取消", "返回", "人工", "1", "2", "没解决", "翠湖社区3号楼", "许慧", "李明", "网格员"),
    *(
        "0001 还没人来",
        "督办 0001 抓紧",
        "转给王敏",
        "13800001111",
        "全部",
        "2026-11-30",
        "高龄津贴怎么办理",
        "办事指南",
        "路灯坏了",
        "认领1",
        "放弃1",
    ),
)
FILES = Media("nothing")
SENT: tuple[Body, ...] = (
    SentPhoto(FILES, "0001 坏了"),
    SentVoice(FILES, "路灯坏了"),
    SentDocument(FILES, "roster.xlsx"),
    SentLocation(41.8021, 120.7790),
    Started(),
)
numbers = st.sampled_from(SUBJECTS)
arguments = st.sampled_from(
    ("", "0", "1", "2", "p1", "0.all", "good", "yes", "all", "day", "night", "0101", "2026-11-24")
)
codes = st.builds(
    "{}-{}".format,
    st.sampled_from(sorted(OPENED)),
    numbers.map(str) | st.text("abcdefghjkmnp23456789", min_size=1, max_size=26),
)
tokens = st.builds("{}:{}:{}".format, st.sampled_from(sorted(CHOICES)), numbers, arguments)
commands = st.sampled_from(sorted(COMMANDS)).flatmap(lambda name: st.sampled_from(words_of(name)))
chats = st.sampled_from(("", "", "", GROUP))
intents = st.sampled_from(get_args(Intent))
dangers = st.none() | st.sampled_from(sorted(DANGERS))
acts = st.one_of(
    st.builds(tap, st.integers(0, 6)),
    st.builds(tap, st.integers(0, 6)),
    st.builds(press, tokens, chats),
    st.builds(say, commands, chats),
    st.builds(say, codes),
    st.builds(say, st.sampled_from(SAID), chats, st.sampled_from(("", "1", "2"))),
    st.builds(
        read,
        st.sampled_from(SAID),
        intents,
        dangers,
    ),
    st.sampled_from(SENT).map(lambda body: lambda hand: hand.does(body)),
)


@given(key=st.sampled_from(POSTLESS), chain=st.lists(acts, min_size=1, max_size=8))
def test_no_chain_of_acts_without_a_post_changes_anything_of_others(
    district: District, key: str, chain: list[Act]
) -> None:
    assert others_changed(district, key, chain) == []
