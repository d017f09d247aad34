"""双认领: projects of communities, and what units and members pledge for them.

A pledge is a promise on record. Money is never paid through the bot: the community confirms
what it has received, and nobody confirms their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from governance.policy import Policy
from governance.refused import Refused

MOST = 10**9 - 1
MOST_LINES = 6
DONE = 100  # percent


class Give(StrEnum):
    """What can be given."""

    MONEY = "money"  # 资金, in yuan
    GOODS = "goods"  # 物资, in pieces
    LABOUR = "labour"  # 劳务, in hours


class ProjectState(StrEnum):
    OPEN = "open"  # 认领中
    FINISHED = "finished"  # 完工, the residents are asked
    ENDED = "ended"  # 办结, with the residents' word
    UNFINISHED = "unfinished"  # 没办成


class ProjectStep(StrEnum):
    """What the clock does with a project."""

    ASK = "ask"  # its day has come: the community is asked how far it is
    STREET = "street"  # then the street hears it
    GIVE_UP = "give_up"  # it ends unfinished
    END = "end"  # the residents have had their time to speak


_LATE = (ProjectStep.ASK, ProjectStep.STREET, ProjectStep.GIVE_UP)


class PledgeState(StrEnum):
    PLEDGED = "pledged"  # 认领
    RECEIVED = "received"  # 到位
    WITHDRAWN = "withdrawn"  # 撤回


@dataclass(eq=False)
class Project:
    """Something a community wants to bring about. `progress` is in percent."""

    area_id: int
    by_id: int
    name: str
    place: str
    until: date
    created_at: datetime
    state: ProjectState = ProjectState.OPEN
    progress: int = 0
    step: int = 0
    next_at: datetime | None = None
    finished_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""
    id: int = field(init=False)

    def begin(self, policy: Policy) -> None:
        """The clock looks at it when its day is over."""
        self.step, self.next_at = 0, _end_of(self.until, policy)

    def advance(self, progress: int) -> None:
        """So much of it is done. The last step needs a photo: `finish`."""
        self.require_open()
        if not self.progress < progress < DONE:
            raise Refused("progress_back")
        self.progress, self.step = progress, 0

    def finish(self, note: str, policy: Policy, now: datetime) -> None:
        """It is done; the residents have some days to say how it is."""
        self.require_open()
        self.state, self.progress, self.note = ProjectState.FINISHED, DONE, note
        self.finished_at, self.step = now, 0
        self.next_at = now + timedelta(days=policy.word_days)

    def require_open(self) -> None:
        if self.state is not ProjectState.OPEN:
            raise Refused("project_over")

    def require_word(self) -> None:
        """Raises `Refused("project_no_word")` unless residents are asked about it now."""
        if self.state is not ProjectState.FINISHED:
            raise Refused("project_no_word")

    def due(self, policy: Policy, now: datetime) -> ProjectStep | None:
        """What the clock does now, and when it looks again; None where nothing is due."""
        if self.next_at is None or now < self.next_at:
            return None
        if self.state is ProjectState.FINISHED:
            self._end(ProjectState.ENDED, now)
            return ProjectStep.END
        step = _LATE[min(self.step, len(_LATE) - 1)]
        self.step += 1
        self.next_at = policy.work.by_the_end_of(now + timedelta(days=policy.word_days))
        if step is ProjectStep.GIVE_UP:
            self._end(ProjectState.UNFINISHED, now)
        return step

    def _end(self, state: ProjectState, now: datetime) -> None:
        self.state, self.next_at, self.ended_at = state, None, now


@dataclass(eq=False)
class Line:
    """One thing a project needs: so much of `what`."""

    project_id: int
    give: Give
    what: str
    amount: int
    id: int = field(init=False)


@dataclass(eq=False)
class Pledge:
    """So much of a line, promised by a unit or a member; `by_id` is the person who said it."""

    project_id: int
    line_id: int
    by_id: int
    amount: int
    at: datetime
    unit_id: int | None = None
    person_id: int | None = None
    state: PledgeState = PledgeState.PLEDGED
    received: int = 0
    received_by: int | None = None
    received_at: datetime | None = None
    id: int = field(init=False)

    def receive(self, amount: int, by: int, now: datetime) -> None:
        """So much has arrived, says somebody else than who promised it."""
        if self.state is not PledgeState.PLEDGED:
            raise Refused("pledge_settled")
        if by in {self.by_id, self.person_id}:
            raise Refused("not_by_oneself")
        if not 0 < amount <= self.amount - self.received:
            raise Refused("amount")
        self.received += amount
        self.received_by, self.received_at = by, now
        if self.received == self.amount:
            self.state = PledgeState.RECEIVED

    def withdraw(self) -> None:
        """What has not arrived is not promised any more."""
        if self.state is not PledgeState.PLEDGED:
            raise Refused("pledge_settled")
        self.amount, self.state = self.received, PledgeState.WITHDRAWN


def require_pledge(amount: int, missing: int) -> None:
    """Raises `Refused` for an amount that is none, or more than is still missing."""
    if not 0 < amount <= MOST:
        raise Refused("amount")
    if amount > missing:
        raise Refused("pledge_too_much")


_AMOUNT = re.compile(
    r"([0-9]{1,12})\s*(?:元|块|个|件|次|小时|份|张|套|人次|%|％|times|pieces?|hours?|yuan)?"
)


def amount_in(text: str) -> int | None:
    """The amount that was typed, from 1 to below 10^9; None if it is none."""
    wide = text.strip().translate(_WIDE).replace(",", "").replace("，", "")
    found = _AMOUNT.fullmatch(wide)
    amount = int(found[1]) if found else 0
    return amount if 0 < amount <= MOST else None


_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def _end_of(day: date, policy: Policy) -> datetime:
    return datetime.combine(day, policy.work.end, policy.zone).astimezone(UTC)
