"""What the parsers need around them: an event loop, a folder in memory. Made once, and cleared."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

SHARED = Path("/dev/shm")
_LEAVING: list[Callable[[], object]] = []


@cache
def loop() -> asyncio.AbstractEventLoop:
    made = asyncio.new_event_loop()
    when_cleared(made.close)
    return made


@cache
def folder() -> Path:
    """In memory where that is possible: millions of workbooks would wear out a disk."""
    made = Path(tempfile.mkdtemp(prefix="shaodao-fuzz-", dir=SHARED if SHARED.is_dir() else None))
    when_cleared(lambda: shutil.rmtree(made, ignore_errors=True))
    return made


def when_cleared(act: Callable[[], object]) -> None:
    """It is done at the end, the last first."""
    _LEAVING.append(act)


@atexit.register
def clear() -> None:
    """Nothing of all that is left."""
    while _LEAVING:
        _LEAVING.pop()()
    loop.cache_clear()
    folder.cache_clear()
