"""How a need stands, for whoever asked, for the community's office, and for everybody else."""

from __future__ import annotations

from governance.authority import Power
from governance.lists import Need, NeedState
from governance.orders import Order, OrderState
from governance.org import Unit
from handlers import authority
from handlers.lists.common import (
    NEED,
    community,
    cut,
    date_words,
    desk_phone,
    place_words,
    skill_words,
)
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines
from storage import orders, org

STATES: dict[NeedState, Words] = {
    NeedState.NEW: _("waits to be read"),
    NeedState.OPEN: _("somebody is looked for"),
    NeedState.TAKEN: _("taken on"),
    NeedState.STRUCK: _("done, struck off"),
    NeedState.DECLINED: _("not taken up"),
    NeedState.WITHDRAWN: _("no longer needed"),
    NeedState.LAPSED: _("nobody was found"),
}
WHY_NOT: dict[str, Words] = {
    "report": _("this is something to report: just say it here, and it goes to the grid worker"),
    "nobody": _("nobody here can do this"),
    "market": _("this is paid work; a firm does it"),
}
_UNDER_WAY: dict[OrderState, Words] = {
    OrderState.ASKED: _("asked, no answer yet"),
    OrderState.ACCEPTED: _("promised"),
    OrderState.DELIVERED: _("done, waits for a yes"),
}


@view(NEED)
def need_card(turn: Turn, need_id: int, again: bool) -> Card | None:
    """How it stands, for its asker, the community's office, or whoever may take it on."""
    asked = turn.db.get(Need, need_id, populate_existing=True)
    if asked is None:
        return None
    order = current(turn, asked)
    if asked.person_id == turn.speaker.person_id:
        return Card(lines(*_mine(turn, asked, order)), _my_choices(asked, order))
    if authority.may(turn, Power.ORDER, area_id=asked.area_id):
        return Card(lines(*_office(turn, asked, order)), _office_choices(asked, order))
    if asked.state is NeedState.OPEN:
        take = Choice(_("We take it on"), f"lists.claim:{asked.id}")
        return Card(_public(turn, asked), (take,))
    return Card(STATES[asked.state]) if again else None


def current(turn: Turn, asked: Need) -> Order | None:
    """The order that answers this need, if one is under way or was kept."""
    found = orders.of_need(turn.db, asked.id)
    live = (o for o in found if not o.ended or o.state is OrderState.STRUCK)
    return next(live, None)


def _mine(turn: Turn, asked: Need, order: Order | None) -> tuple[Text, ...]:
    return (
        _("🙋 You asked: “{words}”", words=cut(asked.words)),
        _stands(turn, asked, order),
    )


def _stands(turn: Turn, asked: Need, order: Order | None) -> Text:
    place = community(turn, asked.area_id)
    if asked.state is NeedState.NEW:
        return _(
            "{place} has it and reads it by {when}.",
            place=place.name,
            when=When(asked.next_at or turn.now),
        )
    if asked.state is NeedState.OPEN:
        return _("{place} looks for somebody, and you hear here who it is.", place=place.name)
    if asked.state is NeedState.TAKEN and order is not None and order.promised is not None:
        who = provider_words(turn, order)
        if order.state is OrderState.DELIVERED:
            return lines(
                _("{who} says that it is done: {note}", who=who, note=cut(order.note)),
                _("Is it?"),
            )
        return lines(
            _(
                "{who} does it on {day}.",
                who=who,
                day=date_words(order.promised),
            ),
            _("Questions: {place}, {phone}.", place=place.name, phone=desk_phone(turn, place.id)),
        )
    if asked.state is NeedState.DECLINED:
        return lines(
            _("{place} cannot take it up: {why}.", place=place.name, why=why_words(asked.why)),
            _("To speak with a person send “human”."),
        )
    if asked.state is NeedState.LAPSED:
        return lines(
            _("We found nobody, sorry."),
            _(
                "{place} can still be called: {phone}.",
                place=place.name,
                phone=desk_phone(turn, place.id),
            ),
        )
    return STATES[asked.state]


def why_words(why: str) -> Text:
    return WHY_NOT.get(why, why)


def provider_words(turn: Turn, order: Order) -> Text:
    """Who does it: a unit, or a member by name."""
    if order.unit_id is not None:
        return turn.db.get_one(Unit, order.unit_id).name
    return org.person_name(turn.db, order.person_id or 0)


def _my_choices(asked: Need, order: Order | None) -> tuple[Choice, ...]:
    if order is not None and order.state is OrderState.DELIVERED:
        return (
            Choice(_("Yes, done"), f"lists.strike:{order.id}"),
            Choice(_("No, not done"), f"lists.back:{order.id}"),
        )
    if asked.live:
        return (Choice(_("I no longer need it"), f"lists.withdraw:{asked.id}"),)
    return ()


def _office(turn: Turn, asked: Need, order: Order | None) -> tuple[Text, ...]:
    who: Text = _("the community's own")
    if asked.person_id is not None:
        who = org.person_name(turn.db, asked.person_id)
    return (
        line("🙋", place_words(turn, asked.area_id), who, separator=" "),
        f"“{cut(asked.words)}”" if asked.words else "",
        _("Others read: “{words}”", words=cut(asked.public))
        if asked.public and asked.public != asked.words
        else "",
        skill_words(turn, asked.skills),
        _office_stands(turn, asked, order),
    )


def _office_stands(turn: Turn, asked: Need, order: Order | None) -> Text:
    if asked.state is NeedState.NEW:
        return _("To be read by {when}", when=When(asked.next_at or turn.now))
    if order is not None and not order.ended:
        return _(
            "With {who}: {state}", who=provider_words(turn, order), state=_UNDER_WAY[order.state]
        )
    if asked.state is NeedState.OPEN:
        day = When(asked.next_at or turn.now, date_only=True)
        return _("Nobody has been asked yet; it is looked for until {day}", day=day)
    return STATES[asked.state]


def _office_choices(asked: Need, order: Order | None) -> tuple[Choice, ...]:
    on = asked.id
    no = Choice(_("Not taken up"), f"lists.refuse:{on}")
    if asked.state is NeedState.NEW:
        return (Choice(_("Find somebody"), f"lists.open:{on}"), no)
    if order is not None and not order.ended:
        return (Choice(_("Show the order"), f"lists.show:{order.id}"),)
    if asked.state is not NeedState.OPEN:
        return ()
    return (
        Choice(_("Who might do it"), f"lists.find:{on}"),
        Choice(_("Order from a menu"), f"lists.menu:0:{on}"),
        Choice(_("Look on"), f"lists.look_on:{on}"),
        no,
    )


def _public(turn: Turn, asked: Need) -> Text:
    return lines(
        _(
            "🙋 {place} looks for somebody: “{words}”",
            place=community(turn, asked.area_id).name,
            words=cut(asked.public),
        ),
        skill_words(turn, asked.skills),
    )
