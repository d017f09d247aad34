"""就近就便、需求相符、总体平衡: near, needed, balanced."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from governance.reportin import ROOM, Community, Ground, Seeker, propose

HERE, FAR = (41.80, 120.78), (41.90, 120.90)
NEAR_BY = (41.803, 120.782)


def test_a_member_reports_in_where_they_live() -> None:
    lives_here = Seeker("m1", "陈静", community_id=2, point=HERE)
    [proposal] = propose([lives_here], [Community(1, point=FAR), Community(2, point=HERE)])
    assert (proposal.community_id, proposal.ground) == (2, Ground.NEAR)


def test_who_lives_in_no_community_goes_to_the_nearest() -> None:
    [proposal] = propose(
        [Seeker("u1", "供电所", point=NEAR_BY)], [Community(1, point=FAR), Community(2, point=HERE)]
    )
    assert (proposal.community_id, proposal.ground) == (2, Ground.NEAR)
    assert proposal.metres is not None
    assert 300 < proposal.metres < 500


def test_who_lives_far_from_all_goes_where_their_skill_is_asked_for() -> None:
    electrician = Seeker("m1", "陈静", frozenset({"水电维修"}))
    [proposal] = propose(
        [electrician], [Community(1), Community(2, needs=frozenset({"水电维修", "法律咨询"}))]
    )
    assert (proposal.community_id, proposal.ground) == (2, Ground.NEEDED)
    assert proposal.matches == ("水电维修",)


def test_who_has_neither_goes_where_help_is_thin() -> None:
    crowded, empty = Community(1, there=8), Community(2, there=0)
    [proposal] = propose([Seeker("m1", "陈静")], [crowded, empty])
    assert (proposal.community_id, proposal.ground) == (2, Ground.BALANCED)


def test_a_full_community_takes_no_more_while_another_has_room() -> None:
    everybody_lives_here = [Seeker(f"m{i}", "", community_id=1) for i in range(100)]
    proposals = propose(everybody_lives_here, [Community(1), Community(2), Community(3)])
    load = Counter(p.community_id for p in proposals)
    assert load[1] <= 100 / 3 * ROOM + 1
    assert load[2] > 20
    assert load[3] > 20


def test_communities_of_more_households_get_more_hands() -> None:
    load = Counter(
        p.community_id
        for p in propose(
            [Seeker(f"m{i}", "") for i in range(90)],
            [Community(1, households=2000), Community(2, households=1000)],
        )
    )
    assert load[1] > load[2] * 1.5


def test_without_a_community_nobody_is_proposed_anything() -> None:
    assert propose([Seeker("m1", "陈静")], []) == []


seekers = st.lists(
    st.builds(
        Seeker,
        st.text("abc", min_size=1, max_size=4),
        st.just(""),
        st.frozensets(st.sampled_from("甲乙丙丁"), max_size=2),
        st.none() | st.integers(1, 4),
        st.none() | st.just(HERE) | st.just(FAR),
    ),
    max_size=40,
    unique_by=lambda s: s.key,
)
places = st.lists(
    st.builds(
        Community,
        st.integers(1, 4),
        st.integers(0, 3000),
        st.none() | st.just(HERE) | st.just(FAR),
        st.frozensets(st.sampled_from("甲乙丙丁"), max_size=2),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda c: c.id,
)


@given(seekers, places)
def test_everybody_is_proposed_one_real_community_and_always_the_same(
    waiting: list[Seeker], communities: list[Community]
) -> None:
    proposals = propose(waiting, communities)
    assert [p.key for p in proposals] == [s.key for s in waiting]
    assert {p.community_id for p in proposals} <= {c.id for c in communities}
    turned = propose(list(reversed(waiting)), list(reversed(communities)))
    assert {p.key: p.community_id for p in proposals} == {p.key: p.community_id for p in turned}
