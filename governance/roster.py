"""The roster as a workbook has it, and what becomes of it.

Nothing is ever deleted; a post ends by its last day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from governance import sheets
from governance.org import AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.sheets import Table


class Sheet(StrEnum):
    """What a sheet of the workbook lists."""

    AREAS = "areas"
    UNITS = "units"
    PEOPLE = "people"


COLUMNS: Mapping[Sheet, tuple[str, ...]] = {
    Sheet.AREAS: ("code", "name", "kind", "parent", "latitude", "longitude", "households"),
    Sheet.UNITS: ("code", "name", "kind", "area", "phone", "hours", "categories"),
    Sheet.PEOPLE: (
        *("code", "name", "phone", "post", "place", "duty_phone", "partner"),
        *("since", "until", "member", "unit", "home", "skills"),
    ),
}
"""Every sheet's columns in the template's order. People: one row for each post."""


@dataclass(slots=True)
class Roster:
    """What was read from a workbook. `ignored`: titles of sheets that are no part of it."""

    tables: list[Table]
    ignored: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(table.rows) for table in self.tables)


# ── What the district knows, and what a row wants it to know ─────────────────


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """An area as the roster has it; `parent` is a code, "" for the district."""

    code: str
    name: str
    kind: AreaKind
    parent: str = ""
    latitude: float | None = None
    longitude: float | None = None
    households: int = 0


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as the roster has it. `categories` are sorted codes."""

    code: str
    name: str
    kind: UnitKind
    area: str = ""
    phone: str = ""
    hours: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as the roster has them. `mark` stands for the telephone number, which is
    known in plain only where a row has just said it."""

    code: str
    name: str
    mark: str = ""
    member: Member | None = None
    unit: str = ""
    home: str = ""
    skills: tuple[str, ...] = ()
    phone: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A post as the roster has it. `place` is the code of an area or a unit.

    `partner` is a person's id, or negative for one whom the same workbook adds.
    """

    kind: PostKind
    place: str
    phone: str = ""
    partner: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(slots=True)
class KnownPerson:
    """Somebody of the roster, with their posts by id."""

    id: int
    entry: PersonEntry
    posts: dict[int, PostEntry] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """The roster as the district has it: entries by code with their ids.

    `stamp` changes whenever anything of it does.
    """

    areas: dict[str, tuple[int, AreaEntry]] = field(default_factory=dict)
    units: dict[str, tuple[int, UnitEntry]] = field(default_factory=dict)
    people: list[KnownPerson] = field(default_factory=list)
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of the sheets, in small letters and without spaces, and what they stand for.

    `mark` turns a telephone number into what stands for it; the same number, however it is
    spaced, has the same mark.
    """

    areas: Mapping[str, AreaKind]
    units: Mapping[str, UnitKind]
    posts: Mapping[str, PostKind]
    members: Mapping[str, Member | None]
    categories: Mapping[str, str]
    nothing: frozenset[str]
    mark: Callable[[str], str]


# ── What is to be written, and what came of it ───────────────────────────────


@dataclass(slots=True)
class Plan:
    """What an import writes. Areas to add stand below those they lie in.

    People to add have negative numbers, by which their posts and partners name them.
    """

    add_areas: list[AreaEntry] = field(default_factory=list)
    change_areas: list[tuple[int, AreaEntry]] = field(default_factory=list)
    add_units: list[UnitEntry] = field(default_factory=list)
    change_units: list[tuple[int, UnitEntry]] = field(default_factory=list)
    add_people: list[tuple[int, PersonEntry]] = field(default_factory=list)
    change_people: list[tuple[int, PersonEntry, PersonEntry]] = field(default_factory=list)
    add_posts: list[tuple[int, PostEntry]] = field(default_factory=list)
    change_posts: list[tuple[int, PostEntry]] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(getattr(self, name)) for name in self.__slots__)


Outcome: TypeAlias = sheets.Outcome[Plan]
