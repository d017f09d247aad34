"""`shaodao import`, `export` and `template`: workbooks of roster and guide in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import typer
from rich.console import Console
from rich.progress import Progress as Bars
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot import decisions
from bot.commands import beginning
from bot.settings import Settings
from bot.workbooks import guide, roster
from bot.workbooks.parts import Unreadable
from bot.workbooks.roster_leaves import first_reasons, of_outcome, pen_for, standing
from bot.workbooks.xlsx import write
from governance.policy import Policy
from governance.privacy import What
from governance.roster import Plan
from governance.roster_plan import Progress
from governance.sheets import Change, Outcome
from handlers import roster_reasons
from handlers.guide import sheets as guide_sheets
from handlers.sheets import CHANGES, UNREADABLE, Wording
from handlers.words import Text, _, ngettext
from storage import privacy

ALL_IN, REFUSED, CANNOT_READ = 0, 1, 2
Of: TypeAlias = Literal["roster", "guide"]
FIRST = 10
"""Reasons that are printed; the report has them all."""


def bring_in(
    chosen: Settings,
    file: Path,
    *,
    dry_run: bool,
    report: Path | None,
    skip_refused: bool,
    language: str,
) -> int:
    """What the workbook holds is in, or was checked; returns the exit code.

    The bot may be running: the rows are judged before the database is locked.
    """
    say = _Speaker(language)
    try:
        book: _Book = _GuideFile(file) if guide.is_one(file) else _RosterFile(file)
    except FileNotFoundError:
        say(_("{path}: there is no such file", path=str(file)), wrong=True)
        return CANNOT_READ
    except OSError:
        say(_("{path}: cannot be opened; is it a file you may read?", path=str(file)), wrong=True)
        return CANNOT_READ
    except Unreadable as why:
        say(_("{path}: {reason}", path=str(file), reason=UNREADABLE[why.code]), wrong=True)
        return CANNOT_READ
    # Nobody is to learn only after the rows are in that the result cannot be told.
    if report is not None and not _takes_a_file(report, say):
        return CANNOT_READ
    outcome = _import(chosen, book, say, dry_run=dry_run, skip_refused=skip_refused)
    if report is None and not outcome.ok:
        report = file.with_name(f"{file.stem}-result.xlsx")
    _tell(outcome, book.wording, say, language)
    if report is not None and _takes_a_file(report, say):
        write(report, of_outcome(outcome, book.wording, language))
        say(_("The result of each row is in {path}.", path=str(report)))
    return ALL_IN if outcome.ok else REFUSED


class _Speaker:
    def __init__(self, language: str) -> None:
        self.words = pen_for(language)

    def __call__(self, text: Text, *, wrong: bool = False) -> None:
        typer.echo(self.words(text), err=wrong)


def _takes_a_file(path: Path, say: _Speaker) -> bool:
    """Whether a workbook can be written there; if not, it has been said why."""
    try:
        path.open("ab").close()
    except OSError:
        say(_("{path}: cannot be written; name another place", path=str(path)), wrong=True)
        return False
    return True


class _Book(Protocol):
    """A workbook that was read: what it would do, and doing it."""

    wording: Wording

    def check(self, conn: Connection, policy: Policy, progress: Progress) -> Outcome[Any]: ...

    def write(
        self, conn: Connection, policy: Policy, progress: Progress, *, skip_refused: bool
    ) -> Outcome[Any]: ...


class _RosterFile:
    wording = roster_reasons.WORDING

    def __init__(self, file: Path) -> None:
        self._rows = roster.read(file)
        self._checked: Outcome[Plan] | None = None

    def check(self, conn: Connection, policy: Policy, progress: Progress) -> Outcome[Any]:
        self._checked = roster.check(conn, self._rows, policy, _today(policy), progress)
        return self._checked

    def write(
        self, conn: Connection, policy: Policy, progress: Progress, *, skip_refused: bool
    ) -> Outcome[Any]:
        return roster.apply(
            *(conn, self._rows, policy, _today(policy), progress),
            skip_refused=skip_refused,
            checked=self._checked,
        )


class _GuideFile:
    wording = guide_sheets.WORDING

    def __init__(self, file: Path) -> None:
        self._tables, self._ignored = guide.read(file)

    def check(self, conn: Connection, policy: Policy, progress: Progress) -> Outcome[Any]:
        with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
            read = (db, self._tables, self._ignored, guide.EVERYWHERE)
            return guide.plan(*read, policy, _today(policy))

    def write(
        self, conn: Connection, policy: Policy, progress: Progress, *, skip_refused: bool
    ) -> Outcome[Any]:
        with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
            read = (db, self._tables, self._ignored, guide.EVERYWHERE)
            return guide.apply(*read, policy, datetime.now(UTC), skip_refused=skip_refused)


def _today(policy: Policy) -> date:
    return policy.local_date(datetime.now(UTC))


def _import(
    chosen: Settings, book: _Book, say: _Speaker, *, dry_run: bool, skip_refused: bool
) -> Outcome[Any]:
    policy = decisions.policy(chosen, decisions.categories())
    with beginning.opened(chosen) as engine, _bars() as bar:
        checking = bar(say.words(_("Checking")))
        with engine.connect().execution_options(read=True) as conn:
            outcome = book.check(conn, policy, checking)
        changes = outcome.count(Change.ADDED) + outcome.count(Change.CHANGED)
        if dry_run or not (outcome.ok or skip_refused) or not changes:
            outcome.written = outcome.ok and not dry_run
            return outcome
        writing = bar(say.words(_("Writing")))
        with engine.begin() as conn:
            return book.write(conn, policy, writing, skip_refused=skip_refused)


_Begin: TypeAlias = Callable[[str], Progress]


@contextmanager
def _bars() -> Iterator[_Begin]:
    """A bar for each step on a terminal, and nothing where the output goes into a file."""
    with Bars(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:

        def begin(name: str) -> Progress:
            task = bars.add_task(name)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield begin


def _tell(outcome: Outcome[Any], wording: Wording, say: _Speaker, language: str) -> None:
    for sheet, counter in outcome.counts.items():
        counts = "  ".join(f"{say.words(CHANGES[change])} {counter[change]}" for change in Change)
        say(_("{sheet}: {counts}", sheet=wording.titles[sheet], counts=counts))
    for line in first_reasons(outcome, wording, language, FIRST):
        typer.echo(line, err=True)
    more = outcome.count(Change.REFUSED) - FIRST
    if more > 0:
        say(ngettext("and {count} more row", "and {count} more rows", more), wrong=True)
    say(standing(outcome), wrong=not outcome.ok)


def start(file: Path, language: str, of: Of = "roster") -> int:
    """An empty workbook is in the file; one that somebody has filled in stays as it is."""
    say = _Speaker(language)
    if file.exists():
        say(_("{path}: there is a file already; name another one", path=str(file)), wrong=True)
        return REFUSED
    if not _takes_a_file(file, say):
        return CANNOT_READ
    (guide if of == "guide" else roster).template(file, language)
    say(_("{path}: fill it in, then check it with: shaodao import --dry-run", path=str(file)))
    return ALL_IN


def take_out(chosen: Settings, file: Path, language: str, of: Of = "roster") -> int:
    """The whole roster is in the file, telephone numbers included, and everybody in it can read
    that it was taken out; or the whole guide."""
    if not _takes_a_file(file, _Speaker(language)):
        return CANNOT_READ
    with beginning.opened(chosen) as engine:
        if of == "roster":
            with (
                engine.begin() as conn,
                Session(conn, join_transaction_mode="rollback_only") as db,
            ):
                privacy.viewed(db, None, None, What.ROSTER, "console", datetime.now(UTC))
        with engine.connect().execution_options(read=True) as conn:
            if of == "roster":
                roster.export(conn, file, language)
            else:
                policy = decisions.policy(chosen, decisions.categories())
                guide.export(conn, file, guide.EVERYWHERE, policy, language)
    return ALL_IN
