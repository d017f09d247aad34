"""How well a message is understood, and how fast.

By cross-validation on the corpus (bot/triage/corpus/): every message is judged by a model
that was trained without it, those told plainly and those told roundabout on purpose apart. And
by the model as it ships on messages that are not in the corpus: those of tests/data/ and
tests/triage/. Rules and model together, as in the bot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import process_time_ns
from typing import Any

from benchmarks import fresh
from benchmarks.memory import resident_mb
from bot import decisions

TESTS = Path(__file__).parents[1] / "tests"
REPORTS = {
    name: TESTS / f"{name}.tsv"
    for name in ("data/messages", "data/edge_messages", "triage/reports")
}
DANGERS = TESTS / "triage" / "dangers.tsv"
WARM_UP = 5  # messages that are not counted: the first one loads the model


def measure(quick: bool) -> dict[str, Any]:
    """Shares of messages understood, the processor's milliseconds for one, and memory in MB."""
    return {"unseen": fresh.call(unseen)} | ({} if quick else {"cross_validation": crosswise()})


def unseen() -> dict[str, Any]:
    """The model as it ships, on messages that are not in its corpus."""
    from bot.triage import Triage

    triage = Triage(decisions.categories())
    before = resident_mb()
    for text in ("路灯坏了",) * WARM_UP:
        triage.read(text)
    loaded = resident_mb() - before
    taken: list[float] = []

    def read(text: str) -> Any:
        began = process_time_ns()
        reading = triage.read(text)
        taken.append((process_time_ns() - began) / 1e6)
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
    found["cpu_p50_ms"], found["cpu_p99_ms"] = (round(percentiles[at], 1) for at in (49, 98))
    return {**found, "memory_mb": loaded}


def crosswise() -> dict[str, Any]:
    """Every message of the corpus by a model that was trained without it."""
    from bot.triage import HARMLESS, model, train, wanted
    from bot.triage.rules import Rules

    rules = Rules(decisions.categories())
    lessons = train.lessons()
    words = train.vocabulary(lessons)
    right: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for head, lesson in lessons.items():
        fitted = train.fit(lesson, train.see(lesson.texts, words), words)
        told = [*lesson.told, *["ordinary"] * (len(lesson.texts) - lesson.own)]
        for text, label, how, row in zip(
            lesson.texts, lesson.labels, told, fitted.chances, strict=True
        ):
            odds, ruled = model.ranked(fitted.labels, row), rules.read(text)
            if head == "danger":
                alarms = ruled.danger is not None or 1 - odds.of(HARMLESS) >= model.shipped().alarm
                kind = "look_alikes_alarming" if label == HARMLESS else "emergencies_heard"
                right["false_alarms" if how == "ordinary" else kind].append((how, alarms))
            elif how == "ordinary":
                continue
            elif head == "intent":
                right["intent"].append((how, wanted(text, odds, ruled.intent) == label))
            else:
                right["at_1"].append((how, odds.labels[0] == label))
                right["at_3"].append((how, label in odds.labels[:3]))
    found: dict[str, Any] = {"false_alarms": _share([hit for _, hit in right.pop("false_alarms")])}
    for way in ("plain", "roundabout"):
        found[way] = {
            question: _share([hit for how, hit in hits if how == way])
            for question, hits in right.items()
        }
        found[way]["messages"] = sum(lesson.told.count(way) for lesson in lessons.values())
    return found


def table(file: Path) -> list[list[str]]:
    """The rows under the heading."""
    return [line.split("\t") for line in file.read_text("utf-8").splitlines()[1:]]


def _share(hits: Sequence[object]) -> float:
    return round(sum(map(bool, hits)) / len(hits), 3)
