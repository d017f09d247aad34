"""Lists at the start of the day: the worker's night list, the chief's brief in five lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance.casefile import Case
from governance.cases import State
from governance.org import Area, PostKind, level_of
from handlers.cases.common import BRIEF, NIGHT_LIST
from handlers.cases.work import list_card
from handlers.message import Card, Choice
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, listed
from storage import cases, digests, org

NAMED = 3  # numbers named in a line of the brief


def night_list(turn: Turn, person_id: int) -> None:
    """What came in off duty and nobody has taken yet, as one list."""
    waiting = cases.waiting_for(turn.db, org.in_charge_of(turn.db, person_id, turn.now))
    if waiting:
        card = list_card(turn, _("Good morning. Came in while you were off:"), waiting)
        turn.post.to(person_id, card, kind="alert")


def brief(turn: Turn, person_id: int) -> None:
    """Five lines about the chief's grids since the last working morning; then the next is due."""
    today = turn.policy.local_date(turn.now)
    posts = [
        post for post in org.serving(turn.db, person_id, today) if post.kind is PostKind.GRID_CHIEF
    ]
    areas = [turn.db.get_one(Area, post.area_id) for post in posts]
    found = [case for area in areas for case in cases.under(turn.db, area.path) if not case.private]
    since = _last_morning(turn)
    still = [c for c in found if c.state is not State.CLOSED]
    groups: tuple[tuple[Words, list[Case]], ...] = (
        (_("New"), [c for c in found if c.opened_at > since]),
        (
            _("Overdue"),
            [c for c in still if c.result_due < turn.now and c.state is not State.ANSWERED],
        ),
        (_("Not taken"), [c for c in still if c.state is State.ASSIGNED]),
        (_("Reopened"), [c for c in still if c.redone]),
        (_("Closed"), [c for c in found if c.closed_at and c.closed_at > since]),
    )
    if any(members for _name, members in groups):
        rows = [_row(turn, name, members) for name, members in groups]
        pushed = {c.id: c for _name, members in groups[1:4] for c in members if _is_below(c)}
        hint = (
            _("To supervise one, tap it or reply with its last four digits and a note.")
            if pushed
            else ""
        )
        text = lines(_("Your grid this morning:"), *rows, hint)
        turn.post.to(person_id, Card(text, _pushes(list(pushed.values()))), kind="notice")
    if still:
        at = turn.policy.work.next_workday_at(turn.now, turn.policy.brief_at)
        digests.schedule(turn.db, person_id, BRIEF, at)


def _is_below(case: Case) -> bool:
    """Whether a grid chief stands above the one who holds it."""
    return case.level < level_of(PostKind.GRID_CHIEF)


def _row(turn: Turn, name: Words, members: Sequence[Case]) -> Text:
    named = [f"{case.number[-4:]} {case.place}" for case in members[:NAMED]]
    return (
        _("{name}: {count}", name=name, count=len(members))
        if not named
        else _("{name}: {count} ({which})", name=name, count=len(members), which=listed(*named))
    )


def _pushes(members: Sequence[Case]) -> tuple[Choice, ...]:
    return tuple(
        Choice(_("Supervise {number}", number=case.number[-4:]), f"cases.supervise:{case.id}")
        for case in members[:4]
    )


def _last_morning(turn: Turn) -> datetime:
    """The same time on the working day before."""
    at = turn.now - timedelta(days=1)
    while not turn.policy.work.is_workday(turn.policy.local_date(at)):
        at -= timedelta(days=1)
    return at


MAKERS = {NIGHT_LIST: night_list, BRIEF: brief}


def _find(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return [person for person, _kind, _at in digests.due(db, now) if person not in failed]


def _handle(turn: Turn, person_id: int) -> None:
    due = [kind for person, kind, _at in digests.due(turn.db, turn.now) if person == person_id]
    for kind in due:
        digests.done(turn.db, person_id, kind)
        MAKERS[kind](turn, person_id)


tick(Due("digests", _find, _handle, digests.NEXT_DUE))
