"""Who still has to be told of an emergency, as a workbook to carry from door to door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.calls import Seen, acting
from bot.workbooks.parts import Unreadable
from bot.workbooks.roster_leaves import pen_for
from bot.workbooks.xlsx import Leaf, write
from governance.authority import Power
from governance.bulletins import Bulletin
from governance.org import Area
from governance.papers import Paper
from governance.policy import Policy
from governance.privacy import What
from handlers import authority
from handlers.bulletins.common import audience
from handlers.bulletins.visiting import Row, context_of, row
from handlers.turn import Turn
from handlers.words import _
from storage import bulletin_reach, privacy

AT_ONCE = 500


def workbook(
    conn: Connection, path: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> Seen:
    """Everybody below the place who has not acknowledged, door by door. Returns what of whom was
    shown. Raises `Unreadable("no_post")` for whoever does not answer for the people there."""
    bulletin_id, _dot, area_id = paper.name.partition(".")
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        bulletin, place = db.get(Bulletin, int(bulletin_id)), db.get(Area, int(area_id))
        if bulletin is None or place is None or turn.person is None:
            raise Unreadable("no_post")
        if not authority.may(turn, Power.SEE_PEOPLE, area_id=place.id):
            raise Unreadable("no_post")
        found = list(_rows(turn, bulletin, place))
    pen = pen_for(language)
    headings = (_("Door"), _("Name"), _("Telephone"), _("Why"), _("Told on"))
    rows = [("", [one.door, one.name, one.phone, pen(one.why), ""]) for _id, one in found]
    widths = [24.0, 12.0, 18.0, 20.0, 20.0]
    write(path, [Leaf(pen(_("To tell")), [pen(h) for h in headings], rows, widths, frozen=1)])
    return [(person_id, one.what) for person_id, one in found]


def _rows(turn: Turn, bulletin: Bulletin, place: Area) -> Iterator[tuple[int, Row]]:
    after = ("", 0)
    to = audience(turn, bulletin)
    while True:
        page = bulletin_reach.missing(turn.db, bulletin.id, to, place.path, after, AT_ONCE)
        yield from ((one.person_id, row(turn, place, one)) for one in page)
        if len(page) < AT_ONCE:
            return
        after = (page[-1].path, page[-1].person_id)


def on_record(turn: Turn, paper: Paper, seen: Seen) -> None:
    """Each of them can read who had them on a list."""
    context = context_of(int(paper.name.partition(".")[0]))
    for person_id, what in seen:
        privacy.viewed(turn.db, paper.person_id, person_id, What(what), context, turn.now)
