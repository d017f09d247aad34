"""Several processes take presses for the same slots at once: none is given twice."""

from __future__ import annotations

from pathlib import Path

from benchmarks import claims
from bot import keys
from storage import secrets

PRESSES = 80


def test_four_processes_give_exactly_the_slots_and_a_line_in_the_order_of_commit(
    postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / keys.FILE).write_text(secrets.new_key())
    shift_id = claims.prepare(postgres_url, PRESSES)
    seen = claims.storm(postgres_url, tmp_path, PRESSES, shift_id)
    figures = claims.figures(postgres_url, shift_id, seen)
    assert figures["claimed"] == claims.SLOTS
    assert figures["waitlisted"] == PRESSES - claims.SLOTS
    assert figures["answered"] == PRESSES
    assert {one.last.count("陈静") for one in seen} == {0}
    assert figures["card_edits"] <= 5
