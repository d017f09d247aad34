"""What the rows of the guide's sheet say, and what becomes of each.

Nothing is deleted: a row that is left out stays, and a row with a day that is over ends the
entry. A row that changes nothing is not judged by the day on which it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from governance.cells import Cells, plain, require, unique_codes, word
from governance.guide import Facts, Owner
from governance.org import PostKind
from governance.sheets import Change, Line

GUIDE = "guide"
COLUMNS = (
    *("code", "title", "asked", "answer", "bring", "place", "hours", "phone", "cost"),
    *("source", "owner", "area", "until", "checked"),
)
NEEDED = ("code", "title", "answer", "source", "owner", "until")
LIMITS = {
    "title": 40, "answer": 300, "bring": 200, "place": 80, "hours": 64, "cost": 100, "source": 100,
}  # fmt: skip
"""Characters; all of it is to be read on a telephone without turning a page."""
_OWNER, _NAMED = 64, 4


@dataclass(frozen=True, slots=True)
class Place:
    """An area in which entries can hold."""

    id: int
    code: str
    name: str
    path: str


@dataclass(slots=True)
class Known:
    """What a sheet is judged against: the entries by their codes with their ids, and what units,
    people and places are called, as `word` has it."""

    entries: dict[str, tuple[int, Facts]] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    district_id: int = 0
    areas: Mapping[str, frozenset[int]] = field(default_factory=dict)
    units: Mapping[str, frozenset[int]] = field(default_factory=dict)
    people: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of the posts that can answer for an entry, the words for nothing, and what stands
    for a telephone number. An entry lasts at most `longest_days`."""

    posts: Mapping[str, PostKind]
    nothing: frozenset[str]
    mark: Callable[[str], str]
    longest_days: int


@dataclass(slots=True)
class Judged:
    """A row with what it wants the guide to say; None where it is refused."""

    line: Line
    facts: Facts | None = None
    entry_id: int | None = None


def judge(
    lines: Sequence[Line], known: Known, reach: Iterable[str], terms: Terms, today: date
) -> list[Judged]:
    """What becomes of each row, for somebody who keeps the guide under these paths of areas."""
    for line in lines:
        _read(line, terms, today)
    unique_codes(lines)
    found = [_judged(line, known, tuple(reach), terms, today) for line in lines]
    _titles(found, known)
    for judged in found:
        if judged.line.reasons:
            judged.line.change, judged.facts = Change.REFUSED, None
    return found


# ── what a row says ──────────────────────────────────────────────────────────


def _read(line: Line, terms: Terms, today: date) -> None:
    cells = Cells(line, terms.nothing)
    cells.code("code")
    for column, limit in LIMITS.items():
        (cells.paragraph if column in {"answer", "bring"} else cells.text)(column, limit)
    cells.list("asked")
    cells.phone("phone", 3)
    cells.text("owner", _OWNER)
    cells.text("area", _OWNER)
    cells.day("until", today)
    cells.day("checked", today)


# ── what becomes of it ───────────────────────────────────────────────────────


def _judged(line: Line, known: Known, reach: Sequence[str], terms: Terms, today: date) -> Judged:
    said = line.said
    entry_id, before = known.entries.get(said.get("code", ""), (None, None))
    if before is None:
        require(line, *NEEDED)
    else:
        require(line, *(column for column in NEEDED if column in said))
    place = _place(line, known, before)
    owner = _owner(line, known, terms) if said.get("owner") else before.owner if before else None
    if place is not None:
        _may(line, known, reach, place, before)
    if line.reasons or place is None or owner is None:
        return Judged(line)
    facts = _facts(said, before, place, owner, today)
    if facts != before:
        _days(line, facts, before, terms, today)
        line.change = Change.ADDED if before is None else Change.CHANGED
    return Judged(line, facts, entry_id)


def _facts(
    said: Mapping[str, Any], before: Facts | None, place: Place, owner: Owner, today: date
) -> Facts:
    new = {column: said[column] for column in said if said[column] is not None}
    new |= {"area_id": place.id, "owner": owner}
    new.pop("area", None)
    if before is not None:
        return replace(before, **new)
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    del empty["area"]
    return Facts(**{**empty, "asked": (), "checked": today, **new})


def _place(line: Line, known: Known, before: Facts | None) -> Place | None:
    """Where it holds; the whole district where a new row, or a dash, says nothing else."""
    said = line.said.get("area")
    if not said:
        known_before = before is not None and said is None
        return known.places.get(before.area_id if before and known_before else known.district_id)
    found = known.areas.get(word(said), frozenset())
    if len(found) == 1:
        return known.places[next(iter(found))]
    line.refuse("several" if found else "no_area", "area", value=said[:40])
    return None


def _owner(line: Line, known: Known, terms: Terms) -> Owner | None:
    """A unit by code or name, a person of the roster by code or telephone, or a post."""
    said = line.said["owner"]
    if post := terms.posts.get(word(said)):
        return Owner(post=post)
    units = known.units.get(word(said), frozenset())
    people = known.people.get(word(said)) or _by_phone(said, known, terms)
    if len(units) + len(people) == 1:
        return Owner(unit_id=next(iter(units))) if units else Owner(next(iter(people)))
    line.refuse("several" if units or people else "no_owner", "owner", value=said[:40])
    return None


def _by_phone(said: str, known: Known, terms: Terms) -> frozenset[int]:
    if sum(char.isdigit() for char in said) < 7:
        return frozenset()
    return known.people.get(terms.mark(plain(said)), frozenset())


def _may(
    line: Line, known: Known, reach: Sequence[str], place: Place, before: Facts | None
) -> None:
    """Only for whoever keeps the guide where it holds, and where it has held so far."""
    held = known.places.get(before.area_id) if before is not None else None
    if held is not None and not _reached(held, reach):
        line.refuse("code_of_others", "code", name=held.name)
    elif not _reached(place, reach):
        mine = [p.code for p in known.places.values() if p.path in reach][:_NAMED]
        line.refuse("area_of_others", "area", name=place.name, codes="、".join(mine))


def _reached(place: Place, reach: Sequence[str]) -> bool:
    return any(place.path.startswith(path) for path in reach)


def _days(line: Line, facts: Facts, before: Facts | None, terms: Terms, today: date) -> None:
    """A day that is over ends an entry, and is a mistake in whatever else a row says."""
    ends = before is not None and replace(facts, until=before.until) == before
    if facts.until < today and not ends:
        line.refuse("ended", "until", value=facts.until.isoformat())
    elif facts.until > today + timedelta(days=terms.longest_days):
        line.refuse("too_long_valid", "until", days=str(terms.longest_days))
    if facts.checked > today:
        line.refuse("checked_later", "checked")


def _titles(found: Sequence[Judged], known: Known) -> None:
    """One matter stands once for one area, in the sheet and beside it."""
    coming = [judged for judged in found if judged.facts is not None]
    codes = {judged.facts.code for judged in coming if judged.facts}
    others = {
        (word(facts.title), facts.area_id): code
        for code, (_id, facts) in known.entries.items()
        if code not in codes
    }
    first: dict[tuple[str, int], Line] = {}
    for judged in coming:
        facts, line = judged.facts, judged.line
        if facts is None:
            continue
        key = (word(facts.title), facts.area_id)
        other = first.setdefault(key, line)
        if other is not line:
            line.refuse("duplicate_title", "title", title=facts.title, **other.place)
            other.refuse("duplicate_title", "title", title=facts.title, **line.place)
        elif key in others and line.change is not Change.UNCHANGED:
            line.refuse("title_known", "title", title=facts.title, code=others[key])
