"""What the figures should be, and whether they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Result: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure of a benchmark that should be at least, or at most, so much."""

    of: str
    text: str
    figure: Callable[[Result], float]
    least: float | None = None
    most: float | None = None

    def met(self, result: Result) -> bool:
        """Whether it is."""
        figure = self.figure(result)
        return (self.least is None or figure >= self.least) and (
            self.most is None or figure <= self.most
        )


def _over_peers(ours: str, *peers: str) -> Callable[[Result], float]:
    """How many times the events of the best of the peers."""

    def times(result: Result) -> float:
        best = max(result[peer]["events_per_s"] for peer in peers)
        return round(float(result[ours]["events_per_s"] / best), 2)

    return times


def _least(figure: str, *of: str) -> Callable[[Result], float]:
    return lambda result: min(result[one][figure] for one in of or result)


def _most(figure: str, *of: str) -> Callable[[Result], float]:
    return lambda result: max(result[one][figure] for one in of or result)


OURS = ("ours_aiogram", "ours_ptb")

AIMS = (
    Aim(
        "report",
        "times the events of the better peer, SQLite, 32 waiting",
        _over_peers("ours_sqlite", "ptb_sqlalchemy", "aiogram_sqlalchemy"),
        least=25,
    ),
    Aim(
        "report",
        "times the events of the better peer, PostgreSQL, one process",
        _over_peers("ours_postgresql", "ptb_postgresql", "aiogram_postgresql"),
        least=10,
    ),
    Aim(
        "report",
        "events a second on PostgreSQL with one process",
        _least("events_per_s", "ours_postgresql"),
        least=2000,
    ),
    Aim(
        "http",
        "updates a second from the webhook to the message sent, one core, aiogram, whole reports",
        _least("sent_per_s", "ours_aiogram"),
        least=1000,
    ),
    Aim(
        "http",
        "the same of a command that is answered with a question",
        lambda result: float(result["ours_aiogram"]["command"]["sent_per_s"]),
        least=1000,
    ),
    Aim("workers", "cases lost, whatever was delivered twice", _most("cases_lost"), most=0),
    Aim("workers", "cases doubled", _most("cases_doubled"), most=0),
    Aim("spike", "updates lost", lambda result: float(result["lost"]), most=0),
    Aim(
        "spike",
        "seconds after the spike until updates are answered in normal time again",
        lambda result: float(result["recovered_s"]),
        most=10,
    ),
    Aim(
        "delivery",
        "share of the permitted 25 messages a second",
        _least("of_permitted", *OURS),
        least=0.97,
    ),
    Aim("delivery", "messages refused with a 429", _most("refused_429", *OURS), most=0),
    Aim(
        "claims",
        "ms at the 99th percentile from the press to its committed answer",
        _most("p99_ms", "sqlite", "postgresql"),
        most=1000,
    ),
)


def lines(name: str, result: Result) -> list[str]:
    """For each aim of this benchmark a line that says what was to be reached, and what was."""
    return [
        f"- {aim.text}: {'at least' if aim.least is not None else 'at most'} "
        f"{aim.least if aim.least is not None else aim.most:,}; "
        f"{aim.figure(result):,}: **{'met' if aim.met(result) else 'missed'}**"
        for aim in AIMS
        if aim.of == name
    ]
