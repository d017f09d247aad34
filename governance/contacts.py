"""Words between a resident and somebody in a post, passed on so that neither learns the
other's number or account.

A contact is open until one of the two ends it; the officer's post counts, not their person:
whoever serves in none any more gets no more words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from governance.org import PostKind
from governance.policy import Policy
from governance.refused import Refused

MOST_A_DAY = 10
"""Messages of one resident to officers within 24 hours."""


@dataclass(eq=False)
class Contact:
    """A resident and an officer who write to each other. `place` is the resident's home, as
    the officer reads it; all of it is deleted at `forget_at`."""

    resident_id: int
    officer_id: int
    post: PostKind
    place: str
    opened_at: datetime
    forget_at: datetime
    ended_at: datetime | None = None
    id: int = field(init=False)

    def other(self, person_id: int) -> int:
        """Whom this person writes to here. Raises `Refused("no_such_contact")` for strangers."""
        if person_id == self.resident_id:
            return self.officer_id
        if person_id == self.officer_id:
            return self.resident_id
        raise Refused("no_such_contact")

    def pass_on(
        self, by: int, sent_today: int, policy: Policy, now: datetime, *, serving: bool
    ) -> int:
        """Words of `by` may go to the person returned. `serving`: the officer holds a post.

        `sent_today` counts what a resident has sent within a day. Raises `Refused`.
        """
        to = self.other(by)
        if self.ended_at is not None or not serving:
            raise Refused("contact_over")
        if by == self.resident_id:
            allow(sent_today)
        self.forget_at = now + policy.retention
        return to

    def end(self, by: int, now: datetime) -> int:
        """Nothing more goes through; returns who is to be told."""
        other = self.other(by)
        if self.ended_at is not None:
            raise Refused("contact_over")
        self.ended_at = now
        return other


def allow(sent_today: int) -> None:
    """Raises `Refused("contact_enough")` for one message more than a day may have."""
    if sent_today >= MOST_A_DAY:
        raise Refused("contact_enough")
