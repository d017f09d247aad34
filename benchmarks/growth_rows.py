"""The stories of growth_stories.py as the rows that they are in each table, to be written again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from benchmarks.growth_stories import Cast, Stories
from bot.demo.stage import MORNING
from governance.casefile import Case
from governance.cases import WORDS, Role, State
from governance.org import AreaKind
from governance.people import Person
from governance.policy import Policy
from storage.cards import cards
from storage.caselives import case_lives
from storage.cases import case_events, case_followers, cases
from storage.media import media
from storage.org import areas
from storage.schema import Utc

_Told: TypeAlias = list[tuple[Table, dict[str, Any]]]

CASE_OF = {
    cases: "id",
    case_events: "case_id",
    case_lives: "case_id",
    case_followers: "case_id",
    cards: "subject",
    media: "subject_id",
}
"""Where a case stands in each table that is filled, in the order in which they are written."""
_PERSON = ("reporter_id", "by_person", "person_id")
_WORDLESS: Mapping[Table, Mapping[str, Any]] = {
    cases: {"text": "", "outcome_note": "", "redo_words": "", "words_until": None},
    media: {"state": "deleted", "file": ""},
}
"""What becomes of a row whose words are deleted."""

Door: TypeAlias = tuple[int, str, float | None, float | None]
_DOOR = ("area_id", "path", "latitude", "longitude")
_DOORS = select(*(areas.c[name] for name in ("id", *_DOOR[1:]))).where(
    areas.c.kind.in_([AreaKind.BUILDING, AreaKind.STAIRWELL])
)


@dataclass(slots=True)
class Line:
    """One row of a story, and where in it stands what is another each time."""

    table: Table
    row: list[Any]
    own: int | None  # its id, where it has one
    case: int
    moments: list[tuple[int, int, str]]  # where, on which day, at what time
    people: list[tuple[int, int]]  # where, who of the cast
    lane: int | None  # of somebody of the cast
    door: list[tuple[int, int]]  # where, what of the door


@dataclass(slots=True)
class Story:
    """One case with all its rows, and the same without its words."""

    day: int
    forgotten: int | None
    state: State
    doors: Sequence[Door]
    lines: list[Line]
    wordless: list[Line]


def told(
    conn: Connection, policy: Policy, many: tuple[int, int]
) -> tuple[list[Story], list[Story]]:
    """The closed and the open ones; nothing of them is left in the database."""
    undone = conn.begin_nested()
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        residents = [Person(name) for name in ("居民甲", "居民乙", "居民丙")]
        db.add_all(residents)
        db.flush()
        reporter, *followers = residents
        stories = Stories(db, policy, Cast(reporter, (followers[0], followers[1])), MORNING)
        both = stories.closed(many[0]), stories.open(many[1])
        rows = _rows(conn)
        cast, doors = [person.id for person in residents], _doors(conn)
        closed, open_ = (
            [_story(case, rows[case.id], cast, doors[_grid(case.path)]) for case in some]
            for some in both
        )
    undone.rollback()
    return closed, open_


def _rows(conn: Connection) -> Mapping[int, _Told]:
    """The rows that are there, by their case, as the driver reads them."""
    found: dict[int, _Told] = defaultdict(list)
    for table, case in CASE_OF.items():
        for row in conn.exec_driver_sql(f"select {names(table)} from {table.name}"):
            values = dict(zip(columns(table), row, strict=True))
            found[values[case]].append((table, values))
    return found


def _doors(conn: Connection) -> Mapping[str, list[Door]]:
    """The buildings and stairwells of each grid, each with the point of its building."""
    found: dict[str, list[Door]] = defaultdict(list)
    point: tuple[float | None, float | None] = None, None
    for area_id, path, latitude, longitude in conn.execute(_DOORS.order_by(areas.c.path)):
        point = (latitude, longitude) if latitude else point
        found[_grid(path)].append((area_id, path, *point))
    return found


def _grid(path: str) -> str:
    """District, street, community and grid of an area's path."""
    return "/".join(path.split("/")[:5])


def _story(case: Case, rows: _Told, cast: Sequence[int], doors: Sequence[Door]) -> Story:
    return Story(
        case.opened_at.toordinal(),
        case.words_until.toordinal() if case.words_until else None,
        case.state,
        doors,
        [_line(table, values, cast) for table, values in rows],
        [_line(table, _wordless(table, values), cast) for table, values in rows],
    )


def _wordless(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    values = {**values, **_WORDLESS.get(table, {})}
    if table is case_events:
        data = values["data"]
        data = json.loads(data) if isinstance(data, str) else data
        values["data"] = {key: code for key, code in data.items() if key not in WORDS}
        values["by_name"] = "" if values["by_role"] == Role.REPORTER else values["by_name"]
    return values


def _line(table: Table, values: dict[str, Any], cast: Sequence[int]) -> Line:
    where = {name: place for place, name in enumerate(values)}
    theirs = [(where[n], cast.index(values[n])) for n in _PERSON if values.get(n) in cast]
    return Line(
        table,
        [_plain(value) for value in values.values()],
        where.get("id"),
        where[CASE_OF[table]],
        [
            (place, *moment(values[name]))
            for name, place in where.items()
            if isinstance(table.c[name].type, Utc) and values[name] is not None
        ],
        theirs,
        where["lane"] if table is cards and theirs else None,
        [(where[name], n) for n, name in enumerate(_DOOR) if name in where],
    )


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(value: Any) -> tuple[int, str]:
    """The day, and the time as SQLite keeps it and PostgreSQL reads it."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return at.toordinal(), at.isoformat(" ", "microseconds")[10:]


def columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in columns(table))
