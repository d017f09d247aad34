"""Proposals: better in any criterion is never worse off, the order is stable, the reasons add up."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot import decisions, settings
from governance.lists import hours_in
from governance.matching import (
    Candidate,
    Match,
    Record,
    Weights,
    Who,
    common_area,
    once_each,
    rank,
    reliability,
)
from governance.org import AreaKind
from governance.skills import codes_of, skills_in

SKILLS = decisions.policy(settings.Settings(), decisions.categories()).skills
WORDS = ("power", "law", "hair", "phone")
KINDS = (AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY, AreaKind.GRID)
NEARER: tuple[AreaKind | None, ...] = (None, *KINDS)

records = st.builds(Record, st.integers(0, 30), st.integers(0, 50), st.integers(0, 50))
weights = st.builds(
    lambda parts, near: Weights(*parts, *sorted(near, reverse=True)),
    st.lists(st.floats(0, 100), min_size=4, max_size=4),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
skill_sets = st.frozensets(st.sampled_from(WORDS))
candidates = st.builds(
    Candidate,
    st.sampled_from(Who),
    st.integers(1, 40),
    skill_sets,
    st.sampled_from(NEARER),
    records,
    st.none() | st.integers(1, 5),
)
crowds = st.lists(candidates, max_size=12, unique_by=lambda c: c.key)


def score(wanted: frozenset[str], candidate: Candidate, by: Weights) -> float:
    found = rank(wanted, [candidate], by)
    return found[0].score if found else -1.0


@given(skill_sets, candidates, weights, st.sampled_from(WORDS))
def test_one_more_skill_that_is_wanted_is_never_worse(
    wanted: frozenset[str], one: Candidate, by: Weights, more: str
) -> None:
    better = replace(one, skills=one.skills | {more})
    assert score(wanted, better, by) >= score(wanted, one, by)


@given(skill_sets, candidates, weights)
def test_nearer_less_laden_and_more_reliable_is_never_worse(
    wanted: frozenset[str], one: Candidate, by: Weights
) -> None:
    now, record = score(wanted, one, by), one.record
    at = NEARER.index(one.common)
    if at + 1 < len(NEARER):
        assert score(wanted, replace(one, common=NEARER[at + 1]), by) >= now
    laden = replace(one, record=replace(record, taken=record.taken + 1))
    keeper = replace(one, record=replace(record, kept=record.kept + 1))
    breaker = replace(one, record=replace(record, broken=record.broken + 1))
    assert score(wanted, laden, by) <= now
    assert score(wanted, keeper, by) >= now
    assert score(wanted, breaker, by) <= now


@given(skill_sets, crowds, weights, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_they_came(
    wanted: frozenset[str], crowd: list[Candidate], by: Weights, random: Random
) -> None:
    shuffled = list(crowd)
    random.shuffle(shuffled)
    assert rank(wanted, shuffled, by) == rank(wanted, crowd, by)


@given(skill_sets, crowds, weights)
def test_the_place_is_explained_by_the_reasons_and_by_nothing_else(
    wanted: frozenset[str], crowd: list[Candidate], by: Weights
) -> None:
    found = rank(wanted, crowd, by)
    assert {m.candidate.key for m in found} == {
        c.key for c in crowd if not wanted or wanted & c.skills
    }
    for match in found:
        assert match.score == sum(reason.points for reason in match.reasons)
        assert all(reason.points > 0 for reason in match.reasons)
        assert len({reason.criterion for reason in match.reasons}) == len(match.reasons)
        assert set(match.skills) == wanted & match.candidate.skills
    assert found == sorted(found, key=lambda m: -m.score)


@given(skill_sets, crowds, weights)
def test_a_unit_with_several_lines_is_proposed_once_with_its_best(
    wanted: frozenset[str], crowd: list[Candidate], by: Weights
) -> None:
    ranked = rank(wanted, crowd, by)
    once = once_each(ranked)
    keys = [(m.candidate.who, m.candidate.id) for m in once]
    assert len(set(keys)) == len(keys)

    def best(match: Match) -> Match:
        mine = (match.candidate.who, match.candidate.id)
        return next(m for m in ranked if (m.candidate.who, m.candidate.id) == mine)

    assert once == [best(match) for match in once]


@given(records)
def test_reliability_lies_between_nothing_and_one_and_the_new_are_trusted(record: Record) -> None:
    assert 0 < reliability(record) <= 1
    assert reliability(Record()) == 1


def test_the_smallest_common_area_is_found() -> None:
    kinds = dict(enumerate(KINDS, 1))
    assert common_area([1, 2, 3, 4], [1, 2, 3, 4], kinds) is AreaKind.GRID
    assert common_area([1, 2, 3, 9], [1, 2, 3, 4], kinds) is AreaKind.COMMUNITY
    assert common_area([1], [1, 2, 3, 4], kinds) is AreaKind.DISTRICT
    assert common_area([], [1, 2], kinds) is None
    assert common_area([7, 2], [1, 2], kinds) is None


def test_what_people_say_is_read_as_the_skills_the_district_knows() -> None:
    assert skills_in("冰箱不制冷了", SKILLS) == ("appliance",)
    assert skills_in("My washing machine is broken", SKILLS) == ("appliance",)
    assert skills_in("今天天气不错", SKILLS) == ()
    assert codes_of(["水电维修", "law", "修鞋"], SKILLS) == {"power", "law", "修鞋"}


def test_half_days_are_read_as_people_write_them() -> None:
    assert hours_in("周六上午、周三下午") == ["3p", "6a"]
    assert hours_in("周三和周四下午") == ["3p", "4p"]
    assert hours_in("周末") == ["6a", "6p", "7a", "7p"]
    assert hours_in("Saturday mornings") == ["6a"]
    assert hours_in("看情况") == []


@given(st.text(max_size=40))
def test_whatever_is_typed_names_half_days_or_nothing(text: str) -> None:
    assert all(len(hour) == 2 and hour[0] in "1234567" for hour in hours_in(text))
