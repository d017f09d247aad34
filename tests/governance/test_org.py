"""Who answers for a place, and how far things are apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.org import (
    LADDER,
    Area,
    AreaKind,
    Post,
    PostKind,
    degrees,
    ladder,
    metres,
    next_rung,
)
from tests.governance.district import DAY, MONDAY, RUNGS, rung

PATH = (1, 2, 3, 4, 5)  # district, street, community, grid, building
NAMES = {person: f"P{person}" for person in range(1, 40)}

WORKER = Post(PostKind.GRID_WORKER, 4, 11, "0421-0000111", partner_id=21)
CHIEF = Post(PostKind.GRID_CHIEF, 4, 12, "0421-0000112")
COMMUNITY = Post(PostKind.COMMUNITY_DUTY, 3, 13, "0421-0000113")
DESK = Post(PostKind.DISTRICT_DESK, 1, 14, "0421-0000114")


def who(posts: Sequence[Post], path: Sequence[int] = PATH) -> list[int]:
    return [r.person_id for r in ladder(path, posts, NAMES, MONDAY, MONDAY.date())]


def test_the_ladder_leads_from_the_door_upwards() -> None:
    assert who([DESK, CHIEF, COMMUNITY, WORKER]) == [11, 12, 13, 14]


def test_a_rung_names_the_post_and_its_duty_telephone() -> None:
    (only,) = ladder(PATH, [CHIEF], NAMES, MONDAY, MONDAY.date())
    assert (only.post, only.area_id, only.name) == (PostKind.GRID_CHIEF, 4, "P12")
    assert only.phone == "0421-0000112"


def test_posts_elsewhere_do_not_answer_here() -> None:
    elsewhere = Post(PostKind.GRID_WORKER, 77, 15, "")
    assert who([elsewhere, CHIEF]) == [12]


def test_a_level_that_nobody_holds_is_left_out() -> None:
    assert who([WORKER, DESK]) == [11, 14]
    assert who([]) == []


def test_of_two_holders_of_a_post_the_nearer_comes_first_then_the_one_named_first() -> None:
    at_building = Post(PostKind.GRID_WORKER, 5, 15, "")
    beside = Post(PostKind.GRID_WORKER, 4, 16, "")
    assert who([WORKER, beside, at_building]) == [15, 11, 16]


def test_the_partner_answers_while_the_holder_is_away() -> None:
    away = Post(PostKind.GRID_WORKER, 4, 11, "", partner_id=21, away_until=MONDAY + DAY)
    assert who([away]) == [21]
    back = Post(PostKind.GRID_WORKER, 4, 11, "", partner_id=21, away_until=MONDAY)
    assert who([back]) == [11]


def test_who_is_away_without_a_partner_still_answers() -> None:
    alone = Post(PostKind.GRID_WORKER, 4, 11, "", away_until=MONDAY + DAY)
    assert who([alone]) == [11]


posts = st.builds(
    Post,
    st.sampled_from(LADDER),
    st.integers(1, 7),
    st.integers(11, 16),
    st.just(""),
)


@given(st.lists(posts, max_size=12))
def test_nobody_on_the_ladder_stands_below_the_one_before(found: list[Post]) -> None:
    levels = [LADDER.index(r.post) for r in ladder(PATH, found, NAMES, MONDAY, MONDAY.date())]
    assert levels == sorted(levels)
    assert len(levels) == sum(post.area_id in PATH for post in found)


@given(st.lists(posts, max_size=12))
def test_climbing_the_ladder_ends_and_never_asks_the_same_person_twice_in_a_row(
    found: list[Post],
) -> None:
    rungs = ladder(PATH, found, NAMES, MONDAY, MONDAY.date())
    here, climbed = (rungs[0] if rungs else None), 0
    while here is not None:
        above = next_rung(rungs, here.post, here.person_id)
        assert above is None or LADDER.index(above.post) > LADDER.index(here.post)
        assert above is None or above.person_id != here.person_id
        here, climbed = above, climbed + 1
    assert climbed <= len(LADDER)


def test_above_the_holder_stands_the_next_post_held_by_somebody_else() -> None:
    assert next_rung(RUNGS, PostKind.GRID_WORKER, 11) == RUNGS[1]
    assert next_rung(RUNGS, PostKind.GRID_WORKER, 12) == RUNGS[2]
    assert next_rung(RUNGS, PostKind.COMMUNITY_DUTY, 13) is None
    assert next_rung((), PostKind.GRID_WORKER, 11) is None


def test_beside_is_not_above() -> None:
    assert next_rung((rung(PostKind.GRID_CHIEF, 22),), PostKind.GRID_CHIEF, 12) is None


def test_an_area_knows_the_areas_it_lies_in() -> None:
    assert Area(3, AreaKind.GRID, "QH-1", "第一网格", "/1/2/3/4/").path_ids == [1, 2, 3, 4]


# ── distances ────────────────────────────────────────────────────────────────

china = st.tuples(st.floats(18, 54), st.floats(73, 135))


@pytest.mark.parametrize(
    ("a", "b", "kilometres"),
    [
        ((0.0, 0.0), (1.0, 0.0), 111.195),  # a degree of latitude
        ((0.0, 0.0), (0.0, 1.0), 111.195),  # a degree of longitude on the equator
        ((60.0, 0.0), (60.0, 1.0), 55.597),  # half of it at 60 degrees
        ((39.9042, 116.4074), (39.0842, 117.2009), 113.8),  # Beijing to Tianjin
        ((22.5431, 114.0579), (22.3193, 114.1694), 27.4),  # Shenzhen to Hong Kong
    ],
)
def test_known_distances(a: tuple[float, float], b: tuple[float, float], kilometres: float) -> None:
    assert metres(a, b) == pytest.approx(kilometres * 1000, rel=0.005)


@given(china, china)
def test_there_is_as_far_as_back(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert metres(a, b) == pytest.approx(metres(b, a))
    assert metres(a, a) == 0


@given(china, st.floats(1, 5000), st.floats(0, math.tau))
def test_a_square_holds_everything_within_the_distance(
    here: tuple[float, float], distance: float, direction: float
) -> None:
    north = math.degrees(distance * math.sin(direction) / 6_371_000)
    around = 6_371_000 * math.cos(math.radians(here[0] + north / 2))
    there = (here[0] + north, here[1] + math.degrees(distance * math.cos(direction) / around))
    assert metres(here, there) == pytest.approx(distance, rel=1e-6)
    half = degrees(distance)
    assert abs(there[0] - here[0]) <= half
    assert abs(there[1] - here[1]) <= half
