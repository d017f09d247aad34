"""Awards: points that somebody has earned, on their way into the ledger.

    waits for a second person ─→ on public notice ─→ posted ─→ reversed
                 │                  │        ↑                    │
                 └──────→ ended ←───┘     objected ──→ ended      └─→ posted again, on appeal

Nobody confirms points for themselves, and no award is deleted: one that was wrong ends with
its reason before it is posted, and is reversed with its reason afterwards. Where the work was
doubted, and not the points, it is undone: once the work is confirmed after all, there is a new
award for it. What somebody has decided about points only an appeal changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from governance.points import Rule
from governance.policy import Policy
from governance.refused import Refused


class AwardState(StrEnum):
    CHECK = "check"  # waits for a second person
    NOTICE = "notice"  # 公示
    OBJECTED = "objected"  # somebody objects; an approver decides
    POSTED = "posted"  # 已入账
    ENDED = "ended"  # never posted
    REVERSED = "reversed"  # 已撤回


PENDING = frozenset({AwardState.CHECK, AwardState.NOTICE, AwardState.OBJECTED})
UNDONE = "~"
"""Before the number of an award in the key that it has given up."""


class DisputeKind(StrEnum):
    OBJECTION = "objection"  # 异议: another member doubts an award on public notice
    APPEAL = "appeal"  # 申诉: whoever lost points wants them back


@dataclass(eq=False)
class Award:
    """So many points for one person, for one thing.

    `about` and `subject_id` say what for ("task", 12; "hand" for what an approver has given),
    `note` how people call it (周六清扫). `area_id` is the community whose pool they come from.
    `by_id` is whoever confirmed the work, None where that was a rule. `key` is what there can
    be once only; an award that is undone gives it up.
    """

    key: str
    to_id: int
    points: int
    rule: Rule
    about: str
    subject_id: int
    area_id: int
    by_id: int | None
    note: str
    at: datetime
    state: AwardState
    notice_until: datetime | None = None
    confirmed_by: int | None = None
    ended_at: datetime | None = None
    ended_by: int | None = None
    ended_why: str = ""
    id: int = field(init=False)

    @property
    def pending(self) -> bool:
        return self.state in PENDING

    def confirm(self, by: int, now: datetime, policy: Policy) -> None:
        """A second person has looked at it; the public notice begins."""
        self._require(AwardState.CHECK)
        self.require_other(by)
        self.confirmed_by = by
        self.state, self.notice_until = AwardState.NOTICE, notice_until(policy, now)

    def require_open(self, by: int) -> None:
        """Raises `Refused` unless this member may object to it now."""
        if self.state is AwardState.OBJECTED:
            raise Refused("points_objected")
        self._require(AwardState.NOTICE)
        if by == self.to_id:
            raise Refused("points_own")

    def object_(self, by: int) -> None:
        """A member doubts it; nothing is posted until an approver has decided."""
        self.require_open(by)
        self.state = AwardState.OBJECTED

    def uphold(self, by: int) -> None:
        """The objection is not shared: the notice goes on, and is posted when it is over."""
        self._require(AwardState.OBJECTED)
        self.require_other(by)
        self.state = AwardState.NOTICE

    def post(self, now: datetime) -> bool:
        """True where the points belong into the ledger now."""
        if self.state is not AwardState.NOTICE or self.notice_until is None:
            return False
        if self.notice_until > now:
            return False
        self.state = AwardState.POSTED
        return True

    def end(self, by: int | None, why: str, now: datetime) -> bool:
        """It counts no more. True where the points were in the ledger and must be reversed."""
        if not self.pending and self.state is not AwardState.POSTED:
            raise Refused("points_settled")
        was_posted = self.state is AwardState.POSTED
        self.state = AwardState.REVERSED if was_posted else AwardState.ENDED
        self.ended_at, self.ended_by, self.ended_why = now, by, why
        return was_posted

    def undo(self, by: int | None, why: str, now: datetime) -> bool:
        """What it was for is doubted, so it counts no more; if that was wrong, there can be
        another for it. True where the points were in the ledger and must be reversed."""
        was_posted = self.end(by, why, now)
        self.key = f"{self.key}{UNDONE}{self.id}"
        return was_posted

    @property
    def undone(self) -> bool:
        return UNDONE in self.key

    @property
    def what_for(self) -> str:
        """The key of what it is for, also where it was given up."""
        return self.key.partition(UNDONE)[0]

    def require_appealable(self, by: int) -> None:
        """Only whoever lost the points, and only while they are lost."""
        if by != self.to_id:
            raise Refused("points_not_yours")
        if self.state not in {AwardState.ENDED, AwardState.REVERSED}:
            raise Refused("points_settled")

    def restore(self, by: int) -> None:
        """The appeal is right: the points belong into the ledger after all, and nobody gives
        them a second time."""
        if self.state not in {AwardState.ENDED, AwardState.REVERSED}:
            raise Refused("points_settled")
        self.require_other(by)
        if by == self.ended_by:
            raise Refused("points_second_person")
        self.state, self.key = AwardState.POSTED, self.what_for
        self.ended_at, self.ended_by, self.ended_why = None, None, ""

    def require_other(self, by: int) -> None:
        """Neither whoever gets the points nor whoever gave them decides about them."""
        if by == self.to_id:
            raise Refused("points_own")
        if by == self.by_id:
            raise Refused("points_second_person")

    def _require(self, state: AwardState) -> None:
        if self.state is not state:
            raise Refused("points_settled")


@dataclass(eq=False)
class Dispute:
    """Somebody doubts an award, or its end; an approver decides, with a line why."""

    award_id: int
    kind: DisputeKind
    person_id: int
    words: str
    at: datetime
    decided_at: datetime | None = None
    decided_by: int | None = None
    agreed: bool | None = None
    id: int = field(init=False)

    def decide(self, by: int, now: datetime, *, agreed: bool) -> None:
        if self.decided_at is not None:
            raise Refused("points_settled")
        if by == self.person_id:
            raise Refused("points_second_person")
        self.decided_at, self.decided_by, self.agreed = now, by, agreed


def require_amount(points: int, policy: Policy) -> None:
    """Raises `Refused` for what no award can be."""
    if not 1 <= points <= policy.points.most:
        raise Refused("points_amount", most=policy.points.most)


def first_state(points: int, policy: Policy, now: datetime) -> tuple[AwardState, datetime | None]:
    """Where an award begins: above the limit a second person looks at it first."""
    if points > policy.points.alone:
        return AwardState.CHECK, None
    return AwardState.NOTICE, notice_until(policy, now)


def notice_until(policy: Policy, now: datetime) -> datetime:
    """The end of the last day on which anybody may object."""
    after = policy.local_date(now) + timedelta(days=policy.points.notice_days + 1)
    return datetime.combine(after, time(0), policy.zone).astimezone(UTC)


def within_the_day(points: int, given: int, most: int) -> int:
    """How many of these points still count on a day that has given so many of the most it can."""
    return max(0, min(points, most - given))
