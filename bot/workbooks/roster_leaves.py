"""What stands in the roster's workbooks: a result, an export, a template to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.workbooks import roster_examples as examples
from bot.workbooks.xlsx import Cell, Leaf
from governance.roster import (
    COLUMNS,
    AreaEntry,
    Known,
    KnownPerson,
    PostEntry,
    Sheet,
    UnitEntry,
)
from governance.sheets import Change, Judged, Outcome
from handlers.posts import POSTS
from handlers.roster_reasons import WORDING
from handlers.roster_words import (
    AREA_KINDS,
    HEADINGS,
    MEMBERS,
    TITLES,
    UNIT_KINDS,
    choices,
)
from handlers.sheets import CHANGES, COLOURS, Wording
from handlers.words import Reader, Text, _, ngettext, render

_NUMBERS = {"latitude", "longitude", "households"}


Pen: TypeAlias = Callable[[Text], str]


def pen_for(language: str) -> Pen:
    """Writes words in one language. Nothing here speaks of today."""
    reader = Reader(language, datetime.now(UTC), ZoneInfo("UTC"))
    return lambda text: render(text, reader)


# ── the result ───────────────────────────────────────────────────────────────


def of_outcome(outcome: Outcome[Any], wording: Wording, language: str) -> Iterator[Leaf]:
    """A summary, then every sheet with each row marked in colour and word."""
    pen = pen_for(language)
    yield _summary(outcome, wording, pen)
    for judged in outcome.tables:
        columns = [c for c in judged.table.columns if c in judged.table.letters]
        named = [pen(wording.headings[judged.table.sheet][column]) for column in columns]
        yield Leaf(
            judged.table.title,
            [pen(_("Row")), pen(_("Result")), pen(_("Reason")), *named],
            _judged_rows(judged, columns, wording, pen),
            [6, 10, 48, *(wording.widths.get(column, 14.0) for column in columns)],
            frozen=2,
        )


def _judged_rows(
    judged: Judged, columns: Sequence[str], wording: Wording, pen: Pen
) -> Iterator[tuple[str, Sequence[Cell]]]:
    order = [judged.table.columns.index(column) for column in columns]
    words = {change: pen(word) for change, word in CHANGES.items()}
    for line in judged.lines:
        why = pen(wording.why(line)) if line.reasons else ""
        cells = [line.row.cells[at] for at in order]
        yield COLOURS[line.change], [line.row.number, words[line.change], why, *cells]


def _summary(outcome: Outcome[Any], wording: Wording, pen: Pen) -> Leaf:
    headings = [pen(_("Sheet")), *(pen(CHANGES[change]) for change in Change)]
    rows: list[tuple[str, Sequence[Cell]]] = []
    for sheet, counter in outcome.counts.items():
        rows.append(("", [pen(wording.titles[sheet]), *(counter[change] for change in Change)]))
    rows.append(("red" if not outcome.ok else "green", [pen(standing(outcome))]))
    if outcome.ignored:
        titles = "、".join(outcome.ignored)
        rows.append(("", [pen(_("Other sheets, not read: {titles}", titles=titles))]))
    return Leaf(pen(_("Summary")), headings, rows, [60])


def standing(outcome: Outcome[Any]) -> Text:
    """Whether anything was written, and what to do."""
    refused = outcome.count(Change.REFUSED)
    if outcome.written and not refused:
        return _("Everything is in.")
    if outcome.written:
        return ngettext(
            "All rows but {count} are in. Mend it and import the workbook again.",
            "All rows but {count} are in. Mend them and import the workbook again.",
            refused,
        )
    if not refused:
        return _("Every row can go in; nothing was written yet.")
    return ngettext(
        "{count} row was refused, so nothing was written. Mend it and import the workbook again.",
        "{count} rows were refused, so nothing was written. Mend them and import the workbook again.",
        refused,
    )


def first_reasons(
    outcome: Outcome[Any], wording: Wording, language: str, most: int = 10
) -> Iterator[str]:
    """The first refused rows, one a line: sheet, row, cell and reason.

    Rows that are wrong themselves come before those that only need one of them.
    """
    pen = pen_for(language)
    causes = (line for line in outcome.refused if not line.follows)
    for line in islice(chain(causes, (ln for ln in outcome.refused if ln.follows)), most):
        yield pen(
            _(
                "“{sheet}”, row {row}: {reason}",
                sheet=line.table.title,
                row=line.row.number,
                reason=_one_line(pen, wording.why(line)),
            )
        )


def _one_line(pen: Pen, why: Text) -> str:
    return " ".join(pen(why).splitlines())


# ── the roster ───────────────────────────────────────────────────────────────


def of_roster(known: Known, phones: Mapping[int, str], language: str) -> Iterator[Leaf]:
    """Everything, as the import would read it again."""
    pen = pen_for(language)
    areas = (_area(entry, pen) for _id, entry in known.areas.values())
    units = (_unit(entry, pen) for _id, entry in known.units.values())
    yield _leaf(Sheet.AREAS, areas, pen)
    yield _leaf(Sheet.UNITS, units, pen)
    by_id = {person.id: person for person in known.people}
    rows = (
        row
        for person in known.people
        for row in _person(person, phones.get(person.id, ""), by_id, phones, pen)
    )
    yield _leaf(Sheet.PEOPLE, rows, pen)


def _leaf(sheet: Sheet, rows: Iterable[Mapping[str, Cell]], pen: Pen) -> Leaf:
    columns = COLUMNS[sheet]
    offered = {
        at: [pen(word) for word in choices(sheet, column)]
        for at, column in enumerate(columns)
        if choices(sheet, column)
    }
    return Leaf(
        pen(TITLES[sheet]),
        [pen(HEADINGS[sheet][column]) for column in columns],
        (("", [row[column] for column in columns]) for row in rows),
        [WORDING.widths.get(column, 14.0) for column in columns],
        offered,
        frozen=2,
    )


def _area(entry: AreaEntry, pen: Pen) -> dict[str, Cell]:
    return {
        "code": entry.code,
        "name": entry.name,
        "kind": pen(AREA_KINDS[entry.kind]),
        "parent": entry.parent,
        "latitude": "" if entry.latitude is None else entry.latitude,
        "longitude": "" if entry.longitude is None else entry.longitude,
        "households": entry.households or "",
    }


def _unit(entry: UnitEntry, pen: Pen) -> dict[str, Cell]:
    return {
        "code": entry.code,
        "name": entry.name,
        "kind": pen(UNIT_KINDS[entry.kind]),
        "area": entry.area,
        "phone": entry.phone,
        "hours": entry.hours,
        "categories": "、".join(entry.categories),
    }


def _person(
    person: KnownPerson,
    phone: str,
    by_id: Mapping[int, KnownPerson],
    phones: Mapping[int, str],
    pen: Pen,
) -> Iterator[dict[str, Cell]]:
    """A row for each post; the first one also says the rest."""
    entry = person.entry
    told: dict[str, Cell] = {
        "code": entry.code or ("" if phone else f"#{person.id}"),
        "name": entry.name,
        "phone": phone,
        "member": pen(MEMBERS[entry.member]) if entry.member else "",
        "unit": entry.unit,
        "home": entry.home,
        "skills": "、".join(entry.skills),
    }
    blank = dict.fromkeys(COLUMNS[Sheet.PEOPLE], "")
    if not person.posts:
        yield {**blank, **told}
    for post in person.posts.values():
        partner = _called(by_id.get(post.partner or 0), post.partner, phones)
        yield {**blank, **told, **_post(post, partner, pen)}


def _called(person: KnownPerson | None, ref: int | None, phones: Mapping[int, str]) -> str:
    """By what another row names somebody."""
    if ref is None:
        return ""
    code = person.entry.code if person else ""
    return code or phones.get(ref, "") or f"#{ref}"


def _post(post: PostEntry, partner: str, pen: Pen) -> dict[str, Cell]:
    return {
        "post": pen(POSTS[post.kind]),
        "place": post.place,
        "duty_phone": post.phone,
        "partner": partner,
        "since": post.since.isoformat() if post.since else "",
        "until": post.until.isoformat() if post.until else "",
    }


# ── the template ─────────────────────────────────────────────────────────────


def of_template(language: str) -> Iterator[Leaf]:
    """The three sheets with examples, then how to fill them in."""
    pen = pen_for(language)
    known, phones = examples.of(language)
    yield from of_roster(known, phones, language)
    yield Leaf(pen(_("How to fill it in")), [pen(_("How to fill it in"))], _notes(pen), [100])


def _notes(pen: Pen) -> Iterator[tuple[str, Sequence[Cell]]]:
    for note in (
        _(
            "Replace the invented rows by your own. Send the workbook to the bot, or run: shaodao import"
        ),
        _("Every row is checked before anything is written. Importing twice changes nothing."),
        _("An empty cell leaves what the district knows as it is; a dash clears it."),
        _("Nothing is ever deleted. A post ends by its last day."),
        _("Areas: one district; everything else names the area above it. Levels may be left out."),
        _(
            "People: one row for each post. Somebody with two posts has two rows with the same code."
        ),
        _("Without a code, people are told apart by their telephone number."),
        _("Degrees are WGS-84, as GPS has them. Other columns of your own are not read."),
    ):
        yield "", [pen(note)]
