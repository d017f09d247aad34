"""A district after three years: so many cases, with all that belongs to them.

A thousand cases are told by growth_stories.py, read back as rows (growth_rows.py), undone, and
written again many times over, each time on other days, by another resident, at another door of the
same grid and under another number. Only these change; what stands in the lines' `data` stays that
of the story. The words of what was closed more than a year ago are gone, as the bot deletes them.
3 % are open. Rows go in with plain inserts, or COPY, while their indexes are away.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from itertools import count, islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, Table, insert, select

from benchmarks.growth_rows import CASE_OF, Story, columns, moment, names, told
from benchmarks.house import ACCOUNT, CHANNEL, SENDER
from bot import sample
from bot.demo.stage import MORNING
from bot.sample import Scale
from governance.cases import State
from governance.org import AreaKind
from governance.policy import Policy
from storage.case_numbers import case_numbers
from storage.cases import cases
from storage.database import connect
from storage.lanes import lanes
from storage.migrating import migrate
from storage.org import areas, posts
from storage.people import accounts, people

DAYS = 3 * 365
OPEN, OF = 3, 100  # so many of so many are open
EACH = 8  # cases that one resident has reported
FIRST = 1_000_000  # the id of the first of these residents
CHUNK = 5_000
STORIES: Mapping[Scale, tuple[int, int]] = {"full": (700, 300), "small": (20, 40)}
"""So many closed ones and so many open ones are told."""
TODAY = MORNING.toordinal()

Rows: TypeAlias = dict[Table, list[list[Any]]]


def prepare(url: str, policy: Policy, count: int, due: int = 0, scale: Scale = "full") -> None:
    """A new database of the sample district with so many cases.

    So many more that nobody has taken are `due`, a second after each other, in no order of ids.
    """
    migrate(url)
    engine = connect(url)
    residents = max((count + due) // EACH, 100)
    with engine.begin() as conn:
        sample.load(conn, policy, policy.local_date(MORNING), scale)
        closed, open_ = told(conn, policy, STORIES[scale])
        _officers(conn)
        _move_in(conn, residents)
    copies = Copies(policy.district, residents)
    running = count * OPEN // OF
    not_taken = [story for story in open_ if story.state is State.ASSIGNED]
    with filling(engine) as conn:
        for some in (
            copies.long_ago(closed, count - running),
            copies.now(open_, running),
            copies.due(not_taken, due),
        ):
            _write(conn, some)
        conn.execute(insert(case_numbers), copies.last_numbers())
        conn.commit()
    engine.dispose()


# ── written again ────────────────────────────────────────────────────────────


class Copies:
    """Rows of cases, numbered in the order in which they come."""

    def __init__(self, district: str, residents: int) -> None:
        self._district, self._residents = district, residents
        self._number = columns(cases).index("number")
        self._last: Counter[int] = Counter()
        self._ids = {table: count(1) for table in CASE_OF}

    def long_ago(self, stories: Sequence[Story], total: int) -> Iterator[Rows]:
        """So many over the three years, the oldest first."""
        for n in range(total):
            yield self._again(stories[n % len(stories)], DAYS - DAYS * n // total)

    def now(self, stories: Sequence[Story], total: int) -> Iterator[Rows]:
        for n in range(total):
            yield self._again(stories[n % len(stories)], 0)

    def due(self, stories: Sequence[Story], total: int) -> Iterator[Rows]:
        """So many whose promise of contact was broken within the last hours."""
        names = columns(cases)
        for n in range(total):
            rows = self._again(stories[n % len(stories)], 0)
            at = MORNING - timedelta(seconds=1 + n * 7919 % total)
            for name in ("next_at", "contact_due"):
                rows[cases][0][names.index(name)] = f"{at:%Y-%m-%d}{moment(at)[1]}"
            yield rows

    def last_numbers(self) -> list[dict[str, Any]]:
        return [
            {"district": self._district, "day": date.fromordinal(day), "last": last}
            for day, last in self._last.items()
        ]

    def _again(self, story: Story, days: int) -> Rows:
        """The story so many days earlier, of another resident."""
        case = next(self._ids[cases])
        gone = story.forgotten is not None and story.forgotten - days <= TODAY
        door = story.doors[case * 31 % len(story.doors)]
        rows: Rows = defaultdict(list)
        for line in story.wordless if gone else story.lines:
            row = line.row.copy()
            for place, day, rest in line.moments:
                row[place] = _day(day - days) + rest
            for place, who in line.people:
                row[place] = FIRST + (case * 7919 + who) % self._residents
                if line.lane is not None:
                    row[line.lane] = f"{SENDER}/{row[place]}"
            for place, what in line.door:
                row[place] = door[what]
            if line.table is cases:
                row[self._number] = self._numbered(story.day - days)
            elif line.own is not None:
                row[line.own] = next(self._ids[line.table])
            row[line.case] = case
            rows[line.table].append(row)
        return rows

    def _numbered(self, day: int) -> str:
        self._last[day] += 1
        return f"{self._district}-{date.fromordinal(day):%Y%m%d}-{self._last[day]:04d}"


@cache
def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()


# ── into the database ────────────────────────────────────────────────────────


@contextmanager
def filling(engine: Engine) -> Iterator[Connection]:
    """A connection that writes fast while the indexes are away; afterwards they are there."""
    fast = {
        "sqlite": "PRAGMA synchronous=OFF",
        "postgresql": "SET session_replication_role=replica",
    }
    indexes = [index for table in CASE_OF for index in table.indexes]
    with engine.connect() as conn:
        raw: Any = conn.connection
        raw.cursor().execute(fast[engine.dialect.name])
        raw.commit()
        for index in indexes:
            index.drop(conn)
        conn.commit()
        yield conn
        for index in indexes:
            index.create(conn)
            conn.commit()
        conn.invalidate()  # nobody else is to have a connection that does not wait for the disk
    if engine.dialect.name == "postgresql":
        _count_on(engine)


def _count_on(engine: Engine) -> None:
    """New ids follow the last ones, and the planner knows the tables, as after a while it does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for table in CASE_OF:
            if "id" in table.c:
                last = f"select setval('{table.name}_id_seq', (select max(id) from {table.name}))"
                conn.exec_driver_sql(last)
        conn.exec_driver_sql("VACUUM ANALYZE")


def _write(conn: Connection, copies: Iterator[Rows]) -> None:
    while some := list(islice(copies, CHUNK)):
        with conn.begin():
            for table in CASE_OF:
                _insert(conn, table, [row for one in some for row in one[table]])


def _insert(conn: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    raw: Any = conn.connection
    cursor, into = raw.cursor(), f"{table.name} ({names(table)})"
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        cursor.executemany(f"insert into {into} values ({marks})", rows)
        return
    with cursor.copy(f"copy {into} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


# ── people ───────────────────────────────────────────────────────────────────


def _officers(conn: Connection) -> None:
    """Whoever holds a post has the bot on their phone."""
    _have_accounts(conn, list(conn.scalars(select(posts.c.person_id).distinct())))


def _move_in(conn: Connection, residents: int) -> None:
    """So many people live in the buildings, and have written to the bot."""
    homes = list(conn.scalars(select(areas.c.id).where(areas.c.kind == AreaKind.BUILDING)))
    ids = range(FIRST, FIRST + residents)
    rows = [{"id": i, "name": f"居民{i}", "home_id": homes[i % len(homes)]} for i in ids]
    conn.execute(insert(people), rows)
    _have_accounts(conn, ids)


def _have_accounts(conn: Connection, ids: Sequence[int]) -> None:
    chats = [(i, str(i), f"{SENDER}/{i}") for i in ids]
    lane = {"sender": SENDER, "kind": "private"}
    conn.execute(insert(lanes), [lane | {"key": key, "chat": chat} for _i, chat, key in chats])
    account = {"channel": CHANNEL, "bot": ACCOUNT, "language": "zh_CN", "noticed": True}
    rows = [account | {"external": chat, "person_id": i, "lane": key} for i, chat, key in chats]
    conn.execute(insert(accounts), rows)
