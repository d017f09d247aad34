"""One card of a booking, for whoever is to do it and for whoever asked."""

from __future__ import annotations

from enum import Enum

from governance.authority import Power
from governance.bookings import Booking, BookingState
from governance.lists import Need, Supply
from governance.org import Area
from handlers import authority
from handlers.lists.common import (
    BOOKING,
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

STATES: dict[BookingState, Words] = {
    BookingState.ASKED: _("waits for an answer"),
    BookingState.ACCEPTED: _("accepted"),
    BookingState.DELIVERED: _("done, waits to be struck off"),
    BookingState.STRUCK: _("struck off"),
    BookingState.DECLINED: _("not this time"),
    BookingState.LAPSED: _("nobody answered"),
    BookingState.CANCELLED: _("called back"),
    BookingState.BROKEN: _("promised and not done"),
}
NOT_NOW: dict[str, Words] = {
    "busy": _("no time in these days"),
    "cannot": _("cannot do this"),
    "far": _("too far"),
}


class Side(Enum):
    """As what somebody reads a booking."""

    DOES = "does"
    ASKED = "asked"
    FOR = "for"  # the resident it is for
    NONE = "none"


def side_of(turn: Turn, booking: Booking) -> Side:
    """The one it is for comes first: nobody strikes off for somebody else."""
    me = turn.speaker.person_id
    if booking.need_id is not None and turn.db.get_one(Need, booking.need_id).person_id == me:
        return Side.FOR
    if does(turn, booking):
        return Side.DOES
    if authority.may(turn, Power.BOOKING, area_id=booking.area_id):
        return Side.ASKED
    return Side.NONE


def does(turn: Turn, booking: Booking) -> bool:
    """Whether the speaker is to do it, or answers for the unit that is."""
    if booking.unit_id is not None:
        return authority.may(turn, Power.SUPPLY, unit_id=booking.unit_id)
    return booking.person_id == turn.speaker.person_id


def for_resident(turn: Turn, booking: Booking) -> int | None:
    """The resident it is for; None where it is for the community."""
    if booking.need_id is None:
        return None
    return turn.db.get_one(Need, booking.need_id).person_id


@view(BOOKING)
def booking_card(turn: Turn, booking_id: int, again: bool) -> Card | None:
    """How it stands, and what its reader may do now."""
    booking = turn.db.get(Booking, booking_id, populate_existing=True)
    if booking is None:
        return None
    side = side_of(turn, booking)
    if side not in {Side.DOES, Side.ASKED}:
        return Card(STATES[booking.state]) if again else None
    text = lines(
        line("🧾", title(turn, booking), separator=" "),
        f"“{cut(booking.words)}”" if booking.words else "",
        _days(turn, booking),
        STATES[booking.state] if not booking.ended else _ended(booking),
        _("Progress: {words}", words=cut(booking.progress)) if booking.progress else "",
        _("Result: {words}", words=cut(booking.note)) if booking.note else "",
        _sent_back(booking),
        _photos(turn, booking),
        _where(turn, booking) if side is Side.DOES else "",
    )
    return Card(text, _choices(turn, booking, side))


def title(turn: Turn, booking: Booking) -> Text:
    """What, by whom, for whom."""
    supply = turn.db.get(Supply, booking.supply_id) if booking.supply_id is not None else None
    return _(
        "{what}: {who} for {place}",
        what=supply.what if supply else _("A helping hand"),
        who=provider_words(turn, booking),
        place=turn.db.get_one(Area, booking.area_id).name,
    )


def _days(turn: Turn, booking: Booking) -> Text:
    if booking.promised is not None:
        return _("Promised for {day}", day=date_words(booking.promised))
    wished = _("Wished for {day}", day=date_words(booking.wished)) if booking.wished else ""
    until = When(booking.next_at) if booking.next_at else None
    return line(wished, _("answer by {when}", when=until) if until else "")


def _ended(booking: Booking) -> Text:
    if booking.state is BookingState.STRUCK and booking.answer == "silence":
        return _("struck off by the rule: nobody said no, nobody said yes")
    if booking.state is BookingState.DECLINED:
        return line(STATES[booking.state], NOT_NOW.get(booking.why, booking.why))
    return STATES[booking.state]


def _sent_back(booking: Booking) -> Text:
    if booking.state is not BookingState.ACCEPTED or not booking.back:
        return ""
    return _("Sent back: {words}", words=cut(booking.why))


def _photos(turn: Turn, booking: Booking) -> Text:
    found = [
        f for f in media.of(turn.db, "booking", booking.id) if f.state in {"waiting", "stored"}
    ]
    return ngettext("{count} photo", "{count} photos", len(found)) if found else ""


def _where(turn: Turn, booking: Booking) -> Text:
    """The building only once it is promised; the door and the telephone never."""
    office = community(turn, booking.area_id)
    need = turn.db.get(Need, booking.need_id) if booking.need_id is not None else None
    if need is None or booking.state is BookingState.ASKED or booking.ended:
        return ""
    return _(
        "Where: {place}. The community brings you together: {phone}",
        place=place_words(turn, need.area_id),
        phone=desk_phone(turn, office.id),
    )


def _choices(turn: Turn, booking: Booking, side: Side) -> tuple[Choice, ...]:
    on, state = booking.id, booking.state
    if side is Side.DOES:
        if state is BookingState.ASKED:
            no = _("I cannot now") if booking.person_id is not None else _("We cannot")
            return (
                Choice(_("Accept, with a day"), f"lists.accept:{on}"),
                Choice(no, f"lists.decline:{on}"),
            )
        if state is BookingState.ACCEPTED:
            return (
                Choice(_("How far it is"), f"lists.progress:{on}"),
                Choice(_("Done"), f"lists.deliver:{on}"),
            )
        return ()
    if state is BookingState.DELIVERED and for_resident(turn, booking) is None:
        return (
            Choice(_("Strike off"), f"lists.strike:{on}"),
            Choice(_("Not done"), f"lists.back:{on}"),
        )
    if state in {BookingState.ASKED, BookingState.ACCEPTED}:
        return (Choice(_("Call it back"), f"lists.cancel:{on}"),)
    return ()
