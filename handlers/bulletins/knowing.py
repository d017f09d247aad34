"""已知晓: who knows of an emergency, building by building.

Only emergencies ask for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.bulletins import LOOK, Bulletin
from governance.org import Area, AreaKind
from governance.refused import Refused
from handlers.bulletins.common import audience, load, short
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Text, When, _, line, lines, ngettext
from storage import bulletin_reach, bulletins, org
from storage.bulletin_reach import House

AT_ONCE = 10
ON_CARD = 10  # buildings that stand on the card itself
FEW = 3000  # people of an audience of which the card counts the buildings


@choice("bulletins.know", in_groups=True)
def know(turn: Turn, bulletin_id: int, _arg: str) -> None:
    """Whoever taps it knows; a second tap changes nothing."""
    bulletin = turn.db.get(Bulletin, bulletin_id, populate_existing=True)
    if bulletin is None:
        raise Refused("no_such_bulletin")
    me = turn.speaker.person_id
    if bulletin.recalled_at is not None:
        turn.post.toast = _("This notice is withdrawn; do not go by it.")
    elif not bulletin.asks(turn.now):
        turn.post.toast = _(
            "This notice is over. If you need help, telephone {phone}.", phone=bulletin.phone
        )
    elif bulletins.acknowledge(turn.db, bulletin.id, me, turn.now):
        bulletins.look_by(turn.db, bulletin.id, turn.now + LOOK)
        turn.post.toast = _(
            "Noted: you know. If you need help, telephone {phone}.", phone=bulletin.phone
        )
    else:
        at = bulletins.acknowledged_at(turn.db, bulletin.id, me) or turn.now
        turn.post.toast = _("You said so {when} already.", when=When(at))


# ── building by building ─────────────────────────────────────────────────────


def known_line(turn: Turn, bulletin: Bulletin) -> Text:
    """How many know, and where there are few buildings, how many in each."""
    known = bulletins.count_acknowledged(turn.db, bulletin.id)
    heading = ngettext("{count} person knows", "{count} people know", known)
    if bulletin.recalled_at is not None:
        return heading
    list_at = bulletin.list_at
    soon: Text = ""
    if list_at is not None and not bulletin.listed:
        soon = _(
            "Whoever has not said so by {when} is put down for their grid worker.",
            when=When(list_at),
        )
    elif bulletin.listed:
        soon = _("The grid workers have the lists of whoever has not said so.")
    if bulletin.total + sum(bulletin.gaps.values()) > FEW:
        return lines(heading, soon)
    found = bulletin_reach.houses(turn.db, bulletin.id, audience(turn, bulletin))
    rows = [house_line(house) for house in found] if len(found) <= ON_CARD else []
    return lines(heading, *rows, soon)


def house_line(house: House, before: str = "") -> Text:
    """ "3号楼：已知晓2人，登记5人，共112户"."""
    name: Text = f"{before}{house.name}" if house.name else _("no home known")
    row = _("{house}: {know} of {people} know", house=name, know=house.know, people=house.people)
    if not house.households:
        return row
    return line(
        row,
        ngettext("{count} household", "{count} households", house.households),
    )


@choice("bulletins.houses")
def show_houses(turn: Turn, bulletin_id: int, arg: str) -> None:
    """A page of buildings, those of a community together."""
    bulletin = load(turn, bulletin_id)
    found = bulletin_reach.houses(turn.db, bulletin.id, audience(turn, bulletin))
    at = int(arg) if arg.isascii() and arg.isdecimal() else 0
    page = found[at : at + AT_ONCE]
    rows = [house_line(house, _before(turn, house)) for house in page]
    ahead = [Choice(_("Go on"), f"bulletins.houses:{bulletin.id}:{at + AT_ONCE}")]
    lists = [
        Choice(
            _("Not yet: {area}", area=turn.db.get_one(Area, grid).name),
            f"bulletins.missing:{bulletin.id}:{grid}",
        )
        for grid in list(dict.fromkeys(grids_of(turn, page)))[:4]
    ]
    text = lines(_("Who knows of “{words}”:", words=short(bulletin)), *rows)
    turn.post.reply(Card(text, (*lists, *(ahead if len(found) > at + AT_ONCE else []))))


def _before(turn: Turn, house: House) -> str:
    """The community's name, where there is more than one."""
    if house.area_id is None:
        return ""
    area = turn.db.get_one(Area, house.area_id)
    community = org.ancestor(turn.db, area, AreaKind.COMMUNITY)
    return community.name if community is not None and community is not area else ""


def grids_of(turn: Turn, houses: Sequence[House]) -> list[int]:
    """The grids of these buildings; where a district has none, the buildings themselves."""
    known = [house for house in houses if house.area_id is not None]
    ids = {int(part) for house in known for part in house.path.split("/") if part}
    kinds = org.kinds_of(turn.db, ids)
    found = []
    for house in known:
        path = [int(part) for part in house.path.split("/") if part]
        grid = next((one for one in path if kinds[one] is AreaKind.GRID), path[-1])
        found.append(grid)
    return found
