"""What keywords and patterns read in a text: hints to the model, and what stands without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.triage.danger import danger_in
from bot.triage.intent import clues, intent_of
from bot.triage.keywords import Keywords
from handlers.message import Reading

LENGTHS = (3, 6, 10, 15, 25, 40, 1000)
"""Characters; a word or two mean something else than a story with the same words."""


class Rules:
    """Reads plain texts by rule."""

    def __init__(self, categories: Sequence[Mapping[str, object]]) -> None:
        self._keywords = Keywords(categories)

    def read(self, said: str) -> Reading:
        """What the rules alone read; no category where no keyword is known."""
        danger = danger_in(said)
        matches = self._keywords.matches(said)
        intent = intent_of(said, matches, danger)
        return Reading(intent, tuple([match.code for match in matches]), danger)


def hints(said: str, ruled: Reading) -> tuple[str, ...]:
    """What the rules read in a plain text, and how long it is, for the model to weigh."""
    categories = [f"category {code}" for code in ruled.categories]
    first = [f"first {code}" for code in ruled.categories[:1]]
    length = next(most for most in LENGTHS if len(said) <= most)
    found = (f"intent {ruled.intent}", f"danger {ruled.danger}", f"up to {length}")
    return (*found, *first, *categories, *clues(said))
