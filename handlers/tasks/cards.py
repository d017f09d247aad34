"""The live cards: what a group sees, what somebody who takes part sees, the organizer's desk."""

from __future__ import annotations

from collections.abc import Sequence

from governance import claims as rules
from governance.claims import Claim, ClaimState
from governance.tasks import Kind, Shift, Task, TaskState
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.tasks.common import (
    CARD,
    DESK,
    JOINTS,
    MINE,
    NAMED,
    SHIFTS_SHOWN,
    Desk,
    in_line,
    names,
    runs,
    title,
    when,
    when_of,
)
from handlers.turn import Turn
from handlers.words import Text, Words, _, line, lines, listed, ngettext, paragraphs
from storage import claims, media, org, tasks

STATES: dict[ClaimState, Words] = {
    ClaimState.HELD: _("kept for you; register to have it"),
    ClaimState.CLAIMED: _("yours"),
    ClaimState.WAITLISTED: _("waiting"),
    ClaimState.RELEASED: _("given back"),
    ClaimState.ARRIVED: _("checked in"),
    ClaimState.LEFT: _("done, to be confirmed"),
    ClaimState.CONFIRMED: _("confirmed"),
    ClaimState.DISPUTED: _("not accepted"),
    ClaimState.ABSENT: _("did not come"),
}


# ── the group's ──────────────────────────────────────────────────────────────


@view(CARD)
def group_card(turn: Turn, task_id: int, _again: bool) -> Card | None:
    """What is to be done, when, who has claimed it, and the tap that claims it."""
    task = turn.db.get(Task, task_id, populate_existing=True)
    if task is None:
        return None
    shown = tasks.shown(turn.db, task_id, turn.now, SHIFTS_SHOWN)
    if task.state is not TaskState.PUBLISHED or not shown:
        over = (
            _("Called off.")
            if task.state is TaskState.CANCELLED
            else _("Over. Thank you to everybody who came.")
        )
        return Card(lines(heading(task), over))
    rows = [_shift(turn, task, shift) for shift in shown]
    choices = [c for shift in shown for c in _taps(turn, task, shift, several=len(shown) > 1)]
    return Card(paragraphs(heading(task), *rows, CONSENT), tuple(choices))


CONSENT = _("Whoever claims agrees that their name stands here (the first ten).")


def heading(task: Task) -> Text:
    """What, where, for how many points."""
    return lines(
        line("🙋", task.title, separator=" "),
        line(
            task.place,
            ngettext("{count} point", "{count} points", task.points),
            JOINTS[task.joint] if task.joint else "",
        ),
        _("Wanted: {skills}", skills=listed(*task.skills)) if task.skills else "",
    )


def _shift(turn: Turn, task: Task, shift: Shift) -> Text:
    have, wait = names(turn, shift), in_line(turn, shift)
    more = shift.taken - NAMED
    who = listed(*have)
    return lines(
        line(
            when(turn, task.kind, shift.starts_at, shift.ends_at),
            _("claimed {taken}/{slots}", taken=shift.taken, slots=shift.slots),
            separator=" ",
        ),
        (_("{who} and others", who=who) if more > 0 else who) if have else "",
        _("Waiting ({count}): {who}", count=shift.waiting, who=listed(*wait)) if wait else "",
    )


def _taps(turn: Turn, task: Task, shift: Shift, *, several: bool) -> list[Choice]:
    if shift.begun(turn.now) and task.kind.closes_at_start:
        return []
    day = when(turn, task.kind, shift.starts_at, shift.ends_at)
    claim = _("Claim") if shift.free > 0 and not shift.waiting else _("Wait for a slot")
    label: Text = line(claim, day, separator=" ") if several else claim
    found = [Choice(label, f"tasks.claim:{shift.id}")]
    offered = shift.offered
    if offered:
        take = ngettext("Take over {count} slot", "Take over one of {count} slots", offered)
        found.append(Choice(take, f"tasks.take:{shift.id}"))
    return found


# ── one's own ────────────────────────────────────────────────────────────────


@view(MINE)
def my_card(turn: Turn, shift_id: int, _again: bool) -> Card | None:
    """How the reader stands with a shift, and what they can do now."""
    shift = turn.db.get(Shift, shift_id, populate_existing=True)
    if shift is None:
        return None
    task = turn.db.get_one(Task, shift.task_id)
    claim = claims.one(turn.db, shift_id, turn.speaker.person_id)
    desk = Desk(task, shift)
    text = lines(
        heading(task), when_of(turn, desk), _standing(turn, desk, claim), _who_runs(turn, task)
    )
    return Card(text, tuple(_my_choices(turn, desk, claim)))


def _standing(turn: Turn, desk: Desk, claim: Claim | None) -> Text:
    if desk.shift.cancelled_at is not None:
        return _("Called off. You need not come.")
    if claim is None or claim.state is ClaimState.RELEASED:
        return _("claimed {taken}/{slots}", taken=desk.shift.taken, slots=desk.shift.slots)
    if claim.state is ClaimState.WAITLISTED:
        number = claims.place_in_line(turn.db, claim)
        return _(
            "You are number {number} in line; you are told as soon as a slot is free.",
            number=number,
        )
    if claim.state is ClaimState.LEFT:
        return lines(
            _("{minutes} minutes.", minutes=claim.minutes),
            _("To be confirmed: +{points}", points=desk.task.points),
            _team(turn, claim),
        )
    offered = _("offered to others; yours until somebody takes it") if claim.offered_at else ""
    reason = _("Reason: {words}", words=claim.reason) if claim.reason else ""
    return lines(line(STATES[claim.state], offered), _team(turn, claim), reason)


def _team(turn: Turn, claim: Claim) -> Text:
    """With whom the reader comes; for a leader, who comes along and what still has no name."""
    if claim.leader_id is not None:
        leader = org.person_name(turn.db, claim.leader_id) or "—"
        return _("{team}, with {name}", team=claim.team, name=leader)
    if not claim.team:
        return ""
    along = [c.person_id for c in claims.team_of(turn.db, claim.shift_id, claim.person_id)]
    names = org.names(turn.db, along)
    unnamed = claim.seats - 1
    return lines(
        _("{team}, {count} slots", team=claim.team, count=claim.seats + len(along)),
        _("With you: {names}", names=listed(*(names.get(one) or "—" for one in along)))
        if along
        else "",
        ngettext(
            "{count} seat has no name yet and earns nobody points. Name who comes, or let them scan the code on the spot.",
            "{count} seats have no name yet and earn nobody points. Name who comes, or let them scan the code on the spot.",
            unnamed,
        )
        if unnamed and claim.state in rules.UNSETTLED
        else "",
    )


def _who_runs(turn: Turn, task: Task) -> Text:
    return _("Organized by {name}", name=org.person_name(turn.db, task.organizer_id))


def _my_choices(turn: Turn, desk: Desk, claim: Claim | None) -> list[Choice]:
    shift, on = desk.shift, desk.shift.id
    if shift.cancelled_at is not None:
        return []
    before = not (desk.task.kind.closes_at_start and shift.begun(turn.now))
    state = claim.state if claim else ClaimState.RELEASED
    if state is ClaimState.RELEASED:
        can = before and not shift.over(turn.now) and desk.task.state is TaskState.PUBLISHED
        return _can_claim(shift) if can else []
    if state is ClaimState.WAITLISTED:
        return [Choice(_("Leave the line"), f"tasks.release:{on}")]
    if state is ClaimState.HELD:
        return [Choice(_("Register"), f"tasks.register:{on}")]
    if state is ClaimState.CLAIMED:
        return [*_coming(turn, desk, claim, before=before), *_unnamed(claim)]
    if state is ClaimState.ARRIVED:
        return [Choice(_("Check out"), f"tasks.leave:{on}"), *_unnamed(claim)]
    if state is ClaimState.LEFT:
        return _unnamed(claim)
    if state in {ClaimState.DISPUTED, ClaimState.ABSENT}:
        return [Choice(_("That is not right"), f"tasks.appeal:{on}")]
    return []


def _unnamed(claim: Claim | None) -> list[Choice]:
    """A leader names who comes along, until somebody has said what became of it."""
    if claim is None or not claim.team or claim.leader_id is not None or claim.seats < 2:
        return []
    return [Choice(_("Name who comes with you"), f"tasks.members:{claim.shift_id}")]


def _can_claim(shift: Shift) -> list[Choice]:
    free = shift.free > 0 and not shift.waiting
    found = [Choice(_("Claim") if free else _("Wait for a slot"), f"tasks.claim:{shift.id}")]
    if free and shift.free > 1:
        found.append(Choice(_("Claim as a team"), f"tasks.team:{shift.id}"))
    return found


def _coming(turn: Turn, desk: Desk, claim: Claim | None, *, before: bool) -> list[Choice]:
    on, found = desk.shift.id, []
    if desk.task.kind is not Kind.POST:
        found.append(Choice(_("I am there"), f"tasks.arrive:{on}"))
    if before:
        offered = claim is not None and claim.offered_at is not None
        swap = _("Keep it after all") if offered else _("Offer it to others")
        found.append(Choice(_("Give the place back"), f"tasks.release:{on}"))
        found.append(Choice(swap, f"tasks.{'keep' if offered else 'offer'}:{on}"))
        quiet = turn.speaker.person_id in claims.quiet(turn.db, [turn.speaker.person_id])
        bell = _("Remind me again") if quiet else _("No reminders")
        found.append(Choice(bell, f"tasks.{'loud' if quiet else 'quiet'}:{on}"))
    elif claim is not None and claim.leader_id is not None:
        found.append(Choice(_("I do not come"), f"tasks.release:{on}"))
    return found


# ── the organizer's ──────────────────────────────────────────────────────────


@view(DESK)
def desk_card(turn: Turn, shift_id: int, _again: bool) -> Card | None:
    """Who comes, who is there, and what the organizer can do now."""
    shift = turn.db.get(Shift, shift_id, populate_existing=True)
    if shift is None:
        return None
    desk = Desk(turn.db.get_one(Task, shift.task_id), shift)
    if not runs(turn, desk.task):
        return _for_beneficiary(turn, desk)
    found = [c for c in claims.of_shift(turn.db, shift_id) if c.state is not ClaimState.RELEASED]
    known = org.names(turn.db, [c.person_id for c in found])
    rows = [_row(number, known.get(c.person_id, ""), c) for number, c in enumerate(found[:40], 1)]
    text = lines(
        line("📋", title(turn, desk), separator=" "),
        _("Called off.") if shift.cancelled_at else "",
        _(
            "claimed {taken}/{slots}, waiting {waiting}; claim number {number}",
            taken=shift.taken,
            slots=shift.slots,
            waiting=shift.waiting,
            number=shift.id,
        ),
        *rows,
        ngettext("{count} photo", "{count} photos", _photos(turn, shift))
        if _photos(turn, shift)
        else "",
        shift.note,
    )
    return Card(text, tuple(_desk_choices(turn, desk, found)))


def _for_beneficiary(turn: Turn, desk: Desk) -> Card:
    """Who did it for them, and whether it was so; who did not come is not theirs to read."""
    me = turn.speaker.person_id
    what = line("📋", title(turn, desk), separator=" ")
    if not desk.task.confirms(me):
        return Card(title(turn, desk))
    done = {ClaimState.LEFT, ClaimState.CONFIRMED}
    found = [c for c in claims.of_shift(turn.db, desk.shift.id) if c.state in done]
    known = org.names(turn.db, [c.person_id for c in found])
    rows = [_row(number, known.get(c.person_id, ""), c) for number, c in enumerate(found[:40], 1)]
    return Card(lines(what, *rows, desk.shift.note), tuple(_verdicts(desk.shift.id, found, me)))


def _verdicts(on: int, found: Sequence[Claim], me: int) -> list[Choice]:
    if not [c for c in found if c.state is ClaimState.LEFT and c.person_id != me]:
        return []
    return [
        Choice(_("Confirm all who were here"), f"tasks.confirm:{on}"),
        Choice(_("Somebody's is not right"), f"tasks.doubt:{on}"),
    ]


def _photos(turn: Turn, shift: Shift) -> int:
    found = media.of(turn.db, "task", shift.id)
    return sum(file.state in {"waiting", "stored"} for file in found)


def _row(number: int, name: str, claim: Claim) -> Text:
    hours = _("{minutes} minutes.", minutes=claim.minutes) if claim.minutes else ""
    who: Text = _("{name} ({team})", name=name, team=claim.team) if claim.team else name
    if claim.seats > 1:
        who = _(
            "{team} ({name} and {count} others)", team=claim.team, name=name, count=claim.seats - 1
        )
    return line(f"{number}.", who, STATES[claim.state], hours, separator=" ")


def _desk_choices(turn: Turn, desk: Desk, found: Sequence[Claim]) -> list[Choice]:
    shift, on, me = desk.shift, desk.shift.id, turn.speaker.person_id
    if shift.cancelled_at is not None:
        return []
    choices: list[Choice] = []
    early = turn.policy.task_checkin_minutes * 60
    near = (shift.starts_at - turn.now).total_seconds() <= early
    if not near or (desk.task.kind is Kind.URGENT and not shift.over(turn.now)):
        choices.append(Choice(_("Text to pass on"), f"tasks.forward:{on}"))
        if shift.free > 0:
            choices.append(Choice(_("Who might come?"), f"tasks.suggest:{on}"))
    if not near:
        choices.append(Choice(_("Call it off"), f"tasks.cancel:{on}"))
    elif not shift.over(turn.now):
        choices.append(Choice(_("Show the code"), f"tasks.code:{on}"))
    here = [c for c in found if c.state is ClaimState.CLAIMED]
    if near and here:
        choices.append(Choice(_("Tick who is here"), f"tasks.list:{on}"))
    choices += _verdicts(on, found, me)
    if shift.over(turn.now) and [c for c in here if c.person_id != me]:
        choices.append(Choice(_("The others did not come"), f"tasks.absent:{on}"))
    if shift.begun(turn.now):
        choices.append(Choice(_("Result and photos"), f"tasks.result:{on}"))
    return choices


def unsettled(found: Sequence[Claim]) -> bool:
    """Whether somebody still has to say what became of a claim."""
    return any(claim.state in rules.UNSETTLED for claim in found)
