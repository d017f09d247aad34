"""Who might do it: people and units in an order that can be explained.

Nothing here decides. A candidate's points are the sum of its reasons' points, and each
reason is one criterion: what they can do, how near they are, how much they have taken on this
month, how often they kept their word. A person picks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from governance.org import AreaKind


class Who(StrEnum):
    """A candidate is one of these."""

    PERSON = "person"
    UNIT = "unit"


class Purpose(StrEnum):
    """What somebody is looked for."""

    NEED = "need"  # 需求
    TASK = "task"  # 志愿任务
    WISH = "wish"  # 微心愿


ASKED: Mapping[Purpose, frozenset[Who]] = {
    Purpose.NEED: frozenset(Who),
    Purpose.TASK: frozenset({Who.PERSON}),
    Purpose.WISH: frozenset(Who),
}
"""Whom each purpose may be put to: a shift is claimed by people."""


class Criterion(StrEnum):
    """Why a candidate stands where it stands."""

    SKILL = "skill"  # can do what is asked for
    NEAR = "near"  # lives or sits close by
    LOAD = "load"  # has taken on little this month
    KEPT = "kept"  # has kept what was promised before


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts, and how near counts as how much of it."""

    skill: float = 4.0
    near: float = 3.0
    load: float = 2.0
    kept: float = 2.0
    grid: float = 1.0
    community: float = 0.8
    street: float = 0.5
    district: float = 0.2

    def nearness(self, common: AreaKind | None) -> float:
        """Of the smallest area that both lie in; None where one of the two is not known."""
        steps = {
            AreaKind.COMMUNITY: self.community,
            AreaKind.STREET: self.street,
            AreaKind.DISTRICT: self.district,
        }
        return 0.0 if common is None else steps.get(common, self.grid)


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody has `taken` on this month, and how often they ever kept or broke it."""

    taken: int = 0
    kept: int = 0
    broken: int = 0

    def __add__(self, other: Record) -> Record:
        return Record(self.taken + other.taken, self.kept + other.kept, self.broken + other.broken)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has offered to help. `common` is the smallest area they share with the place.

    `item` is the line of the unit's supply list that fits.
    """

    who: Who
    id: int
    skills: frozenset[str]
    common: AreaKind | None = None
    record: Record = Record()
    item: int | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.who, self.id, self.item or 0)


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion and the points it gives."""

    criterion: Criterion
    points: float


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with every reason for its place; `skills` are those asked for that it has."""

    candidate: Candidate
    reasons: tuple[Reason, ...]
    skills: tuple[str, ...]

    @property
    def score(self) -> float:
        return sum(reason.points for reason in self.reasons)


def rank(wanted: Iterable[str], candidates: Iterable[Candidate], weights: Weights) -> list[Match]:
    """The candidates, the best first; the same ones always come in the same order.

    Who can do nothing of what is wanted is not among them.
    """
    asked = frozenset(wanted)
    able = (c for c in candidates if not asked or asked & c.skills)
    found = [_matched(asked, candidate, weights) for candidate in able]
    return sorted(found, key=lambda match: (-match.score, match.candidate.key))


def once_each(matches: Iterable[Match]) -> list[Match]:
    """Of a unit with several fitting lines the best one only; everybody keeps their place."""
    found: dict[tuple[Who, int], Match] = {}
    for match in matches:
        found.setdefault((match.candidate.who, match.candidate.id), match)
    return list(found.values())


def _matched(asked: frozenset[str], candidate: Candidate, weights: Weights) -> Match:
    skills = tuple(sorted(asked & candidate.skills))
    values = {
        Criterion.SKILL: weights.skill * len(skills) / len(asked) if asked else 0.0,
        Criterion.NEAR: weights.near * weights.nearness(candidate.common),
        Criterion.LOAD: weights.load / (1 + candidate.record.taken),
        Criterion.KEPT: weights.kept * reliability(candidate.record),
    }
    reasons = tuple(Reason(criterion, points) for criterion, points in values.items() if points)
    return Match(candidate, reasons, skills)


def reliability(record: Record) -> float:
    """From 0 to 1; whoever is new has done nothing wrong, and one failure is not the end."""
    return (record.kept + 2) / (record.kept + record.broken + 2)


def common_area(
    one: Sequence[int], other: Sequence[int], kinds: Mapping[int, AreaKind]
) -> AreaKind | None:
    """The kind of the smallest area that two paths (ids from the district down) share."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    shared = [area_id for area_id, _same in pairs]
    return kinds.get(shared[-1]) if shared else None
