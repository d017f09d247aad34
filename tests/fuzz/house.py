"""The whole walk of an event through the sample district: forged presses and any words.

Every transaction is rolled back, so each input finds the district as it was. A handler that
fails is a fault here although the bot would go on: its person is told that it is our mistake.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any, NoReturn

from sqlalchemy import Connection

from bot import decisions, sample
from bot.channels.local import ACCOUNT, NAME
from bot.dispatch import Dispatch
from bot.incoming import storable, words
from bot.triage import Triage
from handlers.message import (
    Body,
    Chat,
    Chose,
    Event,
    Joined,
    Left,
    Media,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)
from handlers.registry import CHOICES, COMMANDS, OPENED
from storage import secrets
from storage.database import connect
from tests import databases
from tests.fuzz import seeds
from tests.fuzz.room import folder, loop, when_cleared
from tests.fuzz.shapes import Bytes, storable_text
from tests.stories.test_authority import Hand, _lived

ARGUMENTS = (
    *(
        "",
        "0",
        "1",
        "-1",
        "x",
        "1.5",
        "9" * 15,
        "９",
        "²",
        "a.b",
        "1.2",
        "1:2",
        "yes",
        "no",
        "skip",
    ),
    *(
        "2026-11-27",
        "20261127",
        "20261127day",
        "next",
        "all",
        "more",
        ".",
        "None",
        "0501",
        "report",
    ),
    *("2026-02-30", "99999999", "灯", "1,2", "1-2", "a" * 40, "0501.1", "community", "grid_worker"),
)
"""What a client may put behind a choice's verb and subject."""
SUBJECTS = (0, 1, 1, 2, 3, 9, 999_999_999_999_999)
PEOPLE = [someone.key for someone in sample.EVERYBODY] + ["stranger"]
GROUP = Chat("group", sample.GROUP)


class _Strict(Dispatch):
    """Does not save a conversation from a fault."""

    def _park(self, *_: object) -> NoReturn:
        error = sys.exception()
        assert error is not None
        raise error


class _Undone(Exception):
    """Nothing of it is kept."""


@cache
def _house() -> tuple[_Strict, Connection, Triage]:
    """A district in which much waits for somebody, and its people."""
    if not secrets.is_unlocked():
        secrets.unlock([secrets.new_key()])
    path = folder() / "district.db"
    path.write_bytes(databases.migrated_file(folder() / "migrated.db"))
    databases.sampled_file(path)
    url = f"sqlite:///{path}"
    lived = loop().run_until_complete(_lived(url, folder()))
    patient = replace(lived.policy, busy_per_minute=10**9, group_per_minute=10**9)
    dispatch = _Strict(patient, lived.clock, lived.capabilities)
    engine = connect(url)
    conn = engine.connect()
    when_cleared(engine.dispose)
    when_cleared(conn.close)
    when_cleared(_house.cache_clear)
    return dispatch, conn, Triage(decisions.categories())


_numbers = count()


def walk(data: bytes) -> None:
    """Up to six things happen one after the other, then none of it has happened."""
    dispatch, conn, triage = _house()
    source = Bytes(data)
    try:
        with conn.begin():
            who = source.pick(PEOPLE)
            for _ in range(1 + source.number(6)):
                who = source.pick((who, who, who, source.pick(PEOPLE)))
                hand = Hand(dispatch, conn, who)
                event = storable(_event(source, hand))
                said = words(event.body)
                reading = triage.by_rules(said) if said else None
                dispatch.work(conn, [replace(event, reading=reading)])
            raise _Undone
    except _Undone:
        pass


def _event(source: Bytes, hand: Hand) -> Event:
    chat = GROUP if source.number(8) == 7 else Chat("private", hand.key)
    replies, number = source.pick(("", "", "", "1")), f"z{next(_numbers)}"
    body = _body(source, hand)
    return Event(
        NAME, ACCOUNT, number, chat, hand.key, body, hand.key, "zh",
        addressed=source.number(4) > 0, reply_to=replies, message_id=number,
        forwarded=source.number(8) == 7,
    )  # fmt: skip


def _body(source: Bytes, hand: Hand) -> Body:
    kind = source.number(18)
    if kind > 12:  # what stands on their screen
        return Chose(source.pick([*hand._options(), *hand._buttons()] or ["q:1:yes"]), "1")
    if kind < 5:
        verb = source.pick(sorted(CHOICES))
        return Chose(f"{verb}:{source.pick(SUBJECTS)}:{source.pick(ARGUMENTS)}"[:64], "1")
    if kind == 5:
        return Chose(source.text()[:64], "1")
    if kind == 6:
        return Chose(f"q:{source.number(4)}:{source.pick(ARGUMENTS)}", "1")
    if kind == 7:
        return Said(f"/{source.pick(sorted(COMMANDS))}")
    if kind == 8:
        return Started(f"{source.pick(sorted(OPENED))}-{source.pick((*ARGUMENTS, '1-abc'))}")
    if kind == 9:
        return Said(source.pick((source.text(), storable_text(source.rest()[:60]))))
    if kind == 10:
        media = Media("f1", source.pick((None, 5, 10**9)))
        name = source.text()
        files: tuple[Body, ...] = (
            *(SentPhoto(media, name), SentVoice(media, name), SentDocument(media, name)),
        )
        return source.pick(files)
    if kind == 11:
        others: tuple[Body, ...] = (
            *(SentLocation(30.1, 120.2), SentLocation(0.0, 0.0, "gcj02"), Unsupported("contact")),
            *(Joined(), Left()),
        )
        return source.pick(others)
    return Said(source.pick(seeds.SAID))


ROWS: tuple[tuple[Any, ...], ...] = (
    ("events", walk, (), [bytes([n, 3, 0, 0, n, n, n, n, n]) for n in range(64)], True),
)
"""Name, how to call it, what it may raise, seeds, and whether it is slow."""
