"""Who may invite whom to a post, and where: one table.

An invitation never reaches above its maker or outside: only to the kinds of post listed
here, and only inside the scope that `Power.INVITE` gives (governance/authority.py). Whoever
administers an area invites administrators of areas inside it; one more of the same area is
invited at the console (`shaodao invite`), by whoever runs the bot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from governance.authority import Held, Power, Target, may, reaches
from governance.org import SEATS, AreaKind, PostKind
from governance.refused import Refused

_P = PostKind
_HOUSES = (_P.BUILDING_HEAD, _P.STAIRWELL_HEAD)
_GRID = (_P.GRID_CHIEF, _P.GRID_WORKER, *_HOUSES)

INVITES: Mapping[PostKind, tuple[PostKind, ...]] = {
    _P.ADMINISTRATOR: tuple(PostKind),
    _P.STREET_HEAD: (_P.STREET_DUTY, _P.COMMUNITY_HEAD, _P.COMMUNITY_DUTY, *_GRID),
    _P.STREET_DUTY: (_P.COMMUNITY_DUTY, *_GRID),
    _P.COMMUNITY_HEAD: (_P.COMMUNITY_DUTY, *_GRID),
    _P.COMMUNITY_DUTY: _GRID,
    _P.GRID_CHIEF: (_P.GRID_WORKER, *_HOUSES),
    _P.UNIT_LEADER: (_P.UNIT_DUTY,),
}


def kinds_for(held: Iterable[Held]) -> list[PostKind]:
    """The kinds of post that holders of these may invite to somewhere, from the top down."""
    wanted = {kind for post in held for kind in INVITES.get(post.kind, ())}
    return [kind for kind in INVITES[_P.ADMINISTRATOR] if kind in wanted]


def reach(held: Iterable[Held], kind: PostKind) -> tuple[set[int], set[int]]:
    """The areas in which, and the units to which, somebody may be invited to such a post."""
    able = [post for post in held if kind in INVITES.get(post.kind, ())]
    places = reaches(Power.INVITE, able)
    areas = {area for area, _unit in places if area is not None}
    return areas, {unit for _area, unit in places if unit is not None}


def fits(kind: PostKind, seat: AreaKind | None) -> bool:
    """Whether such a post is held at an area of this kind; None is a unit."""
    return seat in SEATS[kind] if seat is not None else not SEATS[kind]


def may_invite(held: Iterable[Held], kind: PostKind | None, target: Target) -> bool:
    """Whether one of these posts allows to invite to this kind of post there.

    None is a member of the roster without a post: whoever invites there at all may.
    """
    return any(_allows(post, kind, target) for post in held)


def require(held: Iterable[Held], kind: PostKind | None, target: Target) -> None:
    """Raises `Refused("needs_post")`, naming the posts that may invite to this kind."""
    if not may_invite(held, kind, target):
        raise Refused("needs_post", power=Power.INVITE, posts=inviters(kind))


def inviters(kind: PostKind | None) -> tuple[PostKind, ...]:
    """The posts that may invite to such a post."""
    return tuple(post for post, kinds in INVITES.items() if kind is None or kind in kinds)


def _allows(post: Held, kind: PostKind | None, target: Target) -> bool:
    able = kind is None or kind in INVITES.get(post.kind, ())
    if not able or not may(Power.INVITE, [post], target):
        return False
    own = target.unit_id is None and list(target.path[-1:]) == [post.area_id]
    return not (kind is _P.ADMINISTRATOR and own)
