"""The case itself: its present state, the acts that change it, and its clocks.

What may be done, by whom and when, stands in `governance/cases.py`; every act here asks that
table first, changes the case, and writes one line of its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from governance.cases import (
    CLOCK,
    TABLE,
    Act,
    Actor,
    CaseEvent,
    Outcome,
    Place,
    Role,
    Rule,
    State,
    Verdict,
)
from governance.org import LADDER, PostKind, Rung, next_rung
from governance.policy import Policy
from governance.refused import Refused

LONGEST_PAUSE = timedelta(minutes=30)  # between two alerts at the top of the ladder


@dataclass(eq=False, repr=False)
class Case:
    """The present state of one problem; `events` are the lines written since it was loaded.

    `next_at` is when the clock must look at it again (None: never). `contact_due` is by when
    the reporter was promised to hear, `result_due` the promised last day.
    `danger` is the kind of danger to life that was reported, or "". After `words_until` the
    reporter's words and photos are deleted.
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
    holder_area_id: int
    danger: str = ""
    state: State = State.ASSIGNED
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    outcome_note: str = ""
    asked_at: datetime | None = None
    ask_again_at: datetime | None = None
    reminded_at: datetime | None = None
    overdue_at: datetime | None = None
    needs_call: bool = False
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

    # ── what people do ───────────────────────────────────────────────────────

    def accept(self, by: Actor, rungs: Sequence[Rung], now: datetime) -> tuple[Role, ...]:
        """Working from now on. A superior or partner who accepts becomes the holder."""
        rule = self._may(Act.ACCEPT, by)
        self._take(by, rungs)
        self.accepted_at = now
        # Accepted only after the promised day: that it has passed is still to be said.
        self.next_at = self.result_due if self.overdue_at is None else None
        return self._record(rule, by, now)

    def answer(
        self, by: Actor, rungs: Sequence[Rung], outcome: Outcome, note: str, now: datetime
    ) -> tuple[Role, ...]:
        """The handler's word that it is done. The reporter will be asked; until then it is open.

        If the question never surely reaches the reporter, the clock finds that after a day.
        """
        rule = self._may(Act.ANSWER, by)
        self._take(by, rungs)
        self.accepted_at = self.accepted_at or now
        self.answered_at, self.outcome, self.outcome_note = now, outcome, note
        self.asked_at = self.reminded_at = self.ask_again_at = None
        self.needs_call = False
        self.next_at = now + timedelta(days=1)
        return self._record(rule, by, now, outcome=outcome, note=note)

    def escalate(
        self, by: Actor, rungs: Sequence[Rung], reason: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Held by the next level from now on, with a new promise of contact."""
        return self._up(Act.ESCALATE, by, rungs, reason, policy, now)

    def not_ours(
        self, by: Actor, rungs: Sequence[Rung], reason: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Handed up because the holder says it is not theirs; the ground is kept."""
        return self._up(Act.NOT_OURS, by, rungs, reason, policy, now)

    def add(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """The reporter's later words are part of the case."""
        return self._record(self._may(Act.ADD, by), by, now, words=words)

    def urge(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """Counted and passed on; no clock is touched."""
        rule = self._may(Act.URGE, by)
        self.urged += 1
        return self._record(rule, by, now, words=words)

    def supervise(self, by: Actor, note: str, now: datetime) -> tuple[Role, ...]:
        """A higher level's note stands on the case until it is closed."""
        rule = self._may(Act.SUPERVISE, by)
        self.supervised = note
        return self._record(rule, by, now, note=note)

    def strike_off(
        self, by: Actor, verdict: Verdict, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Closed on the reporter's own word."""
        rule = self._may(Act.STRIKE_OFF, by)
        self._close(verdict, policy, now)
        return self._record(rule, by, now, verdict=verdict)

    def withdraw(self, by: Actor, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Closed because the reporter no longer wants it."""
        rule = self._may(Act.WITHDRAW, by)
        self._close(Verdict.WITHDRAWN, policy, now)
        return self._record(rule, by, now)

    def later(self, by: Actor, ask_again: datetime, now: datetime) -> tuple[Role, ...]:
        """Nothing is decided; the question comes again at `ask_again`, silence counts from there."""
        rule = self._may(Act.LATER, by)
        self.asked_at = self.reminded_at = None
        self.needs_call = False
        self.ask_again_at = self.next_at = ask_again
        return self._record(rule, by, now)

    def redo(self, by: Actor, words: str, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Open again with the same holder, who has to accept anew by the new promise of contact.

        A closed case reopens until `reopen_until` only. Where the promised last day is over,
        that counts as told: the reporter reads it with the new promise.
        """
        rule = self._may(Act.REDO, by)
        if self.state is State.CLOSED and (self.reopen_until is None or now > self.reopen_until):
            raise Refused("reopen_window_over", until=self.reopen_until)
        self.redone += 1
        self.needs_call = False
        self.redo_words, self.outcome = words, None
        self.verdict = self.closed_at = self.reopen_until = self.words_until = None
        if now >= self.result_due:
            self.overdue_at = self.overdue_at or now
        self._promise_contact(policy, now)
        return self._record(rule, by, now, words=words)

    # ── what the clock and the sender do ─────────────────────────────────────

    def chase(self, rungs: Sequence[Rung], policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Nobody accepted in time: the next level holds it. At the top it stays and is asked again."""
        return self._up(Act.CHASE, CLOCK, rungs, "", policy, now)

    def overdue(self, now: datetime) -> tuple[Role, ...]:
        """Recorded once that the promised last day has passed; the day itself stays."""
        rule = self._may(Act.OVERDUE, CLOCK)
        self.overdue_at = self.overdue_at or now
        self.next_at = None
        return self._record(rule, CLOCK, now)

    def asked(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """The question has reached the reporter: silence counts from this moment.

        A late word of an earlier question changes nothing: "later" is what was answered since.
        """
        rule = self._may(Act.ASKED, CLOCK)
        unreached, self.needs_call = self.needs_call, False
        if self.ask_again_at is None and (unreached or self.asked_at is None):
            self.asked_at, self.reminded_at = now, None
            self.next_at = policy.waking(now + policy.remind_after)
        return self._record(rule, CLOCK, now)

    def unreached(self, now: datetime) -> tuple[Role, ...]:
        """The question cannot reach the reporter: somebody has to telephone. Never closes."""
        rule = self._may(Act.UNREACHED, CLOCK)
        self.needs_call, self.next_at, self.ask_again_at = True, None, None
        return self._record(rule, CLOCK, now)

    def ask_again(self, now: datetime) -> tuple[Role, ...]:
        """The question is put anew, as if for the first time."""
        rule = self._may(Act.ASK_AGAIN, CLOCK)
        self.ask_again_at = None
        self.next_at = now + timedelta(days=1)
        return self._record(rule, CLOCK, now)

    def remind(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Asked a second and last time; even a late reminder leaves time for an answer."""
        rule = self._may(Act.REMIND, CLOCK)
        self.reminded_at = now
        self.next_at = max((self.asked_at or now) + policy.lapse_after, now + policy.remind_after)
        return self._record(rule, CLOCK, now)

    def lapse(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Closed by the open rule: asked, reminded, silent. Only after a confirmed delivery."""
        rule = self._may(Act.LAPSE, CLOCK)
        if self.asked_at is None:
            raise Refused("never_asked")
        self._close(Verdict.DEFAULT, policy, now)
        return self._record(rule, CLOCK, now)

    def due_act(self, now: datetime, policy: Policy) -> Act | None:
        """What the clock has to do now, from the state alone; None when nothing is due."""
        if self.next_at is None or self.next_at > now:
            return None
        if self.state is State.ASSIGNED:
            return Act.CHASE
        if self.state is State.WORKING:
            return Act.OVERDUE
        if self.state is State.CLOSED:
            return None
        if self.asked_at is None:
            # A question whose delivery nobody could confirm needs a telephone call.
            return Act.ASK_AGAIN if self.ask_again_at else Act.UNREACHED
        return Act.REMIND if self.reminded_at is None else Act.LAPSE

    # ── inside ───────────────────────────────────────────────────────────────

    def _may(self, act: Act, by: Actor) -> Rule:
        rule = TABLE[act]
        if by.role not in rule.by:
            raise Refused("not_yours", act=act, number=self.number, holder=self.holder_name)
        if self.state not in rule.where:
            raise Refused("wrong_state", act=act, state=self.state, number=self.number)
        return rule

    def _record(self, rule: Rule, by: Actor, now: datetime, **data: str) -> tuple[Role, ...]:
        self.state = rule.to or self.state
        self.events.append(CaseEvent(rule.act, now, by.role, by.person_id, by.name, data))
        return rule.tells

    def stood_in_by(self, rung: Rung, person_id: int | None) -> bool:
        """Whether this rung is that person, as the partner of the case's holder."""
        same = (rung.post, rung.holder_id) == (self.holder_post, self.holder_id)
        return same and rung.person_id == person_id

    def _take(self, by: Actor, rungs: Sequence[Rung]) -> None:
        """A superior, or a partner who stands in, holds the case they act on from then on."""
        if by.role is Role.HOLDER and by.person_id != self.holder_id:
            self._hold(next(r for r in rungs if self.stood_in_by(r, by.person_id)))
        if by.role is Role.SUPERIOR:
            mine = [rung for rung in rungs if rung.person_id == by.person_id]
            level = LADDER.index(self.holder_post)
            # Of several posts, the one that makes them a superior here.
            self._hold(next((r for r in mine if LADDER.index(r.post) > level), mine[0]))

    def _hold(self, rung: Rung) -> None:
        self.holder_id, self.holder_name = rung.person_id, rung.name
        self.holder_phone = rung.phone
        self.holder_post, self.holder_area_id = rung.post, rung.area_id

    def _up(
        self,
        act: Act,
        by: Actor,
        rungs: Sequence[Rung],
        reason: str,
        policy: Policy,
        now: datetime,
    ) -> tuple[Role, ...]:
        rule = self._may(act, by)
        rung = next_rung(rungs, self.holder_post, self.holder_id)
        if rung is None and by.role is not Role.CLOCK:
            raise Refused("nobody_above", number=self.number)
        if rung is not None:
            self._hold(rung)
        self._promise_contact(policy, now)
        if rung is None and self.emergency and self.next_at is not None:
            # At the top the same one is asked again, ever more slowly but never given up.
            pause = min((now - self.opened_at) / 2, LONGEST_PAUSE)
            self.next_at = max(self.next_at, now + pause)
        return self._record(rule, by, now, reason=reason, to=self.holder_name)

    def _promise_contact(self, policy: Policy, now: datetime) -> None:
        """Somebody has to accept by then; else the clock passes it on."""
        self.accepted_at = None
        kind = policy.category(self.category)
        self.contact_due = policy.contact_due(kind, now, emergency=self.emergency)
        self.next_at = policy.chase_at(self.contact_due, now, emergency=self.emergency)

    def _close(self, verdict: Verdict, policy: Policy, now: datetime) -> None:
        self.verdict, self.closed_at, self.next_at = verdict, now, None
        self.reopen_until = now + policy.reopen_for
        self.words_until = now + policy.retention
        self.needs_call = False


def open_case(
    *,
    number: str,
    place: Place,
    path: str,
    category: str,
    text: str,
    reporter: Actor,
    rungs: Sequence[Rung],
    policy: Policy,
    now: datetime,
    emergency: bool = False,
    danger: str = "",
) -> Case:
    """A new case in the hands of the nearest post. `rungs` is the ladder above its place.

    An emergency is not filed away in working hours: its first clock is minutes. Raises
    `Refused("nobody_answers")` for a district in which no post is held at all.
    """
    if not rungs:
        raise Refused("nobody_answers")
    kind = policy.category(category)
    first = rungs[0]
    emergency = emergency or kind.emergency
    contact = policy.contact_due(kind, now, emergency=emergency)
    case = Case(
        number=number,
        area_id=place.area_id,
        path=path,
        place=place.words,
        latitude=place.latitude,
        longitude=place.longitude,
        category=category,
        family=kind.family,
        text=text,
        emergency=emergency,
        public=kind.public,
        private=kind.private,
        reporter_id=reporter.person_id or 0,
        opened_at=now,
        contact_due=contact,
        result_due=policy.result_due(kind, now),
        holder_id=first.person_id,
        holder_name=first.name,
        holder_phone=first.phone,
        holder_post=first.post,
        holder_area_id=first.area_id,
        danger=danger,
        next_at=policy.chase_at(contact, now, emergency=emergency),
    )
    data = {"to": first.name, "category": category}
    case.events.append(
        CaseEvent(Act.OPEN, now, reporter.role, reporter.person_id, reporter.name, data)
    )
    return case
