"""A process of its own for every measurement, on one core."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns in a new process, all of whose threads share one core.

    The function is one of a module's own; what goes in and out can be pickled.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_pin) as pool:
        return pool.submit(function, *args, **kwargs).result()


def _pin() -> None:
    if sys.platform == "linux":  # elsewhere the figures are those of an unpinned process
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
