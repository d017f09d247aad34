"""Reads, checks, imports and makes workbooks, one at a time and beside everything else.

Reading and judging happen in a thread with a connection that only reads; what is decided is
written in one transaction of the database thread, together with the word that it was.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import structlog
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot import certificate
from bot.dispatch import Dispatch, Scope
from bot.workbooks import (
    calls,
    desks,
    figures,
    filling,
    guide,
    handing_on,
    ledger,
    lists,
    reach,
    reportin,
    roster,
    shop,
)
from bot.workbooks.parts import Unreadable, look
from governance.authority import Power, reaches
from governance.org import Area
from governance.papers import MADE, Paper, PaperKind, PaperState
from governance.policy import Policy
from governance.privacy import What
from handlers import authority
from handlers import papers as handlers
from handlers.lists.sheets import places_of
from handlers.message import Card, Document
from handlers.turn import Post, Turn
from handlers.words import DEFAULT_LANGUAGE, Text, _
from storage import org, papers, people, privacy
from storage.database import Database, NotStored

log = structlog.get_logger()
LOOK = 1.0  # seconds between two looks at how far a check is

Act: TypeAlias = Callable[[Turn, Paper], None]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A workbook to work on as it was when it was picked up; `language` is its owner's."""

    paper: Paper
    language: str
    policy: Policy
    now: datetime

    @property
    def today(self) -> date:
        return self.policy.local_date(self.now)


class Book(Protocol):
    """What a workbook that came in says, judged against what the district knows."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by what becomes of them: added, changed, closed, unchanged, refused."""

    def report(self, path: Path, language: str) -> None:
        """A workbook says what becomes of each row, and why."""

    def write(self, turn: Turn, paper: Paper) -> bool:
        """It is in; False when it would do something else than what its sender read, and then
        nothing is. The caller commits."""


class PaperWork:
    """Does what `handlers/papers.py` has written down.

    A workbook stays on the list until its outcome is committed: whoever begins again after a
    crash does it once more, and an import that is done already changes nothing.
    """

    def __init__(
        self,
        database: Database[Any, Any],
        dispatch: Dispatch,
        folder: Path,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.moved = moved  # called when there is something to send
        self._database = database
        self._dispatch = dispatch
        self._working = asyncio.Lock()

    async def work(self) -> int:
        """Everything that waits has been done; returns how much that was."""
        async with self._working:
            count = 0
            while (job := await self._database.run(self._next)) is not None:
                await self._one(job)
                count += 1
        return count

    async def _one(self, job: Job) -> None:
        try:
            if job.paper.kind in MADE:
                await self._make(job)
            elif job.paper.state is PaperState.WANTED:
                await self._import(job)
            else:
                await self._check(job)
        except NotStored:
            raise  # nothing is wrong with the workbook; it is tried again
        except Unreadable as error:
            await self._settle(job, _refused(error.code))
        except Exception as error:
            # A workbook that breaks its reader must not be read again and again.
            log.error("paper_failed", paper=job.paper.id, exc_info=error)
            await self._settle(job, _refused("broken"))

    # ── in ───────────────────────────────────────────────────────────────────

    async def _check(self, job: Job) -> None:
        if await asyncio.to_thread(self._has_placeholders, job):
            await self._fill(job)
            return
        result = _fresh_name()

        def check(progress: Progress) -> tuple[PaperKind, Mapping[str, int]]:
            kind, book = self._read(job, progress)
            book.report(self.folder / result, job.language)
            return kind, book.counts

        kind, counts = await self._watched(job, check)

        def checked(turn: Turn, paper: Paper) -> None:
            paper.kind, paper.state = kind, PaperState.CHECKED
            paper.counts, paper.result = dict(counts), result
            _hand_over(turn, paper, result, _("The result, row by row."))

        await self._settle(job, checked)

    async def _fill(self, job: Job) -> None:
        """Somebody's own workbook goes back with their figures in it."""
        result = _fresh_name()

        def fill() -> filling.Outcome:
            path, target = self.folder / job.paper.file, self.folder / result
            with self._reading() as conn:
                given = (job.paper, job.policy, job.language, job.now)
                return filling.workbook(conn, path, target, *given)

        outcome = await asyncio.to_thread(fill)

        def filled(turn: Turn, paper: Paper) -> None:
            paper.kind, paper.state, paper.result = PaperKind.FILLED, PaperState.DONE, result
            _hand_over(turn, paper, result, filling.told(outcome))

        await self._settle(job, filled)

    def _has_placeholders(self, job: Job) -> bool:
        path = self.folder / job.paper.file
        sheets = look(path)
        known = calls.recognises(sheets) or lists.recognises(sheets) or reportin.recognises(sheets)
        return not known and filling.recognises(path, sheets)

    async def _import(self, job: Job) -> None:
        _kind, book = await asyncio.to_thread(self._read, job, lambda done, total: None)

        def imported(turn: Turn, paper: Paper) -> None:
            # Between the check and the yes the district may have changed.
            if book.write(turn, paper):
                paper.counts, paper.state = dict(book.counts), PaperState.DONE
            else:
                handlers.again(turn, paper)

        await self._settle(job, imported)

    def _read(self, job: Job, progress: Progress) -> tuple[PaperKind, Book]:
        """The workbook as it would go in now, if its owner may bring it in."""
        path = self.folder / job.paper.file
        sheets = look(path)
        with self._reading() as conn:
            if calls.recognises(sheets):
                return PaperKind.CALLED, calls.CallBook(conn, path, job.paper, job.policy, job.now)
            if lists.recognises(sheets):
                book = lists.ListBook(conn, path, sheets, job.paper, job.policy, job.today)
                return PaperKind.LISTS, book
            if reportin.recognises(sheets):
                area = _reach(conn, job, Power.CONFIRM_REPORTIN)
                return PaperKind.REPORTIN, reportin.ProposalBook(conn, path, sheets, area, progress)
            if guide.recognises(path, sheets):
                who, day = job.paper.person_id, job.today
                read = (conn, path, sheets, who, job.policy, day)
                return PaperKind.GUIDE, guide.GuideBook(*read)
            _require_roster(conn, job)
            return PaperKind.ROSTER, roster.RosterBook(
                conn, path, sheets, job.policy, job.today, progress
            )

    async def _watched(self, job: Job, check: Callable[[Progress], Any]) -> Any:
        """What `check` returns; meanwhile its owner's card says how far it is."""
        so_far = (0, 0)

        def progress(done: int, total: int) -> None:
            nonlocal so_far
            so_far = done, total

        def tell(_turn: Turn, paper: Paper) -> None:
            paper.done, paper.total = so_far

        checking = asyncio.ensure_future(asyncio.to_thread(check, progress))
        told = so_far
        while not (await asyncio.wait({checking}, timeout=LOOK))[0]:
            if told != so_far:
                told = so_far
                await self._settle(job, tell)
        return await checking

    # ── out ──────────────────────────────────────────────────────────────────

    async def _make(self, job: Job) -> None:
        if job.paper.kind is PaperKind.CERTIFICATE:
            await self._settle(job, await asyncio.to_thread(self._certified, job))
            return
        name = _fresh_name()
        seen = await asyncio.to_thread(self._made, job, self.folder / name)

        def made(turn: Turn, paper: Paper) -> None:
            paper.state, paper.file = PaperState.DONE, name
            others = {PaperKind.CASES: handing_on, PaperKind.REACH: reach}
            record = others.get(paper.kind, calls)
            record.on_record(turn, paper, seen)
            _hand_over(turn, paper, name, _OUT[paper.kind])
            if paper.kind is PaperKind.EXPORT:
                privacy.viewed(turn.db, paper.person_id, None, What.ROSTER, "/export", turn.now)

        await self._settle(job, made)

    def _certified(self, job: Job) -> Act:
        with self._reading() as conn:
            return certificate.make(conn, self.folder, job.paper, job.policy, job.language, job.now)

    def _made(self, job: Job, path: Path) -> calls.Seen:
        """The workbook is written; returns of whom it says what is on record as looked at."""
        if job.paper.kind is PaperKind.TEMPLATE:
            roster.template(path, job.language)
            return ()
        if job.paper.kind is PaperKind.GUIDE_TEMPLATE:
            guide.template(path, job.language)
            return ()
        with self._reading() as conn:
            if job.paper.kind is PaperKind.PROPOSAL:
                area = _reach(conn, job, Power.CONFIRM_REPORTIN)
                reportin.proposal(conn, area, path, job.language)
            elif job.paper.kind is PaperKind.SHOP:
                area = _reach(conn, job, Power.RUN_SHOP)
                shop.workbook(conn, area, path, job.policy, job.language)
            elif job.paper.kind is PaperKind.LIST_SHEETS:
                who = job.paper.person_id
                lists.workbook(conn, who, path, job.policy, job.language, job.now)
            elif job.paper.kind is PaperKind.GUIDE_SHEET:
                kept = guide.reach_on(conn, job.paper.person_id, job.today)
                guide.export(conn, path, kept, job.policy, job.language)
            elif job.paper.kind is PaperKind.LEDGER:
                area = _reach(conn, job, Power.SEE_PLEDGES)
                ledger.ledger(conn, area, path, job.language, job.policy, job.now)
            elif job.paper.kind is PaperKind.CALLS:
                return calls.workbook(conn, path, job.paper, job.policy, job.language, job.now)
            elif job.paper.kind is PaperKind.CASES:
                asked = (job.paper, job.policy, job.language, job.now)
                return handing_on.workbook(conn, path, *asked)
            elif job.paper.kind is PaperKind.REACH:
                return reach.workbook(conn, path, job.paper, job.policy, job.language, job.now)
            elif job.paper.kind is PaperKind.DESK:
                desks.workbook(conn, path, job.paper, job.policy, job.language, job.now)
            elif job.paper.kind is PaperKind.FIGURES:
                figures.workbook(conn, path, job.paper, job.policy, job.language, job.now)
            else:
                roster.export(conn, path, job.language)
        return ()

    def _reading(self) -> Connection:
        """A connection of one's own that only reads."""
        return self._database.engine.connect().execution_options(read=True)

    # ── what becomes of it ───────────────────────────────────────────────────

    async def _settle(self, job: Job, act: Act) -> None:
        await self._database.run(lambda conn: self._acted(conn, job.paper, act))
        self.moved()

    def _acted(self, conn: Connection, found: Paper, act: Act) -> None:
        """It is done, unless the workbook has been settled meanwhile by somebody else."""
        now, scope, post = self._dispatch.clock.now(), Scope(conn), Post()
        turn = Turn(None, now, self._dispatch.policy, scope.open, post)
        try:
            paper = turn.db.get_one(Paper, found.id, with_for_update=True, populate_existing=True)
            if paper.state is found.state:
                act(turn, paper)
                post.refresh(paper.id, (handlers.PAPERS,))
            scope.keep()
        except BaseException:
            scope.drop()
            raise
        self._dispatch.settle(conn, [(post, now)])

    def _next(self, conn: Connection) -> Job | None:
        if (paper_id := papers.next_to_do(conn)) is None:
            return None
        scope = Scope(conn)
        paper = scope.open().get_one(Paper, paper_id)
        scope.keep()
        account = people.accounts_of(conn, [paper.person_id]).get(paper.person_id)
        language = account.language if account else DEFAULT_LANGUAGE
        return Job(paper, language, self._dispatch.policy, self._dispatch.clock.now())


_OUT: dict[PaperKind, Text] = {
    PaperKind.LEDGER: _("Pledges, totals, orders, and the lists as they stand now."),
    PaperKind.EXPORT: _("The whole roster. It holds telephone numbers: keep it safe."),
    PaperKind.TEMPLATE: _("Fill it in, remove the examples, and send it back to me."),
    PaperKind.PROPOSAL: _(
        "Change the community where you decide otherwise, leave it blank for whoever is to wait, and send it back to me. Nobody is told before you confirm."
    ),
    PaperKind.CALLS: _(
        "Fill in the last four columns and send it back to me. It may hold telephone numbers: keep it safe."
    ),
    PaperKind.FIGURES: _(
        "The rates of two months, and every case they are made of; without residents' names."
    ),
    PaperKind.DESK: _("The list as it is now, without residents' names and words."),
    PaperKind.REACH: _("Whoever still has to be told, as it is now. Keep it safe."),
    PaperKind.CASES: _(
        "The cases as they stand now. It holds what residents said: give it to nobody who does not work on it."
    ),
    PaperKind.SHOP: _("Stock and hand-overs of the shop, with every change of price and stock."),
    PaperKind.GUIDE_SHEET: _(
        "The guide where you keep it, and what was asked in vain. Change it, write new rows below, and send it back to me. Nothing changes before you have read what would, and confirm it."
    ),
    PaperKind.GUIDE_TEMPLATE: _("Fill it in, remove the examples, and send it back to me."),
    PaperKind.LIST_SHEETS: _(
        "Change it, write new rows below, and send it back to me. Nothing changes before you have read what would, and confirm it."
    ),
}


def _reach(conn: Connection, job: Job, power: Power) -> Area:
    """Where the workbook's owner has this power. Raises `Unreadable("no_post")`."""
    with Session(conn, join_transaction_mode="rollback_only") as db:
        area = authority.reach(db, job.paper.person_id, power, job.today)
        db.expunge_all()
    if area is None:
        raise Unreadable("no_post")
    return area


def _require_roster(conn: Connection, job: Job) -> None:
    """Raises `Unreadable` for whoever does not keep the roster; whoever writes a list hears how
    that is recognised."""
    with Session(conn, join_transaction_mode="rollback_only") as db:
        held = org.held_by(db, job.paper.person_id, job.today)
        area = authority.reach(db, job.paper.person_id, Power.IMPORT_ROSTER, job.today)
        root = area is not None and area.parent_id is None
    if not root:
        writes = any(places_of(held)) or bool(reaches(Power.KEEP_GUIDE, held))
        raise Unreadable("no_list" if writes else "no_post")


_WITHOUT = _("Files cannot be sent here: send “roster” and fetch it with your computer.")


def _refused(code: str) -> Act:
    def refuse(_turn: Turn, paper: Paper) -> None:
        paper.state, paper.why = PaperState.REFUSED, code

    return refuse


def _hand_over(turn: Turn, paper: Paper, file: str, text: Text) -> None:
    document = Document(file, handlers.name_of(paper), _WITHOUT)
    turn.post.to(paper.person_id, Card(text, document=document), kind="reply")


def _fresh_name() -> str:
    return secrets.token_hex(16) + ".xlsx"
