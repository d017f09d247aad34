"""Promises (微承诺) that people make in public, and deeds (微奉献): things they have done.

A promise is on the board only with its maker's consent, by name or without. Kept ones are
shown, unkept ones are nobody's business. A deed counts once the community has confirmed it;
nobody confirms their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.org import PostKind
from governance.policy import Policy
from governance.refused import Refused

MOST_OPEN = 5
LONGEST = 366  # days
ASK_AGAIN = timedelta(days=3)


class Shown(StrEnum):
    """How somebody stands on the board."""

    NAME = "name"
    NAMELESS = "nameless"  # "一位党员"
    NOT = "not"


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    UNKEPT = "unkept"
    UNANSWERED = "unanswered"  # asked twice, silent: as private as an unkept one
    WITHDRAWN = "withdrawn"


class DeedState(StrEnum):
    TOLD = "told"  # the community is asked
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(eq=False, repr=False)
class Promise:
    """What somebody promises to do until a day. `off_board` is why the community took it down."""

    person_id: int
    area_id: int
    text: str
    shown: Shown
    made_at: datetime
    until: datetime
    state: PromiseState = PromiseState.OPEN
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    off_board: str = ""
    words_until: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)

    def ask(self, policy: Policy, now: datetime) -> None:
        """Asked whether it was kept; asked twice without an answer, it ends in silence."""
        if self.asked_at is not None:
            self._end(PromiseState.UNANSWERED, policy, now)
            return
        self.asked_at = now
        self.next_at = policy.waking(now + ASK_AGAIN)

    def keep(self, by: int, policy: Policy, now: datetime) -> None:
        self._mine(by, PromiseState.OPEN, PromiseState.UNANSWERED)
        self._end(PromiseState.KEPT, policy, now)

    def fail(self, by: int, policy: Policy, now: datetime) -> None:
        self._mine(by, PromiseState.OPEN, PromiseState.UNANSWERED)
        self._end(PromiseState.UNKEPT, policy, now)

    def withdraw(self, by: int, policy: Policy, now: datetime) -> None:
        self._mine(by, PromiseState.OPEN)
        self._end(PromiseState.WITHDRAWN, policy, now)

    def show(self, by: int, how: Shown) -> None:
        """The maker's consent to the board, given, changed or taken back at any time."""
        if by != self.person_id:
            raise Refused("promise_not_yours")
        self.shown = how

    def take_down(self, reason: str) -> None:
        """The community takes it off the board; its maker reads why."""
        if not self.on_board:
            raise Refused("promise_settled")
        self.off_board = reason

    @property
    def on_board(self) -> bool:
        there = self.state in {PromiseState.OPEN, PromiseState.KEPT}
        return there and self.shown is not Shown.NOT and not self.off_board

    def _mine(self, by: int, *where: PromiseState) -> None:
        if by != self.person_id:
            raise Refused("promise_not_yours")
        if self.state not in where:
            raise Refused("promise_settled")

    def _end(self, state: PromiseState, policy: Policy, now: datetime) -> None:
        self.state, self.ended_at, self.next_at = state, now, None
        self.words_until = now + policy.retention


def make_promise(
    person_id: int,
    area_id: int,
    text: str,
    shown: Shown,
    days: int,
    policy: Policy,
    now: datetime,
    already_open: int,
) -> Promise:
    """A promise that is asked about when its day is over. Raises `Refused`."""
    if not 1 <= days <= LONGEST:
        raise Refused("promise_day", days=LONGEST)
    if already_open >= MOST_OPEN:
        raise Refused("promise_enough", count=MOST_OPEN)
    until = policy.evening(days, now)
    return Promise(person_id, area_id, text, shown, now, until, next_at=until)


# ── deeds ────────────────────────────────────────────────────────────────────


@dataclass(eq=False, repr=False)
class Deed:
    """Something done. `about` and `subject_id` say for what: "promise", "wish", "task", or "".

    `desk` is the post that is asked to confirm it. One for a wish is confirmed by the wisher.
    """

    person_id: int
    area_id: int
    text: str
    shown: Shown
    about: str
    subject_id: int | None
    told_at: datetime
    desk: PostKind
    state: DeedState = DeedState.TOLD
    settled_at: datetime | None = None
    settled_by: int | None = None
    reason: str = ""
    off_board: str = ""
    words_until: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)

    def confirm(self, by: int, policy: Policy, now: datetime) -> None:
        """It was done: somebody else says so."""
        self._settle(DeedState.CONFIRMED, by, policy, now)

    def decline(self, by: int, reason: str, policy: Policy, now: datetime) -> None:
        self._settle(DeedState.DECLINED, by, policy, now)
        self.reason = reason

    def withdraw(self, by: int, policy: Policy, now: datetime) -> None:
        if by != self.person_id:
            raise Refused("promise_not_yours")
        if self.state is not DeedState.TOLD:
            raise Refused("promise_settled")
        self._end(DeedState.WITHDRAWN, policy, now)

    def chase(self, to: PostKind, policy: Policy, now: datetime) -> None:
        """Not looked at in time: the next desk is asked as well."""
        if self.state is not DeedState.TOLD:
            raise Refused("promise_settled")
        self.desk, self.next_at = to, policy.working_days(policy.wish_review_days, now)

    def take_down(self, reason: str) -> None:
        if not self.on_board:
            raise Refused("promise_settled")
        self.off_board = reason

    @property
    def on_board(self) -> bool:
        confirmed = self.state is DeedState.CONFIRMED
        return confirmed and self.shown is not Shown.NOT and not self.off_board

    def _settle(self, state: DeedState, by: int, policy: Policy, now: datetime) -> None:
        if by == self.person_id:
            raise Refused("deed_own")
        if self.state is not DeedState.TOLD:
            raise Refused("promise_settled")
        self.settled_by = by
        self._end(state, policy, now)

    def _end(self, state: DeedState, policy: Policy, now: datetime) -> None:
        self.state, self.settled_at, self.next_at = state, now, None
        self.words_until = now + policy.retention


def tell_deed(
    person_id: int,
    area_id: int,
    text: str,
    shown: Shown,
    about: str,
    subject_id: int | None,
    desk: PostKind,
    policy: Policy,
    now: datetime,
) -> Deed:
    """A deed before the community, which is asked again where nobody looks at it."""
    due = policy.working_days(policy.wish_review_days, now)
    return Deed(person_id, area_id, text, shown, about, subject_id, now, desk, next_at=due)
