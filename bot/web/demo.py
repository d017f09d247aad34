"""The demo's page and what it can do: use the phones, move the clock, play the story."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from anyio import to_thread
from pydantic import Base64Bytes, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.base import Unavailable
from bot.channels.local import LocalMessenger
from bot.channels.phones import Phone
from bot.web import view
from bot.web.bodies import Body, Problem, answer_problem, parse
from bot.web.guard import local_only
from bot.web.view import Json, Seat
from handlers.message import Handled
from handlers.talk.answers import MAX_FILE

STATIC = Path(__file__).parent / "static"
PHOTO_LIMIT = 10 * 1024 * 1024
DOCUMENT_LIMIT = MAX_FILE
FIELDS = 64 * 1024  # bytes; what stands in a body beside the file
TABLES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
}
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}

Language: TypeAlias = Literal["zh_CN", "en"]

log = structlog.get_logger()


class Control(Protocol):
    """The demo's small district, as its page drives it.

    `play` returns when the story has been told or was stopped; `advance` when everything due
    on the way has happened; `restart` when there is a fresh district, with this messenger
    cleared or another one in its place. `crowd` makes thirty members press at once under the
    newest task card of the group and returns the group's chat; it raises `LookupError` where
    there is none. `pull_plug` kills the bot's process, if there is one; `dark` returns when it
    does not serve; `power` tells the page of it (see bot/demo/page.py).
    """

    @property
    def messenger(self) -> LocalMessenger: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def language(self) -> Language: ...
    @property
    def seats(self) -> Sequence[Seat]: ...
    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude of what the location button sends."""
        ...

    def now(self) -> datetime: ...
    def power(self) -> Json: ...
    def pull_plug(self) -> bool: ...
    async def dark(self) -> None: ...
    async def advance(self, by: timedelta) -> None: ...
    async def crowd(self) -> str: ...
    async def play(self) -> None: ...
    async def stop(self) -> None: ...
    async def set_language(self, language: Language) -> None: ...
    async def restart(self) -> None: ...


class Saying(Body):
    text: Annotated[str, Field(min_length=1, max_length=4096)]
    chat: str = ""


class Press(Body):
    token: Annotated[str, Field(min_length=1, max_length=256)]
    bubble: str


class File(Body):
    data: Base64Bytes
    chat: str = ""


F = TypeVar("F", bound=File)


class Picture(File):
    album: str = ""


class Attachment(File):
    name: Annotated[str, Field(min_length=1, max_length=255)]


class Place(Body):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    chat: str = ""


class Step(Body):
    minutes: Annotated[int, Field(ge=1, le=31 * 24 * 60)]


class Speech(Body):
    language: Language


class Nothing(Body):
    """`{}`"""


class Demo:
    """The endpoints over one `Control`."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self._play: asyncio.Task[None] | None = None
        self._kept: set[asyncio.Future[Handled]] = set()
        self._moving = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        phone = "/api/phones/{person}"
        return [
            Route("/", self.page),
            Route("/api/state", self.state),
            Route("/api/stream", self.stream),
            Route("/api/bubbles/{bubble}/photo", self.photo),
            Route("/api/bubbles/{bubble}/document", self.document),
            Route(f"{phone}/say", self.say, methods=["POST"]),
            Route(f"{phone}/tap", self.tap, methods=["POST"]),
            Route(f"{phone}/photo", self.send_photo, methods=["POST"]),
            Route(f"{phone}/voice", self.send_voice, methods=["POST"]),
            Route(f"{phone}/document", self.send_document, methods=["POST"]),
            Route(f"{phone}/location", self.send_location, methods=["POST"]),
            Route("/api/clock", self.advance, methods=["POST"]),
            Route("/api/crowd", self.crowd, methods=["POST"]),
            Route("/api/plug", self.pull_plug, methods=["POST"]),
            Route("/api/play", self.play, methods=["POST"]),
            Route("/api/stop", self.stop, methods=["POST"]),
            Route("/api/language", self.set_language, methods=["POST"]),
            Route("/api/restart", self.restart, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    # What is seen

    async def page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def state(self, request: Request) -> Response:
        control = self.control
        phones = control.messenger.phones
        seated = [(seat, at) for at in control.seats for seat in at.everyone]
        shown = [phones[seat.person] for seat, _at in seated]
        return JSONResponse(
            {
                "phones": [view.seat_json(s, phones[s.person], at) for s, at in seated],
                "bubbles": view.bubbles_json(shown, control.zone),
                "waiting": sorted(control.messenger.book.waiting),
                "capabilities": asdict(control.messenger.capabilities),
                "place": control.place,
                "world": self._world(),
            }
        )

    async def stream(self, request: Request) -> Response:
        headers = {"cache-control": "no-store"}
        return StreamingResponse(self._changes(), headers=headers, media_type="text/event-stream")

    async def _changes(self) -> AsyncIterator[str]:
        with self.control.messenger.watch() as changes:
            async for event in view.stream(changes, self.control.zone, self._world):
                yield event

    async def photo(self, request: Request) -> Response:
        """The photo of one bubble, whoever sent it; nothing else on this machine."""
        bubble = self.control.messenger.find(request.path_params["bubble"])
        data = await _bytes_of(bubble.photo if bubble else None)
        if not data or not (kind := _kind(data)):
            raise Problem(404, "no_photo", "this bubble shows no photo")
        return Response(data, media_type=kind)

    async def document(self, request: Request) -> Response:
        """The document of one bubble, whoever sent it, to be saved under its name."""
        bubble = self.control.messenger.find(request.path_params["bubble"])
        data = await _bytes_of(bubble.document if bubble else None)
        if bubble is None or not data:
            raise Problem(404, "no_document", "this bubble shows no document")
        saved = {
            "content-disposition": f"attachment; filename*=utf-8''{quote(bubble.file_name, safe='')}"
        }
        kind = TABLES.get(Path(bubble.file_name).suffix.lower(), "application/octet-stream")
        return Response(data, headers=saved, media_type=kind)

    # What people do

    async def say(self, request: Request) -> Response:
        said = await parse(request, Saying)
        return await self._act(self._phone(request).say(said.text, said.chat))

    async def tap(self, request: Request) -> Response:
        press = await parse(request, Press)
        return await self._act(self._phone(request).press(press.token, press.bubble))

    async def send_photo(self, request: Request) -> Response:
        sent = await _with_file(request, Picture, PHOTO_LIMIT, "too_large")
        if not _kind(sent.data):
            raise Problem(400, "no_photo", "neither JPEG nor PNG")
        phone = self._phone(request)
        return await self._act(phone.send_photo(sent.data, album=sent.album, chat=sent.chat))

    async def send_voice(self, request: Request) -> Response:
        sent = await _with_file(request, File, PHOTO_LIMIT, "too_large")
        return await self._act(self._phone(request).send_voice(sent.data, chat=sent.chat))

    async def send_document(self, request: Request) -> Response:
        sent = await _with_file(request, Attachment, DOCUMENT_LIMIT, "file_too_large")
        if not sent.data:
            raise Problem(400, "empty_file", "the file is empty")
        phone = self._phone(request)
        return await self._act(phone.send_document(sent.data, sent.name, sent.chat))

    async def send_location(self, request: Request) -> Response:
        sent = await parse(request, Place)
        phone = self._phone(request)
        return await self._act(phone.send_location(sent.latitude, sent.longitude, sent.chat))

    def _phone(self, request: Request) -> Phone:
        phone = self.control.messenger.phones.get(request.path_params["person"])
        if phone is None:
            raise Problem(404, "no_phone", "nobody has this phone")
        return phone

    # What moves the district

    async def advance(self, request: Request) -> Response:
        step = await parse(request, Step)
        self._refuse_while_playing()
        async with self._moving:
            await self.control.advance(timedelta(minutes=step.minutes))
        return JSONResponse({})

    async def crowd(self, request: Request) -> Response:
        await parse(request, Nothing)
        self._refuse_while_playing()
        async with self._moving:
            try:
                chat = await self.control.crowd()
            except LookupError as error:
                raise Problem(409, "no_open_task", str(error)) from None
        return JSONResponse({"chat": chat})

    async def pull_plug(self, request: Request) -> Response:
        await parse(request, Nothing)
        if not self.control.pull_plug():
            raise Problem(409, "no_power", "there is no process to kill")
        return JSONResponse({})

    async def play(self, request: Request) -> Response:
        await parse(request, Nothing)
        self._refuse_while_playing()
        self._play = asyncio.create_task(self.control.play())
        self._play.add_done_callback(_report)
        return JSONResponse({})

    async def stop(self, request: Request) -> Response:
        await parse(request, Nothing)
        await self.control.stop()
        return JSONResponse({})

    async def set_language(self, request: Request) -> Response:
        speech = await parse(request, Speech)
        await self.control.set_language(speech.language)
        return JSONResponse({})

    async def restart(self, request: Request) -> Response:
        await parse(request, Nothing)
        async with self._moving:
            await self.control.stop()
            await self.control.restart()
        return JSONResponse({})

    @property
    def _playing(self) -> bool:
        return self._play is not None and not self._play.done()

    def _refuse_while_playing(self) -> None:
        if self._playing:
            raise Problem(409, "playing", "stop the story first")

    def _world(self) -> Json:
        control = self.control
        now = view.local(control.now().replace(second=0, microsecond=0), control.zone)
        play, power = self._play_state(), control.power()
        return {"now": now, "language": control.language, "play": play, "power": power}

    def _play_state(self) -> str:
        if self._playing:
            return "running"
        failed = self._play is not None and not self._play.cancelled() and self._play.exception()
        return "failed" if failed else "idle"

    async def _act(self, act: Coroutine[Any, Any, Handled]) -> Response:
        """Answered when the bot has taken it; while it cannot, when the messenger has."""
        taken, dark = asyncio.create_task(act), asyncio.create_task(self.control.dark())
        await asyncio.wait({taken, dark}, return_when=asyncio.FIRST_COMPLETED)
        dark.cancel()
        if not taken.done():
            self._kept.add(taken)
            taken.add_done_callback(self._let_go)
            return JSONResponse({"waits": True})
        try:
            taken.result()
        except LookupError as error:
            raise Problem(404, "no_chat", str(error)) from None
        return JSONResponse({"waits": False})

    def _let_go(self, kept: asyncio.Future[Handled]) -> None:
        self._kept.discard(kept)
        if not kept.cancelled() and (error := kept.exception()):
            log.warning("act_not_taken", why=repr(error))


def routes(control: Control) -> list[BaseRoute]:
    """The demo's page and endpoints, for this machine's own browser only."""
    demo = Starlette(
        routes=Demo(control).routes(),
        middleware=local_only(),
        exception_handlers={Problem: answer_problem, Unavailable: _answer_unavailable},
    )
    return [Mount("/", demo)]


async def _answer_unavailable(request: Request, error: Exception) -> Response:
    kept = Problem(503, "unavailable", "kept, and offered to the bot again")
    return await answer_problem(request, kept)


def _report(play: asyncio.Task[None]) -> None:
    if not play.cancelled() and (error := play.exception()):
        log.error("story_broke_off", exc_info=error)


def _kind(data: bytes) -> str:
    """The media type of a photo's bytes, empty when they are no photo."""
    return next((kind for start, kind in SIGNATURES.items() if data.startswith(start)), "")


async def _with_file(request: Request, model: type[F], limit: int, code: str) -> F:
    """The body with its file of at most `limit` bytes; `code` when that is larger."""
    try:
        sent = await parse(request, model, limit * 4 // 3 + FIELDS)  # in base64
    except Problem as problem:
        raise (Problem(413, code, problem.reason) if problem.status == 413 else problem) from None
    if len(sent.data) > limit:
        raise Problem(413, code, f"more than {limit} bytes")
    return sent


async def _bytes_of(file: Path | bytes | None) -> bytes:
    """What the file holds; empty when it is not there."""
    if not isinstance(file, Path):
        return file or b""
    return await to_thread.run_sync(lambda: file.read_bytes() if file.is_file() else b"")
