"""On the spot: check in by the organizer's code or list, or by a location once; check out."""

from __future__ import annotations

from governance import claims as rules
from governance.claims import Claim, ClaimState, Proof
from governance.refused import Refused
from handlers.message import Card, Choice
from handlers.registry import choice, conversation, opened
from handlers.talk.answers import LOCATION
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.common import MINE, Desk, changed, load, load_to_run, mine, tell, title
from handlers.tasks.teams import ask_which
from handlers.turn import Start, Turn
from handlers.words import Link, Text, _, lines
from storage import claims, org

MOST_TICKED = 30


# ── the organizer's code ─────────────────────────────────────────────────────


@choice("tasks.code")
def show_code(turn: Turn, shift_id: int, _arg: str) -> None:
    """Four digits to read out, and a picture to scan."""
    desk = load_to_run(turn, shift_id)
    text = lines(
        _("Code of the day: {code}", code=desk.shift.code),
        _("Whoever is here taps “I am there” and types it, or scans this."),
    )
    link = Link(f"tc-{desk.shift.id}-{desk.shift.code}")
    turn.post.reply(Card(text, qr=link))


@opened("tc")
def by_code(turn: Turn, rest: str) -> None:
    """The code was scanned: whoever has a slot is checked in, others may have come with a team."""
    number, _dash, code = rest.partition("-")
    shift_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    desk = load(turn, shift_id)
    if code != desk.shift.code:
        raise Refused("wrong_code")
    claim = claims.one(turn.db, shift_id, turn.speaker.person_id)
    if claim is None or claim.state is ClaimState.RELEASED:
        ask_which(turn, desk)
    else:
        _arrived(turn, desk, Proof.CODE)


# ── I am there ───────────────────────────────────────────────────────────────


@choice("tasks.arrive")
def arrive(turn: Turn, shift_id: int, _arg: str) -> Start:
    desk = load(turn, shift_id)
    _require_coming(turn, mine(turn, desk.shift))
    return Start("arrive", {"shift": shift_id})


def _require_coming(_turn: Turn, claim: Claim) -> None:
    if claim.state is not ClaimState.CLAIMED:
        raise Refused("claim_gone")


@conversation("arrive", act=True)
def arrive_talk(talk: Talk, turn: Turn) -> None:
    """The code from the spot, or the speaker's location, which is compared and not kept."""
    shift_id = int(talk.given("shift"))
    question: Text = lines(
        _("Type the four digits that the organizer shows."),
        _("Or share your location once: it is compared with the place and not kept."),
    )
    n = 0
    while True:
        said = talk.ask(f"proof{n}", question, Typed(1, 12), LOCATION)
        desk = load(turn, shift_id)
        if said.kind == "location":
            if not rules.is_near(desk.task, tuple(said.value), turn.policy):
                raise Refused("too_far")
            _arrived(turn, desk, Proof.PLACE)
            return
        if said.text == desk.shift.code:
            _arrived(turn, desk, Proof.CODE)
            return
        n += 1
        if n == MOST_TRIES:
            raise Refused("wrong_code")
        question = _("That is not the code. Look again, or ask whoever organizes it.")


MOST_TRIES = 5


def _arrived(turn: Turn, desk: Desk, proof: Proof) -> None:
    claim = mine(turn, desk.shift)
    rules.arrive(desk.shift, claim, proof, turn.policy, turn.now)
    changed(turn, desk)
    turn.post.show(MINE, desk.shift.id, turn.speaker.person_id, kind="reply", fresh=True)


# ── the organizer's list ─────────────────────────────────────────────────────


@choice("tasks.list")
def tick_list(turn: Turn, shift_id: int, _arg: str) -> None:
    """A tap for each one who is here."""
    desk = load_to_run(turn, shift_id)
    found = [c for c in claims.of_shift(turn.db, shift_id) if c.state is ClaimState.CLAIMED]
    known = org.names(turn.db, [c.person_id for c in found])
    taps = [
        Choice(known.get(c.person_id) or "?", f"tasks.here:{shift_id}:{c.place}")
        for c in found[:MOST_TICKED]
        if c.person_id != turn.speaker.person_id
    ]
    if len(taps) > 1:
        taps.append(Choice(_("All of them came"), f"tasks.here:{shift_id}:all"))
    text = _("Who is here? Tap each one: {what}", what=title(turn, desk))
    turn.post.reply(Card(text, tuple(taps)) if taps else Card(_("Nobody is missing on the list.")))


@choice("tasks.here")
def is_here(turn: Turn, shift_id: int, place: str) -> None:
    """The organizer has seen them. Nobody puts themselves on the list."""
    desk = load_to_run(turn, shift_id)
    me = turn.speaker.person_id
    found = [
        c
        for c in claims.of_shift(turn.db, shift_id)
        if c.state is ClaimState.CLAIMED and c.person_id != me and place in {"all", str(c.place)}
    ]
    for claim in found:
        rules.arrive(desk.shift, claim, Proof.LIST, turn.policy, turn.now)
        if desk.shift.over(turn.now):
            claim.arrived_at = desk.shift.starts_at
            rules.leave(desk.shift, claim, turn.now)
        tell(turn, claim.person_id, _("You are on the list: {what}.", what=title(turn, desk)))
    names = org.names(turn.db, [c.person_id for c in found])
    said = ", ".join(names.values())[:60]
    turn.post.toast = (
        _("On the list: {names}", names=said) if found else _("They are on it already.")
    )
    changed(turn, desk)


# ── check out ────────────────────────────────────────────────────────────────


@choice("tasks.leave")
def leave(turn: Turn, shift_id: int, _arg: str) -> None:
    """The hours are counted; the points wait for somebody else's yes."""
    desk = load(turn, shift_id)
    claim = mine(turn, desk.shift)
    rules.leave(desk.shift, claim, turn.now)
    changed(turn, desk)
    turn.post.show(MINE, shift_id, turn.speaker.person_id, kind="reply", fresh=True)
