"""Several processes take presses for the same slots at once: none is given twice."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks import claims, claims_town

PRESSES = 80


def test_four_processes_give_exactly_the_slots_and_a_line_in_the_order_of_commit(
    postgres_url: str, tmp_path: Path
) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        made = pool.submit(claims_town.prepare_with_key, tmp_path, postgres_url, PRESSES)
        shift_id = made.result()
    seen = claims.storm(postgres_url, tmp_path, PRESSES, shift_id)
    figures = claims.figures(postgres_url, shift_id, seen)
    assert figures["claimed"] == claims_town.SLOTS
    assert figures["waitlisted"] == PRESSES - claims_town.SLOTS
    assert figures["answered"] == PRESSES
    assert {one.last.count("陈静") for one in seen} == {0}
    assert figures["card_edits"] <= 5
