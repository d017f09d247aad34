"""`shaodao triage`: a line in, a line out, whatever the line is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import get_args

from bot import decisions
from bot.commands import triaging
from handlers.message import Intent

CODES = {row["code"] for row in decisions.categories() if row["parent"] is not None}
SHAODAO = [sys.executable, "-c", "from bot.start import shaodao; shaodao()", "triage"]
ROOT = Path(__file__).parents[2]


def answers(given: bytes) -> list[dict[str, object]]:
    out = BytesIO()
    triaging.lines(BytesIO(given), out, decisions.categories())
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_line_has_one_answer_with_three_categories_and_an_intent() -> None:
    strange = [
        b"\xff\xfe\x80",
        b"",
        b"   ",
        "😀".encode(),
        "水".encode() * 10_000,
        b"\xef\xbb\xbf1",
    ]
    found = answers(b"\n".join(["路灯坏了".encode(), *strange, "转人工".encode()]))
    assert len(found) == len(strange) + 2
    for answer in found:
        assert list(answer) == ["categories", "emergency", "intent"]
        assert isinstance(answer["categories"], list)
        assert len(set(answer["categories"]) & CODES) == 3
        assert isinstance(answer["emergency"], bool)
        assert answer["intent"] in get_args(Intent)


def test_a_report_an_emergency_and_a_call_for_a_person_are_told_apart() -> None:
    lamp, fire, person = answers("路灯坏了\r\n着火了,三楼\n转人工\n".encode())
    assert (lamp["categories"][0], lamp["emergency"], lamp["intent"]) == ("0201", False, "report")  # type: ignore[index]
    assert fire["emergency"] is True
    assert person["intent"] == "human"


def test_an_answer_comes_before_the_next_line_is_written(tmp_path: Path) -> None:
    """In a folder without any configuration, and without a UTF-8 locale."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0"}
    with subprocess.Popen(
        SHAODAO, cwd=tmp_path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("路灯坏了", "垃圾没人收"):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["intent"] == "report"
        process.stdin.close()
        assert process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []
