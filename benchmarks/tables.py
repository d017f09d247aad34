"""The figures of a benchmark as tables, for a terminal and for a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.table import Table

MOST = 12  # columns; a table with more lies on its side


def tables(name: str, result: Mapping[str, Any]) -> Iterator[Table]:
    """The result's table, and one of its own for whatever was measured apart: a list of
    results, of which each first says whose it is."""
    apart = {key: value for key, value in result.items() if _is_list_of_results(value)}
    yield _table(name, _rows(name, {k: v for k, v in result.items() if k not in apart}, top=True))
    for key, found in apart.items():
        whose = next(iter(found[0]))
        rows = ((one[whose], {k: v for k, v in one.items() if k != whose}) for one in found)
        yield _table(f"{name}, {key}", rows)


def _is_list_of_results(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(title: str, found: Iterable[tuple[str, Mapping[str, Any]]]) -> Table:
    """A row for the result, or one for each contender, and one for each of its other loads."""
    rows: list[tuple[str, Mapping[str, Any]]] = list(found)
    columns = list(dict.fromkeys(key for _, row in rows for key in row))
    if len(columns) > MOST:
        labels = [label for label, _row in rows]
        rows = [(name, {label: row.get(name, "") for label, row in rows}) for name in columns]
        columns = labels
    shown = Table(title=title)
    shown.add_column("", no_wrap=True)
    for column in columns:
        shown.add_column(column, justify="right")
    for label, row in rows:
        shown.add_row(label, *(_shown(row.get(column, "")) for column in columns))
    return shown


def _rows(
    label: str, result: Mapping[str, Any], *, top: bool = False
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The figures with their name, which says inside what they are."""
    figures = {key: value for key, value in result.items() if not isinstance(value, dict)}
    if figures:
        yield label, figures
    for key, value in result.items():
        if isinstance(value, dict):
            yield from _rows(key if top and not figures else f"{label}, {key}", value)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def markdown(table: Table) -> str:
    """The same table for a document."""
    lines = [[str(column.header) for column in table.columns]]
    lines.append(["---", *("---:" for _ in table.columns[1:])])
    lines += [list(map(str, row)) for row in zip(*(c.cells for c in table.columns), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
