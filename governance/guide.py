"""办事指南: matters and how they are done, each with a source, somebody who answers for it, and
a last day; and the questions that people ask of it.

An entry holds in the whole district, in one street or in one community. After its last day it
is not shown any more, until whoever answers for it says that it is still right.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from governance.org import PostKind
from governance.policy import Policy
from governance.refused import Refused
from governance.worktime import LONGEST_BREAK


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for an entry: a person, a unit, or whoever holds a post where it holds."""

    person_id: int | None = None
    unit_id: int | None = None
    post: PostKind | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What an entry says. `asked` are other words for the matter, as people say them; `bring`,
    `place`, `hours`, `phone` and `cost` may be empty. It is right as of `checked`, and shown
    through `until`."""

    code: str
    title: str
    asked: tuple[str, ...]
    answer: str
    bring: str
    place: str
    hours: str
    phone: str
    cost: str
    source: str
    owner: Owner
    area_id: int
    until: date
    checked: date


@dataclass(eq=False)
class Entry:
    """One matter of the guide. `next_at`: when its owner is asked whether it is still right."""

    code: str
    title: str
    asked: list[str]
    answer: str
    bring: str
    place: str
    hours: str
    phone: str
    cost: str
    source: str
    area_id: int
    until: date
    checked: date
    owner_id: int | None = None
    owner_unit_id: int | None = None
    owner_post: PostKind | None = None
    next_at: datetime | None = None
    id: int = field(init=False)

    @property
    def owner(self) -> Owner:
        return Owner(self.owner_id, self.owner_unit_id, self.owner_post)

    @property
    def facts(self) -> Facts:
        own: dict[str, Any] = {"owner": self.owner, "asked": tuple(self.asked)}
        rest = {f.name: getattr(self, f.name) for f in fields(Facts) if f.name not in own}
        return Facts(**own, **rest)

    def say(self, facts: Facts, policy: Policy, now: datetime) -> None:
        """The entry says this from now on."""
        for name, value in columns_of(facts).items():
            setattr(self, name, value)
        self.next_at = look_at(self.until, policy, now)

    def shown(self, today: date) -> bool:
        return today <= self.until

    def looked(self, policy: Policy, now: datetime) -> None:
        """Its owner has been asked; they are asked again on the last day."""
        self.next_at = look_at(self.until, policy, now)

    def stop(self, today: date) -> None:
        """It is not right any more, and not shown from now on."""
        self.until = min(self.until, today - timedelta(days=1))
        self.next_at = None

    def prolong(self, until: date, policy: Policy, now: datetime) -> None:
        """Somebody has looked at it: it is right today, and is shown through this day.

        Raises `Refused("guide_day")` for a day that is no later than the last one, over, or too
        far off.
        """
        today = policy.local_date(now)
        latest = today + timedelta(days=policy.guide_longest_days)
        if not max(today, self.until) < until <= latest:
            raise Refused("guide_day")
        self.until, self.checked = until, today
        self.next_at = look_at(until, policy, now)


def columns_of(facts: Facts) -> dict[str, Any]:
    """The same, as an entry keeps it."""
    kept = {f.name: getattr(facts, f.name) for f in fields(Facts) if f.name != "owner"}
    return {
        **kept,
        "asked": list(facts.asked),
        "owner_id": facts.owner.person_id,
        "owner_unit_id": facts.owner.unit_id,
        "owner_post": facts.owner.post,
    }


def look_at(until: date, policy: Policy, after: datetime) -> datetime | None:
    """When the owner is asked next whether an entry that ends on this day is still right: some
    days before, and on the day, or on the last working day before; None after that."""
    warned = until - timedelta(days=policy.guide_warn_days)
    moments = (_morning(day, policy) for day in (warned, until))
    return min((at for at in moments if at > after), default=None)


def _morning(day: date, policy: Policy) -> datetime:
    for _n in range(LONGEST_BREAK):
        if policy.work.is_workday(day):
            break
        day -= timedelta(days=1)
    return datetime.combine(day, policy.digest_at, policy.zone).astimezone(UTC)


# ── questions ────────────────────────────────────────────────────────────────


class Came(StrEnum):
    """What came of a question."""

    OFFERED = "offered"  # several may be meant, and nobody has said which
    ANSWERED = "answered"  # an entry was shown
    WRONG = "wrong"  # an entry was shown and was not what was meant
    UNKNOWN = "unknown"  # a person has been asked instead
    SETTLED = "settled"  # whoever keeps the guide has written the entry, or need not


OPEN = frozenset({Came.WRONG, Came.UNKNOWN})
"""What whoever keeps the guide has to write an entry for."""


@dataclass(eq=False)
class Question:
    """What somebody asked, where, and what came of it. `entry_id` was shown to them.

    Its words are needed a few days, for "not what I meant"; those of a question that found no
    answer until whoever keeps the guide has read them, at most as long as other words.
    """

    person_id: int
    area_id: int
    words: str
    asked_at: datetime
    came: Came
    entry_id: int | None = None
    forget_at: datetime | None = None
    id: int = field(init=False)

    @classmethod
    def ask(
        cls, person_id: int, area_id: int, words: str, policy: Policy, now: datetime
    ) -> Question:
        """Asked now; what comes of it is said next."""
        soon = now + timedelta(days=policy.dialog_days)
        return cls(person_id, area_id, words, now, Came.OFFERED, forget_at=soon)

    def show(self, entry_id: int) -> None:
        """This entry is shown; that one before it was wrong stays on record."""
        self.entry_id = entry_id
        if self.came is Came.OFFERED:
            self.came = Came.ANSWERED

    def miss(self, policy: Policy) -> None:
        """What was shown was not meant."""
        if self.came not in {Came.UNKNOWN, Came.SETTLED}:
            self._keep(Came.WRONG, policy)

    def pass_on(self, policy: Policy) -> bool:
        """A person is asked instead; False where one was already."""
        if self.came in {Came.UNKNOWN, Came.SETTLED}:
            return False
        self._keep(Came.UNKNOWN, policy)
        return True

    def _keep(self, came: Came, policy: Policy) -> None:
        self.came, self.forget_at = came, self.asked_at + policy.retention

    def settle(self, policy: Policy, now: datetime) -> None:
        """Raises `Refused("guide_settled")` where there is nothing to do."""
        if self.came not in OPEN:
            raise Refused("guide_settled")
        self.came = Came.SETTLED
        self.forget_at = now + timedelta(days=policy.dialog_days)
