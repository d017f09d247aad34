"""The one place where handlers ask whether the speaker may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from governance import authority
from governance.authority import Held, Power, Target
from governance.org import Area
from handlers.turn import Turn
from storage import org


def held(turn: Turn) -> list[Held]:
    """The posts the speaker serves in today."""
    return org.held_by(turn.db, turn.speaker.person_id, turn.policy.local_date(turn.now))


def may(
    turn: Turn, power: Power, *, area_id: int | None = None, unit_id: int | None = None
) -> bool:
    """Whether the speaker has this power over an area or a unit."""
    return authority.may(power, held(turn), _target(turn, area_id, unit_id))


def require(
    turn: Turn, power: Power, *, area_id: int | None = None, unit_id: int | None = None
) -> None:
    """Raises `Refused("needs_post")` unless the speaker has this power there."""
    authority.require(power, held(turn), _target(turn, area_id, unit_id))


def reached(turn: Turn, power: Power) -> list[tuple[int | None, int | None]]:
    """The areas and units, as (area, None) or (None, unit), in which the speaker has this power."""
    return authority.reaches(power, held(turn))


def areas_of(turn: Turn, power: Power, person_id: int) -> list[int]:
    """The topmost areas in which a person has this power."""
    held = org.held_by(turn.db, person_id, turn.policy.local_date(turn.now))
    return [area for area, unit in authority.reaches(power, held) if area and unit is None]


def may_with(posts: Sequence[Held], power: Power, path: Sequence[int]) -> bool:
    """Whether these posts have this power at a place."""
    return authority.may(power, posts, Target(path))


def reach(db: Session, person_id: int, power: Power, day: date) -> Area | None:
    """The topmost area where a person has this power; None where nowhere."""
    places = authority.reaches(power, org.held_by(db, person_id, day))
    areas = [db.get_one(Area, area_id) for area_id, _unit in places if area_id is not None]
    return min(areas, key=lambda area: len(area.path_ids), default=None)


def _target(turn: Turn, area_id: int | None, unit_id: int | None) -> Target:
    area = turn.db.get(Area, area_id) if area_id is not None else None
    return Target(area.path_ids if area else (), unit_id)
