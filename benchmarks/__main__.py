"""python -m benchmarks [NAME…] [--quick] [--json FILE]

Runs the named benchmarks, or all, prints a table of each, and writes the figures and the
machine they were taken on to FILE. `--quick` only shows that everything runs.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import machine

BENCHMARKS = {
    "report": "benchmarks.report",
    "http": "benchmarks.http",
    "workers": "benchmarks.workers",
    "spike": "benchmarks.spike",
    "delivery": "benchmarks.delivery",
    "start": "benchmarks.starting",
    "memory": "benchmarks.memory",
    "import": "benchmarks.roster",
    "claims": "benchmarks.claims",
    "ledger": "benchmarks.ledger",
    "growth": "benchmarks.growth",
    "whistle": "benchmarks.whistle",
    "triage": "benchmarks.triage",
}
"""Name -> the module whose `measure` measures it, quickly or in full. It is imported only then,
as every process that a benchmark starts imports this one again."""

MOST = 12  # columns; a table with more lies on its side
WIDE = 200  # columns for whoever reads the tables in a file, where no screen cuts them off


def main() -> None:
    """Measures what was asked for, one benchmark after the other."""
    parser = ArgumentParser(
        "benchmarks", None, __doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where the figures go")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there is {', '.join(BENCHMARKS)}")
    results = {"machine": machine.facts()}
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    for name in asked.names or BENCHMARKS:
        results[name] = import_module(BENCHMARKS[name]).measure(asked.quick)
        for shown in tables(name, results[name]):
            console.print(shown)
    console.print(", ".join(f"{name} {fact}" for name, fact in results["machine"].items()))
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")


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


if __name__ == "__main__":
    main()
