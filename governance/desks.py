"""Lists of cases for those who work on them or answer for a place: which cases a list shows.

`storage/desks.py` finds them in the database; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import State


class Which(StrEnum):
    """What the cases of a list have in common. All but `ASKED` wait for whoever works on them."""

    OVERDUE = "overdue"  # 超期: the last day as it stands now has passed
    NOBODY_CAME = "nobody"  # 没人来过: says the resident of a result that was none
    NOT_TAKEN = "not_taken"  # 没人接
    REOPENED = "reopened"  # 重办
    OPEN = "open"  # 在办
    ASKED = "asked"  # 等居民答


_BEGUN = frozenset({State.ASSIGNED, State.WORKING})
TO_DO = frozenset({*_BEGUN, State.SUSPENDED})
RUNNING = frozenset({*TO_DO, State.ANSWERED})

RULES: Mapping[Which, Callable[[Case, datetime], bool]] = {
    Which.OVERDUE: lambda case, now: case.state in _BEGUN and case.due < now,
    Which.NOBODY_CAME: lambda case, _now: case.state in TO_DO and case.redo_words == NOBODY_CAME,
    Which.NOT_TAKEN: lambda case, _now: case.state is State.ASSIGNED,
    Which.REOPENED: lambda case, _now: case.state in TO_DO and case.redone > 0,
    Which.OPEN: lambda case, _now: case.state in TO_DO,
    Which.ASKED: lambda case, _now: case.state is State.ANSWERED,
}
