"""Who may act on a case, and as what: authority comes from here, never from a button."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import Role, State
from governance.org import LADDER, Rung


def answering(case: Case, rungs: Sequence[Rung]) -> int:
    """Who answers for the case now: its holder, or the partner while the holder is away."""
    mine = (r for r in rungs if r.holder_id == case.holder_id and r.post is case.holder_post)
    return next((r.person_id for r in mine), case.holder_id)


def role_of(case: Case, person_id: int, rungs: Sequence[Rung], *, follows: bool = False) -> Role:
    """As what a person may act on a case: authority comes from here, never from a button."""
    if person_id == case.holder_id or any(case.stood_in_by(r, person_id) for r in rungs):
        return Role.HOLDER
    # An emergency is whoever's who comes first, also of those it was passed over.
    passed_over = case.emergency and case.state is State.ASSIGNED
    level = -1 if passed_over else LADDER.index(case.holder_post)
    if any(r.person_id == person_id and LADDER.index(r.post) > level for r in rungs):
        return Role.SUPERIOR
    if person_id == case.reporter_id:
        return Role.REPORTER
    return Role.FOLLOWER if follows else Role.STRANGER
