"""Who asks a resident on the telephone: as what somebody may do so, and who hears of it."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import Power, reaches
from governance.casefile import Case
from governance.cases import Actor, Role
from governance.org import PostKind, Rung
from governance.roles import actor_of, as_caller
from handlers.cases.common import Desk, ladder, tell_officer, title
from handlers.turn import Turn
from handlers.words import _
from storage import cases, org


def caller(turn: Turn, case: Case, rungs: Sequence[Rung], person_id: int, name: str) -> Actor:
    """The person as whoever telephones about this case; as who they are where they may not."""
    by = actor_of(case, person_id, name, rungs)
    handled = cases.had_a_hand(turn.db, case, person_id)
    return as_caller(case, by, _posts(turn, case, person_id), handled=handled)


def _posts(turn: Turn, case: Case, person_id: int) -> list[PostKind]:
    """The posts in which the person asks residents at the case's place."""
    held = org.held_by(turn.db, person_id, turn.policy.local_date(turn.now))
    return [
        post.kind
        for post in held
        if any(area in case.path_ids for area, _unit in reaches(Power.REVISIT, [post]))
    ]


def load_as_caller(turn: Turn, case: Case, person_id: int, name: str) -> Desk:
    """The locked case, for what its reporter said on the telephone."""
    rungs = ladder(turn, case)
    return Desk(case, rungs, caller(turn, case, rungs, person_id, name))


def call_is_due(turn: Turn, case: Case) -> None:
    """The nearest one who may telephone has a line about it."""
    rungs = ladder(turn, case)
    may = (r for r in rungs if caller(turn, case, rungs, r.person_id, r.name).role is Role.CALLER)
    nearest = next(may, None)
    if nearest is not None:
        if case.found_by_handler:
            text = _(
                "{title}: one person found it and says it is done; please have a look. “/calls” "
                "has the list. {number}",
                title=title(turn, case),
                number=case.number,
            )
            tell_officer(turn, nearest.person_id, text)
            return
        text = _(
            "{title} is done as its handler says; please ask the resident on the telephone. "
            "“/calls” has the list. {number}",
            title=title(turn, case),
            number=case.number,
        )
        tell_officer(turn, nearest.person_id, text)
