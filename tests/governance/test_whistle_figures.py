"""Figures of whistles: every rate with what it is made of, and what does not count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from governance.whistlefigures import Answer, Blown, UnitFigures, of_places, of_units
from governance.whistles import UnitState
from tests.governance.district import MINUTE, MONDAY

NOW = MONDAY + timedelta(days=1)
_S = UnitState


def answer(
    state: UnitState = _S.DONE,
    reported: int | None = None,
    arrived: int | None = None,
    *,
    unit: str = "市政",
    refused: bool = False,
    unfounded: int = 0,
    speed: int = 0,
    quality: int = 0,
) -> Answer:
    """What a unit did; minutes from its call, which leaves it half an hour to report in."""

    def after(minutes: int | None) -> datetime | None:
        return None if minutes is None else MONDAY + minutes * MINUTE

    due = MONDAY + 30 * MINUTE
    moments = (MONDAY, due, after(reported), after(arrived))
    return Answer(unit, state, *moments, refused, unfounded, speed, quality)


def one(*answers: Answer, now: datetime = NOW) -> UnitFigures:
    [found] = of_units(answers, now)
    return found


def test_in_time_is_within_the_limit_and_late_still_came() -> None:
    found = one(answer(reported=30), answer(reported=31), answer(_S.CALLED))
    assert (found.due, found.came, found.in_time) == (3, 2, 1)


def test_a_call_counts_once_its_time_is_over_or_it_was_answered() -> None:
    waiting = answer(_S.CALLED)
    assert one(waiting, now=MONDAY + 29 * MINUTE).due == 0
    assert one(waiting, now=MONDAY + 30 * MINUTE).due == 1
    assert one(answer(_S.REPORTED_IN, 5), now=MONDAY + 6 * MINUTE).due == 1


@pytest.mark.parametrize("state", [_S.EXCUSED, _S.RELEASED, _S.REFUSED])
def test_who_was_not_needed_or_not_meant_or_waits_for_a_ruling_owes_no_answer(
    state: UnitState,
) -> None:
    assert one(answer(state, refused=state is not _S.RELEASED)).due == 0


def test_who_came_counts_although_it_was_released_later() -> None:
    found = one(answer(_S.RELEASED, reported=10, arrived=20))
    assert (found.due, found.came, found.minutes) == (1, 1, [20])


def test_a_refusal_counts_against_a_unit_only_when_it_was_ruled_unfounded() -> None:
    founded = answer(_S.EXCUSED, refused=True)
    unfounded = answer(_S.DONE, 40, 50, refused=True, unfounded=1)
    found = one(founded, unfounded)
    assert (found.refused, found.unfounded, found.due) == (2, 1, 1)


@pytest.mark.parametrize(
    ("minutes", "typical"), [([], None), ([9], 9), ([90, 5, 20], 20), ([1, 3, 5, 900], 5)]
)
def test_the_typical_time_is_the_middle_one(minutes: list[int], typical: int | None) -> None:
    answers = [answer(reported=0, arrived=m) for m in minutes] or [answer(_S.CALLED)]
    assert one(*answers).typical_minutes == typical


def test_units_and_places_stand_by_name_and_units_unjudged_are_in_no_mean() -> None:
    found = of_units(
        [answer(unit="排水", reported=1, speed=3, quality=2), answer(unit="市政", reported=1)], NOW
    )
    assert [(f.unit, f.speed, f.quality) for f in found] == [("市政", [], []), ("排水", [3], [2])]


def test_places_count_their_whistles_and_only_words_without_reserve() -> None:
    here = [
        Blown("翠湖社区", "no", "satisfied", ((3, 3), (3, 2), (1, 1))),
        Blown("翠湖社区", "yes", "unsatisfied", ()),
        Blown("翠湖社区", "", "", ((2, 3),)),
    ]
    [cuihu, other] = of_places([*here, Blown("龙岭街道", "", "", ())])
    assert (cuihu.blown, cuihu.unjustified, cuihu.judged) == (3, 1, 4)
    assert (cuihu.needed, cuihu.clear) == (2, 2)
    assert (cuihu.verdicts, cuihu.satisfied) == (2, 1)
    assert (other.place, other.blown, other.judged) == ("龙岭街道", 1, 0)
