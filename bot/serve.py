"""Serves HTTP until the process is asked to stop, and then finishes what is in hand."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.web.patience import CONNECTIONS, HEADERS, IDLE, Patient

GRACE = 3  # seconds for requests that are being answered


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process with the signal, not with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Answers on the port that is handed out until the block is left; what is being answered
    then is finished first."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        http=Patient,
        timeout_keep_alive=IDLE,
        h11_max_incomplete_event_size=HEADERS,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.01)
    try:
        if server.started:
            yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    ready: Callable[[int], None],
    stopping: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is given the port once it answers.

    `stopping` lets go of what would keep a connection open (a page's stream of changes).
    """
    loop = asyncio.get_running_loop()
    asked_to_stop = asyncio.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, asked_to_stop.set)
    async with serving(app, host, port) as bound:
        ready(bound)
        await asked_to_stop.wait()
        if stopping is not None:
            await stopping()
