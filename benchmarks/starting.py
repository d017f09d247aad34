"""How long `shaodao run` takes, from the start of its process to the first answer.

The command itself, with its migrated SQLite database and the sample district in it, against a
Bot API server in a process of its own. `ready_s` is until it says that it is ready, `first_s`
until the first update that it is sent (a resident says in words what is wrong, which needs the
reader and its model) is committed and answered with 200, `told_s` until the resident has the
bot's question. `cpu_s` is what it took of the processor until then.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks import fresh, updates
from benchmarks.world import SECRET, TOKEN, World, outside

SAID = updates.STEPS.index("what")
RUN = "from bot.start import shaodao; shaodao()"


def measure(quick: bool) -> dict[str, Any]:
    """The medians of several starts."""
    print("starting", file=sys.stderr)
    taken = fresh.call(starts, 1 if quick else 7)
    return {
        **{key: round(median(one[key] for one in taken), 2) for key in taken[0]},
        "rounds": [round(one["ready_s"], 2) for one in taken],
    }


def starts(rounds: int) -> list[dict[str, float]]:
    """So many starts on one core, one after the other, of the same installation."""
    with TemporaryDirectory() as folder, outside() as world:
        return asyncio.run(_starts(rounds, Path(folder), world))


async def _starts(rounds: int, folder: Path, world: World) -> list[dict[str, float]]:
    settings = {
        "SHAODAO_DATABASE__URL": f"sqlite:///{folder / 'shaodao.db'}",
        "SHAODAO_MEDIA__FOLDER": str(folder / "media"),
        "SHAODAO_TELEGRAM__TOKEN": TOKEN,
        "SHAODAO_TELEGRAM__BASE_URL": await world.api(),
        "SHAODAO_TELEGRAM__MODE": "webhook",
        "SHAODAO_TELEGRAM__WEBHOOK_URL": "https://bot.example/telegram",
        "SHAODAO_TELEGRAM__WEBHOOK_SECRET": SECRET,
        "SHAODAO_WEB__PORT": str(await _free_port()),
    }
    environment = {**os.environ, **settings}
    sample = [sys.executable, "-c", RUN, "sample"]
    made = await asyncio.create_subprocess_exec(
        *sample, env=environment, stderr=DEVNULL, cwd=folder
    )
    await made.wait()
    address = f"http://127.0.0.1:{settings['SHAODAO_WEB__PORT']}/telegram"
    return [await _start(number, environment, folder, world, address) for number in range(rounds)]


async def _start(
    number: int, environment: dict[str, str], folder: Path, world: World, address: str
) -> dict[str, float]:
    began, used = perf_counter(), _used()
    run = [sys.executable, "-c", RUN, "run"]
    process = await asyncio.create_subprocess_exec(
        *run, env=environment, stdout=DEVNULL, stderr=PIPE, cwd=folder
    )
    assert process.stderr is not None
    while (said := await process.stderr.readline()).strip() != b"ready":
        assert said, "it ended before it was ready"
    ready = perf_counter() - began
    await world.push([address], [[updates.step(number, SAID)]], 1)
    first = pushed = perf_counter() - began
    while not (sent := await world.sent()).messages:  # noqa: ASYNC110 - it is in another process
        await asyncio.sleep(0.01)
    process.terminate()
    await process.wait()
    told = max(pushed, ready + sent.seconds)
    return {"ready_s": ready, "first_s": first, "told_s": told, "cpu_s": _used() - used}


def _used() -> float:
    """Seconds of the processor that ended processes of ours have taken."""
    taken = os.times()
    return taken.children_user + taken.children_system


async def _free_port() -> int:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    async with server:
        return int(server.sockets[0].getsockname()[1])
