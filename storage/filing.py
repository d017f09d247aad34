"""For whom somebody files a report, what is often found at a place, and the cases to hand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from governance.casefile import Case
from governance.cases import State
from governance.filing import Via
from governance.people import Person
from storage import people as known
from storage.cases import cases
from storage.org import areas
from storage.people import accounts, people
from storage.privacy import consents

_HAS_ACCOUNT = exists().where(accounts.c.person_id == people.c.id)
_CALLED = (
    select(people.c.id, _HAS_ACCOUNT.label("reached"))
    .join(areas, areas.c.id == people.c.home_id)
    .where(people.c.name == bindparam("name"), areas.c.path.like(bindparam("under")))
    .order_by(people.c.id)
)
_OFTEN = (
    select(cases.c.category)
    .where(
        cases.c.path.like(bindparam("under")),
        cases.c.category != "",
        cases.c.public,
        cases.c.opened_at >= bindparam("since"),
    )
    .group_by(cases.c.category)
    .order_by(func.count().desc(), cases.c.category)
    .limit(bindparam("limit"))
)
_BETWEEN = (
    select(Case)
    .where(
        cases.c.path.like(bindparam("under")),
        cases.c.opened_at >= bindparam("since"),
        cases.c.opened_at < bindparam("until"),
        cases.c.concerns_id.is_distinct_from(bindparam("person")),
        or_(cases.c.private.is_(False), cases.c.holder_id == bindparam("person")),
    )
    .order_by(cases.c.opened_at, cases.c.id)
    .limit(bindparam("limit"))
)
_ONLY_SPOKEN_FOR = (
    select(people.c.id)
    .where(
        people.c.id.in_(
            select(cases.c.reporter_id).where(
                cases.c.id.in_(bindparam("cases", expanding=True)), cases.c.via == Via.BEHALF
            )
        ),
        people.c.code.is_(None),
        ~_HAS_ACCOUNT,
        ~exists().where(
            cases.c.reporter_id == people.c.id,
            or_(cases.c.state != State.CLOSED, cases.c.words_until.is_not(None)),
        ),
    )
    .order_by(people.c.id)
)


def called(db: Session, name: str, path: str) -> list[tuple[int, bool]]:
    """Whoever has exactly this name and lives at this place or within it: id, and whether they
    have an account."""
    rows = db.execute(_CALLED, {"name": name, "under": path + "%"})
    return [(row.id, bool(row.reached)) for row in rows]


def enter(db: Session, name: str, home_id: int, phone: str) -> Person:
    """Somebody nobody knew yet, for whom a report is filed."""
    person = Person(name, home_id, phone)
    db.add(person)
    db.flush()
    return person


def is_reached(db: Session, person_id: int) -> bool:
    """Whether the person has an account of their own."""
    return bool(known.accounts_of(db.connection(), [person_id]))


def often(db: Session, path: str, since: datetime, limit: int) -> Sequence[str]:
    """The kinds of public problem reported most at a place since then."""
    return db.scalars(_OFTEN, {"under": path + "%", "since": since, "limit": limit}).all()


def reported(
    db: Session, path: str, since: datetime, until: datetime, person_id: int, limit: int
) -> Iterator[Case]:
    """The cases of a place by the day of the report, as far as this person may take them along:
    of private ones only those in their own hands, none that concerns them."""
    asked = {"under": path + "%", "since": since, "until": until, "person": person_id}
    yield from db.scalars(_BETWEEN, {**asked, "limit": limit})


def forget_spoken_for(db: Session, case_ids: Sequence[int]) -> None:
    """Whoever is known only because others reported for them is nobody any more, once the words of
    their last report are gone."""
    for person_id in db.scalars(_ONLY_SPOKEN_FOR, {"cases": list(case_ids)}).all():
        db.execute(delete(consents).where(consents.c.person_id == person_id))
        known.forget(db, person_id)
