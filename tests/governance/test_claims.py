"""Two claims of one person on a shift become one, and whoever leads comes along with nobody."""

from __future__ import annotations

from datetime import timedelta

from governance.claims import Claim, ClaimState, unite
from governance.tasks import Shift
from tests.governance.district import MONDAY

LEADER, SECOND_ACCOUNT, OTHER_LEADER = 11, 12, 13


def shift(taken: int) -> Shift:
    return Shift(1, MONDAY, MONDAY + timedelta(hours=2), 10, "1234", taken=taken, last=2)


def claim(person_id: int, place: int, **more: object) -> Claim:
    return Claim(1, person_id, ClaimState.CLAIMED, place, MONDAY, **more)  # type: ignore[arg-type]


def test_a_leader_named_into_their_own_team_leads_it() -> None:
    led = claim(LEADER, 1, seats=3, team="法律")
    named = claim(SECOND_ACCOUNT, 2, team="法律", leader_id=LEADER)
    stays, _goes = unite(shift(4), led, named)
    assert (stays.seats, stays.team, stays.leader_id) == (3, "法律", None)


def test_who_leads_with_one_account_and_comes_along_with_the_other_leads_their_own_team() -> None:
    led = claim(LEADER, 2, seats=3, team="法律")
    named = claim(SECOND_ACCOUNT, 1, team="医疗", leader_id=OTHER_LEADER)
    named.state = ClaimState.ARRIVED
    stays, goes = unite(shift(4), led, named)
    assert (stays.state, stays.seats, stays.team) == (ClaimState.ARRIVED, 3, "法律")
    assert stays.leader_id is None
    assert goes.leader_id == OTHER_LEADER
