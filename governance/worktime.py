"""Working time: when people are at work, and what an hour of it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_BREAK = 30  # days; no calendar closes an office for longer


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Office hours of a district: `start` to `end` local time on days where `is_workday`.

    All moments in and out are aware UTC datetimes.
    """

    zone: ZoneInfo
    start: time
    end: time
    is_workday: Callable[[date], bool]

    def __post_init__(self) -> None:
        if self.start >= self.end:  # adding hours would never come to an end
            raise ValueError(f"working hours {self.start}-{self.end} end before they begin")

    def is_open(self, at: datetime) -> bool:
        """Whether people are at work at this moment."""
        local = at.astimezone(self.zone)
        return self.is_workday(local.date()) and self.start <= local.time() < self.end

    def next_open(self, at: datetime) -> datetime:
        """The moment itself during office hours, else the next start of work."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        first = 0 if local.time() < self.start else 1
        for days in range(first, LONGEST_BREAK):
            day = local.date() + timedelta(days=days)
            if self.is_workday(day):
                return self._utc(day, self.start)
        return self._utc(local.date() + timedelta(days=1), self.start)

    def add(self, at: datetime, hours: float) -> datetime:
        """The moment `hours` of working time after `at`."""
        left = timedelta(hours=hours)
        at = self.next_open(at)
        while True:
            closing = self.closing(at)
            if at + left <= closing:
                return at + left
            left -= closing - at
            at = self.next_open(closing)

    def closing(self, at: datetime) -> datetime:
        """When work ends on the day of `at`."""
        return self._utc(at.astimezone(self.zone).date(), self.end)

    def by_the_end_of(self, at: datetime) -> datetime:
        """The end of the working day that contains `at`, or of the first one after it."""
        day = self.next_open(at).astimezone(self.zone).date()
        return self._utc(day, self.end)

    def at_local(self, at: datetime, clock: time) -> datetime:
        """The next moment after `at` when local clocks show `clock`."""
        local = at.astimezone(self.zone)
        today = self._utc(local.date(), clock)
        return today if today > at else self._utc(local.date() + timedelta(days=1), clock)

    def next_workday_at(self, at: datetime, clock: time) -> datetime:
        """The next moment after `at` on a working day when local clocks show `clock`."""
        found = self.at_local(at, clock)
        for _ in range(LONGEST_BREAK):
            if self.is_workday(found.astimezone(self.zone).date()):
                break
            found = self.at_local(found, clock)
        return found

    def _utc(self, day: date, clock: time) -> datetime:
        local = datetime.combine(day, clock, self.zone)
        return local.astimezone(ZoneInfo("UTC"))
