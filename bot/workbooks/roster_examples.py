"""The invented rows of the roster's template: every column is filled in at least once."""

from __future__ import annotations

from datetime import date

from governance.org import AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.roster import AreaEntry, Known, KnownPerson, PersonEntry, PostEntry, UnitEntry

_GRID = "YL-01-01-1"
_NAMES = {
    "zh_CN": {
        "YL": "云岭区",
        "YL-01": "松涛街道",
        "YL-01-01": "晨光社区",
        _GRID: "第一网格",
        f"{_GRID}-3": "3号楼",
        f"{_GRID}-3-1": "1单元",
        "U-01": "云岭路灯所",
        "P-001": "高明",
        "P-002": "沈华",
        "P-003": "柳岚",
        "P-004": "周宁",
        "plumbing": "修水电",
    },
    "en": {
        "YL": "Yunling",
        "YL-01": "Songtao",
        "YL-01-01": "Chenguang",
        _GRID: "Grid 1",
        f"{_GRID}-3": "Building 3",
        f"{_GRID}-3-1": "Entrance 1",
        "U-01": "Street lamps",
        "P-001": "Gao Ming",
        "P-002": "Shen Hua",
        "P-003": "Liu Lan",
        "P-004": "Zhou Ning",
        "plumbing": "plumbing",
    },
}


def of(language: str) -> tuple[Known, dict[int, str]]:
    """A small roster, and the telephone numbers of its people."""
    names = _NAMES[language]
    known = Known(areas=_areas(names), people=_people(names))
    name, kind, hours = names["U-01"], UnitKind.DEPARTMENT, "8:30-18:00"
    lamps = UnitEntry("U-01", name, kind, "YL", "0421-0000201", hours, ("0201",))
    known.units["U-01"] = (1, lamps)
    return known, {n: f"0421-000021{n}" for n in range(1, 5)}


def _areas(names: dict[str, str]) -> dict[str, tuple[int, AreaEntry]]:
    codes = ("YL", "YL-01", "YL-01-01", _GRID, f"{_GRID}-3", f"{_GRID}-3-1")
    parents = ("", *codes)
    found: dict[str, tuple[int, AreaEntry]] = {}
    for number, (kind, code, parent) in enumerate(zip(AreaKind, codes, parents, strict=False), 1):
        found[code] = (number, AreaEntry(code, names[code], kind, parent))
    building, door = codes[4], codes[5]
    found[building] = (5, AreaEntry(*_start(found[building][1]), 41.8021, 120.779, 48))
    found[door] = (6, AreaEntry(*_start(found[door][1]), households=12))
    return found


def _start(entry: AreaEntry) -> tuple[str, str, AreaKind, str]:
    return entry.code, entry.name, entry.kind, entry.parent


def _people(names: dict[str, str]) -> list[KnownPerson]:
    since, until = date(2026, 1, 1), date(2028, 12, 31)
    worker = PostKind.GRID_WORKER
    people = [
        KnownPerson(1, PersonEntry("P-001", names["P-001"], member=Member.PARTY, unit="U-01")),
        KnownPerson(2, PersonEntry("P-002", names["P-002"], skills=(names["plumbing"],))),
        KnownPerson(3, PersonEntry("P-003", names["P-003"], home=f"{_GRID}-3-1")),
        KnownPerson(4, PersonEntry("P-004", names["P-004"])),
    ]
    people[0].posts[1] = PostEntry(worker, _GRID, "0421-0000202", 2, since)
    people[1].posts[2] = PostEntry(worker, _GRID, "0421-0000203", 1, since, until)
    people[2].posts[3] = PostEntry(PostKind.UNIT_DUTY, "U-01", "0421-0000201")
    # Without these two nobody looks after the roster, and nobody answers at night.
    people[3].posts[4] = PostEntry(PostKind.ADMINISTRATOR, "YL", "0421-0000204")
    people[3].posts[5] = PostEntry(PostKind.DISTRICT_DESK, "YL", "0421-0000204")
    return people
