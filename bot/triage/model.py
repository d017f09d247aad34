"""The trained model: a linear one over pieces of the text, its meaning, and what the rules say.

Its weights lie in weights.npz, which `make triage` makes from the corpus (see train.py).
What it gives are chances; what follows from them is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.triage import encoder
from bot.triage.ngrams import ngrams
from bot.triage.rules import hints
from bot.triage.text import gist
from handlers.message import Reading

WEIGHTS = Path(__file__).parent / "weights.npz"
HEADS = ("category", "intent", "danger")

Floats = NDArray[np.floating]


class Odds(NamedTuple):
    """The labels that answer a question, the likeliest first, and the chance of each."""

    labels: tuple[str, ...]
    chances: tuple[float, ...]

    def of(self, label: str) -> float:
        """The chance of this label, which is one of them."""
        return self.chances[self.labels.index(label)]


class Answers(NamedTuple):
    """What the model thinks of a text."""

    category: Odds
    intent: Odds
    danger: Odds


class Model:
    """Answers what a text is about, what is wanted, and which danger there is, or "none"."""

    def __init__(self, file: Path = WEIGHTS) -> None:
        with np.load(file, allow_pickle=False) as kept:
            self.digest = _words(kept["digest"])[0]
            self.alarm = float(kept["alarm"])
            self._labels = [_words(kept[f"{head}_labels"]) for head in HEADS]
            self._hints = {hint: at for at, hint in enumerate(_words(kept["hints"]))}
            self._pieces = {piece: at for at, piece in enumerate(_words(kept["pieces"]))}
            self._rarity = kept["rarity"].astype(np.float32)
            self._by_piece = _joined(kept, "pieces")
            self._by_meaning = _joined(kept, "meaning")
            self._by_hint = _joined(kept, "hints")
            self._bias = _joined(kept, "bias")

    def answers(self, said: Mapping[str, Reading]) -> list[Answers]:
        """For each plain text, given what the rules read in it. Many together are faster."""
        gists = [gist(text) for text in said]
        scores = encoder.vectors(gists) @ self._by_meaning + self._bias
        for row, text, ruled in zip(scores, gists, said.values(), strict=True):
            found = sorted([at for n in ngrams(text) if (at := self._pieces.get(n)) is not None])
            if found:
                weight = self._rarity[found]
                row += (weight / np.linalg.norm(weight)) @ self._by_piece[found]
            for hint in hints(text, ruled):
                if (at := self._hints.get(hint)) is not None:
                    row += self._by_hint[at]
        return [self._answers(row) for row in scores]

    def _answers(self, row: Floats) -> Answers:
        ends = np.cumsum([len(labels) for labels in self._labels[:-1]])
        parts = np.split(row, ends)
        return Answers(*map(_odds, self._labels, parts))


@cache
def shipped() -> Model:
    """The model as it ships, in memory once a process."""
    return Model()


def ranked(labels: Sequence[str], chances: Floats) -> Odds:
    """The labels in the order of their chances."""
    order = np.argsort(-chances, kind="stable")
    return Odds(tuple([labels[i] for i in order]), tuple(chances[order].tolist()))


def _odds(labels: Sequence[str], scores: Floats) -> Odds:
    likely = np.exp(scores - scores.max())
    return ranked(labels, likely / likely.sum())


def _words(kept: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(kept.tobytes().decode().split("\n"))


def _joined(kept: Mapping[str, NDArray[np.generic]], kind: str) -> Floats:
    parts = [kept[f"{head}_{kind}"].astype(np.float32) for head in HEADS]
    return np.ascontiguousarray(np.concatenate(parts, axis=-1))
