"""What the channel needs from a Telegram library: call a method, load a file, close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.channels.base import TooLarge

API = "https://api.telegram.org"
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to go with a call: a local file or its bytes, and the name it goes by.

    It is the part `part` of the request; parameters refer to it by `attached`.
    """

    part: str
    content: Path | bytes
    name: str

    @property
    def attached(self) -> str:
        return f"attach://{self.part}"

    async def read(self) -> bytes:
        """The bytes; raises `FileNotFoundError` when the file is gone."""
        if isinstance(self.content, bytes):
            return self.content
        return await asyncio.to_thread(self.content.read_bytes)


class Driver(Protocol):
    """One bot account seen through one library.

    `call` returns the Bot API's `result` as plain JSON; `file`, when given, is uploaded in
    place of `file.attached`. Both raise nothing but the errors of bot/channels/base.py,
    and never with the token in their text.

    `answers_at_once`: as many answers to presses may be on their way together; they leave the
    sender its connections. What waits for one inside the library is refused after a while.
    """

    answers_at_once: int

    async def call(
        self, method: str, params: Mapping[str, object], file: Upload | None = None
    ) -> object: ...

    async def download(self, path: str, limit: int) -> bytes: ...

    async def close(self) -> None: ...


def waiting_time(params: Mapping[str, object], timeout: float) -> float:
    """How long an answer may take: a long poll is silent for as long as we asked it to be."""
    asked = params.get("timeout", 0)
    return timeout + asked if isinstance(asked, int) else timeout


async def collect(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    """All chunks together; `TooLarge` as soon as they are more than `limit` bytes."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(found)
