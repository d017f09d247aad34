"""认领台账 as a workbook: every pledge, totals by unit and by community, bookings, and the lists.

Members' services are not in it: they are proposed one by one where somebody is needed, and
are never listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.lists import needs_leaf, supply_leaf
from bot.workbooks.roster_leaves import Pen, pen_for
from bot.workbooks.xlsx import Cell, Leaf, write
from governance.lists import Supply
from governance.org import Area, Unit
from governance.pledges import Give
from governance.policy import Policy
from handlers.lists.booking_cards import STATES as BOOKING_STATES
from handlers.lists.sheets import known_needs, known_supply
from handlers.pledges.cards import GIVES
from handlers.pledges.cards import STATES as PROJECT_STATES
from handlers.words import Text, _
from storage import bookings, org, pledges

Rows = list[tuple[str, Sequence[Cell]]]


def ledger(
    conn: Connection, area: Area, path: Path, language: str, policy: Policy, now: datetime
) -> None:
    """A workbook holds what was pledged, booked and asked for inside an area."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        made = _Ledger(db, area, pen_for(language), policy, now)
        write(path, [*made.leaves()])


class _Ledger:
    def __init__(self, db: Session, area: Area, pen: Pen, policy: Policy, now: datetime) -> None:
        self._db, self._area, self._pen = db, area, pen
        self._policy, self._now = policy, now
        self._pledges = pledges.ledger(db, under=area.path)

    def leaves(self) -> Iterator[Leaf]:
        yield self._every_pledge()
        yield self._totals(_("By unit"), _("Unit"), lambda row: row.unit)
        yield self._totals(_("By community"), _("Community"), lambda row: row.community)
        yield self._bookings()
        yield from self._lists()

    def _leaf(self, title: Text, headings: Sequence[Text], rows: Rows) -> Leaf:
        return Leaf(
            self._pen(title), [self._pen(h) for h in headings], rows, [18.0] * len(headings)
        )

    def _day(self, at: datetime | None) -> str:
        return f"{at.astimezone(self._policy.zone):%Y-%m-%d}" if at else ""

    def _every_pledge(self) -> Leaf:
        headings = (
            *(
                _("Community"),
                _("Project"),
                _("How far (%)"),
                _("How it stands"),
                _("Kind"),
                _("What"),
            ),
            *(_("Pledged by"), _("Amount"), _("Arrived"), _("Pledged on"), _("Confirmed on")),
        )
        rows: Rows = [
            (
                "",
                [
                    *(row.community, row.project, row.progress),
                    *(self._pen(PROJECT_STATES[row.state]), self._pen(GIVES[row.give])),
                    *(row.what, row.unit or row.person or "", row.amount, row.received),
                    *(self._day(row.at), self._day(row.received_at)),
                ],
            )
            for row in self._pledges
        ]
        return self._leaf(_("Pledges"), headings, rows)

    def _totals(self, title: Text, whose: Text, key: Callable[[Any], str | None]) -> Leaf:
        sums: dict[str, dict[Give, list[int]]] = defaultdict(
            lambda: {give: [0, 0] for give in Give}
        )
        for row in self._pledges:
            if name := key(row):
                sums[name][row.give][0] += row.amount
                sums[name][row.give][1] += row.received
        headings: list[Text] = [whose]
        for give in Give:
            headings += [
                _("{give}, promised", give=GIVES[give]),
                _("{give}, arrived", give=GIVES[give]),
            ]
        rows: Rows = [
            ("", [name, *(amount for give in Give for amount in found[give])])
            for name, found in sorted(sums.items())
        ]
        return self._leaf(title, headings, rows)

    def _bookings(self) -> Leaf:
        headings = (
            *(_("Community"), _("Who does it"), _("What"), _("How it stands"), _("Asked on")),
            *(_("Wished for"), _("Promised for"), _("Ended on")),
        )
        # A member who said "not now" leaves no trace here.
        found = [
            booking
            for booking in bookings.under(self._db, self._area.path)
            if booking.unit_id is not None or booking.counts
        ]
        rows: Rows = [
            (
                "",
                [
                    *(self._name(booking.area_id), self._does(booking), self._what(booking)),
                    *(self._pen(BOOKING_STATES[booking.state]), self._day(booking.asked_at)),
                    *(str(booking.wished or ""), str(booking.promised or "")),
                    self._day(booking.ended_at),
                ],
            )
            for booking in found
        ]
        return self._leaf(_("Bookings"), headings, rows)

    def _name(self, area_id: int) -> str:
        return self._db.get_one(Area, area_id).name

    def _does(self, booking: Any) -> str:
        if booking.unit_id is not None:
            return self._db.get_one(Unit, booking.unit_id).name
        return org.person_name(self._db, booking.person_id)

    def _what(self, booking: Any) -> str:
        supply = self._db.get(Supply, booking.supply_id) if booking.supply_id is not None else None
        return supply.what if supply else str(booking.words)

    def _lists(self) -> Iterator[Leaf]:
        """As whoever writes them may change them and send them back (bot/workbooks/lists.py)."""
        area, today = self._area.id, self._policy.local_date(self._now)
        yield needs_leaf(known_needs(self._db, [area], [area]), self._pen, self._policy)
        supply = known_supply(self._db, [], [area], today)
        yield supply_leaf(supply, self._pen, self._policy)
