"""What promises and deeds share: whose they are, how they stand on the board, who is asked."""

from __future__ import annotations

from governance.org import AreaKind, Unit
from governance.people import Member, Person
from governance.promises import Shown
from handlers import authority, choosing
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.wishes.common import community_of
from handlers.words import Text, Words, _
from storage import gazetteer, org, reportin

PROMISE, DEED, DEED_REVIEW = "promises.mine", "deeds.mine", "deeds.review"
NAMELESS: dict[Member | None, Words] = {
    Member.PARTY: _("a party member"),
    Member.VOLUNTEER: _("a volunteer"),
    None: _("a resident"),
}
SHOWN: dict[Shown, Words] = {
    Shown.NAME: _("on the board, with the name"),
    Shown.NAMELESS: _("on the board, without a name"),
    Shown.NOT: _("not on the board"),
}


def community(talk: Talk, turn: Turn) -> int:
    """Whose board it is: where the speaker lives or is registered, else the one they name."""
    known = talk.recall("board", lambda: own_community(turn))
    if known is not None:
        return int(known)
    question = _("In which community do you live?")
    spot = choosing.pick(talk, "lives", question, gazetteer.communities(turn.db))
    return org.district(turn.db).id if isinstance(spot, str) else spot.id


def own_community(turn: Turn) -> int | None:
    """Where the speaker lives, is registered, or serves; None where nobody knows."""
    if turn.speaker.home_id is not None:
        return community_of(turn, turn.speaker.home_id)
    registered = reportin.of_person(turn.db, turn.speaker.person_id)
    if registered is not None:
        return registered.area_id
    kind = AreaKind.COMMUNITY
    return next((held.areas[kind] for held in authority.held(turn) if kind in held.areas), None)


def ask_shown(talk: Talk, turn: Turn) -> Shown:
    """The consent to the board, by name or without; nothing stands there unasked."""
    me = turn.db.get_one(Person, turn.speaker.person_id)
    options = (
        Option(Shown.NAME, _("With my name")),
        Option(Shown.NAMELESS, _("Only as “{who}”", who=NAMELESS[me.member])),
        Option(Shown.NOT, _("Not on the board")),
    )
    return Shown(talk.choose("shown", _("Shall the community's board show it?"), options))


def on_board_as(turn: Turn, person_id: int, shown: Shown) -> Text:
    """The name with the unit, as its owner agreed to."""
    person = turn.db.get_one(Person, person_id)
    name: Text = person.name if shown is Shown.NAME else NAMELESS[person.member]
    unit = turn.db.get(Unit, person.unit_id) if person.unit_id else None
    return _("{name} ({unit})", name=name, unit=unit.name) if unit else name


def area_name(turn: Turn, area_id: int) -> str:
    return gazetteer.chain(turn.db, area_id)[0].name
