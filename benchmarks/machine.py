"""What the figures were taken on: without it they mean nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any

LIBRARIES = ("sqlalchemy", "python-telegram-bot", "aiogram", "pydantic")


def facts() -> dict[str, Any]:
    """Processor, what else kept it busy in the last minute, system, versions, and what a
    synced write costs where the databases are put."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "fsync_us": round(_fsync_us()),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _fsync_us() -> float:
    taken = []
    with TemporaryFile() as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            started = perf_counter()
            os.fsync(file.fileno())
            taken.append(perf_counter() - started)
    return median(taken) * 1e6
