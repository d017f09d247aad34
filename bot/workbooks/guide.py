"""The guide's workbook: read, judged, brought in, and given back; by chat and in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks import guide_examples
from bot.workbooks import roster_leaves as leaves
from bot.workbooks.parts import Extent, Unreadable, letters_of, look
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.sheets import table_of
from bot.workbooks.xlsx import Cell, Leaf, pages, write
from governance.cells import word
from governance.guide import Facts, Owner
from governance.guide_rows import COLUMNS, GUIDE, Judged, Known
from governance.papers import Paper
from governance.policy import Policy
from governance.sheets import Change, Line, Outcome, Row, Table
from governance.sheets import Judged as JudgedTable
from handlers import roster_words
from handlers.guide import keepers, sheets
from handlers.guide.sheets import FORM, HEADINGS, TITLE, WORDING, is_guide
from handlers.posts import POSTS
from handlers.turn import Turn
from handlers.words import Text, _
from storage import guide

EVERYWHERE = ("",)
"""The reach of whoever runs the machine."""
MOST = 5_000  # rows; a district has a few hundred
SHOWN = 200  # questions in the workbook

GuideOutcome: TypeAlias = Outcome[Sequence[Judged]]
Names: TypeAlias = Callable[[Owner], str]


# ── in ───────────────────────────────────────────────────────────────────────


def recognises(path: Path, extents: Mapping[str, Extent]) -> bool:
    """Whether a workbook with these sheets is a guide: by a sheet's title, or where no title is
    known by its headings."""
    called = {word(title) for title in extents}
    if any(is_guide(title) for title in called):
        return True
    if any(called & form.titles for form in roster_words.FORMS):
        return False
    forms = (FORM, *roster_words.FORMS)
    found = (table_of(page, forms) for page in pages(path, extents))
    return any(table is not None and table.sheet == GUIDE for table in found)


def is_one(path: Path) -> bool:
    """Whether the file is a guide; one that cannot be read is none."""
    try:
        return recognises(path, look(path))
    except (Unreadable, OSError):
        return False


def read(
    path: Path, extents: Mapping[str, Extent] | None = None
) -> tuple[list[Table], tuple[str, ...]]:
    """The sheets of a guide (`bot.workbooks.xlsx.pages`), and the titles of the others. Raises
    `Unreadable`."""
    found: list[Table] = []
    ignored: list[str] = []
    for page in pages(path, extents):
        table = table_of(page, (FORM, *roster_words.FORMS))
        if table is None or table.sheet != GUIDE:
            ignored.append(page.title)
            continue
        found.append(table)
        if sum(len(table.rows) for table in found) > MOST:
            raise Unreadable("too_many_rows")
    if not found:
        raise Unreadable("no_known_sheet")
    if not any(table.rows for table in found):
        raise Unreadable("empty")
    return found, tuple(ignored)


def plan(
    db: Session,
    tables: Sequence[Table],
    ignored: tuple[str, ...],
    reach: Sequence[str],
    policy: Policy,
    today: date,
) -> GuideOutcome:
    """What an import would do now. Nothing is written."""
    found = [JudgedTable(table, [Line(table, row) for row in table.rows]) for table in tables]
    lines = [line for judged in found for line in judged.lines]
    rows = sheets.judged(db, lines, reach, policy, today)
    return Outcome(found, rows, "", ignored)


def apply(
    db: Session,
    tables: Sequence[Table],
    ignored: tuple[str, ...],
    reach: Sequence[str],
    policy: Policy,
    now: datetime,
    *,
    skip_refused: bool = False,
) -> GuideOutcome:
    """The guide is in, unless a row was refused and `skip_refused` is not set. The caller
    commits."""
    guide.changed(db.connection())
    outcome = plan(db, tables, ignored, reach, policy, policy.local_date(now))
    outcome.written = outcome.ok or skip_refused
    if outcome.written:
        sheets.bring_in(db, outcome.plan, policy, now)
    return outcome


def report(outcome: GuideOutcome, path: Path, language: str) -> None:
    """A workbook with every row, what becomes of it and why, in the reader's language."""
    write(path, leaves.of_outcome(outcome, WORDING, language))


def reach_of(db: Session, person_id: int, day: date) -> list[str]:
    """The paths of the areas whose guide somebody keeps. Raises `Unreadable("no_post")`."""
    found = keepers.reach(db, person_id, day)
    if not found:
        raise Unreadable("no_post")
    return found


def reach_on(conn: Connection, person_id: int, day: date) -> list[str]:
    """The same, on a connection that only reads."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        found = reach_of(db, person_id, day)
        db.expunge_all()
    return found


class GuideBook:
    """A guide that came in, judged for whoever sent it. Raises `Unreadable`."""

    def __init__(
        self,
        conn: Connection,
        path: Path,
        extents: Mapping[str, Extent],
        person_id: int,
        policy: Policy,
        today: date,
    ) -> None:
        self._tables, self._ignored = read(path, extents)
        with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
            reach = reach_of(db, person_id, today)
            self._outcome = plan(db, self._tables, self._ignored, reach, policy, today)
            db.expunge_all()

    @property
    def counts(self) -> Mapping[str, int]:
        return {str(change): self._outcome.count(change) for change in Change}

    def report(self, path: Path, language: str) -> None:
        report(self._outcome, path, language)

    def write(self, turn: Turn, paper: Paper) -> bool:
        """What its sender has read and agreed to is in; where it has become something else
        meanwhile, nothing is."""
        today = turn.policy.local_date(turn.now)
        guide.changed(turn.db.connection())
        reach = keepers.reach(turn.db, paper.person_id, today)
        self._outcome = plan(turn.db, self._tables, self._ignored, reach, turn.policy, today)
        refused = not self._outcome.ok and not paper.skip_refused
        if refused or self.counts != paper.counts:
            return False
        sheets.bring_in(turn.db, self._outcome.plan, turn.policy, turn.now)
        return True


def from_rows(rows: Iterable[Mapping[str, str]]) -> list[Table]:
    """A guide that comes from no workbook; columns that a row does not name are blank."""
    letters = {column: letters_of(at) for at, column in enumerate(COLUMNS)}
    lines = [
        Row(number, tuple(row.get(column, "") for column in COLUMNS))
        for number, row in enumerate(rows, 2)
    ]
    return [Table(GUIDE, GUIDE, COLUMNS, letters, lines)]


# ── out ──────────────────────────────────────────────────────────────────────


def export(
    conn: Connection, path: Path, reach: Sequence[str], policy: Policy, language: str
) -> None:
    """The entries under these areas as the import reads them again, and beside them the questions
    that found no answer."""
    pen = pen_for(language)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        known = guide.known(db)
        names = _names(conn, pen)
        rows = [
            _row(facts, known, names)
            for _id, facts in known.entries.values()
            if any(known.places[facts.area_id].path.startswith(one) for one in reach)
        ]
        asked = [*_asked(db, reach, known, policy)]
        db.expunge_all()
    write(path, [_leaf(rows, pen), _questions(asked, pen)])


def template(path: Path, language: str) -> None:
    """A workbook to fill in, with two invented entries that show how."""
    pen = pen_for(language)
    today = datetime.now(UTC).date()
    rows = [
        [row.get(column, "") for column in COLUMNS]
        for row in guide_examples.examples(today, language)
    ]
    notes = [("", [pen(note)]) for note in _NOTES]
    heading = pen(_("How to fill it in"))
    write(path, [_leaf(rows, pen), Leaf(heading, [heading], notes, [100])])


def _leaf(rows: Iterable[Sequence[Cell]], pen: Pen) -> Leaf:
    return Leaf(
        pen(TITLE),
        [pen(heading) for heading in HEADINGS.values()],
        (("", row) for row in rows),
        [WORDING.widths.get(column, 14.0) for column in COLUMNS],
        frozen=2,
    )


def _names(conn: Connection, pen: Pen) -> Names:
    """How whoever answers for an entry stands in the sheet."""
    of_units, of_people = guide.owners(conn)

    def called(owner: Owner) -> str:
        if owner.post is not None:
            return pen(POSTS[owner.post])
        if owner.unit_id is not None:
            return of_units.get(owner.unit_id, "")
        return of_people.get(owner.person_id or 0, "")

    return called


def _row(facts: Facts, known: Known, names: Names) -> list[Cell]:
    place = known.places[facts.area_id]
    said: dict[str, str] = {
        **{column: getattr(facts, column) for column in COLUMNS if hasattr(facts, column)},
        "asked": "；".join(facts.asked),
        "owner": names(facts.owner),
        "area": "" if place.id == known.district_id else place.code,
        "until": facts.until.isoformat(),
        "checked": facts.checked.isoformat(),
    }
    return [said[column] for column in COLUMNS]


def _asked(
    db: Session, reach: Sequence[str], known: Known, policy: Policy
) -> Iterator[tuple[str, list[Cell]]]:
    """Each question as whoever keeps the guide may read it: its numbers covered, nobody's name."""
    seen: set[int] = set()
    for path in reach:
        for one in guide.unanswered(db, path, SHOWN):
            if one.id not in seen:
                seen.add(one.id)
                day = policy.local_date(one.asked_at).isoformat()
                yield "", [day, known.places[one.area_id].name, keepers.as_read(one)]


def _questions(rows: Sequence[tuple[str, list[Cell]]], pen: Pen) -> Leaf:
    headings = [_("Asked on"), _("Asked in"), _("Question")]
    return Leaf(
        pen(_("Questions without an answer")), [pen(h) for h in headings], rows, [12, 18, 70]
    )


_NOTES: tuple[Text, ...] = (
    _("Replace the invented rows by your own. Send the workbook to the bot, or run: shaodao import"),
    _("Every row is checked before anything is written. Importing twice changes nothing."),
    _("An empty cell leaves what the guide says as it is; a dash clears it."),
    _("Other words for it: as people say it, with a semicolon between. They find the entry by them."),
    _("Answer: what somebody needs to know first, in two short sentences."),
    _("Who answers for it: a unit, a person of the roster by code or telephone, or a post like 社区书记. They are asked before the last day whether it is still right."),
    _("Where it holds: the code or name of a street or community; empty for the whole district."),
    _("After its last day an entry is not shown. A day that is over takes it out at once; a row you leave out stays."),
)  # fmt: skip
