"""Workbooks in and out: .xlsx read with calamine, written with XlsxWriter.

Whatever is read comes as text, as people would have typed it. Whatever is written as text
stays text: nothing that somebody wrote becomes a formula in somebody else's Excel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook
from xlsxwriter.format import Format

from bot.workbooks.parts import MOST_FAULTS, Extent, Unreadable, look
from governance.sheets import Reason

Cell: TypeAlias = "str | int | float"
MOST_MERGED = 50_000


@dataclass(slots=True)
class Page:
    """A sheet as it was read. `rows` come once, each with its number from 1."""

    title: str
    rows: Iterator[tuple[int, list[str]]]
    extent: Extent

    @property
    def faults(self) -> Mapping[tuple[int, int], Reason]:
        """Cells that cannot be read, by row and column from 0."""
        return self.extent.faults

    def hides(self, row: int) -> bool:
        """Whether whoever looks at the sheet does not see this row, counted from 0."""
        return self.extent.hidden or row in self.extent.hidden_rows

    def computes(self, row: int, column: int) -> bool:
        """Whether a cell is a formula; where there are too many of them, every cell is one."""
        formulas = self.extent.formulas
        return len(formulas) >= MOST_FAULTS or (row, column) in formulas


def pages(path: Path, extents: Mapping[str, Extent] | None = None) -> Iterator[Page]:
    """The sheets one after the other; one is let go when the next is asked for.

    `extents` are its sheets, for whoever has looked at it already. Raises `Unreadable`.
    """
    extents = look(path) if extents is None else extents
    if not any(extent.rows for extent in extents.values()):
        raise Unreadable("empty")
    with ExitStack() as stack:
        try:
            book = stack.enter_context(CalamineWorkbook.from_path(path))
            for title in book.sheet_names:
                if title in extents and extents[title].rows:
                    yield _page(book.get_sheet_by_name(title), extents[title])
        except CalamineError as error:
            raise Unreadable("broken") from error


def _page(sheet: CalamineSheet, extent: Extent) -> Page:
    ranges = sheet.merged_cell_ranges or []
    if len(ranges) > MOST_MERGED:
        raise Unreadable("too_large")
    return Page(sheet.name, _filled(sheet, ranges, extent.faults), extent)


def _filled(
    sheet: CalamineSheet,
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
    faults: Iterable[tuple[int, int]],
) -> Iterator[tuple[int, list[str]]]:
    """The rows that say something of their own, with merged cells filled from their first."""
    faulty = {row for row, _column in faults}
    begins: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (top, left), (bottom, right) in ranges:
        begins[top].append((bottom, left, right))
    open_: list[tuple[int, int, int, str]] = []
    # The reader begins with the first column that holds something, and ends with the last row.
    left_out = [""] * (sheet.start[1] if sheet.start else 0)
    number = -1
    for number, raw in enumerate(sheet.iter_rows()):
        row = left_out + [text_of(cell) for cell in raw]
        alive = any(row) or number in faulty
        open_ = [merged for merged in open_ if merged[0] >= number]
        for bottom, left, right in begins.pop(number, ()):
            if left < len(row):
                open_.append((bottom, left, min(right, len(row) - 1), row[left]))
        if alive:
            for _bottom, left, right, value in open_:
                row[left : right + 1] = [value] * (right - left + 1)
            yield number + 1, row
    for row_at in sorted(at for at in faulty if at > number):
        yield row_at + 1, [""] * (sheet.end[1] + 1 if sheet.end else 0)


def text_of(cell: object) -> str:
    """What a person would have typed: 13800000000.0 is "13800000000", a date "2026-03-01"."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


# ── out ──────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Leaf:
    """A sheet to write. A row may name its colour as `(colour, cells)`.

    `choices` are the few words a column may hold, offered as a list; `frozen` columns stay
    in sight with the headings.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[tuple[str, Sequence[Cell]]]
    widths: Sequence[float] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    frozen: int = 0


COLOURS = {
    "green": "#E2F0D9",
    "yellow": "#FFF2CC",
    "red": "#F8CBAD",
    "": "",
}
_WIDTH = 14.0
_OFFERED_ROWS = 5_000
_LONGEST = 32_000  # characters a cell takes
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what Excel takes for the beginning of one


def write(path: Path, leaves: Iterable[Leaf]) -> None:
    """The workbook is there, whatever was there before; it is written row by row."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        formats = {
            (name, said): _format(book, colour, said)
            for name, colour in COLOURS.items()
            for said in (False, True)
        }
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        titles: set[str] = set()
        for leaf in leaves:
            _write_leaf(book.add_worksheet(_unused(leaf.title, titles)), leaf, formats, bold)


def _format(book: xlsxwriter.Workbook, colour: str, said: bool) -> Format:
    """`said`: marked as text, so that it stays text also when somebody edits the cell."""
    drawn = {"text_wrap": True, "valign": "top", **({"bg_color": colour} if colour else {})}
    return book.add_format(drawn | ({"quote_prefix": True} if said else {}))


def _unused(title: str, titles: set[str]) -> str:
    wanted, n = title, 1
    while wanted.casefold() in titles:
        n += 1
        wanted = f"{title[:26]} ({n})"
    titles.add(wanted.casefold())
    return wanted


def _write_leaf(
    sheet: Any, leaf: Leaf, formats: Mapping[tuple[str, bool], Format], bold: Format
) -> None:
    for column in range(len(leaf.headings)):
        width = leaf.widths[column] if column < len(leaf.widths) else _WIDTH
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, leaf.frozen)
    for column, words in leaf.choices.items():
        offered = {"validate": "list", "source": list(words), "error_type": "warning"}
        sheet.data_validation(1, column, _OFFERED_ROWS, column, offered)
    for column, heading in enumerate(leaf.headings):
        sheet.write_string(0, column, heading, bold)
    for number, (colour, cells) in enumerate(leaf.rows, 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell or colour:
                    drawn = formats[colour, cell.startswith(_FORMULAS)]
                    sheet.write_string(number, column, cell[:_LONGEST], drawn)
            else:
                sheet.write_number(number, column, cell, formats[colour, False])
