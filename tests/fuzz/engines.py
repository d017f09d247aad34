"""The two engines: Hypothesis draws bytes and shrinks what fails, Atheris follows the branches."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

ROOM = Path(".fuzz")
LONGEST = 4096
"""Bytes of an input; what has to be longer is grown from these."""
INSTRUMENTED = ("bot", "governance", "handlers.talk", "handlers.routes", "handlers.places")


class Fault(AssertionError):
    """A parser raised what it does not say it raises."""


def tried(target: Target, data: bytes) -> None:
    """The parser has read it or refused it; anything else is kept, and raised."""
    try:
        target.read(data)
    except target.refuses:
        return
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        kept = _keep(target.name, data, error)
        raise Fault(f"{target.name}: {type(error).__name__} {error}; input in {kept}") from error


def _keep(name: str, data: bytes, error: BaseException) -> Path:
    """The input, and beside it what came of it."""
    folder = ROOM / "crashes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    path.with_suffix(".txt").write_text("".join(traceback.format_exception(error)))
    return path


def by_hypothesis(target: Target, inputs: int, seconds: int = 0) -> int:
    """So many inputs have been tried: seeds, seeds with a part exchanged, and any bytes."""
    until = time.monotonic() + seconds if seconds else float("inf")
    count = 0
    seeds = list(target.seeds) or [b""]

    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(_inputs(seeds))
    def one(data: bytes) -> None:
        nonlocal count
        if time.monotonic() < until:
            count += 1
            tried(target, data)

    one()
    return count


def _inputs(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    whole = st.sampled_from(seeds)
    cut = st.tuples(whole, st.integers(0, 600), st.integers(0, 40), st.binary(max_size=60))
    spoilt = cut.map(lambda t: t[0][: t[1]] + t[3] + t[0][t[1] + t[2] :])
    return st.one_of(st.binary(max_size=200), spoilt, st.text(max_size=60).map(str.encode), whole)


def _hypothesis(target: Target, inputs: int, seconds: int) -> None:
    print("reached", by_hypothesis(target, inputs, seconds))


def _atheris(target: Target, inputs: int, seconds: int) -> None:
    """Ends the process when so many inputs were tried."""
    import atheris

    corpus = ROOM / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-runs={inputs}", f"-max_len={LONGEST}", "-timeout=60", "-rss_limit_mb=4096"]
    limits += [f"-max_total_time={seconds}"] if seconds else []
    crashes = ROOM / "crashes"
    crashes.mkdir(parents=True, exist_ok=True)
    where = [f"-artifact_prefix={crashes / target.name}-", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, *where], lambda data: tried(target, data))
    atheris.Fuzz()


ENGINES: dict[str, Callable[[Target, int, int], None]] = {
    "atheris": _atheris,
    "hypothesis": _hypothesis,
}


def available() -> list[str]:
    """The engines that are installed: Atheris has no build for every machine."""
    found = importlib.util.find_spec("atheris") is not None
    return [name for name in ENGINES if name == "hypothesis" or found]


def targets(engine: str) -> dict[str, Target]:
    """The table; for Atheris with every branch of ours marked."""
    if engine == "atheris":
        import atheris

        with atheris.instrument_imports(include=[*INSTRUMENTED]):
            from tests.fuzz.targets import TARGETS
    else:
        from tests.fuzz.targets import TARGETS
    return TARGETS
