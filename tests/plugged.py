"""A district of the demo whose bot runs in a process of its own, with a key that both read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.keys import FILE
from storage import secrets


@contextmanager
def own_key(folder: Path) -> Iterator[None]:
    """What is encrypted in this folder is so with the key in it, and this process has it."""
    key, ring = secrets.new_key(), secrets._KEYS
    before = dict(vars(ring))
    (folder / FILE).write_text(key, "ascii")
    secrets.unlock([key])
    yield
    vars(ring).update(before)
