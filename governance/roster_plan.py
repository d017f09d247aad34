"""From a workbook and what is known to what each row does: a pure function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from governance.roster import Change, Judged, Known, Line, Outcome, Plan, Roster, Sheet, Terms
from governance.roster_people import People, Places
from governance.roster_places import Areas, judge_units, unit_codes

Progress = Callable[[int, int], None]


def plan(
    roster: Roster,
    known: Known,
    terms: Terms,
    today: date,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """What an import of this workbook would do, and why some of its rows cannot go in.

    `progress` hears how many rows have been judged, and of how many.
    """
    tables = [Judged(table, [Line(table, row) for row in table.rows]) for table in roster.tables]
    lines = {
        sheet: [line for judged in tables if judged.table.sheet is sheet for line in judged.lines]
        for sheet in Sheet
    }
    total, wanted = len(roster), Plan()
    areas = Areas(lines[Sheet.AREAS], known, today)
    areas.judge(terms)
    areas.plan(wanted)
    done = len(lines[Sheet.AREAS])
    progress(done, total)
    refused = judge_units(lines[Sheet.UNITS], known, terms, areas, wanted)
    done += len(lines[Sheet.UNITS])
    progress(done, total)
    people = People(known, Places(areas, unit_codes(known, wanted), refused))
    people.judge(lines[Sheet.PEOPLE], terms, today)
    people.plan(wanted)
    nothing: dict[str, Any] = {}
    for judged in tables:
        for line in judged.lines:
            line.said = nothing
            if line.reasons:
                line.change = Change.REFUSED
    progress(total, total)
    return Outcome(tables, wanted, known.stamp, roster.ignored)
