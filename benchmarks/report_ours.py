"""The report as it ships: from the bytes of an update to the commit, nothing left out.

Parsed by the Telegram channel's mapping, read by triage, handled in the database thread,
in the process that house.py describes: every message is also drawn, given to the channel
and marked as sent, the clock ticks, and the web side answers.

The steps differ from the peers' where our conversation does. It takes the building from
what people say, so here they leave it out at first and are asked for it. It never asks for
a photo; instead everybody is asked whether theirs is the lamp that a neighbour has reported
in that building, and presses "No, something else" instead of skipping the photo. These are
six events and five questions too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import updates
from benchmarks.figures import Figures, Stopwatch, waves
from benchmarks.form import SKIP
from benchmarks.house import ACCOUNT, LAMP, all_sent, serving, settle_in
from benchmarks.updates import STEPS, Token
from bot.channels.telegram import mapping

__all__ = ["run", "token", "walk"]

_PRESSED = {"category": LAMP, "photo": "other", "confirm": "yes"}


def token(person: int, k: int) -> str:
    """The token of the option that the step presses: questions are numbered from 1."""
    del person
    return f"q:{k}:{_PRESSED[STEPS[k]]}"


def walk(people: int, token: Token) -> list[bytes]:
    """The updates of updates.py in their order, two of every six as our conversation wants them."""
    return [_ours(body, token) for body in updates.walk(people, token)]


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`; an empty database gets all it needs."""
    return asyncio.run(_report(events, waiting, url))


async def _report(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    watch = Stopwatch()
    with TemporaryDirectory() as folder:
        async with serving(url, Path(folder)) as app:
            await settle_in(app, {_person(json.loads(body)) for body in events})

            async def handle(body: bytes) -> None:
                event = mapping.event(json.loads(body), ACCOUNT)
                if event is not None:
                    await app.receive(event)
                watch.handled()

            for wave in waves(events, waiting):
                watch.arrived()
                await asyncio.gather(*map(handle, wave))
            await all_sent(app)
            return watch.figures()


def _ours(body: bytes, token: Token) -> bytes:
    update = json.loads(body)
    person, said = _person(update), update.get("message", {}).get("text")
    if said == updates.what(person):
        update["message"]["text"] = said.partition("号楼")[2]
    elif said == SKIP:
        k = STEPS.index("photo")
        press = json.loads(updates.step(person, STEPS.index("category"), token(person, k)))
        update = {**press, "update_id": update["update_id"]}
    return json.dumps(update, ensure_ascii=False).encode()


def _person(update: dict[str, Any]) -> int:
    sender = (update.get("message") or update["callback_query"])["from"]
    return int(sender["id"]) - updates.account(0)
