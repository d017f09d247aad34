"""Telegram's published limits, kept strictly: what comes too early is refused with a 429.

The real one promises no exact figures and lets short bursts through
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this); whoever
keeps to these is never refused there.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple


class _Limit(NamedTuple):
    """At most so many messages within so many seconds."""

    messages: int
    seconds: float


ACCOUNT, PRIVATE, GROUP = _Limit(30, 1.0), _Limit(1, 1.0), _Limit(20, 60.0)


class Limits:
    """The limits of one bot. `refused` counts the calls that came too early."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.refused = 0
        self._clock = clock
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    def wait(self, method: str, chat: str) -> int:
        """0 and the call counts, or the whole seconds to wait before it may be made again.

        Sending and editing count; answers to presses and all else are free.
        """
        if not method.lower().startswith(("send", "edit")):
            return 0
        now = self._clock()
        found = (("", ACCOUNT), (chat, GROUP if chat.startswith("-") else PRIVATE))
        early = max(self._until(key, limit, now) for key, limit in found)
        if early > 0:
            self.refused += 1
            return math.ceil(early)
        for key, _limit in found:
            self._sent[key].append(now)
        return 0

    def _until(self, key: str, limit: _Limit, now: float) -> float:
        sent = self._sent[key]
        while sent and sent[0] <= now - limit.seconds:
            sent.popleft()
        return sent[0] + limit.seconds - now if len(sent) >= limit.messages else 0.0
