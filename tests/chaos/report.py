"""The report in docs/reliability.md, written from the figures of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- report -->", "<!-- end of the report -->"
COUNTED = {
    "kills": "kills (SIGKILL)",
    "kills_by_place": "… of which",
    "events": "events of the platform",
    "events_delivered_again": "events delivered again after they were acknowledged",
    "messages": "messages shown",
    "answers_lost": "answers lost",
    "answers_doubled": "answers doubled",
    "cases_lost": "cases lost",
    "cases_doubled": "cases doubled",
    "claims_wrong": "claims wrong",
    "points_wrong": "points wrong",
    "alerts_lost": "alerts lost",
    "messages_lost": "messages lost",
    "messages_out_of_order": "messages out of order",
    "messages_unexplained": "messages shown twice for no reason",
    "kills_between_send_and_mark": "kills between a message’s call and its mark",
    "messages_between_send_and_mark": "… messages that these caught there",
    "messages_duplicated": "… shown twice",
    "messages_repeated_after_a_cut_answer": "shown twice as the platform’s answer was lost",
    "messages_repeated_after_a_freeze": "shown twice as the process was frozen, or the clock went beyond its lease",
    "calls_lost": "calls lost before they were carried out",
    "answers_cut": "answers cut off after the call was carried out",
    "answers_late": "answers so late that nobody waited",
    "freezes": "processes frozen beyond their lease",
    "disks_full": "disks full for a while",
    "connections_ended": "database connections ended by the server",
    "releases": "migrations killed half way, then carried out",
    "ended_by_themselves": "processes that ended by themselves",
    "failures": "errors recorded by the bot",
    "seconds": "seconds",
    "processor_seconds": "seconds of the processor",
    "seed": "seed",
}


def write(runs: Sequence[Path]) -> None:
    """The document holds the figures of these runs, a column each."""
    text = DOCUMENT.read_text()
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    figures = [json.loads(run.read_text()) for run in runs]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}")


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """The figures as a table, a column for each run."""
    lines = [
        "| | " + " | ".join(run["database"] for run in runs) + " |",
        "|---" * (len(runs) + 1) + "|",
    ]
    for name, words in COUNTED.items():
        values = [_value(run.get(name, 0)) if name != "seed" else str(run[name]) for run in runs]
        lines.append(f"| {words} | " + " | ".join(values) + " |")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{place} {count}" for place, count in value.items())
    return f"{len(value) if isinstance(value, list) else value:,}"
