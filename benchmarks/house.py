"""The whole bot in one process, with a district to serve and nobody at the other end.

The channel takes every message at once, so the sender is as busy as it can ever be; the
clock ticks, and the web side answers on a port of this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Connection, Table, insert
from sqlalchemy.orm import Session

from benchmarks import updates
from bot import decisions, keys, logs, sample, settings
from bot.app import App
from bot.channels.base import TELEGRAM, Answer, Channel, Receive, Rejected, Request
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.dispatch import Scope
from bot.sample.areas import APART, CENTRE
from bot.web.server import build
from governance.org import Area, AreaKind, PostKind
from governance.org import Post as Held
from governance.people import Person
from handlers.cases.report import Draft, open_from
from handlers.message import Chat, Message, Pace
from handlers.places import Found
from handlers.turn import Post, Turn
from storage import org, readings
from storage.lanes import add_lane, lanes
from storage.migrating import migrate
from storage.people import accounts, bind_account, load_speakers, people

CHANNEL, ACCOUNT = "telegram", str(updates.BOT)
SENDER = f"{CHANNEL}/{ACCOUNT}"
BUILDINGS = 90  # as many as the residents of updates.py live in
IN_A_GRID = 3
LAMP = "0201"


class Instant:
    """A channel whose messages have arrived as soon as they are sent."""

    name = CHANNEL
    account = ACCOUNT
    path = f"/{CHANNEL}"
    polls = False
    capabilities = replace(TELEGRAM, pace=Pace())

    def __init__(self) -> None:
        self._numbers = count(1)

    async def open(self) -> None: ...

    async def run(self, receive: Receive) -> None:
        """The benchmark brings the events."""

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        return Answer(404)

    async def send(self, chat: Chat, message: Message) -> str:
        return str(next(self._numbers))

    async def edit(self, chat: Chat, message_id: str, message: Message) -> None: ...

    async def delete(self, chat: Chat, message_id: str) -> bool:
        return False

    async def fetch(self, ref: str, limit: int) -> bytes:
        raise Rejected("nobody sent a file")

    async def close(self) -> None: ...


class _Web(uvicorn.Server):
    """Ctrl-C stays the benchmark's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    url: str, folder: Path, channel: Instant | None = None, busy_per_minute: int | None = None
) -> AsyncIterator[App]:
    """The bot serves from this database, a new one or the one of the last time; its key and its
    media lie in the folder.

    Before and after the block /health has answered that all is well, /metrics what was done.
    """
    channel = channel or Instant()
    migrate(url)
    app = app_at(url, folder, channel, busy_per_minute)
    async with app.running(), _web(app, channel):
        yield app


@asynccontextmanager
async def still(database: Path) -> AsyncIterator[App]:
    """The same where nothing moves by itself: `send_all` sends, and `app.ticks` looks."""
    url = f"sqlite:///{database}"
    migrate(url)
    async with still_at(url, database.parent) as app:
        yield app


@asynccontextmanager
async def still_at(
    url: str, folder: Path, busy_per_minute: int | None = None
) -> AsyncIterator[App]:
    """The same from any database that is migrated."""
    app = app_at(url, folder, Instant(), busy_per_minute)
    async with app.running(background=False):
        yield app


def app_at(url: str, folder: Path, channel: Channel, busy_per_minute: int | None = None) -> App:
    """The bot on this database, which is migrated; its key and its media lie in the folder."""
    keys.throwaway(folder)
    # A line for each message would fill the terminal; it costs 7 to 14 microseconds.
    logs.configure_ours(settings.Log(level="warning"))
    data = decisions.categories()
    policy = decisions.policy(settings.load(None), data)
    if busy_per_minute is not None:
        policy = replace(policy, busy_per_minute=busy_per_minute)
    return App(url, policy, data, [channel], folder / "media", clock=Clock(MORNING))


@asynccontextmanager
async def _web(app: App, channel: Instant) -> AsyncIterator[None]:
    site = build(channels=[channel], receive=app.receive, health=app.health)
    server = _Web(uvicorn.Config(site, port=0, ws="none", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        while app.ticks.last is None:  # noqa: ASYNC110 - nor have the ticks
            await asyncio.sleep(0.01)
        await _look(client)
        yield
        await _look(client)
    server.should_exit = True
    await task


async def _look(client: httpx.AsyncClient) -> None:
    for page in ("/health", "/metrics"):
        (await client.get(page)).raise_for_status()


async def settle_in(app: App, residents: Iterable[int]) -> None:
    """An empty database holds the sample district, with ninety buildings in its community, a
    lamp reported in each, and these people of updates.py at home in them. All is sent."""
    await _settle(app, residents)
    await all_sent(app)


async def settle_still(app: App, residents: Iterable[int]) -> None:
    """The same where nothing moves by itself."""
    await _settle(app, residents)
    await send_all(app)


async def _settle(app: App, residents: Iterable[int]) -> None:
    if await app.database.run(org.is_empty):
        today = app.policy.local_date(app.clock.now())
        ids = await app.database.run(lambda conn: sample.load(conn, app.policy, today))
        await app.database.run(
            partial(sample.bind, ids=ids, channel=CHANNEL, bot=ACCOUNT, language="zh_CN")
        )
        await app.database.run(partial(_build, app))
        await app.database.run(partial(_move_in, residents=list(residents)))


async def all_sent(app: App) -> None:
    """Nothing is on its way any more."""
    while await app.database.run(readings.depth):  # noqa: ASYNC110 - the sender has no event
        await asyncio.sleep(0.03)


async def send_all(app: App) -> None:
    """Sends what is on its way."""
    for delivery in app.deliveries:
        await delivery.drain()


def _build(app: App, conn: Connection) -> None:
    """Ninety buildings, and in each a lamp that a neighbour has reported."""
    (neighbour,) = load_speakers(conn, [(CHANNEL, ACCOUNT, sample.NEIGHBOUR.key)]).values()
    scope, post = Scope(conn), Post()
    now = app.clock.now()
    turn = Turn(neighbour, now, app.policy, scope.open, post)
    _add_buildings(turn.db)
    for building in _buildings(turn.db):
        here = Found(building.id, building.name, building.latitude, building.longitude)
        open_from(turn, Draft(here, app.policy.category(LAMP), "楼前的路灯不亮"))
    scope.keep()
    app.dispatch.settle(conn, [(post, now)])


def _buildings(db: Session) -> Sequence[Area]:
    return org.below(db, org.by_code(db, "QH-LL-CH"), AreaKind.BUILDING)


def _add_buildings(db: Session) -> None:
    """A few in a grid, each grid with a worker of its own: messages of one chat go out one by one."""
    community = org.by_code(db, "QH-LL-CH")
    for first in range(len(_buildings(db)) + 1, BUILDINGS + 1, IN_A_GRID):
        grid = _area(db, community, AreaKind.GRID, f"第{first}网格")
        _add_worker(db, grid)
        for number in range(first, min(first + IN_A_GRID, BUILDINGS + 1)):
            building = _area(db, grid, AreaKind.BUILDING, f"{number}号楼")
            building.latitude = CENTRE[0] + number * APART
            building.longitude = CENTRE[1]
    db.flush()


def _area(db: Session, parent: Area, kind: AreaKind, name: str) -> Area:
    area = Area(parent.id, kind, f"{parent.code}-{name}", name, "")
    db.add(area)
    db.flush()
    area.path = f"{parent.path}{area.id}/"
    return area


def _add_worker(db: Session, grid: Area) -> None:
    worker = Person(f"{grid.name}网格员")
    db.add(worker)
    db.flush()
    db.add(Held(PostKind.GRID_WORKER, grid.id, worker.id, "0421-0000199"))
    give_phone(db.connection(), worker.id, str(grid.id))


def give_phone(conn: Connection, person_id: int, chat: str) -> None:
    """The person has an account, and is written to in this private chat."""
    lane = f"{SENDER}/{chat}"
    add_lane(conn, lane, SENDER, "private", chat)
    bind_account(conn, (CHANNEL, ACCOUNT, chat), person_id, "zh_CN", lane)


def _move_in(conn: Connection, residents: Iterable[int]) -> None:
    """These people have accounts, and homes in the buildings from which they report."""
    with Session(conn, join_transaction_mode="rollback_only") as db:
        homes = {building.name: building.id for building in _buildings(db)}
    moved = [(n, 1000 + n, str(updates.account(n))) for n in residents]
    rows: dict[Table, list[dict[str, Any]]] = {
        people: [
            {"id": i, "name": f"居民{n}", "home_id": homes[f"{n % BUILDINGS + 1}号楼"]}
            for n, i, _ in moved
        ],
        lanes: [
            {"key": f"{SENDER}/{chat}", "sender": SENDER, "kind": "private", "chat": chat}
            for _, _, chat in moved
        ],
        accounts: [
            {
                "channel": CHANNEL,
                "bot": ACCOUNT,
                "external": chat,
                "person_id": i,
                "lane": f"{SENDER}/{chat}",
                "language": "zh_CN",
            }
            for _, i, chat in moved
        ],
    }
    for table, values in rows.items():
        if values:
            conn.execute(insert(table), values)
