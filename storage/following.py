"""Who waits for a case beside its reporter."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from governance.casefile import Case
from storage.cases import case_followers, cases

_FOLLOWERS = select(case_followers.c.person_id).where(case_followers.c.case_id == bindparam("case"))

_FOLLOWED = select(case_followers.c.case_id).where(
    case_followers.c.person_id == bindparam("person")
)


def follow(db: Session, case: Case, person_id: int) -> bool:
    """The person hears of this case from now on; False if they did already."""
    if follows(db, case, person_id):
        return False
    db.execute(insert(case_followers), {"case_id": case.id, "person_id": person_id})
    return True


def follows(db: Session, case: Case, person_id: int) -> bool:
    return person_id in followers(db, case)


def unite(db: Session, gone: int, kept: int) -> None:
    """Two persons are one: nobody waits beside themselves for what they reported."""
    for reporter, follower in ((gone, kept), (kept, gone)):
        theirs = select(cases.c.id).where(cases.c.reporter_id == reporter)
        mine = case_followers.c.person_id == follower
        db.execute(delete(case_followers).where(mine, case_followers.c.case_id.in_(theirs)))


def followed(db: Session, person_id: int) -> set[int]:
    """The cases for which a person waits."""
    return set(db.scalars(_FOLLOWED, {"person": person_id}))


def takes_part(db: Session, case: Case, person_id: int) -> bool:
    """Whether it is the person's own report, one they filed for others, or one they follow."""
    return person_id in (case.reporter_id, case.filed_by) or follows(db, case, person_id)


def unfollow(db: Session, case: Case, person_id: int) -> bool:
    """The person hears no more of this case; False if they did not follow it."""
    mine = case_followers.c.case_id == case.id, case_followers.c.person_id == person_id
    followed = follows(db, case, person_id)
    db.execute(delete(case_followers).where(*mine))
    return followed


def followers(db: Session, case: Case) -> Sequence[int]:
    return db.scalars(_FOLLOWERS, {"case": case.id}).all()


def let_go(db: Session, case: Case) -> None:
    """Nobody follows it any more."""
    db.execute(delete(case_followers).where(case_followers.c.case_id == case.id))
