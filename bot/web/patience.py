"""Connections that dawdle are closed: whoever sends a request a byte at a time holds a place that
somebody else needs."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LEAST = 10_000
"""Bytes that have to come meanwhile: a slow telephone line brings as many in a second."""
HEADERS = 16 * 1024
"""Bytes of a request's line and headers, at most."""
CONNECTIONS = 500
"""At once; whoever comes after is answered with 503."""
IDLE = 5
"""Seconds for which a connection is kept between two requests."""


class Patient(H11Protocol):
    """HTTP for clients that send what they have to say; others are cut off, whether they dawdle
    before the first byte, in their headers or in their body."""

    every = 10.0
    """Seconds between two looks at a request that is not all there yet."""

    _look: asyncio.TimerHandle | None = None
    _came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._came += len(data)
        super().data_received(data)
        if self._look is None:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Looks again later, while something of a request is missing."""
        self._look = None
        if self._is_missing_something():
            self._came = 0
            self._look = self.loop.call_later(self.every, self._cut_off_or_watch)

    def _cut_off_or_watch(self) -> None:
        waits_for_us = self.flow.read_paused
        if self._is_missing_something() and self._came < LEAST and not waits_for_us:
            self.transport.close()
        else:
            self._watch()

    def _is_missing_something(self) -> bool:
        """Between two requests uvicorn itself looks at the clock."""
        idle = self.timeout_keep_alive_task is not None
        return not idle and self.conn.their_state in {h11.IDLE, h11.SEND_BODY}
