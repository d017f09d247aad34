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
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, select, text

from benchmarks import claims_town, updates
from benchmarks.claims_town import FIRST, GROUP, SLOTS
from benchmarks.house import ACCOUNT, CHANNEL, Instant
from bot import decisions, sample, settings
from bot.app import App
from bot.clock import Clock
from bot.demo.stage import MORNING
from governance.tasks import Task
from handlers.message import Body, Card, Chat, Chose, Event, Handled, Said
from handlers.registry import COMMANDS, Command
from handlers.turn import Turn
from handlers.words import _
from storage import lanes, people

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


async def test_whoever_changed_what_another_had_just_changed_hears_of_no_error(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims_town.prepare(postgres_url, 2)
    both_have_read, tries = Barrier(2), count(1)

    def lengthen(turn: Turn) -> None:
        task = turn.db.scalars(select(Task)).one()
        if next(tries) <= 2:
            both_have_read.wait(10)
        task.title += "!"
        turn.post.reply(Card("longer"))

    command = Command("lengthen", _("lengthen"), frozenset(), lengthen)
    monkeypatch.setitem(COMMANDS, "lengthen", command)
    async with processes(postgres_url, tmp_path / "media") as them:
        said = [event(str(updates.account(n)), "/lengthen") for n in range(2)]
        each = zip(them.apps, said, strict=False)
        await asyncio.gather(*(app.receive(one) for app, one in each))
        assert next(tries) == 4  # one of them had to look again
        assert await them.rows("select title from tasks") == [("周六清扫!!",)]
        told = "select count(*) from outbox where payload ->> 'text' = 'longer'"
        assert await them.rows(told) == [(2,)]
        assert await them.rows("select what from failures") == []


async def test_a_newcomer_whom_another_process_is_just_registering_is_answered(
    postgres_url: str, tmp_path: Path
) -> None:
    lane, waiting = f"{CHANNEL}/{ACCOUNT}/x", text("select 1 from pg_locks where not granted")
    async with processes(postgres_url, tmp_path / "media") as them:
        other = create_engine(postgres_url)
        with other.connect() as conn:
            lanes.add_lane(conn, lane, f"{CHANNEL}/{ACCOUNT}", "private", "x")
            people.register(conn, (CHANNEL, ACCOUNT, "x"), "周兰", "zh_CN", lane)
            said = asyncio.create_task(them.apps[0].receive(event("x", "帮助")))
            while not conn.execute(waiting).all():  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0)
            conn.commit()
            await said
        other.dispose()
        assert await them.rows("select count(*) from people") == [(1,)]
        assert await them.rows("select count(*) from outbox") == [(1,)]
        assert await them.rows("select what from failures") == []
