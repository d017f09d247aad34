"""Two clocks: the domain's (deadlines, working hours; movable) and the technical one (real)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The domain's clock. In production it is the real time; the demo and tests move it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = (start - datetime.now(UTC)) if start else timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        return self._frozen or datetime.now(UTC) + self._ahead

    def freeze(self, at: datetime) -> None:
        """The clock stands at this moment until it is set or frozen again."""
        self._frozen = at

    def set(self, at: datetime) -> None:
        """The clock shows this moment now and goes on (or stands there, if it was frozen)."""
        if self._frozen is not None:
            self._frozen = at
        else:
            self._ahead = at - datetime.now(UTC)


def technical() -> float:
    """Real seconds, for leases, retries and rates."""
    return time.time()
