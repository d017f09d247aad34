"""Cases, their history, who follows them, and their running numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    event,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql import expression

from governance.casefile import Case
from governance.casehands import CoUnit
from governance.cases import Act, CaseEvent, Outcome, Role, State, Verdict
from governance.org import PostKind
from storage import mediation
from storage.media import media
from storage.schema import Id, Utc, codes, mapper, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("path", String(128), nullable=False),
    Column("place", String(200), nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("category", String(8), nullable=False),
    Column("family", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("danger", String(16), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("reporter_id", Id, ForeignKey("people.id"), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("contact_due", Utc, nullable=False),
    Column("result_due", Utc, nullable=False),
    Column("holder_id", Id, ForeignKey("people.id"), nullable=False),
    Column("holder_name", String(64), nullable=False),
    Column("holder_phone", String(32), nullable=False),
    Column("holder_post", codes(PostKind), nullable=False),
    Column("holder_area_id", Id, ForeignKey("areas.id")),
    Column("holder_unit_id", Id, ForeignKey("units.id")),
    Column("holder_unit", String(64), nullable=False, server_default=""),
    Column("given_by", codes(PostKind)),
    Column("designated", Boolean, nullable=False, server_default=false()),
    Column("returned", Integer, nullable=False, server_default="0"),
    Column("hops", Integer, nullable=False, server_default="0"),
    Column("co_units", Integer, nullable=False, server_default="0"),
    Column("anonymous", Boolean, nullable=False, server_default=false()),
    Column("concerns_id", Id, ForeignKey("people.id")),
    Column("filed_by", Id, ForeignKey("people.id"), index=True),
    Column("split_from", Id, ForeignKey("cases.id")),
    Column("merged_into", Id, ForeignKey("cases.id"), index=True),
    Column("state", codes(State), nullable=False),
    Column("accepted_at", Utc),
    Column("contacted_at", Utc),
    Column("extended_until", Utc),
    Column("suspended_at", Utc),
    Column("suspended_until", Utc),
    Column("asking", codes(Act)),
    Column("asking_until", Utc),
    Column("asking_words", Text, nullable=False, server_default=""),
    Column("warned_at", Utc),
    Column("answered_at", Utc),
    Column("answered_by", Id, ForeignKey("people.id")),
    Column("untrue", Boolean, nullable=False, server_default=false()),
    Column("outside", Boolean, nullable=False, server_default=false()),
    Column("outcome", codes(Outcome)),
    Column("outcome_note", Text, nullable=False),
    Column("asked_at", Utc),
    Column("ask_again_at", Utc),
    Column("reminded_at", Utc),
    Column("overdue_at", Utc),
    Column("needs_call", Boolean, nullable=False),
    Column("closed_at", Utc),
    Column("verdict", codes(Verdict)),
    Column("reopen_until", Utc),
    Column("words_until", Utc, index=True),
    Column("redone", Integer, nullable=False),
    Column("redo_words", Text, nullable=False),
    Column("urged", Integer, nullable=False),
    Column("supervised", Text, nullable=False),
    Column("next_at", Utc, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_cases_reporter_id_opened_at", "reporter_id", "opened_at"),
    Index("ix_cases_holder_id_state", "holder_id", "state"),
    Index("ix_cases_holder_unit_id_state", "holder_unit_id", "state"),
    Index("ix_cases_area_id_family_state", "area_id", "family", "state"),
    Index("ix_cases_place_point", "latitude", "longitude"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("act", codes(Act), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by_role", codes(Role), nullable=False),
    Column("by_person", Id),
    Column("by_name", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    Index("ix_case_events_at", "at"),
)

case_units = Table(
    "case_units",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("added_at", Utc, nullable=False),
    Column("added_by", Id, ForeignKey("people.id")),
    Column("fed_back_at", Utc),
    Column("note", Text, nullable=False),
    Column("dropped_at", Utc),
)

case_followers = Table(
    "case_followers",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, index=True),
)

case_numbers = Table(
    "case_numbers",
    metadata,
    Column("district", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

mapper.map_imperatively(CaseEvent, case_events)
mapper.map_imperatively(CoUnit, case_units)
mapper.map_imperatively(
    Case,
    cases,
    version_id_col=cases.c.version,
    exclude_properties=["events"],
)


@event.listens_for(Case, "load")
def _no_new_events(case: Case, _context: object) -> None:
    case.events = []


_OPEN = cases.c.state.in_([State.ASSIGNED, State.WORKING, State.SUSPENDED, State.ANSWERED])
_DUE = (
    select(cases.c.id)
    .where(
        cases.c.next_at <= bindparam("now"), cases.c.id.not_in(bindparam("failed", expanding=True))
    )
    .order_by(cases.c.next_at, cases.c.id)
    .limit(100)
)
_NEXT_DUE = select(func.min(cases.c.next_at))
_HISTORY = (
    select(CaseEvent).where(case_events.c.case_id == bindparam("case")).order_by(case_events.c.id)
)
_LAST_OF = (
    select(Case)
    .where(
        or_(
            cases.c.reporter_id == bindparam("person"),
            cases.c.id.in_(
                select(case_followers.c.case_id).where(
                    case_followers.c.person_id == bindparam("person")
                )
            ),
        )
    )
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(bindparam("limit"))
)
_HELD_BY = (
    select(Case)
    .where(cases.c.holder_id.in_(bindparam("people", expanding=True)), _OPEN)
    .order_by(cases.c.result_due, cases.c.id)
    .limit(bindparam("limit"))
)
_WAITING_FOR = (
    select(Case)
    .where(
        cases.c.holder_id.in_(bindparam("people", expanding=True)),
        cases.c.state == State.ASSIGNED,
    )
    .order_by(cases.c.contact_due, cases.c.id)
)
_SIMILAR = (
    select(Case)
    .where(
        cases.c.family == bindparam("family"),
        cases.c.public,
        _OPEN,
        cases.c.area_id == bindparam("area"),
    )
    .order_by(cases.c.opened_at.desc())
    .limit(20)
)
_SIMILAR_NEAR = (
    select(Case)
    .where(
        cases.c.family == bindparam("family"),
        cases.c.public,
        _OPEN,
        cases.c.latitude.between(bindparam("south"), bindparam("north")),
        cases.c.longitude.between(bindparam("west"), bindparam("east")),
    )
    .order_by(cases.c.opened_at.desc())
    .limit(20)
)
_UNDER = select(Case).where(cases.c.path.like(bindparam("under")))
_BY_NUMBER = (
    select(Case).where(cases.c.number.like(bindparam("number"))).order_by(cases.c.id.desc())
)
_CO_UNITS = (
    select(CoUnit)
    .where(case_units.c.case_id == bindparam("case"), case_units.c.dropped_at.is_(None))
    .order_by(case_units.c.id)
)
_FOLLOWERS = select(case_followers.c.person_id).where(case_followers.c.case_id == bindparam("case"))


def record(db: Session, case: Case) -> Case:
    """The case and the lines written on it since it was loaded are in the database."""
    db.add(case)
    db.flush()
    for line in case.events:
        line.case_id = case.id
    db.add_all(case.events)
    db.flush()
    case.events = []
    return case


def lock(db: Session, case_id: int) -> Case | None:
    """The case as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Case, case_id, with_for_update=True, populate_existing=True)


def next_number(db: Session, district: str, day: date) -> str:
    """The next running number of a district on a local date, like "QH-20261123-0007"."""
    dialect = db.get_bind().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        upsert(case_numbers)
        .values(district=district, day=day, last=1)
        .on_conflict_do_update(
            index_elements=["district", "day"], set_={"last": case_numbers.c.last + 1}
        )
        .returning(case_numbers.c.last)
    )
    last = db.execute(statement).scalar_one()
    return f"{district}-{day:%Y%m%d}-{last:04d}"


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ids of cases the clock must look at, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def next_due(db: Session) -> datetime | None:
    """When the clock will next have something to do."""
    found: datetime | None = db.scalar(_NEXT_DUE)
    return found


def history(db: Session, case: Case) -> Sequence[CaseEvent]:
    """Every line of a case, oldest first."""
    return db.scalars(_HISTORY, {"case": case.id}).all()


def last_of(db: Session, person_id: int, limit: int = 5) -> Sequence[Case]:
    """A person's own and followed cases, newest first."""
    return db.scalars(_LAST_OF, {"person": person_id, "limit": limit}).all()


def held_by(db: Session, people_ids: Sequence[int], limit: int = 20) -> Sequence[Case]:
    """Open cases in the hands of these people, due first."""
    return db.scalars(_HELD_BY, {"people": list(people_ids), "limit": limit}).all()


def waiting_for(db: Session, people_ids: Sequence[int]) -> Sequence[Case]:
    """Cases that these people have not accepted yet, or not again, due first."""
    return db.scalars(_WAITING_FOR, {"people": list(people_ids)}).all()


def similar(
    db: Session,
    family: str,
    area_id: int,
    point: tuple[float, float] | None,
    degrees: float,
) -> list[Case]:
    """Open public cases of a family in the same area, or within a square around a point."""
    found = list(db.scalars(_SIMILAR, {"family": family, "area": area_id}))
    if point:
        latitude, longitude = point
        box = {
            "south": latitude - degrees,
            "north": latitude + degrees,
            "west": longitude - degrees,
            "east": longitude + degrees,
        }
        near = db.scalars(_SIMILAR_NEAR, {"family": family, **box})
        found += [case for case in near if case not in found]
    return found


def under(db: Session, path: str) -> Sequence[Case]:
    """Every case of an area and of all areas below it."""
    return db.scalars(_UNDER, {"under": path + "%"}).all()


def by_number(db: Session, number: str) -> Case | None:
    """The newest case whose number ends so ("0007" or the whole number)."""
    return db.scalars(_BY_NUMBER, {"number": "%" + number}).first()


def co_units(db: Session, case: Case) -> Sequence[CoUnit]:
    """The units that help with it now, in the order in which they were added."""
    return db.scalars(_CO_UNITS, {"case": case.id}).all() if case.co_units else ()


def follow(db: Session, case: Case, person_id: int) -> bool:
    """The person hears of this case from now on; False if they did already."""
    if follows(db, case, person_id):
        return False
    db.execute(insert(case_followers), {"case_id": case.id, "person_id": person_id})
    return True


def follows(db: Session, case: Case, person_id: int) -> bool:
    return person_id in followers(db, case)


def followers(db: Session, case: Case) -> Sequence[int]:
    return db.scalars(_FOLLOWERS, {"case": case.id}).all()


_REPORTED_BY = (
    select(Case).where(cases.c.reporter_id == bindparam("person")).order_by(cases.c.id.desc())
)


def reported_by(db: Session, person_id: int) -> Sequence[Case]:
    """Every case a person reported, newest first."""
    return db.scalars(_REPORTED_BY, {"person": person_id}).all()


def forget_words_of(db: Session, person_id: int) -> None:
    """The person's cases keep place, kind and clocks; their words and files are gone."""
    forget_words(db, [case.id for case in reported_by(db, person_id)])
    db.execute(delete(case_followers).where(case_followers.c.person_id == person_id))


def forget_words(db: Session, case_ids: Sequence[int]) -> None:
    """What people said and showed on these cases is gone; who did what and when stays."""
    words = ("text", "redo_words", "outcome_note", "supervised", "asking_words")
    gone = {**dict.fromkeys(words, ""), "words_until": None}
    db.execute(update(cases).where(cases.c.id.in_(case_ids)).values(gone))
    db.execute(update(case_units).where(case_units.c.case_id.in_(case_ids)).values(note=""))
    mediation.forget_words(db, case_ids)
    db.execute(
        update(case_events)
        .where(case_events.c.case_id.in_(case_ids))
        .values(
            data={},
            by_name=expression.case(
                (case_events.c.by_role == Role.REPORTER, ""), else_=case_events.c.by_name
            ),
        )
    )
    db.execute(
        update(media)
        .where(media.c.about == "case", media.c.subject_id.in_(case_ids))
        .values(state="deleted")
    )


_TO_FORGET = (
    select(cases.c.id)
    .where(
        cases.c.words_until <= bindparam("now"),
        cases.c.id.not_in(bindparam("failed", expanding=True)),
    )
    .order_by(cases.c.words_until)
    .limit(100)
)
_NEXT_FORGOTTEN = select(func.min(cases.c.words_until))


def to_forget(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Closed cases whose words have been kept long enough."""
    return db.scalars(_TO_FORGET, {"now": now, "failed": list(failed)}).all()


def next_forgotten(db: Session) -> datetime | None:
    found: datetime | None = db.scalar(_NEXT_FORGOTTEN)
    return found
