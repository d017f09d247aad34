"""Who is on duty: a week's pattern for a post at a place, and the turns that were swapped.

A watch is a date and a slot. "day" is office hours; "night" lasts from closing until the next
opening, so 2:00 on Tuesday belongs to Monday's night. Every date has both, working or not.

A working day is served by the entry of its weekday, every other day by the holiday's. Where
the pattern says nothing for a working Saturday or Sunday (a make-up workday), the Friday
before or the Monday after serves it; where it says nothing for holidays, the weekday does.
Swaps come before the pattern, the one agreed last before all others. Where nothing is said at
all, nobody is on duty by the calendar, and the holders of the post answer as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from governance.org import Post, PostKind, Seat
from governance.refused import Refused
from governance.worktime import WorkTime

HOLIDAY = 7  # beside the weekdays 0 (Monday) to 6: weekends and statutory holidays
_NEAREST_WORKDAY = {5: 4, 6: 0}


class Slot(StrEnum):
    """The two halves of a date."""

    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, order=True)
class Watch:
    """One turn of duty; earlier ones are smaller."""

    day: date
    slot: Slot


@dataclass(eq=False)
class Entry:
    """A line of the pattern: who has this slot on this weekday, or on holidays, every week.

    Lines are never changed: the one that is replaced ends, and both stay on record.
    """

    kind: PostKind
    area_id: int | None
    unit_id: int | None
    weekday: int
    slot: Slot
    person_id: int
    set_by: int
    set_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = None
    id: int = field(init=False, repr=False)

    @property
    def seat(self) -> Seat:
        return Seat(self.kind, self.area_id, self.unit_id)


@dataclass(eq=False)
class Swap:
    """One watch for which `person_id` stands instead of `relieved_id`, perhaps in exchange.

    In force from `agreed_at` until `ended_at`. An exchange names the watch that `relieved_id`
    takes `back`; `relieved_id` is None where the calendar named nobody.
    """

    kind: PostKind
    area_id: int | None
    unit_id: int | None
    day: date
    slot: Slot
    person_id: int
    relieved_id: int | None
    asked_by: int
    asked_at: datetime
    back_day: date | None = None
    back_slot: Slot | None = None
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: int | None = None
    id: int = field(init=False, repr=False)

    @property
    def seat(self) -> Seat:
        return Seat(self.kind, self.area_id, self.unit_id)

    @property
    def watch(self) -> Watch:
        return Watch(self.day, self.slot)

    @property
    def back(self) -> Watch | None:
        if self.back_day is None or self.back_slot is None:
            return None
        return Watch(self.back_day, self.back_slot)

    @property
    def in_force(self) -> bool:
        return self.agreed_at is not None and self.ended_at is None

    def stands(self, watch: Watch) -> int | None:
        """Who stands on this watch by this swap; None when it is about another one."""
        if watch == self.watch:
            return self.person_id
        return self.relieved_id if watch == self.back else None

    def agree(
        self, by: int, on_duty: Callable[[Watch], int | None], now: datetime, running: Watch
    ) -> None:
        """In force from now on, if both still have what they exchange. `running` is the present watch."""
        self._still_open(by, (self.person_id,), running)
        theirs = self.back is None or on_duty(self.back) == self.person_id
        if on_duty(self.watch) != self.relieved_id or not theirs:
            raise Refused("duty_changed")
        self.agreed_at = now

    def decline(self, by: int, now: datetime, running: Watch) -> None:
        """Nothing comes of the offer."""
        self._still_open(by, (self.person_id, self.asked_by), running)
        self.ended_at, self.ended_by = now, by

    def undo(self, by: int, now: datetime, running: Watch) -> None:
        """The calendar stands as before. Either side may, until the first of the watches is over."""
        if not self.in_force:
            raise Refused("duty_settled")
        self._by_and_in_time(by, (self.person_id, self.relieved_id), running)
        self.ended_at, self.ended_by = now, by

    def _still_open(self, by: int, whose: Iterable[int | None], running: Watch) -> None:
        if self.agreed_at is not None or self.ended_at is not None:
            raise Refused("duty_settled")
        self._by_and_in_time(by, whose, running)

    def _by_and_in_time(self, by: int, whose: Iterable[int | None], running: Watch) -> None:
        if by not in whose:
            raise Refused("duty_of_others")
        if min(self.watch, self.back or self.watch) < running:
            raise Refused("duty_over")


def watch_at(at: datetime, work: WorkTime) -> Watch:
    """The watch that a moment belongs to."""
    local = at.astimezone(work.zone)
    if local.time() < work.start:
        return Watch(local.date() - timedelta(days=1), Slot.NIGHT)
    return Watch(local.date(), Slot.DAY if local.time() < work.end else Slot.NIGHT)


def tonight(at: datetime, work: WorkTime) -> Watch:
    """The night that is running, or the one that comes next."""
    return Watch(watch_at(at, work).day, Slot.NIGHT)


def standing(
    entries: Iterable[Entry],
    swaps: Iterable[Swap],
    watch: Watch,
    is_workday: Callable[[date], bool],
) -> int | None:
    """The person on this watch; None where the calendar says nothing."""
    agreed = [(s.agreed_at, n, s) for n, s in enumerate(swaps) if s.agreed_at and not s.ended_at]
    for _agreed_at, _n, swap in sorted(agreed, reverse=True):
        person = swap.stands(watch)
        if person is not None:
            return person
    pattern = {e.weekday: e.person_id for e in entries if e.slot is watch.slot and not e.ended_at}
    return next((pattern[d] for d in _served_as(watch.day, is_workday) if d in pattern), None)


def on_duty(
    entries: Iterable[Entry], swaps: Iterable[Swap], at: datetime, work: WorkTime
) -> int | None:
    """The person on duty at this moment; None: whoever holds the post."""
    return standing(entries, swaps, watch_at(at, work), work.is_workday)


@dataclass(frozen=True, slots=True)
class Rota:
    """One seat: the posts served there, and its calendar for the days that were asked for."""

    seat: Seat
    posts: Sequence[Post]
    entries: Sequence[Entry]
    swaps: Sequence[Swap]
    is_workday: Callable[[date], bool]

    @property
    def colleagues(self) -> list[int]:
        """Who may stand here: the holders in their order, then their partners."""
        partners = (post.partner_id for post in self.posts if post.partner_id is not None)
        return list(dict.fromkeys([*(post.person_id for post in self.posts), *partners]))

    def on(self, watch: Watch) -> int | None:
        """Who has this watch: by the calendar, else the first holder; None: nobody is there."""
        named = standing(self.entries, self.swaps, watch, self.is_workday)
        return named if named is not None else next((p.person_id for p in self.posts), None)

    def watches(self, person_id: int, first: Watch, days: int) -> list[Watch]:
        """The watches of this person from `first` on."""
        dates = (first.day + timedelta(days=n) for n in range(days))
        found = (Watch(day, slot) for day in dates for slot in Slot)
        return [watch for watch in found if watch >= first and self.on(watch) == person_id]


def _served_as(day: date, is_workday: Callable[[date], bool]) -> tuple[int, ...]:
    """The entries that may serve a date, the best one first."""
    weekday = day.weekday()
    if is_workday(day):
        return (weekday, _NEAREST_WORKDAY.get(weekday, weekday))
    return (HOLIDAY, weekday)
