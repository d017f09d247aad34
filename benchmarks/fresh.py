"""A process of its own: for every measurement, on one core, and for whatever is outside of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns in a new process, all of whose threads share one core.

    The function is one of a module's own; what goes in and out can be pickled.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_pin) as pool:
        return pool.submit(function, *args, **kwargs).result()


@contextmanager
def beside(work: Callable[..., None], *args: Any) -> Iterator[Pipe]:
    """A process of its own does `work(pipe, *args)`; ours is the other end of the pipe, and the
    process has ended when the block is left."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there, *args))
    process.start()
    there.close()  # so that a process that fails is noticed here
    try:
        yield here
    finally:
        here.close()  # so that a process which still waits for us ends
        process.join()


def _pin() -> None:
    if sys.platform == "linux":  # elsewhere the figures are those of an unpinned process
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
