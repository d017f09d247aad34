"""回访单 as a workbook: made for whoever may telephone, and read when it comes back filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.parts import Unreadable, look
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.sheets import table_of
from bot.workbooks.xlsx import Cell, Leaf, pages, write
from governance.authority import Power
from governance.casefile import Case
from governance.cells import word
from governance.papers import Paper
from governance.policy import Policy
from governance.privacy import What, mask_phone
from governance.revisits import mark
from governance.sheets import Change, Line, Table
from handlers import authority
from handlers.cases.calls import said_by_handler, waiting, what_to_ask, why_call
from handlers.cases.callsheet import (
    CHOICES,
    FILLED,
    FORM,
    HEADINGS,
    REASONS,
    TITLE,
    Judged,
    bring_in,
    judge,
)
from handlers.cases.common import title
from handlers.posts import holder
from handlers.sheets import CHANGES, COLOURS, reasons_of
from handlers.telephones import phone_of
from handlers.turn import Post, Turn
from handlers.words import Reader, Text, _, line, render
from storage import org, people, privacy

MOST = 2_000  # rows; a street telephones some dozens a day
_WIDTHS = {"number": 20.0, "what": 30.0, "result": 34.0, "ask": 34.0, "words": 40.0, "mark": 10.0}
Rows: TypeAlias = "list[tuple[str, Sequence[Cell]]]"
Seen: TypeAlias = "Sequence[tuple[int, str]]"
"""Whose number stands in full on a sheet, and the number of the case."""


def acting(db: Session, person_id: int, policy: Policy, now: datetime) -> Turn:
    """As if its owner asked; what is posted meanwhile is sent to nobody."""
    speaker = people.accounts_of(db.connection(), [person_id]).get(person_id)
    return Turn(speaker, now, policy, lambda: db, Post())


# ── out ──────────────────────────────────────────────────────────────────────


def workbook(
    conn: Connection, path: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> Seen:
    """A line for each case about which the paper's owner may telephone. Returns whose numbers
    stand there in full."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        found = waiting(turn, paper.person_id, org.person_name(db, paper.person_id))[:MOST]
        sheet = _Sheet(turn, paper.person_id, language)
        rows: Rows = [("", sheet.row(case)) for case in found]
        write(path, [sheet.leaf(rows)])
    return sheet.seen


class _Sheet:
    def __init__(self, turn: Turn, person_id: int, language: str) -> None:
        self._turn, self._person_id = turn, person_id
        self._pen = self._written(language)
        self.seen: list[tuple[int, str]] = []

    def _written(self, language: str) -> Pen:
        reader = Reader(language, self._turn.now, self._turn.policy.zone)
        return lambda text: render(text, reader)

    def leaf(self, rows: Rows) -> Leaf:
        columns = list(HEADINGS)
        offered = {
            columns.index(column): [self._pen(words) for words in named]
            for column, named in CHOICES.items()
        }
        return Leaf(
            self._pen(TITLE),
            [self._pen(HEADINGS[column]) for column in columns],
            rows,
            [_WIDTHS.get(column, 14.0) for column in columns],
            offered,
            frozen=1,
        )

    def row(self, case: Case) -> list[Cell]:
        pen = self._pen
        return [
            *(case.number, mark(case), pen(title(self._turn, case)), self._phone(case)),
            *(
                pen(holder(case)),
                pen("" if case.private else said_by_handler(case)),
                pen(why_call(case)),
            ),
            *(pen(what_to_ask(case)), case.missed_calls),
            *("" for _column in FILLED),
        ]

    def _phone(self, case: Case) -> str:
        """In full where its owner's post sees numbers at this place; that is on record."""
        phone = phone_of(self._turn, case.reporter_id)
        held = org.held_by(
            self._turn.db, self._person_id, self._turn.policy.local_date(self._turn.now)
        )
        if not phone or not authority.may_with(held, Power.SEE_PHONE, case.path_ids):
            return mask_phone(phone)
        self.seen.append((case.reporter_id, case.number))
        return phone


def on_record(turn: Turn, paper: Paper, seen: Seen) -> None:
    """Each number that stands in full on a sheet is a look at it, which its owner can read."""
    for person_id, number in seen:
        privacy.viewed(turn.db, paper.person_id, person_id, What.PHONE, number, turn.now)


# ── in ───────────────────────────────────────────────────────────────────────


def recognises(titles: Iterable[str]) -> bool:
    """Whether a workbook with these sheets is a call sheet that came back."""
    return any(word(title) in FORM.titles for title in titles)


class CallBook:
    """A call sheet that came back, judged for whoever sent it. Raises `Unreadable`."""

    def __init__(
        self, conn: Connection, path: Path, paper: Paper, policy: Policy, now: datetime
    ) -> None:
        self._tables = _read(path)
        self._lines = [Line(table, row) for table in self._tables for row in table.rows]
        with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
            turn = acting(db, paper.person_id, policy, now)
            if not authority.areas_of(turn, Power.REVISIT, paper.person_id):
                raise Unreadable("no_post")
            self._judged = self._judge(turn, paper)

    def _judge(self, turn: Turn, paper: Paper) -> list[Judged]:
        name = org.person_name(turn.db, paper.person_id)
        return judge(turn, self._lines, paper.person_id, name)

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(Counter(str(j.line.change) for j in self._judged))

    def report(self, path: Path, language: str) -> None:
        """Every line with what becomes of it, and why."""
        write(path, self._leaves(pen_for(language)))

    def _leaves(self, pen: Pen) -> Iterator[Leaf]:
        headings = [_("Row"), _("Result"), _("Reason"), *(HEADINGS[c] for c in FORM.columns)]
        rows: Rows = [
            (
                COLOURS[judged.line.change],
                [
                    *(judged.line.row.number, pen(CHANGES[judged.line.change])),
                    pen(_why(judged)),
                    *judged.line.row.cells,
                ],
            )
            for judged in self._judged
        ]
        widths = [6.0, 10.0, 48.0, *(_WIDTHS.get(column, 14.0) for column in FORM.columns)]
        yield Leaf(pen(TITLE), [pen(h) for h in headings], rows, widths, frozen=2)

    def write(self, turn: Turn, paper: Paper) -> bool:
        """What its sender has read counts. Where it has become something else meanwhile, nothing
        is written, and they are asked again."""
        caller = acting(turn.db, paper.person_id, turn.policy, turn.now)
        caller.post = turn.post
        self._judged = self._judge(caller, paper)
        counts = self.counts
        if counts != paper.counts or (counts.get(Change.REFUSED) and not paper.skip_refused):
            return False
        bring_in(caller, self._judged)
        return True


def _why(judged: Judged) -> Text:
    said = reasons_of(judged.line, HEADINGS, REASONS, lambda column: CHOICES[column])
    return line(said, judged.ending)


def _read(path: Path) -> list[Table]:
    if any(extent.rows > 10 * MOST for extent in look(path).values()):
        raise Unreadable("too_many_rows")
    found: list[Table] = []
    for page in pages(path):
        table = table_of(page, [FORM]) if word(page.title) in FORM.titles else None
        if table is not None:
            found.append(table)
        if sum(len(table.rows) for table in found) > MOST:
            raise Unreadable("too_many_rows")
    if not any(table.rows for table in found):
        raise Unreadable("empty")
    return found
