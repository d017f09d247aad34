"""The codes with which a card can be changed, each of them once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

LIFE = 72 * 3600.0
"""Seconds for which a code is good."""


class Codes(Protocol):
    """Where one app keeps the newest code of each card. Times are seconds since 1970.

    `take` returns the code, which is not here any more then; "" where there is none that is good.
    """

    async def keep(self, message_id: str, code: str, until: float) -> None: ...
    async def take(self, message_id: str) -> str: ...


class OwnCodes:
    """`Codes` of this process alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[str, float]] = {}

    async def keep(self, message_id: str, code: str, until: float) -> None:
        self._codes[message_id] = code, until

    async def take(self, message_id: str) -> str:
        code, until = self._codes.pop(message_id, ("", 0.0))
        return code if until > self._clock() else ""
