"""A claim: somebody's part in one shift, from the tap to the points.

held → claimed → arrived → left → confirmed; waitlisted → claimed when a slot is free, in the
order of commit; released before the start. Afterwards somebody else says what became of it:
confirmed, disputed or absent. Four promises hold whatever happens:

- there are never more seats taken than slots, and nobody has two claims on one shift;
- while somebody waits, a slot that becomes free is theirs, first come first served;
- nobody is in two places at once;
- nobody confirms their own work.

A team is claimed by its leader. Whoever comes along has a claim of their own out of the team's
seats, and earns for themselves only; a seat without a name earns nobody anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.org import metres
from governance.policy import Policy
from governance.refused import Refused
from governance.tasks import Kind, Shift, Task, TaskState


class ClaimState(StrEnum):
    HELD = "held"  # kept for somebody who still has to register
    CLAIMED = "claimed"  # 已认领
    WAITLISTED = "waitlisted"  # 候补
    RELEASED = "released"  # given back, lapsed or handed over
    ARRIVED = "arrived"  # 已签到
    LEFT = "left"  # 已签退: done, and to be confirmed
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # somebody says it was not done
    ABSENT = "absent"  # 缺席; only whoever it is about reads that


_S = ClaimState
SEATED = frozenset({_S.HELD, _S.CLAIMED, _S.ARRIVED, _S.LEFT, _S.CONFIRMED, _S.DISPUTED, _S.ABSENT})
"""They have a slot, or had it until the end."""
COMING = frozenset({_S.HELD, _S.CLAIMED, _S.WAITLISTED, _S.ARRIVED, _S.LEFT})
"""They have something to do with the shift still."""
BUSY = frozenset({_S.HELD, _S.CLAIMED, _S.WAITLISTED, _S.ARRIVED})
"""At that time they can be nowhere else."""
UNSETTLED = frozenset({_S.CLAIMED, _S.ARRIVED, _S.LEFT})
"""Somebody has to say what became of them."""


class Proof(StrEnum):
    """How an arrival was shown."""

    CODE = "code"
    LIST = "list"  # by the organizer
    PLACE = "place"  # a location, shared once; the point is not kept


@dataclass(eq=False)
class Claim:
    """`place` numbers the claims of a shift in the order of commit. Of a `team`, `leader_id` is
    with whom this person comes, None for its leader, who has all `seats` that have no name yet.
    Points follow from `minutes` and the task."""

    shift_id: int
    person_id: int
    state: ClaimState
    place: int
    claimed_at: datetime
    seats: int = 1
    team: str = ""
    leader_id: int | None = None
    held_until: datetime | None = None
    offered_at: datetime | None = None
    arrived_at: datetime | None = None
    proof: Proof | None = None
    left_at: datetime | None = None
    minutes: int = 0
    settled_at: datetime | None = None
    settled_by: int | None = None
    reason: str = field(default="", repr=False)
    id: int = field(init=False)


@dataclass(frozen=True, slots=True)
class Press:
    """All that decides about a press on "claim", as one locked row.

    `own` is the state of an earlier claim of theirs, `clash` the title of what they have at
    that time already; `here`: the press comes from where the task is published, or in private.
    `written_to`: messages reach them in private.
    """

    shift_id: int
    task_id: int
    title: str
    kind: Kind
    task_state: TaskState
    starts_at: datetime
    ends_at: datetime
    slots: int
    taken: int
    waiting: int
    last: int
    offered: int
    cancelled: bool
    registered: bool
    own: ClaimState | None
    clash: str | None
    here: bool
    written_to: bool


def decide(press: Press, now: datetime, seats: int = 1) -> ClaimState:
    """What a press leads to. Raises `Refused` where the shift cannot be claimed at all."""
    if not press.here:
        raise Refused("task_elsewhere")
    if press.cancelled or press.task_state is TaskState.CANCELLED:
        raise Refused("task_cancelled")
    if press.task_state is not TaskState.PUBLISHED or now >= press.ends_at:
        raise Refused("task_over")
    if press.kind.closes_at_start and now >= press.starts_at:
        raise Refused("shift_begun")
    if press.clash is not None:
        raise Refused("shift_overlaps", title=press.clash)
    fits = press.waiting == 0 and press.taken + seats <= press.slots
    if seats > 1 and not fits:
        raise Refused("team_too_large", free=max(press.slots - press.taken, 0))
    if fits:
        return _S.CLAIMED if press.registered else _S.HELD
    return _S.WAITLISTED


# ── on a locked shift ────────────────────────────────────────────────────────


def release(shift: Shift, kind: Kind, claim: Claim, now: datetime) -> None:
    """The slot is free again. Raises `Refused`: after the start nobody can step back quietly,
    but for whoever was put down by their leader and may never have said that they come."""
    if claim.state not in COMING:
        raise Refused("claim_gone")
    late = shift.begun(now) and kind.closes_at_start and claim.leader_id is None
    if claim.state is not _S.WAITLISTED and (claim.state in {_S.ARRIVED, _S.LEFT} or late):
        raise Refused("release_too_late")
    free(shift, claim)


def free(shift: Shift, claim: Claim) -> None:
    """The claim counts no more."""
    if claim.state is _S.WAITLISTED:
        shift.waiting -= 1
    elif claim.state in SEATED:
        shift.taken -= claim.seats
    keep(shift, claim)
    claim.state, claim.held_until = _S.RELEASED, None


def unite(shift: Shift, one: Claim, other: Claim) -> tuple[Claim, Claim]:
    """Two claims on a shift turn out to be one person's: the one that stays, and the one that
    counts no more. What has gone further stays, with the seats of a team."""
    stays, goes = sorted((one, other), key=_worth, reverse=True)
    if stays.state is _S.HELD and goes.state is _S.WAITLISTED:
        stays.state, stays.held_until = _S.CLAIMED, None  # whoever waits has registered
    if goes.state in SEATED and goes.seats > stays.seats:
        stays.seats, goes.seats = goes.seats, stays.seats
        stays.team, goes.team = goes.team, stays.team
        stays.leader_id, goes.leader_id = goes.leader_id, stays.leader_id
    if stays.leader_id in (one.person_id, other.person_id):
        stays.leader_id = None  # whoever leads comes along with nobody
    free(shift, goes)
    return stays, goes


_RANKS = (
    *(_S.CONFIRMED, _S.LEFT, _S.ARRIVED, _S.DISPUTED),
    *(_S.CLAIMED, _S.ABSENT, _S.HELD, _S.WAITLISTED, _S.RELEASED),
)
"""How much a claim is worth to whoever made it, the best first."""


def _worth(claim: Claim) -> tuple[int, int, int]:
    return -_RANKS.index(claim.state), claim.seats, -claim.place


def promote(shift: Shift, kind: Kind, waiting: Sequence[Claim], now: datetime) -> list[Claim]:
    """Those who have waited longest have the free slots; nobody after the start."""
    moved: list[Claim] = []
    if shift.cancelled_at is not None or (shift.begun(now) and kind.closes_at_start):
        return moved
    for claim in sorted(waiting, key=lambda one: one.place):
        if shift.over(now) or shift.free < claim.seats:
            break
        claim.state = _S.CLAIMED
        shift.waiting -= 1
        shift.taken += claim.seats
        moved.append(claim)
    return moved


def register(claim: Claim, now: datetime) -> None:
    """A held slot belongs to whoever has registered in time. Raises `Refused("hold_over")`."""
    if claim.state is not _S.HELD or claim.held_until is None or now >= claim.held_until:
        raise Refused("hold_over")
    claim.state, claim.held_until = _S.CLAIMED, None


def offer(shift: Shift, kind: Kind, claim: Claim, now: datetime) -> None:
    """Somebody else may take the slot over; until then it stays theirs."""
    if claim.state is not _S.CLAIMED:
        raise Refused("claim_gone")
    if shift.over(now) or (shift.begun(now) and kind.closes_at_start):
        raise Refused("release_too_late")
    if claim.offered_at is None:
        claim.offered_at = now
        shift.offered += 1


def keep(shift: Shift, claim: Claim) -> None:
    """Nobody else can take it over any more."""
    if claim.offered_at is not None:
        claim.offered_at = None
        shift.offered -= 1


def can_take_over(claim: Claim, by: int) -> None:
    """Raises `Refused` unless the slot is offered, by somebody else; the first who takes it has it."""
    if claim.person_id == by:
        raise Refused("own_offer")
    if claim.state is not _S.CLAIMED or claim.offered_at is None:
        raise Refused("offer_gone")


# ── a team ───────────────────────────────────────────────────────────────────


def require_seat(leader: Claim) -> None:
    """Raises `Refused` unless the team has a seat without a name, and its leader's part in the
    shift is not settled."""
    if leader.state not in UNSETTLED:
        raise Refused("claim_settled")
    if leader.seats < 2:
        raise Refused("team_full")


def bring(
    shift: Shift, leader: Claim, person_id: int, before: Claim | None, now: datetime
) -> Claim:
    """This person comes with the team: one of its seats is a claim of their own. `before` is one
    that they have given back. Raises `Refused`."""
    require_seat(leader)
    leader.seats -= 1
    shift.last += 1
    claim = before or Claim(shift.id, person_id, _S.CLAIMED, shift.last, now)
    claim.state, claim.place, claim.claimed_at = _S.CLAIMED, shift.last, now
    claim.seats, claim.team, claim.leader_id = 1, leader.team, leader.person_id
    return claim


def take_seat(shift: Shift, leader: Claim) -> None:
    """A seat that was given up is the team's, without a name."""
    leader.seats += 1
    shift.taken += 1


# ── on the spot ──────────────────────────────────────────────────────────────


def arrive(shift: Shift, claim: Claim, proof: Proof, policy: Policy, now: datetime) -> None:
    """Somebody is there. Raises `Refused` outside the time of the shift."""
    if claim.state in {_S.ARRIVED, _S.LEFT}:
        return
    if claim.state is not _S.CLAIMED:
        raise Refused("claim_gone")
    if now < shift.starts_at - timedelta(minutes=policy.task_checkin_minutes):
        raise Refused("too_early")
    if proof is not Proof.LIST and shift.over(now):
        raise Refused("task_over")
    keep(shift, claim)
    claim.state, claim.proof = _S.ARRIVED, proof
    claim.arrived_at = min(now, shift.ends_at)


def is_near(task: Task, here: tuple[float, float], policy: Policy) -> bool:
    """Whether a shared location is where the task is."""
    return task.point is not None and metres(task.point, here) <= policy.task_near_metres


def leave(shift: Shift, claim: Claim, now: datetime) -> None:
    """Done; the time counts from the start or the arrival to now or the end."""
    if claim.state is _S.LEFT:
        return
    if claim.state is not _S.ARRIVED or claim.arrived_at is None:
        raise Refused("not_arrived")
    claim.state, claim.left_at = _S.LEFT, max(min(now, shift.ends_at), claim.arrived_at)
    since = max(claim.arrived_at, shift.starts_at)
    claim.minutes = max(int((claim.left_at - since).total_seconds() // 60), 0)


def serve(shift: Shift, claim: Claim) -> None:
    """A post's term is over: whoever held it to the end has served. Nobody checks in to one."""
    claim.state, claim.arrived_at, claim.left_at = _S.LEFT, shift.starts_at, shift.ends_at


# ── afterwards ───────────────────────────────────────────────────────────────


def confirm(claim: Claim, by: int, now: datetime) -> None:
    """The work was done, says somebody else."""
    _settle(claim, by, now, _S.CONFIRMED, {_S.LEFT, _S.DISPUTED})


def dispute(claim: Claim, by: int, reason: str, now: datetime) -> None:
    """The work was not done, says somebody else; a person decides if they do not agree."""
    _settle(claim, by, now, _S.DISPUTED, {_S.LEFT, _S.CONFIRMED})
    claim.reason = reason


def absent(claim: Claim, by: int, now: datetime) -> None:
    """They had a slot and were not seen."""
    _settle(claim, by, now, _S.ABSENT, {_S.CLAIMED})


def excuse(shift: Shift, claim: Claim) -> None:
    """An absence was none: they were there for the whole of it."""
    if claim.state is not _S.ABSENT:
        raise Refused("claim_settled")
    claim.state, claim.arrived_at, claim.left_at = _S.LEFT, shift.starts_at, shift.ends_at
    claim.minutes = int((shift.ends_at - shift.starts_at).total_seconds() // 60)


def _settle(claim: Claim, by: int, now: datetime, to: ClaimState, among: set[ClaimState]) -> None:
    if by == claim.person_id:
        raise Refused("own_work")
    if claim.state not in among:
        raise Refused("claim_settled")
    claim.state, claim.settled_at, claim.settled_by = to, now, by
