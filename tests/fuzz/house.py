"""The whole walk of an event through the sample district: forged presses and any words.

Every transaction is rolled back, so each input finds the district as it was. A handler that
fails is a fault here although the bot would go on: its person is told that it is our mistake.
"""

from __future__ import annotations

import sys
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection

from bot import decisions, sample
from bot.channels.base import TELEGRAM
from bot.channels.local import ACCOUNT, NAME
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.dispatch import Dispatch
from bot.incoming import storable, words
from bot.settings import Settings
from bot.triage import Triage
from handlers.message import (
    Body,
    Chat,
    Chose,
    Event,
    Joined,
    Left,
    Media,
    Reading,
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
from tests.fuzz.files import folder
from tests.fuzz.shapes import Bytes, storable_text

ARGUMENTS = (
    *("", "0", "1", "-1", "x", "1.5", "9" * 15, "９", "²", "a.b", "1.2", "1:2", "yes", "no", "skip"),
    *("2026-11-27", "20261127", "20261127day", "next", "all", "more", ".", "None", "0501", "report"),
    *("2026-02-30", "99999999", "灯", "1,2", "1-2", "a" * 40, "0501.1", "community", "grid_worker"),
)
"""What a client may put behind a choice's verb and subject."""
SUBJECTS = (0, 1, 1, 2, 3, 9, 999_999_999_999_999)
_UNHURRIED = Settings(limits={"busy_per_minute": 10_000})
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
    if not secrets.is_unlocked():
        secrets.unlock([secrets.new_key()])
    path: Path = folder() / "district.db"
    path.write_bytes(databases.migrated_file(folder() / "migrated.db"))
    databases.sampled_file(path)
    data = decisions.categories()
    clock = Clock()
    clock.freeze(MORNING)
    can = {f"{NAME}/{ACCOUNT}": TELEGRAM}
    dispatch = _Strict(decisions.policy(_UNHURRIED, data), clock, can, "0421-0000100")
    return dispatch, connect(f"sqlite:///{path}").connect(), Triage(data)


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
                event = storable(_event(source, who))
                said = words(event.body)
                reading = triage.by_rules(said) if said else None
                dispatch.work(conn, [_with(event, reading)])
            raise _Undone
    except _Undone:
        pass


def _with(event: Event, reading: Reading | None) -> Event:
    return Event(
        event.channel, event.account, event.id, event.chat, event.sender, event.body,
        event.sender_name, "zh", addressed=event.addressed, reading=reading, reply_to=event.reply_to,
    )  # fmt: skip


def _event(source: Bytes, who: str) -> Event:
    chat = GROUP if source.number(8) == 7 else Chat("private", who)
    replies = source.pick(("", "", "", "1"))
    number = f"z{next(_numbers)}"
    return Event(NAME, ACCOUNT, number, chat, who, _body(source), f"名{who}", reply_to=replies)


def _body(source: Bytes) -> Body:
    kind = source.number(16)
    if kind < 6:
        verb = source.pick(sorted(CHOICES))
        return Chose(f"{verb}:{source.pick(SUBJECTS)}:{source.pick(ARGUMENTS)}"[:64], "1")
    if kind == 6:
        return Chose(source.text()[:64], "1")
    if kind == 7:
        return Chose(f"q:{source.number(4)}:{source.pick(ARGUMENTS)}", "1")
    if kind == 8:
        return Said(f"/{source.pick(sorted(COMMANDS))}")
    if kind == 9:
        return Started(f"{source.pick(sorted(OPENED))}-{source.pick((*ARGUMENTS, '1-abc'))}")
    if kind == 10:
        return Said(source.text())
    if kind == 11:
        media = Media("f1", source.pick((None, 5, 10**9)))
        name = source.text()
        return source.pick((SentPhoto(media, name), SentVoice(media, name), SentDocument(media, name)))
    if kind == 12:
        return source.pick(
            (SentLocation(30.1, 120.2), SentLocation(0.0, 0.0, "gcj02"), Unsupported("contact"),
             Joined(), Left())
        )  # fmt: skip
    if kind == 13:
        return Said(storable_text(source.rest()))
    return Said(source.pick(seeds.SAID))


ROWS: tuple[tuple[Any, ...], ...] = (
    ("events", walk, (), [bytes([n, 3, 0, 0, n, n, n, n, n]) for n in range(64)], True),
)
"""Name, how to call it, what it may raise, seeds, and whether it is slow."""
