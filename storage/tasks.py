"""Volunteer tasks and their shifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.groups import Group, GroupKind
from governance.org import AreaKind
from governance.tasks import Joint, Kind, Shift, Stage, Task, TaskState
from storage.groups import groups
from storage.moments import earliest, not_failed
from storage.org import areas
from storage.schema import Id, Json, Utc, codes, mapper, metadata

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", String(80), nullable=False),
    Column("place", String(120), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True),
    Column("organizer_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("beneficiary_id", Id, ForeignKey("people.id"), nullable=True),
    Column("kind", codes(Kind), nullable=False),
    Column("state", codes(TaskState), nullable=False),
    Column("points", Integer, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    Column("joint", codes(Joint), nullable=True),
    Column("skills", Json, nullable=False),
    Column("weekly", Json, nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id, nullable=True),
    Column("opened_at", Utc, nullable=False),
    Column("ended_at", Utc, nullable=True),
    Column("next_at", Utc, nullable=True, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_tasks_about_subject_id", "about", "subject_id"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("offered", Integer, nullable=False),
    Column("code", String(8), nullable=False),
    Column("stage", codes(Stage), nullable=False),
    Column("next_at", Utc, nullable=True, index=True),
    Column("note", Text, nullable=False),
    Column("cancelled_at", Utc, nullable=True),
    Column("settled_at", Utc, nullable=True),
    Column("version", Integer, nullable=False),
    UniqueConstraint("task_id", "starts_at"),
    CheckConstraint("taken >= 0 AND taken <= slots", name="never_oversold"),
)

mapper.map_imperatively(Task, tasks, version_id_col=tasks.c.version)
mapper.map_imperatively(Shift, shifts, version_id_col=shifts.c.version)

_WHILE_IT_RUNS = [kind for kind in Kind if not kind.closes_at_start]
_OF_TASK = select(Shift).where(shifts.c.task_id == bindparam("task")).order_by(shifts.c.starts_at)
_SHOWN = (
    select(Shift)
    .where(
        shifts.c.task_id == bindparam("task"),
        shifts.c.ends_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
    )
    .order_by(shifts.c.starts_at)
    .limit(bindparam("most"))
)
_DUE = (
    select(shifts.c.id)
    .where(
        shifts.c.next_at <= bindparam("now"),
        not_failed(shifts.c.id),
    )
    .order_by(shifts.c.next_at, shifts.c.id)
    .limit(100)
)
NEXT_DUE = earliest(shifts.c.next_at)
_ABOUT = (
    select(Task)
    .where(tasks.c.about == bindparam("about"), tasks.c.subject_id == bindparam("subject"))
    .order_by(tasks.c.id)
)
_GROWING = (
    select(tasks.c.id)
    .where(tasks.c.next_at <= bindparam("now"), not_failed(tasks.c.id))
    .order_by(tasks.c.next_at, tasks.c.id)
    .limit(100)
)
NEXT_GROWTH = earliest(tasks.c.next_at)
_ORGANIZED = (
    select(Shift)
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .where(tasks.c.organizer_id == bindparam("person"), shifts.c.settled_at.is_(None))
    .order_by(shifts.c.starts_at)
    .limit(bindparam("most"))
)
_OPEN_IN = (
    select(Shift)
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .where(
        tasks.c.area_id.in_(bindparam("areas", expanding=True)),
        tasks.c.state == TaskState.PUBLISHED,
        shifts.c.cancelled_at.is_(None),
        or_(
            shifts.c.starts_at > bindparam("now"),
            tasks.c.kind.in_(_WHILE_IT_RUNS) & (shifts.c.ends_at > bindparam("now")),
        ),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
    .limit(bindparam("most"))
)
_COMMUNITIES_IN = select(areas.c.id).where(
    areas.c.kind == AreaKind.COMMUNITY,
    areas.c.path.like(
        select(areas.c.path + "%").where(areas.c.id == bindparam("area")).scalar_subquery()
    ),
)
_GROUPS = (
    select(Group)
    .where(
        groups.c.gone_at.is_(None),
        or_(
            or_(groups.c.area_id == bindparam("area"), groups.c.area_id.in_(_COMMUNITIES_IN))
            & groups.c.kind.in_([GroupKind.AREA, GroupKind.TEAM]),
            (groups.c.unit_id == bindparam("unit")) & (groups.c.kind == GroupKind.UNIT),
        ),
    )
    .order_by(groups.c.id)
)


def lock(db: Session, shift_id: int) -> Shift | None:
    """The shift as it is now, ours alone until the transaction ends.

    Whoever claims only needs the row not to change, so rows that refer to it may be written.
    """
    found: Shift | None = db.get(
        Shift, shift_id, with_for_update={"key_share": True}, populate_existing=True
    )
    return found


def lock_task(db: Session, task_id: int) -> Task | None:
    """The task as it is now, ours alone until the transaction ends."""
    return db.get(Task, task_id, with_for_update={"key_share": True}, populate_existing=True)


def of_task(db: Session, task_id: int) -> Sequence[Shift]:
    """Every shift of a task, the first one first."""
    return db.scalars(_OF_TASK, {"task": task_id}).all()


def shown(db: Session, task_id: int, now: datetime, most: int) -> Sequence[Shift]:
    """The next shifts that take place and are not over."""
    asked = {"task": task_id, "now": now, "most": most}
    return db.scalars(_SHOWN, asked, execution_options={"populate_existing": True}).all()


def due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Shifts the clock must look at, longest due first."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def about(db: Session, what: str, subject_id: int) -> Sequence[Task]:
    """The tasks that came from this."""
    return db.scalars(_ABOUT, {"about": what, "subject": subject_id}).all()


def growing(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Weekly tasks whose next shifts are to be made."""
    return db.scalars(_GROWING, {"now": now, "failed": list(failed)}).all()


def organized_by(db: Session, person_id: int, most: int) -> Sequence[Shift]:
    """The shifts that somebody still has to see to."""
    return db.scalars(_ORGANIZED, {"person": person_id, "most": most}).all()


def open_in(db: Session, areas: Sequence[int], now: datetime, most: int) -> Sequence[Shift]:
    """What can be claimed in these areas."""
    return db.scalars(_OPEN_IN, {"areas": list(areas), "now": now, "most": most}).all()


def groups_of(db: Session, task: Task) -> Sequence[Group]:
    """The bound groups in which a task is published: those of its area and the communities in it,
    and of its unit."""
    return db.scalars(_GROUPS, {"area": task.area_id, "unit": task.unit_id}).all()
