"""As report_aiogram.py, but updates that wait to be saved at the same time share a commit.

Few would write this; it shows how much of the difference is the commit and how much is the
library.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Figures
from benchmarks.form import token
from benchmarks.report_aiogram import report
from benchmarks.store import Store, Unit

__all__ = ["run", "token"]


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`, sharing commits."""
    return asyncio.run(report(events, waiting, SharingStore(url)))


@dataclass(slots=True)
class Commit:
    """Units that will be on the disk together."""

    units: list[tuple[int, Unit]] = field(default_factory=list)
    done: bool = False


class SharingStore(Store):
    """While one commit is on its way to the disk, those who come wait for the next together."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._turn = asyncio.Lock()
        self._next = Commit()

    async def save(self, units: Iterable[tuple[int, Unit]]) -> None:
        """The units are on the disk, whoever of those who wait had the turn to write them."""
        commit = self._next
        commit.units.extend(units)
        async with self._turn:
            if commit is self._next:
                self._next = Commit()
            if not commit.done:
                await super().save(commit.units)
                commit.done = True
