"""One called unit's part in a whistle: its state, its clock, and who is alerted next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.refused import Refused
from governance.whistles import (
    ABOVE,
    CLOCK,
    UNIT_TABLE,
    Act,
    By,
    Ladder,
    Level,
    Role,
    Rule,
    UnitState,
    WhistleEvent,
)
from governance.worktime import WorkTime

MOST_RATING = 3


class Telephoned(StrEnum):
    """What came of a telephone call to a unit that did not answer."""

    COMING = "coming"
    NO_ANSWER = "no_answer"
    NOT_THEIRS = "not_theirs"


@dataclass(eq=False, repr=False)
class UnitCall:
    """The present state of one unit's part. `events` are the lines written since it was loaded.

    `report_due` is the limit for reporting in; `step` the step of the ladder that was alerted
    last and `step_at` when the next one is due; `telephone_at` when somebody has to telephone;
    `nudged` how often the unit was asked since it last said anything. `next_at` is when the
    clock must look again (None: never). `officer_id` answers for the unit now: whoever was
    alerted last, or whoever has reported in. `metres` is how far from the place somebody
    was who shared a location on arrival; the location itself is not kept.
    Ratings go from 1 (bad) to 3 (good), 0 where nobody has judged.
    """

    whistle_id: int
    unit_id: int
    unit_name: str
    phone: str
    asked_to: str
    lead: bool
    ladder: Ladder
    called_at: datetime
    report_due: datetime
    state: UnitState = UnitState.CALLED
    step: int = -1
    step_at: datetime | None = None
    telephone_at: datetime | None = None
    nudged: int = 0
    next_at: datetime | None = None
    officer_id: int | None = None
    officer_name: str = ""
    reached_at: datetime | None = None
    needs_call: bool = False
    telephoned: Telephoned | None = None
    reported_in_at: datetime | None = None
    arrived_at: datetime | None = None
    metres: int | None = None
    help: str = ""
    result: str = ""
    done_at: datetime | None = None
    ground: str = ""
    unfounded: int = 0
    redone: int = 0
    speed: int = 0
    quality: int = 0
    needed: int = 0
    clear: int = 0
    id: int = field(init=False)
    version: int = field(init=False)
    events: list[WhistleEvent] = field(default_factory=list)

    def __repr__(self) -> str:
        """Enough to find it, and nothing that somebody said: it may end up in a log."""
        return f"<UnitCall {self.unit_id} {self.state}>"

    # ── the ladder ───────────────────────────────────────────────────────────

    def call(self, now: datetime, work: WorkTime) -> None:
        """The clock of reporting in begins; the first step is to be alerted now."""
        self.called_at, self.step, self.nudged = now, -1, 0
        self.needs_call, self.telephoned, self.reported_in_at = False, None, None
        self.report_due = self.ladder.later(now, self.ladder.report_in, work)
        self.telephone_at = self.ladder.later(now, self.ladder.telephone, work)
        self.step_at = self.next_at = now

    def alert(
        self,
        step: int,
        officer_id: int | None,
        name: str,
        now: datetime,
        work: WorkTime,
        *,
        nobody: Collection[Level] = (),
    ) -> None:
        """This step was alerted now; whoever stands at it inside the unit answers for it.

        Steps passed over while nobody looked stay on record, and so do those at which `nobody`
        was there."""
        rule = self._may(Act.CLIMB, CLOCK)
        steps = self.ladder.steps
        levels = [s.level for s in steps]
        inside = levels[step] not in ABOVE
        missed = [level for level in levels[self.step + 1 : step] if level not in nobody]
        again = "yes" if step == self.step else ""
        self.step = step
        if officer_id is not None and inside:
            self.officer_id, self.officer_name, self.reached_at = officer_id, name, None
        if step + 1 < len(steps):
            self.step_at = self.ladder.later(self.called_at, steps[step + 1].after, work)
        else:
            self.step_at = self.ladder.later(now, self.ladder.repeat, work)
        self._look_again()
        told = {"level": levels[step].value, "to": name, "again": again}
        self._record(rule, CLOCK, now, missed=" ".join(missed), nobody=" ".join(nobody), **told)

    def next_step(self, now: datetime, work: WorkTime) -> int:
        """The step to alert now; the top one once more when it was the last."""
        by_time = self.ladder.step_at(self.called_at, now, work)
        return min(max(self.step + 1, by_time), len(self.ladder.steps) - 1)

    def reach(self, now: datetime) -> None:
        """The alert has arrived on the phone of whoever answers for the unit."""
        rule = self._may(Act.REACHED, CLOCK)
        self.reached_at = now
        self._record(rule, CLOCK, now, to=self.officer_name)

    def hurry(self, now: datetime) -> bool:
        """Nobody can be reached at this step: the next one is due at once. False at the top,
        where hurrying would only ask the same unreachable person again."""
        if self.state is not UnitState.CALLED or self.step >= len(self.ladder.steps) - 1:
            return False
        self.step_at = now
        self._look_again()
        return True

    def ask_for_a_call(self, now: datetime) -> None:
        """Nobody has answered: the whistler is asked to telephone."""
        rule = self._may(Act.NEEDS_CALL, CLOCK)
        self.needs_call, self.telephone_at = True, None
        self._look_again()
        self._record(rule, CLOCK, now)

    def due_act(self, now: datetime) -> Act | None:
        """What the clock has to do now, from the state alone; None when nothing is due."""
        if self.next_at is None or self.next_at > now:
            return None
        if self.state is not UnitState.CALLED:
            return Act.NUDGE
        return Act.CLIMB if self.step_at is None or self.step_at <= now else Act.NEEDS_CALL

    # ── what the unit does ───────────────────────────────────────────────────

    def report_in(self, by: By, now: datetime, work: WorkTime) -> None:
        """The unit is coming; nobody is chased to report in any more."""
        rule = self._may(Act.REPORT_IN, by)
        self._answered(by, now)
        self.next_at = self.ladder.later(now, self.ladder.silent, work)
        self._record(rule, by, now, late="yes" if self.late else "")

    def arrive(self, by: By, now: datetime, work: WorkTime, metres: int | None = None) -> None:
        """Somebody of the unit is there."""
        rule = self._may(Act.ARRIVE, by)
        self._answered(by, now)
        self.arrived_at, self.metres = self.arrived_at or now, metres
        self.next_at = self.ladder.later(now, self.ladder.progress, work)
        self._record(rule, by, now, metres="" if metres is None else str(metres))

    def need_help(self, by: By, words: str, now: datetime, work: WorkTime) -> None:
        """Who asks for help has reported in."""
        rule = self._may(Act.HELP, by)
        if self.state is UnitState.CALLED:
            self.report_in(by, now, work)
        self.help = words
        self._heard(now, work)
        self._record(rule, by, now, words=words)

    def progress(self, by: By, now: datetime, work: WorkTime) -> None:
        """Still at it: the clock of silence begins anew."""
        rule = self._may(Act.PROGRESS, by)
        self._answered(by, now)
        self._heard(now, work)
        self._record(rule, by, now)

    def finish(self, by: By, words: str, now: datetime) -> None:
        """The unit's own part is done, as it says."""
        rule = self._may(Act.RESULT, by)
        self._answered(by, now)
        self.arrived_at = self.arrived_at or now
        self.result, self.done_at, self.next_at, self.help = words, now, None, ""
        self._record(rule, by, now, words=words)

    def refuse(self, by: By, ground: str, now: datetime, work: WorkTime) -> None:
        """ "Not ours", with the ground. Waits for the district's word; counts only if unfounded.

        A unit that was designated once cannot refuse again.
        """
        rule = self._may(Act.REFUSE, by)
        if self.unfounded:
            raise Refused("designated")
        self.ground = ground
        self._stop_chasing()
        self.next_at = self.ladder.later(now, self.ladder.accept, work)
        self._record(rule, by, now, words=ground)

    def hand_over(self, by: By, to_id: int, to_name: str, now: datetime) -> None:
        """Somebody else of the unit answers from now on."""
        rule = self._may(Act.HAND_OVER, by)
        self.officer_id, self.officer_name = to_id, to_name
        self._record(rule, by, now, to=to_name)

    def join(self, by: By, now: datetime) -> None:
        """One more of the unit comes along."""
        self._record(self._may(Act.JOIN, by), by, now)

    # ── what the whistler, the district and the clock do ─────────────────────

    def telephone(self, by: By, came: Telephoned, now: datetime, work: WorkTime) -> None:
        """What came of the call. Who promised on the telephone has reported in; where nobody
        answered, the next step is due at once."""
        rule = self._may(Act.TELEPHONED, by)
        self.telephoned = came
        self._record(rule, by, now, came=came.value)
        if came is Telephoned.COMING:
            self.report_in(by, now, work)
        elif came is Telephoned.NO_ANSWER:
            self.hurry(now)

    def rule(self, by: By, now: datetime, work: WorkTime, *, founded: bool) -> None:
        """The district's word about a refusal. Unfounded: the unit is called anew."""
        rule = self._may(Act.EXCUSE if founded else Act.INSIST, by)
        self._record(rule, by, now)
        if founded:
            self._stop_chasing()
        else:
            self.unfounded += 1
            self.call(now, work)

    def redo(self, by: By, words: str, now: datetime, work: WorkTime) -> None:
        """The whistler says that it is not done: the unit is at it again."""
        rule = self._may(Act.REDO, by)
        self.redone += 1
        self.done_at, self.nudged = None, 0
        self.next_at = self.ladder.later(now, self.ladder.silent, work)
        self._record(rule, by, now, words=words)

    def release(self, by: By, reason: str, now: datetime) -> None:
        """Not needed any more; nobody is asked for anything."""
        rule = self._may(Act.RELEASE, by)
        self._stop_chasing()
        self._record(rule, by, now, words=reason)

    def nudge(self, now: datetime, work: WorkTime) -> Level | None:
        """Silent since its last word. The first time the unit itself is asked (None), then the
        level above it is told, one level further each time."""
        rule = self._may(Act.NUDGE, CLOCK)
        self.nudged += 1
        pause = self._silence() if self.nudged < len(_TOLD) else self.ladder.repeat
        self.next_at = self.ladder.later(now, pause, work)
        level = _TOLD[min(self.nudged - 1, len(_TOLD) - 1)]
        self._record(rule, CLOCK, now, level=level.value if level else "")
        return level

    def wait_for_word(self, now: datetime, work: WorkTime) -> None:
        """Every unit is done and this one leads: its last word is waited for."""
        self.nudged, self.next_at = 0, self.ladder.later(now, self.ladder.silent, work)

    def rest(self) -> None:
        """Nothing more is waited for from a unit that is done."""
        if self.state is UnitState.DONE:
            self.nudged, self.next_at = 0, None

    def rate(self, by: By, speed: int, quality: int, now: datetime) -> None:
        """The whistler's judgement of the unit."""
        rule = self._may(Act.RATE_UNIT, by)
        self.speed, self.quality = _rating(speed), _rating(quality)
        self._record(rule, by, now, speed=str(speed), quality=str(quality))

    def rate_whistle(self, by: By, needed: int, clear: int, now: datetime) -> None:
        """The unit's judgement of the whistle."""
        rule = self._may(Act.RATE_WHISTLE, by)
        self.needed, self.clear = _rating(needed), _rating(clear)
        self._record(rule, by, now, needed=str(needed), clear=str(clear))

    @property
    def late(self) -> bool:
        """Whether the unit reported in after its limit."""
        return self.reported_in_at is not None and self.reported_in_at > self.report_due

    # ── inside ───────────────────────────────────────────────────────────────

    def _may(self, act: Act, by: By) -> Rule:
        rule = UNIT_TABLE[act]
        if by.role not in rule.by:
            raise Refused("not_your_call", act=act, unit=self.unit_name)
        if self.state not in rule.where:
            raise Refused("call_moved_on", act=act, state=self.state, unit=self.unit_name)
        return rule

    def _record(self, rule: Rule, by: By, now: datetime, **data: str) -> None:
        if rule.to is not None:
            self.state = UnitState(rule.to)
        said = {key: value for key, value in data.items() if value}
        self.events.append(WhistleEvent(rule.act, now, by.role, by.person_id, by.name, said))

    def _answered(self, by: By, now: datetime) -> None:
        """Whoever acts for the unit answers for it, unless somebody else did already."""
        if by.role is Role.UNIT and (self.reported_in_at is None or self.officer_id is None):
            self.officer_id, self.officer_name = by.person_id, by.name
        self.reported_in_at = self.reported_in_at or now
        self._stop_chasing()

    def _heard(self, now: datetime, work: WorkTime) -> None:
        self.nudged = 0
        self.next_at = self.ladder.later(now, self._silence(), work)

    def _silence(self) -> float:
        if self.state is UnitState.REFUSED:
            return self.ladder.accept
        on_site = self.state is UnitState.ON_SITE
        return self.ladder.progress if on_site else self.ladder.silent

    def _stop_chasing(self) -> None:
        self.needs_call, self.nudged = False, 0
        self.step_at = self.telephone_at = self.next_at = None

    def _look_again(self) -> None:
        self.next_at = min((at for at in (self.step_at, self.telephone_at) if at), default=None)


_TOLD: tuple[Level | None, ...] = (None, Level.LEADER, Level.STREET, Level.CENTRE)
"""Who hears when a unit has been silent for so many rounds; None: the unit itself."""


def _rating(value: int) -> int:
    if not 1 <= value <= MOST_RATING:
        raise Refused("bad_rating")
    return value
