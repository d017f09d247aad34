"""What people and units can do, as the district names it, and how it is found in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing that can be done for others. `words` are what people say when they mean it."""

    code: str
    name_zh: str
    name_en: str
    words: tuple[str, ...] = ()

    def said_in(self, text: str) -> bool:
        """Whether these words, lower case, speak of it."""
        names = (self.code, self.name_zh, self.name_en.lower())
        return any(word in text for word in (*names, *self.words) if word)


def skills_in(text: str, known: Mapping[str, Skill]) -> tuple[str, ...]:
    """The codes of the skills a text speaks of, in the district's order."""
    said = text.lower()
    return tuple(skill.code for skill in known.values() if skill.said_in(said))


def codes_of(words: Iterable[str], known: Mapping[str, Skill]) -> frozenset[str]:
    """The skills that these words name; a word the district does not know stays itself."""
    found: set[str] = set()
    for word in words:
        # Most are codes already, and a proposal looks at thousands.
        found.update(
            (word,) if word in known else skills_in(word, known) or (word.strip().lower(),)
        )
    return frozenset(found - {""})
