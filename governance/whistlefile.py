"""The whistle as a whole: who is called where and for what, until its whistler says it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from governance.refused import Refused
from governance.unitcalls import UnitCall
from governance.whistles import (
    CLOCK,
    GONE,
    TABLE,
    Act,
    By,
    Kind,
    Ladder,
    Role,
    Rule,
    UnitState,
    WhistleEvent,
    WhistleState,
)
from governance.worktime import WorkTime

SOON = 0.8  # of the time for the result, after which a reminder comes


@dataclass(eq=False, repr=False)
class Whistle:
    """The present state of one whistle. `events` are the lines written since it was loaded.

    `power` names who may run it, copied from its kind with the `ladder`. `area_id` is where
    it happens and `path` the areas it lies in. `next_at` is when the clock must look at the
    whistle itself (None: only at its units). `asked` counts how often somebody who has to
    review or accept was asked again.
    """

    number: str
    kind: str
    power: str
    emergency: bool
    area_id: int
    path: str
    place: str
    latitude: float | None
    longitude: float | None
    text: str
    by_id: int
    by_name: str
    ladder: Ladder
    made_at: datetime
    result_due: datetime
    case_id: int | None = None
    plan: str = ""
    plan_id: int | None = None
    meet: str = ""
    state: WhistleState = WhistleState.REVIEW
    blown_at: datetime | None = None
    warned_at: datetime | None = None
    overdue_at: datetime | None = None
    concluded_at: datetime | None = None
    conclusion: str = ""
    ended_at: datetime | None = None
    ended_how: str = ""
    reviewed: str = ""
    asked: int = 0
    words_until: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)
    events: list[WhistleEvent] = field(default_factory=list)

    def __repr__(self) -> str:
        """Enough to find it, and nothing that somebody said: it may end up in a log."""
        return f"<Whistle {self.number} {self.state}>"

    # ── blown, reviewed ──────────────────────────────────────────────────────

    def wait_for_review(self, now: datetime, work: WorkTime) -> None:
        """A higher level has to say yes first."""
        self.next_at = self.ladder.later(now, self.ladder.accept, work)
        self._line(Act.BLOW, By(Role.WHISTLER, self.by_id, self.by_name), now)

    def blow(self, by: By, now: datetime) -> None:
        """Blown without a review: nothing above has to say yes."""
        self.state, self.blown_at = WhistleState.BLOWN, now
        self.next_at = self._soon()
        self._line(Act.BLOW, by, now)

    def approve(self, by: By, now: datetime) -> None:
        """Blown from now on; the time for its result begins only now."""
        rule = self._may(Act.APPROVE, by)
        self.result_due += now - self.made_at
        self.blown_at, self.asked, self.reviewed = now, 0, "yes"
        self.next_at = self._soon()
        self._record(rule, by, now)

    def decline(self, by: By, reason: str, now: datetime) -> None:
        """Not blown, for a reason that its whistler reads."""
        rule = self._may(Act.DECLINE, by)
        self.ended_at, self.ended_how, self.reviewed = now, reason, "no"
        self.next_at = None
        self._record(rule, by, now, words=reason)

    def review(self, by: By, now: datetime, *, justified: bool) -> None:
        """An emergency was looked at afterwards: was the whistle called for?"""
        rule = self._may(Act.REVIEW, by)
        if not self.emergency or self.reviewed:
            raise Refused("reviewed_already")
        self.reviewed = "yes" if justified else "no"
        if self.state is WhistleState.ENDED:
            self.next_at = None
        self._record(rule, by, now, justified=self.reviewed)

    # ── while it runs ────────────────────────────────────────────────────────

    def add(self, by: By, unit_name: str, now: datetime) -> None:
        """One more unit is called; a concluded whistle goes on."""
        rule = self._may(Act.ADD, by)
        self._go_on(now)
        self._record(rule, by, now, unit=unit_name)

    def lead_with(self, by: By, lead: UnitCall, calls: Sequence[UnitCall], now: datetime) -> None:
        """This unit leads from now on, and no other."""
        rule = self._may(Act.LEAD, by)
        if lead.state in GONE:
            raise Refused("call_moved_on", unit=lead.unit_name)
        for call in calls:
            call.lead = call is lead
            call.rest()
        self._record(rule, by, now, unit=lead.unit_name)

    def settle(
        self,
        calls: Sequence[UnitCall],
        by: By,
        now: datetime,
        work: WorkTime,
        last: UnitCall | None = None,
    ) -> Act | None:
        """After a unit has changed: concluded once all are done, by the last word of the lead.
        That is its result, where it is the `last` one to be done.

        Returns CONCLUDE when that has happened now, LEAD when the lead unit still has to say
        the last word, CALL_OFF when no unit is left; None while others are at it.
        """
        if self.state is not WhistleState.BLOWN:
            return None
        staying = [call for call in calls if call.state not in GONE]
        if not staying:
            self.end_without_units(now, work)
            return Act.CALL_OFF
        if not any(call.lead for call in staying):
            staying[0].lead = True
        if any(call.state is not UnitState.DONE for call in staying):
            return None
        lead = next(call for call in staying if call.lead)
        if by.role is Role.UNIT and last is lead:
            self.conclude(by, calls, lead.result, now, work)
            return Act.CONCLUDE
        lead.wait_for_word(now, work)
        return Act.LEAD

    def conclude(
        self, by: By, calls: Sequence[UnitCall], words: str, now: datetime, work: WorkTime
    ) -> None:
        """The lead unit says that all is done, once all are; the whistler decides."""
        rule = self._may(Act.CONCLUDE, by)
        staying = [call for call in calls if call.state not in GONE]
        if any(call.state is not UnitState.DONE for call in staying):
            raise Refused("not_all_done", number=self.number)
        lead = next(call for call in staying if call.lead)
        self.concluded_at, self.conclusion, self.asked = now, words, 0
        self.next_at = self.ladder.later(now, self.ladder.accept, work)
        lead.rest()
        self._record(rule, by, now, words=words, unit=lead.unit_name)

    def send_back(self, by: By, words: str, now: datetime) -> None:
        """Not done, says the whistler: it goes on."""
        rule = self._may(Act.SEND_BACK, by)
        self._go_on(now)
        self._record(rule, by, now, words=words)

    # ── how it ends ──────────────────────────────────────────────────────────

    def accept(self, by: By, now: datetime, work: WorkTime) -> None:
        """The whistler says that it is done."""
        self._end(Act.ACCEPT, by, "accepted", now, work)

    def end(self, by: By, reason: str, now: datetime, work: WorkTime) -> None:
        """A superior ends it, whatever the whistler says, with a reason on record."""
        self._end(Act.END, by, reason, now, work, words=reason)

    def call_off(self, by: By, reason: str, now: datetime, work: WorkTime) -> None:
        """The whistler needs nobody any more."""
        self._end(Act.CALL_OFF, by, "called_off", now, work, words=reason)

    def end_without_units(self, now: datetime, work: WorkTime) -> None:
        """Every unit is released or excused: there is nobody left to come."""
        self.state = WhistleState.ENDED
        self._over("no_units", now, work)
        self._line(Act.CALL_OFF, CLOCK, now)

    # ── what the clock does ──────────────────────────────────────────────────

    def due_act(self, now: datetime) -> Act | None:
        """What the clock has to do about the whistle itself; None when nothing is due."""
        if self.next_at is None or self.next_at > now:
            return None
        if self.state is not WhistleState.BLOWN:
            return Act.ASK
        return Act.OVERDUE if now >= self.result_due else Act.DUE_SOON

    def warn(self, now: datetime) -> None:
        """Four fifths of the time for the result are over."""
        rule = self._may(Act.DUE_SOON, CLOCK)
        self.warned_at, self.next_at = now, self.result_due
        self._record(rule, CLOCK, now)

    def overdue(self, now: datetime) -> None:
        """The time for the result is over: recorded once; the time itself stays."""
        rule = self._may(Act.OVERDUE, CLOCK)
        self.overdue_at, self.next_at = now, None
        self._record(rule, CLOCK, now)

    def ask(self, now: datetime, work: WorkTime) -> int:
        """Whoever has to review or accept is asked again; how often that has been by now."""
        rule = self._may(Act.ASK, CLOCK)
        self.asked += 1
        over = self.state is WhistleState.ENDED and self.asked > 1
        self.next_at = None if over else self.ladder.later(now, self.ladder.accept, work)
        self._record(rule, CLOCK, now)
        return self.asked

    # ── inside ───────────────────────────────────────────────────────────────

    def _may(self, act: Act, by: By) -> Rule:
        rule = TABLE[act]
        if by.role not in rule.by:
            raise Refused("not_your_whistle", act=act, number=self.number, whistler=self.by_name)
        if self.state not in rule.where:
            raise Refused("whistle_moved_on", act=act, state=self.state, number=self.number)
        return rule

    def _record(self, rule: Rule, by: By, now: datetime, **data: str) -> None:
        if rule.to is not None:
            self.state = WhistleState(rule.to)
        self._line(rule.act, by, now, **data)

    def _line(self, act: Act, by: By, now: datetime, **data: str) -> None:
        said = {key: value for key, value in data.items() if value}
        self.events.append(WhistleEvent(act, now, by.role, by.person_id, by.name, said))

    def _end(self, act: Act, by: By, how: str, now: datetime, work: WorkTime, **data: str) -> None:
        rule = self._may(act, by)
        self._over(how, now, work)
        self._record(rule, by, now, **data)

    def _over(self, how: str, now: datetime, work: WorkTime) -> None:
        """An emergency that nobody has looked at yet is looked at afterwards."""
        self.ended_at, self.ended_how, self.asked = now, how, 0
        later = self.emergency and not self.reviewed and self.blown_at is not None
        self.next_at = self.ladder.later(now, self.ladder.accept, work) if later else None

    def _go_on(self, now: datetime) -> None:
        self.concluded_at, self.asked = None, 0
        if self.state is WhistleState.CONCLUDED:
            self.next_at = self._soon() if self._soon() > now and not self.warned_at else None
            if self.next_at is None and self.overdue_at is None:
                self.next_at = max(self.result_due, now)

    def _soon(self) -> datetime:
        started = self.blown_at or self.made_at
        return started + (self.result_due - started) * SOON


def new_whistle(
    *,
    number: str,
    kind: Kind,
    area_id: int,
    path: str,
    place: str,
    point: tuple[float, float] | None,
    text: str,
    by_id: int,
    by_name: str,
    result_due: datetime,
    now: datetime,
    case_id: int | None = None,
    plan: tuple[int, str] | None = None,
    meet: str = "",
) -> Whistle:
    """A whistle nobody has heard yet. `plan`: the id and name of the one it follows."""
    latitude, longitude = point or (None, None)
    plan_id, plan_name = plan or (None, "")
    return Whistle(
        number=number,
        kind=kind.code,
        power=kind.power.value,
        emergency=kind.emergency,
        area_id=area_id,
        path=path,
        place=place,
        latitude=latitude,
        longitude=longitude,
        text=text,
        by_id=by_id,
        by_name=by_name,
        ladder=kind.ladder,
        made_at=now,
        result_due=result_due,
        case_id=case_id,
        plan=plan_name,
        plan_id=plan_id,
        meet=meet,
    )


def new_call(
    whistle: Whistle, unit: tuple[int, str, str], asked_to: str, *, lead: bool, now: datetime
) -> UnitCall:
    """One unit's part, not called yet. `unit`: id, name, duty telephone."""
    unit_id, name, phone = unit
    return UnitCall(
        whistle_id=whistle.id,
        unit_id=unit_id,
        unit_name=name,
        phone=phone,
        asked_to=asked_to,
        lead=lead,
        ladder=whistle.ladder,
        called_at=now,
        report_due=now,
    )
