"""What the clock does with needs and bookings: asks, tells the next one up, and ends."""

from __future__ import annotations

from collections.abc import Callable

from governance.bookings import Booking, Step
from governance.lists import Need, NeedStep
from governance.org import PostKind
from handlers.lists.booking_cards import title
from handlers.lists.bookings import ask_whether_done, changed
from handlers.lists.common import (
    BOOKING,
    NEED,
    cut,
    desk,
    officer,
    place_words,
    put_before,
    tell,
    tell_asker,
    unit_officer,
)
from handlers.lists.finding import let_go, need_of, provider, stop_bookings
from handlers.lists.need_cards import provider_words
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Text, _, lines
from storage import bookings, lists

# ── needs ────────────────────────────────────────────────────────────────────


def _need_due(turn: Turn, need_id: int) -> None:
    asked = lists.lock_need(turn.db, need_id)
    if asked is None:
        return
    if not asked.words and asked.live:  # its asker has had everything deleted
        asked.withdraw(turn.policy, turn.now)
        stop_bookings(turn, asked)
        turn.post.refresh(asked.id, (NEED,))
        return
    step = asked.due(turn.policy, turn.now)
    if step is not None:
        _NEED_STEPS[step](turn, asked)
        turn.db.flush()
        turn.post.refresh(asked.id, (NEED,))


def _unread(turn: Turn, asked: Need) -> Text:
    where = place_words(turn, asked.area_id)
    return _("Still unread at {place}: “{words}”", place=where, words=cut(asked.words))


def _again(turn: Turn, asked: Need) -> None:
    put_before(turn, NEED, asked.id, desk(turn, asked.area_id))


def _head(turn: Turn, asked: Need) -> None:
    put_before(turn, NEED, asked.id, officer(turn, asked.area_id, PostKind.COMMUNITY_HEAD))


def _street_hears(turn: Turn, asked: Need) -> None:
    """The street knows that it lies there; the words of the need stay in the community."""
    where = place_words(turn, asked.area_id)
    told = _("A resident's need lies unread at {place}. Please have somebody look.", place=where)
    tell(turn, officer(turn, asked.area_id, PostKind.STREET_DUTY), told)
    tell(turn, desk(turn, asked.area_id), _unread(turn, asked))


def _still(turn: Turn, asked: Need) -> None:
    """Nobody found: the office looks on, or it ends in a few days."""
    put_before(turn, NEED, asked.id, desk(turn, asked.area_id))


def _lapse(turn: Turn, asked: Need) -> None:
    stop_bookings(turn, asked)
    sorry = lines(
        _("For “{words}” we found nobody, sorry.", words=cut(asked.words)),
        _("To speak with a person send “human”; to ask once more send “/need”."),
    )
    tell_asker(turn, asked, sorry)
    if asked.person_id is not None:
        told = _("Ended, nobody found: “{words}”", words=cut(asked.public or asked.words))
        tell(turn, desk(turn, asked.area_id), told)


_NEED_STEPS: dict[NeedStep, Callable[[Turn, Need], None]] = {
    NeedStep.AGAIN: _again,
    NeedStep.HEAD: _head,
    NeedStep.STREET: _street_hears,
    NeedStep.STILL: _still,
    NeedStep.LAPSE: _lapse,
}


# ── bookings ───────────────────────────────────────────────────────────────────


def _booking_due(turn: Turn, booking_id: int) -> None:
    booking = bookings.lock(turn.db, booking_id)
    step = booking.due(turn.policy, turn.now) if booking else None
    if booking is not None and step is not None:
        turn.db.flush()
        _BOOKING_STEPS[step](turn, booking)
        changed(turn, booking)


def _late(turn: Turn, booking: Booking) -> Text:
    if booking.promised is None:
        return _("No answer yet: {what}", what=title(turn, booking))
    return _("Late: {what}", what=title(turn, booking))


def _ask_again(turn: Turn, booking: Booking) -> None:
    put_before(turn, BOOKING, booking.id, provider(turn, booking))


def _leader(turn: Turn, booking: Booking) -> None:
    put_before(turn, BOOKING, booking.id, unit_officer(turn, booking.unit_id or 0, leader=True))
    tell(turn, booking.asked_by, _late(turn, booking))


def _street(turn: Turn, booking: Booking) -> None:
    tell(turn, officer(turn, booking.area_id, PostKind.STREET_DUTY), _late(turn, booking))


def _asker(turn: Turn, booking: Booking) -> None:
    tell(turn, booking.asked_by, _late(turn, booking))


def _remind(turn: Turn, booking: Booking) -> None:
    ask_whether_done(turn, booking)


def _no_answer(turn: Turn, booking: Booking) -> None:
    who = provider_words(turn, booking)
    let_go(turn, booking, _("{who} has not answered. “{words}”", who=who, words=cut(booking.words)))


def _broken(turn: Turn, booking: Booking) -> None:
    who = provider_words(turn, booking)
    told = _("{who} promised and did not do it: “{words}”", who=who, words=cut(booking.words))
    asked = need_of(turn, booking)
    let_go(turn, booking, told)
    if asked is not None and asked.person_id is not None:
        sorry = _(
            "What {who} promised you was not done, sorry. The community looks for somebody else.",
            who=who,
        )
        tell_asker(turn, asked, sorry)
    tell(turn, provider(turn, booking), _("Ended as not done: “{words}”", words=cut(booking.words)))


def _silence(turn: Turn, booking: Booking) -> None:
    """Struck off by the open rule, which is said and does not count as a yes."""
    asked = need_of(turn, booking)
    if asked is not None:
        asked.strike(turn.policy, turn.now)
        told = _(
            "“{words}” is struck off, as nobody answered; it does not count as a yes. If it is not done, ask again with “/need”.",
            words=cut(asked.words),
        )
        tell_asker(turn, asked, told)
    tell(
        turn, booking.asked_by, _("Struck off without an answer: {what}", what=title(turn, booking))
    )


_BOOKING_STEPS: dict[Step, Callable[[Turn, Booking], None]] = {
    Step.AGAIN: _ask_again,
    Step.LEADER: _leader,
    Step.STREET: _street,
    Step.ASKER: _asker,
    Step.REMIND: _remind,
    Step.LAPSE: _no_answer,
    Step.BREAK: _broken,
    Step.SILENCE: _silence,
}


# ── what is no longer kept ───────────────────────────────────────────────────


def _forget_need(turn: Turn, need_id: int) -> None:
    need = turn.db.get_one(Need, need_id)
    need.words, need.public, need.why, need.forget_at = "", "", "", None


def _forget_booking(turn: Turn, booking_id: int) -> None:
    booking = turn.db.get_one(Booking, booking_id)
    booking.words, booking.progress, booking.note, booking.why = "", "", "", ""
    booking.forget_at = None


tick(Due("needs", lists.due_needs, _need_due, lists.NEXT_NEED))
tick(Due("bookings", bookings.due, _booking_due, bookings.NEXT_DUE))
tick(Due("old_needs", lists.to_forget, _forget_need, lists.NEXT_FORGOTTEN))
tick(Due("old_bookings", bookings.to_forget, _forget_booking, bookings.NEXT_FORGOTTEN))
