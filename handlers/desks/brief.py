"""Lists at the start of the day: the worker's night list, the chief's brief in six lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.orm import Session

from governance.casefile import Case
from governance.desks import Which
from governance.org import Area, PostKind, level_of
from handlers.cases.common import BRIEF, NIGHT_LIST
from handlers.deliveries import UNDELIVERED, morning_list
from handlers.desks.lists import KINDS, List, list_card, whose
from handlers.message import Card, Choice
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, listed
from storage import desks, digests, org
from storage.desks import Whose

NAMED = 3  # numbers named in a line of the brief
PUSHES = 4  # taps under it
Row: TypeAlias = "tuple[Words, int, Sequence[Case]]"
_STILL = (Which.OVERDUE, Which.NOT_TAKEN, Which.NOBODY_CAME, Which.REOPENED)


def night_list(turn: Turn, person_id: int) -> None:
    """What came in off duty and nobody has taken yet, as one list."""
    theirs = whose(turn, person_id, List.MINE)
    if desks.counts(turn.db, theirs, turn.now)[Which.NOT_TAKEN]:
        heading = _("Good morning. Came in while you were off:")
        card = list_card(turn, person_id, List.MINE, Which.NOT_TAKEN, heading=heading)
        turn.post.to(person_id, card, kind="alert")


def brief(turn: Turn, person_id: int) -> None:
    """Six lines about the chief's grids since the last working morning; then the next is due."""
    today = turn.policy.local_date(turn.now)
    posts = [
        post for post in org.serving(turn.db, person_id, today) if post.kind is PostKind.GRID_CHIEF
    ]
    paths = (turn.db.get_one(Area, post.area_id).path for post in posts)
    grids = Whose(person_id, paths=tuple(dict.fromkeys(paths)))
    counts = desks.counts(turn.db, grids, turn.now)
    since = _last_morning(turn)
    new = (_("New"), *desks.opened(turn.db, grids, since, NAMED))
    done = (_("Closed"), *desks.closed(turn.db, grids, since, NAMED))
    still: list[Row] = [
        (KINDS[which], counts[which], desks.first(turn.db, grids, which, turn.now, NAMED))
        for which in _STILL
    ]
    if any(count for _name, count, _named in (new, *still, done)):
        rows = [_row(*row) for row in (new, *still, done)]
        pushed = {c.id: c for _name, _count, named in still for c in named if _is_below(c)}
        hint = (
            _("To supervise one, tap it or reply with its last four digits and a note.")
            if pushed
            else ""
        )
        text = lines(_("Your grid this morning:"), *rows, hint)
        choices = (*_pushes(list(pushed.values())), *_all_of(counts[Which.OPEN]))
        turn.post.to(person_id, Card(text, choices), kind="notice")
    if counts[Which.OPEN] or counts[Which.ASKED]:
        at = turn.policy.work.next_workday_at(turn.now, turn.policy.brief_at)
        digests.schedule(turn.db, person_id, BRIEF, at)


def _all_of(count: int) -> tuple[Choice, ...]:
    return (Choice(_("See all of them"), f"desks.list:0:{List.UNDER}"),) if count else ()


def _is_below(case: Case) -> bool:
    """Whether a grid chief stands above the one who holds it."""
    return case.level < level_of(PostKind.GRID_CHIEF)


def _row(name: Words, count: int, members: Sequence[Case]) -> Text:
    if not members:
        return _("{name}: {count}", name=name, count=count)
    named = [f"{case.number[-4:]} {case.place}" for case in members]
    return _("{name}: {count} ({which})", name=name, count=count, which=listed(*named))


def _pushes(members: Sequence[Case]) -> tuple[Choice, ...]:
    return tuple(
        Choice(_("Supervise {number}", number=case.number[-4:]), f"cases.supervise:{case.id}")
        for case in members[:PUSHES]
    )


def _last_morning(turn: Turn) -> datetime:
    """The same time on the working day before."""
    at = turn.now - timedelta(days=1)
    while not turn.policy.work.is_workday(turn.policy.local_date(at)):
        at -= timedelta(days=1)
    return at


MAKERS = {NIGHT_LIST: night_list, BRIEF: brief, UNDELIVERED: morning_list}


def _find(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return digests.due(db, now, failed)


def _handle(turn: Turn, person_id: int) -> None:
    for kind in digests.kinds_due(turn.db, person_id, turn.now):
        digests.done(turn.db, person_id, kind)
        MAKERS[kind](turn, person_id)


tick(Due("digests", _find, _handle, digests.NEXT_DUE))
