"""The access token that every call carries: fetched once, shared, replaced when it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

EARLY = 60.0
"""Seconds before its end from which a token is not used any more."""

Fetch: TypeAlias = Callable[[bool], Awaitable[tuple[str, int]]]
"""A token and for how many seconds it is good; a new one when asked to force it."""


class Shelf(Protocol):
    """Where the processes of one account keep their token. Times are seconds since 1970.

    `take` returns the token and until when it is good, unless it is the one that was rejected
    or ends within `EARLY`; None means: fetch one, then `put` it or `leave`. While another process
    fetches, it waits.
    """

    async def take(self, rejected: str) -> tuple[str, float] | None: ...
    async def put(self, token: str, until: float) -> None: ...
    async def leave(self) -> None: ...


class OwnShelf:
    """A `Shelf` of this process alone."""

    async def take(self, rejected: str) -> tuple[str, float] | None:
        return None

    async def put(self, token: str, until: float) -> None: ...

    async def leave(self) -> None: ...


class Tokens:
    """One account's token, however many calls want it at once."""

    def __init__(self, fetch: Fetch, shelf: Shelf, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._shelf = shelf
        self._clock = clock
        self._token, self._until = "", 0.0
        self._one = asyncio.Lock()

    async def get(self, rejected: str = "") -> str:
        """A token that is good, and not the one that was just rejected."""
        async with self._one:
            if not self._good(rejected):
                self._token, self._until = await self._another(rejected)
            return self._token

    def _good(self, rejected: str) -> bool:
        return self._token != rejected and self._clock() < self._until - EARLY

    async def _another(self, rejected: str) -> tuple[str, float]:
        kept = await self._shelf.take(rejected)
        if kept is not None:
            return kept
        try:
            token, seconds = await self._fetch(False)
            if token == rejected:  # the platform does not know yet that it refuses its own
                token, seconds = await self._fetch(True)
        except BaseException:
            await self._shelf.leave()
            raise
        until = self._clock() + seconds
        await self._shelf.put(token, until)
        return token, until
