"""A list of cases as a workbook: what is in somebody's hands, under them, or found by words.

It names no resident and holds nobody's words: a workbook leaves the bot. A private matter in its
handler's own list has its number and its days, and neither place nor kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.calls import acting
from bot.workbooks.parts import Unreadable
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.xlsx import Cell, Leaf, write
from governance.authority import Power, reaches
from governance.casefile import Case
from governance.desks import RULES, Which
from governance.papers import Paper
from governance.policy import Policy
from handlers.cases.common import what_of
from handlers.cases.private import hidden
from handlers.cases.wording import OUTCOMES, STATES
from handlers.desks.finding import words_of
from handlers.desks.lists import KINDS, List, whose
from handlers.posts import holder
from handlers.turn import Turn
from handlers.words import Text, _
from storage import desks, org

MOST = 10_000
AT_ONCE = 500
MOST_LOOKS = 10  # through the district's cases, for the words that are looked for
FIND = "find"


def workbook(
    conn: Connection, path: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> None:
    """The list that its owner asked for, as it is now. Raises `Unreadable("no_post")` for whoever
    holds no post any more."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        held = org.held_by(db, paper.person_id, policy.local_date(now))
        if not reaches(Power.SEE_CASES, held):
            raise Unreadable("no_post")
        write(path, [_Sheet(turn, pen_for(language)).leaf(paper.name, paper.person_id)])


class _Sheet:
    def __init__(self, turn: Turn, pen: Pen) -> None:
        self._turn, self._pen = turn, pen

    def leaf(self, of: str, person_id: int) -> Leaf:
        headings: Sequence[Text] = (
            *(_("Case number"), _("Place"), _("Kind"), _("State"), _("Handled by"), _("Overdue")),
            *(_("Reported on"), _("Contact promised"), _("First contact"), _("Promised day")),
            *(_("Last day"), _("Result"), _("Closed on"), _("Times done again"), _("Nobody came")),
            *(_("Times urged"), _("Times passed on")),
        )
        names = [self._pen(heading) for heading in headings]
        wide = {1: 30.0, 4: 26.0}
        widths = [wide.get(n, 16.0) for n in range(len(names))]
        return Leaf(self._pen(_("Cases")), names, self._rows(of, person_id), widths, frozen=1)

    def _rows(self, of: str, person_id: int) -> Iterator[tuple[str, Sequence[Cell]]]:
        """At most `MOST`; a last line says so where there are more."""
        found = self._cases(of, person_id)
        for case in islice(found, MOST):
            yield ("red" if self._is(case, Which.OVERDUE) else ""), [*self._row(case)]
        if next(found, None) is not None:
            cut = _(
                "The first {most} only; there are more. Ask for one kind, or for words.", most=MOST
            )
            yield "yellow", [self._pen(cut)]

    def _cases(self, of: str, person_id: int) -> Iterator[Case]:
        wanted, _dot, rest = of.partition(".")
        if wanted == FIND:
            return self._found(rest, person_id)
        which = Which(rest) if rest in set(Which) else Which.OPEN
        return self._listed(List(wanted) if wanted in set(List) else List.MINE, which, person_id)

    def _listed(self, wanted: List, which: Which, person_id: int) -> Iterator[Case]:
        turn, at = self._turn, None
        theirs = whose(turn, person_id, wanted)
        while found := desks.page(turn.db, theirs, which, turn.now, AT_ONCE, at):
            yield from found
            at = desks.mark_of(found[-1])
            turn.db.expunge_all()

    def _found(self, words: str, person_id: int) -> Iterator[Case]:
        turn, before = self._turn, None
        theirs, said = whose(turn, person_id), words_of(turn, words)
        looks = 0
        while looks < MOST_LOOKS:
            seen = desks.look(turn.db, theirs, said, AT_ONCE, before)
            yield from seen.found
            full = len(seen.found) == AT_ONCE
            before = seen.found[-1].id if full else seen.until
            if before is None:
                return
            looks += not full
            turn.db.expunge_all()

    def _row(self, case: Case) -> Iterator[Cell]:
        secret, pen, day = hidden(case), self._pen, self._day
        yield case.number
        yield pen(_("private matter")) if secret else case.place
        yield "" if secret else pen(what_of(self._turn, case))
        yield pen(STATES[case.state])
        yield pen(holder(case))
        yield pen(KINDS[Which.OVERDUE]) if self._is(case, Which.OVERDUE) else ""
        yield from map(day, (case.opened_at, case.contact_due, case.contacted_at))
        yield from map(day, (case.result_due, case.due))
        yield pen(OUTCOMES[case.outcome]) if case.outcome else ""
        yield day(case.closed_at)
        yield case.redone
        yield pen(KINDS[Which.NOBODY_CAME]) if self._is(case, Which.NOBODY_CAME) else ""
        yield from (case.urged, case.hops)

    def _is(self, case: Case, which: Which) -> bool:
        return RULES[which](case, self._turn.now)

    def _day(self, at: datetime | None) -> str:
        return f"{at.astimezone(self._turn.policy.zone):%Y-%m-%d %H:%M}" if at else ""
