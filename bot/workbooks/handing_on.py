"""The cases of an area and a period as a workbook for another system, in the district's columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.calls import acting
from bot.workbooks.parts import Unreadable
from bot.workbooks.roster_leaves import pen_for
from bot.workbooks.xlsx import Leaf, write
from governance.papers import Paper
from governance.policy import Policy
from governance.privacy import What
from governance.refused import Refused
from handlers.cases import fields
from handlers.cases.handing_on import Handed
from handlers.turn import Turn
from handlers.words import Reader, _, render
from storage import filing, privacy

MOST = 20_000  # cases in one workbook

Seen = Sequence[tuple[int, str]]
"""Whose report stands in a workbook, and under which number."""


def workbook(
    conn: Connection, path: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> Seen:
    """A line for each case that its owner may take along. Raises `Unreadable("no_post")` for
    whoever lost the post since they asked."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        try:
            handed = Handed(turn, paper.name)
        except Refused as refused:
            raise Unreadable("no_post") from refused
        since, until = handed.period
        found = filing.reported(db, handed.area.path, since, until, paper.person_id, MOST)
        reader = Reader(language, now, policy.zone)
        headings = [render(heading, reader) for _field, heading in fields.columns(turn)]
        seen: list[tuple[int, str]] = []
        rows = []
        for case in found:
            rows.append(("", [render(value, reader) for _h, value in fields.row(turn, case)]))
            seen.append((case.reporter_id, case.number))
        title = pen_for(language)(_("Cases"))
        write(path, [Leaf(title, headings, rows, [18.0] * len(headings), frozen=1)])
    return seen


def on_record(turn: Turn, paper: Paper, seen: Seen) -> None:
    """Everybody whose report was taken out can read that it was."""
    for person_id, number in seen:
        privacy.viewed(turn.db, paper.person_id, person_id, What.WORDS, number, turn.now)
