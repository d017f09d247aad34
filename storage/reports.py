"""Who told of a problem, and who of them can have points for it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from governance.reports import Report
from storage.cases import cases
from storage.people import FORGOTTEN, accounts, people

_OF = (
    select(cases.c.reporter_id, cases.c.anonymous)
    .where(or_(cases.c.id == bindparam("case"), cases.c.merged_into == bindparam("case")))
    .order_by(cases.c.opened_at, cases.c.id)
)
# Not every messenger tells a name; where there is none either, everything was deleted.
_REACHED = exists().where(
    accounts.c.person_id == people.c.id, accounts.c.external.not_like(FORGOTTEN + "%")
)
_KNOWN = select(people.c.id).where(
    people.c.id.in_(bindparam("ids", expanding=True)),
    people.c.minor_at.is_(None),
    or_(people.c.name != "", _REACHED),
)


def of_case(db: Session, case_id: int) -> list[Report]:
    """The report of a case and those that were joined to it, the first one first."""
    return [Report(row.reporter_id, row.anonymous) for row in db.execute(_OF, {"case": case_id})]


def known(db: Session, ids: Collection[int]) -> set[int]:
    """Those of them who are somebody still, and no child."""
    return set(db.scalars(_KNOWN, {"ids": sorted(ids)}))
