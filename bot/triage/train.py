"""Makes the model's weights from the corpus: `make triage`.

A development step: scipy is needed here and in the benchmark that judges the model, nowhere
else. The same corpus gives the same weights, but for rounding.

Each head is a ridge regression on its labels. It is solved by how alike the texts are to one
another, which also tells, without training again, what a model would have said of each text
that was trained without it (Rasmussen and Williams 2006, equation 5.12).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, lapack
from scipy.sparse import csr_matrix

from bot import decisions
from bot.triage import encoder, examples
from bot.triage.danger import danger_in
from bot.triage.model import HEADS, WEIGHTS, likeness
from bot.triage.ngrams import ngrams
from bot.triage.rules import Rules, hints
from bot.triage.text import gist, plain

SMOOTHNESS = 0.5
"""What large weights cost, for an example that counts in full."""

MEANING, HINTS = 2.0, 0.015
"""What the encoder and the rules count for, beside the characters."""

SELDOM = 4
"""A piece of text that fewer examples have says nothing."""

LANDMARKS = 2000
"""Texts of the corpus that others are likened to; with all of them it is no better."""

FALSE_ALARMS = 0.065
"""Of ordinary messages about other things, at most this share alarms. The aim allows more,
but what is hardly heard besides would be asked of everybody else."""

DOUBT = 0.1
"""The chance of danger below which a rule that alarms is not believed at once."""

SHARPNESS = tuple(float(s) for s in np.arange(2, 15, 0.5))

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Lesson:
    """What one head is taught. The first `own` texts are its table, the others are lent.

    `told`: how each of its own is told, plain or roundabout."""

    texts: list[str]
    labels: list[str]
    weights: list[float]
    own: int
    told: list[str]


class Vocabulary(NamedTuple):
    """What the corpus has: pieces of text and how rare each is, hints, and landmarks."""

    pieces: Mapping[str, int]
    rarity: Floats
    hints: Mapping[str, int]
    landmarks: Floats


class Seen(NamedTuple):
    """Texts as the model sees them, a row for each."""

    pieces: Any
    likeness: Floats
    hints: Any


class Fitted(NamedTuple):
    """One head as trained: a row for each piece, landmark and hint, a column for each label.

    `chances`: of each label for each text of the lesson, by a model trained without that text.
    """

    labels: list[str]
    pieces: Floats
    likeness: Floats
    hints: Floats
    bias: Floats
    chances: Floats


def lessons() -> Mapping[str, Lesson]:
    """What each head is taught. The names and keywords of a category speak for it too;
    whatever is about a thing is a report, and hardly ever an emergency."""
    data = decisions.categories()
    urgent = {row["code"] for row in data if row.get("emergency")}
    told = examples.categories()
    named = [
        examples.Example(word.replace("+", ","), row["code"], "named")
        for row in data
        if row["parent"] is not None
        for word in (row["zh"], row["short_zh"], row["en"], *row["keywords"])
    ]
    reports = [e._replace(label="report") for e in [*told[::4], *named[::8]] if e.label < "10"]
    harmless = [e for e in told if e.label not in urgent]
    return {
        "category": _lesson(examples.categories(), named, 0.2),
        "intent": _lesson(
            examples.intents(),
            reports,
            0.3,
        ),
        "danger": _lesson(
            examples.emergencies(),
            [e._replace(label=examples.HARMLESS) for e in harmless],
            0.5,
        ),
    }


def _lesson(
    own: Sequence[examples.Example], lent: Sequence[examples.Example], weight: float
) -> Lesson:
    every = [*own, *lent]
    weights = [1.0] * len(own) + [weight] * len(lent)
    texts, labels, told = zip(*every, strict=True)
    return Lesson(
        [plain(text) for text in texts], [*labels], weights, len(own), [*told[: len(own)]]
    )


def vocabulary(taught: Mapping[str, Lesson]) -> Vocabulary:
    """What is worth a weight in these lessons."""
    texts = [text for lesson in taught.values() for text in lesson.texts]
    often = Counter(piece for text in set(texts) for piece in ngrams(gist(text)))
    pieces = sorted(piece for piece, times in often.items() if times >= SELDOM)
    times = np.array([often[piece] for piece in pieces])
    rarity = np.log((1 + len(texts)) / (1 + times)) + 1
    rules = Rules(decisions.categories())
    known = sorted({hint for text in set(texts) for hint in hints(gist(text), rules.read(text))})
    own = [text for lesson in taught.values() for text in lesson.texts[: lesson.own]]
    chosen = [own[at] for at in np.linspace(0, len(own) - 1, LANDMARKS).astype(int)]
    return Vocabulary(
        {piece: i for i, piece in enumerate(pieces)},
        rarity.astype(np.float16).astype(np.float32),
        {hint: i for i, hint in enumerate(known)},
        encoder.vectors([gist(text) for text in chosen]).astype(np.float16).astype(np.float32),
    )


def see(texts: Sequence[str], words: Vocabulary) -> Seen:
    """The texts as the model sees them."""
    rules = Rules(decisions.categories())
    gists = [gist(text) for text in texts]
    pieces, weights, hinted = [], [], []
    for text, short in zip(texts, gists, strict=True):
        found = sorted(at for n in ngrams(short) if (at := words.pieces.get(n)) is not None)
        rarity = words.rarity[found]
        pieces.append(found)
        weights.append(rarity / (np.linalg.norm(rarity) or 1))
        known = (words.hints.get(hint) for hint in hints(short, rules.read(text)))
        hinted.append([at for at in known if at is not None])
    return Seen(
        _sparse(pieces, np.concatenate(weights), len(words.pieces)),
        likeness(encoder.vectors(gists), words.landmarks).astype(np.float32),
        _sparse(hinted, np.ones(sum(map(len, hinted))), len(words.hints)),
    )


def _sparse(columns: Sequence[Sequence[int]], values: Any, width: int) -> Any:
    ends = np.cumsum([0, *map(len, columns)])
    return csr_matrix(
        (values.astype(np.float32), np.concatenate(columns).astype(int), ends),
        shape=(len(columns), width),
    )


def fit(lesson: Lesson, seen: Seen, words: Vocabulary) -> Fitted:
    """The head trained on its lesson."""
    labels = sorted(set(lesson.labels))
    right = np.array([[label == mine for mine in labels] for label in lesson.labels])
    wanted = (2 * right - 1).astype(np.float32)
    between = likeness(words.landmarks, words.landmarks) + 1e-3 * np.eye(len(words.landmarks))
    spread = np.linalg.solve(between, seen.likeness.T).astype(np.float32)
    alike = (seen.pieces @ seen.pieces.T).toarray()
    alike += MEANING * (seen.likeness @ spread) + 1
    alike += HINTS * (seen.hints @ seen.hints.T).toarray()
    alike[np.diag_indices(len(alike))] += SMOOTHNESS / np.array(lesson.weights, np.float32)
    factor = cho_factor(alike, lower=True, overwrite_a=True, check_finite=False)
    by_text = cho_solve(factor, wanted, check_finite=False)
    inverse, _ = lapack.spotri(factor[0], lower=1, overwrite_c=1)
    without = wanted - by_text / np.diag(inverse)[:, None]
    sharp = max(SHARPNESS, key=lambda s: _fitting(s * without, right, lesson.weights))
    by_text *= sharp
    return Fitted(
        labels,
        seen.pieces.T @ by_text,
        MEANING * (spread @ by_text),
        HINTS * (seen.hints.T @ by_text),
        by_text.sum(axis=0),
        _chances(sharp * without),
    )


def _chances(scores: Floats) -> Floats:
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    each: Floats = likely / likely.sum(axis=1, keepdims=True)
    return each


def _fitting(scores: Floats, right: NDArray[np.bool_], weights: Sequence[float]) -> float:
    """How well the chances fit what is right: the sharper, the more a mistake costs."""
    return float(np.average(np.log(_chances(scores)[right]), weights=weights))


def alarm(lesson: Lesson, fitted: Fitted) -> float:
    """The lowest chance of danger to alarm from at which `FALSE_ALARMS` is kept.

    What the rules alarm for counts too. The look-alikes of the corpus are left out: they
    are as dangerous in their words as anybody could make them.
    """
    by_rules = [danger_in(text) is not None for text in lesson.texts[lesson.own :]]
    model = 1 - fitted.chances[lesson.own :, fitted.labels.index(examples.HARMLESS)]
    danger = np.where(by_rules, 1.0, model)
    kept = [c for c in range(5, 50) if (danger >= c / 100).mean() <= FALSE_ALARMS]
    return min(kept, default=50) / 100


def main() -> None:
    """Writes weights.npz."""
    taught = lessons()
    words = vocabulary(taught)
    kept: dict[str, Any] = {
        "digest": _letters([examples.digest()]),
        "doubt": np.float32(DOUBT),
        "pieces": _letters(list(words.pieces)),
        "hints": _letters(list(words.hints)),
        "rarity": words.rarity.astype(np.float16),
        "landmarks": words.landmarks.astype(np.float16),
    }
    for head in HEADS:
        fitted = fit(taught[head], see(taught[head].texts, words), words)
        kept[f"{head}_labels"] = _letters(fitted.labels)
        kept[f"{head}_bias"] = fitted.bias
        for kind in ("pieces", "likeness", "hints"):
            rows = getattr(fitted, kind)
            scale = np.abs(rows).max(axis=0) / 127
            kept[f"{head}_{kind}"] = np.round(rows / scale).astype(np.int8)
            kept[f"{head}_{kind}_scale"] = scale.astype(np.float32)
        if head == "danger":
            kept["alarm"] = np.float32(alarm(taught[head], fitted))
    np.savez_compressed(WEIGHTS, **kept)
    size, chance = WEIGHTS.stat().st_size / 1e6, float(kept["alarm"])
    print(f"{WEIGHTS.name}: {size:.1f} MB, alarm from {chance:.2f}", file=sys.stderr)


def _letters(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


if __name__ == "__main__":
    main()
