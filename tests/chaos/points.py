"""The wrapper: the very `shaodao` command, with an end that comes at a named point.

    CHAOS='{"report": 3, "point": "sent", "nth": 2}' python -m tests.chaos.points run

The product knows nothing of this. `install` puts a step in front of or behind seven of its
functions, and the process kills itself (SIGKILL, nothing is tidied up) when it passes the
chosen one for the nth time. It also gives both clocks the shift that the harness has written
into a file: so hours go by for the district, and so do the 15 seconds of a dead sender's lease,
for which nobody wants to wait five hundred times. What the product's functions do is not changed.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Any

POINTS = ("received", "committed", "acknowledged", "claimed", "sent", "marked")
MIGRATING = "migrating"
VARIABLE = "CHAOS"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of one process. Without a point nothing inside ends it."""

    report: int
    """The pipe on which the harness hears of it."""
    slot: int
    clock: str
    releases: str = ""
    """A folder of invented releases' migrations, "" before the first."""
    point: str = ""
    nth: int = 1

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Teller:
    """Tells the harness; a line is written at once and whole."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, what: str, **more: object) -> None:
        said = {"slot": self._plan.slot, "pid": os.getpid(), "what": what, **more}
        os.write(self._plan.report, json.dumps(said).encode() + b"\n")


class Ender:
    """Ends the process when the point is passed for the nth time."""

    def __init__(self, plan: Plan, tell: Teller) -> None:
        self._point, self._left = plan.point, plan.nth
        self._tell = tell
        self._lock = Lock()

    def passes(self, point: str) -> None:
        if point != self._point:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._tell("killed", point=point)
                os.kill(os.getpid(), signal.SIGKILL)


class SharedClock:
    """How far both clocks are ahead, in a file that the harness writes to."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 16)

    @staticmethod
    def create(path: Path) -> SharedClock:
        path.write_bytes(struct.pack("dd", 0.0, 0.0))
        return SharedClock(path)

    @property
    def ahead(self) -> float:
        """Seconds by which the district's clock is ahead."""
        return float(struct.unpack_from("d", self._memory, 0)[0])

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        struct.pack_into("d", self._memory, 0, seconds)

    @property
    def leap(self) -> float:
        """Seconds by which the technical clock is ahead."""
        return float(struct.unpack_from("d", self._memory, 8)[0])

    @leap.setter
    def leap(self, seconds: float) -> None:
        struct.pack_into("d", self._memory, 8, seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def time(self) -> float:
        return time.time() + self.leap


def install(plan: Plan) -> None:
    """From now on this process is as the plan says."""
    _die_with_parent()
    tell = Teller(plan)
    passes = Ender(plan, tell).passes
    _on_the_way_in(passes)
    _on_the_way_out(passes, tell)
    _clock(SharedClock(Path(plan.clock)))
    _ready(tell)
    if plan.releases:
        _next_release(Path(plan.releases), passes)


def _die_with_parent() -> None:
    """Nobody is left behind when the harness itself is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _on_the_way_in(passes: Callable[[str], None]) -> None:
    """received: by the application; committed: nobody has been told; acknowledged: the platform
    has its 200, or has been asked for what follows."""
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from bot.app import App
    from bot.channels.telegram import polling

    receive, committed, answer, fetch = (
        App.receive,
        App._committed,
        Response.__call__,
        polling._fetch,
    )

    @wraps(receive)
    async def received(self: App, event: Any) -> Any:
        passes("received")
        return await receive(self, event)

    @wraps(committed)
    def after_commit(self: App, events: int) -> None:
        passes("committed")
        committed(self, events)

    @wraps(answer)
    async def answered(self: Response, scope: Scope, receive: Receive, send: Send) -> None:
        await answer(self, scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST" and self.status_code == 200:
            passes("acknowledged")

    @wraps(fetch)
    async def fetched(driver: Any, offset: int) -> Any:
        updates = await fetch(driver, offset)
        if offset:
            passes("acknowledged")
        return updates

    App.receive = received  # type: ignore[method-assign]
    App._committed = after_commit  # type: ignore[method-assign]
    Response.__call__ = answered  # type: ignore[method-assign]
    polling._fetch = fetched


def _on_the_way_out(passes: Callable[[str], None], tell: Teller) -> None:
    """claimed: committed as being sent; sent: the platform has answered; marked: committed."""
    from bot.sending.delivery import Delivery

    begin, send, hand_over, mark = (
        Delivery.__init__,
        Delivery._send,
        Delivery._hand_over,
        Delivery._mark_landed,
    )

    @wraps(begin)
    def begins(self: Delivery, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        tell("sender", token=self._me)

    @wraps(send)
    async def claimed(self: Delivery, sending: Any) -> Any:
        passes("claimed")
        return await send(self, sending)

    @wraps(hand_over)
    async def sent(self: Delivery, sending: Any) -> str:
        message_id = await hand_over(self, sending)
        passes("sent")
        return message_id

    @wraps(mark)
    async def marked(self: Delivery) -> None:
        landed = bool(self._landed)
        await mark(self)
        if landed:
            passes("marked")

    Delivery.__init__ = begins  # type: ignore[method-assign]
    Delivery._send = claimed  # type: ignore[method-assign]
    Delivery._hand_over = sent  # type: ignore[method-assign]
    Delivery._mark_landed = marked  # type: ignore[method-assign]


def _clock(shared: SharedClock) -> None:
    from bot import clock

    clock.Clock.now = lambda self: shared.now()  # type: ignore[method-assign]
    clock.time = shared  # type: ignore[attr-defined, assignment]  # has the one function asked of it


def _ready(tell: Teller) -> None:
    from bot.commands import running

    ready = running._ready

    def told() -> None:
        ready()
        tell("ready")

    running._ready = told


def _next_release(folder: Path, passes: Callable[[str], None]) -> None:
    """Alembic finds the invented migrations beside ours; each passes a point between its steps."""
    from storage import migrating

    ours = migrating.alembic

    def alembic(conn: Any = None) -> Any:
        config = ours(conn)
        own = Path(migrating.__file__).parent / "migrations" / "versions"
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", os.pathsep.join([str(own), str(folder)]))
        config.attributes[MIGRATING] = lambda: passes(MIGRATING)
        return config

    migrating.alembic = alembic


def main() -> None:
    """What `shaodao` does, as the plan in the environment says."""
    install(Plan(**json.loads(os.environ.pop(VARIABLE))))
    from bot.start import shaodao

    sys.argv[0] = "shaodao"
    shaodao()


if __name__ == "__main__":
    main()
