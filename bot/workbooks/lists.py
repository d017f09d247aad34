"""The lists of supply and of needs as workbooks: made for whoever writes them, and read when
they come back changed.

Members' services are in none of them, neither out nor in: they are proposed one by one where
somebody is needed, are never listed, and nobody but the member says what they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.parts import Extent, Unreadable
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.sheets import table_of
from bot.workbooks.xlsx import Cell, Leaf, pages, write
from governance.list_rows import Entry, Item, Judged, KnownList, ListSheet, judge
from governance.lists import NeedState
from governance.papers import Paper
from governance.policy import Policy
from governance.sheets import Change, Line, Table
from handlers.lists import sheets
from handlers.lists.need_cards import STATES
from handlers.lists.sheet_words import (
    FORMS,
    HEADINGS,
    OFF,
    ON,
    REASONS,
    TITLES,
    choices,
    is_list,
    is_services,
    terms,
)
from handlers.sheets import CHANGES, COLOURS, reasons_of
from handlers.turn import Turn
from handlers.words import Name, Text, _, lines, listed
from storage import org

MOST = 2_000  # rows; a unit's menu has a few, a street's needs some hundreds
FARTHEST = 10 * MOST  # down a sheet; it may have gaps
Rows = list[tuple[str, Sequence[Cell]]]
_WIDTHS = {"number": 10.0, "what": 34.0, "place": 20.0, "whom": 20.0, "terms": 30.0, "skills": 18.0}


def recognises(titles: Iterable[str]) -> bool:
    """Whether a workbook with these sheets has a list in it."""
    return any(is_list(title) for title in titles)


# ── in ───────────────────────────────────────────────────────────────────────


def read(path: Path, extents: Mapping[str, Extent]) -> list[Table]:
    """The sheets with a list on them, in a workbook of this extent. Raises `Unreadable`."""
    if any(extent.rows > FARTHEST for title, extent in extents.items() if is_list(title)):
        raise Unreadable("too_many_rows")
    found: list[Table] = []
    for page in pages(path, extents):
        if is_services(page.title):
            raise Unreadable("own_service")
        if not is_list(page.title):
            continue
        table = table_of(page, FORMS)
        if table is None:
            raise Unreadable("no_list")
        found.append(table)
        if sum(len(table.rows) for table in found) > MOST:
            raise Unreadable("too_many_rows")
    if not any(table.rows for table in found):
        raise Unreadable("empty")
    return found


class ListBook:
    """Lists that came in, judged for whoever sent them. Raises `Unreadable`."""

    def __init__(
        self,
        conn: Connection,
        path: Path,
        extents: Mapping[str, Extent],
        paper: Paper,
        policy: Policy,
        today: date,
    ) -> None:
        tables = read(path, extents)
        self._policy = policy
        self._lines = {
            sheet: [
                Line(table, row) for table in tables if table.sheet == sheet for row in table.rows
            ]
            for sheet in ListSheet
        }
        self._tables = tables
        with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
            if not any(sheets.places_of(org.held_by(db, paper.person_id, today))):
                raise Unreadable("no_post")
            self._judged = self._judge(db, paper.person_id, today)

    def _judge(
        self, db: Session, person_id: int, today: date, *, lock: bool = False
    ) -> dict[ListSheet, list[Judged]]:
        """Every row as it would be now."""
        units, areas = sheets.places_of(org.held_by(db, person_id, today))
        words = terms(self._policy)
        found: dict[ListSheet, list[Judged]] = {}
        for sheet, rows in self._lines.items():
            if rows:
                known = (
                    sheets.known_supply(db, units, areas, today, lock=lock)
                    if sheet is ListSheet.SUPPLY
                    else sheets.known_needs(db, areas, areas, lock=lock)
                )
                found[sheet] = judge(sheet, rows, known, words, today)
        return found

    @property
    def counts(self) -> Mapping[str, int]:
        every = (judged for found in self._judged.values() for judged in found)
        return dict(Counter("closed" if j.closes else str(j.line.change) for j in every))

    def report(self, path: Path, language: str) -> None:
        """Every row with what becomes of it, and why, or what it changes."""
        write(path, self._leaves(pen_for(language)))

    def _leaves(self, pen: Pen) -> Iterator[Leaf]:
        for table in self._tables:
            sheet = ListSheet(table.sheet)
            columns = [c for c in table.columns if c in table.letters]
            order = [table.columns.index(column) for column in columns]
            rows: Rows = [
                (
                    COLOURS[judged.line.change],
                    [
                        *(judged.line.row.number, pen(_becomes(judged))),
                        pen(self._why(sheet, judged)),
                        *(judged.line.row.cells[at] for at in order),
                    ],
                )
                for judged in self._judged.get(sheet, ())
                if judged.line.table is table
            ]
            headings = [_("Row"), _("Result"), _("Reason"), *(HEADINGS[sheet][c] for c in columns)]
            widths = [6.0, 10.0, 48.0, *(_WIDTHS.get(column, 14.0) for column in columns)]
            yield Leaf(table.title, [pen(h) for h in headings], rows, widths, frozen=2)

    def _why(self, sheet: ListSheet, judged: Judged) -> Text:
        if judged.line.reasons:
            may_be = partial(choices, self._policy, sheet)
            return reasons_of(judged.line, HEADINGS[sheet], REASONS, may_be)
        before, after = judged.before, judged.entry
        if before is None or after is None:
            return ""
        return lines(
            *(
                _(
                    "{column}: {before} → {after}",
                    column=HEADINGS[sheet][column],
                    before=_value(before, column, self._policy),
                    after=_value(after, column, self._policy),
                )
                for column in judged.differs
            )
        )

    def write(self, turn: Turn, paper: Paper) -> bool:
        """What the sender has read and agreed to is so. Where it has become something else
        meanwhile, nothing is written, and they are asked again."""
        today = turn.policy.local_date(turn.now)
        self._judged = self._judge(turn.db, paper.person_id, today, lock=True)
        counts = self.counts
        if counts != paper.counts or (counts.get(Change.REFUSED) and not paper.skip_refused):
            return False
        for sheet, found in self._judged.items():
            sheets.bring_in(turn, sheet, paper.person_id, found)
        return True


def _becomes(judged: Judged) -> Text:
    return _("taken off") if judged.closes else CHANGES[judged.line.change]


def _value(entry: Entry, column: str, policy: Policy) -> Text:
    """A cell as it stands in a sheet; "—" for nothing."""
    if column == "skills":
        return _skills(entry, policy) if entry.skills else "—"
    return str(getattr(entry, column) or "—")


def _skills(entry: Entry, policy: Policy) -> Text:
    known = policy.skills
    return listed(
        *(Name(known[c].name_zh, known[c].name_en) if c in known else c for c in entry.skills)
    )


# ── out ──────────────────────────────────────────────────────────────────────


def workbook(
    conn: Connection, person_id: int, path: Path, policy: Policy, language: str, now: datetime
) -> None:
    """The lists that somebody writes, as they stand, to be changed and sent back. Raises
    `Unreadable("no_post")`."""
    today, pen = policy.local_date(now), pen_for(language)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        units, areas = sheets.places_of(org.held_by(db, person_id, today))
        if not units and not areas:
            raise Unreadable("no_post")
        supply = supply_leaf(sheets.known_supply(db, units, areas, today), pen, policy)
        needs = needs_leaf(sheets.known_needs(db, areas, areas), pen, policy)
        write(path, [*((needs,) if areas else ()), supply, _how(pen)])


def supply_leaf(known: KnownList, pen: Pen, policy: Policy) -> Leaf:
    """What units offer, as it can be read again."""
    return _leaf(ListSheet.SUPPLY, known, pen, policy)


def needs_leaf(known: KnownList, pen: Pen, policy: Policy) -> Leaf:
    """What is needed, in the words that others may read, as it can be read again."""
    leaf = _leaf(ListSheet.NEEDS, known, pen, policy)
    asked = [
        f"{item.since.astimezone(policy.zone):%Y-%m-%d}" if item.since else ""
        for item in known.items.values()
    ]
    leaf.headings = [*leaf.headings, pen(_("Asked on"))]
    leaf.rows = [(colour, [*row, day]) for (colour, row), day in zip(leaf.rows, asked, strict=True)]
    return leaf


def _leaf(sheet: ListSheet, known: KnownList, pen: Pen, policy: Policy) -> Leaf:
    columns = list(HEADINGS[sheet])
    rows: Rows = [
        ("", [_cell(column, item, known, pen, policy) for column in columns])
        for item in known.items.values()
    ]
    return Leaf(
        pen(TITLES[sheet]),
        [pen(HEADINGS[sheet][column]) for column in columns],
        rows,
        [_WIDTHS.get(column, 12.0) for column in columns],
        {columns.index("state"): [pen(ON), pen(OFF)]},
        frozen=1,
    )


def _cell(column: str, item: Item, known: KnownList, pen: Pen, policy: Policy) -> Cell:
    entry = item.entry
    if column == "number":
        return item.number
    if column == "place":
        return known.names.get(entry.place, "")
    if column == "skills":
        return pen(_skills(entry, policy))
    if column == "state":
        return pen(STATES[NeedState(item.stands)] if item.stands else ON)
    if column == "monthly":
        return entry.monthly
    return str(getattr(entry, column) or "")


def _how(pen: Pen) -> Leaf:
    heading = pen(_("How to fill it in"))
    notes = (
        _("A new row: leave its list number empty; the bot gives it one."),
        _("A row you change keeps its list number. An empty cell leaves what is known as it is; a dash clears it."),
        _("To take a row off, write “{word}” under how it stands. A row you delete here stays on the list.", word=OFF),
        _("Every row is checked before anything is written, and you are asked before it is. Importing twice changes nothing."),
        _("No telephone, identity or bank numbers. No formulas, no hidden rows."),
        _("What members do for others is in no workbook: each member says that alone, with “/service”."),
    )  # fmt: skip
    return Leaf(heading, [heading], [("", [pen(note)]) for note in notes], [100])
