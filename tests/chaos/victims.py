"""The processes that are killed: how they are started, and what they leave behind.

Most are forked off a zygote (tests/chaos/zygote.py), a share are commands of their own. All
of them run `shaodao run`, and end by SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.platform import Platform
from tests.chaos.points import VARIABLE, Plan

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-tests"
STARTING = 60.0  # seconds in which a process is ready even on a busy machine


@dataclass(slots=True)
class Victim:
    """One process, from its birth to its end."""

    slot: int
    role: str
    pid: int = 0
    token: str = ""
    """By which its sender marks what it sends."""
    point: str = ""
    """At which it has killed itself."""
    code: int | None = None
    born: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    def worked(self) -> float:
        """Seconds for which it has had a processor."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signals(self, number: signal.Signals) -> None:
        if self.born.is_set() and not self.dead.is_set():
            os.kill(self.pid, number)


class Herd:
    """Starts victims; `async with` ends whatever of them is left."""

    def __init__(
        self, platform: Platform, url: str, folder: Path, clock: Path, drivers: Sequence[str]
    ) -> None:
        self.releases = 0
        self.platform = platform
        self._url = url
        self._folder = folder
        self._clock = clock
        self._drivers = drivers
        self._ports: dict[int, int] = {}
        self._last: dict[int, Victim] = {}
        """The last victim of every slot."""
        self._pids: dict[int, Victim] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Herd:
        self._heard, self._report = os.pipe()
        os.set_inheritable(self._report, True)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        self._pipe, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._heard, "rb")
        )
        self._keep(self._listen(reader))
        self._zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.zygote", str(self._report), *self._drivers),
            cwd=ROOT,
            stdin=PIPE,
            pass_fds=[self._report],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        for victim in self._last.values():
            await victim.born.wait()
            victim.signals(signal.SIGKILL)
            await victim.dead.wait()
        assert self._zygote.stdin is not None
        self._zygote.stdin.close()
        await self._zygote.wait()
        self._pipe.close()
        os.close(self._report)
        for task in self._tasks:
            task.cancel()

    # ── births ───────────────────────────────────────────────────────────────

    async def start(
        self,
        slot: int,
        *,
        mode: str,
        driver: str,
        role: str = "all",
        point: str = "",
        nth: int = 1,
        alone: bool = False,
    ) -> Victim:
        """A process that is born; `alone`: as a command of its own. It dies at the point, if any."""
        plan = Plan(
            report=self._report,
            slot=slot,
            clock=str(self._clock),
            releases=str(self._folder / "releases") if self.releases else "",
            point=point,
            nth=nth,
        )
        victim = self._last[slot] = Victim(slot, role)
        argv = ["run", "--config", str(self._config(slot, mode, driver)), "--role", role]
        if alone:
            await self._command(victim, plan, argv)
        else:
            order = {"argv": argv, "plan": asdict(plan), "log": str(self.log)}
            assert self._zygote.stdin is not None
            self._zygote.stdin.write(json.dumps(order).encode() + b"\n")
        await victim.born.wait()
        return victim

    @property
    def log(self) -> Path:
        """What all processes have said."""
        return self._folder / "victims.log"

    def last_words(self) -> str:
        """What was said last."""
        return self.log.read_text(errors="replace")[-2000:]

    def worked(self) -> float:
        """Seconds for which the living have had a processor."""
        return sum(victim.worked() for victim in self.living)

    @property
    def living(self) -> list[Victim]:
        """Those who have not died yet."""
        return [victim for victim in self._last.values() if not victim.dead.is_set()]

    async def _command(self, victim: Victim, plan: Plan, argv: list[str]) -> None:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.chaos.points", *argv),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                pass_fds=[self._report],
                env={**os.environ, VARIABLE: plan.as_json()},
            )
        victim.pid = process.pid
        self._pids[victim.pid] = victim
        victim.born.set()
        self._keep(self._bury(process, victim))

    async def _bury(self, process: Process, victim: Victim) -> None:
        self._died(victim, await process.wait())

    def _config(self, slot: int, mode: str, driver: str) -> Path:
        port = self._ports.setdefault(slot, _free_port())
        door = f"http://127.0.0.1:{port}"
        parts: dict[str, dict[str, Any]] = {
            "database": {"url": self._url},
            "telegram": {
                "token": self.platform.token,
                "base_url": self.platform.url,
                "mode": mode,
                "webhook_url": f"{door}/telegram",
                "webhook_secret": SECRET,
                "driver": driver,
            },
            "web": {"port": port},
            "points": {"reports_a_day": 100},
            "media": {"folder": str(self._folder / "media")},
            "privacy": {"key_file": str(self._folder / "shaodao.key")},
            "log": {"format": "json"},
        }
        path = self._folder / f"config-{slot}.toml"
        path.write_text(
            "".join(
                f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
                for name, keys in parts.items()
            )
        )
        return path

    # ── what is heard of them ────────────────────────────────────────────────

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            victim = self._pids.get(said["pid"])
            if said["what"] == "born":
                victim = self._pids[said["pid"]] = self._last[said["slot"]]
                victim.pid = said["pid"]
                victim.born.set()
            elif victim is None:
                continue
            elif said["what"] == "died":
                self._died(victim, said["code"])
            elif said["what"] == "sender":
                victim.token = said["token"]
            elif said["what"] == "killed":
                victim.point = said["point"]
            elif said["what"] == "ready":
                if victim.role != "worker":
                    door = f"http://127.0.0.1:{self._ports[victim.slot]}"
                    self.platform.doors[victim.slot] = door
                    self.platform.knock()
                victim.ready.set()

    def _died(self, victim: Victim, code: int) -> None:
        if self._last.get(victim.slot) is victim:
            self.platform.doors.pop(victim.slot, None)
        victim.code = code
        victim.dead.set()

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def either(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of these has happened within the seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    done, pending = await asyncio.wait(
        waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    return bool(done)
