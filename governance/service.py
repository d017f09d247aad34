"""Hours of service, and what about points a human should look at.

Nothing here punishes anybody: an alert says what was noticed, and the community's head looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.refused import Refused

LONGEST = timedelta(hours=24)
"""No turn of service is longer; a longer one was never ended."""
NEAR = 3
"""So many bits of 64 may differ between two copies of one picture."""
BANDS = 4
"""Of two prints that differ in at most NEAR bits, at least one of so many parts is the same."""


class AlertKind(StrEnum):
    PAIR = "pair"  # one person confirms points for the same other one very often
    PHOTO = "photo"  # a picture that was handed in before
    OVERLAP = "overlap"  # at two places at the same time


@dataclass(eq=False)
class Alert:
    """Something was noticed about a person's points.

    `other_id` is whoever confirmed, or handed in the same picture. `about` and `subject_id`
    name the thing at hand, `count` how often. `key` is what is said once only.
    """

    key: str
    kind: AlertKind
    area_id: int
    person_id: int
    other_id: int | None
    about: str
    subject_id: int
    count: int
    at: datetime
    seen_at: datetime | None = None
    seen_by: int | None = None
    id: int = field(init=False)

    def see(self, by: int, now: datetime) -> None:
        """A human has looked. Whom it is about does not look at it themselves."""
        if by in {self.person_id, self.other_id}:
            raise Refused("points_second_person")
        if self.seen_at is not None:
            raise Refused("points_settled")
        self.seen_at, self.seen_by = now, by


@dataclass(eq=False)
class Service:
    """A turn of service of a person, from check-in to check-out."""

    key: str
    person_id: int
    about: str
    subject_id: int
    area_id: int
    starts_at: datetime
    ends_at: datetime
    void_at: datetime | None = None
    id: int = field(init=False)


def require_span(starts_at: datetime, ends_at: datetime) -> None:
    """Raises `Refused` for a time that ends before it begins, or never."""
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise Refused("points_span")


def bands(print_: str) -> tuple[int, ...]:
    """The parts of a picture's print (16 hexadecimal digits) by which it is found again."""
    width = len(print_) // BANDS
    return tuple(int(print_[n * width :][:width], 16) for n in range(BANDS))


def same_picture(one: str, other: str) -> bool:
    """Whether two prints are of one picture, perhaps compressed anew."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= NEAR
