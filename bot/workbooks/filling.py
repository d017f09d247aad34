"""三率 in somebody's own workbook: placeholders in its cells become the figures of whoever sent it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.calls import acting
from bot.workbooks.parts import Extent, Unreadable
from bot.workbooks.placeholders import Filled, Place, fill, found_in
from bot.workbooks.roster_leaves import pen_for
from governance.authority import Power
from governance.cells import word
from governance.papers import Paper
from governance.policy import Policy
from handlers import authority, roster_words
from handlers.figures.names import NAMES, Names
from handlers.words import Text, _, lines, listed, ngettext

NAMED = 12  # placeholders named that were not known


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many placeholders were filled in, and those that were not."""

    filled: int
    unknown: Sequence[Place]


def recognises(path: Path, extents: Mapping[str, Extent]) -> bool:
    """Whether it is no roster, and there are placeholders in its cells."""
    known = {title for form in roster_words.FORMS for title in form.titles}
    return not known & {word(title) for title in extents} and bool(found_in(path))


def workbook(
    conn: Connection,
    path: Path,
    target: Path,
    paper: Paper,
    policy: Policy,
    language: str,
    now: datetime,
) -> Outcome:
    """The workbook with the figures of where its sender answers for it. Raises `Unreadable`."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        turn = acting(db, paper.person_id, policy, now)
        if not authority.reached(turn, Power.SEE_FIGURES):
            raise Unreadable("no_post")
        names, pen = Names(turn), pen_for(language)

        def value(name: str) -> Filled | None:
            figure = names(name)
            return Filled(pen(figure.text), figure.number) if figure is not None else None

        places = found_in(path)
        unknown = [place for place in places if names(place.name) is None]
        fill(path, target, value)
        return Outcome(len(places) - len(unknown), unknown)


def told(outcome: Outcome) -> Text:
    """What was filled in, and what was left as it was."""
    count = len(outcome.unknown)
    return lines(
        ngettext(
            "{count} place was filled in, for this month as it is now.",
            "{count} places were filled in, for this month as it is now.",
            outcome.filled,
        ),
        _("Not known, left as it was: {what}", what=_named(outcome.unknown)) if count else "",
        _HOW if count else "",
    )


_HOW = _(
    "These can be filled in: {names}. Before them may stand “last month” or a place, as in {{Cuihu·last month Response}}; after a rate “hits” or “of”.",
    names=listed(*NAMES),
)


def _named(places: Iterable[Place]) -> Text:
    each = [f"{{{place.name}}} ({place.sheet} {place.cell})" for place in places]
    more = ["…"] if len(each) > NAMED else []
    return listed(*each[:NAMED], *more)
