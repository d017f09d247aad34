"""Which sheet of the roster a page is, and where its columns stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.workbook import Page
from bot.workbook_parts import letters_of
from governance.roster import COLUMNS, Reason, Row, Sheet, Table
from handlers import roster_words as words

LOOKED_AT = 30
"""Rows in which the headings are looked for: a title may stand above them."""


def table_of(page: Page) -> Table | None:
    """The page as a sheet of the roster, if it is one."""
    kinds = [kind] if (kind := words.sheet_called(page.title)) else list(Sheet)
    head: list[tuple[int, list[str]]] = []
    best: tuple[int, Sheet, dict[str, int], int] | None = None
    tie = False
    for number, cells in page.rows:
        head.append((number, cells))
        for sheet in kinds:
            columns = _columns(sheet, cells)
            score = len(columns)
            if not _enough(sheet, columns, sure=len(kinds) == 1):
                continue
            if best is None or score > best[0]:
                best, tie = (score, sheet, columns, number), False
            elif score == best[0] and number == best[3]:
                tie = True
        if len(head) >= LOOKED_AT:
            break
    if best is None or tie:
        return None
    _score, sheet, columns, header = best
    letters = {column: letters_of(at) for column, at in columns.items()}
    table = Table(sheet, page.title, letters, [])
    below = (pair for pair in head if pair[0] > header)
    _take(table, columns, page, (*below,))
    _take(table, columns, page, page.rows)
    return table


def _columns(sheet: Sheet, headings: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        column = words.column_called(sheet, heading) if heading else None
        if column is not None:
            found.setdefault(column, at)
    return found


def _enough(sheet: Sheet, columns: Mapping[str, int], *, sure: bool) -> bool:
    """Whether rows can be told apart by these columns, and what they are is certain."""
    told_apart = "code" in columns or (sheet is Sheet.PEOPLE and "phone" in columns)
    return told_apart and len(columns) >= (2 if sure else 3)


def _take(
    table: Table, columns: Mapping[str, int], page: Page, rows: Iterable[tuple[int, list[str]]]
) -> None:
    """The rows that say something in one of the known columns. Equal texts are kept once."""
    order = [columns.get(column, -1) for column in COLUMNS[table.sheet]]
    once: dict[str, str] = {}
    for number, row in rows:
        cells = tuple(once.setdefault(t, t) if at >= 0 and (t := row[at]) else "" for at in order)
        faults = _faults(page, number, columns) if page.faults else ()
        if any(cells) or faults:
            table.rows.append(Row(number, cells, faults))


def _faults(page: Page, number: int, columns: Mapping[str, int]) -> tuple[Reason, ...]:
    return tuple(
        replace(page.faults[number - 1, at], column=column)
        for column, at in columns.items()
        if (number - 1, at) in page.faults
    )
