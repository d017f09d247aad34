"""Thirty more neighbours for the demo, and the moment in which all of them press at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import cycle, islice
from random import Random

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot import sample
from bot.channels.local import ACCOUNT, NAME
from bot.demo.cast import Cast
from bot.sample import areas as sample_areas
from bot.sample import names as sample_names
from governance.people import Member, Person
from storage import lanes, org, people
from storage.people import people as table

SIZE, SEED = 30, 30
CLAIM = "tasks.claim:"
_GRIDS = [grid for grid in sample_areas.STORY if grid.startswith("QH-LL-CH-")]
_HOMES = [f"{grid}-{number}" for grid in _GRIDS for number in sample_areas.STORY[grid]]


class Crowd:
    """Registered volunteers of 翠湖 with phones, all in the members' group; `names` are theirs by
    their accounts, as `load` tells them."""

    def __init__(self, stage: Cast, names: Mapping[str, str]) -> None:
        messenger = stage.messenger
        self._phones = [messenger.phone(key, name) for key, name in names.items()]
        self._pressed: set[str] = set()
        stage.admit(self._phones)

    async def press(self) -> str:
        """All of them press for the newest task they have not pressed for, at one moment;
        returns the chat. `LookupError` where there is no such card."""
        token, bubble = self._newest()
        self._pressed.add(token)
        await asyncio.gather(*(phone.press(token, bubble) for phone in self._phones))
        return sample.GROUP

    def _newest(self) -> tuple[str, str]:
        """The claim on the newest card in the group: its token and its bubble."""
        seen = self._phones[0].bubbles if self._phones else []
        for bubble in reversed([one for one in seen if one.chat == sample.GROUP]):
            for button in bubble.buttons:
                if button.token.startswith(CLAIM) and button.token not in self._pressed:
                    return button.token, bubble.id
        raise LookupError("there is no new task card in the group")


def load(conn: Connection, language: str) -> Mapping[str, str]:
    """They are known to the district, each as a volunteer; their names by their accounts."""
    taken = set(conn.execute(select(table.c.name)).scalars())
    names = islice(sample_names.people(Random(SEED), taken), SIZE)  # noqa: S311 - for names
    found = {f"crowd-{n:02}": name for n, name in enumerate(names, 1)}
    sender = f"{NAME}/{ACCOUNT}"
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        for (key, name), home in zip(found.items(), cycle(_HOMES), strict=False):
            person = Person(name, org.by_code(db, home).id, member=Member.VOLUNTEER)
            db.add(person)
            db.flush()
            lane = f"{sender}/{key}"
            lanes.add_lane(conn, lane, sender, "private", key)
            people.bind_account(conn, (NAME, ACCOUNT, key), person.id, language, lane)
    return found
