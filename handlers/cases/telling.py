"""Who hears of an act: exactly those the table names, each in words of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from governance.casefile import Case
from governance.cases import Role
from governance.roles import answering
from handlers.cases.common import family_of, ladder, parties, put_before_holder, title
from handlers.message import Card
from handlers.posts import holder
from handlers.turn import Turn
from handlers.words import Text, When, _, lines
from storage import following

Said: TypeAlias = "Mapping[Role, Text | Card]"

_RESIDENTS = frozenset({Role.REPORTER, Role.FOLLOWER})


def tell(turn: Turn, case: Case, roles: Iterable[Role], said: Said) -> None:
    """Everybody in these roles hears it, but not whoever has just done it.

    Residents are not woken, officers hear it in working hours. Before a holder for whom nothing
    is said the card itself is put.
    """
    for role in roles:
        if role is Role.HOLDER and role not in said:
            put_before_holder(turn, case)
            continue
        for person_id in _who(turn, case, role):
            if person_id != turn.speaker.person_id:
                _send(turn, role, person_id, said[role])


def _send(turn: Turn, role: Role, person_id: int, said: Text | Card) -> None:
    """One of them hears it at an hour that suits their role."""
    policy = turn.policy
    at = policy.waking(turn.now) if role in _RESIDENTS else policy.work.next_open(turn.now)
    card = said if isinstance(said, Card) else Card(said)
    turn.post.to(person_id, card, release_at=at if at > turn.now else None)


def _who(turn: Turn, case: Case, role: Role) -> Sequence[int]:
    if role is Role.REPORTER:
        return (*parties(case), *family_of(turn, case))
    if role is Role.FOLLOWER:
        return following.followers(turn.db, case)
    rungs = ladder(turn, case)
    if role is Role.HOLDER:
        return (answering(case, rungs),)
    above = case.above(rungs)
    return (above.person_id,) if above is not None else ()


def now_with(turn: Turn, case: Case) -> Text:
    """With whom it is, by when they call, and the day that stands: what a resident wants to know."""
    return lines(
        _(
            "{title} is now with {holder}, who will contact you by {when}. Telephone {phone}.",
            title=title(turn, case),
            holder=holder(case),
            when=When(case.contact_due),
            phone=case.holder_phone,
        ),
        promised(turn, case),
    )


def promised(turn: Turn, case: Case) -> Text:
    """The last day; where it is over, nobody pretends otherwise."""
    day = When(case.due, date_only=True)
    if case.due >= turn.now:
        return _("Done by {day} at the latest; that day has not changed.", day=day)
    return _("It was promised for {day}; that day has passed and stays on record.", day=day)
