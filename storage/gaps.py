"""What a district still lacks: each question names all it finds, in the order of codes.

Nothing here names a person: a post is told by its kind, its place and the code that its
holder has in the roster, which is what the remedy asks for.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from governance.org import AreaKind, PostKind, UnitKind
from storage.lanes import lanes
from storage.org import areas, posts, responsibilities, units
from storage.people import FORGOTTEN, accounts, people

ENDING = timedelta(days=30)
ANSWERING = (UnitKind.DEPARTMENT, UnitKind.UTILITY, UnitKind.PROPERTY)
"""Units that are called when something is to be done."""
PAIRED = (PostKind.GRID_WORKER, PostKind.COMMUNITY_DUTY, PostKind.STREET_DUTY, PostKind.UNIT_DUTY)
"""Posts that somebody must answer for every day, so that a partner is wanted (AB岗)."""


class Place(NamedTuple):
    """An area or a unit. `within` is the area above a grid, whose own name is not unique, else ""."""

    code: str
    within: str
    name: str


class Held(NamedTuple):
    """A post somebody serves in. `person` is the holder's code in the roster, if they have one."""

    kind: PostKind
    place: str
    person: str | None
    until: date | None


_today = bindparam("today", type_=Date)
_serving = and_(
    or_(posts.c.since.is_(None), posts.c.since <= _today),
    or_(posts.c.until.is_(None), posts.c.until >= _today),
)

# ── places where nobody serves ───────────────────────────────────────────────

_above = areas.alias("above")
_WITHOUT = (
    select(
        areas.c.code, case((areas.c.kind == AreaKind.GRID, _above.c.name), else_=""), areas.c.name
    )
    .select_from(areas.join(_above, _above.c.id == areas.c.parent_id))
    .where(
        areas.c.kind == bindparam("area_kind", type_=areas.c.kind.type),
        ~exists().where(
            posts.c.area_id == areas.c.id,
            posts.c.kind == bindparam("post_kind", type_=posts.c.kind.type),
            _serving,
        ),
    )
    .order_by(areas.c.code)
)
_UNITS_WITHOUT = (
    select(units.c.code, units.c.name)
    .where(
        units.c.kind.in_(ANSWERING),
        ~exists().where(
            posts.c.unit_id == units.c.id, posts.c.kind == PostKind.UNIT_DUTY, _serving
        ),
    )
    .order_by(units.c.code)
)
_ANSWERED = select(responsibilities.c.category).distinct()


def areas_without(conn: Connection, area: AreaKind, post: PostKind, today: date) -> list[Place]:
    """Areas of this kind where nobody serves in this post."""
    found = conn.execute(_WITHOUT, {"area_kind": area, "post_kind": post, "today": today})
    return [Place(*row) for row in found]


def units_without_duty(conn: Connection, today: date) -> list[Place]:
    """Units that are called when something is to be done, and have nobody to be called."""
    return [Place(row.code, "", row.name) for row in conn.execute(_UNITS_WITHOUT, {"today": today})]


def answered_categories(conn: Connection) -> set[str]:
    """The codes of categories and families that some unit answers for."""
    return set(conn.scalars(_ANSWERED))


# ── posts that do not hold ───────────────────────────────────────────────────

_place = func.coalesce(areas.c.code, units.c.code)


def _posts(*which: ColumnElement[bool]) -> Select[Any]:
    """Posts served today of which all this is true."""
    held = (
        posts.join(people, people.c.id == posts.c.person_id)
        .outerjoin(areas, areas.c.id == posts.c.area_id)
        .outerjoin(units, units.c.id == posts.c.unit_id)
    )
    found = select(posts.c.kind, _place, people.c.code, posts.c.until).select_from(held)
    return found.where(_serving, *which).order_by(_place, posts.c.kind, posts.c.id)


_beside = posts.alias("beside")
_A_COLLEAGUE = exists().where(
    _beside.c.id != posts.c.id,
    _beside.c.person_id != posts.c.person_id,
    _beside.c.kind == posts.c.kind,
    or_(_beside.c.area_id == posts.c.area_id, _beside.c.unit_id == posts.c.unit_id),
    or_(_beside.c.since.is_(None), _beside.c.since <= _today),
    or_(_beside.c.until.is_(None), _beside.c.until >= _today),
)
# An account that was blocked, or whose owner had everything forgotten, reaches nobody.
_REACHED = exists().where(
    accounts.c.person_id == posts.c.person_id,
    accounts.c.external.not_like(FORGOTTEN + "%"),
    ~exists().where(lanes.c.key == accounts.c.lane, lanes.c.disabled != ""),
)
_UNREACHED = _posts(~_REACHED)
_UNPAIRED = _posts(posts.c.kind.in_(PAIRED), posts.c.partner_id.is_(None), ~_A_COLLEAGUE)
_ENDING = _posts(posts.c.until <= bindparam("soon", type_=Date))


def posts_without_account(conn: Connection, today: date) -> list[Held]:
    """Posts whose holder cannot be reached on any channel."""
    return _held(conn, _UNREACHED, {"today": today})


def posts_without_partner(conn: Connection, today: date) -> list[Held]:
    """Posts that need somebody every day, with neither a partner nor a colleague beside them."""
    return _held(conn, _UNPAIRED, {"today": today})


def posts_ending(conn: Connection, today: date) -> list[Held]:
    """Posts whose term ends within `ENDING`, the first one first."""
    found = _held(conn, _ENDING, {"today": today, "soon": today + ENDING})
    return sorted(found, key=lambda held: held.until or date.max)


def _held(conn: Connection, question: Select[Any], values: dict[str, Any]) -> list[Held]:
    return [Held(*row) for row in conn.execute(question, values)]
