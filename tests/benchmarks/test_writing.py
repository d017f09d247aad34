"""The document of performance shows what was measured, and whether the aims were met."""

from __future__ import annotations

from pathlib import Path

from benchmarks import aims, writing
from benchmarks.__main__ import BENCHMARKS

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
RESULTS = {
    "machine": {
        "cpu": "A machine",
        "cores": 2,
        "load": 0.1,
        "fsync_us": 250,
        "python": "3.11.7",
        "sqlite": "3.40.1",
    },
    "spike": {"lost": 0, "recovered_s": 270.5},
}
MARKED = """before
<!-- figures: spike -->
old
<!-- end -->
between
<!-- figures: http -->
not measured
<!-- end -->
"""


def test_what_was_measured_is_written_and_everything_else_stays() -> None:
    found = writing.written(MARKED, RESULTS)
    assert "A machine, 2 cores" in found
    assert "| spike | 0 | 270.5 |" in found
    assert "lost: at most 0; 0.0: **met**" in found
    assert "in normal time again: at most 10; 270.5: **missed**" in found
    assert "old" not in found
    assert found.startswith("before\n")
    assert found.endswith(MARKED[MARKED.index("between") :])
    assert writing.written(found, RESULTS) == found


def test_the_document_shows_only_what_can_be_measured() -> None:
    shown = writing.names(DOCUMENT.read_text("utf-8"))
    assert {aim.of for aim in aims.AIMS} <= set(shown) <= {"machine", *BENCHMARKS}
    assert len(shown) == len(set(shown))
