"""The desktop page for workbooks: opened once through a link the bot handed out.

The link itself only shows a button, so that a messenger's preview does not use it up. The
button exchanges it for a cookie of half an hour. Whoever holds the cookie acts as the person
who asked for the link, with that person's posts as they are at each press.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.dispatch import Dispatch, Scope
from bot.web.bodies import TooLong, read
from bot.web.guard import FORMS, SafeHeaders, SameOrigin
from bot.workbooks.work import PaperWork
from governance.papers import Paper, PaperKind, PaperState
from governance.people import Speaker
from governance.refused import Refused
from handlers import papers as handlers
from handlers.refusals import words_for
from handlers.sheets import UNREADABLE
from handlers.turn import Post, Turn
from handlers.words import DEFAULT_LANGUAGE, Reader, Text, _, render
from storage import papers, people, tokens
from storage.database import Database
from storage.tokens import Purpose

LIMIT = 20_000_000
LONGEST = LIMIT + 64 * 1024  # with what stands in a form beside the file
SESSION = timedelta(minutes=30)
COOKIE = "papers"
STATIC = Path(__file__).parent / "static"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Served(Protocol):
    """The running bot, as far as the page needs it."""

    @property
    def database(self) -> Database[Any, Any]: ...
    @property
    def dispatch(self) -> Dispatch: ...
    @property
    def papers(self) -> PaperWork: ...


class PapersPage:
    """The page's endpoints. `served` says which bot is running now."""

    def __init__(self, served: Callable[[], Served]) -> None:
        self._served = served

    @property
    def _database(self) -> Database[Any, Any]:
        return self._served().database

    @property
    def _dispatch(self) -> Dispatch:
        return self._served().dispatch

    @property
    def _folder(self) -> Path:
        return self._served().papers.folder

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/style.css", self.style),
            Route("/open/{token}", self.door),
            Route("/open/{token}", self.open, methods=["POST"]),
            Route("/", self.desk),
            Route("/upload", self.upload, methods=["POST"]),
            Route("/make/{kind}", self.make, methods=["POST"]),
            Route("/{paper:int}/{act}", self.act, methods=["POST"]),
            Route("/{paper:int}/file", self.file),
        ]

    async def style(self, request: Request) -> Response:
        return FileResponse(STATIC / "papers.css")

    # ── the link ─────────────────────────────────────────────────────────────

    async def door(self, request: Request) -> Response:
        """The same for every link, right or wrong: it says nothing and uses nothing up."""
        say = _speaker(request.headers.get("accept-language", ""))
        words = say(_("This link opens the roster desk once, for half an hour."))
        button = _button(say, _("Open"))
        return _page(say, f"<p>{words}</p><form method=post>{button}</form>")

    async def open(self, request: Request) -> Response:
        token = request.path_params["token"]

        session: str | None = await self._database.run(lambda conn: self._exchange(conn, token))
        if session is None:
            say = _speaker(request.headers.get("accept-language", ""))
            return _problem(say, _GONE, 410)
        answer = RedirectResponse("../", 303)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION.total_seconds()),
            path="/papers",
            secure=self._dispatch.policy.desk_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )
        return answer

    def _exchange(self, conn: Connection, secret: str) -> str | None:
        now, scope = self._dispatch.clock.now(), Scope(conn)
        db = scope.open()
        try:
            link = tokens.find(db, Purpose.ROSTER, secret)
            tokens.use(db, link, now)
        except Refused:
            scope.drop()
            return None
        until = now + SESSION
        _kept, session = tokens.make(
            db, Purpose.DESK, now=now, expires_at=until, maker_id=link.maker_id
        )
        scope.keep()
        return session

    # ── the desk ─────────────────────────────────────────────────────────────

    async def desk(self, request: Request) -> Response:
        speaker, say = await self._who(request)
        if speaker is None:
            return _problem(say, _GONE, 410)
        found: Sequence[Paper] = await self._database.run(lambda conn: _recent(conn, speaker))
        offered: list[PaperKind] = []
        await self._database.run(
            lambda conn: self._turn(
                conn, speaker, lambda turn: offered.extend(handlers.offers(turn))
            )
        )
        waits = any(paper.state in _MOVING for paper in found)
        return _page(say, _desk(say, found, offered), refresh=2 if waits else 0)

    async def upload(self, request: Request) -> Response:
        speaker, say = await self._who(request)
        if speaker is None:
            return _problem(say, _GONE, 410)
        try:
            name, data = await _uploaded(request)
        except TooLong:
            return _problem(say, _not_used("too_large"), 413)
        except (MultiPartException, KeyError):
            return _problem(say, _("No file was chosen. Go back and choose one."), 400)
        file = secrets.token_hex(16) + ".xlsx"
        await asyncio.to_thread((self._folder / file).write_bytes, data)

        def keep(turn: Turn) -> None:
            handlers.uploaded(turn, name, file)

        return await self._acted(speaker, say, keep)

    async def make(self, request: Request) -> Response:
        kind = next((k for k in _MADE if k == request.path_params["kind"]), None)
        act = (lambda turn: handlers.ask_for(turn, kind)) if kind else None
        return await self._by_speaker(request, act)

    async def act(self, request: Request) -> Response:
        paper = request.path_params["paper"]
        wanted: dict[str, Callable[[Turn], object]] = {
            "go": lambda turn: handlers.go(turn, paper, ""),
            "skip": lambda turn: handlers.go(turn, paper, "skip"),
            "drop": lambda turn: handlers.drop(turn, paper, ""),
        }
        return await self._by_speaker(request, wanted.get(request.path_params["act"]))

    async def file(self, request: Request) -> Response:
        """The result of a workbook of one's own."""
        speaker, say = await self._who(request)
        if speaker is None:
            return _problem(say, _GONE, 410)
        wanted = request.path_params["paper"]
        mine: Sequence[Paper] = await self._database.run(lambda conn: _recent(conn, speaker))
        paper = next((p for p in mine if p.id == wanted and p.offered), None)
        if paper is None or not (self._folder / paper.offered).is_file():
            return _problem(say, _("That file is no longer kept."), 404)
        return FileResponse(
            self._folder / paper.offered, filename=_name(say, paper), media_type=XLSX
        )

    # ── who, and as whom ─────────────────────────────────────────────────────

    async def _who(self, request: Request) -> tuple[Speaker | None, Callable[[Text], str]]:
        cookie = request.cookies.get(COOKIE, "")
        speaker: Speaker | None = await self._database.run(lambda conn: self._look(conn, cookie))
        accepted = request.headers.get("accept-language", "")
        return speaker, _speaker(speaker.language if speaker else accepted)

    def _look(self, conn: Connection, cookie: str) -> Speaker | None:
        """Whose half hour this is, while it lasts."""
        scope = Scope(conn)
        try:
            desk = tokens.find(scope.open(), Purpose.DESK, cookie)
            desk.require_open(self._dispatch.clock.now())
        except Refused:
            return None
        finally:
            scope.drop()
        person_id = desk.maker_id or 0
        return people.accounts_of(conn, [person_id]).get(person_id)

    async def _by_speaker(self, request: Request, act: Callable[[Turn], object] | None) -> Response:
        speaker, say = await self._who(request)
        if speaker is None:
            return _problem(say, _GONE, 410)
        if act is None:
            return _problem(say, _("There is no such page."), 404)
        return await self._acted(speaker, say, act)

    async def _acted(
        self, speaker: Speaker, say: Callable[[Text], str], act: Callable[[Turn], object]
    ) -> Response:
        try:
            await self._database.run(lambda conn: self._turn(conn, speaker, act))
        except Refused as refused:
            return _problem(say, words_for(refused), 403)
        self._served().papers.moved()
        return RedirectResponse("/papers/", 303)

    def _turn(self, conn: Connection, speaker: Speaker, act: Callable[[Turn], object]) -> None:
        now = self._dispatch.clock.now()
        scope, post = Scope(conn), Post(speaker.lane, speaker.language)
        turn = Turn(speaker, now, self._dispatch.policy, scope.open, post)
        try:
            act(turn)
        except BaseException:
            scope.drop()
            raise
        scope.keep()
        self._dispatch.settle(conn, [(post, now)])


_MOVING = {PaperState.COMING, PaperState.READING, PaperState.WANTED}
_GONE = _("This link has been used or is over. Send me “roster desk” in the chat for a new one.")


def routes(served: Callable[[], Served]) -> list[BaseRoute]:
    """The page under /papers."""
    page = Starlette(
        routes=PapersPage(served).routes(),
        middleware=[
            Middleware(SafeHeaders, policy=FORMS),
            Middleware(
                SameOrigin, kinds=("multipart/form-data", "application/x-www-form-urlencoded")
            ),
        ],
    )
    return [Mount("/papers", page)]


# ── what is shown ────────────────────────────────────────────────────────────


_MADE: dict[PaperKind, Text] = {
    PaperKind.TEMPLATE: _("Roster template"),
    PaperKind.EXPORT: _("Export the roster"),
    PaperKind.PROPOSAL: _("Report-in proposal"),
    PaperKind.SHOP: _("Stock and hand-overs"),
    PaperKind.LIST_SHEETS: _("Lists of supply and needs"),
    PaperKind.GUIDE_SHEET: _("The guide"),
    PaperKind.GUIDE_TEMPLATE: _("Guide template"),
}


def _desk(say: Callable[[Text], str], found: Sequence[Paper], offered: Sequence[PaperKind]) -> str:
    label = say(_("A filled-in workbook (.xlsx, up to 20 MB)"))
    check = _button(say, _("Check it"))
    promise = say(_("Checking changes nothing; you decide afterwards."))
    upload = (
        "<form method=post action=upload enctype=multipart/form-data>"
        f"<label for=file>{label}</label>"
        f"<input type=file id=file name=file accept=.xlsx required>{check}<p>{promise}</p></form>"
    )
    fetch = "".join(
        f"<form method=post action=make/{kind}>{_button(say, _MADE[kind])}</form>"
        for kind in offered
    )
    return f"{upload}<div class=row>{fetch}</div>" + "".join(_paper(say, p) for p in found)


def _paper(say: Callable[[Text], str], paper: Paper) -> str:
    """One workbook: the same words and choices as on its card in the chat."""
    card = handlers.card_of(paper)
    acts = {"papers.go": "go", "papers.drop": "drop"}
    choices = ""
    for choice in card.choices:
        verb, _subject, arg = [*choice.token.split(":"), ""][:3]
        act = "skip" if arg == "skip" else acts[verb]
        choices += f"<form method=post action={paper.id}/{act}>{_button(say, choice.label)}</form>"
    if paper.offered:
        name = escape(_name(say, paper))
        choices += f'<a href="{paper.id}/file" download>{name}</a>'
    words = say(card.text).replace("\n", "<br>")
    return f"<section><p>{words}</p><div class=row>{choices}</div></section>"


def _name(say: Callable[[Text], str], paper: Paper) -> str:
    return say(handlers.name_of(paper))


def _button(say: Callable[[Text], str], label: Text) -> str:
    return f"<button>{say(label)}</button>"


def _problem(say: Callable[[Text], str], text: Text, status: int) -> Response:
    return _page(say, f"<p role=alert>{say(text)}</p>", status=status)


def _page(
    say: Callable[[Text], str], body: str, *, status: int = 200, refresh: int = 0
) -> Response:
    title, language = say(_("Roster desk")), say(_("en"))
    again = f"<meta http-equiv=refresh content={refresh}>" if refresh else ""
    return HTMLResponse(
        f"<!doctype html><html lang={language}><meta charset=utf-8>{again}"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><link rel=stylesheet href=/papers/style.css>"
        f"<main><h1>{title}</h1>{body}</main></html>",
        status,
    )


def _speaker(language: str) -> Callable[[Text], str]:
    """Says texts in this language, safe to stand in a page."""
    known = "en" if language.lower().startswith("en") else DEFAULT_LANGUAGE
    reader = Reader(known, datetime.now(UTC), ZoneInfo("UTC"))
    return lambda text: escape(render(text, reader))


def _not_used(why: str) -> Text:
    return _("This file cannot be used: {why}.", why=UNREADABLE[why])


async def _uploaded(request: Request) -> tuple[str, bytes]:
    """The name and bytes of the one file. Raises `TooLong`, `KeyError`, `MultiPartException`."""
    body = await read(request, LONGEST)

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    form = await MultiPartParser(request.headers, once(), max_files=1, max_fields=1).parse()
    try:
        file = form["file"]
        if not isinstance(file, UploadFile) or not file.filename:
            raise KeyError("file")
        data = await file.read()
    finally:
        await form.close()
    if len(data) > LIMIT:
        raise TooLong
    return file.filename, data


def _recent(conn: Connection, speaker: Speaker) -> Sequence[Paper]:
    scope = Scope(conn)
    found = papers.recent(scope.open(), speaker.person_id)
    scope.keep()
    return found
