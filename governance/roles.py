"""Who may act on a case, and as what: authority comes from here, never from a button."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import Actor, Role, State
from governance.org import PostKind, Rung, level_of


def answering(case: Case, rungs: Sequence[Rung]) -> int:
    """Who answers for the case now: its holder, their partner while they are away, or whoever
    is there of the unit that has it."""
    if case.holder_unit_id is not None:
        there = [r.person_id for r in rungs if r.unit_id == case.holder_unit_id]
        return case.holder_id if case.holder_id in there or not there else there[0]
    mine = (r for r in rungs if r.holder_id == case.holder_id and r.post is case.holder_post)
    return next((r.person_id for r in mine), case.holder_id)


def holds(case: Case, person_id: int) -> bool:
    """Whether it is this person's, whoever stands beside or above them."""
    return person_id == case.holder_id and person_id != case.concerns_id


def role_of(case: Case, person_id: int, rungs: Sequence[Rung], *, follows: bool = False) -> Role:
    """As what a person may act on a case. `rungs`: its ladder and the officers of its units.

    Whom it concerns is a stranger to it. Of a private one only the next level stands above.
    """
    if person_id == case.concerns_id:
        return Role.STRANGER
    if holds(case, person_id) or any(case.stood_in_by(r, person_id) for r in rungs):
        return Role.HOLDER
    if _is_above(case, person_id, rungs):
        return Role.SUPERIOR
    if any(r.unit_id is not None and r.person_id == person_id for r in rungs):
        return Role.PARTNER
    if person_id == case.reporter_id:
        return Role.REPORTER
    if person_id == case.helper_id:
        return Role.HELPER
    return Role.FOLLOWER if follows else Role.STRANGER


def actor_of(
    case: Case, person_id: int, name: str, rungs: Sequence[Rung], *, follows: bool = False
) -> Actor:
    """The person as who they are to this case, with the highest post that makes them that."""
    role = role_of(case, person_id, rungs, follows=follows)
    if role is Role.HOLDER:
        post = case.holder_post if case.holder_unit_id is None else None
        return Actor(role, person_id, name, post)
    mine = [r.post for r in rungs if r.person_id == person_id and level_of(r.post) >= 0]
    post = max(mine, key=level_of, default=None) if role is Role.SUPERIOR else None
    return Actor(role, person_id, name, post)


def as_reporter(case: Case, actor: Actor) -> Actor:
    """For acts of the one who reported it, or did so for somebody, who may hold a post above the
    place too."""
    theirs = {case.helper_id: Role.HELPER, case.reporter_id: Role.REPORTER}
    role = theirs.get(actor.person_id) if actor.person_id is not None else None
    if role is None or actor.role not in {Role.SUPERIOR, Role.PARTNER}:
        return actor
    return Actor(role, actor.person_id, actor.name)


def as_caller(
    case: Case, actor: Actor, heads: Sequence[PostKind] = (), *, handled: bool = False
) -> Actor:
    """For what the reporter said on the telephone: a superior from the community up, or the head
    of an office on that level, who has had no hand in the case. Everybody else stays who they are.

    `heads`: the posts beside the ladder that do so at its place. `handled`: the history says
    that this person took or answered it once.
    """
    had = (case.holder_id, case.answered_by, case.reporter_id, case.filed_by, case.concerns_id)
    if handled or actor.person_id in had:
        return actor
    high = level_of(actor.post) >= level_of(PostKind.COMMUNITY_DUTY)
    above = actor.role is Role.SUPERIOR and high
    as_head = actor.role in {Role.STRANGER, Role.FOLLOWER} and not case.private
    if above or (as_head and any(_heads(post) >= case.level for post in heads)):
        return Actor(Role.CALLER, actor.person_id, actor.name, actor.post)
    return actor


_OFFICES = {
    PostKind.COMMUNITY_HEAD: PostKind.COMMUNITY_DUTY,
    PostKind.STREET_HEAD: PostKind.STREET_DUTY,
}


def _heads(post: PostKind) -> int:
    """The level of the office that somebody beside the ladder leads; -1 for everybody else."""
    return level_of(_OFFICES.get(post))


def _is_above(case: Case, person_id: int, rungs: Sequence[Rung]) -> bool:
    # An emergency is whoever's who comes first, also of those it was passed over.
    passed_over = case.emergency and case.state is State.ASSIGNED
    level = -1 if passed_over else case.level
    if case.private and not case.emergency:
        above = case.above(rungs)
        return above is not None and above.person_id == person_id
    return any(r.person_id == person_id and level_of(r.post) > level for r in rungs)
