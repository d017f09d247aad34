"""The roster's workbook: read, checked, applied, reported on, and given back.

`read` and `plan` need no database and may run beside its thread; `known` and `apply` are
short. All reasons for a refusal are in the outcome; nothing is raised for a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from bot.workbooks import roster_leaves as leaves
from bot.workbooks.parts import MOST_ROWS, Extent, Unreadable, letters_of
from bot.workbooks.sheets import table_of
from bot.workbooks.xlsx import pages, write
from governance.papers import Paper
from governance.policy import Policy
from governance.roster import COLUMNS, Known, Outcome, Roster, Sheet
from governance.roster_plan import Progress
from governance.roster_plan import plan as plan_rows
from governance.sheets import Change, Row, Table
from handlers import roster_words as words
from handlers.roster_reasons import WORDING
from handlers.turn import Turn
from storage import roster as storage
from storage import roster_writing


def read(path: Path, extents: Mapping[str, Extent] | None = None) -> Roster:
    """The roster in a workbook (`bot.workbooks.xlsx.pages`). Raises `Unreadable`, whose code says why."""
    found: list[Table] = []
    ignored: list[str] = []
    for page in pages(path, extents):
        table = table_of(page, words.FORMS)
        if table is None:
            ignored.append(page.title)
        else:
            found.append(table)
        if sum(len(table.rows) for table in found) > MOST_ROWS:
            raise Unreadable("too_many_rows")
    if not found:
        raise Unreadable("no_known_sheet")
    if not any(table.rows for table in found):
        raise Unreadable("empty")
    return Roster(found, tuple(ignored))


def from_rows(rows: Mapping[Sheet, Iterable[Mapping[str, str]]]) -> Roster:
    """A roster that comes from no workbook; columns that a row does not name are blank."""
    tables = []
    for sheet, some in rows.items():
        columns = COLUMNS[sheet]
        letters = {column: letters_of(at) for at, column in enumerate(columns)}
        lines = [
            Row(number, tuple(row.get(column, "") for column in columns))
            for number, row in enumerate(some, 2)
        ]
        tables.append(Table(sheet, sheet, columns, letters, lines))
    return Roster(tables)


def plan(
    roster: Roster,
    known: Known,
    policy: Policy,
    today: date,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """What an import would do to the roster that is known; touches no database."""
    return plan_rows(roster, known, words.terms(policy), today, progress)


def check(
    conn: Connection,
    roster: Roster,
    policy: Policy,
    today: date,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """What an import would do now. Nothing is written."""
    return plan(roster, storage.known(conn), policy, today, progress)


def apply(
    conn: Connection,
    roster: Roster,
    policy: Policy,
    today: date,
    progress: Progress = lambda done, total: None,
    *,
    skip_refused: bool = False,
    checked: Outcome | None = None,
) -> Outcome:
    """The roster is in, unless a row was refused and `skip_refused` is not set.

    What was `checked` before counts only while the district's roster is still the same. Rows
    that change nothing write nothing. The caller commits.
    """
    known = storage.known(conn)
    outcome = checked
    if outcome is None or outcome.stamp != known.stamp:
        outcome = plan(roster, known, policy, today)
    outcome.written = outcome.ok or skip_refused
    total = len(outcome.plan)
    if outcome.written and total:
        roster_writing.write(conn, outcome.plan, known, today, _counting(progress, total))
    return outcome


def _counting(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        progress(min(done, total), total)

    return more


def report(outcome: Outcome, path: Path, language: str) -> None:
    """A workbook with every row, what becomes of it and why, in the reader's language."""
    write(path, leaves.of_outcome(outcome, WORDING, language))


def export(conn: Connection, path: Path, language: str) -> None:
    """The whole roster in the template's form, telephone numbers included.

    Only for who may take the roster out; whoever offers it writes down who took it.
    """
    write(path, leaves.of_roster(storage.known(conn), storage.phones(conn), language))


def template(path: Path, language: str) -> None:
    """A workbook to fill in, with a few invented rows that show how."""
    write(path, leaves.of_template(language))


class RosterBook:
    """A roster that came in, judged."""

    def __init__(
        self,
        conn: Connection,
        path: Path,
        extents: Mapping[str, Extent],
        policy: Policy,
        today: date,
        progress: Progress,
    ) -> None:
        self._today = today
        self._rows = read(path, extents)
        self._outcome = plan(self._rows, storage.known(conn), policy, today, progress)

    @property
    def counts(self) -> Mapping[str, int]:
        return {str(change): self._outcome.count(change) for change in Change}

    def report(self, path: Path, language: str) -> None:
        report(self._outcome, path, language)

    def write(self, turn: Turn, paper: Paper) -> bool:
        self._outcome = apply(
            turn.db.connection(),
            self._rows,
            turn.policy,
            self._today,
            skip_refused=paper.skip_refused,
            checked=self._outcome,
        )
        return self._outcome.written
