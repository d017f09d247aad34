"""Volunteer tasks: what is to be done, when, for how many, and what the clock does with it.

draft → published → (each claim, see governance/claims.py) → every shift is settled → ended.
A task that nobody has published is a conversation and no row. A task has one or more shifts;
a weekly one grows them a set number of days ahead; a post (岗位) has one shift, its term; an
urgent one has begun already and is claimed until it is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from governance.policy import Policy
from governance.refused import Refused

MOST_SLOTS = 1000
HOUR = timedelta(hours=1)
AFTER_END = timedelta(minutes=30)  # people pack up before anybody is asked anything


class Kind(StrEnum):
    """How a task's shifts come about."""

    ONCE = "once"  # the ones that were named
    WEEKLY = "weekly"  # the same each week until somebody ends it
    POST = "post"  # 岗位: one term, which can be handed over
    URGENT = "urgent"  # from now until it is done, for whoever can come

    @property
    def closes_at_start(self) -> bool:
        """Whether nobody can join or step back once a shift has begun."""
        return self in {Kind.ONCE, Kind.WEEKLY}


class TaskState(StrEnum):
    PUBLISHED = "published"
    ENDED = "ended"  # nothing more to come
    CANCELLED = "cancelled"


class Joint(StrEnum):
    """六联动, the six fields in which a community and its units work together."""

    PARTY = "party"  # 党建联谋
    EPIDEMIC = "epidemic"  # 疫情联管
    CIVILITY = "civility"  # 文明联创
    SAFETY = "safety"  # 平安联抓
    COMMUNITY = "community"  # 社区联建
    CULTURE = "culture"  # 文化联办


class Stage(StrEnum):
    """What the clock does next with a shift."""

    DAY = "day"  # remind, the evening before
    HOUR = "hour"  # remind, an hour before
    CLOSE = "close"  # it is over: whoever is still there has left; the organizer is asked
    CHASE = "chase"  # the organizer is asked again
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Weekly:
    """One shift a week: weekday (0 is Monday) and the local clock."""

    weekday: int
    start: time
    end: time

    def as_json(self) -> list[object]:
        return [self.weekday, f"{self.start:%H:%M}", f"{self.end:%H:%M}"]

    @classmethod
    def of(cls, row: Sequence[object]) -> Weekly:
        day, start, end = row
        return cls(int(str(day)), time.fromisoformat(str(start)), time.fromisoformat(str(end)))


@dataclass(eq=False)
class Task:
    """Volunteer work that an organizer has published in a community, perhaps for their unit.

    `about` and `subject_id` say what it came from ("case", …), `beneficiary_id` for whom it is
    done: they may confirm it like the organizer. `slots` are those of each new shift.
    `next_at`: when a weekly one grows next.
    """

    title: str
    place: str
    area_id: int
    organizer_id: int
    kind: Kind
    points: int
    slots: int
    opened_at: datetime
    unit_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    joint: Joint | None = None
    skills: list[str] = field(default_factory=list)
    weekly: list[list[object]] = field(default_factory=list)
    about: str = ""
    subject_id: int | None = None
    beneficiary_id: int | None = None
    state: TaskState = TaskState.PUBLISHED
    ended_at: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)

    @property
    def point(self) -> tuple[float, float] | None:
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def confirms(self, person_id: int) -> bool:
        """Whether they may say that the work was done, of anybody but themselves."""
        return person_id in {self.organizer_id, self.beneficiary_id}

    def end(self, now: datetime, *, cancelled: bool) -> None:
        """No new shifts, and nobody can claim any more. Raises `Refused("task_over")`."""
        if self.state is not TaskState.PUBLISHED:
            raise Refused("task_over")
        self.state = TaskState.CANCELLED if cancelled else TaskState.ENDED
        self.ended_at, self.next_at = now, None


@dataclass(eq=False)
class Shift:
    """One time of a task. `taken` slots of `slots`; `waiting` people; `last` is the number of
    the newest claim, so `place` of a claim is the order in which they were committed.

    `offered`: so many of those who have a slot would hand it over.
    `code` checks people in on the spot. `note` is the organizer's line about the result.
    """

    task_id: int
    starts_at: datetime
    ends_at: datetime
    slots: int
    code: str
    taken: int = 0
    waiting: int = 0
    last: int = 0
    offered: int = 0
    stage: Stage = Stage.DAY
    next_at: datetime | None = None
    note: str = ""
    cancelled_at: datetime | None = None
    settled_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)

    @property
    def free(self) -> int:
        return self.slots - self.taken

    def begun(self, now: datetime) -> bool:
        return now >= self.starts_at

    def over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def cancel(self, now: datetime) -> None:
        """It does not take place."""
        self.cancelled_at = self.settled_at = now
        self.stage, self.next_at = Stage.DONE, None

    def settle(self, now: datetime) -> None:
        """Everybody's part in it was confirmed or not: nothing is left to ask."""
        self.settled_at = now
        self.stage, self.next_at = Stage.DONE, None


# ── the clock ────────────────────────────────────────────────────────────────


def plan(shift: Shift, kind: Kind, policy: Policy, now: datetime) -> None:
    """The clock looks at the shift at the first of its moments that is still to come."""
    for stage, at in _moments(shift, kind, policy):
        if at > now:
            shift.stage, shift.next_at = stage, at
            return
    shift.stage, shift.next_at = Stage.CLOSE, shift.ends_at + AFTER_END


def _moments(shift: Shift, kind: Kind, policy: Policy) -> Iterator[tuple[Stage, datetime]]:
    """Nobody is woken: where an hour before falls into the night, the evening has to do."""
    day = policy.local_date(shift.starts_at) - timedelta(days=1)
    yield Stage.DAY, policy.waking(moment(day, policy.task_remind_at, policy))
    hour = shift.starts_at - HOUR
    if kind is not Kind.POST and policy.waking(hour) == hour:
        yield Stage.HOUR, hour
    yield Stage.CLOSE, shift.ends_at + AFTER_END


def stop(shift: Shift, now: datetime) -> None:
    """It is over before its time; whoever packs up is asked nothing yet."""
    shift.ends_at = min(shift.ends_at, now)
    shift.stage, shift.next_at = Stage.CLOSE, now + AFTER_END


def chase(shift: Shift, policy: Policy, now: datetime) -> None:
    """The organizer is asked again on the next working morning, until it is settled."""
    shift.stage = Stage.CHASE
    shift.next_at = policy.work.next_workday_at(now, policy.night_list_at)


def moment(day: date, clock: time, policy: Policy) -> datetime:
    """A local clock on a day, as a moment."""
    return datetime.combine(day, clock, policy.zone).astimezone(UTC)


def upcoming(
    weekly: Sequence[Weekly], policy: Policy, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The shifts of a weekly pattern from now to the end of the days it is shown ahead."""
    today = policy.local_date(now)
    found = []
    for ahead in range(policy.task_days_ahead + 1):
        day = today + timedelta(days=ahead)
        for one in weekly:
            start = moment(day, one.start, policy)
            if one.weekday == day.weekday() and start > now:
                found.append((start, moment(day, one.end, policy)))
    return sorted(found)


def grow_next(policy: Policy, now: datetime) -> datetime:
    """When a weekly task is looked at again: in the evening, when people read."""
    return policy.work.at_local(now, policy.task_remind_at)
