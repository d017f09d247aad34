"""python -m benchmarks [NAME…] [--quick] [--json FILE]

Runs the named benchmarks, or all, prints a table of each, and writes the figures and the
machine they were taken on to FILE. `--quick` only shows that everything runs.

python -m benchmarks --write docs/performance.md --json FILE

Measures nothing: every table of the document whose figures are in FILE is written anew.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from importlib import import_module
from pathlib import Path

from rich.console import Console

from benchmarks import machine, writing
from benchmarks.tables import tables

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

WIDE = 200  # columns for whoever reads the tables in a file, where no screen cuts them off


def main() -> None:
    """Measures what was asked for, one benchmark after the other."""
    parser = ArgumentParser(
        "benchmarks", None, __doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where the figures go")
    parser.add_argument("--write", metavar="DOCUMENT", type=Path, help="from the figures in FILE")
    asked = parser.parse_args()
    if asked.write:
        if not asked.json:
            parser.error("--write needs --json FILE")
        found = json.loads(asked.json.read_text("utf-8"))
        asked.write.write_text(writing.written(asked.write.read_text("utf-8"), found), "utf-8")
        return
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


if __name__ == "__main__":
    main()
