"""Every parser of outside input reads a few hundred inputs or refuses them as it says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import engines, room
from tests.fuzz.engines import Fault, by_hypothesis
from tests.fuzz.targets import TARGETS, Target

# Of an upload that breaks off the parser forgets the file, which Python then closes.
pytestmark = pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")
INPUTS = {False: 300, True: 8}
"""By whether a target is slow; a hundred times as many under the thorough profile."""
MORE = 100 if os.environ.get("SHAODAO_TEST_PROFILE") == "thorough" else 1


@pytest.fixture(autouse=True, scope="module")
def nothing_stays() -> Iterator[None]:
    yield
    room.clear()


@pytest.fixture(autouse=True)
def kept_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "ROOM", tmp_path)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_in_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    inputs = INPUTS[target.slow] * MORE
    assert by_hypothesis(target, inputs) >= inputs * 0.9


def test_an_input_that_a_parser_falls_over_is_kept_with_what_came_of_it(tmp_path: Path) -> None:
    def read(data: bytes) -> None:
        if data.startswith(b"{"):
            raise KeyError("no such thing")
        raise ValueError

    with pytest.raises(Fault, match="KeyError"):
        by_hypothesis(Target("weak", read, (ValueError,), [b"{}"]), 200)
    kept = sorted((tmp_path / "crashes").iterdir())
    assert any(path.read_bytes().startswith(b"{") for path in kept)
    assert all("no such thing" in path.read_text() for path in kept if path.suffix == ".txt")
