"""The lists as workbooks: who may read and change what, and the writing of what came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from governance.authority import Held, Power, reaches
from governance.cells import word
from governance.list_rows import Entry, Item, Judged, KnownList, ListSheet
from governance.lists import Need, Supply
from governance.org import Area, AreaKind
from governance.papers import PaperKind
from governance.sheets import Change
from handlers import papers
from handlers.lists.common import NEED
from handlers.lists.digests import begin
from handlers.lists.finding import stop_bookings
from handlers.lists.supply import seat_of
from handlers.registry import choice
from handlers.turn import Turn
from storage import bookings, lists, org

# ── what its sender may read and change ──────────────────────────────────────


def places_of(held: Iterable[Held]) -> tuple[list[int], list[int]]:
    """The units whose menus, and the communities whose needs somebody in these posts writes."""
    posts = list(held)
    units = [unit for _area, unit in reaches(Power.SUPPLY, posts) if unit is not None]
    areas = [area for area, unit in reaches(Power.BOOKING, posts) if area and unit is None]
    return units, areas


def known_supply(
    db: Session, units: Sequence[int], areas: Sequence[int], today: date, *, lock: bool = False
) -> KnownList:
    """The menus of these units, and what can be booked in these areas."""
    names = lists.units_named(db)
    own = lists.menus_of(db, units, lock=lock)
    paths = [db.get_one(Area, area).path_ids for area in areas]
    offered = [offer.supply for path in paths for offer in lists.offers_for(db, path, today)]
    found = {one.id: one for one in (*offered, *own)}
    busy = bookings.under_way(db, found, ())
    items = {
        one.id: Item(
            one.id,
            entry_of(one),
            "" if one.unit_id in units else "not_yours_supply",
            ("supply", one.id) in busy,
            since=one.created_at,
        )
        for one in sorted(found.values(), key=lambda one: one.id)
    }
    return KnownList(units, _called(names), _names(names), items, lists.closed_of(db, units))


def known_needs(
    db: Session, own: Sequence[int], areas: Sequence[int], *, lock: bool = False
) -> KnownList:
    """The needs that others may read in these areas; `own` are those whose office asks."""
    names = [*lists.communities_named(db), *_beside(db, areas)]
    paths = [db.get_one(Area, area).path for area in areas]
    read = lists.live_needs_locked if lock else lists.live_needs
    found = {one.id: one for path in paths for one in read(db, path) if one.public}
    busy = bookings.under_way(db, (), found)
    items = {
        one.id: Item(
            one.id,
            Entry(_community(db, one.area_id), one.public, tuple(one.skills)),
            _fixed(db, one, own),
            ("need", one.id) in busy,
            one.state,
            one.created_at,
        )
        for one in sorted(found.values(), key=lambda one: one.id)
    }
    over = frozenset(number for path in paths for number in lists.ended_needs(db, path))
    return KnownList(own, _called(names), _names(names), items, over)


def entry_of(one: Supply) -> Entry:
    """A line of a menu as a sheet has it."""
    skills = tuple(one.skills)
    words = (one.what, skills, one.for_whom, one.monthly, one.conditions, one.until)
    return Entry(one.unit_id, *words)


def _fixed(db: Session, one: Need, own: Sequence[int]) -> str:
    if _community(db, one.area_id) not in own:
        return "not_yours_needs"
    return "of_resident" if one.person_id is not None else ""


def _community(db: Session, area_id: int) -> int:
    area = db.get_one(Area, area_id)
    return (org.ancestor(db, area, AreaKind.COMMUNITY) or area).id


def _beside(db: Session, areas: Sequence[int]) -> list[tuple[int, str, str]]:
    """Where a district has no communities, the areas whose office asks."""
    found = (db.get_one(Area, area) for area in areas)
    return [(a.id, a.code, a.name) for a in found if a.kind is not AreaKind.COMMUNITY]


def _called(rows: Iterable[tuple[int, str, str]]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for one, code, name in rows:
        for said in {word(code), word(name)}:
            found.setdefault(said, []).append(one)
    return found


def _names(rows: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    return {one: name for one, _code, name in rows}


# ── written ──────────────────────────────────────────────────────────────────


def bring_in(turn: Turn, sheet: ListSheet, by: int, rows: Iterable[Judged]) -> None:
    """What the rows say is so; whoever had promised what is taken off hears it."""
    write = _write_supply if sheet is ListSheet.SUPPLY else _write_need
    for judged in rows:
        if judged.entry is not None and judged.line.change in {Change.ADDED, Change.CHANGED}:
            write(turn, by, judged, judged.entry)
    turn.db.flush()


def _write_supply(turn: Turn, by: int, judged: Judged, said: Entry) -> None:
    until = said.until
    assert until is not None  # noqa: S101 - no row without a day is let in
    words = (said.what, list(said.skills), said.whom, said.monthly, said.terms, until)
    if judged.number is None:
        unit = said.place
        turn.db.add(Supply(unit, seat_of(turn, unit), by, *words, turn.now))
        begin(turn, unit_id=unit)
        return
    one = turn.db.get_one(Supply, judged.number)
    if judged.closes:
        one.close(turn.now)
    else:
        one.change(*words)


def _write_need(turn: Turn, by: int, judged: Judged, said: Entry) -> None:
    skills = list(said.skills)
    if judged.number is None:
        asked = Need(said.place, None, by, said.what, skills, turn.now)
        asked.open(said.what, skills, turn.policy, turn.now)
        turn.db.add(asked)
        begin(turn, area_id=said.place)
        return
    asked = turn.db.get_one(Need, judged.number)
    if judged.closes:
        asked.withdraw(turn.policy, turn.now)
        stop_bookings(turn, asked)
    else:
        asked.reword(said.what, skills)
    turn.post.refresh(asked.id, (NEED,))


@choice("lists.sheet")
def as_workbook(turn: Turn, _subject: int, _arg: str) -> None:
    """The lists the speaker writes, to be changed in Excel and sent back."""
    papers.ask_for(turn, PaperKind.LIST_SHEETS)
