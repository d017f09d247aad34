"""Projects, what they need, what was pledged for them, and what residents say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Session

from governance.pledges import Give, Line, Pledge, PledgeState, Project, ProjectState
from storage.moments import earliest, not_failed
from storage.org import areas, units
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("place", String(60), nullable=False),
    Column("until", Date, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("state", codes(ProjectState), nullable=False),
    Column("progress", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("next_at", Utc, nullable=True, index=True),
    Column("finished_at", Utc, nullable=True),
    Column("ended_at", Utc, nullable=True),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

project_lines = Table(
    "project_lines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("projects.id"), nullable=False, index=True),
    Column("give", codes(Give), nullable=False),
    Column("what", String(60), nullable=False),
    Column("amount", Integer, nullable=False),
    CheckConstraint("amount > 0", name="something"),
)

pledges = Table(
    "pledges",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("projects.id"), nullable=False, index=True),
    Column("line_id", Id, ForeignKey("project_lines.id"), nullable=False, index=True),
    Column("by_id", Id, ForeignKey("people.id"), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("state", codes(PledgeState), nullable=False),
    Column("received", Integer, nullable=False),
    Column("received_by", Id, ForeignKey("people.id"), nullable=True),
    Column("received_at", Utc, nullable=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_giver"),
    CheckConstraint("received >= 0 AND received <= amount", name="no_more_than_promised"),
)

project_words = Table(
    "project_words",
    metadata,
    Column("project_id", Id, ForeignKey("projects.id"), primary_key=True, autoincrement=False),
    Column(
        "person_id",
        Id,
        ForeignKey("people.id"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("good", Boolean, nullable=False),
    Column("said_at", Utc, nullable=False),
    Index("ix_project_words_project_id_good", "project_id", "good"),
)


@dataclass(eq=False)
class Word:
    """Whether a resident thinks that a finished project is good; the last word counts."""

    project_id: int
    person_id: int
    good: bool
    said_at: datetime


mapper.map_imperatively(Project, projects, version_id_col=projects.c.version)
mapper.map_imperatively(Line, project_lines)
mapper.map_imperatively(Pledge, pledges, version_id_col=pledges.c.version)
mapper.map_imperatively(Word, project_words)

_OPEN = (
    select(Project)
    .join(areas, areas.c.id == projects.c.area_id)
    .where(
        areas.c.path.like(bindparam("under")),
        projects.c.state.in_([ProjectState.OPEN, ProjectState.FINISHED]),
    )
    .order_by(projects.c.until, projects.c.id)
)
_LINES = (
    select(Line)
    .where(project_lines.c.project_id == bindparam("project"))
    .order_by(project_lines.c.id)
)
_SUMS = (
    select(pledges.c.line_id, func.sum(pledges.c.amount), func.sum(pledges.c.received))
    .where(pledges.c.project_id == bindparam("project"))
    .group_by(pledges.c.line_id)
)
_OF_PROJECT = (
    select(Pledge).where(pledges.c.project_id == bindparam("project")).order_by(pledges.c.id)
)
_OF_UNIT = (
    select(Pledge).where(pledges.c.unit_id == bindparam("unit")).order_by(pledges.c.id.desc())
)
_OF_PERSON = (
    select(Pledge, projects.c.name)
    .join(projects, projects.c.id == pledges.c.project_id)
    .where(pledges.c.person_id == bindparam("person"))
    .order_by(pledges.c.id.desc())
)
_WORDS = (
    select(project_words.c.good, func.count())
    .where(project_words.c.project_id == bindparam("project"))
    .group_by(project_words.c.good)
)
_DUE = (
    select(projects.c.id)
    .where(
        projects.c.next_at <= bindparam("now"),
        not_failed(projects.c.id),
    )
    .order_by(projects.c.next_at)
    .limit(100)
)
NEXT_DUE = earliest(projects.c.next_at)


def lock(db: Session, project_id: int) -> Project | None:
    return db.get(Project, project_id, with_for_update=True, populate_existing=True)


def lock_pledge(db: Session, pledge_id: int) -> Pledge | None:
    return db.get(Pledge, pledge_id, with_for_update=True, populate_existing=True)


def open_under(db: Session, under: str) -> Sequence[Project]:
    """The projects inside an area that are not over, the most urgent first."""
    return db.scalars(_OPEN, {"under": under + "%"}).all()


class Filled(NamedTuple):
    """A line with how much of it is pledged and how much has arrived."""

    line: Line
    pledged: int
    received: int

    @property
    def missing(self) -> int:
        return max(self.line.amount - self.pledged, 0)


def lines_of(db: Session, project_id: int) -> list[Filled]:
    sums = {
        line_id: (int(pledged), int(received))
        for line_id, pledged, received in db.execute(_SUMS, {"project": project_id})
    }
    found = db.scalars(_LINES, {"project": project_id}).all()
    return [Filled(line, *sums.get(line.id, (0, 0))) for line in found]


def of_project(db: Session, project_id: int) -> Sequence[Pledge]:
    return db.scalars(_OF_PROJECT, {"project": project_id}).all()


def of_unit(db: Session, unit_id: int) -> Sequence[Pledge]:
    """A unit's pledges, the newest first."""
    return db.scalars(_OF_UNIT, {"unit": unit_id}).all()


def of_person(db: Session, person_id: int) -> list[tuple[Pledge, str]]:
    """A person's pledges with the names of their projects, the newest first."""
    return [(pledge, name) for pledge, name in db.execute(_OF_PERSON, {"person": person_id})]


def words_on(db: Session, project_id: int) -> tuple[int, int]:
    """How many residents say that it is good, and how many that it is not."""
    found: Mapping[bool, int] = {
        bool(good): int(count) for good, count in db.execute(_WORDS, {"project": project_id})
    }
    return found.get(True, 0), found.get(False, 0)


def say(db: Session, project_id: int, person_id: int, *, good: bool, now: datetime) -> None:
    """This is the person's word on the project, instead of any before."""
    db.merge(Word(project_id, person_id, good, now))
    db.flush()


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


# ── the ledger 认领台账 ──────────────────────────────────────────────────────

_community = areas.alias("pledge_community")
_LEDGER = (
    select(
        _community.c.name.label("community"),
        projects.c.name.label("project"),
        projects.c.progress,
        projects.c.state,
        project_lines.c.what,
        project_lines.c.give,
        units.c.name.label("unit"),
        people.c.name.label("person"),
        pledges.c.amount,
        pledges.c.received,
        pledges.c.at,
        pledges.c.received_at,
        pledges.c.unit_id,
    )
    .select_from(pledges)
    .join(projects, projects.c.id == pledges.c.project_id)
    .join(project_lines, project_lines.c.id == pledges.c.line_id)
    .join(_community, _community.c.id == projects.c.area_id)
    .outerjoin(units, units.c.id == pledges.c.unit_id)
    .outerjoin(people, people.c.id == pledges.c.person_id)
    .order_by(pledges.c.id)
)
_LEDGER_UNDER = _LEDGER.where(_community.c.path.like(bindparam("under")))
_LEDGER_UNIT = _LEDGER.where(pledges.c.unit_id == bindparam("unit"))


def ledger(db: Session, *, under: str = "", unit_id: int | None = None) -> Sequence[Any]:
    """Every pledge inside an area, or of a unit, in the order in which they were made."""
    if unit_id is not None:
        return db.execute(_LEDGER_UNIT, {"unit": unit_id}).all()
    return db.execute(_LEDGER_UNDER, {"under": under + "%"}).all()


_COUNT = select(func.count()).where(
    pledges.c.at >= bindparam("since"), pledges.c.at < bindparam("until")
)
_COUNT_UNIT = _COUNT.where(pledges.c.unit_id == bindparam("unit"))
_COUNT_AREA = (
    _COUNT.select_from(pledges)
    .join(projects, projects.c.id == pledges.c.project_id)
    .join(areas, areas.c.id == projects.c.area_id)
    .where(areas.c.path.like(bindparam("under")))
)


def made(
    db: Session, since: datetime, until: datetime, *, under: str = "", unit_id: int | None = None
) -> int:
    """How many pledges were made between two moments, by a unit or inside an area."""
    if unit_id is not None:
        asked = {"since": since, "until": until, "unit": unit_id}
        return db.scalar(_COUNT_UNIT, asked) or 0
    return db.scalar(_COUNT_AREA, {"since": since, "until": until, "under": under + "%"}) or 0


_FORGET_WORDS = delete(project_words).where(project_words.c.person_id == bindparam("person"))


def forget(db: Session, person_id: int) -> None:
    """The person's word on projects is gone; what was pledged stays in the ledger, nameless."""
    db.connection().execute(_FORGET_WORDS, {"person": person_id})
