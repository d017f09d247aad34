"""三张清单: what is needed, what units supply, what members do for others.

A need is somebody's, or a community's. The community reads it, says how others may read it,
and looks for somebody; what was agreed with whoever helps is a booking (governance/bookings.py).
The words that a community asks for in the double report-in (governance/reportin.py) are
something else: they say what members registering there should be able to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from governance.groups import leak_in
from governance.policy import Policy
from governance.refused import Refused

MOST_NEEDS = 5  # of one resident at a time
MOST_LINES = 20  # on the menu of one unit
MOST_A_MONTH = 999
_CARD = re.compile(r"(?<![0-9])[0-9]{16,19}(?![0-9])")


def personal(words: str) -> bool:
    """Whether words give away a telephone, identity or bank card number."""
    return leak_in(words) is not None or _CARD.search(words.replace(" ", "")) is not None


class NeedState(StrEnum):
    NEW = "new"  # 待看: the community has not read it yet
    OPEN = "open"  # 找人: others may read it, somebody is looked for
    TAKEN = "taken"  # 有人接了
    STRUCK = "struck"  # 销号
    DECLINED = "declined"  # 不办, with a reason
    WITHDRAWN = "withdrawn"  # 撤回, by whoever asked
    LAPSED = "lapsed"  # nobody was found


LIVE = frozenset({NeedState.NEW, NeedState.OPEN, NeedState.TAKEN})


class NeedStep(StrEnum):
    """What the clock does with a need."""

    AGAIN = "again"  # the community's officer is asked once more
    HEAD = "head"  # then the community's secretary
    STREET = "street"  # then the street
    STILL = "still"  # nobody found: is it looked for any longer?
    LAPSE = "lapse"  # it ends, and whoever asked hears it


_STEPS = {
    NeedState.NEW: (NeedStep.AGAIN, NeedStep.HEAD, NeedStep.STREET, NeedStep.LAPSE),
    NeedState.OPEN: (NeedStep.STILL, NeedStep.LAPSE),
}


@dataclass(eq=False)
class Need:
    """Something asked for at an area; by a resident, or by the community where `person_id` is None.

    `words` are theirs; `public` is how others may read it, "" until the community has said so.
    Both are deleted at `forget_at`, some time after the end.
    """

    area_id: int
    person_id: int | None
    by_id: int
    words: str
    skills: list[str]
    created_at: datetime
    state: NeedState = NeedState.NEW
    public: str = ""
    why: str = ""
    step: int = 0
    next_at: datetime | None = None
    ended_at: datetime | None = None
    forget_at: datetime | None = None
    id: int = field(init=False)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def wait(self, policy: Policy, now: datetime) -> None:
        """The community is to read it in so many working hours."""
        self.step, self.next_at = 0, policy.work.add(now, policy.need_hours)

    def open(self, public: str, skills: list[str], policy: Policy, now: datetime) -> None:
        """Others may read it in these words, and somebody is looked for."""
        if self.state is not NeedState.NEW:
            raise Refused("need_settled")
        self.public, self.skills = public, skills
        self._look(policy, now)

    def reword(self, public: str, skills: list[str]) -> None:
        """The community says it in other words; nobody was asked in the old ones."""
        if self.state is not NeedState.OPEN:
            raise Refused("need_settled")
        self.words = self.public = public
        self.skills = skills

    def look_on(self, policy: Policy, now: datetime) -> None:
        """Nobody was found yet, and it is looked for as long again."""
        if self.state is not NeedState.OPEN:
            raise Refused("need_settled")
        self._look(policy, now)

    def take(self) -> None:
        """Somebody has accepted; what becomes of it is the booking's."""
        if self.state is not NeedState.OPEN:
            raise Refused("need_settled")
        self.state, self.next_at = NeedState.TAKEN, None

    def free(self, policy: Policy, now: datetime) -> None:
        """Whoever had it has it no longer, and somebody else is looked for."""
        if self.state is NeedState.TAKEN:
            self._look(policy, now)

    def strike(self, policy: Policy, now: datetime) -> None:
        if self.state is NeedState.TAKEN:
            self._end(NeedState.STRUCK, policy, now)

    def decline(self, why: str, policy: Policy, now: datetime) -> None:
        """The community says no, and why."""
        if self.state not in {NeedState.NEW, NeedState.OPEN}:
            raise Refused("need_settled")
        self.why = why
        self._end(NeedState.DECLINED, policy, now)

    def withdraw(self, policy: Policy, now: datetime) -> None:
        if not self.live:
            raise Refused("need_settled")
        self._end(NeedState.WITHDRAWN, policy, now)

    def due(self, policy: Policy, now: datetime) -> NeedStep | None:
        """What is due now, and the next thing after it; None where nothing is."""
        if self.next_at is None or now < self.next_at or self.state not in _STEPS:
            return None
        steps = _STEPS[self.state]
        step = steps[min(self.step, len(steps) - 1)]
        self.step += 1
        self.next_at = policy.work.add(now, policy.chase_hours)
        if step is NeedStep.LAPSE:
            self._end(NeedState.LAPSED, policy, now)
        return step

    def _look(self, policy: Policy, now: datetime) -> None:
        self.state, self.step = NeedState.OPEN, 0
        self.next_at = policy.work.by_the_end_of(now + timedelta(days=policy.need_days))

    def _end(self, state: NeedState, policy: Policy, now: datetime) -> None:
        self.state, self.next_at, self.ended_at = state, None, now
        self.forget_at = now + policy.retention


@dataclass(eq=False)
class Supply:
    """A line of a unit's menu: what, for whom, how many a month, on which conditions, until when."""

    unit_id: int
    area_id: int
    by_id: int
    what: str
    skills: list[str]
    for_whom: str
    monthly: int
    conditions: str
    until: date
    created_at: datetime
    closed_at: datetime | None = None
    id: int = field(init=False)

    def booking(self, booked: int, day: date) -> None:
        """One more may be booked for a day of a month that has so many. Raises `Refused`."""
        if self.closed_at is not None or day > self.until:
            raise Refused("supply_over")
        if booked >= self.monthly:
            raise Refused("quota_full")

    def change(
        self,
        what: str,
        skills: list[str],
        for_whom: str,
        monthly: int,
        conditions: str,
        until: date,
    ) -> None:
        """It says this from now on; what was booked goes on as it was promised."""
        if self.closed_at is not None:
            raise Refused("supply_over")
        self.what, self.skills, self.for_whom = what, skills, for_whom
        self.monthly, self.conditions, self.until = monthly, conditions, until

    def close(self, now: datetime) -> None:
        """Nobody can book it any more; what was booked goes on."""
        if self.closed_at is not None:
            raise Refused("supply_over")
        self.closed_at = now


@dataclass(eq=False)
class Service:
    """What a member does for others: skills, free half days, and inside which area.

    `hours` are codes like "6a": the weekday from 1, a for the morning, p for the afternoon.
    """

    person_id: int
    skills: list[str]
    hours: list[str]
    area_id: int
    since: datetime
    paused: bool = False


# ── half days ────────────────────────────────────────────────────────────────

HALVES = ("a", "p")
_DAYS = {
    **{c: str(n) for n, c in enumerate("一二三四五六", 1)},
    "日": "7",
    "天": "7",
    **{w: str(n) for n, w in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)},
}
_GROUPS = {
    "工作日": "12345",
    "平时": "12345",
    "周末": "67",
    "weekdays": "12345",
    "weekends": "67",
    "每天": "1234567",
    "天天": "1234567",
    "都行": "1234567",
    "every day": "1234567",
    "any time": "1234567",
}
_HALF = {"上午": "a", "早上": "a", "下午": "p", "morning": "a", "afternoon": "p"}
_SAID = re.compile(
    r"(?P<group>工作日|平时|周末|每天|天天|都行|weekdays|weekends|every day|any time)"
    r"|(?:周|星期|礼拜)(?P<days>[一二三四五六日天][一二三四五六日天、]*)"
    r"|(?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"|(?P<half>上午|早上|下午|mornings?|afternoons?)",
)


def hours_in(text: str) -> list[str]:
    """The half days that a text names, in order; days without a half behind them mean both."""
    found: set[str] = set()
    days: set[str] = set()
    waiting = False  # days were named, and no half of them yet
    for match in _SAID.finditer(text.lower()):
        if half := match["half"]:
            found.update(day + _HALF[half.removesuffix("s")] for day in days)
            waiting = False
        else:
            days = _named(match) | (days if waiting else set())
            waiting = True
    if waiting:
        found.update(day + half for day in days for half in HALVES)
    return sorted(found)


def _named(match: re.Match[str]) -> set[str]:
    if match["group"]:
        return set(_GROUPS[match["group"]])
    said = match["days"].replace("、", "") if match["days"] else [match["day"]]
    return {_DAYS[day] for day in said}
