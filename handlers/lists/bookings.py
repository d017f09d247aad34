"""What is done with a booking: accepted with a day, declined, reported, delivered, struck off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from governance.authority import Power
from governance.bookings import Booking, BookingState
from governance.org import PostKind
from governance.refused import Refused
from handlers.lists.asking import ask_day, ask_words
from handlers.lists.booking_cards import NOT_NOW, STATES, Side, does, for_resident, side_of, title
from handlers.lists.common import (
    BOOKING,
    NEED,
    bases,
    cut,
    day_words,
    officer,
    put_before,
    tell,
    tell_asker,
)
from handlers.lists.files import keep_photos
from handlers.lists.finding import let_go, need_of, provider
from handlers.lists.need_cards import provider_words
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation
from handlers.talk.answers import PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import bookings

SHOWN = 8
OFTEN = 3  # times sent back, from which on the street hears it


def load(turn: Turn, booking_id: int, *sides: Side) -> Booking:
    """A booking the speaker has this side of, locked. Raises `Refused`, for strangers as if
    there were none."""
    booking = bookings.lock(turn.db, booking_id)
    if booking is None or side_of(turn, booking) not in sides:
        raise Refused("no_such_booking")
    return booking


def changed(turn: Turn, booking: Booking, told: int | None = None) -> None:
    """Both see how it stands; `told` as a new message."""
    turn.db.flush()
    turn.post.refresh(booking.id, (BOOKING,))
    if booking.need_id is not None:
        turn.post.refresh(booking.need_id, (NEED,))
    if told is not None:
        put_before(turn, BOOKING, booking.id, told)


def mine(turn: Turn, booking: Booking) -> None:
    """The speaker's own card, as the answer to what they did."""
    turn.post.show(BOOKING, booking.id, turn.speaker.person_id, kind="reply", fresh=True)


@choice("lists.show")
def show(turn: Turn, booking_id: int, _arg: str) -> None:
    booking = load(turn, booking_id, Side.DOES, Side.ASKED)
    mine(turn, booking)


@command("bookings", menu=_("Bookings"), also=("订单", "点单情况", "my bookings"))
def list_bookings(turn: Turn) -> None:
    """What is not settled yet, of the speaker's unit, community, or their own."""
    found = bookings.open_for(
        turn.db,
        turn.speaker.person_id,
        bases(turn, Power.SUPPLY),
        bases(turn, Power.BOOKING),
    )
    if not found:
        turn.post.reply(Card(_("No bookings are open. What units offer: send “/book”.")))
        return
    turn.post.reply(_listed(turn, found[:SHOWN]))


def _listed(turn: Turn, found: Sequence[Booking]) -> Card:
    rows = [
        _("{n}) {what}, {state}", n=n, what=title(turn, booking), state=STATES[booking.state])
        for n, booking in enumerate(found, 1)
    ]
    choices = [Choice(_("Open {n}", n=n), f"lists.show:{o.id}") for n, o in enumerate(found, 1)]
    return Card(lines(_("Bookings under way:"), *rows), tuple(choices))


# ── accepted or not ──────────────────────────────────────────────────────────


@choice("lists.accept")
def accept(turn: Turn, booking_id: int, _arg: str) -> Start:
    booking = load(turn, booking_id, Side.DOES)
    _require(booking, BookingState.ASKED)
    return Start("booking_accept", {"booking": booking_id})


def _require(booking: Booking, *states: BookingState) -> None:
    if booking.state not in states:
        raise Refused("booking_settled")


@conversation("booking_accept", act=True)
def accept_talk(talk: Talk, turn: Turn) -> None:
    """It is promised for a day; whoever asked, and the resident it is for, know."""
    booking = load(turn, int(talk.given("booking")), Side.DOES)
    _require(booking, BookingState.ASKED)
    wished: Text = ""
    if booking.wished is not None:
        wished = _("Wished for {day}", day=day_words(turn, booking.wished))
    day = ask_day(talk, turn, "day", lines(wished, _("On which day will it be done?")))
    booking.accept(turn.speaker.person_id, day, turn.policy, turn.now)
    promised(turn, booking, day)
    mine(turn, booking)


def promised(turn: Turn, booking: Booking, day: date) -> None:
    """Its need is taken, and everybody concerned knows the day."""
    asked = need_of(turn, booking)
    if asked is not None:
        asked.take()
    changed(turn, booking, booking.asked_by)
    if asked is not None and asked.person_id is not None:
        told = _(
            "{who} does it {day}: “{words}”",
            who=provider_words(turn, booking),
            day=day_words(turn, day),
            words=cut(asked.words),
        )
        tell_asker(turn, asked, told)


@choice("lists.decline")
def decline(turn: Turn, booking_id: int, _arg: str) -> Start | None:
    """A member needs no reason; a unit gives one."""
    booking = load(turn, booking_id, Side.DOES)
    _require(booking, BookingState.ASKED)
    if booking.unit_id is not None:
        return Start("booking_decline", {"booking": booking_id})
    _declined(turn, booking, "")
    turn.post.reply(Card(_("All right. Only whoever asked knows, and it counts for nothing.")))
    return None


@conversation("booking_decline", act=True)
def decline_talk(talk: Talk, turn: Turn) -> None:
    booking = load(turn, int(talk.given("booking")), Side.DOES)
    _require(booking, BookingState.ASKED)
    options = [Option(code, words) for code, words in NOT_NOW.items()]
    said = talk.ask("why", _("Why not? They read it."), Typed(2, 200), options=options)
    _declined(turn, booking, said.text or str(said.value))
    talk.say(_("Noted; whoever asked knows."))


def _declined(turn: Turn, booking: Booking, why: str) -> None:
    booking.decline(why, turn.policy, turn.now)
    changed(turn, booking)
    who = provider_words(turn, booking)
    reason = NOT_NOW.get(why, why)
    told = (
        _("{who} cannot: {why}. “{words}”", who=who, why=reason, words=cut(booking.words))
        if why
        else _("{who} cannot just now. “{words}”", who=who, words=cut(booking.words))
    )
    let_go(turn, booking, told)


# ── on the way ───────────────────────────────────────────────────────────────


@choice("lists.progress")
def progress(turn: Turn, booking_id: int, _arg: str) -> Start:
    _require(load(turn, booking_id, Side.DOES), BookingState.ACCEPTED)
    return Start("booking_progress", {"booking": booking_id})


@conversation("booking_progress", act=True)
def progress_talk(talk: Talk, turn: Turn) -> None:
    booking = load(turn, int(talk.given("booking")), Side.DOES)
    booking.report(ask_words(talk, "words", _("How far is it? One line."), 2, 200))
    changed(turn, booking)
    talk.say(_("Noted; it stands on both cards."))


@choice("lists.deliver")
def deliver(turn: Turn, booking_id: int, _arg: str) -> Start:
    _require(load(turn, booking_id, Side.DOES), BookingState.ACCEPTED)
    return Start("booking_deliver", {"booking": booking_id})


@conversation("booking_deliver", act=True)
def deliver_talk(talk: Talk, turn: Turn) -> None:
    """Whoever it was for is asked; only their yes strikes it off."""
    talk.accepts(PHOTO)
    booking = load(turn, int(talk.given("booking")), Side.DOES)
    _require(booking, BookingState.ACCEPTED)
    note = ask_words(talk, "note", _("One line: what was done?"), 2, 300)
    if not talk.sent(PHOTO):
        skip = Option("skip", _("No photo"))
        talk.ask("photo", _("A photo, without faces? One is enough."), PHOTO, options=(skip,))
    booking.deliver(note, turn.policy, turn.now)
    keep_photos(turn, "booking", booking.id, talk.sent(PHOTO))
    changed(turn, booking)
    ask_whether_done(turn, booking)
    talk.say(_("Thank you. Whoever it was for is asked now."))


def ask_whether_done(turn: Turn, booking: Booking) -> None:
    """The resident it was for is asked; where it was for the community, whoever booked it."""
    resident = for_resident(turn, booking)
    if resident is None:
        put_before(turn, BOOKING, booking.id, booking.asked_by)
        return
    at = turn.policy.waking(turn.now)
    late = at if at > turn.now else None
    turn.post.show(NEED, booking.need_id or 0, resident, kind="notice", fresh=True, release_at=late)


# ── is it done ───────────────────────────────────────────────────────────────


def load_to_judge(turn: Turn, booking_id: int) -> Booking:
    """The resident it was for decides; the community only where it was for the community."""
    booking = load(turn, booking_id, Side.FOR, Side.ASKED, Side.DOES)
    resident = for_resident(turn, booking)
    if resident is None and does(turn, booking):
        raise Refused("not_by_oneself")
    if resident not in {None, turn.speaker.person_id}:
        raise Refused("not_by_oneself")
    _require(booking, BookingState.DELIVERED)
    return booking


@choice("lists.strike")
def strike(turn: Turn, booking_id: int, _arg: str) -> None:
    """Done, says whoever it was for; both cards are closed."""
    booking = load_to_judge(turn, booking_id)
    booking.strike(turn.speaker.person_id, turn.policy, turn.now)
    asked = need_of(turn, booking)
    if asked is not None:
        asked.strike(turn.policy, turn.now)
    changed(turn, booking)
    turn.post.reply(Card(_("Struck off. Thank you.")))
    words = cut(booking.words)
    tell(turn, provider(turn, booking), _("Struck off, with thanks: “{words}”", words=words))
    if asked is not None and asked.person_id is not None:
        tell(turn, booking.asked_by, _("The resident says that it is done: “{words}”", words=words))


@choice("lists.back")
def back(turn: Turn, booking_id: int, _arg: str) -> Start:
    load_to_judge(turn, booking_id)
    return Start("booking_back", {"booking": booking_id})


@conversation("booking_back", act=True)
def back_talk(talk: Talk, turn: Turn) -> None:
    """It goes back to whoever did it, with what is missing."""
    booking = load_to_judge(turn, int(talk.given("booking")))
    words = ask_words(talk, "words", _("What is missing? One line."), 2, 200)
    booking.send_back(words, turn.policy, turn.now)
    changed(turn, booking, provider(turn, booking))
    if for_resident(turn, booking) is not None:
        tell(
            turn, booking.asked_by, _("The resident says that it is not done: {words}", words=words)
        )
    if booking.back >= OFTEN:
        street = officer(turn, booking.area_id, PostKind.STREET_DUTY)
        told = _("Sent back {n} times: {what}", n=booking.back, what=title(turn, booking))
        tell(turn, street, told)
    talk.say(_("Sent back to {who}; you are asked again.", who=provider_words(turn, booking)))


@choice("lists.cancel")
def cancel(turn: Turn, booking_id: int, _arg: str) -> None:
    """Whoever asked takes it back; the need, if there is one, looks for somebody else."""
    booking = load(turn, booking_id, Side.ASKED)
    booking.cancel(turn.policy, turn.now)
    asked = need_of(turn, booking)
    if asked is not None:
        asked.free(turn.policy, turn.now)
    changed(turn, booking)
    tell(turn, provider(turn, booking), _("Taken back: “{words}”", words=cut(booking.words)))
    turn.post.reply(Card(_("Taken back; they know.")))
