"""Looking for somebody: the office opens a need, sees proposals with reasons, and picks one."""

from __future__ import annotations

import re

from governance.authority import Power
from governance.bookings import Booking, BookingState
from governance.lists import Need, NeedState
from governance.matching import Purpose, Who
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_skills, ask_words
from handlers.lists.common import (
    BOOKING,
    NEED,
    community,
    cut,
    desk,
    put_before,
    tell,
    tell_asker,
    unit_officer,
)
from handlers.lists.matching import Proposal, propose, row
from handlers.lists.need_cards import WHY_NOT, current, why_words
from handlers.message import Card, Choice
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import bookings, lists

_CODE = re.compile(r"([pu])([0-9]{1,15})")


# ── the office reads it ──────────────────────────────────────────────────────


def load(turn: Turn, need_id: int) -> Need:
    """A need of the speaker's community, locked. Raises `Refused`."""
    asked = lists.lock_need(turn.db, need_id)
    if asked is None:
        raise Refused("no_such_need")
    authority.require(turn, Power.BOOKING, area_id=asked.area_id)
    return asked


@choice("lists.open")
def open_need(turn: Turn, need_id: int, _arg: str) -> Start:
    load(turn, need_id)
    return Start("need_open", {"need": need_id})


@conversation("need_open", act=True)
def open_talk(talk: Talk, turn: Turn) -> None:
    """Others may read the need in words the office has looked at, and somebody is looked for."""
    asked = load(turn, int(talk.given("need")))
    if asked.state is not NeedState.NEW:
        raise Refused("need_settled")
    question = lines(
        _("“{words}”", words=asked.words),
        _("Units and members read this, without a name. As it stands, or in other words?"),
    )
    same = Option("same", _("As it stands"))
    public = ask_words(talk, "public", question, 4, 300, (same,)) or asked.words
    about = _("What is it about? Tap what comes closest, or type it.")
    skills = ask_skills(talk, turn, "skills", about, f"{public} {asked.words}")
    asked.open(public, skills, turn.policy, turn.now)
    turn.db.flush()
    turn.post.refresh(asked.id, (NEED,))
    turn.post.reply(proposals_card(turn, asked))
    told = _(
        "{place} has read it and looks for somebody: “{words}”",
        place=community(turn, asked.area_id).name,
        words=cut(asked.words),
    )
    tell_asker(turn, asked, told)


@choice("lists.refuse")
def refuse(turn: Turn, need_id: int, _arg: str) -> Start:
    load(turn, need_id)
    return Start("need_refuse", {"need": need_id})


@conversation("need_refuse", act=True)
def refuse_talk(talk: Talk, turn: Turn) -> None:
    """Whoever asked knows that it is not taken up, and why."""
    asked = load(turn, int(talk.given("need")))
    options = [Option(code, words) for code, words in WHY_NOT.items()]
    said = talk.ask("why", _("Why not? They read it."), Typed(2, 200), options=options)
    asked.decline(said.text or str(said.value), turn.policy, turn.now)
    stop_bookings(turn, asked)
    turn.post.refresh(asked.id, (NEED,))
    told = lines(
        _("“{words}” cannot be taken up: {why}.", words=cut(asked.words), why=why_words(asked.why)),
        _("To speak with a person send “human”."),
    )
    tell_asker(turn, asked, told)
    talk.say(_("Noted; whoever asked reads it."))


@choice("lists.look_on")
def look_on(turn: Turn, need_id: int, _arg: str) -> None:
    asked = load(turn, need_id)
    asked.look_on(turn.policy, turn.now)
    turn.post.refresh(asked.id, (NEED,))
    turn.post.reply(proposals_card(turn, asked))


# ── who might do it ──────────────────────────────────────────────────────────


@choice("lists.find")
def find(turn: Turn, need_id: int, _arg: str) -> None:
    asked = load(turn, need_id)
    if asked.state is not NeedState.OPEN:
        raise Refused("need_settled")
    turn.post.reply(proposals_card(turn, asked))


def proposals_card(turn: Turn, asked: Need) -> Card:
    """Up to three who might do it, each with its reasons, one tap to ask."""
    found = propose(
        turn,
        area_id=asked.area_id,
        skills=asked.skills,
        kind=Purpose.NEED,
        but=_passed(turn, asked),
    )
    menu = Choice(_("Book from a menu"), f"lists.menu:0:{asked.id}")
    if not found:
        text = lines(
            _("“{words}”", words=cut(asked.public)),
            _("Nobody on the lists can do it and is free. Units and members still see it."),
        )
        return Card(text, (menu,))
    rows = [row(n, proposal) for n, proposal in enumerate(found, 1)]
    choices = [
        Choice(_("Ask {name}", name=proposal.name), f"lists.pick:{asked.id}:{proposal.code}")
        for proposal in found
    ]
    text = lines(
        _("“{words}”: who might do it, and why", words=cut(asked.public)),
        *rows,
        _("Nobody has been asked. You pick; they may decline."),
    )
    return Card(text, (*choices, menu))


def _passed(turn: Turn, asked: Need) -> set[tuple[Who, int]]:
    """Whoever was asked already, and whoever asked."""
    found: set[tuple[Who, int]] = set()
    for booking in bookings.of_need(turn.db, asked.id):
        if booking.unit_id is not None:
            found.add((Who.UNIT, booking.unit_id))
        elif booking.person_id is not None:
            found.add((Who.PERSON, booking.person_id))
    if asked.person_id is not None:
        found.add((Who.PERSON, asked.person_id))
    return found


@choice("lists.pick")
def pick(turn: Turn, need_id: int, code: str) -> None:
    """The one who was picked is asked; they accept with a day, or say not now."""
    asked = load(turn, need_id)
    _require_free(turn, asked)
    chosen = _CODE.fullmatch(code)
    proposal = _proposal_of(turn, asked, code) if chosen else None
    if proposal is None:
        raise Refused("not_on_the_list")
    booking = Booking(
        community(turn, asked.area_id).id,
        turn.speaker.person_id,
        turn.now,
        asked.public,
        need_id=asked.id,
    )
    if proposal.who is Who.PERSON:
        booking.person_id = proposal.id
    else:
        booking.unit_id, booking.supply_id = proposal.id, proposal.item
        take_quota(turn, booking)
    place_booking(turn, booking)
    turn.post.refresh(asked.id, (NEED,))


def _proposal_of(turn: Turn, asked: Need, code: str) -> Proposal | None:
    everybody = propose(
        turn,
        area_id=asked.area_id,
        skills=asked.skills,
        kind=Purpose.NEED,
        most=None,
        but=_passed(turn, asked),
    )
    return next((one for one in everybody if one.code == code), None)


def _require_free(turn: Turn, asked: Need) -> None:
    """Raises `Refused` where somebody has it, or was asked and has not answered."""
    if asked.state is not NeedState.OPEN:
        raise Refused("need_settled")
    booking = current(turn, asked)
    if booking is not None:
        raise Refused("need_asked")


def take_quota(turn: Turn, booking: Booking) -> None:
    """The booking is one of its month's, or refused; of two for the last one exactly one is."""
    supply = lists.lock_supply(turn.db, booking.supply_id or 0)
    if supply is None:
        raise Refused("supply_over")
    day = booking.wished or turn.policy.local_date(turn.now)
    supply.booking(bookings.booked(turn.db, supply.id, f"{day:%Y-%m}"), day)


def place_booking(turn: Turn, booking: Booking) -> None:
    """It is asked; both see its card."""
    booking.ask(turn.policy, turn.now)
    turn.db.add(booking)
    turn.db.flush()
    turn.post.show(BOOKING, booking.id, turn.speaker.person_id, kind="reply", fresh=True)
    put_before(turn, BOOKING, booking.id, provider(turn, booking))


def provider(turn: Turn, booking: Booking) -> int | None:
    """The person who answers for whoever is to do it."""
    if booking.unit_id is not None:
        return unit_officer(turn, booking.unit_id)
    return booking.person_id


# ── what a booking does to its need ───────────────────────────────────────────


def need_of(turn: Turn, booking: Booking) -> Need | None:
    """The need a booking answers, locked."""
    return lists.lock_need(turn.db, booking.need_id) if booking.need_id is not None else None


def let_go(turn: Turn, booking: Booking, why: Text) -> None:
    """Whoever had it does not do it; the office has the next proposals, if there is a need."""
    asked = need_of(turn, booking)
    asker = booking.asked_by
    if asked is None or not asked.live:
        tell(turn, asker, why)
        return
    asked.free(turn.policy, turn.now)
    turn.db.flush()
    turn.post.refresh(asked.id, (NEED,))
    office = desk(turn, asked.area_id) or asker
    at = turn.policy.work.next_open(turn.now)
    card = proposals_card(turn, asked)
    told = Card(lines(why, card.text), card.choices)
    turn.post.to(office, told, release_at=at if at > turn.now else None)


def stop_bookings(turn: Turn, asked: Need) -> None:
    """Nobody has to do it any more, and whoever had it knows. What is done already stays done."""
    for found in bookings.of_need(turn.db, asked.id):
        if found.state not in {BookingState.ASKED, BookingState.ACCEPTED}:
            continue
        booking = bookings.lock(turn.db, found.id)
        if booking is None or booking.state is BookingState.DELIVERED or booking.ended:
            continue
        booking.cancel(turn.policy, turn.now)
        turn.post.refresh(booking.id, (BOOKING,))
        tell(
            turn,
            provider(turn, booking),
            _("No longer needed: “{words}”", words=cut(booking.words)),
        )
