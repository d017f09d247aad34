"""What a free text means, read before it is queued.

Keywords and patterns today. A trained model takes the place of any of the three parts
(`keywords`, `danger`, `intent`) without anybody noticing: the answer is a `Reading`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.triage.danger import danger_in
from bot.triage.intent import intent_of
from bot.triage.keywords import Keywords
from bot.triage.text import plain
from handlers.message import Reading


class Triage:
    """Reads free texts; made once from the categories (bot/data/categories.json)."""

    def __init__(self, categories: Sequence[Mapping[str, object]]) -> None:
        self._keywords = Keywords(categories)

    def read(self, text: str) -> Reading:
        """What the text means. Never fails; reads the first 1,000 characters."""
        said = plain(text)
        danger = danger_in(said)
        matches = self._keywords.matches(said)
        intent = intent_of(said, matches, danger)
        return Reading(intent, tuple([match.code for match in matches]), danger)
