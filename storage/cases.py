"""Cases and their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    event,
    false,
    insert,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from governance.casefile import Case
from governance.casehands import CoUnit
from governance.cases import Act, CaseEvent, Outcome, Role, State, Verdict
from governance.filing import Via
from governance.org import PostKind
from storage import caselives
from storage.moments import earliest, not_failed
from storage.schema import Id, Path, Utc, codes, mapper, metadata, only

TO_CALL = "state = 'answered' AND (needs_call OR reminded_at IS NOT NULL)"
"""The rows of whoever has to be telephoned, or was asked twice and is silent."""

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("path", Path, nullable=False),
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
    Column("via", codes(Via), nullable=False, server_default=Via.OWN),
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
    Column("missed_calls", Integer, nullable=False, server_default="0"),
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
    # Of open cases alone, as closed ones pile up around every door.
    Index("ix_cases_open_point", "family", "latitude", "longitude", **only("closed_at IS NULL")),
    Index("ix_cases_state_answered_at", "state", "answered_at"),
    Index("ix_cases_to_call", "state", "id", **only(TO_CALL)),
    Index("ix_cases_state_path", "state", "path"),
    Index("ix_cases_opened_at", "opened_at"),
    Index("ix_cases_closed_at", "closed_at"),
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


class Near(NamedTuple):
    """What tells whether another case may be the same."""

    id: int
    area_id: int
    latitude: float | None
    longitude: float | None
    reporter_id: int


_OPEN = cases.c.state.in_([State.ASSIGNED, State.WORKING, State.SUSPENDED, State.ANSWERED])
_DUE = (
    select(cases.c.id)
    .where(cases.c.next_at <= bindparam("now"), not_failed(cases.c.id))
    .order_by(cases.c.next_at, cases.c.id)
    .limit(100)
)
NEXT_DUE = earliest(cases.c.next_at)
_LOCKED = (
    select(Case)
    .where(cases.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(cases.c.id)
    .with_for_update()
)
_HISTORY = (
    select(CaseEvent).where(case_events.c.case_id == bindparam("case")).order_by(case_events.c.id)
)


def _their(column: Column[int]) -> Select[tuple[int]]:
    newest = (
        select(cases.c.id)
        .where(column == bindparam("person"))
        .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    return select(newest.c.id)


_followed = select(case_followers.c.case_id).where(
    case_followers.c.person_id == bindparam("person")
)
# Not as one condition with "or", for which PostgreSQL reads every case there is.
_LAST_OF = (
    select(Case)
    .where(
        cases.c.id.in_(union_all(_their(cases.c.reporter_id), _their(cases.c.filed_by), _followed))
    )
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(bindparam("limit"))
)
_NEAR = [cases.c[name] for name in Near._fields]
_SIMILAR = (
    select(*_NEAR)
    .where(
        cases.c.family == bindparam("family"),
        cases.c.public,
        _OPEN,
        cases.c.area_id == bindparam("area"),
    )
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(20)
)
_SIMILAR_NEAR = (
    select(*_NEAR)
    .where(
        cases.c.family == bindparam("family"),
        cases.c.public,
        cases.c.closed_at.is_(None),
        cases.c.latitude.between(bindparam("south"), bindparam("north")),
        cases.c.longitude.between(bindparam("west"), bindparam("east")),
    )
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(20)
)
_TO_CALL = (
    select(Case)
    .where(
        text(TO_CALL),
        cases.c.path.like(bindparam("under")),
        cases.c.id > bindparam("after"),
    )
    .order_by(cases.c.id)
    .limit(bindparam("limit"))
)
_HAD_A_HAND = (
    select(case_events.c.id)
    .where(
        case_events.c.case_id == bindparam("case"),
        case_events.c.by_person == bindparam("person"),
        case_events.c.act.in_([Act.ACCEPT, Act.ANSWER]),
    )
    .limit(1)
)
_CO_UNITS = (
    select(CoUnit)
    .where(case_units.c.case_id == bindparam("case"), case_units.c.dropped_at.is_(None))
    .order_by(case_units.c.id)
)
_JOINED = (
    select(cases.c.number).where(cases.c.merged_into == bindparam("case")).order_by(cases.c.id)
)


# Nobody has a line in hand once it is written, so each goes without the session's bookkeeping.
_WRITE_DOWN = insert(case_events)
_LINE = [column.name for column in case_events.columns if column.name != "id"]


def _row(line: CaseEvent) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


def record(db: Session, case: Case) -> Case:
    """The case and the lines written on it since it was loaded are in the database."""
    record_all(db, [case])
    return case


def record_all(db: Session, found: Sequence[Case]) -> None:
    """The same of many, in few more statements than of one."""
    db.add_all(found)
    db.flush()
    for case in found:
        for line in case.events:
            line.case_id = case.id
    lines = [line for case in found for line in case.events]
    if lines:
        db.connection().execute(_WRITE_DOWN, [_row(line) for line in lines])
    caselives.follow(db, lines)
    for case in found:
        case.events = []


def lock(db: Session, case_id: int) -> Case | None:
    """The case as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Case, case_id, with_for_update=True, populate_existing=True)


def lock_all(db: Session, case_ids: Sequence[int]) -> list[Case]:
    """Those of these cases that there are, as they are now and in this order, ours alone until
    the transaction ends."""
    now = {"execution_options": {"populate_existing": True}}
    held = {case.id: case for case in db.scalars(_LOCKED, {"ids": list(case_ids)}, **now)}
    return [held[case_id] for case_id in case_ids if case_id in held]


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ids of cases the clock must look at, longest due first, at most 100 at a time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def history(db: Session, case: Case) -> Sequence[CaseEvent]:
    """Every line of a case, oldest first."""
    return db.scalars(_HISTORY, {"case": case.id}).all()


def last_of(db: Session, person_id: int, limit: int = 5) -> Sequence[Case]:
    """A person's own and followed cases and those they filed for others, newest first."""
    return db.scalars(_LAST_OF, {"person": person_id, "limit": limit}).all()


def similar(
    db: Session,
    family: str,
    area_id: int,
    point: tuple[float, float] | None,
    degrees: float,
) -> list[Near]:
    """Open public cases of a family in the same area, or within a square around a point."""
    found = [Near(*row) for row in db.execute(_SIMILAR, {"family": family, "area": area_id})]
    if point:
        latitude, longitude = point
        box = {
            "south": latitude - degrees,
            "north": latitude + degrees,
            "west": longitude - degrees,
            "east": longitude + degrees,
        }
        near = [Near(*row) for row in db.execute(_SIMILAR_NEAR, {"family": family, **box})]
        found += [case for case in near if case not in found]
    return found


def to_call(db: Session, path: str, limit: int, after: int = 0) -> Sequence[Case]:
    """Answered cases of an area whose reporter has to be telephoned, or was asked twice and is
    silent."""
    return db.scalars(_TO_CALL, {"under": path + "%", "limit": limit, "after": after}).all()


def had_a_hand(db: Session, case: Case, person_id: int) -> bool:
    """Whether this person has taken or answered the case at any time."""
    return db.scalar(_HAD_A_HAND, {"case": case.id, "person": person_id}) is not None


def co_units(db: Session, case: Case) -> Sequence[CoUnit]:
    """The units that help with it now, in the order in which they were added."""
    return db.scalars(_CO_UNITS, {"case": case.id}).all() if case.co_units else ()


def joined(db: Session, case: Case) -> Sequence[str]:
    """The numbers of the cases that were the same and go on as this one."""
    return db.scalars(_JOINED, {"case": case.id}).all()


_REPORTED_BY = (
    select(Case).where(cases.c.reporter_id == bindparam("person")).order_by(cases.c.id.desc())
)


def reported_by(db: Session, person_id: int) -> Sequence[Case]:
    """Every case a person reported, newest first."""
    return db.scalars(_REPORTED_BY, {"person": person_id}).all()
