"""How a contender's time is taken, the same way for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter_ns

from benchmarks.updates import STEPS, TOGETHER

WARM_UP = TOGETHER * len(STEPS)
"""Events that are handled but not counted: one group of people, from first word to receipt."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Events a second, and how long an event waited from its arrival to its commit."""

    events_per_s: float
    p50_us: float
    p99_us: float


class Stopwatch:
    """Times every event from the moment its wave arrives until it is committed."""

    def __init__(self) -> None:
        self._since = 0
        self._times: list[tuple[int, int]] = []

    def arrived(self) -> None:
        """A wave of events is waiting from now on."""
        self._since = perf_counter_ns()

    def handled(self, events: int = 1) -> None:
        """So many events of the wave are committed by now."""
        self._times.extend([(self._since, perf_counter_ns())] * events)

    def figures(self) -> Figures:
        """The figures of all events but the first `WARM_UP`; of all, if there are no more."""
        timed = self._times[WARM_UP:] or self._times
        elapsed = timed[-1][1] - timed[0][0]
        percentiles = quantiles(((end - start) / 1e3 for start, end in timed), n=100)
        return Figures(len(timed) * 1e9 / elapsed, percentiles[49], percentiles[98])


def waves(events: Sequence[bytes], waiting: int) -> Iterator[Sequence[bytes]]:
    """The events, so many at a time; the next wave comes when the last is handled."""
    for first in range(0, len(events), waiting):
        yield events[first : first + waiting]
