"""What a free text means, read before it is queued.

The rules (keywords, intent, danger) are hints to a trained model, and are believed without
it where they are never wrong. The answer is a `Reading`: plain values, with which handlers
decide. docs/triage.md says how well it reads, and how it learns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from bot.triage import demands, encoder, model
from bot.triage.intent import only_says_where, says_nothing, tells_of_fraud
from bot.triage.model import Answers, Odds
from bot.triage.rules import Rules
from bot.triage.text import plain
from handlers.dangers import DANGERS
from handlers.message import Demand, Intent, Reading

BELIEVED = frozenset(("spam", "human", "privacy", "small_talk", "points"))
"""What the rules' patterns are right about whenever they find it (95 % or more)."""

UNLIKELY = {"spam": 0.4, "human": 0.6}
"""The chance from which these are meant: nobody with a trouble is turned away, and no
conversation is broken off for a person on duty, on a guess."""

PHRASE = 14
"""Characters; small talk that is no longer, "笑死我了", is no danger whatever it is like."""

HARMLESS = "none"

NOT_OURS = "1208"
"""The category of what is nobody's case, as an illness is: others are called."""


class Triage:
    """Reads free texts; made once from the categories (bot/data/categories.json)."""

    def __init__(self, categories: Sequence[Mapping[str, object]]) -> None:
        self._rules = Rules(categories)
        self._codes = {str(row["code"]) for row in categories if row["parent"] is not None}

    def load(self) -> None:
        """Everything that reading needs is in memory: about a second, 135 MB a process."""
        model.shipped()
        encoder.load()

    def read(self, text: str) -> Reading:
        """What the text means. Never fails; reads the first 1,000 characters."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The reading of each text; together they take half the time."""
        said = [plain(text) for text in texts]
        known = self._answers([text for text in said if not says_nothing(text)])
        parts = {text: demands.parts(text) for text in known}
        split = {
            text: pieces
            for text, pieces in parts.items()
            if pieces and demands.worth_parting(pieces, known[text].category)
        }
        known |= self._answers([part.text for pieces in split.values() for part in pieces])
        return [
            self._reading(text, split.get(text, ()), known)
            if text in parts
            else self._rules.read(text)
            for text in said
        ]

    def glance(self, text: str) -> Reading | None:
        """The reading where the rules suffice: of a number, a sign, a command, the number of a
        building. Else None."""
        said = plain(text)
        suffice = said.startswith("/") or says_nothing(said) or only_says_where(said)
        return self._rules.read(said) if suffice else None

    def by_rules(self, text: str) -> Reading:
        """What the rules alone read in the text, without the model."""
        return self._rules.read(plain(text))

    def _answers(self, said: Sequence[str]) -> dict[str, Answers]:
        """What the model thinks of each plain text."""
        ruled = {text: self._rules.read(text) for text in said}
        return dict(zip(ruled, model.shipped().answers(ruled), strict=True))

    def _reading(
        self, text: str, parts: Sequence[demands.Part], answers: Mapping[str, Answers]
    ) -> Reading:
        answer, ruled = answers[text], self._rules.read(text)
        danger, suspected = _dangers(text, ruled, answer.danger)
        intent: Intent = "report" if danger else wanted(text, answer.intent, ruled.intent)
        found = demands.matters(parts, [answers[part.text].category for part in parts])
        matters = tuple([Demand(words, self._three(odds)) for words, odds in found])
        # A danger is filed under its category; of several matters each offers its best.
        kind = danger or suspected
        first = [DANGERS[kind].category or NOT_OURS] if kind is not None else []
        first += [matter.categories[0] for matter in matters]
        return Reading(
            intent,
            self._three(answer.category, first),
            danger,
            matters,
            suspected=suspected,
            guessed=intent != ruled.intent,
        )

    def _three(self, odds: Odds, first: Sequence[str] = ()) -> tuple[str, ...]:
        """The likeliest categories, after those that come first in any case."""
        codes = dict.fromkeys([*first, *odds.labels])
        return tuple([code for code in codes if code in self._codes][:3])


def _dangers(text: str, ruled: Reading, odds: Odds) -> tuple[str | None, str | None]:
    """The danger that alarms at once, or else the one that is only suspected.

    What the rules alarm for is believed unless the model is nearly sure of the opposite
    ("打了个喷嚏"); then, and where the model alone is worried, somebody is asked first.
    """
    shipped, worry = model.shipped(), 1 - odds.of(HARMLESS)
    if ruled.danger is not None:
        return (ruled.danger, None) if worry >= shipped.doubt else (None, ruled.danger)
    if worry < shipped.alarm or (ruled.intent == "small_talk" and len(text) <= PHRASE):
        return None, None
    return None, next(kind for kind in odds.labels if kind != HARMLESS)


def wanted(text: str, odds: Odds, ruled: Intent) -> Intent:
    """The intent of a plain text, from the model's odds and what the rules read."""
    if ruled in BELIEVED:
        return ruled
    return next(
        cast("Intent", label)
        for label, chance in zip(odds.labels, odds.chances, strict=True)
        if chance >= UNLIKELY.get(label, 0) and not (label == "spam" and tells_of_fraud(text))
    )
