"""Which form a page of a workbook has, and where its columns stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.workbooks.parts import letters_of
from bot.workbooks.xlsx import Page
from governance.cells import word
from governance.sheets import Form, Reason, Row, Table

LOOKED_AT = 30
"""Rows in which the headings are looked for: a title may stand above them."""


def table_of(page: Page, forms: Sequence[Form]) -> Table | None:
    """The page as a sheet of one of these forms, if it is one."""
    titled = [form for form in forms if word(page.title) in form.titles]
    kinds = titled[:1] or forms
    head: list[tuple[int, list[str]]] = []
    best: tuple[int, Form, dict[str, int], int] | None = None
    tie = False
    for number, cells in page.rows:
        head.append((number, cells))
        for form in kinds:
            columns = _columns(form, cells)
            score = len(columns)
            if not _enough(form, columns, sure=len(kinds) == 1):
                continue
            if best is None or score > best[0]:
                best, tie = (score, form, columns, number), False
            elif score == best[0] and number == best[3]:
                tie = True
        if len(head) >= LOOKED_AT:
            break
    if best is None or tie:
        return None
    _score, form, columns, header = best
    letters = {column: letters_of(at) for column, at in columns.items()}
    table = Table(form.sheet, page.title, form.columns, letters, [])
    below = (pair for pair in head if pair[0] > header)
    _take(table, form, columns, page, (*below,))
    _take(table, form, columns, page, page.rows)
    return table


def _columns(form: Form, headings: Iterable[str]) -> dict[str, int]:
    """What stands in brackets in a heading is a remark."""
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        said = word(heading).partition("(")[0].rstrip("*:：")
        if said and said in form.headings:
            found.setdefault(form.headings[said], at)
    return found


def _enough(form: Form, columns: Mapping[str, int], *, sure: bool) -> bool:
    """Whether rows can be told apart by these columns, and what they are is certain."""
    return not form.keys.isdisjoint(columns) and len(columns) >= (2 if sure else 3)


def _take(
    table: Table,
    form: Form,
    columns: Mapping[str, int],
    page: Page,
    rows: Iterable[tuple[int, list[str]]],
) -> None:
    """The rows that say something in one of the known columns. Equal texts are kept once."""
    order = [columns.get(column, -1) for column in table.columns]
    once: dict[str, str] = {}
    for number, row in rows:
        cells = tuple(once.setdefault(t, t) if at >= 0 and (t := row[at]) else "" for at in order)
        faults = _faults(page, number, columns) if page.faults else ()
        if form.strict and any(cells):
            faults += _not_as_seen(page, number, columns)
        if any(cells) or faults:
            table.rows.append(Row(number, cells, faults))


def _faults(page: Page, number: int, columns: Mapping[str, int]) -> tuple[Reason, ...]:
    return tuple(
        replace(page.faults[number - 1, at], column=column)
        for column, at in columns.items()
        if (number - 1, at) in page.faults
    )


def _not_as_seen(page: Page, number: int, columns: Mapping[str, int]) -> tuple[Reason, ...]:
    """What its sender may not have read like this: a hidden row, what a formula makes of it."""
    hidden = (Reason("hidden_row"),) if page.hides(number - 1) else ()
    made = (column for column, at in columns.items() if page.computes(number - 1, at))
    return (*hidden, *(Reason("computed", column) for column in made))
