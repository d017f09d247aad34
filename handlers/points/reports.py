"""发现问题: points for whoever told of a problem, once it was true and is solved.

Nothing of a case but that there was one stands in an award: neither place nor matter nor number,
and on the public notice no name.
"""

from __future__ import annotations

from governance import reports as rules
from governance.casefile import Case
from governance.filing import Via
from governance.points import Rule
from handlers.points import awards as room
from handlers.registry import Moment, when
from handlers.turn import Turn
from handlers.words import Text
from storage import awards, following, org, reports

CASE = "case"  # what the awards are about


@when(Moment.CONCLUDED)
def concluded(turn: Turn, case_id: int) -> Text:
    """Those who told of it have their points, each once; or lose them where it was found untrue.
    That it was done again takes nothing from anybody."""
    case = turn.db.get_one(Case, case_id)
    if rules.proved(case):
        _give(turn, case)
    elif rules.disproved(case):
        room.reverse(
            turn, about=CASE, subject_id=case.id, to=None, reason="untrue", by=case.answered_by
        )
    return ""


def _give(turn: Turn, case: Case) -> None:
    told = rules.earlier(
        reports.of_case(turn.db, case.id), following.followers(turn.db, case), _barred(turn, case)
    )
    have = {one.to_id for one in awards.about(turn.db, CASE, case.id) if not one.undone}
    decided = turn.policy.points
    for person_id in sorted(reports.known(turn.db, told.keys() - have), key=told.__getitem__):
        points = min(decided.for_report(told[person_id]), decided.most)
        if points:
            room.award(
                turn,
                to=person_id,
                points=points,
                rule=Rule.REPORT,
                about=CASE,
                subject_id=case.id,
                area_id=case.area_id,
                by=case.answered_by or case.holder_id,
            )


def _barred(turn: Turn, case: Case) -> set[int]:
    """Whoever answers for the place, whoever filed it from a post, and whoever handled it: for them
    it is their work."""
    rungs = org.ladder_above(turn.db, case.path_ids, turn.now, turn.policy.work)
    there = {person for rung in rungs for person in (rung.person_id, rung.holder_id) if person}
    filed = {case.filed_by} if case.filed_by is not None and case.via is not Via.PROBE else set()
    return there | filed | {case.holder_id, case.answered_by or case.holder_id}
