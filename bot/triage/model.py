"""What a text means, by a model that was trained on the corpus.

Scores add up from runs of characters, what the rules read, and how alike the text is to a few
thousand others in the eyes of the sentence encoder. Its weights (`weights.npz`) are made by
train.py and carry the digest of the corpus they were made from. Reading a text is numpy alone.
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

NARROWNESS = 1.5
"""How fast likeness fades with distance in the encoder's space."""

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


class _Weights(NamedTuple):
    """Small whole numbers, a row for each thing that is weighed, and a scale for each column."""

    rows: NDArray[np.int8]
    scale: Floats


class Model:
    """Answers what a text is about, what is wanted, and which danger there is, or "none"."""

    def __init__(self, file: Path = WEIGHTS) -> None:
        with np.load(file, allow_pickle=False) as kept:
            self.digest = _words(kept["digest"])[0]
            self.alarm, self.doubt = (float(kept[name]) for name in ("alarm", "doubt"))
            self._labels = [_words(kept[f"{head}_labels"]) for head in HEADS]
            self._hints = {hint: at for at, hint in enumerate(_words(kept["hints"]))}
            self._pieces = {piece: at for at, piece in enumerate(_words(kept["pieces"]))}
            self._rarity = kept["rarity"].astype(np.float32)
            self._landmarks = kept["landmarks"].astype(np.float32)
            self._by_piece = _joined(kept, "pieces")
            self._by_hint = _joined(kept, "hints")
            by_likeness = _joined(kept, "likeness")
            self._by_likeness = by_likeness.rows * by_likeness.scale
            self._bias = np.concatenate([kept[f"{head}_bias"] for head in HEADS])

    def answers(self, said: Mapping[str, Reading]) -> list[Answers]:
        """For each plain text, given what the rules read in it. Many together are faster."""
        gists = [gist(text) for text in said]
        alike = likeness(encoder.vectors(gists), self._landmarks)
        scores = alike @ self._by_likeness + self._bias
        for row, text, ruled in zip(scores, gists, said.values(), strict=True):
            pieces = sorted([at for n in ngrams(text) if (at := self._pieces.get(n)) is not None])
            if pieces:
                rarity = self._rarity[pieces]
                row += _sum(self._by_piece, pieces, rarity / np.linalg.norm(rarity))
            known = [at for hint in hints(text, ruled) if (at := self._hints.get(hint)) is not None]
            row += _sum(self._by_hint, known, np.ones(len(known), np.float32))
        return [self._answers(row) for row in scores]

    def _answers(self, row: Floats) -> Answers:
        ends = np.cumsum([len(labels) for labels in self._labels[:-1]])
        return Answers(*map(_odds, self._labels, np.split(row, ends)))


@cache
def shipped() -> Model:
    """The model as it ships, in memory once a process."""
    return Model()


def likeness(meanings: Floats, landmarks: Floats) -> Floats:
    """How alike each text (a row) is to each landmark: 1 if they mean the same, else less."""
    near: Floats = np.exp(2 * NARROWNESS * (meanings @ landmarks.T - 1))
    return near


def ranked(labels: Sequence[str], chances: Floats) -> Odds:
    """The labels in the order of their chances."""
    order = np.argsort(-chances, kind="stable")
    return Odds(tuple([labels[i] for i in order]), tuple(chances[order].tolist()))


def _odds(labels: Sequence[str], scores: Floats) -> Odds:
    likely = np.exp(scores - scores.max())
    return ranked(labels, likely / likely.sum())


def _sum(weights: _Weights, rows: Sequence[int], times: Floats) -> Floats:
    total: Floats = (times @ weights.rows[rows]) * weights.scale
    return total


def _words(kept: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(kept.tobytes().decode().split("\n"))


def _joined(kept: Mapping[str, NDArray[np.generic]], kind: str) -> _Weights:
    rows = np.concatenate([kept[f"{head}_{kind}"] for head in HEADS], axis=1)
    scale = np.concatenate([kept[f"{head}_{kind}_scale"] for head in HEADS])
    return _Weights(np.ascontiguousarray(rows, np.int8), scale.astype(np.float32))
