"""Files in the media folder that no record names: a process ended between the two, or a backup
was put back. They may hold somebody's words or face, so they do not stay for ever."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from storage import purging

log = structlog.get_logger()
EVERY = 6 * 3600  # seconds
OURS = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]{1,5})?(\.part)?")
"""How our files are called; whatever else lies there is somebody else's."""


def sweep(engine: Engine, folder: Path, before: float) -> int:
    """Files of ours that were written before this moment (seconds since 1970) and that no record
    names are gone; how many there were."""
    old = {
        file.name: file
        for file in folder.iterdir()
        if OURS.fullmatch(file.name) and file.stat().st_mtime < before
    }
    if not old:
        return 0
    options: dict[str, Any] = {"read": True, "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as conn:
        left = old.keys() - purging.named_files(conn)
    for name in left:
        old[name].unlink(missing_ok=True)
    if left:
        log.info("leftovers_removed", count=len(left))
    return len(left)
