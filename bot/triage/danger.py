"""Is somebody's life in danger? Asked before anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.triage.signs import Rule, Signs
from bot.triage.signs_of_people import CHILD_OR_ELDER, MEDICAL, SELF_HARM, VIOLENCE
from bot.triage.signs_of_places import COLLAPSE, DROWNING, ELECTRICITY, FIRE, GAS, LIFT

LONG = 80
"""Characters; in a longer text, only what is said in neighbouring sentences is put together."""

SIGNS: tuple[Signs, ...] = (
    SELF_HARM, ELECTRICITY, GAS, FIRE, COLLAPSE, DROWNING, LIFT, VIOLENCE, MEDICAL, CHILD_OR_ELDER,
)  # fmt: skip
"""In the order in which they are asked; the first wins."""

_SENTENCE = re.compile(r"[^。!?;]+[。!?;]*|[。!?;]+")
_LATIN_WORD = re.compile("[a-z]{3}")


@dataclass(frozen=True, slots=True)
class _Test:
    kind: str
    said: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]
    harmless: re.Pattern[str]

    @classmethod
    def prepare(cls, signs: Signs, rule: Rule) -> _Test:
        clues = set(rule.clues)
        rarest_first = sorted(rule.said, key=lambda said: not clues <= set(said))
        said = tuple(re.compile(said) for said in rarest_first)
        return cls(signs.kind, said, re.compile(rule.unless), re.compile(signs.harmless))

    def holds(self, text: str) -> bool:
        return (
            self._all_said(text)
            and self._all_said(self.harmless.sub("…", text))
            and self.unless.search(text) is None
        )

    def _all_said(self, text: str) -> bool:
        for said in self.said:  # noqa: SIM110 - twice as fast as all() here
            if said.search(text) is None:
                return False
        return True


_TESTS = tuple(_Test.prepare(signs, rule) for signs in SIGNS for rule in signs.rules)
_ENGLISH = tuple((signs.kind, re.compile(signs.english)) for signs in SIGNS)

_CLUES: dict[str, int] = {}
"""For each character the tests it is a clue for, as bits: the others need not be tried."""
for _number, _rule in enumerate(rule for signs in SIGNS for rule in signs.rules):
    for _char in _rule.clues:
        _CLUES[_char] = _CLUES.get(_char, 0) | 1 << _number


def danger_in(text: str) -> str | None:
    """The kind of danger a plain text tells of (see handlers/dangers.py), or None."""
    if len(text) <= LONG:
        held = _first_test(text)
    else:
        held = min((_first_test(passage) for passage in _passages(text)), default=len(_TESTS))
    if held < len(_TESTS):
        return _TESTS[held].kind
    if _LATIN_WORD.search(text) is not None:
        return next((kind for kind, signs in _ENGLISH if signs.search(text)), None)
    return None


def _first_test(text: str) -> int:
    """The number of the first test that holds, or how many there are."""
    left = 0
    clues = _CLUES.get
    for char in text:
        left |= clues(char, 0)
    while left:
        number = (left & -left).bit_length() - 1
        if _TESTS[number].holds(text):
            return number
        left &= left - 1
    return len(_TESTS)


def _passages(text: str) -> Iterator[str]:
    sentences = _SENTENCE.findall(text)
    if len(sentences) == 1:
        yield text
    for first, second in pairwise(sentences):
        yield first + second
