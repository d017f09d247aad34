"""Afterwards: somebody else says what became of it, and only then are there points."""

from __future__ import annotations

from collections.abc import Sequence

from governance import claims as rules
from governance.claims import Claim, ClaimState
from governance.refused import Refused
from governance.tasks import Stage, Task
from handlers import humans
from handlers.message import Card, Choice
from handlers.points import alerts, awards
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.cards import unsettled
from handlers.tasks.common import (
    DESK,
    TASK,
    Desk,
    changed,
    confirmers,
    load,
    mine,
    require_power,
    tell,
    title,
)
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines, ngettext
from storage import claims, org

MOST_NAMED = 30


def load_to_confirm(turn: Turn, shift_id: int) -> Desk:
    """The shift for its organizer, for whom it was done, or for who answers for the place."""
    desk = load(turn, shift_id)
    if not desk.task.confirms(turn.speaker.person_id):
        require_power(turn, desk.task)
    return desk


@choice("tasks.confirm")
def confirm_all(turn: Turn, shift_id: int, _arg: str) -> None:
    """Everybody who was there, except the speaker: their own work is for somebody else."""
    desk = load_to_confirm(turn, shift_id)
    me = turn.speaker.person_id
    found = [
        c
        for c in claims.of_shift(turn.db, shift_id)
        if c.state is ClaimState.LEFT and c.person_id != me
    ]
    for claim in found:
        _confirm(turn, desk, claim)
    _settle(turn, desk)
    said = ngettext(
        "{count} person confirmed; the points are on public notice.",
        "{count} people confirmed; the points are on public notice.",
        len(found),
    )
    turn.post.reply(Card(said if found else _("Nobody waits for your yes here.")))


def _confirm(turn: Turn, desk: Desk, claim: Claim) -> None:
    me = turn.speaker.person_id
    rules.confirm(claim, me, turn.now)
    if claim.minutes and claim.arrived_at and claim.left_at:
        alerts.record_hours(
            turn,
            person_id=claim.person_id,
            about=TASK,
            subject_id=desk.shift.id,
            area_id=desk.task.area_id,
            starts_at=max(claim.arrived_at, desk.shift.starts_at),
            ends_at=claim.left_at,
        )
    awards.award(
        turn,
        to=claim.person_id,
        points=desk.task.points,
        rule="task",
        about=TASK,
        subject_id=desk.shift.id,
        area_id=desk.task.area_id,
        by=me,
        note=desk.task.title,
    )


def _settle(turn: Turn, desk: Desk) -> None:
    """The clock stops chasing once nothing is left to say; else it asks on."""
    turn.db.flush()
    shift = desk.shift
    open_still = unsettled(claims.of_shift(turn.db, shift.id))
    if shift.settled_at is None and shift.over(turn.now) and not open_still:
        shift.settle(turn.now)
    changed(turn, desk)


# ── not so ───────────────────────────────────────────────────────────────────


@choice("tasks.doubt")
def doubt(turn: Turn, shift_id: int, _arg: str) -> Start | None:
    """Whose is it? One tap, then the reason."""
    desk = load_to_confirm(turn, shift_id)
    found = _doubtful(turn, desk)
    if not found:
        turn.post.reply(Card(_("Nobody waits for your yes here.")))
        return None
    return Start("doubt", {"shift": shift_id})


def _doubtful(turn: Turn, desk: Desk) -> list[Claim]:
    states = {ClaimState.LEFT, ClaimState.CONFIRMED}
    me = turn.speaker.person_id
    found = claims.of_shift(turn.db, desk.shift.id)
    return [c for c in found if c.state in states and c.person_id != me][:MOST_NAMED]


@conversation("doubt", act=True)
def doubt_talk(talk: Talk, turn: Turn) -> None:
    """One person's part is not accepted, with a reason they read; points that wait are gone."""
    desk = load_to_confirm(turn, int(talk.given("shift")))
    found = {str(c.person_id): c for c in _doubtful(turn, desk)}
    names = org.names(turn.db, [c.person_id for c in found.values()])
    options = [Option(key, names.get(c.person_id) or "?") for key, c in found.items()]
    whose = talk.choose("whose", _("Whose is not right?"), options)
    reason = talk.ask("why", _("What was not done? They read this line."), Typed(2, 200)).text
    claim = found.get(whose)
    if claim is None:
        raise Refused("claim_settled")
    was_confirmed = claim.state is ClaimState.CONFIRMED
    rules.dispute(claim, turn.speaker.person_id, reason, turn.now)
    if was_confirmed:
        awards.reverse(
            turn,
            about=TASK,
            subject_id=desk.shift.id,
            to=claim.person_id,
            reason=reason,
            by=turn.speaker.person_id,
        )
    _tell_privately(
        turn,
        desk,
        claim,
        _(
            "Your part was not accepted: {what}. Reason: {reason}",
            what=title(turn, desk),
            reason=reason,
        ),
    )
    _settle(turn, desk)
    talk.say(_("Noted. Only they read it, and they can ask a person to look at it."))


@choice("tasks.absent")
def absent(turn: Turn, shift_id: int, _arg: str) -> None:
    """Whoever had a slot and was not seen; each of them reads it privately and may object."""
    desk = load_to_confirm(turn, shift_id)
    if not desk.shift.over(turn.now):
        raise Refused("too_early")
    me = turn.speaker.person_id
    found = [
        c
        for c in claims.of_shift(turn.db, shift_id)
        if c.state is ClaimState.CLAIMED and c.person_id != me
    ]
    for claim in found:
        rules.absent(claim, me, turn.now)
        _tell_privately(
            turn,
            desk,
            claim,
            _(
                "You had a slot and were not seen: {what}. Only you and the organizer read this.",
                what=title(turn, desk),
            ),
        )
    _settle(turn, desk)
    turn.post.reply(Card(_("Noted privately; each of them is told and can object.")))


def _tell_privately(turn: Turn, desk: Desk, claim: Claim, text: Text) -> None:
    at = turn.policy.waking(turn.now)
    wrong = (Choice(_("That is not right"), f"tasks.appeal:{desk.shift.id}"),)
    late = at if at > turn.now else None
    turn.post.to(claim.person_id, Card(text, wrong), release_at=late)


@choice("tasks.appeal")
def appeal(turn: Turn, shift_id: int, _arg: str) -> None:
    """A person on duty hears it; they may put it right with the organizer."""
    desk = load(turn, shift_id)
    claim = mine(turn, desk.shift)
    if claim.state not in {ClaimState.DISPUTED, ClaimState.ABSENT}:
        raise Refused("claim_settled")
    humans.call(turn, _doubt(desk, claim))
    for person_id in [desk.task.organizer_id]:
        name = turn.speaker.name
        tell(
            turn,
            person_id,
            _(
                "{name} says it is not so: {what}. Please look at it again.",
                name=name,
                what=title(turn, desk),
            ),
        )
        right = Choice(_("They were there after all"), f"tasks.right:{shift_id}:{claim.place}")
        turn.post.to(person_id, Card(_("If they are right, one tap puts it right."), (right,)))


@choice("tasks.right")
def put_right(turn: Turn, shift_id: int, place: str) -> None:
    """An absence or a doubt is taken back, and the work is confirmed."""
    desk = load_to_confirm(turn, shift_id)
    states = {ClaimState.DISPUTED, ClaimState.ABSENT}
    for claim in claims.of_shift(turn.db, shift_id):
        if claim.state in states and str(claim.place) == place:
            humans.settle(turn, claim.person_id, _doubt(desk, claim))
            if claim.state is ClaimState.ABSENT:
                rules.excuse(desk.shift, claim)
            _confirm(turn, desk, claim)
            _settle(turn, desk)
            turn.post.reply(Card(_("Put right: {what}.", what=title(turn, desk))))
            return
    raise Refused("claim_settled")


def _doubt(desk: Desk, claim: Claim) -> str:
    """What the person on duty reads first when somebody says it was not so."""
    return f"{desk.task.title} #{desk.shift.id}: {claim.reason}"


# ── the organizer is asked ───────────────────────────────────────────────────


def ask(turn: Turn, desk: Desk, found: Sequence[Claim]) -> None:
    """Whoever organized it has the list before them; their own part goes to somebody else."""
    people = {c.person_id for c in found if c.state in rules.UNSETTLED}
    if desk.shift.stage is Stage.CLOSE:
        _ask_beneficiary(turn, desk, found)
    for person_id in _asked(turn, desk.task, people):
        at = turn.policy.work.next_open(turn.now)
        late = at if at > turn.now else None
        text = lines(
            _("Over: {what}.", what=title(turn, desk)),
            ngettext(
                "{count} person waits for your yes, so that the points can be posted.",
                "{count} people wait for your yes, so that the points can be posted.",
                len(people - {person_id}),
            ),
        )
        turn.post.to(person_id, Card(text), release_at=late)
        turn.post.show(DESK, desk.shift.id, person_id, kind="alert", fresh=True, release_at=late)


def _ask_beneficiary(turn: Turn, desk: Desk, found: Sequence[Claim]) -> None:
    """For whom it was done may say so, too; they are asked once and never chased."""
    person_id = desk.task.beneficiary_id
    done = [c for c in found if c.state is ClaimState.LEFT and c.person_id != person_id]
    if person_id is None or person_id == desk.task.organizer_id or not done:
        return
    at = turn.policy.waking(turn.now)
    late = at if at > turn.now else None
    text = lines(
        _("This was done for what you asked: {what}.", what=title(turn, desk)),
        _("Was it so? If you can say, tap below; otherwise the organizer says it."),
    )
    turn.post.to(person_id, Card(text), release_at=late)
    turn.post.show(DESK, desk.shift.id, person_id, kind="notice", fresh=True, release_at=late)


def _asked(turn: Turn, task: Task, people: set[int]) -> list[int]:
    """The organizer for the others; for their own part the next who may."""
    found = confirmers(turn, task)
    asked = [task.organizer_id] if people - {task.organizer_id} else []
    if task.organizer_id in people:
        asked += [person for person in found if person != task.organizer_id][:1]
    return asked
