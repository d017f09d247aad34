"""The short form of `make chaos`, on both databases: every point once, and then everything is counted."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.chaos.points import MIGRATING, POINTS
from tests.databases import GIVEN

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="chaos needs Linux")


async def chaos(folder: Path, **asked: str) -> tuple[dict[str, Any], str]:
    """The figures of a run, and everything it said."""
    path = folder / "figures.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos"),
        cwd=ROOT,
        env={**os.environ, "SEED": "1", "JSON": str(path), **asked},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return json.loads(path.read_text()), said.decode()


async def test_one_process_on_sqlite_is_killed_at_every_point_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    figures, said = await chaos(tmp_path, KILLS="12", DATABASE="sqlite")
    assert figures["kills"] == 12
    assert figures["events"] > 20, said
    assert {MIGRATING, *POINTS} <= set(figures["kills_by_place"]), said


async def test_four_processes_on_postgresql_are_killed_and_nothing_is_lost(
    tmp_path: Path, migrated_postgres: Engine
) -> None:
    server = migrated_postgres.url.render_as_string(hide_password=False)
    figures, said = await chaos(tmp_path, KILLS="6", DATABASE="postgresql", **{GIVEN: server})
    assert figures["kills"] >= 6
    assert figures["events"] > 20, said
