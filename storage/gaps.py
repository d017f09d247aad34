"""What a district still lacks: each question counts, and names all it found, in order of code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from governance.duties import Slot
from governance.org import PostKind, UnitKind
from storage.org import areas, posts, units
from storage.people import accounts, people

ENDING = timedelta(days=30)
ANSWERING = (UnitKind.DEPARTMENT, UnitKind.UTILITY, UnitKind.PROPERTY)
"""Units that are called when something is to be done."""
PAIRED = (PostKind.GRID_WORKER, PostKind.COMMUNITY_DUTY, PostKind.STREET_DUTY, PostKind.UNIT_DUTY)
"""Posts that somebody must answer for every day, so that a partner is wanted (AB岗)."""
WATCHES = 7 * len(Slot)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is lacking, by code and name, out of how many."""

    lacking: Sequence[str]
    of: int


_serving = and_(
    or_(posts.c.since.is_(None), posts.c.since <= bindparam("today", type_=Date)),
    or_(posts.c.until.is_(None), posts.c.until >= bindparam("today", type_=Date)),
)
_reachable = select(accounts.c.person_id)
_place = func.coalesce(areas.c.code, units.c.code)
_held = (
    posts.join(people, people.c.id == posts.c.person_id)
    .outerjoin(areas, areas.c.id == posts.c.area_id)
    .outerjoin(units, units.c.id == posts.c.unit_id)
)


def _posts(*which: ColumnElement[bool]) -> Any:
    """Posts served today, each as (name, kind, place)."""
    found = select(people.c.name, posts.c.kind, _place).select_from(_held)
    return found.where(_serving, *which).order_by(_place, posts.c.id)


_kinds = bindparam("kinds", expanding=True, type_=posts.c.kind.type)
_AREAS = (
    select(areas.c.code, areas.c.name)
    .where(areas.c.kind == bindparam("kind"))
    .order_by(areas.c.code)
)
_UNSERVED = _AREAS.where(
    areas.c.id.not_in(
        select(posts.c.area_id).where(
            posts.c.area_id.is_not(None), posts.c.kind.in_(_kinds), _serving
        )
    )
)
_parents = select(areas.alias("below").c.parent_id).where(areas.alias("below").c.parent_id != None)
