"""People, and the one who is speaking now."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Person:
    """Somebody the district knows. `home_id` is a building or stairwell; `phone` may be ""."""

    name: str
    home_id: int | None = None
    phone: str = ""
    id: int = field(init=False)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person at one of their accounts, as loaded once for an event.

    `lane` is the private chat with them. `noticed`: the privacy notice was shown.
    """

    account_id: int
    person_id: int
    name: str
    language: str
    lane: str
    home_id: int | None
    noticed: bool
