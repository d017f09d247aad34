"""The corpus: what people write, and what they mean with it. Data, for training alone.

Two folders in corpus/: `plain`, as most people write, and `roundabout`, made hard on purpose.
Three tables in each, with a heading: `categories.tsv` (message, category), `intents.tsv`
(message, intent) and `emergencies.tsv` (kind of danger, message), in which the kind is "none"
for what only sounds dangerous.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent / "corpus"
HARMLESS = "none"


class Example(NamedTuple):
    """What somebody wrote, the category, intent or kind of danger it has, and its folder."""

    text: str
    label: str
    told: str


def categories() -> list[Example]:
    return [Example(text, code, told) for text, code, told in _table("categories")]


def intents() -> list[Example]:
    return [Example(text, intent, told) for text, intent, told in _table("intents")]


def emergencies() -> list[Example]:
    return [Example(text, kind, told) for kind, text, told in _table("emergencies")]


def digest() -> str:
    """The same as long as no byte of the corpus has changed."""
    files = sorted(CORPUS.glob("*/*.tsv"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _table(name: str) -> Iterator[tuple[str, str, str]]:
    for file in sorted(CORPUS.glob(f"*/{name}.tsv")):
        for line in file.read_text("utf-8").splitlines()[1:]:
            first, second = line.split("\t")
            yield first, second, file.parent.name
