"""The corpus: what people write, and what they mean with it. Data, for training alone.

Three tables in corpus/, each with a heading: `categories.tsv` (message, category),
`intents.tsv` (message, intent) and `emergencies.tsv` (kind of danger, message), in which
the kind is "none" for what only sounds dangerous.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent / "corpus"
HARMLESS = "none"


class Example(NamedTuple):
    """What somebody wrote, and the category, intent or kind of danger it has."""

    text: str
    label: str


def categories() -> list[Example]:
    return [Example(text, code) for text, code in _table("categories")]


def intents() -> list[Example]:
    return [Example(text, intent) for text, intent in _table("intents")]


def emergencies() -> list[Example]:
    return [Example(text, kind) for kind, text in _table("emergencies")]


def digest() -> str:
    """The same as long as no byte of the corpus has changed."""
    files = sorted(CORPUS.glob("*.tsv"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _table(name: str) -> list[list[str]]:
    lines = (CORPUS / f"{name}.tsv").read_text("utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]
