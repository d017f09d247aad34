"""`python -m tests.fuzz [--target NAME] [--inputs N] [--engine E]`: parsers against any input.

Each target runs in a process of its own: Atheris ends its process, and a parser that kills one
is told from one that raises. What a parser fell over is kept in `.fuzz/crashes`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time

from tests.fuzz.engines import ENGINES, ROOM, available, targets

REACHED = re.compile(r"^(?:reached|Done) (\d+)", re.MULTILINE)


def main() -> int:
    asked = _asked()
    if asked.child:
        return _child(asked)
    from tests.fuzz.targets import TARGETS

    names = [asked.target] if asked.target else list(TARGETS)
    engines = [asked.engine] if asked.engine else available()
    failed = 0
    for name in names:
        for engine in engines:
            inputs = max(asked.inputs // (100 if TARGETS[name].slow else 1), 1)
            if engine == "hypothesis":
                inputs = max(inputs // 20, 1)  # it thinks longer about each
            failed |= _run(name, engine, inputs, asked.seconds)
    return failed


def _run(name: str, engine: str, inputs: int, seconds: int) -> int:
    began = time.monotonic()
    more = ["--inputs", str(inputs), "--engine", engine, "--seconds", str(seconds), "--child"]
    command = [sys.executable, "-m", "tests.fuzz", "--target", name, *more]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    took = time.monotonic() - began
    reached = REACHED.search(done.stdout + done.stderr)
    count = reached[1] if reached else "stopped before"
    print(f"{name:18} {engine:10} {count:>12} inputs {took:7.0f} s", flush=True)
    if done.returncode:
        print(done.stdout[-4000:] + done.stderr[-4000:], f"kept in {ROOM / 'crashes'}", sep="\n")
    return int(bool(done.returncode))


def _child(asked: argparse.Namespace) -> int:
    ENGINES[asked.engine](targets(asked.engine)[asked.target], asked.inputs, asked.seconds)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--target", help="one parser; without it all of them, one after another")
    parser.add_argument(
        "--inputs", type=int, default=10_000, help="for each; a hundredth for slow ones"
    )
    parser.add_argument("--engine", choices=sorted(ENGINES), help="without it both, where both are")
    parser.add_argument(
        "--seconds", type=int, default=0, help="at most so long for each; 0: no limit"
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
