"""How a contender's time is taken, the same way for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter_ns, process_time_ns

from benchmarks.updates import STEPS, TOGETHER

WARM_UP = TOGETHER * len(STEPS)
"""Events that are handled but not counted: one group of people, from first word to receipt."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Events a second, how long an event waited from its arrival to its commit, and what it and
    all that followed from it took of this process's processor (a server's is not in it)."""

    events_per_s: float
    p50_us: float
    p99_us: float
    cpu_us: float


class Stopwatch:
    """Times every event from the moment its wave arrives until it is committed."""

    def __init__(self) -> None:
        self._since = 0
        self._began = self._cpu = process_time_ns()
        self._before = 0  # events of which the processor's time is not counted
        self._times: list[tuple[int, int]] = []

    def arrived(self) -> None:
        """A wave of events is waiting from now on."""
        self._since = perf_counter_ns()

    def handled(self, events: int = 1) -> None:
        """So many events of the wave are committed by now."""
        self._times.extend([(self._since, perf_counter_ns())] * events)
        if not self._before and len(self._times) >= WARM_UP:
            self._cpu, self._before = process_time_ns(), len(self._times)

    def figures(self) -> Figures:
        """The figures of all events but the first `WARM_UP`; of all, if there are no more.

        To be asked when all that follows from the events is done.
        """
        counted, since = len(self._times) - self._before, self._cpu
        if not counted:
            counted, since = len(self._times), self._began
        cpu = process_time_ns() - since
        timed = self._times[WARM_UP:] or self._times
        elapsed = timed[-1][1] - timed[0][0]
        percentiles = quantiles(((end - start) / 1e3 for start, end in timed), n=100)
        return Figures(
            len(timed) * 1e9 / elapsed, percentiles[49], percentiles[98], cpu / counted / 1e3
        )


def waves(events: Sequence[bytes], waiting: int) -> Iterator[Sequence[bytes]]:
    """The events, so many at a time; the next wave comes when the last is handled."""
    for first in range(0, len(events), waiting):
        yield events[first : first + waiting]
