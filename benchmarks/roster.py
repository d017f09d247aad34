"""The roster's import: a district's workbook, from the file to the commit.

9 streets, 42 communities and 620 grids with 2,000 buildings of three entrances for 100,000
households; 560 units; 5,000 members, of whom every sixth holds a post. The workbook is made
in one process and imported in another, whose memory counts from its first module on.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks import fresh
from governance.org import AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.roster import (
    AreaEntry,
    Known,
    KnownPerson,
    PersonEntry,
    PostEntry,
    Sheet,
    UnitEntry,
)
from governance.sheets import Change

STREETS, COMMUNITIES, GRIDS, BUILDINGS, ENTRANCES = 9, 42, 620, 2_000, 3
HOUSEHOLDS, UNITS, MEMBERS = 100_000, 560, 5_000
TODAY = date(2026, 11, 23)
_CATEGORIES = ("0101", "0201", "0301", "0405")


def measure(quick: bool) -> dict[str, Any]:
    """Rows of each kind, seconds from opening the file to the commit, and the peak in MB."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        fresh.call(make, folder / "roster.xlsx", 50 if quick else 1)
        return fresh.call(bring_in, folder)


def make(path: Path, share: int) -> None:
    """The workbook, with one in `share` of everything below the streets."""
    from bot.workbooks.roster_leaves import of_roster
    from bot.workbooks.xlsx import write

    known = Known()
    _areas(known, share)
    grids = [code for code, (_id, area) in known.areas.items() if area.kind is AreaKind.GRID]
    for n in range(max(UNITS // share, 1)):
        duty = (_CATEGORIES[n % len(_CATEGORIES)],)
        unit = UnitEntry(
            f"U-{n:03}", f"第{n}单位", UnitKind.DEPARTMENT, "D", "0421-0000100", "8:30-18:00", duty
        )
        known.units[unit.code] = (n, unit)
    known.people = list(_people(grids, len(known.units), max(MEMBERS // share, 6)))
    phones = {person.id: f"1390{person.id:07}" for person in known.people}
    write(path, of_roster(known, phones, "zh_CN"))


def _areas(known: Known, share: int) -> None:
    def add(code: str, kind: AreaKind, parent: str, households: int = 0) -> None:
        entry = AreaEntry(code, f"{code}号", kind, parent, None, None, households)
        known.areas[code] = (len(known.areas), entry)

    communities, grids, buildings = (max(n // share, 1) for n in (COMMUNITIES, GRIDS, BUILDINGS))
    each = HOUSEHOLDS // share // (buildings * ENTRANCES)
    more = HOUSEHOLDS // share - each * buildings * ENTRANCES
    add("D", AreaKind.DISTRICT, "")
    for n in range(STREETS):
        add(f"S{n}", AreaKind.STREET, "D")
    for n in range(communities):
        add(f"C{n}", AreaKind.COMMUNITY, f"S{n % STREETS}")
    for n in range(grids):
        add(f"G{n}", AreaKind.GRID, f"C{n % communities}")
    for n in range(buildings):
        add(f"B{n}", AreaKind.BUILDING, f"G{n % grids}")
    for n in range(buildings * ENTRANCES):
        add(f"E{n}", AreaKind.STAIRWELL, f"B{n % buildings}", each + (n < more))


def _people(grids: list[str], units: int, members: int) -> Iterator[KnownPerson]:
    for n in range(1, members + 1):
        entry = PersonEntry(
            f"P{n:05}", f"党员{n}", "x", Member.PARTY, f"U-{n % units:03}", "", ("巡查", "维修")
        )
        person = KnownPerson(n, entry)
        if n % 6 == 0:
            grid = grids[n // 6 % len(grids)]
            post = PostEntry(PostKind.GRID_WORKER, grid, "0421-0000100", None, TODAY)
            person.posts[n] = post
        yield person


def bring_in(folder: Path) -> dict[str, Any]:
    """The figures of this process, in which the folder's workbook is imported."""
    from bot import decisions, settings
    from bot.workbooks import roster
    from storage import database, migrating, secrets

    secrets.unlock([secrets.new_key()])
    url = f"sqlite:///{folder / 'roster.db'}"
    migrating.migrate(url)
    policy = decisions.policy(settings.Settings(), decisions.categories())
    engine = database.connect(url)
    started = perf_counter()
    rows = roster.read(folder / "roster.xlsx")
    with engine.begin() as conn:
        outcome = roster.apply(conn, rows, policy, TODAY)
    seconds = perf_counter() - started
    engine.dispose()
    assert outcome.ok
    added = {sheet: counter[Change.ADDED] for sheet, counter in outcome.counts.items()}
    households = sum(entry.households for entry in outcome.plan.add_areas)
    return {
        "areas": added[Sheet.AREAS],
        "units": added[Sheet.UNITS],
        "people": added[Sheet.PEOPLE],
        "households": households,
        "seconds": round(seconds, 2),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3))
