"""People and their posts: who is who, and who serves where.

A person goes in whole or not at all: when one of their rows is refused, so are the others.
Somebody is the same person by their code, else by their telephone number. Whether a chat
account has told that number proves nothing, so only people of the roster are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from governance.cells import plain
from governance.org import SEATS
from governance.roster import Known, KnownPerson, PersonEntry, Plan, PostEntry, Terms
from governance.roster_cells import NUMBERED
from governance.roster_places import Areas, missing
from governance.roster_posts import Term, match, plan_posts
from governance.sheets import Change, Line

_OF_THE_PERSON = ("code", "name", "mark", "phone", "member", "unit", "home", "skills")
_OF_THE_POST = ("place", "duty_phone", "partner", "since", "until")


@dataclass(eq=False, slots=True)
class Somebody:
    """One person with their rows. `ref` is their id, or negative for somebody new."""

    ref: int
    known: KnownPerson | None
    lines: list[Line] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    entry: PersonEntry | None = None
    posts: list[Term] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(line.reasons for line in self.lines)

    @property
    def name(self) -> str:
        return str(self.said.get("name") or (self.known.entry.name if self.known else ""))


@dataclass(frozen=True, slots=True)
class Places:
    """What a person's rows may refer to, and the refused rows by their codes."""

    areas: Areas
    units: Collection[str]
    refused_units: Mapping[str, Line]


class People:
    """Everybody in the workbook, told apart."""

    def __init__(self, known: Known, places: Places) -> None:
        self._places = places
        self._by_code = {p.entry.code: p for p in known.people if p.entry.code}
        self._by_id = {p.id: p for p in known.people}
        self._by_mark: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in known.people:
            if person.entry.mark:
                self._by_mark[person.entry.mark].append(person)
        self._people: dict[object, Somebody] = {}
        self._codes: dict[str, Somebody] = {}
        self._coded_marks: dict[str, list[Somebody]] = defaultdict(list)
        self._marks: dict[str, list[Somebody]] = defaultdict(list)

    def judge(self, lines: Sequence[Line], terms: Terms) -> None:
        """Every row has its reasons afterwards, if there are any."""
        for line in sorted(lines, key=lambda line: not line.said.get("code")):  # codes first
            self._sort(line)
        self._coded_marks.clear()
        for somebody in self._people.values():
            self._unite(somebody)
        self._tell_apart()
        for somebody in self._people.values():
            self._complete(somebody)
        for somebody in self._people.values():
            for line in somebody.lines:
                self._read_post(somebody, line, terms)
            match(somebody.posts, somebody.known)
        self._refuse_together()

    def plan(self, plan: Plan) -> None:
        """What is to be written for those who stayed."""
        for somebody in self._people.values():
            if somebody.entry is None or somebody.refused:
                continue
            if somebody.known is None:
                plan.add_people.append((somebody.ref, somebody.entry))
                for line in somebody.lines:
                    line.change = Change.ADDED
            elif somebody.known.entry != somebody.entry:
                plan.change_people.append((somebody.ref, somebody.entry, somebody.known.entry))
                somebody.lines[0].change = Change.CHANGED
            plan_posts(somebody.ref, somebody.posts, somebody.known, plan)

    # ── who is who ───────────────────────────────────────────────────────────

    def _sort(self, line: Line) -> None:
        """The row belongs to the person it speaks of."""
        code, mark = line.said.get("code", ""), line.said.get("mark", "")
        if not code and not mark:
            if not line.reasons:
                line.refuse("nobody", "code")
            return
        if code and NUMBERED.fullmatch(code):
            found = self._by_id.get(int(code[1:]))
            if found is None or found.entry.code:
                line.refuse("no_such_number", "code", value=code)
                return
            line.said["numbered"] = line.said.pop("code")
            somebody = self._person(found)
        elif code:
            somebody = self._coded(code, mark, line.said.get("name", ""))
        else:
            somebody = self._telephoned(line, mark)
        somebody.lines.append(line)

    def _coded(self, code: str, mark: str, name: str) -> Somebody:
        if code not in self._codes:
            nameless = (p for p in self._by_mark.get(mark, ()) if not p.entry.code)
            same = (p for p in nameless if name and p.entry.name == name)
            self._codes[code] = self._person(self._by_code.get(code) or next(same, None), code)
        somebody = self._codes[code]
        if mark and somebody not in self._coded_marks[mark]:
            self._coded_marks[mark].append(somebody)
        return somebody

    def _telephoned(self, line: Line, mark: str) -> Somebody:
        """By the telephone number alone: of several who share it, the one of this name."""
        key = ("mark", mark)
        if key in self._people:
            return self._people[key]
        name = line.said.get("name", "")
        here = self._coded_marks[mark]
        there = [self._person(p) for p in self._by_mark.get(mark, ()) if not self._moved(p)]
        found = [*here, *(s for s in there if s not in here)]
        same = [somebody for somebody in found if not name or _name_in(somebody) == name]
        if same or found:
            return (same or found)[0]
        return self._person(None, key)

    def _moved(self, person: KnownPerson) -> bool:
        """Whether the workbook gives this person another telephone number."""
        somebody = self._codes.get(person.entry.code)
        return somebody is not None and bool(_marks_of(somebody) - {person.entry.mark})

    def _person(self, known: KnownPerson | None, key: object = None) -> Somebody:
        at = known.id if known else key
        if at not in self._people:
            ref = known.id if known else -len(self._people) - 1  # no two, with gaps
            self._people[at] = Somebody(ref, known)
        return self._people[at]

    def _unite(self, somebody: Somebody) -> None:
        """What the rows say about the person, which must not contradict each other."""
        if len(somebody.lines) == 1:
            somebody.said = somebody.lines[0].said
        by: dict[str, Line] = {}
        for line in somebody.lines:
            for column in _OF_THE_PERSON:
                if column not in line.said:
                    continue
                value = line.said[column]
                first = by.setdefault(column, line)
                if somebody.said.setdefault(column, value) == value or column == "mark":
                    continue
                if column == "phone" and somebody.said["mark"] == line.said["mark"]:
                    continue
                if column == "name":
                    _two_names(line, first)
                    _two_names(first, line)
                else:
                    line.refuse("disagrees", column, **first.place)
        known = somebody.known
        if known is None or known.entry.name in ("", somebody.name):
            return
        if not any(line.said.get("code") or "numbered" in line.said for line in somebody.lines):
            line = next(line for line in somebody.lines if line.said.get("name"))
            line.refuse("two_names", "name", name=known.entry.name, by=somebody.name)

    def _tell_apart(self) -> None:
        """A telephone number that a row gives somebody must not be another person's."""
        for somebody in self._people.values():
            if somebody.lines and (mark := somebody.said.get("mark")):
                self._marks[mark].append(somebody)
        for mark, holders in self._marks.items():
            new = [s for s in holders if s.known is None or s.known.entry.mark != mark]
            for somebody in new:
                others = [s for s in holders if s is not somebody]
                everybody: list[Somebody | KnownPerson] = [*others, *self._keeping(mark)]
                for other in everybody:
                    _collide(somebody, other, mark)

    def _keeping(self, mark: str) -> Iterator[KnownPerson]:
        """Those who have this number already, and about whom the workbook says nothing."""
        for person in self._by_mark.get(mark, ()):
            somebody = self._people.get(person.id)
            if somebody is None or "mark" not in somebody.said:
                yield person

    def _complete(self, somebody: Somebody) -> None:
        """The person as they will be, unless something they refer to is missing."""
        if not somebody.lines:
            return
        first = somebody.lines[0]
        if not somebody.name:
            first.refuse("missing", "name")
        places = self._places
        for line in somebody.lines:
            if (home := line.said.get("home")) and home not in places.areas.tree:
                missing(line, "home", home, places.areas.refused)
            if (unit := line.said.get("unit")) and unit not in places.units:
                missing(line, "unit", unit, places.refused_units)
        said = {
            column: somebody.said[column] for column in _OF_THE_PERSON if column in somebody.said
        }
        known = somebody.known.entry if somebody.known else PersonEntry("", "")
        somebody.entry = replace(known, **said)

    # ── who serves where ─────────────────────────────────────────────────────

    def _read_post(self, somebody: Somebody, line: Line, terms: Terms) -> None:
        said = line.said
        kind = said.get("post")
        if kind is None:
            column = next((c for c in _OF_THE_POST if said.get(c)), None)
            if column is not None and not any(r.column == "post" for r in line.reasons):
                line.refuse("without_post", column)
            return
        place = said.get("place", "")
        if not place:
            if not any(r.column == "place" for r in line.reasons):
                line.refuse("missing", "place")
            return
        self._check_place(line, place)
        post: dict[str, Any] = {c: said[c] for c in ("since", "until") if c in said}
        if "duty_phone" in said:
            post["phone"] = said["duty_phone"]
        if "partner" in said:
            post["partner"] = self._partner(somebody, line, terms)
        somebody.posts.append(Term(line, PostEntry(kind, place), post))

    def _check_place(self, line: Line, place: str) -> None:
        kind, places = line.said["post"], self._places
        if not SEATS[kind]:
            if place not in places.units:
                missing(line, "place", place, places.refused_units)
        elif place not in places.areas.tree:
            missing(line, "place", place, places.areas.refused)
        elif places.areas.tree[place].kind not in SEATS[kind]:
            at = str(places.areas.tree[place].kind)
            line.refuse("not_held_there", "place", post=str(kind), code=place, kind=at)

    def _partner(self, somebody: Somebody, line: Line, terms: Terms) -> int | None:
        text = line.said["partner"]
        if not text:
            return None
        other = self._find(text, terms)
        if other is None:
            line.refuse("not_found", "partner", code=text)
            return None
        ref = other.ref if isinstance(other, Somebody) else other.id
        if ref == somebody.ref:
            line.refuse("own_partner", "partner")
        else:
            line.said["stands_in"] = other
        return ref

    def _find(self, text: str, terms: Terms) -> Somebody | KnownPerson | None:
        """Somebody by code, telephone number, or the number of a person without either."""
        if NUMBERED.fullmatch(text):
            return self._by_id.get(int(text[1:]))
        found = self._codes.get(text) or self._by_code.get(text)
        if found is not None or sum(c.isdigit() for c in text) < 7:
            return found
        mark = terms.mark(plain(text))
        here = self._marks.get(mark)
        there = self._by_mark.get(mark)
        return here[0] if here else there[0] if there else None

    def _refuse_together(self) -> None:
        """Whoever is new and refused cannot stand in for anybody; and so on."""
        stands_for: dict[int, list[tuple[Somebody, Line]]] = defaultdict(list)
        for somebody in self._people.values():
            for line in somebody.lines:
                other = line.said.get("stands_in")
                if isinstance(other, Somebody) and other.known is None:
                    stands_for[other.ref].append((somebody, line))
        waiting = [somebody for somebody in self._people.values() if somebody.refused]
        seen = {somebody.ref for somebody in waiting}
        while waiting:
            gone = waiting.pop()
            bad = next(line for line in gone.lines if line.reasons)
            for line in gone.lines:
                if not line.reasons:
                    line.refuse("same_person", "", **bad.place)
            for somebody, line in stands_for[gone.ref]:
                line.refuse("refers_to_refused", "partner", code=line.said["partner"], **bad.place)
                if somebody.ref not in seen:
                    seen.add(somebody.ref)
                    waiting.append(somebody)


def _marks_of(somebody: Somebody) -> set[str]:
    return {line.said["mark"] for line in somebody.lines if line.said.get("mark")}


def _name_in(somebody: Somebody) -> str:
    """What the workbook calls somebody so far, else what they were called."""
    names = (line.said["name"] for line in somebody.lines if line.said.get("name"))
    return str(next(names, somebody.known.entry.name if somebody.known else ""))


def _two_names(line: Line, other: Line) -> None:
    line.refuse("two_names_in_rows", "name", name=other.said["name"], **other.place)


def _collide(somebody: Somebody, other: Somebody | KnownPerson, mark: str) -> None:
    """The row that gives somebody this number hears whose it is."""
    line = next(line for line in somebody.lines if line.said.get("mark") == mark)
    if isinstance(other, Somebody) and other.lines:
        there = next(ln for ln in other.lines if ln.said.get("mark") == mark)
        name, code, place = other.name, str(other.said.get("code", "")), there.place
        if name != somebody.name:
            line.refuse("two_names_in_rows", "phone", name=name, **place)
        else:
            line.refuse("two_codes_in_rows", "code", code=code, **place)
        return
    known = other.known if isinstance(other, Somebody) else other
    if known is None:
        return
    if known.entry.name != somebody.name:
        line.refuse("two_names", "phone", name=known.entry.name, by=somebody.name)
    else:
        line.refuse("two_codes", "code", code=known.entry.code or f"#{known.id}")
