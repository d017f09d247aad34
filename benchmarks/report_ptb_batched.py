"""As report_ptb.py, given what the library does not offer: one commit for all that wait.

The whole wave goes through the application before anything is saved, so nothing spares the
others when one update fails, and memory is a wave ahead of the database meanwhile. Nobody
writes this; it shows how much of the difference is the commit and how much is the library.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from benchmarks.figures import Figures
from benchmarks.form import token
from benchmarks.report_ptb import report
from benchmarks.store import Store

__all__ = ["run", "token"]


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`, a commit each."""
    return asyncio.run(report(events, waiting, waiting, Store(url)))
