"""A case: one reported problem, from the report to the resident's own "yes, it is solved".

`TABLE` below is the machine and its documentation: which act is possible in which state,
for whom, where it leads and who is told. `governance/casefile.py` holds the case itself,
which asks this table before every act. Three promises hold whatever happens:

- a case always has a holder;
- the promised last day (`result_due`) never changes after the case was opened;
- who handles a case cannot close it: only its reporter can, or the open rule after silence.

What is done again leads back to `assigned`: the same holder has it, with a new promise of
contact, and has to accept once more. So that promise is guarded like the first one (`chase`),
also where nobody had ever accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    ASSIGNED = "assigned"  # 待处置: somebody holds it and has not accepted yet, or not again
    WORKING = "working"  # 处置中
    ANSWERED = "answered"  # 待回访: the handler says it is done; the resident has not said so
    CLOSED = "closed"  # 已结案


class Act(StrEnum):
    OPEN = "open"
    ADD = "add"  # the reporter says or shows more
    ACCEPT = "accept"
    ANSWER = "answer"  # the handler's result
    ESCALATE = "escalate"
    NOT_OURS = "not_ours"
    CHASE = "chase"  # nobody accepted in time
    OVERDUE = "overdue"  # the promised last day has passed
    ASKED = "asked"  # the question "is it solved?" has surely reached the reporter
    UNREACHED = "unreached"  # it could not reach them: a telephone call is needed
    LATER = "later"  # "not looked yet"
    ASK_AGAIN = "ask_again"
    REMIND = "remind"
    STRIKE_OFF = "strike_off"
    LAPSE = "lapse"  # silence; closed by the open rule, not counted as satisfied
    REDO = "redo"
    URGE = "urge"
    SUPERVISE = "supervise"  # 督办
    WITHDRAW = "withdraw"


class Role(StrEnum):
    REPORTER = "reporter"
    FOLLOWER = "follower"
    HOLDER = "holder"
    SUPERIOR = "superior"  # whoever stands above the holder on the ladder
    CLOCK = "clock"
    STRANGER = "stranger"


class Outcome(StrEnum):
    SOLVED = "solved"
    EXPLAINED = "explained"
    CANNOT = "cannot"


class Verdict(StrEnum):
    SATISFIED = "satisfied"
    SO_SO = "so_so"
    DEFAULT = "default"  # nobody answered; never counted as satisfied
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of the states `where`, `by` may do `act`; it leads `to` and `tells` are told."""

    act: Act
    where: tuple[State, ...]
    by: tuple[Role, ...]
    to: State | None  # None: the state stays
    tells: tuple[Role, ...] = ()


def _table() -> dict[Act, Rule]:
    assigned, working, answered, closed = State
    reporter, follower, holder, superior, clock, _ = Role
    rules = (
        #    act             where                          by                    to        tells
        Rule(Act.ADD, (assigned, working, answered), (reporter,), None, (holder,)),
        Rule(Act.ACCEPT, (assigned,), (holder, superior), working, (reporter, holder)),
        Rule(Act.ANSWER, (assigned, working), (holder, superior), answered, (reporter, holder)),
        Rule(Act.ESCALATE, (assigned, working), (holder,), assigned, (reporter, holder)),
        Rule(Act.NOT_OURS, (assigned, working), (holder,), assigned, (reporter, holder)),
        Rule(Act.CHASE, (assigned,), (clock,), assigned, (reporter, holder)),
        Rule(Act.OVERDUE, (working,), (clock,), None, (reporter, holder, superior)),
        Rule(Act.ASKED, (answered,), (clock,), None),
        Rule(Act.UNREACHED, (answered,), (clock,), None, (superior,)),
        Rule(Act.LATER, (answered,), (reporter,), None),
        Rule(Act.ASK_AGAIN, (answered,), (clock,), None, (reporter,)),
        Rule(Act.REMIND, (answered,), (clock,), None, (reporter,)),
        Rule(Act.STRIKE_OFF, (answered,), (reporter,), closed, (holder, follower)),
        Rule(Act.LAPSE, (answered,), (clock,), closed, (reporter,)),
        Rule(Act.REDO, (answered, closed), (reporter,), assigned, (holder, superior)),
        Rule(Act.URGE, (assigned, working), (reporter, follower), None, (holder,)),
        Rule(Act.SUPERVISE, (assigned, working, answered), (superior,), None, (holder,)),
        Rule(Act.WITHDRAW, (assigned, working, answered), (reporter,), closed, (holder,)),
    )
    return {rule.act: rule for rule in rules}


TABLE = _table()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and as what. `person_id` is None for the clock."""

    role: Role
    person_id: int | None = None
    name: str = ""


CLOCK = Actor(Role.CLOCK)


@dataclass(eq=False)
class CaseEvent:
    """One line of a case's history. `data` holds codes and words, JSON-shaped."""

    act: Act
    at: datetime
    by_role: Role
    by_person: int | None
    by_name: str = field(repr=False)
    data: dict[str, str] = field(repr=False)
    case_id: int = 0
    id: int = field(init=False, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is: the area that answers for it, and the resident's own words."""

    area_id: int
    words: str
    latitude: float | None = None
    longitude: float | None = None
