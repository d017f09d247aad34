"""通知: one message of an officer to everybody of an area, a unit, a team or a list.

waiting    for its hour, or for the file that goes along
sending    copies are written a page at a time, as fast as they are sent
sent       every copy is written and has come to its end; of an emergency, people still acknowledge
recalling  what waits is withdrawn, what was sent is taken away, a page at a time
recalled   nothing is left to take back
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.groups import GroupKind
from governance.org import PostKind
from governance.refused import Refused


class Level(StrEnum):
    ORDINARY = "ordinary"  # asks for nothing and waits for the morning
    EMERGENCY = "emergency"  # overtakes, also at night, and asks who knows


class Whom(StrEnum):
    """Whose bulletin it is."""

    AREA = GroupKind.AREA  # everybody who lives there or answers for it
    UNIT = GroupKind.UNIT  # the people of a unit
    TEAM = GroupKind.TEAM  # a team of members in an area
    LIST = "list"  # people who were named one by one


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    RECALLING = "recalling"
    RECALLED = "recalled"


class Fate(StrEnum):
    """What has become of one copy."""

    QUEUED = "queued"  # on its way
    LATE = "late"  # kept until the person writes: their messenger takes nothing before
    SENT = "sent"
    BLOCKED = "blocked"  # the person, or the group, lets us write no more
    FAILED = "failed"
    UNKNOWN = "unknown"  # the platform gave no answer: perhaps it is there
    # after a recall
    WITHDRAWN = "withdrawn"  # it was never sent
    TAKING = "taking"  # being taken away
    TAKEN = "taken"
    CORRECTED = "corrected"  # it stays, and under it stands that it is withdrawn
    LEFT = "left"  # it stays, and nothing more can be said there


class Gap(StrEnum):
    """Why somebody of the audience gets no copy of their own."""

    GROUPED = "grouped"  # reads it in the group
    NO_ACCOUNT = "no_account"  # has never written to us
    NOT_AGREED = "not_agreed"  # has not agreed to news
    BLOCKED = "blocked"


REACHED = "reached"
"""Gets a copy at once."""
LATER = "later"
"""Gets a copy as soon as they write: their messenger takes nothing before."""

PAGE = 500
"""Copies written, or taken back, in one transaction."""
BREATH = timedelta(seconds=1)
"""Between two pages at least, so that everybody else has their turn."""
LOOK = timedelta(seconds=10)
"""Between two looks at what became of the copies; the card changes no oftener."""
LATE_LOOK = timedelta(minutes=10)
"""Between two looks at copies that wait for somebody to write."""


@dataclass(eq=False)
class Bulletin:
    """One bulletin. `post`, `place` and `phone` are its sender's, as it is signed.

    `due` are the people of the audience who get a copy and have none yet, by the bot account that
    sends it; `gaps` those who get none, by the reason, as counted when it began. Copies are
    written in the order of ids: `after_group` and `after_person` are the last ones that have one.
    Its list of those who have not acknowledged goes out at `list_at`; it ends at `ends_at`.
    """

    by_id: int
    post: PostKind | None
    place: str
    phone: str
    level: Level
    whom: Whom
    text: str
    created_at: datetime
    start_at: datetime
    area_id: int | None = None
    unit_id: int | None = None
    team: str = ""
    named: str = ""
    state: State = State.WAITING
    next_at: datetime | None = None
    started_at: datetime | None = None
    photo: str = ""
    document: str = ""
    file_name: str = ""
    due: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    total: int = 0
    after_group: int = 0
    after_person: int = 0
    written: bool = False
    list_at: datetime | None = None
    listed: bool = False
    ends_at: datetime | None = None
    recalled_at: datetime | None = None
    id: int = field(init=False)

    @property
    def emergency(self) -> bool:
        return self.level is Level.EMERGENCY

    @property
    def to_all(self) -> bool:
        """Whether it goes to people who have not agreed to news: in danger, and among colleagues."""
        return self.emergency or self.whom in {Whom.UNIT, Whom.TEAM}

    def asks(self, now: datetime) -> bool:
        """Whether it can be acknowledged, and those who have not are to be told."""
        over = self.ends_at is not None and self.ends_at <= now
        return self.emergency and self.state in {State.SENDING, State.SENT} and not over

    def begin(self, now: datetime, audience: Mapping[str, int], gaps: Mapping[str, int]) -> None:
        """It is going out, to so many people for each bot account."""
        self.state, self.started_at = State.SENDING, now
        self.due, self.gaps, self.total = dict(audience), dict(gaps), sum(audience.values())

    def wrote(self, copies: Mapping[str, int], last_person: int) -> None:
        """So many people more have a copy, the last of them this one."""
        self.after_person = max(self.after_person, last_person)
        self.due = {
            sender: left
            for sender, count in self.due.items()
            if (left := count - copies.get(sender, 0)) > 0
        }

    def ended(self, now: datetime, wait: timedelta, lasts: timedelta) -> None:
        """Every copy has come to its end. `wait` later whoever did not acknowledge an emergency is
        put down for a visit; `lasts` later nothing more is kept for anybody."""
        self.state = State.SENT
        if self.list_at is None and self.emergency:
            self.list_at = now + wait
        if self.ends_at is None:
            self.ends_at = now + lasts

    def recall(self, now: datetime) -> None:
        """What can be taken back is. One that has not begun is simply not sent."""
        if self.state in {State.RECALLING, State.RECALLED}:
            raise Refused("bulletin_recalled")
        begun = self.state is not State.WAITING
        self.recalled_at = now
        self.ends_at = self.ends_at or now
        self.state = State.RECALLING if begun else State.RECALLED
        self.next_at = now if begun else None

    def send_again(self, now: datetime) -> None:
        """The copies of which nobody knows go out once more."""
        if self.state is not State.SENT:
            raise Refused("bulletin_not_over")
        self.state, self.next_at = State.SENDING, now

    def next_look(self, now: datetime, late: int) -> datetime | None:
        """When there is something to do about one that was sent: None when it is over for good."""
        if self.ends_at is None or self.ends_at <= now:
            return None
        moments = [self.ends_at]
        if self.list_at is not None and not self.listed:
            moments.append(self.list_at)
        if late:
            moments.append(now + LATE_LOOK)
        return min(moments)


def pause(waiting: int, seconds: float) -> timedelta:
    """Between two looks at copies that wait, with `seconds` a message: soon enough that the sender
    never runs dry, and no sooner than somebody else has had their turn."""
    return max(BREATH, min(LOOK, timedelta(seconds=waiting * seconds / 2)))
