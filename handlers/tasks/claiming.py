"""Claimed by tap, in the group or in private: a slot, a place in line, and back again.

A press is one of a thousand in a second: what a batch of them needs is read and written
together (storage/rush.py), a toast answers, and the group's card is drawn once for all.
"""

from __future__ import annotations

import re

from governance import claims as rules
from governance.claims import COMING, Claim, ClaimState, Press
from governance.people import Person
from governance.refused import Refused
from governance.tasks import Kind, Shift
from handlers.message import Card, Choice
from handlers.registry import choice, command, leaving, opened, typed
from handlers.tasks.browsing import MOST_LISTED, my_tasks
from handlers.tasks.common import (
    CARD_VIEWS,
    DESK,
    MINE,
    Desk,
    changed,
    load,
    mine,
    show_mine,
    tell,
    title,
    when,
)
from handlers.turn import Start, Turn
from handlers.words import Text, When, _
from storage import claims
from storage.rush import Pressed, Rush

MOST_GIVEN_BACK = 100


# ── claim ────────────────────────────────────────────────────────────────────


@choice("tasks.claim", in_groups=True, rush=Rush)
def claim(turn: Turn, shift_id: int, _arg: str) -> Start | None:
    """A slot if one is free and nobody waits, else a place in line."""
    return claim_for(turn, shift_id)


@typed(r"(?:认领|claim)\s*(?:#|no\.?)?\s*(\d{1,12})\s*号?")
def claim_by_number(turn: Turn, said: re.Match[str]) -> Start | None:
    """The claim number from a text that was passed on in a group no bot can join."""
    return claim_for(turn, int(said[1]))


def claim_for(turn: Turn, shift_id: int, seats: int = 1, team: str = "") -> Start | None:
    """The speaker's claim, or the way to it. Raises `Refused`."""
    if turn.rush is not None:
        return _claim(turn, turn.rush, shift_id, seats, team)
    turn.db.flush()
    conn = turn.db.connection()
    alone = Rush(conn, [_pressed(turn, shift_id)])
    begun = _claim(turn, alone, shift_id, seats, team)
    alone.write(conn)
    return begun


def _claim(turn: Turn, rush: Rush, shift_id: int, seats: int, team: str) -> Start | None:
    found = rush.find(_pressed(turn, shift_id))
    if found is None:
        raise Refused("no_such_task")
    if found.own is not None and found.own in COMING:
        return _again(turn, found)
    if turn.speaker.minor:
        raise Refused("under_14")
    state = rules.decide(found, turn.now, seats)
    if not found.registered:
        return _hold(turn, rush, found, state)
    if found.own is not None and found.own is not ClaimState.RELEASED:
        raise Refused("claim_settled")
    if state is ClaimState.WAITLISTED and found.offered:
        return take(turn, shift_id, "")
    rush.enter(found, turn.speaker.person_id, state, turn.now, seats=seats, team=team)
    _changed(turn, found)
    _answer(turn, found, state)
    return None


def _changed(turn: Turn, found: Press) -> None:
    """The groups and the organizer see it."""
    turn.post.refresh(found.task_id, CARD_VIEWS)
    turn.post.refresh(found.shift_id, (DESK,))


def _pressed(turn: Turn, shift_id: int) -> Pressed:
    me = turn.speaker
    return Pressed(shift_id, me.person_id, me.lane, _group(turn))


def _group(turn: Turn) -> str:
    """The lane of the group in which was pressed, "" in private."""
    event = turn.event
    if event is None or event.chat.kind != "group":
        return ""
    return f"{event.channel}/{event.account}/{event.chat.id}"


def _claimed(turn: Turn, found: Press, state: ClaimState) -> Text:
    if state is ClaimState.WAITLISTED:
        number = found.waiting + 1
        return _(
            "All slots are taken. You are number {number} in line; you are told as soon as one is free.",
            number=number,
        )
    at = when(turn, found.kind, found.starts_at, found.ends_at)
    return _(
        "Claimed: {title}, {when}. You are reminded the evening before.", title=found.title, when=at
    )


def _answer(turn: Turn, found: Press, state: ClaimState) -> None:
    """In a group the toast says it, and whoever has a slot now can also keep it in private.
    Whoever cannot be written to is led there, as nobody could tell them anything later."""
    if not _group(turn):
        turn.post.show(MINE, found.shift_id, turn.speaker.person_id, kind="reply", fresh=True)
        return
    turn.post.toast = _claimed(turn, found, state)
    if not found.written_to:
        turn.post.opens = f"tk-{found.shift_id}"
    elif state is not ClaimState.WAITLISTED:
        turn.post.show(MINE, found.shift_id, turn.speaker.person_id, kind="reply", fresh=True)


def _again(turn: Turn, found: Press) -> Start | None:
    """Pressed twice: how it stands, and nothing else."""
    if found.own is ClaimState.HELD and not found.registered:
        return _to_register(turn, found)
    if _group(turn):
        turn.post.toast = (
            _("You are in line already; you are told as soon as a slot is free.")
            if found.own is ClaimState.WAITLISTED
            else _("You have a slot already. To give it back, write to me: “my tasks”.")
        )
    else:
        turn.post.show(MINE, found.shift_id, turn.speaker.person_id, kind="reply", fresh=True)
    return None


# ── whoever is not registered yet ────────────────────────────────────────────


def _hold(turn: Turn, rush: Rush, found: Press, state: ClaimState) -> Start | None:
    """The slot is kept for some minutes; nobody has a place in line before they are registered."""
    if state is ClaimState.HELD:
        until = turn.now + turn.policy.holds_slot(elder=turn.speaker.elder)
        rush.enter(found, turn.speaker.person_id, state, turn.now, held_until=until)
        _changed(turn, found)
    return _to_register(turn, found)


def _to_register(turn: Turn, found: Press) -> Start | None:
    """In a group the private chat opens; in private it goes on at once."""
    if not _group(turn):
        return Start("volunteer", {"shift": found.shift_id})
    turn.post.opens = f"tk-{found.shift_id}"
    kept = turn.policy.holds_slot(elder=turn.speaker.elder)
    turn.post.toast = _(
        "First register with me in private. A free slot is kept for you until {when}.",
        when=When(turn.now + kept),
    )
    if found.written_to:
        text = _(
            "To take part in “{title}”, register first; it takes three taps.", title=found.title
        )
        go = Choice(_("Register"), f"tasks.register:{found.shift_id}")
        turn.post.reply(Card(text, (go,)))
    return None


@opened("tk")
def by_link(turn: Turn, rest: str) -> Start | None:
    """The private chat was opened for a shift: to register, or to see how one stands."""
    shift_id = int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 16 else 0
    if turn.db.get(Shift, shift_id) is None:
        raise Refused("no_such_task")
    if turn.db.get_one(Person, turn.speaker.person_id).member is None:
        return claim_for(turn, shift_id)
    turn.post.show(MINE, shift_id, turn.speaker.person_id, kind="reply", fresh=True)
    return None


@choice("tasks.register")
def register(_turn: Turn, shift_id: int, _arg: str) -> Start:
    return Start("volunteer", {"shift": shift_id})


# ── back ─────────────────────────────────────────────────────────────────────


@choice("tasks.release")
def release(turn: Turn, shift_id: int, _arg: str) -> None:
    give_back(turn, shift_id)


@typed(r"(?:释放|放弃|退出|give\s*up|release)\s*(?:#|no\.?)?\s*(\d{1,12})\s*号?")
def release_by_number(turn: Turn, said: re.Match[str]) -> None:
    give_back(turn, int(said[1]))


@command("release", menu=_("Give a slot back"), also=("释放", "放弃", "放弃认领", "give up"))
def release_one(turn: Turn) -> None:
    """The only slot at once; of several the one that is tapped."""
    found = claims.coming_of(turn.db, turn.speaker.person_id, MOST_LISTED)
    if len(found) == 1:
        give_back(turn, found[0][1].id)
        return
    my_tasks(turn)


def give_back(turn: Turn, shift_id: int) -> None:
    """The slot is free and goes to whoever waits. Raises `Refused`."""
    desk = load(turn, shift_id)
    claim_ = mine(turn, desk.shift)
    waited = claim_.state is ClaimState.WAITLISTED
    rules.release(desk.shift, desk.task.kind, claim_, turn.now)
    back_to_team(turn, desk, claim_)
    fill(turn, desk)
    changed(turn, desk)
    what = title(turn, desk)
    if waited:
        said = _("You are out of the line: {what}.", what=what)
    elif desk.task.kind.closes_at_start and desk.shift.begun(turn.now):
        said = _("All right, you are off the list: {what}.", what=what)
    else:
        said = _("Given back: {what}. Thank you for saying so early.", what=what)
    turn.post.reply(Card(said))


def back_to_team(turn: Turn, desk: Desk, claim_: Claim) -> None:
    """What was a seat of a team is the team's again, and its leader can name somebody else."""
    leader = claims.one(turn.db, claim_.shift_id, claim_.leader_id) if claim_.leader_id else None
    if leader is None or leader.state not in rules.UNSETTLED:
        return
    rules.take_seat(desk.shift, leader)
    text = _(
        "{name} does not come with your team: {what}. You can name somebody else.",
        name=turn.speaker.name,
        what=title(turn, desk),
    )
    tell(turn, leader.person_id, text)


@leaving()
def give_back_all(turn: Turn) -> None:
    """Nothing that is still to come is the speaker's any more, and others have the slots."""
    for _claim, shift in claims.coming_of(turn.db, turn.speaker.person_id, MOST_GIVEN_BACK):
        desk = load(turn, shift.id)
        claim_ = mine(turn, desk.shift)
        before = not (desk.task.kind.closes_at_start and desk.shift.begun(turn.now))
        if claim_.state in {ClaimState.HELD, ClaimState.CLAIMED, ClaimState.WAITLISTED} and before:
            rules.free(desk.shift, claim_)
            back_to_team(turn, desk, claim_)
            fill(turn, desk)
        changed(turn, desk)


def fill(turn: Turn, desk: Desk) -> None:
    """Free slots belong to those who wait, and they are told."""
    shift = desk.shift
    if shift.free <= 0 or shift.waiting <= 0:
        return
    turn.db.flush()
    waiting = claims.waiting(turn.db, shift.id, shift.free)
    for moved in rules.promote(shift, desk.task.kind, waiting, turn.now):
        _promoted(turn, desk, moved)


def _promoted(turn: Turn, desk: Desk, moved: Claim) -> None:
    what = title(turn, desk)
    tell(turn, moved.person_id, _("A slot is free and it is yours: {what}.", what=what))
    show_mine(turn, desk.shift.id, moved.person_id)


# ── swap ─────────────────────────────────────────────────────────────────────


@choice("tasks.offer")
def offer(turn: Turn, shift_id: int, _arg: str) -> None:
    """Whoever waits has it at once; else the group's card offers it, and the first tap has it."""
    desk = load(turn, shift_id)
    claim_ = mine(turn, desk.shift)
    rules.offer(desk.shift, desk.task.kind, claim_, turn.now)
    if desk.shift.waiting:
        rules.free(desk.shift, claim_)
        fill(turn, desk)
        turn.post.reply(
            Card(_("Somebody was waiting and has your slot now: {what}.", what=title(turn, desk)))
        )
    else:
        turn.post.reply(
            Card(
                _(
                    "It stands on the group's card now. It is yours until somebody takes it; you are told."
                )
            )
        )
    changed(turn, desk)


@choice("tasks.keep")
def keep(turn: Turn, shift_id: int, _arg: str) -> None:
    desk = load(turn, shift_id)
    rules.keep(desk.shift, mine(turn, desk.shift))
    turn.post.toast = _("It stays yours.")
    changed(turn, desk)


@choice("tasks.take", in_groups=True)
def take(turn: Turn, shift_id: int, _arg: str) -> Start | None:
    """The slot that was offered first is the speaker's; its holder is told."""
    desk = load(turn, shift_id)
    conn = turn.db.connection()
    found = Rush(conn, [_pressed(turn, shift_id)]).find(_pressed(turn, shift_id))
    if found is None:
        raise Refused("no_such_task")
    offers = [c for c in claims.offered(turn.db, shift_id) if c.person_id != turn.speaker.person_id]
    if not found.registered:
        return _to_register(turn, found)
    if found.own is not None and found.own in COMING:
        return _again(turn, found)
    if not offers:
        raise Refused("offer_gone")
    rules.can_take_over(offers[0], turn.speaker.person_id)
    _hand_over(turn, desk, offers[0])
    return None


def _hand_over(turn: Turn, desk: Desk, theirs: Claim) -> None:
    """One claim ends and the other begins, as if it had been pressed for."""
    seats, team = theirs.seats, theirs.team if theirs.leader_id is None else ""
    rules.free(desk.shift, theirs)
    changed(turn, desk)
    claim_for(turn, desk.shift.id, seats, team)
    for along in claims.team_of(turn.db, desk.shift.id, theirs.person_id):
        along.leader_id = turn.speaker.person_id
    turn.db.refresh(desk.shift)
    text = _("{name} has taken over: {what}.", name=turn.speaker.name, what=title(turn, desk))
    tell(turn, theirs.person_id, text)
    if desk.task.kind is Kind.POST:
        tell(turn, desk.task.organizer_id, text)
