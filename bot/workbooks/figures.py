"""三率 as a workbook: the rates of two months, told apart in four ways, and every case in them.

No resident's name is in it; a private matter has its times and codes, and neither place nor kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.calls import acting
from bot.workbooks.parts import Unreadable
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.xlsx import Cell, Leaf, write
from governance.casefigures import RATES, Figures, Left, Life, Rate, Said, Share
from governance.casefile import Case
from governance.papers import Paper
from governance.policy import Policy
from governance.refused import Refused
from handlers.cases.common import kind_of
from handlers.cases.wording import OUTCOMES
from handlers.figures.rates import LEFT, Scope, grouped
from handlers.figures.rates import RATES as NAMES
from handlers.turn import Turn
from handlers.words import Text, Words, _
from storage import casefigures, org, responders
from storage.casefigures import By

MOST = 50_000  # cases of two months in one workbook
Rows = list[tuple[str, Sequence[Cell]]]

_SAID: dict[Said, Words | str] = {
    Said.NOTHING: "",
    Said.SATISFIED: _("satisfied"),
    Said.SO_SO: _("so-so"),
    Said.NOT_SOLVED: _("not solved"),
}
_TITLES: dict[By, Words] = {
    By.UNIT: _("See by unit"),
    By.AREA: _("See by community"),
    By.CATEGORY: _("By kind"),
    By.WORKER: _("By worker"),
}


def workbook(
    conn: Connection, path: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> None:
    """The workbook that its owner asked for. Raises `Unreadable("no_post")` for whoever may not
    see these figures any more."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        area_id, _colon, code = paper.name.partition(":")
        try:
            scope = Scope(turn, int(area_id), code)
        except Refused as refused:
            raise Unreadable("no_post") from refused
        write(path, [*_Book(turn, scope, pen_for(language)).leaves()])


class _Book:
    def __init__(self, turn: Turn, scope: Scope, pen: Pen) -> None:
        self._turn, self._scope, self._pen = turn, scope, pen

    def leaves(self) -> Iterator[Leaf]:
        yield self._rates()
        for by, title in _TITLES.items():
            if by is not self._scope.by:
                yield self._told_apart(by, title)
        yield self._cases()

    def _leaf(self, title: Text, headings: Sequence[Text], rows: Rows) -> Leaf:
        names = [self._pen(heading) for heading in headings]
        return Leaf(self._pen(title), names, rows, [18.0] * len(names), frozen=1)

    def _day(self, at: datetime | None) -> str:
        return f"{at.astimezone(self._turn.policy.zone):%Y-%m-%d %H:%M}" if at else ""

    def _rates(self) -> Leaf:
        rows: Rows = []
        for before in (0, 1):
            asked = self._scope.asked(before)
            found = casefigures.figures(self._turn.db, asked)
            month = f"{asked.since:%Y-%m}"
            rows.append(("", [month, self._pen(_("Reported")), found.total, "", ""]))
            for reason, name in LEFT.items():
                rows.append(("", [month, self._pen(name), found.left.get(reason, 0), "", ""]))
            for rate, rate_name in NAMES.items():
                share = found.shares[rate]
                rows.append(("", [month, self._pen(rate_name), *_cells(share)]))
        headings = (_("Month"), _("What"), _("Cases"), _("of"), _("Per cent"))
        return self._leaf(_("Rates"), headings, rows)

    def _told_apart(self, by: By, title: Words) -> Leaf:
        headings: list[Text] = [_("Whose"), _("Reported"), _("Counted")]
        for name in NAMES.values():
            headings += [name, _("of"), _("Per cent")]
        rows: Rows = [
            ("", [self._pen(name), *self._sums(found)])
            for _where, _key, name, found in grouped(self._turn, self._scope, by)
        ]
        return self._leaf(title, headings, rows)

    def _sums(self, found: Figures) -> Iterator[Cell]:
        yield from (found.total, found.counted)
        for rate in NAMES:
            yield from _cells(found.shares[rate])

    # ── one row a case ───────────────────────────────────────────────────────

    def _cases(self) -> Leaf:
        headings = (
            *(_("Case number"), _("Place"), _("Kind"), _("Reported on"), _("Contact promised")),
            *(_("First contact"), _("Last day"), _("Result on"), _("Result"), _("Resident says")),
            *(_("Left out"), _("Unit"), _("Worker"), _("Times passed on"), _("Times astray")),
            *(_("Times given back"), _("Times urged")),
            *NAMES.values(),
        )
        found = [
            one
            for before in (0, 1)
            for one in casefigures.lives(self._turn.db, self._scope.asked(before), MOST)
        ][:MOST]
        db = self._turn.db
        units = {
            unit.id: unit.name
            for unit in responders.by_ids(db, {life.unit_id for _c, life in found if life.unit_id})
        }
        people = org.names(db, {life.person_id for _c, life in found if life.person_id})
        rows: Rows = [
            (
                "",
                [
                    *self._what(case, life),
                    *(units.get(life.unit_id or 0, ""), people.get(life.person_id or 0, "")),
                    *(life.sent, life.astray, life.returned, life.urged),
                    *(self._counted(life, rate) for rate in NAMES),
                ],
            )
            for case, life in found
        ]
        return self._leaf(_("Cases"), headings, rows)

    def _what(self, case: Case, life: Life) -> Iterator[Cell]:
        private = _("private matter") if case.private else ""
        yield case.number
        yield self._pen(private) if case.private else case.place
        yield "" if case.private else self._pen(kind_of(self._turn, life.category))
        moments = (life.opened_at, life.contact_due, life.contacted_at, life.due, life.answered_at)
        yield from map(self._day, moments)
        yield self._pen(OUTCOMES[life.outcome]) if life.outcome else ""
        yield self._pen(_SAID[life.said])
        yield self._pen(LEFT[life.left]) if life.left is not Left.COUNTED else ""

    def _counted(self, life: Life, rate: Rate) -> Cell:
        """1 or 0 where the rate counts the case, so that its column adds up; else nothing."""
        if life.left is not Left.COUNTED or not RATES[rate].counts(life, self._turn.now):
            return ""
        return int(RATES[rate].hits(life))


def _cells(share: Share) -> tuple[Cell, ...]:
    return (share.hits, share.of, "" if share.percent is None else share.percent)
