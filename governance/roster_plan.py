"""From a workbook and what is known to what each row does: a pure function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from governance.roster import Known, Outcome, Plan, Roster, Sheet, Terms
from governance.roster_cells import read_area, read_person, read_unit
from governance.roster_people import People, Places
from governance.roster_places import Areas, judge_units, unit_codes
from governance.sheets import Change, Judged, Line

Progress = Callable[[int, int], None]
STEP = 500
_READ: Mapping[Sheet, Callable[[Line, Terms, date], None]] = {
    Sheet.AREAS: read_area,
    Sheet.UNITS: read_unit,
    Sheet.PEOPLE: read_person,
}


def plan(
    roster: Roster,
    known: Known,
    terms: Terms,
    today: date,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """What an import of this workbook would do, and why some of its rows cannot go in.

    `progress` hears how many rows have been read, and of how many; at the end, of all.
    """
    tables = [Judged(table, [Line(table, row) for row in table.rows]) for table in roster.tables]
    lines = {
        sheet: [line for judged in tables if judged.table.sheet is sheet for line in judged.lines]
        for sheet in Sheet
    }
    total, wanted = len(roster), Plan()
    for done, (sheet, line) in enumerate((s, line) for s in Sheet for line in lines[s]):
        _READ[sheet](line, terms, today)
        if done % STEP == 0:
            progress(done, total)
    areas = Areas(lines[Sheet.AREAS], known, today)
    areas.judge()
    areas.plan(wanted)
    refused = judge_units(lines[Sheet.UNITS], known, areas, wanted)
    people = People(known, Places(areas, unit_codes(known, wanted), refused))
    people.judge(lines[Sheet.PEOPLE], terms)
    people.plan(wanted)
    nothing: dict[str, Any] = {}
    for judged in tables:
        for line in judged.lines:
            line.said = nothing
            if line.reasons:
                line.change = Change.REFUSED
    progress(total, total)
    return Outcome(tables, wanted, known.stamp, roster.ignored)
