"""What a message goes back to: an event ("telegram/8123"), or something that was due ("cases/12").

It is bound while that is handled, in the thread that handles it, and whatever is posted or
logged meanwhile carries it. It holds a channel and a number, never words or names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ORIGIN: ContextVar[str] = ContextVar("origin", default="")


def current() -> str:
    """What is being handled, or "" between two things."""
    return _ORIGIN.get()


@contextmanager
def bound(origin: str) -> Iterator[None]:
    """What is posted and logged in the block goes back to this."""
    before = _ORIGIN.set(origin)
    try:
        yield
    finally:
        _ORIGIN.reset(before)
