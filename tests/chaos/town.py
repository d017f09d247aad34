"""The district of a chaos run: the sample, and more grids, so that many people act at once.

A messenger takes one message a second for one chat, so whoever has to hear of everything
would slow the whole run: each grid has a worker of its own and few residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot import decisions, keys, sample, settings
from bot.sample.people import row_of
from bot.workbooks import roster
from governance.org import AreaKind, PostKind
from governance.people import Member, Person
from governance.policy import Policy
from governance.roster import Sheet
from storage import lanes, org, people
from storage.database import connect
from storage.migrating import migrate
from storage.people import people as table
from tests.chaos.clocks import BEGIN

CHANNEL, ACCOUNT = "telegram", "8000000001"
SENDER = f"{CHANNEL}/{ACCOUNT}"
GROUP = -1001
COMMUNITY = "QH-LL-CH"
FIRST_GRID = 3  # the story has two in this community
FIRST_BUILDING = 31
STAFF, RESIDENTS, VOLUNTEERS, OFFICERS = 200, 1000, 3000, 5000


@dataclass(frozen=True, slots=True)
class Size:
    """How many people act."""

    grids: int
    residents_a_grid: int
    volunteers: int
    units: int
    """Called by each whistle."""
    days: int
    """Steps in which the last four days pass."""
    drivers: tuple[str, ...]
    """The libraries through which Telegram is spoken with."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a Telegram account, and where they live or work."""

    id: int
    name: str
    building: int = 0
    worker: int = 0
    """The account of the grid worker who answers for where they live."""
    first: bool = False
    """Whether they are the first of their grid."""


@dataclass(frozen=True, slots=True)
class People:
    """Who there is, by what they do in the run."""

    residents: list[Somebody]
    workers: list[Somebody]
    volunteers: list[Somebody]
    story: dict[str, Somebody]

    @property
    def everybody(self) -> list[Somebody]:
        return [*self.residents, *self.workers, *self.volunteers, *self.story.values()]


def prepare(url: str, folder: Path, size: Size) -> People:
    """The database is migrated and holds the district; everybody has an account."""
    keys.throwaway(folder)
    migrate(url)
    engine = connect(url)
    policy = decisions.policy(settings.load(None), decisions.categories())
    with engine.begin() as conn:
        ids = sample.load(conn, policy, policy.local_date(BEGIN))
        found = _settle(conn, policy, size, ids)
    engine.dispose()
    return found


def _settle(conn: Connection, policy: Policy, size: Size, ids: dict[str, int]) -> People:
    _more_grids(conn, policy, size)
    workers = [
        Somebody(STAFF + n, f"网格员{_letters(n)}", FIRST_BUILDING + n) for n in range(size.grids)
    ]
    residents = [
        Somebody(
            *(RESIDENTS + n, f"居民{_letters(n)}", FIRST_BUILDING + grid, STAFF + grid),
            first=n < size.grids,
        )
        for n in range(size.grids * size.residents_a_grid)
        for grid in [n % size.grids]
    ]
    volunteers = [Somebody(VOLUNTEERS + n, f"志愿{_letters(n)}") for n in range(size.volunteers)]
    story = {
        key: Somebody(OFFICERS + n, sample.BY_KEY[key].name) for n, key in enumerate(sorted(ids))
    }
    codes = {code: pid for pid, code in conn.execute(select(table.c.id, table.c.code))}
    bound = {str(story[key].id): ids[key] for key in ids}
    bound |= {str(w.id): codes[_code(n)] for n, w in enumerate(workers)}
    sample.bind(conn, bound, CHANNEL, ACCOUNT, "zh_CN", str(GROUP))
    _move_in(conn, residents, volunteers)
    return People(residents, workers, volunteers, story)


def _code(grid: int) -> str:
    return f"P{STAFF + grid:04d}"


def _letters(n: int) -> str:
    """A name without digits: digits are masked where people are shown to others."""
    return "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in f"{n:03d}")


def _more_grids(conn: Connection, policy: Policy, size: Size) -> None:
    areas, staff = [], []
    for n in range(size.grids):
        grid = f"{COMMUNITY}-{FIRST_GRID + n}"
        number = FIRST_BUILDING + n
        areas.append(
            {
                "code": grid,
                "name": f"第{FIRST_GRID + n}网格",
                "kind": AreaKind.GRID,
                "parent": COMMUNITY,
            }
        )
        areas.append(
            {
                "code": f"{grid}-{number}",
                "name": f"{number}号楼",
                "kind": AreaKind.BUILDING,
                "parent": grid,
            }
        )
        staff.append(
            row_of(
                STAFF + n,
                f"网格员{_letters(n)}",
                post=PostKind.GRID_WORKER,
                place=grid,
                duty_phone=f"0421-0005{n:03d}",
            )
        )
    rows = {Sheet.AREAS: areas, Sheet.PEOPLE: staff}
    outcome = roster.apply(conn, roster.from_rows(rows), policy, policy.local_date(BEGIN))
    assert outcome.ok, [refused.reasons for refused in outcome.refused]


def _move_in(conn: Connection, residents: list[Somebody], volunteers: list[Somebody]) -> None:
    """They have accounts; residents a home, volunteers are registered."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        homes = {
            area.name: area.id
            for area in org.below(db, org.by_code(db, COMMUNITY), AreaKind.BUILDING)
        }
        for somebody in [*residents, *volunteers]:
            home = homes[f"{somebody.building}号楼"] if somebody.building else None
            member = None if somebody.building else Member.VOLUNTEER
            person = Person(somebody.name, home, member=member)
            db.add(person)
            db.flush()
            lane = f"{SENDER}/{somebody.id}"
            lanes.add_lane(conn, lane, SENDER, "private", str(somebody.id))
            account = (CHANNEL, ACCOUNT, str(somebody.id))
            people.bind_account(conn, account, person.id, "zh_CN", lane)
