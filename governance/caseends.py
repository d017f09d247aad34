"""How a case ends: the handler's result, the question to the resident, and every other way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from governance.casehands import Hands
from governance.cases import CLOCK, Act, Actor, Closing, Reason, Role, Rule, State, Verdict
from governance.org import Rung
from governance.policy import Policy
from governance.refused import Refused

NOBODY_CAME = "nobody_came"
"""What a reporter says of a result that was no result: 已解决但没来过."""


class Ends(Hands):
    """Acts that say how it went, and what the clock and the sender do about the question."""

    def answer(
        self, by: Actor, rungs: Sequence[Rung], closing: Closing, now: datetime
    ) -> tuple[Role, ...]:
        """The handler's word that it is done. The reporter will be asked; until then it is open.

        Raises `Refused("not_contacted")` where nobody has spoken with the reporter since it was
        reported, or reopened, and `closing` does not say why.
        If the question never surely reaches the reporter, the clock finds that after a day.
        Where the bot does not ask by itself (`asks`), somebody has to telephone.
        """
        rule = self.may(Act.ANSWER, by)
        spoken = closing.how or self.contacted_at or by.person_id == self.reporter_id
        if not (spoken or closing.silent):
            raise Refused("not_contacted", number=self.number)
        self.take(by, rungs)
        self.accepted_at = self.accepted_at or now
        self.answered_at, self.answered_by = now, by.person_id
        self.outcome, self.outcome_note = closing.outcome, closing.note
        self.untrue, self.outside = not closing.true, closing.outside
        if closing.how:
            self.contacted_at = self.contacted_at or now
        self.suspended_at = self.suspended_until = None
        self.asking = self.asking_until = None
        self.asking_words = ""
        self.asked_at = self.reminded_at = self.ask_again_at = None
        self.needs_call = not self.asks
        self.next_at = now + timedelta(days=1) if self.asks else None
        return self.record(
            rule,
            by,
            now,
            outcome=closing.outcome,
            true=str(int(closing.true)),
            outside=str(int(closing.outside)),
            how=closing.how,
            note=closing.note,
            **({"words": closing.silent} if closing.silent else {}),
            **self.hands(),
        )

    @property
    def asks(self) -> bool:
        """Whether the bot asks the reporter by itself: not about private matters, and not whoever
        found and handled it in one person."""
        return not self.private and not self.found_by_handler

    def strike_off(
        self, by: Actor, verdict: Verdict, policy: Policy, now: datetime, words: str = ""
    ) -> tuple[Role, ...]:
        """Closed on the reporter's own word, given here or on the telephone; `words` is what
        whoever telephoned noted."""
        rule = self.may(Act.STRIKE_OFF, by)
        if by.role is Role.HELPER and by.person_id in (self.holder_id, self.answered_by):
            raise Refused("theirs_to_say", number=self.number)
        self._close(verdict, policy, now)
        note = {"note": words} if words else {}
        return self.record(rule, by, now, verdict=verdict, **note)

    def missed(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """Telephoned in vain: counted, and still to be telephoned."""
        rule = self.may(Act.MISSED, by)
        self.missed_calls += 1
        return self.record(rule, by, now, note=words)

    def withdraw(self, by: Actor, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Closed because the reporter no longer wants it."""
        rule = self.may(Act.WITHDRAW, by)
        self._close(Verdict.WITHDRAWN, policy, now)
        return self.record(rule, by, now)

    def decline(
        self,
        by: Actor,
        rungs: Sequence[Rung],
        reason: Reason,
        words: str,
        policy: Policy,
        now: datetime,
    ) -> tuple[Role, ...]:
        """不予受理: closed with its reason; the reporter has the right channel and may object.

        Whoever declines answers for it, so that an objection goes to the level above them.
        """
        rule = self.may(Act.DECLINE, by)
        self.take(by, rungs)
        self._close(Verdict.DECLINED, policy, now)
        return self.record(rule, by, now, reason=reason, note=words, **self.hands())

    def merge(self, by: Actor, into: Ends, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """并案: the other one goes on for both; its reporter and followers move along."""
        rule = self.may(Act.MERGE, by)
        if into.id == self.id or into.state is State.CLOSED or into.private or self.private:
            raise Refused("cannot_merge", number=self.number)
        self._close(Verdict.DUPLICATE, policy, now)
        self.merged_into = into.id
        self.reopen_until = None
        return self.record(rule, by, now, into=into.number)

    def later(self, by: Actor, ask_again: datetime, now: datetime) -> tuple[Role, ...]:
        """Nothing is decided; the question comes again at `ask_again`, silence counts from there."""
        rule = self.may(Act.LATER, by)
        self.asked_at = self.reminded_at = None
        self.needs_call = False
        self.ask_again_at = self.next_at = ask_again
        return self.record(rule, by, now)

    def redo(
        self, by: Actor, rungs: Sequence[Rung], words: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Open again with the same holder, who has to accept anew by the new promise of contact.

        What was declined goes to the level above instead. A closed case reopens until
        `reopen_until` only. Where the last day is over, that counts as told: the reporter reads
        it with the new promise. Where nobody came it is supervised (督办) from this moment on.
        """
        rule = self.reopenable(by, now)
        higher = self.above(rungs) if self.verdict is Verdict.DECLINED else None
        if higher is not None:
            self.hold(higher)
            self.given_by = None
        self.redone += 1
        self.needs_call, self.missed_calls = False, 0
        self.contacted_at = None
        supervised = words == NOBODY_CAME
        if supervised:
            self.supervised = self.supervised or NOBODY_CAME
        self.redo_words, self.outcome = words, None
        self.verdict = self.closed_at = self.reopen_until = self.words_until = None
        if now >= self.due:
            self.overdue_at = self.overdue_at or now
        self.promise_contact(policy, now)
        watched = {"supervised": "1"} if supervised else {}
        return self.record(rule, by, now, words=words, **watched, **self.hands())

    def reopenable(self, by: Actor, now: datetime) -> Rule:
        """The rule of doing it again. Raises `Refused` once the window of a closed case is over."""
        rule = self.may(Act.REDO, by)
        if self.state is State.CLOSED and (self.reopen_until is None or now > self.reopen_until):
            raise Refused("reopen_window_over", until=self.reopen_until)
        return rule

    # ── what the clock and the sender do ─────────────────────────────────────

    def asked(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """The question has reached the reporter: silence counts from this moment.

        A late word of an earlier question changes nothing: "later" is what was answered since.
        """
        rule = self.may(Act.ASKED, CLOCK)
        unreached, self.needs_call = self.needs_call, False
        if self.ask_again_at is None and (unreached or self.asked_at is None):
            self.asked_at, self.reminded_at = now, None
            self.next_at = policy.waking(now + policy.remind_after)
        return self.record(rule, CLOCK, now)

    def unreached(self, now: datetime) -> tuple[Role, ...]:
        """The question cannot reach the reporter: somebody has to telephone. Never closes."""
        rule = self.may(Act.UNREACHED, CLOCK)
        self.needs_call, self.next_at, self.ask_again_at = True, None, None
        return self.record(rule, CLOCK, now)

    def ask_again(self, now: datetime) -> tuple[Role, ...]:
        """The question is put anew, as if for the first time."""
        rule = self.may(Act.ASK_AGAIN, CLOCK)
        self.ask_again_at = None
        self.next_at = now + timedelta(days=1)
        return self.record(rule, CLOCK, now)

    def remind(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Asked a second and last time; even a late reminder leaves time for an answer."""
        rule = self.may(Act.REMIND, CLOCK)
        self.reminded_at = now
        self.next_at = max((self.asked_at or now) + policy.lapse_after, now + policy.remind_after)
        return self.record(rule, CLOCK, now)

    def lapse(self, policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Closed by the open rule: asked, reminded, silent. Only after a confirmed delivery."""
        rule = self.may(Act.LAPSE, CLOCK)
        if self.asked_at is None:
            raise Refused("never_asked")
        self._close(Verdict.DEFAULT, policy, now)
        return self.record(rule, CLOCK, now)

    def _close(self, verdict: Verdict, policy: Policy, now: datetime) -> None:
        self.verdict, self.closed_at, self.next_at = verdict, now, None
        self.reopen_until = now + policy.reopen_for
        self.words_until = now + policy.retention
        self.suspended_at = self.suspended_until = None
        self.needs_call = False
