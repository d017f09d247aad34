"""An ASGI application behind a real port of this machine, in the running event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class HttpServer(uvicorn.Server):
    """Serves from `start` until `stop`, which gives requests under way 100 ms to end."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app, http="h11", log_config=None, log_level="critical", access_log=False, lifespan="off"
        )
        super().__init__(config)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._stopped = asyncio.Event()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def start(self) -> None:
        self._serving = asyncio.create_task(self.serve(sockets=[self._listening]))

    async def stop(self) -> None:
        self.force_exit = True  # every client here is ours and done
        self._stopped.set()
        await self._serving

    def cut(self, client: object) -> None:
        """The client's connection is closed at once, without an answer."""
        connections: list[Any] = list(self.server_state.connections)
        for connection in connections:
            if connection.client == client:
                connection.transport.abort()

    async def main_loop(self) -> None:
        """Without uvicorn's tick of 100 ms, which only its signals and limits need."""
        await self._stopped.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C stays pytest's."""
        yield
