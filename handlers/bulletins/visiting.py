"""Whoever has not said that they know is put down for a visit: the grid worker reads who they are,
telephones or goes to the door, and notes each one who has been told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from governance.authority import Power
from governance.bulletins import LOOK, Bulletin, Gap
from governance.org import Area
from governance.papers import PaperKind
from governance.people import Person
from governance.privacy import What, mask_phone
from governance.refused import Refused
from handlers import authority, papers
from handlers.bulletins.common import audience, short
from handlers.bulletins.knowing import grids_of
from handlers.message import Card, Choice
from handlers.posts import reachable
from handlers.registry import choice
from handlers.telephones import phone_of
from handlers.turn import Turn
from handlers.whose import area_name
from handlers.words import Text, Words, _, line, lines, listed, ngettext
from storage import bulletin_reach, bulletins, org, people, privacy
from storage.bulletin_reach import House, Missing

AT_ONCE = 10
WHY: dict[str, Words] = {
    Gap.GROUPED: _("reads it in the group"),
    Gap.NO_ACCOUNT: _("has never written here"),
    Gap.BLOCKED: _("has blocked me"),
}


def hand_out_lists(turn: Turn, bulletin: Bulletin) -> None:
    """Each grid worker reads how many of their people have not said so, and can see who; where none
    can be written to, whoever stands above."""
    houses = bulletin_reach.houses(turn.db, bulletin.id, audience(turn, bulletin))
    missing = [house for house in houses if house.area_id and house.people > house.know]
    by_grid: dict[int, list[House]] = defaultdict(list)
    for grid, house in zip(grids_of(turn, missing), missing, strict=True):
        by_grid[grid].append(house)
    places = {grid: turn.db.get_one(Area, grid) for grid in sorted(by_grid)}
    ladders = org.ladders_above(
        turn.db, [place.path_ids for place in places.values()], turn.now, turn.policy.work
    )
    everybody = {rung.person_id for rungs in ladders.values() for rung in rungs}
    known = people.accounts_of(turn.db.connection(), everybody)
    for grid, place in places.items():
        rungs = ladders[tuple(place.path_ids)]
        first = next((rung.person_id for rung in rungs if rung.person_id in known), None)
        if first is not None:
            card = _list_card(turn, bulletin, place, by_grid[grid])
            key = f"bulletin-list-{bulletin.id}-{grid}"
            turn.post.to(first, card, kind="alert", key=key)


def _list_card(turn: Turn, bulletin: Bulletin, place: Area, houses: Sequence[House]) -> Card:
    count = sum(house.people - house.know for house in houses)
    each = (
        _("{house} {count}", house=house.name, count=house.people - house.know)
        for house in houses[:AT_ONCE]
    )
    text = lines(
        _("🚨 Emergency: “{words}”", words=short(bulletin, 40)),
        ngettext(
            "{area}: {count} person has not said that they know: {houses}.",
            "{area}: {count} people have not said that they know: {houses}.",
            count,
            area=area_name(turn, place),
            houses=listed(*each),
        ),
        _("Please telephone them or go to the door, and note whoever has been told."),
    )
    return Card(text, _ways(bulletin.id, place.id))


def _ways(bulletin_id: int, grid_id: int) -> tuple[Choice, ...]:
    return (
        Choice(_("See the list"), f"bulletins.missing:{bulletin_id}:{grid_id}"),
        Choice(_("As a workbook"), f"bulletins.sheet:{bulletin_id}:{grid_id}"),
    )


@choice("bulletins.missing")
def show_missing(turn: Turn, bulletin_id: int, arg: str) -> None:
    """Ten of those who still have to be told, door by door. Each look is on record."""
    grid_id, home_id, after = _numbers(arg)
    bulletin, place = _for_visit(turn, bulletin_id, grid_id)
    home = turn.db.get(Area, home_id)
    begins = (home.path if home else "", after)
    found = bulletin_reach.missing(
        turn.db, bulletin.id, audience(turn, bulletin), place.path, begins, AT_ONCE + 1
    )
    if not found:
        turn.post.reply(Card(_("Everybody of {area} has been told.", area=area_name(turn, place))))
        return
    page = found[:AT_ONCE]
    rows = [row(turn, place, one) for one in page]
    for one, shown in zip(page, rows, strict=True):
        context = context_of(bulletin.id)
        privacy.viewed(
            turn.db, turn.speaker.person_id, one.person_id, shown.what, context, turn.now
        )
    text = lines(
        _("Still to be told in {area}:", area=area_name(turn, place)),
        *(line(one.door, one.name, one.phone, one.why) for one in rows),
        "" if may_see_phones(turn, place) else _office(turn, place),
        _("For this matter only; they can read that you have seen it."),
    )
    choices = _told_choices(bulletin.id, grid_id, page, more=len(found) > AT_ONCE)
    turn.post.reply(Card(text, choices, secret=True))


def _told_choices(
    bulletin_id: int, grid_id: int, page: Sequence[Missing], *, more: bool
) -> tuple[Choice, ...]:
    told = "bulletins.told"
    each = [
        Choice(_("Told: {name}", name=p.name), f"{told}:{bulletin_id}:{grid_id}.{p.person_id}")
        for p in page
    ]
    home, after = int(page[-1].path.rstrip("/").rpartition("/")[2]), page[-1].person_id
    ahead = Choice(_("Go on"), f"bulletins.missing:{bulletin_id}:{grid_id}.{home}.{after}")
    return (*each, *([ahead] if more else []))


def _for_visit(turn: Turn, bulletin_id: int, area_id: int) -> tuple[Bulletin, Area]:
    """The bulletin and the place, for whoever answers for the people there. Raises `Refused`."""
    bulletin, place = turn.db.get(Bulletin, bulletin_id), turn.db.get(Area, area_id)
    if bulletin is None or place is None or not bulletin.emergency:
        raise Refused("no_such_bulletin")
    authority.require(turn, Power.SEE_PEOPLE, area_id=place.id)
    if not bulletin.asks(turn.now):
        raise Refused("bulletin_over")
    return bulletin, place


def context_of(bulletin_id: int) -> str:
    """On what occasion somebody was seen on a list, as they read it themselves."""
    return f"bulletin {bulletin_id}"


def may_see_phones(turn: Turn, place: Area) -> bool:
    return authority.may(turn, Power.SEE_PHONE, area_id=place.id)


def _office(turn: Turn, place: Area) -> Text:
    """Who has the numbers in full."""
    rungs = org.ladder_above(turn.db, place.path_ids, turn.now, turn.policy.work)
    above = next(
        (r for r in rungs if r.person_id != turn.speaker.person_id and r.area_id != place.id), None
    )
    if above is None:
        return ""
    return _("The numbers in full are with {who}.", who=reachable(above))


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who is to be told, as whoever tells them reads it; `what` of it is on record."""

    door: str
    name: str
    phone: str
    why: Text
    what: What


def row(turn: Turn, place: Area, missing: Missing) -> Row:
    """Door, name and telephone, in full for whoever may see numbers there."""
    person = turn.db.get_one(Person, missing.person_id)
    phone = phone_of(turn, person.id)
    what = What.ADDRESS if person.address else What.NAME
    if phone and may_see_phones(turn, place):
        what = What.PHONE
    else:
        phone = mask_phone(phone)
    door = f"{missing.house}{missing.stairwell}{person.address}"
    return Row(door, missing.name, phone, WHY.get(missing.way, ""), what)


@choice("bulletins.told")
def note_told(turn: Turn, bulletin_id: int, arg: str) -> None:
    """Somebody was told at the door or on the telephone, and counts as one who knows."""
    grid_id, person_id, _rest = _numbers(arg)
    bulletin, place = _for_visit(turn, bulletin_id, grid_id)
    person = turn.db.get(Person, person_id)
    if person is None or not bulletin_reach.belongs(turn.db, audience(turn, bulletin), person_id):
        raise Refused("no_such_bulletin")
    home = turn.db.get(Area, person.home_id) if person.home_id else None
    if home is None or not home.path.startswith(place.path):
        raise Refused("no_such_bulletin")
    me = turn.speaker.person_id
    bulletins.acknowledge(turn.db, bulletin.id, person_id, turn.now, told_by=me)
    bulletins.look_by(turn.db, bulletin.id, turn.now + LOOK)
    turn.post.reply(
        Card(_("Noted: {name} has been told.", name=person.name), _ways(bulletin.id, grid_id))
    )


def _numbers(arg: str) -> tuple[int, int, int]:
    parts = [int(part) if part.isascii() and part.isdecimal() else 0 for part in arg.split(".")]
    one, two, three = (*parts, 0, 0, 0)[:3]
    return one, two, three


@choice("bulletins.sheet")
def as_sheet(turn: Turn, bulletin_id: int, arg: str) -> None:
    """The same list as a workbook."""
    grid_id, *_rest = _numbers(arg)
    _for_visit(turn, bulletin_id, grid_id)
    papers.ask_for(turn, PaperKind.REACH, f"{bulletin_id}.{grid_id}")
