"""Who may do what beyond their own affairs, and where: one table.

Acts on a case stand in governance/cases.py, where authority follows from who holds it. All
other acts on what belongs to others stand here, and a person without a post has none.

A scope names the area of that kind in which the post lies: a grid worker whose scope is
COMMUNITY may act in the whole community of their grid. Where a district leaves that level
out, the scope is the post's own area. UNIT is the unit of the post.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from governance.org import AreaKind, PostKind
from governance.refused import Refused


class Scope(StrEnum):
    """How far a post reaches; each but UNIT is a kind of area."""

    GRID = AreaKind.GRID
    COMMUNITY = AreaKind.COMMUNITY
    STREET = AreaKind.STREET
    DISTRICT = AreaKind.DISTRICT
    UNIT = "unit"


class Power(StrEnum):
    """What can be done to things of others."""

    IMPORT_ROSTER = "import_roster"  # bring in or change the roster
    EXPORT_ROSTER = "export_roster"  # take the roster out
    INVITE = "invite"  # invite somebody to a post
    BIND_GROUP = "bind_group"  # say whose a group is
    SET_DUTY = "set_duty"  # the duty calendar of others
    SWAP_DUTY = "swap_duty"  # take over a turn of duty
    CONFIRM_REPORTIN = "confirm_reportin"  # register units and members at communities
    SEE_REPORTIN = "see_reportin"  # lists of who has not reported in
    SEE_PHONE = "see_phone"  # a telephone number in full
    SEE_PEOPLE = "see_people"  # names and posts of the roster


_P, _S = PostKind, Scope

TABLE: Mapping[Power, Mapping[PostKind, Scope]] = {
    Power.IMPORT_ROSTER: {_P.ADMINISTRATOR: _S.DISTRICT},
    Power.EXPORT_ROSTER: {_P.ADMINISTRATOR: _S.DISTRICT},
    Power.INVITE: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
    },
    Power.BIND_GROUP: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
    Power.SET_DUTY: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
    },
    Power.SWAP_DUTY: {
        _P.GRID_WORKER: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.STREET_DUTY: _S.STREET,
        _P.STREET_HEAD: _S.STREET,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.UNIT_DUTY: _S.UNIT,
        _P.UNIT_LEADER: _S.UNIT,
    },
    Power.CONFIRM_REPORTIN: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
    },
    Power.SEE_REPORTIN: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
    },
    Power.SEE_PHONE: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    Power.SEE_PEOPLE: {
        _P.ADMINISTRATOR: _S.DISTRICT,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
    },
}


@dataclass(frozen=True, slots=True)
class Held:
    """A post somebody holds, with the areas it lies in by their kind, or its unit."""

    kind: PostKind
    areas: Mapping[AreaKind, int] = field(default_factory=dict)
    area_id: int | None = None
    unit_id: int | None = None

    def reach(self, scope: Scope) -> int | None:
        """The area of this scope; the post's own where the district has no such level."""
        if scope is Scope.UNIT:
            return None
        return self.areas.get(AreaKind(scope), self.area_id)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: a place (area ids from the district down to it) or a unit."""

    path: Sequence[int] = ()
    unit_id: int | None = None


def may(power: Power, held: Iterable[Held], target: Target) -> bool:
    """Whether one of these posts has this power over the target."""
    scopes = TABLE[power]
    for post in held:
        scope = scopes.get(post.kind)
        if scope is None:
            continue
        if scope is Scope.UNIT:
            if target.unit_id is not None and target.unit_id == post.unit_id:
                return True
        elif post.reach(scope) in target.path:
            return True
    return False


def require(power: Power, held: Iterable[Held], target: Target) -> None:
    """Raises `Refused("needs_post")`, naming the posts that have this power, nearest first."""
    if not may(power, held, target):
        raise Refused("needs_post", power=power, posts=tuple(TABLE[power]))
