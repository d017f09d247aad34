"""One card of an order, for whoever is to do it and for whoever asked."""

from __future__ import annotations

from enum import Enum

from governance.authority import Power
from governance.lists import Need, Supply
from governance.orders import Order, OrderState
from governance.org import Area
from handlers import authority
from handlers.lists.common import (
    ORDER,
    community,
    cut,
    date_words,
    desk_phone,
    place_words,
)
from handlers.lists.need_cards import provider_words
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines, ngettext
from storage import media

STATES: dict[OrderState, Words] = {
    OrderState.ASKED: _("waits for an answer"),
    OrderState.ACCEPTED: _("accepted"),
    OrderState.DELIVERED: _("done, waits to be struck off"),
    OrderState.STRUCK: _("struck off"),
    OrderState.DECLINED: _("not this time"),
    OrderState.LAPSED: _("nobody answered"),
    OrderState.CANCELLED: _("taken back"),
    OrderState.BROKEN: _("promised and not done"),
}
NOT_NOW: dict[str, Words] = {
    "busy": _("no time in these days"),
    "cannot": _("cannot do this"),
    "far": _("too far"),
}


class Side(Enum):
    """As what somebody reads an order."""

    DOES = "does"
    ASKED = "asked"
    FOR = "for"  # the resident it is for
    NONE = "none"


def side_of(turn: Turn, order: Order) -> Side:
    """The one it is for comes first: nobody strikes off for somebody else."""
    me = turn.speaker.person_id
    if order.need_id is not None and turn.db.get_one(Need, order.need_id).person_id == me:
        return Side.FOR
    if does(turn, order):
        return Side.DOES
    if authority.may(turn, Power.ORDER, area_id=order.area_id):
        return Side.ASKED
    return Side.NONE


def does(turn: Turn, order: Order) -> bool:
    """Whether the speaker is to do it, or answers for the unit that is."""
    if order.unit_id is not None:
        return authority.may(turn, Power.SUPPLY, unit_id=order.unit_id)
    return order.person_id == turn.speaker.person_id


def for_resident(turn: Turn, order: Order) -> int | None:
    """The resident it is for; None where it is for the community."""
    if order.need_id is None:
        return None
    return turn.db.get_one(Need, order.need_id).person_id


@view(ORDER)
def order_card(turn: Turn, order_id: int, again: bool) -> Card | None:
    """How it stands, and what its reader may do now."""
    order = turn.db.get(Order, order_id, populate_existing=True)
    if order is None:
        return None
    side = side_of(turn, order)
    if side not in {Side.DOES, Side.ASKED}:
        return Card(STATES[order.state]) if again else None
    text = lines(
        line("🧾", title(turn, order), separator=" "),
        f"“{cut(order.words)}”" if order.words else "",
        _days(turn, order),
        STATES[order.state] if not order.ended else _ended(order),
        _("Progress: {words}", words=cut(order.progress)) if order.progress else "",
        _("Result: {words}", words=cut(order.note)) if order.note else "",
        _sent_back(order),
        _photos(turn, order),
        _where(turn, order) if side is Side.DOES else "",
    )
    return Card(text, _choices(turn, order, side))


def title(turn: Turn, order: Order) -> Text:
    """What, by whom, for whom."""
    supply = turn.db.get(Supply, order.supply_id) if order.supply_id is not None else None
    return _(
        "{what}: {who} for {place}",
        what=supply.what if supply else _("A helping hand"),
        who=provider_words(turn, order),
        place=turn.db.get_one(Area, order.area_id).name,
    )


def _days(turn: Turn, order: Order) -> Text:
    if order.promised is not None:
        return _("Promised for {day}", day=date_words(order.promised))
    wished = _("Wished for {day}", day=date_words(order.wished)) if order.wished else ""
    until = When(order.next_at) if order.next_at else None
    return line(wished, _("answer by {when}", when=until) if until else "")


def _ended(order: Order) -> Text:
    if order.state is OrderState.STRUCK and order.answer == "silence":
        return _("struck off by the rule: nobody said no, nobody said yes")
    if order.state is OrderState.DECLINED:
        return line(STATES[order.state], NOT_NOW.get(order.why, order.why))
    return STATES[order.state]


def _sent_back(order: Order) -> Text:
    if order.state is not OrderState.ACCEPTED or not order.back:
        return ""
    return _("Sent back: {words}", words=cut(order.why))


def _photos(turn: Turn, order: Order) -> Text:
    found = [f for f in media.of(turn.db, "order", order.id) if f.state in {"waiting", "stored"}]
    return ngettext("{count} photo", "{count} photos", len(found)) if found else ""


def _where(turn: Turn, order: Order) -> Text:
    """The building only once it is promised; the door and the telephone never."""
    office = community(turn, order.area_id)
    need = turn.db.get(Need, order.need_id) if order.need_id is not None else None
    if need is None or order.state is OrderState.ASKED or order.ended:
        return ""
    return _(
        "Where: {place}. The community brings you together: {phone}",
        place=place_words(turn, need.area_id),
        phone=desk_phone(turn, office.id),
    )


def _choices(turn: Turn, order: Order, side: Side) -> tuple[Choice, ...]:
    on, state = order.id, order.state
    if side is Side.DOES:
        if state is OrderState.ASKED:
            no = _("Not now") if order.person_id is not None else _("We cannot")
            return (
                Choice(_("Accept, with a day"), f"lists.accept:{on}"),
                Choice(no, f"lists.decline:{on}"),
            )
        if state is OrderState.ACCEPTED:
            return (
                Choice(_("How far it is"), f"lists.progress:{on}"),
                Choice(_("Done"), f"lists.deliver:{on}"),
            )
        return ()
    if state is OrderState.DELIVERED and for_resident(turn, order) is None:
        return (
            Choice(_("Strike off"), f"lists.strike:{on}"),
            Choice(_("Not done"), f"lists.back:{on}"),
        )
    if state in {OrderState.ASKED, OrderState.ACCEPTED}:
        return (Choice(_("Call it back"), f"lists.cancel:{on}"),)
    return ()
