"""What is known of a case, and the three things that every act on it needs.

An act asks `may`, changes what is known, and ends with `record`, which writes one line of the
history. The acts stand by what they are about: `governance/casehands.py` (in whose hands it is),
`governance/caseclocks.py`, `governance/caseends.py` (the result and what the resident says);
`governance/casefile.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from governance.cases import (
    TABLE,
    Act,
    Actor,
    CaseEvent,
    Ending,
    Outcome,
    Role,
    Rule,
    State,
    Verdict,
)
from governance.filing import Via
from governance.org import LADDER, PostKind, Rung, level_of
from governance.policy import Policy
from governance.refused import Refused

WARN_AT = 0.8  # of the time from the report to the last day
ENDINGS = {
    Verdict.DECLINED: Ending.NOT_ACCEPTED,
    Verdict.DUPLICATE: Ending.DUPLICATE,
    Verdict.DEFAULT: Ending.DEFAULT,
    Verdict.WITHDRAWN: Ending.WITHDRAWN,
}


@dataclass(eq=False, repr=False)
class CaseRecord:
    """The present state of one problem; `events` are the lines written since it was loaded.

    `next_at` is when the clock must look at it again (None: never). `contact_due` is by when
    the reporter was promised to hear, `result_due` the promised last day, which never changes;
    `extended_until` is a later one that was approved.
    `danger` is the kind of danger to life that was reported, or "". After `words_until` the
    reporter's words and photos are deleted.
    A unit that holds it has a `holder_unit_id`; `given_by` is the level that gave it to the unit.
    `concerns_id` is an officer the case is about, who never sees it. `via` is how the
    report came, `filed_by` who filed it, where that was not its reporter in the ordinary way. `hops` counts how often it changed hands after the first.
    `contacted_at` is when somebody first spoke with the reporter since it was reported, or
    reopened. `needs_call`: the reporter has to be telephoned; `missed_calls` counts the times in
    vain.
    `asking` is what its holder has asked for and nobody has decided: EXTEND or SUSPEND.
    """

    number: str
    area_id: int
    path: str
    place: str
    latitude: float | None
    longitude: float | None
    category: str
    family: str
    text: str
    emergency: bool
    public: bool
    private: bool
    reporter_id: int
    opened_at: datetime
    contact_due: datetime
    result_due: datetime
    holder_id: int
    holder_name: str
    holder_phone: str
    holder_post: PostKind
    holder_area_id: int | None
    holder_unit_id: int | None = None
    holder_unit: str = ""
    given_by: PostKind | None = None
    designated: bool = False
    returned: int = 0
    hops: int = 0
    co_units: int = 0
    danger: str = ""
    anonymous: bool = False
    concerns_id: int | None = None
    via: Via = Via.OWN
    filed_by: int | None = None
    split_from: int | None = None
    merged_into: int | None = None
    state: State = State.ASSIGNED
    accepted_at: datetime | None = None
    contacted_at: datetime | None = None
    extended_until: datetime | None = None
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None
    asking: Act | None = None
    asking_until: datetime | None = None
    asking_words: str = ""
    warned_at: datetime | None = None
    overdue_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: int | None = None
    outcome: Outcome | None = None
    outcome_note: str = ""
    untrue: bool = False
    outside: bool = False
    asked_at: datetime | None = None
    ask_again_at: datetime | None = None
    reminded_at: datetime | None = None
    needs_call: bool = False
    missed_calls: int = 0
    closed_at: datetime | None = None
    verdict: Verdict | None = None
    reopen_until: datetime | None = None
    words_until: datetime | None = None
    redone: int = 0
    redo_words: str = ""
    urged: int = 0
    supervised: str = ""
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)
    events: list[CaseEvent] = field(default_factory=list)

    def __repr__(self) -> str:
        """Enough to find it, and nothing that somebody said: it may end up in a log."""
        return f"<Case {self.number} {self.state}>"

    @property
    def path_ids(self) -> list[int]:
        """Area ids from the district down to the place."""
        return [int(part) for part in self.path.split("/") if part]

    @property
    def helper_id(self) -> int | None:
        """帮办人: who reported it for somebody else; None where nobody did."""
        return self.filed_by if self.filed_by != self.reporter_id else None

    @property
    def found_by_handler(self) -> bool:
        """自办: who found it handles it, so that somebody else has to look at the result."""
        return self.reporter_id in (self.holder_id, self.answered_by)

    @property
    def due(self) -> datetime:
        """The last day as it stands now: the promised one, or a later one that was approved."""
        return self.extended_until or self.result_due

    @property
    def level(self) -> int:
        """How high on the ladder it lies; in a unit's hands just below whoever gave it to them."""
        if self.holder_unit_id is None:
            return LADDER.index(self.holder_post)
        return LADDER.index(self.given_by or PostKind.COMMUNITY_DUTY) - 1

    @property
    def ending(self) -> Ending | None:
        """As what it reads once it is closed; None while it runs."""
        if self.verdict is None:
            return None
        solved = Ending.SOLVED if self.outcome is Outcome.SOLVED else Ending.EXPLAINED
        return ENDINGS.get(self.verdict, solved)

    def above(self, rungs: Sequence[Rung]) -> Rung | None:
        """Who stands above its holder: a higher post held by somebody else; None at the top."""
        higher = (r for r in rungs if level_of(r.post) > self.level)
        return next(
            (r for r in higher if r.person_id not in (self.holder_id, self.concerns_id)), None
        )

    def stood_in_by(self, rung: Rung, person_id: int | None) -> bool:
        """Whether this rung is that person, as the partner or colleague of the case's holder."""
        if self.holder_unit_id is not None:
            return rung.unit_id == self.holder_unit_id and rung.person_id == person_id
        same = (rung.post, rung.holder_id) == (self.holder_post, self.holder_id)
        return same and rung.person_id == person_id

    # ── what every act does ──────────────────────────────────────────────────

    def may(self, act: Act, by: Actor) -> Rule:
        """The rule of the act. Raises `Refused` for the wrong person, state or level."""
        rule = TABLE[act]
        if by.role not in rule.by:
            raise Refused("not_yours", act=act, number=self.number, holder=self.holder_name)
        if self.state not in rule.where:
            raise Refused("wrong_state", act=act, state=self.state, number=self.number)
        if rule.lowest is not None and level_of(by.post) < level_of(rule.lowest):
            raise Refused("level_too_low", act=act, post=rule.lowest, number=self.number)
        return rule

    def record(self, rule: Rule, by: Actor, now: datetime, **data: str) -> tuple[Role, ...]:
        """One more line of the history, and the state the rule leads to; who must be told."""
        self.state = rule.to or self.state
        self.events.append(CaseEvent(rule.act, now, by.role, by.person_id, by.name, data))
        return rule.tells

    def hold(self, rung: Rung) -> None:
        """In this person's hands from now on."""
        self.holder_id, self.holder_name = rung.person_id, rung.name
        self.holder_phone, self.holder_post = rung.phone, rung.post
        self.holder_unit_id, self.holder_unit = rung.unit_id, rung.unit
        self.holder_area_id = rung.area_id

    def hands(self) -> dict[str, str]:
        """Whose it is, as a line of the history keeps it: a name to read, and codes to count by."""
        unit = {"unit": str(self.holder_unit_id)} if self.holder_unit_id is not None else {}
        return {
            "to": self.holder_name,
            "person": str(self.holder_id),
            "post": self.holder_post,
            **unit,
        }

    def watch(self, now: datetime) -> None:
        """The clock looks again when most of the time has passed, then on the last day."""
        warn = self.opened_at + (self.due - self.opened_at) * WARN_AT
        ahead = warn if self.warned_at is None and warn > now else self.due
        self.next_at = ahead if self.overdue_at is None else None

    def promise_contact(self, policy: Policy, now: datetime) -> None:
        """Somebody has to accept by then; else the clock passes it on."""
        self.accepted_at = None
        kind = policy.category(self.category)
        self.contact_due = policy.contact_due(kind, now, emergency=self.emergency)
        self.next_at = policy.chase_at(self.contact_due, now, emergency=self.emergency)
