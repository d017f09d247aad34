"""The world outside the bot, in a process and on a core of its own.

A Bot API server that takes every call at once, and the platform that delivers updates. What is
refused is delivered again, as Telegram does.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection as Pipe
from time import perf_counter
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from benchmarks import fresh
from benchmarks.updates import BOT

TOKEN = f"{BOT}:AAbenchmark-token_of-nobody"
SECRET = "benchmark"
CONNECTIONS = 40  # for one webhook, unless a bot asks for another number
AGAIN = 0.05  # seconds until a refused update is delivered again
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
_END = b"\r\n\r\n"

People: TypeAlias = Sequence[Sequence[bytes]]
"""The updates of each person, in their order."""


@dataclass(slots=True)
class Seen:
    """How updates were answered: seconds of each, from all of them, and what was refused."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages that arrived since the first update, and seconds until the last of them."""

    messages: int
    seconds: float


class World:
    """The bot's end of it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    async def api(self) -> str:
        """Where the Bot API is."""
        return str(await self._next())

    async def push(
        self, addresses: Sequence[str], people: People, waiting: int, twice: int = 0
    ) -> Seen:
        """All these updates are delivered and answered (see `push` below)."""
        self._pipe.send((push, (addresses, people, waiting, twice)))
        seen: Seen = await self._next()
        return seen

    async def flood(self, address: str, updates: Sequence[bytes], due: Sequence[float]) -> Flood:
        """The same of these, each when it is due (see `flood` below)."""
        self._pipe.send((flood, (address, updates, due)))
        seen: Flood = await self._next()
        return seen

    async def sent(self) -> Sent:
        """What has arrived since the last `push` began."""
        self._pipe.send(None)
        sent: Sent = await self._next()
        return sent

    async def _next(self) -> Any:
        return await asyncio.to_thread(self._pipe.recv)


@contextmanager
def outside() -> Iterator[World]:
    """The world turns while the block lasts."""
    with fresh.beside(_turn) as pipe:
        yield World(pipe)


def _turn(pipe: Pipe) -> None:
    if sys.platform == "linux":  # the bot has the last core for itself
        every = os.sched_getaffinity(0)
        cores = set(range(os.cpu_count() or 1)) - every if len(every) == 1 else every
        os.sched_setaffinity(0, cores or every)
    asyncio.run(_serve(pipe))


async def _serve(pipe: Pipe) -> None:
    api = Api()
    async with api.listening() as url:
        pipe.send(url)
        while True:
            try:
                asked = await asyncio.to_thread(pipe.recv)
            except EOFError:
                return
            if asked is None:
                pipe.send(Sent(api.messages, api.last - api.since))
            else:
                api.count_anew()
                deliver, what = asked
                pipe.send(await deliver(*what))


# ── the Bot API ──────────────────────────────────────────────────────────────


class Api:
    """Takes whatever is sent, and counts messages."""

    def __init__(self) -> None:
        self._ids = count(1)
        self.count_anew()

    def count_anew(self) -> None:
        self.messages, self.since = 0, perf_counter()
        self.last = self.since

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Call(self), "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def answer(self, method: bytes) -> bytes:
        if method == b"getMe":
            name = (
                b'"is_bot":true,"first_name":"\xe5\x93\xa8\xe5\x88\xb0","username":"benchmark_bot"'
            )
            return b'{"id":%d,%s}' % (BOT, name)
        if method in {b"sendMessage", b"editMessageText"}:
            self.messages += 1
            self.last = perf_counter()
            chat = b'{"id":7000000000,"type":"private","first_name":"n"}'
            return b'{"message_id":%d,"date":1795406400,"chat":%s}' % (next(self._ids), chat)
        return b"true"


class _Call(asyncio.Protocol):
    def __init__(self, api: Api) -> None:
        self._api = api
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := _whole(self._buffer)) is not None:
            method = self._buffer[: self._buffer.index(b" HTTP/")].rpartition(b"/")[2]
            self._buffer = self._buffer[end:]
            body = b'{"ok":true,"result":%s}' % self._api.answer(method)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d"
            self._transport.write(head % len(body) + _END + body)


def _whole(buffer: bytes) -> int | None:
    """Where the first request in the buffer ends, once all of it is there."""
    head = buffer.find(_END)
    if head < 0:
        return None
    body = head + len(_END)
    if _CHUNKED.search(buffer, 0, head):
        end = buffer.find(b"0" + _END, body)
        return None if end < 0 else end + len(_END) + 1
    found = _LENGTH.search(buffer, 0, head)
    end = body + (int(found[1]) if found else 0)
    return end if len(buffer) >= end else None


# ── the platform ─────────────────────────────────────────────────────────────


async def push(addresses: Sequence[str], people: People, waiting: int, twice: int = 0) -> Seen:
    """All updates are delivered and answered, of `waiting` people at a time.

    The next of a person is sent when the last was answered. Each update goes to the next of the
    addresses, as behind a load balancer; one in `twice` to two of them at the same moment.
    """
    seen, turns, left = Seen(), count(1), iter(people)

    async def walk() -> None:
        lines, others = ([Line(address) for address in addresses] for _ in range(2))
        for updates in left:
            for body in updates:
                turn = next(turns)
                to = [lines[turn % len(lines)]]
                if twice and turn % twice == 0:
                    to.append(others[(turn + 1) % len(others)])
                await asyncio.gather(*(line.deliver(body, seen) for line in to))
        for line in (*lines, *others):
            line.close()

    began = perf_counter()
    await asyncio.gather(*(walk() for _ in range(waiting)))
    seen.seconds = perf_counter() - began
    return seen


@dataclass(slots=True)
class Flood:
    """For each update when it was due, first delivered and answered, in seconds from the start,
    and how many were waiting at most; and how many deliveries were refused."""

    updates: list[tuple[float, float, float]] = field(default_factory=list)
    waiting: int = 0
    refused: int = 0


async def flood(address: str, updates: Sequence[bytes], due: Sequence[float]) -> Flood:
    """Each update arrives at the platform when it is due, whatever became of those before it, and
    is delivered in its turn over as many connections as Telegram opens by itself."""
    seen, began = Flood(), perf_counter()
    queue: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()

    async def arrive() -> None:
        for body, at in zip(updates, due, strict=True):
            if (early := began + at - perf_counter()) > 0:
                await asyncio.sleep(early)
            queue.put_nowait((body, at))
            seen.waiting = max(seen.waiting, queue.qsize())

    async def deliver() -> None:
        line = Line(address)
        while True:
            body, at = await queue.get()
            first, one = perf_counter(), Seen()
            await line.deliver(body, one)
            seen.updates.append((at, first - began, perf_counter() - began))
            seen.refused += one.refused
            queue.task_done()

    connections = [asyncio.create_task(deliver()) for _ in range(CONNECTIONS)]
    await arrive()
    await queue.join()
    for connection in connections:
        connection.cancel()
    return seen


class Line:
    """One connection that stays open, as a platform's do."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._at = parts.hostname, parts.port
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
            f"content-type: application/json\r\nx-telegram-bot-api-secret-token: {SECRET}\r\n"
        ).encode()
        self._writer: asyncio.StreamWriter | None = None

    async def deliver(self, body: bytes, seen: Seen) -> None:
        """The update is answered with a 2xx, however often it has to be delivered."""
        began = perf_counter()
        while not 200 <= await self.post(body) < 300:
            seen.refused += 1
            await asyncio.sleep(AGAIN)
        seen.times.append(perf_counter() - began)

    async def post(self, body: bytes) -> int:
        """The status of the answer; 0 when there is none."""
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(*self._at)
            self._writer.write(b"%scontent-length: %d%s%s" % (self._head, len(body), _END, body))
            head = await self._reader.readuntil(_END)
            found = _LENGTH.search(head)
            await self._reader.readexactly(int(found[1]) if found else 0)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return 0  # nobody can say whether it was handled
        return int(head[9:12])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
