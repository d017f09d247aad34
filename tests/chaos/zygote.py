"""A parent that has imported everything and forks a `shaodao` whenever it is told to.

Importing takes a second of the processor; five hundred times that would be most of a run. The
zygote opens no database, starts no thread and no event loop: a child of it is what the command
is after its imports. It reads a line of JSON for each child: {"argv", "plan", "log"}.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from tests.chaos.points import Plan, Teller, install


def serve(report: int, drivers: Sequence[str]) -> None:
    """Forks for every line of standard input until it ends, and tells who has died of what."""
    import bot.main  # noqa: F401 - this and the drivers are what takes so long
    from bot.channels.telegram import _driver

    for driver in drivers:
        _driver(driver, "1:nobody", "http://127.0.0.1:9")

    def reap(_signal: int, _frame: Any) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            said = {"pid": pid, "what": "died", "code": os.waitstatus_to_exitcode(status)}
            os.write(report, json.dumps(said).encode() + b"\n")

    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        order = json.loads(line)
        plan = Plan(**order["plan"])
        pid = os.fork()
        if pid == 0:
            _become(order["argv"], plan, order["log"])


def _become(argv: list[str], plan: Plan, log: str) -> NoReturn:
    """This process is `shaodao` with these arguments."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        Teller(plan)("born")
        install(plan)
        from bot.start import shaodao

        sys.argv = ["shaodao", *argv]
        shaodao()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception:  # nobody above would print it, as the interpreter does of a command
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2:])
