"""看单点菜: something booked from a unit or asked of a member, and what becomes of it.

A booking is asked, accepted with a day, delivered, and struck off by whoever it was for. Each
state that is not an end has a next moment at which the clock does something about it, and the
clock's steps end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from governance.policy import Policy
from governance.refused import Refused

FURTHEST = 180  # days ahead that can be wished for or promised
BACK_DAYS = 2  # days to mend what was sent back


class BookingState(StrEnum):
    ASKED = "asked"  # 待接单
    ACCEPTED = "accepted"  # 已接单, with a day
    DELIVERED = "delivered"  # 待销号
    STRUCK = "struck"  # 销号
    DECLINED = "declined"  # 不接, with a reason
    LAPSED = "lapsed"  # nobody answered
    CANCELLED = "cancelled"  # 撤单
    BROKEN = "broken"  # 未兑现


ENDS = frozenset(
    {
        BookingState.STRUCK,
        BookingState.DECLINED,
        BookingState.LAPSED,
        BookingState.CANCELLED,
        BookingState.BROKEN,
    }
)
FREE = frozenset({BookingState.DECLINED, BookingState.LAPSED, BookingState.CANCELLED})
"""Ends that take nothing of a month's quota."""


class Step(StrEnum):
    """What the clock does with a booking."""

    AGAIN = "again"  # whoever is to do it is asked
    LEADER = "leader"  # then the unit's leader
    STREET = "street"  # then the street
    ASKER = "asker"  # a member is late: whoever asked hears it
    REMIND = "remind"  # whoever it was for is asked once more
    LAPSE = "lapse"
    BREAK = "break"
    SILENCE = "silence"  # struck off by the open rule; not a yes


STEPS: dict[tuple[BookingState, bool], tuple[Step, ...]] = {
    (BookingState.ASKED, True): (Step.AGAIN, Step.LEADER, Step.STREET, Step.LAPSE),
    (BookingState.ACCEPTED, True): (Step.AGAIN, Step.LEADER, Step.STREET, Step.BREAK),
    (BookingState.ASKED, False): (Step.AGAIN, Step.LAPSE),
    (BookingState.ACCEPTED, False): (Step.AGAIN, Step.ASKER, Step.BREAK),
    (BookingState.DELIVERED, True): (Step.REMIND, Step.SILENCE),
    (BookingState.DELIVERED, False): (Step.REMIND, Step.SILENCE),
}
"""By state, and whether a unit is to do it: a member has no leader and is no matter for the street."""


@dataclass(eq=False)
class Booking:
    """Asked by a community of a unit or a member, never of both.

    `supply_id` is the line of the menu it is about, `need_id` the need it answers. `month` is
    the month whose quota it counts in. `answer` is "yes" or "silence" once it is struck off. What
    was said on it is deleted at `forget_at`.
    """

    area_id: int
    asked_by: int
    asked_at: datetime
    words: str
    unit_id: int | None = None
    person_id: int | None = None
    supply_id: int | None = None
    need_id: int | None = None
    wished: date | None = None
    month: str = ""
    state: BookingState = BookingState.ASKED
    step: int = 0
    next_at: datetime | None = None
    promised: date | None = None
    accepted_by: int | None = None
    accepted_at: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None
    progress: str = ""
    note: str = ""
    why: str = ""
    back: int = 0
    answer: str = ""
    forget_at: datetime | None = None
    id: int = field(init=False)

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    @property
    def counts(self) -> bool:
        """Whether it takes one of its month's quota."""
        return self.state not in FREE

    def ask(self, policy: Policy, now: datetime) -> None:
        """It waits for an answer from now on."""
        self.month = f"{self.wished or policy.local_date(now):%Y-%m}"
        self._until(policy.work.add(now, policy.booking_hours))

    def accept(self, by: int, day: date, policy: Policy, now: datetime) -> None:
        """It is promised for this day."""
        self._require(BookingState.ASKED)
        require_day(day, policy.local_date(now))
        self.state, self.promised = BookingState.ACCEPTED, day
        self.accepted_by, self.accepted_at = by, now
        self._until(_end_of(day, policy))

    def decline(self, why: str, policy: Policy, now: datetime) -> None:
        self._require(BookingState.ASKED)
        self.why = why
        self._end(BookingState.DECLINED, policy, now)

    def cancel(self, policy: Policy, now: datetime) -> None:
        """Whoever asked does not want it any more; nobody is to blame."""
        self._require(BookingState.ASKED, BookingState.ACCEPTED)
        self._end(BookingState.CANCELLED, policy, now)

    def report(self, words: str) -> None:
        """How far it is."""
        self._require(BookingState.ACCEPTED)
        self.progress = words

    def deliver(self, note: str, policy: Policy, now: datetime) -> None:
        """Whoever did it says that it is done; whoever it was for is asked."""
        self._require(BookingState.ACCEPTED)
        self.state, self.note, self.delivered_at = BookingState.DELIVERED, note, now
        self._until(now + policy.remind_after)

    def strike(self, by: int, policy: Policy, now: datetime) -> None:
        """It is done, says somebody else than who did it."""
        self._require(BookingState.DELIVERED)
        if by in {self.person_id, self.accepted_by}:
            raise Refused("not_by_oneself")
        self.answer = "yes"
        self._end(BookingState.STRUCK, policy, now)

    def send_back(self, words: str, policy: Policy, now: datetime) -> None:
        """It is not done; it is mended within a few days, and the promised day stays."""
        self._require(BookingState.DELIVERED)
        self.state, self.why, self.back = BookingState.ACCEPTED, words, self.back + 1
        self._until(policy.work.by_the_end_of(now + timedelta(days=BACK_DAYS)))

    def due(self, policy: Policy, now: datetime) -> Step | None:
        """What the clock does now, and when it looks again; None where nothing is due."""
        steps = STEPS.get((self.state, self.unit_id is not None))
        if steps is None or self.next_at is None or now < self.next_at:
            return None
        step = steps[min(self.step, len(steps) - 1)]
        self.step += 1
        self.next_at = policy.work.add(now, policy.chase_hours)
        if step is Step.REMIND:
            self.next_at = now + policy.lapse_after
        elif step is Step.LAPSE:
            self._end(BookingState.LAPSED, policy, now)
        elif step is Step.BREAK:
            self._end(BookingState.BROKEN, policy, now)
        elif step is Step.SILENCE:
            self.answer = "silence"
            self._end(BookingState.STRUCK, policy, now)
        return step

    def _require(self, *states: BookingState) -> None:
        if self.state not in states:
            raise Refused("booking_settled")

    def _until(self, at: datetime) -> None:
        self.step, self.next_at = 0, at

    def _end(self, state: BookingState, policy: Policy, now: datetime) -> None:
        self.state, self.next_at, self.ended_at = state, None, now
        self.forget_at = now + policy.retention


def require_day(day: date, today: date) -> None:
    """Raises `Refused("booking_day")` for a day that is past or too far off."""
    if not today <= day <= today + timedelta(days=FURTHEST):
        raise Refused("booking_day")


def _end_of(day: date, policy: Policy) -> datetime:
    """When work ends on a day."""
    return datetime.combine(day, policy.work.end, policy.zone).astimezone(UTC)
