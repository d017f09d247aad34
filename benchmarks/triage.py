"""How well a message is understood, and how fast.

By cross-validation on the corpus (bot/triage/corpus/): every message is judged by a model
that was trained without it. And by the model as it ships on messages that are not in the
corpus: those of tests/data/ and tests/triage/. Rules and model together, as in the bot.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter_ns
from typing import Any

from benchmarks import fresh

TESTS = Path(__file__).parents[1] / "tests"
REPORTS = {
    name: TESTS / f"{name}.tsv"
    for name in ("data/messages", "data/edge_messages", "triage/reports")
}
DANGERS = TESTS / "triage" / "dangers.tsv"
WARM_UP = 5  # messages that are not counted: the first one loads the model


def measure(quick: bool) -> dict[str, Any]:
    """Shares of messages understood, and milliseconds for one, one at a time, on one core."""
    return {"unseen": fresh.call(unseen), "cross_validation": crosswise(2 if quick else 5)}


def unseen() -> dict[str, Any]:
    """The model as it ships, on messages that are not in its corpus."""
    from bot import decisions
    from bot.triage import Triage

    triage = Triage(decisions.categories())
    for text in ("路灯坏了",) * WARM_UP:
        triage.read(text)
    taken: list[float] = []

    def read(text: str) -> Any:
        began = perf_counter_ns()
        reading = triage.read(text)
        taken.append((perf_counter_ns() - began) / 1e6)
        return reading

    found: dict[str, Any] = {}
    for name, file in REPORTS.items():
        rows = [(read(text).categories, code) for text, code, *_ in table(file)]
        found[name.partition("/")[2]] = {
            "messages": len(rows),
            "at_1": _share([three[:1] == (code,) for three, code in rows]),
            "at_3": _share([code in three for three, code in rows]),
        }
    heard = [(kind != "none", read(text).emergency) for kind, text in table(DANGERS)]
    found["dangers"] = {
        "messages": len(heard),
        "emergencies_heard": _share([alarm for danger, alarm in heard if danger]),
        "false_alarms": _share([alarm for danger, alarm in heard if not danger]),
    }
    percentiles = quantiles(taken, n=100)
    return {**found, "p50_ms": round(percentiles[49], 2), "p99_ms": round(percentiles[98], 2)}


def crosswise(folds: int) -> dict[str, Any]:
    """Every message of the corpus by a model that was trained without it."""
    from bot import decisions
    from bot.triage import HARMLESS, model, train, wanted
    from bot.triage.rules import Rules

    rules = Rules(decisions.categories())
    lessons = train.lessons()
    words = train.vocabulary([text for lesson in lessons.values() for text in lesson.texts])
    odds = {}
    for head, lesson in lessons.items():
        labels, chances = train.judged(head, lesson, train.matrix(lesson.texts, words), folds)
        odds[head] = [model.ranked(labels, row) for row in chances]
    about, wants, urgent = lessons["category"], lessons["intent"], lessons["danger"]
    intents = [
        wanted(odds["intent"][i], rules.read(text).intent)
        for i, text in enumerate(wants.texts[: wants.own])
    ]
    alarm = 1 - model.shipped().alarm
    alarms = [
        odds["danger"][i].of(HARMLESS) <= alarm or rules.read(text).danger is not None
        for i, text in enumerate(urgent.texts)
    ]
    three = [odds["category"][i].labels[:3] for i in range(about.own)]
    own = list(zip(alarms, urgent.labels, strict=True))[: urgent.own]
    return {
        "messages": sum(lesson.own for lesson in lessons.values()),
        "at_1": _share(
            [codes[0] == code for codes, code in zip(three, about.labels, strict=False)]
        ),
        "at_3": _share([code in codes for codes, code in zip(three, about.labels, strict=False)]),
        "intent": _share([mine == its for mine, its in zip(intents, wants.labels, strict=False)]),
        "emergencies_heard": _share([alarm for alarm, kind in own if kind != HARMLESS]),
        "look_alikes_alarming": _share([alarm for alarm, kind in own if kind == HARMLESS]),
        "false_alarms": _share(alarms[urgent.own :]),
    }


def table(file: Path) -> list[list[str]]:
    """The rows under the heading."""
    return [line.split("\t") for line in file.read_text("utf-8").splitlines()[1:]]


def _share(hits: Sequence[object]) -> float:
    return round(sum(map(bool, hits)) / len(hits), 3)
