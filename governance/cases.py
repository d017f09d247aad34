"""A case: one reported problem, from the report to the resident's own "yes, it is solved".

`TABLE` below is the machine and its documentation: which act is possible in which state,
for whom, where it leads and who is told. `governance/casefile.py` holds the case itself,
which asks this table before every act. Promises that hold whatever happens:

- a case always has a holder;
- the promised last day (`result_due`) never changes after the case was opened; an extension
  stands beside it, and both are shown;
- who handles a case cannot close it as done: only its reporter can, or whoever telephones them
  and never handled it, or the open rule after silence. What is declined or doubled ends with a
  reason, and the level above hears of it;
- a unit gives a case back once; the second dispute goes to the city centre, and what the centre
  designates cannot be given back.

What is done again leads back to `assigned`: the same holder has it, with a new promise of
contact, and has to accept once more. So that promise is guarded like the first one (`chase`),
also where nobody had ever accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.org import PostKind


class State(StrEnum):
    ASSIGNED = "assigned"  # 待处置: somebody holds it and has not accepted yet, or not again
    WORKING = "working"  # 处置中
    SUSPENDED = "suspended"  # 挂账: nothing can be done until a known day
    ANSWERED = "answered"  # 待回访: the handler says it is done; the resident has not said so
    CLOSED = "closed"  # 已结案


class Act(StrEnum):
    OPEN = "open"
    # what its reporter and followers do
    ADD = "add"  # the reporter says or shows more
    LATER = "later"  # "not looked yet"
    STRIKE_OFF = "strike_off"
    REDO = "redo"
    URGE = "urge"
    WITHDRAW = "withdraw"
    # in whose hands it is
    ACCEPT = "accept"
    ESCALATE = "escalate"
    NOT_OURS = "not_ours"
    ASSIGN = "assign"  # 交办: to somebody on the place's ladder
    GIVE = "give"  # 派遣: to a unit
    GIVE_BACK = "give_back"  # 退单: a unit says that it is not theirs, with the ground
    DESIGNATE = "designate"  # 指定: the city centre decides, and it cannot be given back
    ADD_UNIT = "add_unit"  # 加派
    DROP_UNIT = "drop_unit"
    FEED_BACK = "feed_back"  # a unit that helps tells whoever leads
    # the work on it
    CONTACT = "contact"  # 首次联系: somebody has spoken with the reporter
    WORD = "word"  # a word to the reporter
    NOTE = "note"  # an internal one
    MEDIATE = "mediate"  # 调解: both sides agreed on something; what, only its holder knows
    WRITE_DOWN = "write_down"  # what was said by voice, by whoever has listened
    SORT = "sort"  # another category
    SPLIT = "split"  # one message was about several things
    ANSWER = "answer"  # the handler's result
    DECLINE = "decline"  # 不予受理, with the reason and the right channel
    MERGE = "merge"  # 并案: another case is the same
    SUPERVISE = "supervise"  # 督办
    # its clocks
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"  # 延期
    ASK_SUSPENSION = "ask_suspension"
    SUSPEND = "suspend"  # 挂账
    DENY = "deny"  # no extension, no suspension
    RESUME = "resume"
    WAKE = "wake"  # the suspension is over
    WARN = "warn"  # four fifths of the time have passed
    CHASE = "chase"  # nobody accepted in time
    OVERDUE = "overdue"  # the promised last day has passed
    ASKED = "asked"  # the question "is it solved?" has surely reached the reporter
    UNREACHED = "unreached"  # it could not reach them: a telephone call is needed
    MISSED = "missed"  # they were telephoned and did not answer
    ASK_AGAIN = "ask_again"
    REMIND = "remind"
    LAPSE = "lapse"  # silence; closed by the open rule, not counted as satisfied


class Role(StrEnum):
    REPORTER = "reporter"
    HELPER = "helper"  # 帮办人: reported it for them, and says what they say
    FOLLOWER = "follower"
    HOLDER = "holder"
    PARTNER = "partner"  # of a unit that helps the holder
    SUPERIOR = "superior"  # whoever stands above the holder on the ladder
    CALLER = "caller"  # 平台回访员: telephones the reporter, and never handled the case
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
    DECLINED = "declined"
    DUPLICATE = "duplicate"


class Ending(StrEnum):
    """As what a closed case reads."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    NOT_ACCEPTED = "not_accepted"
    DUPLICATE = "duplicate"
    DEFAULT = "default"
    WITHDRAWN = "withdrawn"


class Ground(StrEnum):
    """Why a unit gives a case back."""

    NOT_DUTY = "not_duty"  # not among its duties
    OTHER_AREA = "other_area"  # outside the area it serves
    OTHER_UNIT = "other_unit"  # another unit's by rule or contract
    OWNER = "owner"  # private property; its owner has to act
    UNCLEAR = "unclear"  # cannot be found from what is known


class Reason(StrEnum):
    """Why a case is not accepted; each one names another way."""

    LITIGATION = "litigation"  # before a court, or decided there
    PETITION = "petition"  # in the petitioning procedure
    CONFIDENTIAL = "confidential"  # state or trade secrets, somebody's private life
    CONCLUDED = "concluded"  # decided before, with nothing new
    OUT_OF_SCOPE = "out_of_scope"  # not a matter of the district
    UNLAWFUL = "unlawful"  # asks for something the law does not allow


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of the states `where`, `by` may do `act`; it leads `to` and `tells` are told.

    `lowest`: the lowest post on the ladder that may, where not everybody in the role may; a
    unit's officer counts as below all of them.
    """

    act: Act
    where: tuple[State, ...]
    by: tuple[Role, ...]
    to: State | None  # None: the state stays
    tells: tuple[Role, ...] = ()
    lowest: PostKind | None = None


def _table() -> dict[Act, Rule]:
    assigned, working, suspended, answered, closed = State
    reporter, helper, follower, holder, partner, superior, caller, clock, _ = Role
    community, centre = PostKind.COMMUNITY_DUTY, PostKind.DISTRICT_DESK
    begun = (assigned, working)  # somebody is to do something now
    running = (assigned, working, suspended, answered)
    desk = (holder, superior)
    theirs = (reporter, helper)  # 帮办: whoever reported it for them speaks for them
    moved, both = (reporter, holder), (reporter, holder)
    rules = (
        #    act                where                by                        to         tells
        Rule(Act.ADD, running, theirs, None, (holder,)),
        Rule(Act.LATER, (answered,), theirs, None),
        Rule(Act.STRIKE_OFF, (answered,), (*theirs, caller), closed, (holder, follower)),
        Rule(Act.REDO, (answered, closed), (*theirs, caller), assigned, (holder, superior)),
        Rule(Act.URGE, (assigned, working, suspended), (*theirs, follower), None, (holder,)),
        Rule(Act.WITHDRAW, running, theirs, closed, (holder,)),
        Rule(Act.ACCEPT, (assigned,), desk, working, both),
        Rule(Act.ESCALATE, begun, (holder,), assigned, moved),
        Rule(Act.NOT_OURS, begun, (holder,), assigned, moved),
        Rule(Act.ASSIGN, begun, desk, assigned, moved),
        Rule(Act.GIVE, begun, desk, assigned, moved, lowest=community),
        Rule(Act.GIVE_BACK, begun, (holder,), assigned, (reporter, holder, superior)),
        Rule(Act.DESIGNATE, begun, desk, assigned, moved, lowest=centre),
        Rule(Act.ADD_UNIT, begun, desk, None, (reporter, partner), lowest=community),
        Rule(Act.DROP_UNIT, begun, desk, None, (partner,), lowest=community),
        Rule(Act.FEED_BACK, begun, (partner,), None, (holder,)),
        Rule(Act.CONTACT, (assigned, working, suspended), (holder,), None),
        Rule(Act.WORD, running, (holder,), None, (reporter,)),
        Rule(Act.NOTE, (*running, closed), (holder, partner, superior), None, (holder,)),
        Rule(Act.MEDIATE, begun, (holder,), None),
        Rule(Act.WRITE_DOWN, begun, (holder,), None, (reporter,)),
        Rule(Act.SORT, begun, desk, None),
        Rule(Act.SPLIT, begun, desk, None, (reporter,)),
        Rule(Act.ANSWER, (assigned, working, suspended), desk, answered, both),
        Rule(Act.DECLINE, begun, desk, closed, (reporter, superior), lowest=community),
        Rule(Act.MERGE, (assigned, working, suspended), desk, closed, (reporter, follower)),
        Rule(Act.SUPERVISE, running, (superior,), None, (holder,)),
        Rule(Act.ASK_EXTENSION, begun, (holder,), None, (superior,)),
        Rule(Act.EXTEND, begun, (superior,), None, both),
        Rule(Act.ASK_SUSPENSION, begun, (holder,), None, (superior,)),
        Rule(Act.SUSPEND, begun, (superior,), suspended, both),
        Rule(Act.DENY, begun, (superior,), None, (holder,)),
        Rule(Act.RESUME, (suspended,), desk, working, both),
        Rule(Act.WAKE, (suspended,), (clock,), working, (reporter, holder, superior)),
        Rule(Act.WARN, (working,), (clock,), None, (holder, partner)),
        Rule(Act.CHASE, (assigned,), (clock,), assigned, (reporter, holder)),
        Rule(Act.OVERDUE, (working,), (clock,), None, (reporter, holder, superior)),
        Rule(Act.ASKED, (answered,), (clock,), None),
        Rule(Act.UNREACHED, (answered,), (clock,), None, (superior,)),
        Rule(Act.MISSED, (answered,), (caller,), None),
        Rule(Act.ASK_AGAIN, (answered,), (clock,), None, (reporter,)),
        Rule(Act.REMIND, (answered,), (clock,), None, (reporter,)),
        Rule(Act.LAPSE, (answered,), (clock,), closed, (reporter,)),
    )
    return {rule.act: rule for rule in rules}


TABLE = _table()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and as what. `person_id` is None for the clock.

    `post` is the post on the ladder that makes them a holder or superior; None for a unit's.
    """

    role: Role
    person_id: int | None = None
    name: str = ""
    post: PostKind | None = None


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


WORDS = frozenset({"words", "note", "name", "to"})
"""The keys of a line's `data` under which somebody's words or a name stand; all others are codes,
which stay when the words are deleted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is: the area that answers for it, and the resident's own words."""

    area_id: int
    words: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """办结单: what the handler says at the end; `note` is what the resident reads.

    `true`: the matter is as reported. `outside`: outside the duties of whoever answers. `how`:
    in what way the reporter was spoken with ("phone", "visit", "chat", "" for not at all);
    `silent`: why nobody has.
    """

    outcome: Outcome
    note: str
    true: bool = True
    outside: bool = False
    how: str = ""
    silent: str = ""
