"""The corpus teaches every label, and none of the messages that the reading is judged by."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from bot import decisions
from bot.triage import examples, model
from handlers.dangers import DANGERS
from handlers.message import Intent

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
CODES = {row["code"] for row in decisions.categories() if row["parent"] is not None}
TABLES = {
    "categories": (examples.categories(), CODES, 15),
    "intents": (examples.intents(), set(get_args(Intent)), 60),
    "emergencies": (examples.emergencies(), {*DANGERS, examples.HARMLESS}, 60),
}
every_table = pytest.mark.parametrize("name", TABLES)


def bare(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


def judged_by() -> set[str]:
    files = {DATA / "messages.tsv": 0, DATA / "edge_messages.tsv": 0}
    files |= {HERE / "reports.tsv": 0, HERE / "dangers.tsv": 1}
    lines = (
        (line, at) for file, at in files.items() for line in file.read_text("utf-8").split("\n")
    )
    return {bare(line.split("\t")[at]) for line, at in lines if line}


@every_table
def test_every_label_has_enough_examples_and_no_other_has_any(name: str) -> None:
    rows, labels, least = TABLES[name]
    count = Counter(row.label for row in rows)
    assert set(count) == labels
    assert min(count.values()) >= least


@every_table
def test_no_message_stands_in_a_table_twice(name: str) -> None:
    count = Counter(bare(row.text) for row in TABLES[name][0])
    assert [text for text, times in count.items() if times > 1] == []


@every_table
def test_the_messages_it_is_judged_by_are_not_in_the_corpus(name: str) -> None:
    assert {bare(row.text) for row in TABLES[name][0]} & judged_by() == set()


@every_table
def test_no_example_holds_a_telephone_or_identity_number(name: str) -> None:
    assert [row.text for row in TABLES[name][0] if re.search(r"\d{9}", row.text)] == []


def test_the_shipped_weights_are_made_from_the_shipped_corpus() -> None:
    assert model.shipped().digest == examples.digest(), "run: make triage"
