"""Four processes on one PostgreSQL take what many people do at once: nothing lost or doubled."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from benchmarks import claims_town, updates
from benchmarks.claims_town import FIRST, GROUP, SLOTS
from benchmarks.house import ACCOUNT, CHANNEL, Instant
from bot import decisions, sample, settings
from bot.app import App
from bot.clock import Clock
from bot.demo.stage import MORNING
from handlers.message import Body, Chat, Chose, Event, Handled, Said

PROCESSES = 4
VOLUNTEERS = 60
LAMP = "翠湖社区3号楼东头路灯不亮"
NEW = [f"x{n}" for n in range(12)]
numbers = count(1)


class Processes:
    """As many as there are, and a clock that stands still for all of them."""

    def __init__(self, apps: Sequence[App], clock: Clock) -> None:
        self.apps = apps
        self.clock = clock
        self._random = random.Random(8)

    async def take(self, *events: Event, copies: int = 2) -> list[Handled]:
        """All at once, each at so many of them, in no order."""
        at = [(app, e) for e in events for app in self._random.sample(list(self.apps), copies)]
        self._random.shuffle(at)
        return await asyncio.gather(*(app.receive(event) for app, event in at))

    async def rows(self, query: str) -> list[Any]:
        return list(await self.apps[0].database.run(lambda conn: conn.execute(text(query)).all()))


def event(sender: str, body: Body | str, group: str = "") -> Event:
    chat = Chat("group", group) if group else Chat("private", sender)
    said = Said(body) if isinstance(body, str) else body
    return Event(CHANNEL, ACCOUNT, str(next(numbers)), chat, sender, said, f"名{sender}", "zh")


@asynccontextmanager
async def processes(url: str, media: Path) -> AsyncIterator[Processes]:
    data = decisions.categories()
    policy = decisions.policy(settings.load(None), data)
    clock = Clock()
    clock.freeze(MORNING)
    async with AsyncExitStack() as stack:
        apps = []
        for number in range(PROCESSES):
            name = {"application_name": f"process-{number}"}  # connections of its own
            own = make_url(url).update_query_dict(name).render_as_string(hide_password=False)
            app = App(own, policy, data, [Instant()], media, clock=clock)
            apps.append(await stack.enter_async_context(app.running(background=False)))
        yield Processes(apps, clock)


async def test_what_many_do_at_four_processes_at_once_is_done_once(
    postgres_url: str, tmp_path: Path
) -> None:
    shift_id = claims_town.prepare(postgres_url, VOLUNTEERS)
    async with processes(postgres_url, tmp_path / "media") as them:
        # Newcomers write twice before anybody knows them, while a task is claimed.
        claims = [
            event(str(updates.account(n)), Chose(f"tasks.claim:{shift_id}"), str(GROUP))
            for n in range(VOLUNTEERS)
        ]
        said = [event(who, words) for who in NEW for words in ("帮助", LAMP)]
        done = await them.take(*said, *claims)
        assert Counter(one.repeated for one in done) == {False: 84, True: 84}
        assert sum(bool(one.toast or one.opens) for one in done) == VOLUNTEERS
        known = "select count(*) from accounts join people on people.id = person_id where external like 'x%'"
        assert await them.rows(known) == [(len(NEW),)]
        states = dict(await them.rows("select state, count(*) from claims group by state"))
        assert states == {"claimed": SLOTS, "waitlisted": VOLUNTEERS - SLOTS}

        # The same answers come in twice, at different processes.
        for words in ("路灯不亮", "对，报上去"):
            await them.take(*(event(who, words) for who in NEW))
        reporters = (
            "select count(distinct reporter_id), count(*), count(distinct number) from cases"
        )
        assert await them.rows(reporters) == [(len(NEW),) * 3]
        answers = (
            "select count(*) from outbox where kind = 'reply' and lane like '%/x%' group by lane"
        )
        assert await them.rows(answers) == [(4,)] * len(NEW)

        # Two officers take each case while every process looks at the clock.
        people = list(await them.apps[0].database.run(sample.ids))
        officers = [str(FIRST + people.index(one.key)) for one in (sample.WORKER, sample.CHIEF)]
        cases = [case for (case,) in await them.rows("select id from cases order by id")]
        them.clock.freeze(MORNING + timedelta(days=2))
        presses = [event(who, Chose(f"cases.accept:{case}")) for case in cases for who in officers]
        await asyncio.gather(them.take(*presses), *(app.ticks.tick() for app in them.apps))
        await asyncio.gather(*(app.auditor.round() for app in them.apps))
        acts = "select act, count(*), count(distinct case_id) from case_events group by act"
        found = {act: (times, of) for act, times, of in await them.rows(acts)}
        assert found["open"] == found["accept"] == (len(NEW), len(NEW))
        assert all(times == of for times, of in found.values()), found

        # Whatever was said goes out once, whoever tries to send it.
        await asyncio.gather(*(d.drain() for app in them.apps for d in app.deliveries))
        assert await them.rows("select 1 from outbox where state <> 'sent' or attempts > 1") == []
        assert await them.rows("select what, error from failures") == []
