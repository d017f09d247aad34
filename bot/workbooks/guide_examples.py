"""Entries of the guide that ship: those of the sample district, two of them as examples to fill in.

The matters are those that people ask for; sums, telephones and sources are invented, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "sample_guide.json"


def entries() -> list[Mapping[str, Any]]:
    """The entries as they ship; `until` and `checked` count days from today."""
    found: list[Mapping[str, Any]] = json.loads(DATA.read_text("utf-8"))
    return found


def rows(found: Iterable[Mapping[str, Any]], today: date) -> Iterator[dict[str, str]]:
    """Entries as rows of a sheet."""
    for entry in found:
        days = {
            column: (today + timedelta(days=entry[column])).isoformat()
            for column in ("until", "checked")
        }
        yield {**entry, **days}


def examples(today: date, language: str) -> list[dict[str, str]]:
    """Two entries that show how a sheet is filled in."""
    found = [entry for entry in entries() if entry["code"] in _EXAMPLES]
    said: Mapping[str, Mapping[str, str]] = _EXAMPLES if language == "en" else {}
    elsewhere = {"area": "YL-01-01"}
    return [
        row | (elsewhere if row.get("area") else {}) | dict(said.get(row["code"], {}))
        for row in rows(found, today)
    ]


_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "B001": {
        "title": "Allowance for the very old",
        "asked": "money at eighty; monthly allowance for the old",
        "answer": "From 80 years on, whoever is registered in the district gets it each month. The family may apply.",
        "bring": "identity card, household book, bank card",
        "place": "the office of the community where they are registered",
        "hours": "working days 8:30-17:30",
        "cost": "free; paid from the next month on",
        "source": "example: the civil affairs office's leaflet",
        "owner": "district desk",
    },
    "C002": {
        "title": "Lunch for the old",
        "asked": "meals for the old; canteen",
        "answer": "Lunch on the ground floor from 60 years on. Volunteers bring it to whoever cannot walk.",
        "bring": "identity card, once",
        "place": "community centre, ground floor",
        "hours": "working days 11:00-13:00",
        "cost": "8 yuan (example)",
        "source": "example: the community's notice",
        "owner": "community secretary",
    },
}
