"""Writes measured figures into a document, between marks that name the benchmark:

    <!-- figures: http -->
    <!-- end -->

Around them stands what people wrote. A mark whose benchmark was not measured keeps what it has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks import aims
from benchmarks.tables import markdown, tables

_MARKED = re.compile(r"<!-- figures: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def written(document: str, results: Mapping[str, Any]) -> str:
    """The document with these results."""
    return _MARKED.sub(lambda found: _section(found, results), document)


def names(document: str) -> list[str]:
    """The benchmarks whose figures the document shows."""
    return _MARKED.findall(document)


def _section(found: re.Match[str], results: Mapping[str, Any]) -> str:
    name = found[1]
    if name not in results:
        return found[0]
    parts = [_machine(results["machine"])]
    if name != "machine":
        parts += [markdown(table) for table in tables(name, results[name])]
        parts += ["\n".join(aims.lines(name, results[name]))]
    shown = "\n\n".join(part for part in parts if part)
    return f"<!-- figures: {name} -->\n{shown}\n<!-- end -->"


def _machine(facts: Mapping[str, Any]) -> str:
    return (
        f"{facts['cpu']}, {facts['cores']} cores, load {facts['load']} when it began, one sync of "
        f"the disk {facts['fsync_us']:,} µs, Python {facts['python']}, SQLite {facts['sqlite']}."
    )
