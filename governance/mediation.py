"""调解: what two sides agreed on in a private matter, and the day on which somebody asks again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from governance.refused import Refused


@dataclass(eq=False, repr=False)
class Mediation:
    """One talk with its agreement. `next_at` is when its mediator is asked whether it is kept."""

    case_id: int
    by_id: int
    agreement: str
    made_at: datetime
    next_at: datetime | None
    kept: bool | None = None
    followed_at: datetime | None = None
    note: str = ""
    asked: int = 0
    id: int = field(init=False)
    version: int = field(init=False)

    def __repr__(self) -> str:
        return f"<Mediation {self.case_id}>"

    def ask(self, again: datetime) -> None:
        """The mediator is asked; if no answer is there by `again`, once more."""
        self.asked += 1
        self.next_at = again

    def follow(self, *, kept: bool, note: str, now: datetime) -> None:
        """What was found on asking both sides; the record is complete."""
        if self.followed_at is not None:
            raise Refused("mediation_followed")
        self.kept, self.note, self.followed_at, self.next_at = kept, note, now, None
