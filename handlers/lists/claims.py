"""认领需求: a unit or a member takes on a published need, with a day."""

from __future__ import annotations

from governance.authority import Power
from governance.bookings import Booking
from governance.lists import Need, NeedState
from governance.org import Unit
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_day
from handlers.lists.bookings import mine, promised
from handlers.lists.common import NEED, bases, community, desk
from handlers.lists.need_cards import current
from handlers.lists.needs import may_read
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _
from storage import lists

SELF = "me"


@choice("lists.claim")
def claim(turn: Turn, need_id: int, _arg: str) -> Start:
    _load(turn, need_id)
    return Start("need_claim", {"need": need_id})


@conversation("need_claim", act=True)
def claim_talk(talk: Talk, turn: Turn) -> None:
    """The need is theirs with a promised day; the office and whoever asked know."""
    asked = _load(turn, int(talk.given("need")))
    unit_id = _for_whom(talk, turn)
    day = ask_day(talk, turn, "day", _("On which day will it be done?"))
    if unit_id is not None:
        authority.require(turn, Power.SUPPLY, unit_id=unit_id)
    me = turn.speaker.person_id
    office = desk(turn, asked.area_id) or asked.by_id
    booking = Booking(
        community(turn, asked.area_id).id, office, turn.now, asked.public, need_id=asked.id
    )
    booking.unit_id, booking.person_id = unit_id, None if unit_id is not None else me
    booking.ask(turn.policy, turn.now)
    booking.accept(me, day, turn.policy, turn.now)
    turn.db.add(booking)
    turn.db.flush()
    promised(turn, booking, day)
    turn.post.refresh(asked.id, (NEED,))
    mine(turn, booking)


def _load(turn: Turn, need_id: int) -> Need:
    """An open need the speaker may take on, locked. Raises `Refused`."""
    asked = lists.lock_need(turn.db, need_id)
    if asked is None or not may_read(turn, asked):
        raise Refused("no_such_need")
    if asked.person_id == turn.speaker.person_id:
        raise Refused("not_by_oneself")
    if asked.state is not NeedState.OPEN:
        raise Refused("need_settled")
    if current(turn, asked) is not None:
        raise Refused("need_asked")
    return asked


def _for_whom(talk: Talk, turn: Turn) -> int | None:
    """The unit that takes it on; None for the speaker as a member."""
    units = bases(turn, Power.SUPPLY)
    alone = lists.service_of(turn.db, turn.speaker.person_id) is not None
    if not units and not alone:
        raise Refused("no_such_need")
    options = [Option(str(one), turn.db.get_one(Unit, one).name) for one in units]
    if alone:
        options.append(Option(SELF, _("Myself, as a member")))
    if len(options) == 1:
        return units[0] if units else None
    chosen = talk.choose("whose", _("Who takes it on?"), options)
    return None if chosen == SELF else int(chosen)
