"""How units answer whistles, and how whistles are blown: figures with their inputs.

Every rate names its numerator and denominator; nothing is a score. A call counts once its
unit's time to report in is over or it has answered, and not where the unit was released before
that or its refusal was ruled founded. Very few whistles and very many are both a sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from governance.whistles import UnitState


@dataclass(frozen=True, slots=True)
class Answer:
    """What one unit did in one whistle, as far as figures need it."""

    unit: str
    state: UnitState
    called_at: datetime
    report_due: datetime
    reported_in_at: datetime | None
    arrived_at: datetime | None
    refused: bool
    unfounded: int
    speed: int
    quality: int


@dataclass(slots=True)
class UnitFigures:
    """One unit over a period. `minutes` from each call to the arrival; ratings 1 to 3."""

    unit: str
    due: int = 0
    came: int = 0
    in_time: int = 0
    refused: int = 0
    unfounded: int = 0
    minutes: list[int] = field(default_factory=list)
    speed: list[int] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)

    @property
    def typical_minutes(self) -> int | None:
        """The middle one of the times to arrival; None where nobody has arrived."""
        return sorted(self.minutes)[len(self.minutes) // 2] if self.minutes else None


def of_units(answers: Iterable[Answer], now: datetime) -> list[UnitFigures]:
    """Each unit's figures, in the order of their names."""
    found: dict[str, UnitFigures] = {}
    for answer in answers:
        figures = found.setdefault(answer.unit, UnitFigures(answer.unit))
        figures.refused += answer.refused
        figures.unfounded += answer.unfounded
        if counts(answer, now):
            _count(figures, answer)
    return [found[name] for name in sorted(found)]


def counts(answer: Answer, now: datetime) -> bool:
    """Whether it can be said by now if the unit came in time."""
    if answer.reported_in_at is not None:
        return True
    if answer.state in {UnitState.EXCUSED, UnitState.RELEASED, UnitState.REFUSED}:
        return False
    return now >= answer.report_due


def _count(figures: UnitFigures, answer: Answer) -> None:
    figures.due += 1
    if answer.reported_in_at is not None:
        figures.came += 1
        figures.in_time += answer.reported_in_at <= answer.report_due
    if answer.arrived_at is not None:
        figures.minutes.append(round((answer.arrived_at - answer.called_at).total_seconds() / 60))
    if answer.speed:
        figures.speed.append(answer.speed)
        figures.quality.append(answer.quality)


@dataclass(frozen=True, slots=True)
class Blown:
    """What figures need of one whistle: where it was blown and what was said of it."""

    place: str
    reviewed: str
    verdict: str  # of the resident whose case it was blown from; "" without one, or not yet
    judged: tuple[tuple[int, int], ...]  # needed and clear, from each unit that judged


@dataclass(slots=True)
class PlaceFigures:
    """The whistles of one community or street over a period."""

    place: str
    blown: int = 0
    unjustified: int = 0
    judged: int = 0
    needed: int = 0
    clear: int = 0
    verdicts: int = 0
    satisfied: int = 0


def of_places(whistles: Iterable[Blown]) -> list[PlaceFigures]:
    """Each place's figures, in the order of their names. Judged "needed" and "clear" count the
    units that said so without reserve; `satisfied` those of the residents who gave a verdict."""
    found: dict[str, PlaceFigures] = {}
    for whistle in whistles:
        figures = found.setdefault(whistle.place, PlaceFigures(whistle.place))
        figures.blown += 1
        figures.unjustified += whistle.reviewed == "no"
        figures.verdicts += bool(whistle.verdict)
        figures.satisfied += whistle.verdict == "satisfied"
        figures.judged += len(whistle.judged)
        figures.needed += sum(needed == 3 for needed, _clear in whistle.judged)
        figures.clear += sum(clear == 3 for _needed, clear in whistle.judged)
    return [found[name] for name in sorted(found)]
