"""发现问题: who has points for a problem that was true and is solved.

A matter of public space only, and nobody who reported without a name: an award is read by others.
Whoever reported it first has most; whoever reported the same later, or joined, has less. It does
not depend on what a resident says about the result: a verdict that is paid for is none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from governance.casefile import Case
from governance.cases import Outcome, State, Verdict

CONCLUDED = frozenset({Verdict.SATISFIED, Verdict.SO_SO, Verdict.DEFAULT})
"""What was done stands, on somebody's word or by the open rule."""


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody told of the problem."""

    person_id: int
    anonymous: bool = False


def proved(case: Case) -> bool:
    """It was as reported, and is solved."""
    return (
        case.verdict in CONCLUDED
        and case.outcome is Outcome.SOLVED
        and not case.untrue
        and case.public
        and not case.private
    )


def disproved(case: Case) -> bool:
    """It ended with the finding that it was not as reported; one that was looked at anew since
    counts no more."""
    return case.state is State.CLOSED and case.outcome is not None and case.untrue


def earlier(
    reports: Sequence[Report], followers: Sequence[int], barred: Collection[int]
) -> dict[int, int]:
    """How many others came before each of them. `reports` in the order in which they came; those
    who joined come after them. Nobody who is `barred`: it was theirs to find, or to handle."""
    hidden = {report.person_id for report in reports if report.anonymous}
    people = dict.fromkeys([*(report.person_id for report in reports), *followers])
    return {one: n for n, one in enumerate(people) if one not in hidden and one not in barred}
