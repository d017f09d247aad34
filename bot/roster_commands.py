"""`shaodao import`, `export` and `template`: the roster's workbook in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import typer
from rich.console import Console
from rich.progress import Progress as Bars
from sqlalchemy.orm import Session

from bot import decisions, roster
from bot.roster_leaves import first_reasons, pen_for, standing
from bot.settings import Settings
from bot.workbook_parts import Unreadable
from governance.privacy import What
from governance.roster import Outcome, Roster
from governance.roster_plan import Progress
from governance.sheets import Change
from handlers.papers import UNREADABLE
from handlers.roster_words import TITLES
from handlers.sheets import CHANGES
from handlers.words import Text, _, ngettext
from storage import privacy
from storage.database import connect
from storage.roster import known

ALL_IN, REFUSED, CANNOT_READ = 0, 1, 2
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
    """The roster is in, or was checked; returns the exit code.

    The bot may be running: the rows are judged before the database is locked.
    """
    say = _Speaker(language)
    try:
        rows = roster.read(file)
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
    outcome = _import(chosen, rows, say, dry_run=dry_run, skip_refused=skip_refused)
    if report is None and not outcome.ok:
        report = file.with_name(f"{file.stem}-result.xlsx")
    _tell(outcome, say, language)
    if report is not None and _takes_a_file(report, say):
        roster.report(outcome, report, language)
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


def _import(
    chosen: Settings, rows: Roster, say: _Speaker, *, dry_run: bool, skip_refused: bool
) -> Outcome:
    policy = decisions.policy(chosen, decisions.categories())
    today = policy.local_date(datetime.now(UTC))
    engine = connect(chosen.database.url)
    try:
        with _bars() as bar:
            with engine.connect().execution_options(read=True) as conn:
                was = known(conn)
            checking = bar(say.words(_("Checking")))
            outcome = roster.plan(rows, was, policy, today, checking)
            if dry_run or not (outcome.ok or skip_refused) or not len(outcome.plan):
                outcome.written = outcome.ok and not dry_run
                return outcome
            writing = bar(say.words(_("Writing")))
            with engine.begin() as conn:
                return roster.apply(
                    *(conn, rows, policy, today, writing),
                    skip_refused=skip_refused,
                    checked=outcome,
                )
    finally:
        engine.dispose()


_Begin: TypeAlias = Callable[[str], Progress]


@contextmanager
def _bars() -> Iterator[_Begin]:
    """A bar for each step on a terminal, and nothing where the output goes into a file."""
    with Bars(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:

        def begin(name: str) -> Progress:
            task = bars.add_task(name)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield begin


def _tell(outcome: Outcome, say: _Speaker, language: str) -> None:
    for sheet, counter in outcome.counts.items():
        counts = "  ".join(f"{say.words(CHANGES[change])} {counter[change]}" for change in Change)
        say(_("{sheet}: {counts}", sheet=TITLES[sheet], counts=counts))
    for line in first_reasons(outcome, language, FIRST):
        typer.echo(line, err=True)
    more = outcome.count(Change.REFUSED) - FIRST
    if more > 0:
        say(ngettext("and {count} more row", "and {count} more rows", more), wrong=True)
    say(standing(outcome), wrong=not outcome.ok)


def start(file: Path, language: str) -> int:
    """An empty roster is in the file; one that somebody has filled in stays as it is."""
    say = _Speaker(language)
    if file.exists():
        say(_("{path}: there is a file already; name another one", path=str(file)), wrong=True)
        return REFUSED
    if not _takes_a_file(file, say):
        return CANNOT_READ
    roster.template(file, language)
    say(_("{path}: fill it in, then check it with: shaodao import --dry-run", path=str(file)))
    return ALL_IN


def take_out(chosen: Settings, file: Path, language: str) -> int:
    """The whole roster is in the file, telephone numbers included; everybody in it can read
    that it was taken out."""
    if not _takes_a_file(file, _Speaker(language)):
        return CANNOT_READ
    engine = connect(chosen.database.url)
    try:
        with (
            engine.begin() as conn,
            Session(conn, join_transaction_mode="rollback_only") as db,
        ):
            privacy.viewed(db, None, None, What.ROSTER, "console", datetime.now(UTC))
        with engine.connect().execution_options(read=True) as conn:
            roster.export(conn, file, language)
    finally:
        engine.dispose()
    return ALL_IN
