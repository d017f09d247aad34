"""A sheet of a workbook as it was read, row by row, and what becomes of each row.

A blank cell says nothing: what was known stays as it is. A dash or "none" clears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar


class Change(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Form:
    """What a sheet can be: the words for its title, its columns, and the words for their
    headings, all as `governance.cells.word` makes them.

    Rows are told apart by one of `keys`. Where it is `strict`, a row that cannot be seen and a
    cell that is a formula are faults: what goes in is what its sender has read.
    """

    sheet: str
    titles: frozenset[str]
    columns: tuple[str, ...]
    headings: Mapping[str, str]
    keys: frozenset[str]
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is refused: a code, the column it is about, and what the words for it name."""

    code: str
    column: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """A row as it was read: its number in the sheet, and a text for each column of its form.

    `faults` are cells whose value could not be read.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Table:
    """One sheet. `columns` are those of its form; `letters` names the workbook's own: "phone" is
    "C"."""

    sheet: str
    title: str
    columns: tuple[str, ...]
    letters: Mapping[str, str]
    rows: list[Row]


FOLLOWS = frozenset({"refers_to_refused", "same_person"})
"""Reasons that are the fault of another row."""


@dataclass(slots=True)
class Line:
    """A row with what becomes of it. `said` is what its cells mean, while it is looked at."""

    table: Table
    row: Row
    said: dict[str, Any] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    change: Change = Change.UNCHANGED

    @property
    def place(self) -> dict[str, str]:
        """Where the row stands, for the reasons of other rows."""
        return {"sheet": self.table.title, "row": str(self.row.number)}

    @property
    def follows(self) -> bool:
        """Whether the row is refused only because another one is."""
        return bool(self.reasons) and all(r.code in FOLLOWS for r in self.reasons)

    def refuse(self, code: str, column: str = "", /, **data: str) -> None:
        """The row is refused; said once for each code and column."""
        if not any(r.code == code and r.column == column for r in self.reasons):
            self.reasons.append(Reason(code, column, data))


@dataclass(slots=True)
class Judged:
    """A sheet with its rows judged."""

    table: Table
    lines: list[Line]


P = TypeVar("P", bound=Sized)


@dataclass(slots=True)
class Outcome(Generic[P]):
    """What an import would do, or has done (`written`). `plan` is what it writes; `stamp` stands
    for what was known when it was made."""

    tables: list[Judged]
    plan: P
    stamp: str
    ignored: tuple[str, ...] = ()
    written: bool = False

    @property
    def counts(self) -> dict[str, Counter[Change]]:
        """How many rows of each kind of sheet were added, changed, unchanged, refused."""
        found: dict[str, Counter[Change]] = {}
        for judged in self.tables:
            counter = found.setdefault(judged.table.sheet, Counter())
            counter.update(line.change for line in judged.lines)
        return found

    def count(self, change: Change) -> int:
        return sum(counter[change] for counter in self.counts.values())

    @property
    def refused(self) -> Iterator[Line]:
        """The refused rows, in the order of the workbook."""
        return (
            line for judged in self.tables for line in judged.lines if line.change is Change.REFUSED
        )

    @property
    def ok(self) -> bool:
        """Whether no row was refused."""
        return next(self.refused, None) is None
