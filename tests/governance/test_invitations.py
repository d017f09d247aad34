"""Who may invite whom: never above, never outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.authority import TABLE, Held, Power, Target
from governance.invitations import INVITES, fits, inviters, kinds_for, may_invite, reach, require
from governance.org import SEATS, AreaKind, PostKind
from governance.refused import Refused

P, A = PostKind, AreaKind
DISTRICT, STREET, COMMUNITY, GRID, BUILDING = 1, 2, 3, 4, 5
PATH = (DISTRICT, STREET, COMMUNITY, GRID, BUILDING)
OTHER = (DISTRICT, 22, 33, 44, 55)
KINDS = (A.DISTRICT, A.STREET, A.COMMUNITY, A.GRID, A.BUILDING, A.STAIRWELL)
UNIT = 7
HEIGHT = {A.DISTRICT: 5, A.STREET: 4, A.COMMUNITY: 3, A.GRID: 2, A.BUILDING: 1, A.STAIRWELL: 0}


def held(kind: PostKind, depth: int) -> Held:
    """A post at the area of this depth on the path."""
    areas = dict(zip(KINDS, PATH[:depth], strict=False))
    return Held(kind, areas, PATH[depth - 1])


STREET_HEAD, STREET_DUTY = held(P.STREET_HEAD, 2), held(P.STREET_DUTY, 2)
COMMUNITY_HEAD, CHIEF, WORKER = (
    held(P.COMMUNITY_HEAD, 3),
    held(P.GRID_CHIEF, 4),
    held(P.GRID_WORKER, 4),
)
DISTRICT_ADMIN, COMMUNITY_ADMIN = held(P.ADMINISTRATOR, 1), held(P.ADMINISTRATOR, 3)
LEADER = Held(P.UNIT_LEADER, {}, None, UNIT)


@pytest.mark.parametrize(
    ("by", "kind", "path"),
    [
        (COMMUNITY_HEAD, P.GRID_WORKER, PATH[:4]),
        (COMMUNITY_HEAD, P.COMMUNITY_DUTY, PATH[:3]),
        (STREET_HEAD, P.COMMUNITY_HEAD, PATH[:3]),
        (STREET_DUTY, P.GRID_CHIEF, PATH[:4]),
        (CHIEF, P.BUILDING_HEAD, PATH),
        (DISTRICT_ADMIN, P.STREET_HEAD, PATH[:2]),
        (DISTRICT_ADMIN, P.ADMINISTRATOR, PATH[:2]),
        (COMMUNITY_ADMIN, P.COMMUNITY_HEAD, PATH[:3]),
    ],
)
def test_a_post_below_is_filled_from_above(by: Held, kind: PostKind, path: tuple[int]) -> None:
    assert may_invite([by], kind, Target(path))


@pytest.mark.parametrize(
    ("by", "kind", "path"),
    [
        (COMMUNITY_HEAD, P.STREET_HEAD, PATH[:2]),
        (COMMUNITY_HEAD, P.ADMINISTRATOR, PATH[:3]),
        (COMMUNITY_HEAD, P.COMMUNITY_HEAD, PATH[:3]),
        (COMMUNITY_HEAD, P.GRID_WORKER, OTHER[:4]),
        (STREET_DUTY, P.COMMUNITY_HEAD, PATH[:3]),
        (CHIEF, P.GRID_CHIEF, PATH[:4]),
        (WORKER, P.BUILDING_HEAD, PATH),
        (DISTRICT_ADMIN, P.ADMINISTRATOR, PATH[:1]),
        (COMMUNITY_ADMIN, P.STREET_HEAD, PATH[:2]),
        (COMMUNITY_ADMIN, P.ADMINISTRATOR, PATH[:3]),
        (COMMUNITY_ADMIN, P.GRID_WORKER, OTHER[:4]),
    ],
)
def test_nobody_reaches_above_or_outside(by: Held, kind: PostKind, path: tuple[int]) -> None:
    assert not may_invite([by], kind, Target(path))


def test_a_unit_fills_its_own_duty_and_administrators_its_leader() -> None:
    own, other = Target(PATH[:2], UNIT), Target(PATH[:2], UNIT + 1)
    assert may_invite([LEADER], P.UNIT_DUTY, own)
    assert not may_invite([LEADER], P.UNIT_DUTY, other)
    assert not may_invite([LEADER], P.UNIT_LEADER, own)
    assert may_invite([DISTRICT_ADMIN], P.UNIT_LEADER, own)
    assert not may_invite([held(P.ADMINISTRATOR, 3)], P.UNIT_LEADER, Target(OTHER[:3], UNIT))


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(Refused) as refused:
        require([WORKER], P.GRID_CHIEF, Target(PATH[:4]))
    assert refused.value.code == "needs_post"
    assert P.COMMUNITY_HEAD in refused.value.data["posts"]  # type: ignore[operator]
    assert inviters(P.ADMINISTRATOR) == (P.ADMINISTRATOR,)


def test_the_choice_begins_with_the_highest_and_keeps_to_the_reach() -> None:
    assert kinds_for([CHIEF]) == [P.GRID_WORKER, P.STAIRWELL_HEAD, P.BUILDING_HEAD]
    assert kinds_for([WORKER]) == []
    assert reach([COMMUNITY_HEAD, WORKER], P.GRID_WORKER) == ({COMMUNITY}, set())
    assert reach([LEADER], P.UNIT_DUTY) == (set(), {UNIT})
    assert reach([LEADER], P.GRID_WORKER) == (set(), set())


def test_a_post_fits_its_seats() -> None:
    assert fits(P.GRID_WORKER, A.GRID)
    assert not fits(P.GRID_WORKER, A.STREET)
    assert fits(P.UNIT_DUTY, None)
    assert not fits(P.ADMINISTRATOR, None)


def test_who_may_invite_at_all_stands_in_the_one_table() -> None:
    assert set(INVITES) == set(TABLE[Power.INVITE])


def _height(kind: PostKind) -> int:
    return max((HEIGHT[seat] for seat in SEATS[kind]), default=0)


@given(
    posts=st.lists(
        st.tuples(st.sampled_from(PostKind), st.integers(1, 5)).map(lambda p: held(*p)), max_size=3
    ),
    kind=st.sampled_from(PostKind),
    depth=st.integers(1, 5),
    there=st.sampled_from([PATH, OTHER]),
)
def test_whatever_one_holds_an_invitation_stays_below_it(
    posts: list[Held], kind: PostKind, depth: int, there: tuple[int, ...]
) -> None:
    target = Target(there[:depth])
    if may_invite(posts, kind, target):
        assert any(
            kind in INVITES.get(p.kind, ())
            and (p.kind is P.ADMINISTRATOR or _height(kind) <= _height(p.kind))
            and set(target.path) & set(PATH[:depth])
            for p in posts
        )
        assert not all(p.kind in {P.GRID_WORKER, P.BUILDING_HEAD, P.UNIT_DUTY} for p in posts)
