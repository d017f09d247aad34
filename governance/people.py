"""People, and the one who is speaking now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Member(StrEnum):
    """As what somebody takes part in volunteer work."""

    PARTY = "party"  # 党员
    VOLUNTEER = "volunteer"  # 志愿者


@dataclass(eq=False)
class Person:
    """Somebody the district knows.

    `code` is their number in the roster, None for whoever just wrote to the bot. `home_id` is
    a building or stairwell, `address` the door behind it. `unit_id` is the unit they belong
    to, `skills` what they can do, as the roster lists it. `phone` and `address` may be "".
    `elder`: what they read is laid out for old people.
    """

    name: str
    home_id: int | None = None
    phone: str = ""
    address: str = ""
    code: str | None = None
    member: Member | None = None
    unit_id: int | None = None
    skills: list[str] = field(default_factory=list)
    elder: bool = False
    id: int = field(init=False)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person at one of their accounts, as loaded once for an event.

    `lane` is the private chat with them. `noticed`: the privacy notice was shown. `minor`:
    they have said that they are under 14. `elder`: what they read is laid out for old people.
    """

    account_id: int
    person_id: int
    name: str
    language: str
    lane: str
    home_id: int | None
    noticed: bool
    minor: bool = False
    elder: bool = False
