"""Pictures and files on their way to the platform."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.channels.base import Rejected, Uncertain
from bot.channels.tencent.api import Api


async def upload(api: Api, kind: str, name: str, data: bytes) -> str:
    """The id of the file, an "image" or a "file", which is good for three days."""
    answer = await api.call("/cgi-bin/media/upload", file=(name, data), type=kind)
    if not isinstance(answer.get("media_id"), str):
        raise Uncertain("the upload names no media")
    return str(answer["media_id"])


async def picture(photo: Path | bytes) -> tuple[str, bytes]:
    """Name and bytes of a picture."""
    if isinstance(photo, bytes):
        return "photo.png", photo
    return photo.name, await content(photo)


async def content(file: Path) -> bytes:
    try:
        return await asyncio.to_thread(file.read_bytes)
    except FileNotFoundError:
        raise Rejected("the file to be sent is missing") from None
