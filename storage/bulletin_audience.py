"""Who a bulletin is for: the groups first, then everybody of its audience who is in none of them.

Whether somebody gets a copy is decided in the database, so that a page of 300,000 people costs
what a page of 300 does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.bulletins import LATER, REACHED, Gap, Whom
from governance.groups import GroupKind
from governance.privacy import Purpose
from storage.bulletins import bulletin_people
from storage.claims import claims
from storage.group_members import group_members
from storage.groups import groups
from storage.lanes import lanes, senders
from storage.org import areas, posts
from storage.people import accounts, people
from storage.privacy import consents
from storage.reportin import reportins
from storage.tasks import shifts, tasks


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose bulletin it is: `path` of the area, or the unit, or the list of the bulletin `id`.

    `by_id` sends it, and gets none. `to_all`: also those who have not agreed to news. Whoever was
    seen in a group after `since` is in it.
    """

    whom: Whom
    by_id: int
    since: date
    now: datetime
    to_all: bool
    path: str = ""
    unit_id: int = 0
    team: str = ""
    id: int = 0
    people: tuple[int, ...] = ()

    def values(self) -> dict[str, Any]:
        return {
            "by": self.by_id,
            "since": self.since,
            "now": self.now,
            "to_all": self.to_all,
            "under": self.path + "%",
            "unit": self.unit_id,
            "team": self.team,
            "listed": self.id,
            "people": list(self.people),
        }


# ── who belongs to it ────────────────────────────────────────────────────────

_UNDER = areas.c.path.like(bindparam("under"))
_HOME = select(areas.c.id).where(areas.c.id == people.c.home_id, _UNDER).exists()
_POST_THERE = (
    select(posts.c.id)
    .join(areas, areas.c.id == posts.c.area_id)
    .where(posts.c.person_id == people.c.id, _UNDER)
    .exists()
)
_REGISTERED = (
    select(reportins.c.id)
    .join(areas, areas.c.id == reportins.c.area_id)
    .where(reportins.c.person_id == people.c.id, _UNDER)
    .exists()
)
_CAME_WITH = (
    select(claims.c.id)
    .join(shifts, shifts.c.id == claims.c.shift_id)
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .join(areas, areas.c.id == tasks.c.area_id)
    .where(claims.c.person_id == people.c.id, claims.c.team == bindparam("team"), _UNDER)
    .exists()
)
_IN_UNIT = or_(
    people.c.unit_id == bindparam("unit"),
    select(posts.c.id)
    .where(posts.c.person_id == people.c.id, posts.c.unit_id == bindparam("unit"))
    .exists(),
)
_NAMED = or_(
    people.c.id.in_(bindparam("people", expanding=True)),
    select(bulletin_people.c.person_id)
    .where(
        bulletin_people.c.bulletin_id == bindparam("listed"),
        bulletin_people.c.person_id == people.c.id,
    )
    .exists(),
)
_MEMBERS = and_(people.c.member.is_not(None), or_(_HOME, _REGISTERED))
_BELONGS: dict[Whom, ColumnElement[bool]] = {
    Whom.AREA: or_(_HOME, _POST_THERE),
    Whom.UNIT: _IN_UNIT,
    Whom.TEAM: or_(
        and_(bindparam("team") == "", _MEMBERS), and_(bindparam("team") != "", _CAME_WITH)
    ),
    Whom.LIST: _NAMED,
}

# ── its groups ───────────────────────────────────────────────────────────────

_BOUND_UNDER = select(areas.c.id).where(areas.c.id == groups.c.area_id, _UNDER).exists()
_BOUND: dict[Whom, ColumnElement[bool]] = {
    Whom.AREA: and_(groups.c.kind == GroupKind.AREA, _BOUND_UNDER),
    Whom.UNIT: and_(groups.c.kind == GroupKind.UNIT, groups.c.unit_id == bindparam("unit")),
    Whom.TEAM: and_(
        groups.c.kind == GroupKind.TEAM, groups.c.team == bindparam("team"), _BOUND_UNDER
    ),
}
_IN_IT = and_(groups.c.gone_at.is_(None), lanes.c.disabled == "")


def _groups(whom: Whom) -> Select[Any]:
    return (
        select(groups.c.id, groups.c.lane, groups.c.language, lanes.c.sender)
        .join(lanes, lanes.c.key == groups.c.lane)
        .where(_BOUND[whom], _IN_IT, groups.c.id > bindparam("after"))
        .order_by(groups.c.id)
        .limit(bindparam("most"))
    )


_GROUPS = {whom: _groups(whom) for whom in _BOUND}


def groups_after(db: Session, audience: Audience, after: int, most: int) -> Sequence[Any]:
    """The next groups (id, lane, language, sender) of the audience; a list has none."""
    if audience.whom not in _GROUPS:
        return ()
    values = audience.values() | {"after": after, "most": most}
    return db.connection().execute(_GROUPS[audience.whom], values).all()


# ── who of them gets a copy ──────────────────────────────────────────────────


def _grouped(whom: Whom) -> ColumnElement[bool]:
    if whom not in _BOUND:
        return literal(False, Boolean)
    return (
        select(groups.c.id)
        .join(group_members, group_members.c.lane == groups.c.lane)
        .join(lanes, lanes.c.key == groups.c.lane)
        .where(
            group_members.c.person_id == people.c.id,
            group_members.c.seen_on >= bindparam("since"),
            _BOUND[whom],
            _IN_IT,
        )
        .exists()
    )


_theirs, _at = accounts.alias("theirs"), lanes.alias("at")
# As `storage.people.accounts_of` chooses: the one spoken from last, a blocked one only if alone.
_ACCOUNT = (
    select(_theirs.c.id)
    .outerjoin(_at, _at.c.key == _theirs.c.lane)
    .where(_theirs.c.person_id == people.c.id)
    .order_by(
        case((func.coalesce(_at.c.disabled, "") == "", 0), else_=1),
        _theirs.c.used.desc(),
        _theirs.c.id.desc(),
    )
    .limit(1)
    .scalar_subquery()
)
_AGREED = (
    select(consents.c.person_id)
    .where(
        consents.c.person_id == people.c.id,
        consents.c.purpose == Purpose.NEWS,
        consents.c.withdrawn_at.is_(None),
    )
    .exists()
)
_SERVES = select(posts.c.id).where(posts.c.person_id == people.c.id).exists()
_MAY = or_(bindparam("to_all", type_=Boolean), _AGREED, _SERVES)
_CLOSED = and_(
    func.coalesce(senders.c.windowed, false()),
    or_(
        lanes.c.window_until.is_(None),
        lanes.c.window_until <= bindparam("now"),
        lanes.c.window_left <= 0,
    ),
)


def way_of(whom: Whom) -> ColumnElement[str]:
    """How somebody of the audience is reached, or why they are not."""
    return case(
        (_grouped(whom), Gap.GROUPED.value),
        (accounts.c.id.is_(None), Gap.NO_ACCOUNT.value),
        (~_MAY, Gap.NOT_AGREED.value),
        (func.coalesce(lanes.c.disabled, "") != "", Gap.BLOCKED.value),
        (_CLOSED, LATER),
        else_=REACHED,
    )


def everybody(whom: Whom, *columns: Any) -> Select[Any]:
    """The audience, each once, with the account they use and its lane where they have one."""
    return (
        select(*columns)
        .select_from(
            people.outerjoin(accounts, accounts.c.id == _ACCOUNT)
            .outerjoin(lanes, lanes.c.key == accounts.c.lane)
            .outerjoin(senders, senders.c.key == lanes.c.sender)
        )
        .where(_BELONGS[whom], people.c.id != bindparam("by"))
    )


def _counted(whom: Whom) -> Select[Any]:
    each = everybody(whom, way_of(whom).label("way"), lanes.c.sender).subquery()
    return (
        select(each.c.way, each.c.sender, func.count())
        .group_by(each.c.way, each.c.sender)
        .order_by(each.c.way, each.c.sender)
    )


def _next(whom: Whom) -> Select[Any]:
    each = (
        everybody(whom, people.c.id, accounts.c.lane, lanes.c.sender, way_of(whom).label("way"))
        .where(people.c.id > bindparam("after"))
        .subquery()
    )
    return (
        select(each.c.id, each.c.lane, each.c.sender)
        .where(each.c.way.in_([REACHED, LATER]))
        .order_by(each.c.id)
        .limit(bindparam("most"))
    )


_COUNTED = {whom: _counted(whom) for whom in Whom}
_NEXT = {whom: _next(whom) for whom in Whom}


@dataclass(frozen=True, slots=True)
class Count:
    """How many groups; how many people get a copy, by bot account, and `later` of them only once
    they write; how many get none, by the reason."""

    groups: dict[str, int]
    people: dict[str, int]
    later: int
    gaps: dict[str, int]


def count(db: Session, audience: Audience) -> Count:
    """The audience as it is now, counted exactly."""
    found = Count({}, {}, 0, {})
    later = 0
    for way, sender, many in db.connection().execute(_COUNTED[audience.whom], audience.values()):
        if way in {REACHED, LATER}:
            found.people[sender] = found.people.get(sender, 0) + many
            later += many if way == LATER else 0
        else:
            found.gaps[way] = found.gaps.get(way, 0) + many
    for group in groups_after(db, audience, 0, _ALL):
        found.groups[group.sender] = found.groups.get(group.sender, 0) + 1
    return Count(found.groups, found.people, later, found.gaps)


_ALL = 1_000_000


def people_after(db: Session, audience: Audience, after: int, most: int) -> Sequence[Any]:
    """The next people (id, lane, sender) of the audience who get a copy, in the order of ids."""
    values = audience.values() | {"after": after, "most": most}
    return db.connection().execute(_NEXT[audience.whom], values).all()


# ── teams ────────────────────────────────────────────────────────────────────

_TEAMS = (
    select(groups.c.team)
    .join(areas, areas.c.id == groups.c.area_id)
    .where(groups.c.kind == GroupKind.TEAM, groups.c.team != "", groups.c.gone_at.is_(None), _UNDER)
    .distinct()
    .order_by(groups.c.team)
    .limit(20)
)


def teams_under(db: Session, path: str) -> Sequence[str]:
    """The teams below an area that have a group."""
    return list(db.connection().scalars(_TEAMS, {"under": path + "%"}))
