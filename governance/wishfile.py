"""The wish itself: its present state, the acts that change it, and its clock.

What may be done, by whom and when, stands in `governance/wishes.py`; every act here asks that
table first, changes the wish, and writes one line of its history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from governance.filing import Consent
from governance.org import PostKind
from governance.policy import Policy
from governance.refused import Refused
from governance.wishes import (
    CLOCK,
    ENDS,
    TABLE,
    Act,
    Actor,
    Audience,
    Heard,
    Kind,
    Role,
    Rule,
    State,
    WishEvent,
)

MOST_OPEN = 5
"""Wishes that one person may have open at once, for each for whom they post."""
A_DAY = timedelta(days=1)
NAME_A_DAY = A_DAY  # whoever has claimed says by then when it comes, or gives it back
ASK_AGAIN = timedelta(days=3)
REDO = 3  # days a claimer has after the wisher's no, where more were not promised
MOST_OFFERS = 2  # then the street is shown it


@dataclass(eq=False, repr=False)
class Wish:
    """The present state of one wish; `events` are the lines written since it was loaded.

    `text` is what the wisher said, numbers covered; `public_text` what others read.
    `for_name` is the old person for whom `poster_id` speaks, "" for a wish of one's own.
    `desk` is the post that reviews it now. `offered` counts how often it was put before
    helpers since it was free. `next_at` is when the clock looks at it again (None: it ended).
    """

    poster_id: int
    area_id: int
    path: str
    community_id: int
    kind: Kind
    text: str
    public_text: str
    audience: Audience
    posted_at: datetime
    review_due: datetime
    desk: PostKind
    for_name: str = ""
    consent: Consent | None = None
    state: State = State.COLLECTED
    published_at: datetime | None = None
    offered: int = 0
    street_at: datetime | None = None
    claimer_id: int | None = None
    unit_id: int | None = None
    claimed_at: datetime | None = None
    promised: datetime | None = None
    moved: bool = False
    late_at: datetime | None = None
    delivered_at: datetime | None = None
    note: str = ""
    refused_words: str = ""
    reminded_at: datetime | None = None
    calls: int = 0
    heard: Heard | None = None
    heard_by: int | None = None
    ended_at: datetime | None = None
    reason: str = ""
    case_id: int | None = None
    thanks: str = ""
    wisher_known: bool = False
    claimer_known: bool = False
    words_until: datetime | None = None
    next_at: datetime | None = None
    id: int = field(init=False)
    version: int = field(init=False)
    events: list[WishEvent] = field(default_factory=list)

    def __repr__(self) -> str:
        """Enough to find it, and nothing that somebody said: it may end up in a log."""
        return f"<Wish {getattr(self, 'id', None)} {self.state}>"

    @property
    def path_ids(self) -> list[int]:
        return [int(part) for part in self.path.split("/") if part]

    @property
    def over(self) -> bool:
        return self.state in ENDS

    # ── review ───────────────────────────────────────────────────────────────

    def approve(self, by: Actor, policy: Policy, now: datetime) -> None:
        """Others may read and claim it, in the words its wisher has seen."""
        rule = self._may(Act.APPROVE, by)
        self._publish(policy, now)
        self._record(rule, by, now)

    def edit(self, by: Actor, words: str, policy: Policy, now: datetime) -> None:
        """Other words are proposed; nobody reads them before the wisher agrees."""
        rule = self._may(Act.EDIT, by)
        self.public_text, self.calls = words, 0
        self.next_at = policy.waking(now + 2 * A_DAY)
        self._record(rule, by, now)

    def agree(self, by: Actor, policy: Policy, now: datetime) -> None:
        rule = self._may(Act.AGREE, by)
        self._publish(policy, now)
        self._record(rule, by, now)

    def reword(self, by: Actor, words: str, policy: Policy, now: datetime) -> None:
        """Said differently; it is reviewed anew."""
        rule = self._may(Act.REWORD, by)
        self.text = self.public_text = words
        self.review_due = self.next_at = policy.working_days(policy.wish_review_days, now)
        self._record(rule, by, now)

    def reject(self, by: Actor, reason: str, policy: Policy, now: datetime) -> None:
        rule = self._may(Act.REJECT, by)
        self.reason = reason
        self._end(policy, now)
        self._record(rule, by, now, reason=reason)

    def convert(self, by: Actor, case_id: int, policy: Policy, now: datetime) -> None:
        """It goes on as a case."""
        rule = self._may(Act.CONVERT, by)
        self.case_id = case_id
        self._end(policy, now)
        self._record(rule, by, now)

    def withdraw(self, by: Actor, policy: Policy, now: datetime) -> None:
        rule = self._may(Act.WITHDRAW, by)
        self._free()
        self._end(policy, now)
        self._record(rule, by, now)

    # ── the claimer ──────────────────────────────────────────────────────────

    def claim(self, by: Actor, unit_id: int | None, now: datetime) -> None:
        """It belongs to this person, for their unit or for themselves, and to nobody else."""
        if self.claimer_id is not None and self.claimer_id != by.person_id:
            raise Refused("wish_taken")
        rule = self._may(Act.CLAIM, by)
        self.claimer_id, self.unit_id, self.claimed_at = by.person_id, unit_id, now
        self.next_at = now + NAME_A_DAY
        for_unit = {"unit": str(unit_id)} if unit_id is not None else {}
        self._record(rule, by, now, **for_unit)

    def promise(self, by: Actor, days: int, policy: Policy, now: datetime) -> None:
        """By when it comes. A day that was named can be moved once."""
        rule = self._may(Act.PROMISE, by)
        if not 0 <= days <= policy.wish_deliver_days:
            raise Refused("wish_day", days=policy.wish_deliver_days)
        if self.promised is not None:
            if self.moved:
                raise Refused("wish_moved")
            self.moved = True
        self.promised = self.next_at = policy.evening(days, now)
        self.late_at = None
        self._record(rule, by, now, days=str(days))

    def begin(self, by: Actor, now: datetime) -> None:
        rule = self._may(Act.BEGIN, by)
        if self.promised is None:
            raise Refused("wish_no_day")
        self._record(rule, by, now)

    def give_back(self, by: Actor, policy: Policy, now: datetime) -> None:
        """Free again, to be offered anew."""
        rule = self._may(Act.GIVE_BACK, by)
        self._publish(policy, now)
        self._record(rule, by, now)

    def deliver(self, by: Actor, note: str, policy: Policy, now: datetime) -> None:
        """The claimer's word that it came; the wisher is asked, and until then it is open."""
        rule = self._may(Act.DELIVER, by)
        self.delivered_at, self.note = now, note
        self.reminded_at, self.calls = None, 0
        self.next_at = policy.waking(now + policy.remind_after)
        self._record(rule, by, now)

    # ── the wisher ───────────────────────────────────────────────────────────

    def confirm(self, by: Actor, heard: Heard, policy: Policy, now: datetime) -> None:
        """Struck off on the wisher's own yes: pressed by them, or heard by somebody else."""
        rule = self._may(Act.CONFIRM, by)
        if (heard is Heard.OWN) is not self._speaks_for_themselves(by):
            raise Refused("wish_yes_of_others")
        self.heard, self.heard_by = heard, by.person_id
        self._end(policy, now)
        self._record(rule, by, now, heard=heard)

    def refuse(self, by: Actor, words: str, policy: Policy, now: datetime) -> None:
        """It did not come, or not right: back to the claimer, with some days more."""
        rule = self._may(Act.REFUSE, by)
        self._again(words, policy, now)
        self._record(rule, by, now)

    def dispute(self, by: Actor, words: str, policy: Policy, now: datetime) -> None:
        """The wisher never said the yes that somebody heard; the claimer has it again."""
        rule = self._may(Act.DISPUTE, by)
        until = (self.ended_at or now) + policy.reopen_for
        if self.heard is Heard.OWN or now > until or not self._speaks_for_themselves(by):
            raise Refused("wish_settled")
        self.heard = self.heard_by = self.ended_at = self.words_until = None
        self._again(words, policy, now)
        self._record(rule, by, now)

    def unheard(self, by: Actor, policy: Policy, now: datetime) -> None:
        """Nobody could be reached; it stays open and somebody calls again."""
        rule = self._may(Act.UNHEARD, by)
        self.next_at = policy.work.next_open(now + ASK_AGAIN)
        self._record(rule, by, now)

    def thank(self, by: Actor, words: str, now: datetime) -> None:
        rule = self._may(Act.THANK, by)
        if self.thanks:
            raise Refused("wish_settled")
        self.thanks = words
        self._record(rule, by, now)

    def show_name(self, by: Actor, now: datetime) -> bool:
        """This side wishes to be known; returns whether both do now."""
        rule = self._may(Act.SHOW_NAME, by)
        if Role.WISHER in by.roles:
            self.wisher_known = True
        else:
            self.claimer_known = True
        self._record(rule, by, now)
        return self.wisher_known and self.claimer_known

    # ── the clock ────────────────────────────────────────────────────────────

    def escalate(self, to: PostKind, policy: Policy, now: datetime) -> None:
        """Not reviewed in time: the next desk has it, with a working day."""
        rule = self._may(Act.ESCALATE, CLOCK)
        self.desk = to
        self.review_due = self.next_at = policy.working_days(1, now)
        self._record(rule, CLOCK, now, to=to)

    def ask_agree(self, policy: Policy, now: datetime) -> None:
        """The wisher is asked once more whether the words are right; nobody answers for them."""
        rule = self._may(Act.ASK_AGREE, CLOCK)
        self.calls += 1
        self.next_at = policy.waking(now + ASK_AGAIN)
        self._record(rule, CLOCK, now)

    def reoffer(self, policy: Policy, now: datetime) -> None:
        rule = self._may(Act.REOFFER, CLOCK)
        self.offered += 1
        weeks = 1 if self.street_at is None else 4
        self.next_at = policy.waking(now + weeks * timedelta(days=policy.wish_claim_days))
        self._record(rule, CLOCK, now)

    def show_street(self, policy: Policy, now: datetime) -> None:
        """The street knows that nobody has come for it."""
        rule = self._may(Act.SHOW_STREET, CLOCK)
        self.street_at = now
        self.next_at = policy.waking(now + timedelta(days=policy.wish_claim_days))
        self._record(rule, CLOCK, now)

    def ask_late(self, policy: Policy, now: datetime) -> None:
        """The promised day is over: the claimer is asked, and has a day to answer."""
        rule = self._may(Act.ASK_LATE, CLOCK)
        self.late_at, self.next_at = now, policy.waking(now + A_DAY)
        self._record(rule, CLOCK, now)

    def release(self, policy: Policy, now: datetime) -> None:
        """Free again: no day was named, or the promised one passed without an answer."""
        rule = self._may(Act.RELEASE, CLOCK)
        self._publish(policy, now)
        self._record(rule, CLOCK, now)

    def remind(self, policy: Policy, now: datetime) -> None:
        rule = self._may(Act.REMIND, CLOCK)
        self.reminded_at = now
        self.next_at = policy.waking(now + 2 * A_DAY)
        self._record(rule, CLOCK, now)

    def call(self, policy: Policy, now: datetime) -> None:
        """Somebody has to telephone: silence is no yes, however long it lasts."""
        rule = self._may(Act.CALL, CLOCK)
        self.calls += 1
        self.next_at = policy.work.next_open(now + ASK_AGAIN)
        self._record(rule, CLOCK, now)

    def due_act(self, now: datetime) -> Act | None:
        """What the clock has to do now, from the state alone; None when nothing is due."""
        if self.next_at is None or self.next_at > now:
            return None
        if self.state is State.COLLECTED:
            return Act.ESCALATE
        if self.state is State.VERIFIED:
            return Act.ASK_AGREE
        if self.state is State.PUBLISHED:
            shown = self.street_at is not None or self.offered < MOST_OFFERS
            return Act.REOFFER if shown else Act.SHOW_STREET
        if self.state is State.DELIVERED:
            return Act.REMIND if self.reminded_at is None and not self.calls else Act.CALL
        asked = self.promised is None or self.late_at is not None
        return Act.RELEASE if asked else Act.ASK_LATE

    # ── inside ───────────────────────────────────────────────────────────────

    def _may(self, act: Act, by: Actor) -> Rule:
        rule = TABLE[act]
        if not by.roles.intersection(rule.by):
            raise Refused("wish_not_yours")
        if self.state not in rule.where:
            raise Refused("wish_settled")
        return rule

    def _record(self, rule: Rule, by: Actor, now: datetime, **data: str) -> None:
        self.state = rule.to or self.state
        role = next(role for role in rule.by if role in by.roles)
        self.events.append(WishEvent(rule.act, now, role, by.person_id, data))

    def _speaks_for_themselves(self, by: Actor) -> bool:
        return Role.WISHER in by.roles and not self.for_name

    def _publish(self, policy: Policy, now: datetime) -> None:
        self._free()
        self.published_at, self.offered, self.street_at, self.calls = now, 1, None, 0
        self.next_at = policy.waking(now + timedelta(days=policy.wish_claim_days))

    def _free(self) -> None:
        self.claimer_id = self.unit_id = self.claimed_at = self.promised = None
        self.late_at, self.moved, self.refused_words = None, False, ""

    def _again(self, words: str, policy: Policy, now: datetime) -> None:
        self.refused_words, self.late_at, self.calls = words, None, 0
        soon = policy.evening(REDO, now)
        self.promised = self.next_at = max(self.promised or soon, soon)

    def _end(self, policy: Policy, now: datetime) -> None:
        self.ended_at, self.next_at = now, None
        self.words_until = now + policy.retention


def post_wish(
    *,
    poster_id: int,
    area_id: int,
    path: str,
    community_id: int,
    kind: Kind,
    words: str,
    audience: Audience,
    desk: PostKind,
    policy: Policy,
    now: datetime,
    already_open: int,
    for_name: str = "",
    consent: Consent | None = None,
) -> Wish:
    """A new wish on the community's desk. Raises `Refused("wish_enough")`."""
    if already_open >= MOST_OPEN:
        raise Refused("wish_enough", count=MOST_OPEN)
    if for_name and consent is None:
        raise Refused("wish_no_consent")
    due = policy.working_days(policy.wish_review_days, now)
    wish = Wish(
        *(poster_id, area_id, path, community_id, kind, words, words, audience, now, due, desk),
        for_name=for_name,
        consent=consent,
        next_at=due,
    )
    data = {"consent": consent.value} if consent else {}
    wish.events.append(WishEvent(Act.POST, now, Role.WISHER, poster_id, data))
    return wish
