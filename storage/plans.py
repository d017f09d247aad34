"""Plans for emergencies, and the units and tasks in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
)
from sqlalchemy.orm import Session

from governance.plans import Plan, Task
from storage.schema import Id, Utc, mapper, metadata

plans = Table(
    "plans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("name", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("volunteers", Integer, nullable=False),
    Column("volunteers_do", String(60), nullable=False),
    Column("ended_at", Utc),
)

plan_tasks = Table(
    "plan_tasks",
    metadata,
    Column("plan_id", Id, ForeignKey("plans.id"), primary_key=True),
    Column("unit_id", Id, ForeignKey("units.id"), primary_key=True, autoincrement=False),
    Column("asked_to", Text, nullable=False),
    Column("lead", Boolean, nullable=False),
    Column("place", Integer, nullable=False),
)

mapper.map_imperatively(Plan, plans)

_FOR = (
    select(Plan)
    .where(plans.c.area_id.in_(bindparam("areas", expanding=True)), plans.c.ended_at.is_(None))
    .order_by(plans.c.name, plans.c.id)
)
_TASKS = (
    select(plan_tasks.c.unit_id, plan_tasks.c.asked_to, plan_tasks.c.lead)
    .where(plan_tasks.c.plan_id == bindparam("plan"))
    .order_by(plan_tasks.c.place)
)
_ADD_TASK = insert(plan_tasks)


def of_areas(db: Session, area_ids: Sequence[int]) -> Sequence[Plan]:
    """The plans in force for these areas, by name."""
    return db.scalars(_FOR, {"areas": list(area_ids)}).all()


def tasks_of(db: Session, plan: Plan) -> list[Task]:
    """What each unit does, in the order it was planned."""
    return [Task(*tuple(row)) for row in db.execute(_TASKS, {"plan": plan.id})]


def lock(db: Session, plan_id: int) -> Plan | None:
    """The plan as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Plan, plan_id, with_for_update=True, populate_existing=True)


def add(db: Session, plan: Plan, tasks: Sequence[Task]) -> None:
    """The plan is in force; one of the same name for the same area is not any more."""
    for known in of_areas(db, [plan.area_id]):
        if known.name == plan.name:
            known.end(plan.made_at)
    db.add(plan)
    db.flush()
    rows = [
        {
            "plan_id": plan.id,
            "unit_id": task.unit_id,
            "asked_to": task.asked_to,
            "lead": task.lead,
            "place": place,
        }
        for place, task in enumerate(tasks)
    ]
    db.connection().execute(_ADD_TASK, rows)
