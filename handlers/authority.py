"""The one place where handlers ask whether the speaker may."""

from __future__ import annotations

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


def _target(turn: Turn, area_id: int | None, unit_id: int | None) -> Target:
    area = turn.db.get(Area, area_id) if area_id is not None else None
    return Target(area.path_ids if area else (), unit_id)
