"""Why a message did not arrive, and how an alert to somebody stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What kept a message from arriving; NONE while nothing did."""

    NONE = ""
    BLOCKED = "blocked"  # the person has shut the bot out, or the chat is gone
    SILENT = "silent"  # nobody can say: the platform's answer was lost twice
    REFUSED = "refused"  # the platform does not take this message as it is
    UNREACHED = "unreached"  # every try ended without a connection
    UNDRAWN = "undrawn"  # an error of ours while it was drawn
    CRASHED = "crashed"  # processes ended with it in hand, more often than is tried
    WINDOW = "window"  # the platform lets us write only after the person does
    NEEDLESS = "needless"  # there is nothing to show any more
    SPENT = "spent"  # the message cannot be changed before somebody presses it
    TOGETHER = "together"  # said in one message with others that waited
    NO_ACCOUNT = "no_account"  # the person has never written to the bot


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an alert to one person stands: the state of its row, and the reason."""

    state: str
    reason: Reason

    @property
    def arrived(self) -> bool:
        """Whether the platform has taken it for this person."""
        return self.state == "sent"

    @property
    def lost(self) -> bool:
        """Whether it has not arrived, and will not by itself."""
        return self.state in {"failed", "unknown", "dead", "held"}
