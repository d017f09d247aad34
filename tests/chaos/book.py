"""What people did and were told, written down by themselves and not by the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count, product

_LETTERS = "甲乙丙丁戊己庚辛壬癸"
MARK, MARK_LENGTH = "记号", 6


@dataclass(slots=True)
class Report:
    """A report with words that no other one has; its number once the receipt was read."""

    mark: str
    by: int
    number: str = ""
    done: bool = False
    """Its reporter has said that it is solved, and was told that it is struck off."""


@dataclass(slots=True)
class Alert:
    """Something urgent with words of its own, and who must have read them."""

    mark: str
    due: list[int]


@dataclass(slots=True)
class Press:
    """A volunteer's press for a shift, and what it was answered with."""

    by: int
    shift: int
    worded: bool = False
    """Written in private, and not pressed in the group."""
    told: str = ""
    """"taken" or "waitlisted"; "" where the answer was a toast that may have got lost."""


@dataclass(slots=True)
class Book:
    """Everything that must be found again when the run is over."""

    reports: dict[str, Report] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    presses: list[Press] = field(default_factory=list)
    acts: Counter[int] = field(default_factory=Counter)
    """How many things each person has said or pressed that want one answer each."""
    unanswered: list[str] = field(default_factory=list)
    closed: bool = False
    """Whether nobody waits for anything any more."""
    _marks: product[tuple[str, ...]] = field(
        default_factory=lambda: product(_LETTERS, repeat=4), repr=False
    )
    _numbers: count[int] = field(default_factory=lambda: count(1), repr=False)

    @property
    def pressers(self) -> set[int]:
        return {press.by for press in self.presses}

    @property
    def reporters(self) -> set[int]:
        return {report.by for report in self.reports.values()}

    def mark(self) -> str:
        """Words that nobody has used: no digits, which are masked where others read them."""
        return MARK + "".join(next(self._marks))
