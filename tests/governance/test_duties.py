"""Whose watch it is: by the week's pattern, on holidays, and when watches were swapped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.duties import (
    HOLIDAY,
    Entry,
    Rota,
    Slot,
    Swap,
    Watch,
    standing,
    tonight,
    watch_at,
)
from governance.org import Post, PostKind, Seat
from governance.refused import Refused
from tests.governance.district import DAY, MONDAY, WEEKDAYS, local

SEAT = Seat(PostKind.GRID_WORKER, 4)
LI, ZHENG, SUN = 11, 21, 31
POSTS = [Post(PostKind.GRID_WORKER, 4, LI, "", partner_id=ZHENG)]
TODAY = date(2026, 11, 23)  # a Monday
NATIONAL_DAY, MAKE_UP = date(2026, 10, 1), date(2026, 10, 10)  # a Thursday off, a Saturday not


def entry(weekday: int, slot: Slot, person: int) -> Entry:
    return Entry(*(SEAT.kind, SEAT.area_id, None), weekday, slot, person, SUN, MONDAY)


def swapped(watch: Watch, back: Watch | None = None, after: int = 0) -> Swap:
    """Zheng stands instead of Li, agreed so many hours later."""
    at = MONDAY + timedelta(hours=after)
    swap = Swap(*(SEAT.kind, 4, None, watch.day, watch.slot), ZHENG, LI, LI, at, agreed_at=at)
    swap.back_day, swap.back_slot = (back.day, back.slot) if back else (None, None)
    return swap


def working(day: date) -> bool:
    return day == MAKE_UP or (day.weekday() < 5 and day != NATIONAL_DAY)


def rota(*swaps: Swap, entries: list[Entry] | None = None, posts: list[Post] | None = None) -> Rota:
    pattern = (
        [entry(n, slot, LI) for n in range(5) for slot in Slot] if entries is None else entries
    )
    return Rota(SEAT, POSTS if posts is None else posts, pattern, swaps, working)


def test_a_night_lasts_until_work_begins() -> None:
    assert watch_at(local("2026-11-24", "02:00"), WEEKDAYS) == Watch(TODAY, Slot.NIGHT)
    assert watch_at(local("2026-11-24", "08:30"), WEEKDAYS) == Watch(TODAY + DAY, Slot.DAY)
    assert watch_at(local("2026-11-23", "18:00"), WEEKDAYS) == Watch(TODAY, Slot.NIGHT)
    for clock in ("09:00", "22:00"):
        assert tonight(local("2026-11-23", clock), WEEKDAYS) == Watch(TODAY, Slot.NIGHT)
    assert tonight(local("2026-11-24", "02:00"), WEEKDAYS) == Watch(TODAY, Slot.NIGHT)


def test_a_holiday_is_served_by_its_own_line_and_a_make_up_workday_by_friday() -> None:
    entries = [entry(3, Slot.DAY, LI), entry(4, Slot.DAY, ZHENG), entry(HOLIDAY, Slot.DAY, SUN)]

    def on(day: date) -> int | None:
        return standing(entries, (), Watch(day, Slot.DAY), working)

    assert on(NATIONAL_DAY) == SUN
    assert on(MAKE_UP) == ZHENG
    assert on(NATIONAL_DAY + 7 * DAY) == LI
    assert on(TODAY) is None


def test_where_the_calendar_says_nothing_the_holder_answers() -> None:
    watch = Watch(TODAY, Slot.NIGHT)
    assert rota(entries=[]).on(watch) == LI
    assert rota(entries=[], posts=[]).on(watch) is None
    assert rota().colleagues == [LI, ZHENG]


def test_a_swap_comes_before_the_pattern_and_the_last_one_before_all() -> None:
    watch, back = Watch(TODAY, Slot.NIGHT), Watch(TODAY + DAY, Slot.NIGHT)
    first = swapped(watch, back)
    assert (rota(first).on(watch), rota(first).on(back)) == (ZHENG, LI)
    again = swapped(watch)  # at the same moment, but later
    again.person_id = SUN
    assert rota(first, again).on(watch) == SUN
    again.ended_at = MONDAY
    assert rota(first, again).on(watch) == ZHENG


def test_ones_watches_are_counted_from_the_running_one() -> None:
    night = Watch(TODAY, Slot.NIGHT)
    assert rota(swapped(night)).watches(ZHENG, Watch(TODAY, Slot.DAY), 3) == [night]
    assert rota().watches(LI, night, 2) == [
        night,
        Watch(TODAY + DAY, Slot.DAY),
        Watch(TODAY + DAY, Slot.NIGHT),
    ]


NOW, LATER = Watch(TODAY, Slot.DAY), Watch(TODAY + DAY, Slot.NIGHT)
OFFER: dict[str, Callable[[Swap, int, Watch], None]] = {
    "agree": lambda swap, by, running: swap.agree(by, rota().on, MONDAY, running),
    "decline": lambda swap, by, running: swap.decline(by, MONDAY, running),
}


def offered() -> Swap:
    swap = swapped(LATER)
    swap.agreed_at = None
    return swap


@pytest.mark.parametrize("act", OFFER)
def test_an_offer_is_settled_once_in_time_and_by_those_it_concerns(act: str) -> None:
    refusals = {
        "duty_of_others": (offered(), SUN, NOW),
        "duty_over": (offered(), ZHENG, Watch(TODAY + 2 * DAY, Slot.DAY)),
        "duty_settled": (swapped(LATER), ZHENG, NOW),
    }
    for code, (swap, by, running) in refusals.items():
        with pytest.raises(Refused, match=code):
            OFFER[act](swap, by, running)
    swap = offered()
    OFFER[act](swap, ZHENG, NOW)
    assert swap.in_force is (act == "agree")


def test_an_offer_about_a_watch_that_is_no_longer_theirs_is_refused() -> None:
    for on_duty in ({}, {LATER: ZHENG}):
        with pytest.raises(Refused, match="duty_changed"):
            offered().agree(ZHENG, on_duty.get, MONDAY, NOW)
    swap = offered()
    swap.back_day, swap.back_slot = TODAY + 2 * DAY, Slot.DAY
    with pytest.raises(Refused, match="duty_changed"):
        swap.agree(ZHENG, {LATER: LI, swap.back: SUN}.get, MONDAY, NOW)


def test_only_the_two_undo_it_and_only_before_it_is_over() -> None:
    swap = swapped(LATER)
    for by, running, code in (
        (SUN, NOW, "duty_of_others"),
        (LI, Watch(TODAY + 2 * DAY, Slot.DAY), "duty_over"),
    ):
        with pytest.raises(Refused, match=code):
            swap.undo(by, MONDAY, running)
    swap.undo(LI, MONDAY, NOW)
    assert not swap.in_force
    with pytest.raises(Refused, match="duty_settled"):
        swap.undo(LI, MONDAY, NOW)


watches = st.builds(Watch, st.dates(TODAY, TODAY + 6 * DAY), st.sampled_from(Slot))


@given(st.lists(st.tuples(watches, st.none() | watches), max_size=6))
def test_undoing_every_swap_brings_the_pattern_back(
    pairs: list[tuple[Watch, Watch | None]],
) -> None:
    swaps = [swapped(watch, back, after=n) for n, (watch, back) in enumerate(pairs)]
    for swap in swaps:
        swap.undo(LI, MONDAY, NOW)
    days = [Watch(TODAY + n * DAY, slot) for n in range(7) for slot in Slot]
    assert [rota(*swaps).on(w) for w in days] == [rota().on(w) for w in days]
