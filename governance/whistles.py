"""The whistle (吹哨报到): a community or street calls several units at once, and each one comes.

The two tables below are the machine and its documentation: `UNIT_TABLE` for one called unit,
`TABLE` for the whistle as a whole. `governance/unitcalls.py` holds a unit's part and
`governance/whistlefile.py` the whistle; both ask their table before every act. Promises that
hold whatever happens:

- every unit that was called ends as done, excused (its refusal was ruled founded) or released;
- while a unit has not answered, somebody is asked next at a known time (`next_at`);
- nobody is chased to report in once the unit has;
- a whistle does not end while its whistler says that it is not done (事不完人不撤), except by a
  superior who gives a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.authority import Power
from governance.worktime import WorkTime


class WhistleState(StrEnum):
    REVIEW = "review"  # 审核: waits for a higher level's word
    BLOWN = "blown"  # 已吹哨
    CONCLUDED = "concluded"  # the lead unit says that it is done; the whistler has not yet
    ENDED = "ended"
    DECLINED = "declined"  # the review said no


class UnitState(StrEnum):
    CALLED = "called"  # 待应哨
    REPORTED_IN = "reported_in"  # 已应哨
    ON_SITE = "on_site"  # 到场
    DONE = "done"
    REFUSED = "refused"  # "not ours"; the district has not ruled yet
    EXCUSED = "excused"  # ruled founded: it was not theirs
    RELEASED = "released"  # not needed any more


GOING = frozenset({WhistleState.BLOWN, WhistleState.CONCLUDED})
"""Its units are called: they act, and are asked."""
RUNNING = frozenset({UnitState.CALLED, UnitState.REPORTED_IN, UnitState.ON_SITE, UnitState.REFUSED})
GONE = frozenset({UnitState.EXCUSED, UnitState.RELEASED})


class Act(StrEnum):
    # of the whistle
    BLOW = "blow"
    APPROVE = "approve"
    DECLINE = "decline"
    ADD = "add"  # one more unit
    LEAD = "lead"  # another unit leads
    CONCLUDE = "conclude"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    END = "end"  # by a superior, with a reason
    CALL_OFF = "call_off"  # the whistler needs nobody any more
    REVIEW = "review"  # an emergency, looked at afterwards
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ASK = "ask"  # whoever has to review or to accept is asked again
    # of one unit
    CALL = "call"
    REACHED = "reached"  # the alert has arrived on a phone
    CLIMB = "climb"  # nobody came in time: the next step of the ladder is alerted
    NEEDS_CALL = "needs_call"  # a muted phone is no excuse: telephone
    TELEPHONED = "telephoned"
    REPORT_IN = "report_in"
    ARRIVE = "arrive"
    HELP = "help"
    PROGRESS = "progress"  # "still at it"
    NUDGE = "nudge"  # reported in and silent since: asked again, then the level above is told
    RESULT = "result"
    REFUSE = "refuse"
    EXCUSE = "excuse"
    INSIST = "insist"  # ruled unfounded: it is theirs
    REDO = "redo"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    JOIN = "join"  # one more helper of the unit
    RATE_UNIT = "rate_unit"
    RATE_WHISTLE = "rate_whistle"


class Role(StrEnum):
    WHISTLER = "whistler"  # whoever blew it, or may blow such a one there
    REVIEWER = "reviewer"
    SUPERIOR = "superior"
    DISTRICT = "district"
    UNIT = "unit"
    CLOCK = "clock"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of the states `where`, one of `by` may do `act`; it leads `to` (None: it stays)."""

    act: Act
    where: tuple[StrEnum, ...]
    by: tuple[Role, ...]
    to: StrEnum | None


def _unit_table() -> dict[Act, Rule]:
    called, reported, on_site, done, refused, excused, released = UnitState
    at_work = (called, reported, on_site)
    running = (*at_work, refused)
    whistler, superior = (Role.WHISTLER, Role.SUPERIOR), (Role.SUPERIOR,)
    unit, clock, district = (Role.UNIT,), (Role.CLOCK,), (Role.DISTRICT,)
    rules = (
        #    act             where                by                  to
        Rule(Act.REACHED, (*running, done), clock, None),
        Rule(Act.CLIMB, (called,), clock, None),
        Rule(Act.NEEDS_CALL, (called,), clock, None),
        Rule(Act.TELEPHONED, (called,), (*whistler, *superior), None),
        Rule(Act.REPORT_IN, (called,), (*unit, *whistler), reported),
        Rule(Act.ARRIVE, (called, reported), unit, on_site),
        Rule(Act.HELP, at_work, unit, None),
        Rule(Act.PROGRESS, (reported, on_site), unit, None),
        Rule(Act.NUDGE, (reported, on_site, done, refused), clock, None),
        Rule(Act.RESULT, at_work, unit, done),
        Rule(Act.REFUSE, (called, reported), (*unit, *whistler), refused),
        Rule(Act.EXCUSE, (refused,), district, excused),
        Rule(Act.INSIST, (refused,), district, called),
        Rule(Act.REDO, (done,), whistler, reported),
        Rule(Act.RELEASE, running, whistler, released),
        Rule(Act.HAND_OVER, at_work, unit, None),
        Rule(Act.JOIN, at_work, unit, None),
        Rule(Act.RATE_UNIT, (done,), whistler, None),
        Rule(Act.RATE_WHISTLE, (done, excused), unit, None),
    )
    return {rule.act: rule for rule in rules}


def _table() -> dict[Act, Rule]:
    review, blown, concluded, ended, declined = WhistleState
    going = (blown, concluded)
    whistler, superior = (Role.WHISTLER, Role.SUPERIOR), (Role.SUPERIOR,)
    reviewer, clock = (Role.REVIEWER,), (Role.CLOCK,)
    rules = (
        #    act            where             by            to
        Rule(Act.APPROVE, (review,), reviewer, blown),
        Rule(Act.DECLINE, (review,), reviewer, declined),
        Rule(Act.ADD, going, whistler, blown),
        Rule(Act.LEAD, (blown,), whistler, None),
        Rule(Act.CONCLUDE, (blown,), (Role.UNIT,), concluded),
        Rule(Act.ACCEPT, (concluded,), whistler, ended),
        Rule(Act.SEND_BACK, (concluded,), whistler, blown),
        Rule(Act.END, going, superior, ended),
        Rule(Act.CALL_OFF, (review, *going), whistler, ended),
        Rule(Act.REVIEW, (*going, ended), reviewer, None),
        Rule(Act.DUE_SOON, (blown,), clock, None),
        Rule(Act.OVERDUE, (blown,), clock, None),
        Rule(Act.ASK, (review, concluded, ended), clock, None),
    )
    return {rule.act: rule for rule in rules}


UNIT_TABLE = _unit_table()
TABLE = _table()


# ── the ladder ───────────────────────────────────────────────────────────────


class Level(StrEnum):
    """Who is alerted next when a unit does not report in."""

    DUTY = "duty"  # A 岗, the unit's duty officer
    PARTNER = "partner"  # B 岗
    LEADER = "leader"  # the unit's leader
    STREET = "street"
    CENTRE = "centre"  # the district's desk


ABOVE = frozenset({Level.STREET, Level.CENTRE})
"""Levels outside the unit: they cannot report in for it, but they can see that somebody comes."""


@dataclass(frozen=True, slots=True)
class Step:
    """`level` is alerted `after` so many minutes without a report-in."""

    level: Level
    after: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The limits a whistle was blown under, in minutes: copied into it, so that a later change
    of the district's policy does not disturb it.

    `working`: minutes of working time instead of the clock's. `report_in` is the limit,
    `telephone` when a call is asked for, `silent` after a report-in without arrival and
    `progress` after an arrival without a word; `repeat` is the pause between two alerts at the
    top; `accept` the time a whistler or reviewer has before being asked again.
    """

    steps: tuple[Step, ...]
    working: bool
    report_in: float
    telephone: float
    silent: float
    progress: float
    repeat: float
    accept: float

    def later(self, at: datetime, minutes: float, work: WorkTime) -> datetime:
        """So many minutes after a moment, as this ladder counts them."""
        return work.add(at, minutes / 60) if self.working else at + timedelta(minutes=minutes)

    def step_at(self, called_at: datetime, now: datetime, work: WorkTime) -> int:
        """The last step whose time has come."""
        times = [self.later(called_at, step.after, work) for step in self.steps]
        return max((i for i, at in enumerate(times) if at <= now), default=0)

    def as_json(self) -> dict[str, object]:
        found: dict[str, object] = {name: getattr(self, name) for name in _NUMBERS}
        return {**found, "steps": [[step.level.value, step.after] for step in self.steps]}

    @staticmethod
    def from_json(data: Mapping[str, object]) -> Ladder:
        steps = data["steps"]
        if not isinstance(steps, list) or not steps:
            raise ValueError("a ladder has at least one step")
        values = {name: data[name] for name in _NUMBERS}
        return Ladder(
            tuple(Step(Level(level), after) for level, after in steps),
            **values,  # type: ignore[arg-type]
        )


_NUMBERS = ("working", "report_in", "telephone", "silent", "progress", "repeat", "accept")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of whistle: data that a district can change.

    `power` says who may blow it (governance/authority.py). One that is `reviewed` and blown
    by somebody who may not review waits for a higher level first. `result_hours` is proposed
    as the time for the result.
    """

    code: str
    name_zh: str
    name_en: str
    power: Power
    emergency: bool
    reviewed: bool
    result_hours: float
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and as what. `person_id` is None for the clock."""

    role: Role
    person_id: int | None = None
    name: str = ""


CLOCK = By(Role.CLOCK)


@dataclass(eq=False)
class WhistleEvent:
    """One line of a whistle's record; `call_id` is the unit's part it is about, if any."""

    act: Act
    at: datetime
    by_role: Role
    by_person: int | None
    by_name: str = field(repr=False)
    data: dict[str, str] = field(repr=False)
    whistle_id: int = 0
    call_id: int | None = None
    id: int = field(init=False, repr=False)
