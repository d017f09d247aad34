"""The clocks of a case while somebody works on it: warned, overdue, more time, suspended.

The promised last day stays whatever is done here. More time needs a superior's yes, and so does
a suspension (挂账); both are asked for before the day has passed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.caserecord import CaseRecord
from governance.cases import CLOCK, Act, Actor, Role, State
from governance.policy import Policy
from governance.refused import Refused


class Clocks(CaseRecord):
    """Acts about its time, and what the clock has to do next."""

    def ask_extension(
        self, by: Actor, until: datetime, words: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Asked for; nothing changes until a superior has said yes."""
        return self._ask(Act.ASK_EXTENSION, Act.EXTEND, by, until, words, policy, now)

    def extend(self, by: Actor, now: datetime) -> tuple[Role, ...]:
        """A later day stands beside the promised one, and a new warning comes before it."""
        rule = self.may(Act.EXTEND, by)
        until = self._asked_for(Act.EXTEND)
        self.extended_until, self.warned_at = until, None
        if self.state is State.WORKING:
            self.watch(now)
        return self.record(rule, by, now, until=until.isoformat())

    def ask_suspension(
        self, by: Actor, until: datetime, words: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Asked for; nothing changes until a superior has said yes."""
        return self._ask(Act.ASK_SUSPENSION, Act.SUSPEND, by, until, words, policy, now)

    def suspend(self, by: Actor, now: datetime) -> tuple[Role, ...]:
        """挂账: nothing is due until that day; what was left of the time is kept."""
        rule = self.may(Act.SUSPEND, by)
        until = self._asked_for(Act.SUSPEND)
        if until <= now:
            raise Refused("day_is_over", number=self.number)
        self.suspended_at, self.suspended_until, self.next_at = now, until, until
        return self.record(rule, by, now, until=until.isoformat())

    def deny(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """No more time; the day stands as it was."""
        rule = self.may(Act.DENY, by)
        if self.asking is None:
            raise Refused("nothing_asked", number=self.number)
        asked, self.asking, self.asking_until, self.asking_words = self.asking, None, None, ""
        return self.record(rule, by, now, asked=asked, note=words)

    def resume(self, by: Actor, now: datetime) -> tuple[Role, ...]:
        """Worked on again, with what was left of the time."""
        rule = self.may(Act.RESUME, by)
        self._go_on(now)
        return self.record(rule, by, now, due=self.due.isoformat())

    def wake(self, now: datetime) -> tuple[Role, ...]:
        """The suspension is over; the time goes on."""
        rule = self.may(Act.WAKE, CLOCK)
        self._go_on(now)
        return self.record(rule, CLOCK, now, due=self.due.isoformat())

    def warn(self, now: datetime) -> tuple[Role, ...]:
        """Said once that the day comes near."""
        rule = self.may(Act.WARN, CLOCK)
        self.warned_at = now
        self.watch(now)
        return self.record(rule, CLOCK, now)

    def overdue(self, now: datetime) -> tuple[Role, ...]:
        """Recorded once that the last day has passed; the day itself stays."""
        rule = self.may(Act.OVERDUE, CLOCK)
        self.overdue_at = self.overdue_at or now
        self.next_at = None
        return self.record(rule, CLOCK, now)

    def due_act(self, now: datetime, policy: Policy) -> Act | None:
        """What the clock has to do now, from the state alone; None when nothing is due."""
        if self.next_at is None or self.next_at > now:
            return None
        if self.state is State.WORKING:
            # After a long silence of the clock the day itself is what matters.
            return Act.OVERDUE if now >= self.due or self.warned_at else Act.WARN
        fixed = {State.ASSIGNED: Act.CHASE, State.SUSPENDED: Act.WAKE, State.CLOSED: None}
        if self.state in fixed:
            return fixed[self.state]
        if self.asked_at is None:
            # A question whose delivery nobody could confirm needs a telephone call.
            return Act.ASK_AGAIN if self.ask_again_at else Act.UNREACHED
        return Act.REMIND if self.reminded_at is None else Act.LAPSE

    # ── inside ───────────────────────────────────────────────────────────────

    def _ask(
        self,
        act: Act,
        wanted: Act,
        by: Actor,
        until: datetime,
        words: str,
        policy: Policy,
        now: datetime,
    ) -> tuple[Role, ...]:
        rule = self.may(act, by)
        if now >= self.due:
            raise Refused("too_late_to_ask", number=self.number)
        longest = now + timedelta(days=policy.longest_pause_days)
        if not (until > now if wanted is Act.SUSPEND else until > self.due) or until > longest:
            raise Refused("not_such_a_day", number=self.number, days=policy.longest_pause_days)
        self.asking, self.asking_until, self.asking_words = wanted, until, words
        return self.record(rule, by, now, note=words, until=until.isoformat())

    def _asked_for(self, act: Act) -> datetime:
        """The day that was asked for, now decided."""
        until = self.asking_until
        if self.asking is not act or until is None:
            raise Refused("nothing_asked", number=self.number)
        self.asking, self.asking_until, self.asking_words = None, None, ""
        return until

    def _go_on(self, now: datetime) -> None:
        left = self.due - (self.suspended_at or now)
        self.extended_until = max(self.due, now + left)
        self.suspended_at = self.suspended_until = None
        self.warned_at = None
        self.watch(now)
