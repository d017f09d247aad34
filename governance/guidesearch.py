"""Finds what a question means in the guide, by the pairs of characters they share.

Chinese writes no spaces, so two neighbouring characters stand for a word. Each title and each
other wording of an entry is compared with the question by itself. Pairs that few entries have
count most, and the words of asking ("怎么办", "在哪") not at all. A pair that no entry has
counts against all of them, so that a question about something else finds nothing.

The weights were chosen on one set of questions in the voices of residents and tried on
another: tests/governance/test_guidesearch.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log
from typing import NamedTuple

SURE = 0.5
"""A score from which an entry is answered with, where it is `AHEAD` times the next one's."""
AHEAD = 1.4
PERHAPS = 0.25
"""A score from which an entry is offered by its title."""
MOST = 3  # offered at once; who reads a longer list aloud has forgotten its beginning
READ = 300  # characters of a question that are looked at

_ASKING = re.compile(
    "我想|想要|请问|想问|问一?下|问问|咨询|一下|听说|知道|告诉|帮我|麻烦|谢谢|你们|您|咱们?|我们|我家"
    "|怎么样|怎么|怎样|如何|咋整|咋样|咋|啥时候|什么时候|什么样|什么|啥|多少钱?|多久|几点|几号|哪里|哪儿|哪个|哪些|哪"
    "|能不能|可不可以|可以|是不是|有没有|要不要|需要|应该|还要"
    "|办理|申请|领取|手续|材料|流程|条件"
    "|[吗呢吧啊呀嘛了的地得是在去到上我你他她个这那就都还也和与有没能会要给想请办领弄搞不]"
)
_RUNS = re.compile(r"[a-z0-9]+|[^\W\da-z_]+")
_BRACKETS = re.compile(r"[()（）]")
_ONE = 0.35  # what a single character counts, where a pair counts 1
_ASKED, _SAID = 0.5, 0.7  # how much it matters that all of the question, all of a wording is there
_ANYWHERE, _IN_THE_ANSWER = 0.25, 0.05
_NEARER = 0.06  # for each level that an entry is nearer to who asks


class Leaf(NamedTuple):
    """What is searched of an entry; `area_id` is where it holds, `until` its last day."""

    id: int
    title: str
    asked: Sequence[str]
    text: str
    area_id: int
    until: date


class Hit(NamedTuple):
    """An entry, and how surely it is what was meant (about 1 when wording and question agree)."""

    id: int
    score: float


@dataclass(frozen=True, slots=True)
class _Wording:
    leaf: int
    grams: frozenset[str]
    weight: float


class Index:
    """Every entry of a district, made once and asked often."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self._leaves = list(leaves)
        self._known: list[frozenset[str]] = []
        self._texts = [frozenset(_grams(leaf.text)) for leaf in self._leaves]
        wordings = [[w for w in map(_grams, _names(leaf)) if w] for leaf in self._leaves]
        self._known = [frozenset().union(*several) for several in wordings]
        self._seen = Counter(gram for known in self._known for gram in known)
        self._having: dict[str, list[_Wording]] = defaultdict(list)
        for number, several in enumerate(wordings):
            for grams in several:
                wording = _Wording(number, frozenset(grams), self._weigh(grams))
                for gram in wording.grams:
                    self._having[gram].append(wording)
        self._named = defaultdict(list)
        for number, leaf in enumerate(self._leaves):
            for name in _names(leaf):
                self._named[_bare(name)].append(number)

    def find(self, words: str, path: Sequence[int], today: date) -> list[Hit]:
        """What may be meant, best first, among what holds there today.

        `path`: area ids from the district down to where somebody asks. Of entries with one
        title the nearest is found.
        """
        grams = _grams(words[:READ])
        asked = self._weigh(grams)
        best: dict[int, float] = {}
        for wording in {id(w): w for gram in grams for w in self._having.get(gram, ())}.values():
            shared = self._weigh(grams & wording.grams)
            fits = (shared / asked) ** _ASKED * (shared / wording.weight) ** _SAID
            best[wording.leaf] = max(fits, best.get(wording.leaf, 0.0))
        hits: dict[str, tuple[int, Hit]] = {}
        for number, fits in best.items():
            leaf = self._leaves[number]
            if leaf.until < today or leaf.area_id not in path:
                continue
            fits += _ANYWHERE * self._weigh(grams & self._known[number]) / asked
            fits += _IN_THE_ANSWER * self._weigh(grams & self._texts[number]) / asked
            near = list(path).index(leaf.area_id)
            found = (near, Hit(leaf.id, fits * (1 + _NEARER * near)))
            title = _bare(leaf.title)
            hits[title] = max(found, hits.get(title, found), key=lambda one: one[0])
        return sorted((hit for _near, hit in hits.values()), key=lambda hit: (-hit.score, hit.id))

    def named(self, words: str, path: Sequence[int], today: date) -> int | None:
        """The nearest entry whose title or other wording these words are, and nothing else."""
        found = [self._leaves[number] for number in self._named.get(_bare(words), ())]
        there = [leaf for leaf in found if leaf.until >= today and leaf.area_id in path]
        nearest = max(there, key=lambda leaf: list(path).index(leaf.area_id), default=None)
        return nearest.id if nearest else None

    def answers(self, words: str, path: Sequence[int], today: date) -> bool:
        """Whether there is something to say to this question by now."""
        return bool(self.named(words, path, today) or likely(self.find(words, path, today)))

    def _weigh(self, grams: Iterable[str]) -> float:
        return sum(map(self._weight, grams))

    def _weight(self, gram: str) -> float:
        """More for what few entries have, and most for what none has."""
        seen, all_ = self._seen[gram], len(self._leaves)
        rare = log(1 + (all_ - seen + 0.5) / (seen + 0.5))
        return rare if len(gram) > 1 else rare * _ONE


def clear(hits: Sequence[Hit]) -> int | None:
    """The entry that is surely meant, if there is one."""
    if not hits or hits[0].score < SURE:
        return None
    ahead = len(hits) < 2 or hits[0].score >= AHEAD * hits[1].score
    return hits[0].id if ahead else None


def likely(hits: Sequence[Hit], besides: int | None = None) -> list[int]:
    """The few entries that may be meant, best first, without one that was not."""
    others = [hit for hit in hits if hit.id != besides]
    least = max(PERHAPS, others[0].score / 2) if others else PERHAPS
    return [hit.id for hit in others if hit.score >= least][:MOST]


def _names(leaf: Leaf) -> list[str]:
    """A title, what stands in its brackets and before them, and the other wordings."""
    parts = [part for part in _BRACKETS.split(leaf.title) if part.strip()]
    return list(dict.fromkeys([leaf.title, *parts, *leaf.asked]))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _bare(text: str) -> str:
    return "".join(char for char in _plain(text) if char.isalnum())


def _grams(text: str) -> frozenset[str]:
    """Latin words and numbers, pairs of other characters, and each of these alone."""
    found: set[str] = set()
    for run in _RUNS.findall(_ASKING.sub(" ", _plain(text))):
        if run.isascii():
            found.add(run)
        else:
            found.update(run, (a + b for a, b in pairwise(run)))
    return frozenset(found)
