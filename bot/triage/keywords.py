"""Which category a text is about: the words people say, weighed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import add
from typing import NamedTuple, TypeAlias

Weights: TypeAlias = dict[str, float]
Entry: TypeAlias = tuple[str, tuple[tuple[str, float], ...]]
Index: TypeAlias = dict[str, list[Entry]]
Pairs: TypeAlias = dict[str, list[tuple[frozenset[str], str, float]]]

TOGETHER = "+"
"""In a keyword, "路+坑" counts when both are said, in any order and at any distance."""

SHADOW = 0.35
"""What a short word keeps of its weight inside a longer one ("物业" inside "物业费")."""

LATIN = "{"
"""The character after "z": Chinese words sort above it."""

_ENDING = re.compile(r"(e?s)?(?![a-z])")


class Match(NamedTuple):
    """A category and how much speaks for it; 2 is one ordinary word of two characters."""

    code: str
    score: float


class Keywords:
    """Finds the categories of a text in one walk over its characters."""

    def __init__(self, categories: Sequence[Mapping[str, object]]) -> None:
        known = ((str(category["code"]), tuple(_keywords(category))) for category in categories)
        self._index, self._single, self._pairs = _indexed(tuple(known))

    def matches(self, text: str, most: int = 3) -> tuple[Match, ...]:
        """Up to `most` categories, best first; empty when no word is known."""
        found = self._words_in(text)
        scores: defaultdict[str, float] = defaultdict(float)
        for _, weights in found:
            for code, weight in weights:
                scores[code] += weight
        for word in (said := {word for word, _ in found}) & self._pairs.keys():
            for others, code, weight in self._pairs[word]:
                if others <= said:
                    scores[code] += weight
        best = sorted([(-score, code) for code, score in scores.items() if score > 0])
        return tuple([Match(code, -score) for score, code in best[:most]])

    def _words_in(self, text: str) -> list[Entry]:
        index = self._index
        found = [index[char][0] for char in self._single & set(text)]
        beginnings = enumerate(map(add, text, text[1:]))
        for at, beginning in [pair for pair in beginnings if pair[1] in index]:
            for word, weights in index[beginning]:
                if text.startswith(word, at) and (word > LATIN or _is_whole(text, word, at)):
                    found.append((word, weights))
        return found


@cache
def _indexed(known: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Index, frozenset[str], Pairs]:
    """The words, those of one character, and what must be said together; made once, because the
    demo begins anew again and again."""
    words: dict[str, set[str]] = defaultdict(set)
    pairs: dict[str, set[str]] = defaultdict(set)
    for code, keywords in known:
        for keyword in keywords:
            (pairs if TOGETHER in keyword else words)[keyword].add(code)
    weights = _unshadowed({word: _weigh(word, codes) for word, codes in words.items()})
    for pair in pairs:
        for part in pair.split(TOGETHER):
            weights.setdefault(part, {})
    single = frozenset(word for word in weights if len(word) == 1)
    return _by_beginning(weights), single, _by_first_part(pairs)


def _keywords(category: Mapping[str, object]) -> Iterable[str]:
    keywords = category.get("keywords", ())
    return (str(k).lower() for k in keywords) if isinstance(keywords, (list, tuple)) else ()


def _weigh(word: str, codes: Iterable[str]) -> Weights:
    """Longer words say more; a word that several categories claim says less for each."""
    shared = list(codes)
    return {code: _length(word) / len(shared) for code in shared}


def _length(word: str) -> float:
    """A Latin word of any length counts like a Chinese word of two or three characters."""
    return 2.5 if word.isascii() else len(word) ** 1.3 * 0.8


def _unshadowed(weights: Mapping[str, Weights]) -> dict[str, Weights]:
    """What each word adds, given that the words inside it are found and added as well."""
    added: dict[str, Weights] = {}
    for word in sorted(weights, key=len):
        own = dict(weights[word])
        for inside in _words_inside(word, added):
            for code, weight in added[inside].items():
                if code not in weights[word]:
                    own[code] = own.get(code, 0.0) - weight * (1 - SHADOW)
                else:
                    own[code] -= weight
        added[word] = own
    return added


def _words_inside(word: str, known: Mapping[str, Weights]) -> list[str]:
    parts = (word[i:j] for i in range(len(word)) for j in range(i + 1, len(word) + 1))
    return [part for part in parts if part in known and part != word]


def _by_beginning(weights: Mapping[str, Weights]) -> Index:
    """The words under their first two characters (or their only one), so few are compared."""
    index: dict[str, list[Entry]] = defaultdict(list)
    for word in sorted(weights):
        index[word[:2]].append((word, tuple(weights[word].items())))
    return dict(index)


def _by_first_part(pairs: Mapping[str, Iterable[str]]) -> Pairs:
    index: dict[str, list[tuple[frozenset[str], str, float]]] = defaultdict(list)
    for pair, codes in pairs.items():
        first, *others = pair.split(TOGETHER)
        shared = list(codes)
        for code in shared:
            index[first].append((frozenset(others), code, _length_of_pair(pair) / len(shared)))
    return dict(index)


def _length_of_pair(pair: str) -> float:
    return 2.5 if pair.isascii() else 0.7 * (len(pair) - pair.count(TOGETHER))


def _is_whole(text: str, word: str, at: int) -> bool:
    """Latin letters count only as a whole word: "bus" and "buses", but not "business"."""
    before = text[at - 1 : at]
    after = text[at + len(word) : at + len(word) + 3]
    return not _is_letter(before) and _ENDING.match(after) is not None


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
