"""Areas and units: a tree with one root, kinds that fall from the district down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from governance.cells import require, unique_codes
from governance.org import SEATS, AreaKind
from governance.roster import AreaEntry, Known, Plan, UnitEntry
from governance.sheets import Change, Line

RANK = {kind: rank for rank, kind in enumerate(AreaKind)}


class Areas:
    """The tree as it will be: what is known, with the rows that are not refused laid over it."""

    def __init__(self, lines: Sequence[Line], known: Known, today: date) -> None:
        self._lines = lines
        self._known = known
        self._today = today
        self._wanted: dict[str, tuple[Line, AreaEntry]] = {}
        self.refused: dict[str, Line] = {}
        self.tree: dict[str, AreaEntry] = {}

    def judge(self) -> None:
        """Afterwards `tree` is sound, and whatever row would have hurt it is refused."""
        unique_codes(self._lines)
        for line in self._lines:
            self._want(line)
        self._want_fitting_posts()
        while self._refuse_what_does_not_fit():
            pass

    def plan(self, plan: Plan) -> None:
        """What is to be written for the rows that stayed."""
        for code, (line, entry) in self._wanted.items():
            found = self._known.areas.get(code)
            if found is None:
                line.change = Change.ADDED
                plan.add_areas.append(entry)
            elif found[1] != entry:
                line.change = Change.CHANGED
                plan.change_areas.append((found[0], entry))
        plan.add_areas.sort(key=lambda entry: RANK[entry.kind])

    def _want(self, line: Line) -> None:
        code = line.said.get("code", "")
        found = self._known.areas.get(code)
        if found is None:
            require(line, "code", "name", "kind")
        old = _fields(found[1]) if found else {}
        entry = {**old, **{k: v for k, v in line.said.items() if v is not None or k != "kind"}}
        half = (entry.get("latitude") is None) != (entry.get("longitude") is None)
        if half and not any(r.column in ("latitude", "longitude") for r in line.reasons):
            line.refuse("half_a_point", "latitude" if "latitude" in entry else "longitude")
        if line.reasons:
            self._give_up(line)
        else:
            self._wanted[code] = (line, AreaEntry(**entry))

    def _give_up(self, line: Line) -> None:
        if code := line.said.get("code"):
            self.refused.setdefault(code, line)
            self._wanted.pop(code, None)

    def _want_fitting_posts(self) -> None:
        """An area in which somebody serves stays of a kind in which that post is held."""
        for person in self._known.people:
            for post in person.posts.values():
                line, entry = self._wanted.get(post.place, (None, None))
                if line is None or entry is None or not SEATS[post.kind]:
                    continue
                serving = post.until is None or post.until >= self._today
                if serving and entry.kind not in SEATS[post.kind]:
                    line.refuse("posts_there", "kind", post=post.kind, name=person.entry.name)
                    self._give_up(line)

    def _refuse_what_does_not_fit(self) -> bool:
        """One look at the whole tree; True if something had to go, so that it looks again."""
        self.tree = {code: entry for code, (_id, entry) in self._known.areas.items()}
        self.tree |= {code: entry for code, (_line, entry) in self._wanted.items()}
        root = self._root()
        circles = in_circles(self.tree)
        for code, entry in self.tree.items():
            line = self._wanted[code][0] if code in self._wanted else None
            if line is not None:
                self._look(line, entry, root, circles)
            elif entry.parent in self._wanted and not _below(entry, self.tree[entry.parent]):
                self._wanted[entry.parent][0].refuse("child_not_below", "kind", child=code)
        gone = [line for line, _entry in self._wanted.values() if line.reasons]
        for line in gone:
            self._give_up(line)
        return bool(gone)

    def _root(self) -> str:
        """The code of the one area that lies in nothing."""
        for code, (_id, entry) in self._known.areas.items():
            if not entry.parent:
                return code
        first = (c for c, (_line, e) in self._wanted.items() if e.kind is AreaKind.DISTRICT)
        return next(first, "")

    def _look(self, line: Line, entry: AreaEntry, root: str, circles: Mapping[str, str]) -> None:
        above = self.tree.get(entry.parent)
        if not entry.parent and entry.kind is not AreaKind.DISTRICT:
            line.refuse("no_parent", "parent")
        elif not entry.parent:
            if entry.code != root:
                line.refuse("second_root", "kind", code=root)
        elif entry.parent == entry.code:
            line.refuse("own_parent", "parent")
        elif entry.code in circles:
            line.refuse("circle", "parent", codes=circles[entry.code])
        elif above is None:
            missing(line, "parent", entry.parent, self.refused)
        elif not _below(entry, above):
            kinds = {"kind": str(entry.kind), "above": str(above.kind)}
            line.refuse("kind_not_below", "kind", code=entry.parent, **kinds)


def _below(entry: AreaEntry, above: AreaEntry) -> bool:
    return RANK[entry.kind] > RANK[above.kind]


def _fields(entry: AreaEntry | UnitEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def in_circles(tree: Mapping[str, AreaEntry]) -> dict[str, str]:
    """Every area that lies in itself, with the way round: "A > B > A"."""
    done: set[str] = set()
    found: dict[str, str] = {}
    for start in tree:
        way: dict[str, int] = {}
        code = start
        while code in tree and code not in done and code not in way:
            way[code] = len(way)
            code = tree[code].parent
        if code in way:
            circle = list(way)[way[code] :]
            found |= dict.fromkeys(circle, " > ".join([*circle[:6], code]))
        done.update(way)  # `|=` with a view copies all that is done, for each area
    return found


def missing(line: Line, column: str, code: str, refused: Mapping[str, Line]) -> None:
    """What the row refers to is nowhere, or its own row was refused."""
    if code in refused:
        line.refuse("refers_to_refused", column, code=code, **refused[code].place)
    else:
        line.refuse("not_found", column, code=code)


def judge_units(
    lines: Sequence[Line],
    known: Known,
    areas: Areas,
    plan: Plan,
) -> dict[str, Line]:
    """The units' rows are judged and planned; returns the refused ones by code."""
    unique_codes(lines)
    refused: dict[str, Line] = {}
    for line in lines:
        code = line.said.get("code", "")
        found = known.units.get(code)
        if found is None:
            require(line, "code", "name", "kind")
        if (area := line.said.get("area")) and area not in areas.tree:
            missing(line, "area", area, areas.refused)
        if line.reasons:
            refused.setdefault(code, line)
            continue
        old = _fields(found[1]) if found else {}
        said = {k: v for k, v in line.said.items() if v is not None}
        _plan_unit(line, UnitEntry(**{**old, **said}), found, plan)
    return refused


def _plan_unit(
    line: Line, entry: UnitEntry, found: tuple[int, UnitEntry] | None, plan: Plan
) -> None:
    if found is None:
        line.change = Change.ADDED
        plan.add_units.append(entry)
    elif found[1] != entry:
        line.change = Change.CHANGED
        plan.change_units.append((found[0], entry))


def unit_codes(known: Known, plan: Plan) -> Collection[str]:
    """Every unit there will be."""
    return known.units.keys() | {entry.code for entry in plan.add_units}
