"""How a need stands, for whoever asked, for the community's office, and for everybody else."""

from __future__ import annotations

from governance.authority import Power
from governance.bookings import Booking, BookingState
from governance.lists import Need, NeedState
from governance.org import Area, Unit
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
from storage import bookings, org

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
_BOOKINGS: dict[BookingState, Words] = {
    BookingState.ASKED: _("asked, no answer yet"),
    BookingState.ACCEPTED: _("promised"),
    BookingState.DELIVERED: _("done, waits for a yes"),
}


@view(NEED)
def need_card(turn: Turn, need_id: int, again: bool) -> Card | None:
    """How it stands, for its asker, the community's office, or whoever may take it on."""
    asked = turn.db.get(Need, need_id, populate_existing=True)
    if asked is None:
        return None
    booking = current(turn, asked)
    if asked.person_id == turn.speaker.person_id:
        return Card(lines(*_mine(turn, asked, booking)), _my_choices(asked, booking))
    if authority.may(turn, Power.BOOKING, area_id=asked.area_id):
        return Card(lines(*_office(turn, asked, booking)), _office_choices(asked, booking))
    if asked.state is NeedState.OPEN:
        take = Choice(_("We take it on"), f"lists.claim:{asked.id}")
        return Card(_public(turn, asked), (take,))
    return Card(STATES[asked.state]) if again else None


def current(turn: Turn, asked: Need) -> Booking | None:
    """The booking that answers this need, if one is under way or was kept."""
    found = bookings.of_need(turn.db, asked.id)
    live = (o for o in found if not o.ended or o.state is BookingState.STRUCK)
    return next(live, None)


def _mine(turn: Turn, asked: Need, booking: Booking | None) -> tuple[Text, ...]:
    return (
        _("🙋 You asked: “{words}”", words=cut(asked.words)),
        _stands(turn, asked, booking),
    )


def _stands(turn: Turn, asked: Need, booking: Booking | None) -> Text:
    place = community(turn, asked.area_id)
    if asked.state is NeedState.NEW:
        when = When(asked.next_at or turn.now)
        return _("{place} has it and reads it by {when}.", place=place.name, when=when)
    if asked.state is NeedState.OPEN:
        return _("{place} looks for somebody, and you hear here who it is.", place=place.name)
    if asked.state is NeedState.TAKEN and booking is not None and booking.promised is not None:
        return _under_way(turn, booking, place)
    if asked.state is NeedState.DECLINED:
        return lines(
            _("{place} cannot take it up: {why}.", place=place.name, why=why_words(asked.why)),
            _("To speak with a person send “human”."),
        )
    if asked.state is NeedState.LAPSED:
        phone = desk_phone(turn, place.id)
        return lines(
            _("We found nobody, sorry."),
            _("{place} can still be called: {phone}.", place=place.name, phone=phone),
        )
    return STATES[asked.state]


def _under_way(turn: Turn, booking: Booking, place: Area) -> Text:
    """Who does it and when, or whether it is done."""
    who = provider_words(turn, booking)
    if booking.state is BookingState.DELIVERED:
        return lines(
            _("{who} says that it is done: {note}", who=who, note=cut(booking.note)),
            _("Is it?"),
        )
    return lines(
        _("{who} does it on {day}.", who=who, day=date_words(booking.promised))
        if booking.promised
        else "",
        _("Questions: {place}, {phone}.", place=place.name, phone=desk_phone(turn, place.id)),
    )


def why_words(why: str) -> Text:
    return WHY_NOT.get(why, why)


def provider_words(turn: Turn, booking: Booking) -> Text:
    """Who does it: a unit, or a member by name."""
    if booking.unit_id is not None:
        return turn.db.get_one(Unit, booking.unit_id).name
    return org.person_name(turn.db, booking.person_id or 0)


def _my_choices(asked: Need, booking: Booking | None) -> tuple[Choice, ...]:
    if booking is not None and booking.state is BookingState.DELIVERED:
        return (
            Choice(_("Yes, done"), f"lists.strike:{booking.id}"),
            Choice(_("No, not done"), f"lists.back:{booking.id}"),
        )
    if asked.live:
        return (Choice(_("I no longer need it"), f"lists.withdraw:{asked.id}"),)
    return ()


def _office(turn: Turn, asked: Need, booking: Booking | None) -> tuple[Text, ...]:
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
        _office_stands(turn, asked, booking),
    )


def _office_stands(turn: Turn, asked: Need, booking: Booking | None) -> Text:
    if asked.state is NeedState.NEW:
        return _("To be read by {when}", when=When(asked.next_at or turn.now))
    if booking is not None and not booking.ended:
        return _(
            "With {who}: {state}", who=provider_words(turn, booking), state=_BOOKINGS[booking.state]
        )
    if asked.state is NeedState.OPEN:
        day = When(asked.next_at or turn.now, date_only=True)
        return _("Nobody has been asked yet; it is looked for until {day}", day=day)
    return STATES[asked.state]


def _office_choices(asked: Need, booking: Booking | None) -> tuple[Choice, ...]:
    on = asked.id
    no = Choice(_("Not taken up"), f"lists.refuse:{on}")
    if asked.state is NeedState.NEW:
        return (Choice(_("Find somebody"), f"lists.open:{on}"), no)
    if booking is not None and not booking.ended:
        return (Choice(_("Show the booking"), f"lists.show:{booking.id}"),)
    if asked.state is not NeedState.OPEN:
        return ()
    return (
        Choice(_("Who might do it"), f"lists.find:{on}"),
        Choice(_("Book from a menu"), f"lists.menu:0:{on}"),
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
