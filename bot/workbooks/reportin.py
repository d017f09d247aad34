"""The report-in proposal (双报到) as a workbook: made for an officer, and read when it is back.

One sheet has a line for each unit and member not registered yet, the other what each
community asks for. The officer changes the communities and the needs, nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from bot.workbooks.parts import MOST_ROWS, Extent, Unreadable
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.sheets import table_of
from bot.workbooks.xlsx import Cell, Leaf, pages, write
from governance.cells import listed, plain, word
from governance.org import Area
from governance.papers import Paper
from governance.reportin import Judged, Line, Proposal, Seeker, judge, propose
from governance.sheets import Change, Form, Row, Table
from handlers.reportin import COLUMNS, GROUNDS, KINDS, NEEDS, PROPOSAL, REASONS, tell
from handlers.sheets import CHANGES, COLOURS, understood
from handlers.turn import Turn
from handlers.words import _
from storage import reportin
from storage.reportin import Place, Registrant

Progress = Callable[[int, int], None]
_PROPOSED = [column for column in COLUMNS if column != "needs"]
_WIDTHS = [9.0, 16.0, 18.0, 22.0, 20.0, 20.0, 20.0, 24.0, 10.0]


_KIND = understood(KINDS, {})
_GROUND = understood(GROUNDS, {})
_TITLES = understood({"proposal": PROPOSAL, "needs": NEEDS}, {})


def _form(sheet: str, columns: Sequence[str], key: str) -> Form:
    titles = frozenset(said for said, of in _TITLES.items() if of == sheet)
    headings = understood({column: COLUMNS[column] for column in columns}, {})
    return Form(sheet, titles, tuple(columns), headings, frozenset({key}))


_FORMS = (
    _form("proposal", _PROPOSED, "code"),
    _form("needs", ("community", "needs"), "community"),
)


class District:
    """Those on whom an officer of this area decides, and between which communities."""

    def __init__(self, conn: Connection, area: Area) -> None:
        self.places = reportin.communities(conn, area.path)
        by_id = {place.community.id: place.code for place in self.places}
        everybody = [r for r in reportin.registrants(conn) if _within(r, area, by_id)]
        self.registrants = {_key(r.kind, r.code): r for r in everybody}
        self.registered = {
            key: by_id[r.registered_at]
            for key, r in self.registrants.items()
            if r.registered_at in by_id
        }


def _within(registrant: Registrant, area: Area, communities: Mapping[int, str]) -> bool:
    """Whoever is registered here, or nowhere and lives here; the district has all others too."""
    if registrant.registered_at is not None:
        return registrant.registered_at in communities
    return registrant.path.startswith(area.path) or area.parent_id is None


def _key(kind: str, code: str) -> str:
    return f"{kind}:{code}"


# ── out ──────────────────────────────────────────────────────────────────────


def proposal(conn: Connection, area: Area, path: Path, language: str) -> None:
    """A workbook proposes where everybody not registered yet might report in."""
    district, pen = District(conn, area), pen_for(language)
    waiting = {k: r for k, r in district.registrants.items() if k not in district.registered}
    seekers = [_seeker(key, r, district.places) for key, r in waiting.items()]
    proposed = propose(seekers, [place.community for place in district.places])
    write(path, _leaves(waiting, proposed, district.places, pen))


def _seeker(key: str, registrant: Registrant, places: Sequence[Place]) -> Seeker:
    home = next((p.community.id for p in places if registrant.path.startswith(p.path)), None)
    known = registrant.latitude is not None and registrant.longitude is not None
    point = (registrant.latitude or 0.0, registrant.longitude or 0.0) if known else None
    return Seeker(key, registrant.name, frozenset(registrant.skills), home, point)


def _leaves(
    waiting: Mapping[str, Registrant],
    proposed: Sequence[Proposal],
    places: Sequence[Place],
    pen: Pen,
) -> Iterator[Leaf]:
    by_id = {place.community.id: place for place in places}
    rows: list[tuple[str, Sequence[Cell]]] = [
        ("", _row(waiting[p.key], p, by_id[p.community_id], pen)) for p in proposed
    ]
    yield Leaf(pen(PROPOSAL), [pen(COLUMNS[c]) for c in _PROPOSED], rows, _WIDTHS, frozen=3)
    names = (COLUMNS["community"], COLUMNS["place"], _("Registered already"), COLUMNS["needs"])
    needs: list[tuple[str, Sequence[Cell]]] = [
        ("", [p.code, p.name, p.community.there, "、".join(sorted(p.community.needs))])
        for p in places
    ]
    yield Leaf(pen(NEEDS), [pen(name) for name in names], needs, [20, 20, 12, 50], frozen=2)


def _row(registrant: Registrant, proposed: Proposal, place: Place, pen: Pen) -> list[Cell]:
    away: Cell = "" if proposed.metres is None else round(proposed.metres)
    skills = "、".join(registrant.skills)
    return [
        *(pen(KINDS[registrant.kind]), registrant.code, registrant.name, skills),
        *(place.code, place.name, place.code, pen(GROUNDS[proposed.ground]), away),
    ]


# ── in ───────────────────────────────────────────────────────────────────────


def recognises(titles: Iterable[str]) -> bool:
    """Whether a workbook with these sheets is a proposal that came back."""
    return any(_TITLES.get(word(title)) == "proposal" for title in titles)


class ProposalBook:
    """A proposal that came back, judged for those on whom the officer of this area decides."""

    def __init__(
        self,
        conn: Connection,
        path: Path,
        extents: Mapping[str, Extent],
        area: Area,
        progress: Progress,
    ) -> None:
        self._area = area
        self._lines: list[Line] = []
        self._needs: list[tuple[int, str, tuple[str, ...]]] = []
        for page in pages(path, extents):
            table = table_of(page, _FORMS) if word(page.title) in _TITLES else None
            if table is not None:
                for row in table.rows:
                    self._take(table, row)
        self._judge(conn)
        progress(len(self._lines), len(self._lines))

    def _take(self, table: Table, row: Row) -> None:
        said = {
            c: text
            for c, cell in zip(table.columns, row.cells, strict=True)
            if (text := plain(cell))
        }
        if table.sheet == "needs":
            if said.keys() >= {"community", "needs"}:
                self._needs.append((row.number, said["community"], listed(said["needs"])))
        elif "code" in said:
            who = _KIND.get(word(said.get("kind", "")), "")
            ground = _GROUND.get(word(said.get("ground", "")))
            community, proposed = said.get("community", ""), said.get("proposed", "")
            key, name = _key(who, said["code"]), said.get("name", "")
            self._lines.append(Line(row.number, key, name, community, proposed, ground))
        if len(self._lines) > MOST_ROWS:
            raise Unreadable("too_many_rows")

    def _judge(self, conn: Connection) -> None:
        """Every line as it would be now."""
        district = District(conn, self._area)
        self._codes = {place.code: place.community for place in district.places}
        self._registrants = district.registrants
        names = {key: r.name for key, r in district.registrants.items()}
        self._judged = judge(self._lines, names, district.registered, self._codes)
        self._asked = [self._need(*need) for need in self._needs]

    def _need(self, number: int, code: str, words: tuple[str, ...]) -> Judged:
        line = Line(number, code, "、".join(words), code)
        if code not in self._codes:
            return Judged(line, Change.REFUSED, "unknown_community")
        same = self._codes[code].needs == frozenset(words)
        return Judged(line, Change.UNCHANGED if same else Change.CHANGED)

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(Counter(str(j.change) for j in (*self._judged, *self._asked)))

    def report(self, path: Path, language: str) -> None:
        """Every line with what becomes of it, and why."""
        pen = pen_for(language)
        headings = [_("Row"), _("Result"), _("Reason"), COLUMNS["code"], COLUMNS["name"]]
        shown = [pen(h) for h in (*headings, COLUMNS["community"])]
        rows = [
            (COLOURS[j.change], _told(j, j.line.key.partition(":")[2], pen)) for j in self._judged
        ]
        asked = [(COLOURS[j.change], _told(j, j.line.key, pen)) for j in self._asked]
        widths = [6.0, 10.0, 48.0, 18.0, 22.0, 20.0]
        write(
            path,
            (Leaf(pen(PROPOSAL), shown, rows, widths), Leaf(pen(NEEDS), shown, asked, widths)),
        )

    def write(self, turn: Turn, paper: Paper) -> bool:
        """Everybody decided on is registered and told, and the needs are as they say."""
        conn = turn.db.connection()
        self._judge(conn)
        refused = self.counts.get(Change.REFUSED, 0)
        if refused and not paper.skip_refused:
            return False
        decided = [j for j in self._judged if j.change in {Change.ADDED, Change.CHANGED}]
        reportin.register(conn, (self._values(judged, turn, paper) for judged in decided))
        for judged, (_number, code, words) in zip(self._asked, self._needs, strict=True):
            if judged.change is Change.CHANGED:
                reportin.want(conn, self._codes[code].id, words)
        people = ((self._registrants[j.line.key], j) for j in decided)
        tell(
            turn,
            [
                (who.id, self._codes[judged.line.community].id, judged.ground)
                for who, judged in people
                if who.kind == "person"
            ],
        )
        return True

    def _values(self, judged: Judged, turn: Turn, paper: Paper) -> dict[str, object]:
        who = self._registrants[judged.line.key]
        return {
            "unit_id": who.id if who.kind == "unit" else None,
            "person_id": who.id if who.kind == "person" else None,
            "area_id": self._codes[judged.line.community].id,
            "ground": judged.ground,
            "confirmed_by": paper.person_id,
            "confirmed_at": turn.now,
        }


def _told(judged: Judged, code: str, pen: Pen) -> list[Cell]:
    why = pen(REASONS[judged.why]) if judged.why else ""
    line = judged.line
    return [line.number, pen(CHANGES[judged.change]), why, code, line.name, line.community]
