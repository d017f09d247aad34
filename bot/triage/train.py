"""Makes the model's weights from the corpus: `make triage`.

A development step: scikit-learn and scipy are needed here and in the benchmark that judges
the model, nowhere else. The same corpus gives the same weights.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot import decisions
from bot.triage import encoder, examples
from bot.triage.danger import danger_in
from bot.triage.model import WEIGHTS
from bot.triage.ngrams import ngrams
from bot.triage.rules import Rules, hints
from bot.triage.text import gist, plain

STRENGTH = {"category": 10.0, "intent": 10.0, "danger": 10.0}
"""The inverse of the penalty on large weights."""

SELDOM = 3
"""A piece of text that fewer examples have says nothing."""

ITERATIONS, FOLDS = 150, 5

FALSE_ALARMS = 0.1
"""Of ordinary messages about other things, at most this share alarms."""

Chances = NDArray[np.float64]


@dataclass(slots=True)
class Lesson:
    """What one head is taught. The first `own` texts are its table, the others are lent."""

    texts: list[str]
    labels: list[str]
    weights: list[float]
    own: int


class Vocabulary(NamedTuple):
    """The pieces of text and the hints that the corpus has, and how rare each piece is."""

    pieces: Mapping[str, int]
    rarity: NDArray[np.float64]
    hints: Mapping[str, int]


class Fitted(NamedTuple):
    """One head as trained: a row for each piece, each of the encoder's numbers, each hint."""

    labels: list[str]
    weights: Chances
    bias: Chances


def lessons() -> Mapping[str, Lesson]:
    """What each head is taught. The names and keywords of a category speak for it too;
    whatever is about a thing is a report, and hardly ever an emergency."""
    data = decisions.categories()
    urgent = {row["code"] for row in data if row.get("emergency")}
    told = examples.categories()
    named = [
        examples.Example(word.replace("+", ","), row["code"])
        for row in data
        if row["parent"] is not None
        for word in (row["zh"], row["short_zh"], row["en"], *row["keywords"])
    ]
    reports = [told[::4], named[::8]]
    harmless = [e for e in told if e.label not in urgent]
    return {
        "category": _lesson(examples.categories(), named, 0.2),
        "intent": _lesson(
            examples.intents(),
            [e._replace(label="report") for some in reports for e in some if e.label[:2] <= "09"],
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
    return Lesson([plain(e.text) for e in every], [e.label for e in every], weights, len(own))


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """What is worth a weight in these texts."""
    often = Counter(piece for text in set(texts) for piece in ngrams(gist(text)))
    pieces = sorted(piece for piece, times in often.items() if times >= SELDOM)
    times = np.array([often[piece] for piece in pieces])
    rarity = np.log((1 + len(texts)) / (1 + times)) + 1
    rules = Rules(decisions.categories())
    known = sorted({hint for text in set(texts) for hint in hints(gist(text), rules.read(text))})
    return Vocabulary(
        {piece: i for i, piece in enumerate(pieces)},
        rarity.astype(np.float16).astype(float),
        {hint: i for i, hint in enumerate(known)},
    )


def matrix(texts: Sequence[str], words: Vocabulary) -> Any:
    """The texts as the model sees them, a row for each."""
    rules = Rules(decisions.categories())
    ends, columns, values = [0], [], []
    hinted = np.zeros((len(texts), len(words.hints)))
    for row, text in enumerate(texts):
        found = sorted(at for n in ngrams(gist(text)) if (at := words.pieces.get(n)) is not None)
        weight = words.rarity[found]
        columns += found
        values += list(weight / (np.linalg.norm(weight) or 1))
        ends.append(len(columns))
        for hint in hints(gist(text), rules.read(text)):
            if (at := words.hints.get(hint)) is not None:
                hinted[row, at] = 1
    spelled = csr_matrix((values, columns, ends), shape=(len(texts), len(words.pieces)))
    return hstack(
        [spelled, csr_matrix(encoder.vectors([gist(text) for text in texts])), csr_matrix(hinted)]
    ).tocsr()


def fit(head: str, seen: Any, labels: Sequence[str], weights: Sequence[float]) -> Fitted:
    """The head trained on these rows."""
    model = LogisticRegression(C=STRENGTH[head], max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(seen, labels, sample_weight=weights)
    return Fitted([str(label) for label in model.classes_], model.coef_.T, model.intercept_)


def chances(fitted: Fitted, seen: Any) -> Chances:
    """The probability of each label for each row."""
    scores = seen @ fitted.weights + fitted.bias
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def judged(head: str, lesson: Lesson, seen: Any, folds: int = FOLDS) -> tuple[list[str], Chances]:
    """The labels, and their chances for each text by a model trained without that text."""
    found = np.zeros((len(lesson.texts), len(set(lesson.labels))))
    strata = [f"{label} {i < lesson.own}" for i, label in enumerate(lesson.labels)]
    fitted = None
    split = StratifiedKFold(folds, shuffle=True, random_state=1).split(found, strata)
    for train, test in split:
        labels = [lesson.labels[i] for i in train]
        fitted = fit(head, seen[train], labels, [lesson.weights[i] for i in train])
        found[test] = chances(fitted, seen[test])
    assert fitted is not None  # noqa: S101 - there are folds
    return fitted.labels, found


def alarm(lesson: Lesson, labels: Sequence[str], found: Chances) -> float:
    """The lowest chance of danger to alarm from at which `FALSE_ALARMS` is kept.

    What the rules alarm for counts too. The look-alikes of the corpus are left out: they
    are as dangerous in their words as anybody could make them.
    """
    by_rules = [danger_in(text) is not None for text in lesson.texts[lesson.own :]]
    model = 1 - found[lesson.own :, labels.index(examples.HARMLESS)]
    danger = np.where(by_rules, 1.0, model)
    kept = [c for c in range(5, 50) if (danger >= c / 100).mean() <= FALSE_ALARMS]
    return min(kept, default=50) / 100


def main() -> None:
    """Writes weights.npz."""
    taught = lessons()
    words = vocabulary([text for lesson in taught.values() for text in lesson.texts])
    seen = {head: matrix(lesson.texts, words) for head, lesson in taught.items()}
    labels, found = judged("danger", taught["danger"], seen["danger"])
    kept: dict[str, Any] = {
        "digest": _letters([examples.digest()]),
        "alarm": np.float32(alarm(taught["danger"], labels, found)),
        "pieces": _letters(list(words.pieces)),
        "hints": _letters(list(words.hints)),
        "rarity": words.rarity.astype(np.float16),
    }
    ends = np.cumsum([len(words.pieces), encoder.SIZE])
    for head, lesson in taught.items():
        fitted = fit(head, seen[head], lesson.labels, lesson.weights)
        kept[f"{head}_labels"] = _letters(fitted.labels)
        for kind, rows in zip(
            ("pieces", "meaning", "hints"), np.split(fitted.weights, ends), strict=True
        ):
            kept[f"{head}_{kind}"] = rows.astype(np.float16)
        kept[f"{head}_bias"] = fitted.bias.astype(np.float32)
    np.savez_compressed(WEIGHTS, **kept)
    size, chance = WEIGHTS.stat().st_size / 1e6, float(kept["alarm"])
    print(f"{WEIGHTS.name}: {size:.1f} MB, alarm from {chance:.2f}", file=sys.stderr)


def _letters(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


if __name__ == "__main__":
    main()
