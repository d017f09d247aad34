"""The lists of supply and of needs as a workbook has them, and what becomes of each row.

A row with a number is about what stands on the list under it. One without a number is new,
unless the same stands there already: importing twice changes nothing. What a workbook leaves
out stays on the list; a row takes something off by saying so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from governance.cells import Cells, listed, plain, word
from governance.lists import MOST_A_MONTH, MOST_LINES, personal
from governance.pledges import amount_in
from governance.sheets import Change, Line


class ListSheet(StrEnum):
    """What a sheet of the workbook lists. Services are not among them: only members themselves
    say what they do for others (governance/lists.py)."""

    SUPPLY = "supply"  # 供给清单
    NEEDS = "needs"  # 需求清单


COLUMNS: Mapping[ListSheet, tuple[str, ...]] = {
    ListSheet.SUPPLY: (
        *("number", "place", "what", "skills"),
        *("whom", "monthly", "terms", "until", "state"),
    ),
    ListSheet.NEEDS: ("number", "place", "what", "skills", "state"),
}
"""Every sheet's columns. "place" is the unit that offers it, or the community that needs it."""

LENGTHS: Mapping[ListSheet, Mapping[str, tuple[int, int]]] = {
    ListSheet.SUPPLY: {"what": (2, 60), "whom": (2, 60), "terms": (2, 200)},
    ListSheet.NEEDS: {"what": (4, 300)},
}
"""Fewest and most characters, as in the chat."""

FURTHEST = timedelta(days=366)  # ahead that a line of a menu can be valid
_PLACE = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands on a list. A need says for whom and when in its words."""

    place: int
    what: str
    skills: tuple[str, ...] = ()
    whom: str = ""
    monthly: int = 0
    terms: str = ""
    until: date | None = None

    @property
    def same(self) -> tuple[int, str, str]:
        """By what two rows without a number are the same."""
        return self.place, word(self.what), word(self.whom)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry under its number. `fixed`: why the sender cannot change it, "" where they can.
    `busy`: somebody has promised or been asked to do just this. `stands`: how, a need's state;
    `since`: when it came to stand there."""

    number: int
    entry: Entry
    fixed: str = ""
    busy: bool = False
    stands: str = ""
    since: datetime | None = None


@dataclass(slots=True)
class KnownList:
    """A list as its sender may read it. `mine`: the units or communities for which they write
    it; `places`: every unit or community by code and name; `over`: numbers that stood there."""

    mine: Sequence[int]
    places: Mapping[str, Sequence[int]]
    names: Mapping[int, str]
    items: Mapping[int, Item] = field(default_factory=dict)
    over: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ListTerms:
    """The words of the cells. `states`: whether a word takes something off the list; `skills_in`
    finds the codes of skills in words."""

    states: Mapping[ListSheet, Mapping[str, bool]]
    skills: Mapping[str, str]
    skills_in: Callable[[str], tuple[str, ...]]
    nothing: frozenset[str]


@dataclass(slots=True)
class Judged:
    """A row with what it does: to the item of this number, or a new one; `closes` takes it off."""

    line: Line
    number: int | None = None
    before: Entry | None = None
    entry: Entry | None = None
    closes: bool = False

    @property
    def differs(self) -> list[str]:
        """The columns that the row changes."""
        before, after = self.before, self.entry
        if before is None or after is None or self.closes:
            return []
        columns = ("what", "skills", "whom", "monthly", "terms", "until")
        return [name for name in columns if getattr(before, name) != getattr(after, name)]


def judge(
    sheet: ListSheet, lines: Sequence[Line], known: KnownList, terms: ListTerms, today: date
) -> list[Judged]:
    """What each row would do, and why some cannot go in. A pure function of what it is given."""
    judging = _Judging(sheet, known, terms, today)
    found = [judging.row(line) for line in lines]
    judging.count(found)
    for judged in found:
        if judged.line.reasons:
            judged.line.change = Change.REFUSED
            judged.closes = False
    return found


class _Judging:
    def __init__(self, sheet: ListSheet, known: KnownList, terms: ListTerms, today: date) -> None:
        # What stands there may have been named by a word that the district no longer has.
        there = {word(c): c for item in known.items.values() for c in item.entry.skills}
        self._terms = replace(terms, skills={**there, **terms.skills})
        self._sheet, self._known, self._today = sheet, known, today
        self._same = {item.entry.same: item for item in known.items.values()}
        self._seen: dict[Any, Line] = {}

    def row(self, line: Line) -> Judged:
        line.said, line.reasons, line.change = {}, [], Change.UNCHANGED
        _ListCells(line, self._terms).read(self._sheet, self._today)
        judged = Judged(line)
        if line.reasons:
            return judged
        places, number = self._places(line), line.said.pop("number", 0)
        if line.reasons:
            return judged
        place = next((p for p in places if p in self._known.mine), places[0] if places else None)
        item = self._numbered(line, number, places) if number else self._unnumbered(line, place)
        if line.reasons or self._twice(line, number, item, place):
            return judged
        if item is not None:
            self._about(judged, item)
        elif not number and not line.said.pop("off", False):
            self._new(judged, place)
        return judged

    # ── which one ────────────────────────────────────────────────────────────

    def _places(self, line: Line) -> Sequence[int]:
        """Whoever is called as a row says; where it says nothing, those the sender writes for."""
        said = line.said.pop("place", "")
        if not said:
            return self._known.mine
        found = self._known.places.get(word(said), ())
        if not found:
            line.refuse(f"unknown_{self._sheet}", "place", value=said[:40])
        return found

    def _numbered(self, line: Line, number: int, places: Sequence[int]) -> Item | None:
        item = self._known.items.get(number)
        if item is None:
            if number not in self._known.over:
                line.refuse("unknown_number", "number", value=str(number))
            elif not line.said.get("off"):
                line.refuse("over", "number", value=str(number))
        elif not self._silent(line) and item.entry.place not in places:
            line.refuse("other_place", "place", name=self._known.names.get(item.entry.place, ""))
        return item

    def _unnumbered(self, line: Line, place: int | None) -> Item | None:
        if place is None or (self._silent(line) and len(self._known.mine) > 1):
            line.refuse("missing", "place")
        if not line.said.get("what"):
            line.refuse("missing", "what")
        if line.reasons or place is None:
            return None
        return self._same.get(Entry(place, line.said["what"], whom=line.said.get("whom", "")).same)

    def _silent(self, line: Line) -> bool:
        return not line.row.cells[line.table.columns.index("place")]

    def _twice(self, line: Line, number: int, item: Item | None, place: int | None) -> bool:
        """Of two rows about the same, the second is refused."""
        what, whom = line.said.get("what", ""), line.said.get("whom", "")
        key = (item.number if item else number) or (place, word(what), word(whom))
        first = self._seen.setdefault(key, line)
        if first is not line:
            line.refuse("twice", **first.place)
        return first is not line

    # ── what it does ─────────────────────────────────────────────────────────

    def _about(self, judged: Judged, item: Item) -> None:
        line = judged.line
        judged.number, judged.before = item.number, item.entry
        off = line.said.pop("off", False)
        judged.entry = item.entry if off else replace(item.entry, **line.said)
        judged.closes = off
        if not off and judged.entry == item.entry:
            return
        if item.fixed:
            line.refuse(item.fixed, name=self._known.names.get(item.entry.place, ""))
        elif not off:
            self._require(line, judged.entry)
            if item.busy and self._says_other(judged):
                line.refuse("busy", "what")
        line.change = Change.CHANGED

    def _says_other(self, judged: Judged) -> bool:
        """Whether whoever was asked or has promised would read something else."""
        words = {"what"} if self._sheet is ListSheet.SUPPLY else {"what", "skills"}
        return not words.isdisjoint(judged.differs)

    def _new(self, judged: Judged, place: int | None) -> None:
        line = judged.line
        if place is None or place not in self._known.mine:
            name = self._known.names.get(place or 0, "")
            line.refuse(f"not_yours_{self._sheet}", "place", name=name)
            return
        judged.entry = Entry(place, **line.said)
        if "skills" not in line.said:
            skills = self._terms.skills_in(judged.entry.what)
            judged.entry = replace(judged.entry, skills=skills)
        self._require(line, judged.entry)
        line.change = Change.ADDED

    def _require(self, line: Line, entry: Entry) -> None:
        """What is written now is whole, and lies ahead."""
        if not entry.what:
            line.refuse("missing", "what")
        if self._sheet is ListSheet.NEEDS:
            return
        if not entry.monthly:
            line.refuse("missing", "monthly")
        if entry.until is None:
            line.refuse("missing", "until")
        elif entry.until < self._today:
            line.refuse("past", "until")
        elif entry.until - self._today > FURTHEST:
            line.refuse("too_far", "until")

    def count(self, found: Sequence[Judged]) -> None:
        """A menu stays as short as one that is written in the chat."""
        if self._sheet is not ListSheet.SUPPLY:
            return
        there = Counter(item.entry.place for item in self._known.items.values())
        there.subtract(j.before.place for j in found if j.closes and j.before)
        for judged in found:
            if judged.line.change is Change.ADDED and not judged.line.reasons and judged.entry:
                there[judged.entry.place] += 1
                if there[judged.entry.place] > MOST_LINES:
                    judged.line.refuse("menu_full", limit=str(MOST_LINES))


class _ListCells(Cells):
    """Reads one row of a list."""

    def __init__(self, line: Line, terms: ListTerms) -> None:
        super().__init__(line, terms.nothing)
        self._terms = terms

    def read(self, sheet: ListSheet, today: date) -> None:
        self.count("number")
        self.text("place", _PLACE)
        for column, (least, most) in LENGTHS[sheet].items():
            self._words(column, least, most)
        self._skills()
        if sheet is ListSheet.SUPPLY:
            self._monthly()
            self.day("until", today)
        self._state(self._terms.states[sheet])

    def _words(self, column: str, least: int, most: int) -> None:
        self.text(column, most)
        said = self._line.said.get(column, "")
        if said and len(said) < least:
            self._line.refuse("too_short", column, limit=str(least))
        if personal(said):
            self._line.refuse("personal", column)

    def _skills(self) -> None:
        """Skills as the district names them."""
        if not (text := self._given("skills", ())):
            return
        found: dict[str, None] = {}
        for part in listed(text):
            code = self._terms.skills.get(word(part))
            if code is None:
                self._line.refuse("unknown_word", "skills", value=part[:40])
            else:
                found[code] = None
        self._line.said["skills"] = tuple(found)

    def _monthly(self) -> None:
        """How many times a month, like 5 or 5次."""
        if not (text := plain(self._given("monthly", 0))):
            return
        amount = amount_in(text)
        if amount is None or amount > MOST_A_MONTH:
            self._line.refuse("bad_monthly", "monthly", value=text[:40], most=str(MOST_A_MONTH))
        else:
            self._line.said["monthly"] = amount

    def _state(self, states: Mapping[str, bool]) -> None:
        if not (text := self._given("state", None)):
            self._line.said.pop("state", None)
        elif word(text) not in states:
            self._line.refuse("unknown_word", "state", value=text[:40])
        elif states[word(text)]:
            self._line.said["off"] = True
