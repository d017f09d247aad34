"""换班: a watch is offered to a colleague, perhaps for one of theirs; both agree or it stays."""

from __future__ import annotations

from datetime import date
from functools import partial

from governance.duties import Rota, Slot, Swap, Watch
from governance.refused import Refused
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation, view
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.watches import (
    AHEAD,
    SWAP,
    require_stand,
    rota_of,
    running,
    seat_of,
    seat_words,
    seats_of,
    tell_above,
    token,
    watch_words,
)
from handlers.words import Text, Value, Words, _, lines
from storage import duties, org

MOST = 14  # watches to choose from
FREE = "free"


# ── the offer ────────────────────────────────────────────────────────────────


@choice("duties.offer")
def offer(_turn: Turn, place_id: int, kind: str) -> Start:
    return Start("swap", {"place": place_id, "kind": kind})


@command("swap", menu=_("Swap a watch"), also=("换班", "调班", "swap"))
def swap_command(turn: Turn) -> Start | None:
    """The seat first, where the speaker has watches at several."""
    me, now = turn.speaker.person_id, running(turn)
    seats = [s for s in seats_of(turn) if rota_of(turn, s).watches(me, now, AHEAD)]
    if not seats:
        turn.post.reply(Card(_("You have no watch in the next days that could be swapped.")))
        return None
    if len(seats) == 1:
        return offer(turn, *_split(token(seats[0])))
    each = (Choice(seat_words(turn, s), f"duties.offer:{token(s)}") for s in seats)
    turn.post.reply(Card(_("A watch of which post?"), tuple(each)))
    return None


def _split(seat: str) -> tuple[int, str]:
    place, _sep, kind = seat.partition(":")
    return int(place), kind


@conversation("swap", act=True)
def swap_talk(talk: Talk, turn: Turn) -> None:
    """Which watch, with whom, in exchange for which; then the other is asked."""
    rota = rota_of(turn, seat_of(int(talk.given("place")), talk.given("kind")))
    require_stand(turn, rota)
    me = turn.speaker.person_id
    watch = _which(talk, turn, rota)
    other = _whom(talk, turn, rota)
    back = _for_which(talk, turn, rota, other)
    seat = rota.seat
    swap = Swap(
        *(seat.kind, seat.area_id, seat.unit_id, watch.day, watch.slot),
        *(other, me, me, turn.now),
        back_day=back.day if back else None,
        back_slot=back.slot if back else None,
    )
    turn.db.add(swap)
    turn.db.flush()
    work, soon = turn.policy.work, min(watch, back or watch).day <= running(turn).day
    at = turn.now if soon else work.next_open(turn.now)  # what can wait does not wake anybody
    late = at if at > turn.now else None
    turn.post.show(SWAP, swap.id, other, kind="notice", fresh=True, release_at=late)
    turn.post.show(SWAP, swap.id, me, kind="reply", fresh=True)


def _which(talk: Talk, turn: Turn, rota: Rota) -> Watch:
    me = turn.speaker.person_id
    found = talk.recall("mine", lambda: _codes(turn, rota, me))
    if not found:
        talk.say(_("You have no watch in the next days that could be swapped."))
        talk.stop()
    question = _("Which of your watches do you give away?")
    return _watch(talk.choose("which", question, _options(turn, found)))


def _whom(talk: Talk, turn: Turn, rota: Rota) -> int:
    others = [p for p in rota.colleagues if p != turn.speaker.person_id]
    names = org.names(turn.db, others)
    if not names:
        talk.say(
            _(
                "Nobody shares this post with you and it has no partner, so there is nobody to swap with. Whoever arranges the duty can name one."
            )
        )
        talk.stop()
    options = [Option(str(person), name) for person, name in names.items()]
    return int(talk.choose("whom", _("With whom?"), options))


def _for_which(talk: Talk, turn: Turn, rota: Rota, other: int) -> Watch | None:
    found = talk.recall("theirs", partial(_codes, turn, rota, other), after=("whom",))
    options = [Option(FREE, _("For nothing")), *_options(turn, found)]
    question = _("Which of theirs do you take in return?")
    chosen = talk.choose("back", question, options, after=("whom",))
    return None if chosen == FREE else _watch(chosen)


def _codes(turn: Turn, rota: Rota, person_id: int) -> list[str]:
    watches = rota.watches(person_id, running(turn), AHEAD)[:MOST]
    return [f"{watch.day:%Y%m%d}{watch.slot}" for watch in watches]


def _watch(code: str) -> Watch:
    return Watch(date.fromisoformat(code[:8]), Slot(code[8:]))


def _options(turn: Turn, codes: list[str]) -> list[Option]:
    return [Option(code, watch_words(turn, _watch(code))) for code in codes]


# ── the card ─────────────────────────────────────────────────────────────────


@view(SWAP)
def swap_card(turn: Turn, swap_id: int, _again: bool) -> Card | None:
    """How it stands, and what its reader may do now."""
    swap = turn.db.get(Swap, swap_id, populate_existing=True)
    if swap is None:
        return None
    return Card(outcome(turn, swap), _choices(turn, swap))


def outcome(turn: Turn, swap: Swap) -> Text:
    """Who stands on which watch, or what is asked."""
    names = org.names(turn.db, {swap.person_id, swap.relieved_id or swap.person_id})
    who, relieved = names[swap.person_id], names.get(swap.relieved_id or 0, "")
    watch = watch_words(turn, swap.watch)
    back = watch_words(turn, swap.back) if swap.back else None
    return lines(seat_words(turn, swap.seat), *_stands(swap, who, relieved, watch, back))


def _stands(
    swap: Swap, who: str, relieved: str, watch: Words, back: Words | None
) -> tuple[Text, ...]:
    values: dict[str, Value] = {"who": who, "relieved": relieved, "watch": watch}
    returned = _("In return {relieved} takes {back}.", relieved=relieved, back=back) if back else ""
    if swap.ended_at is not None:
        if swap.agreed_at is None:
            return (
                _("Not swapped: {watch} stays with {relieved}.", relieved=relieved, watch=watch),
            )
        return (_("Undone: {who} no longer has {watch}. {relieved} has it again.", **values),)
    if swap.agreed_at is None:
        asked = _("{relieved} asks {who} to take {watch}.", **values)
        return (asked, returned, _("It counts once {who} agrees.", who=who))
    if not relieved:
        return (_("{who} has {watch}.", who=who, watch=watch),)
    return (_("{who} has {watch} instead of {relieved}.", **values), returned)


def _choices(turn: Turn, swap: Swap) -> tuple[Choice, ...]:
    me, on = turn.speaker.person_id, swap.id
    last = min(swap.watch, swap.back or swap.watch)
    if swap.ended_at is not None or last < running(turn):
        return ()
    if swap.in_force:
        undo = Choice(_("Undo"), f"duties.undo:{on}")
        return (undo,) if me in {swap.person_id, swap.relieved_id} else ()
    if me == swap.person_id:
        yes = Choice(_("I take it"), f"duties.agree:{on}")
        return (yes, Choice(_("I cannot"), f"duties.decline:{on}"))
    return (Choice(_("Take it back"), f"duties.decline:{on}"),) if me == swap.asked_by else ()


# ── what the two say ─────────────────────────────────────────────────────────


@choice("duties.agree")
def agree(turn: Turn, swap_id: int, _arg: str) -> None:
    """Both have each other's watch from now on."""
    swap = _load(turn, swap_id)
    rota = rota_of(turn, swap.seat)
    if turn.speaker.person_id == swap.person_id:
        require_stand(turn, rota)
    swap.agree(turn.speaker.person_id, rota.on, turn.now, running(turn))
    _told(turn, swap)
    tell_above(turn, swap, outcome(turn, swap))


@choice("duties.decline")
def decline(turn: Turn, swap_id: int, _arg: str) -> None:
    """The offer is off the table; the calendar stays."""
    swap = _load(turn, swap_id)
    swap.decline(turn.speaker.person_id, turn.now, running(turn))
    _told(turn, swap)


@choice("duties.undo")
def undo(turn: Turn, swap_id: int, _arg: str) -> None:
    """The calendar stands as before."""
    swap = _load(turn, swap_id)
    swap.undo(turn.speaker.person_id, turn.now, running(turn))
    _told(turn, swap)
    tell_above(turn, swap, outcome(turn, swap))


def _load(turn: Turn, swap_id: int) -> Swap:
    swap = duties.lock(turn.db, swap_id)
    if swap is None:
        raise Refused("duty_settled")
    return swap


def _told(turn: Turn, swap: Swap) -> None:
    """Both see how it stands now: in the card, and the other one as a message too."""
    turn.db.flush()
    turn.post.refresh(swap.id, (SWAP,))
    for person_id in {swap.person_id, swap.relieved_id} - {None}:
        mine = person_id == turn.speaker.person_id
        turn.post.show(SWAP, swap.id, person_id or 0, kind="reply" if mine else "alert", fresh=True)
