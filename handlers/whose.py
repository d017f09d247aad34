"""Whom a group can belong to, asked in a few taps; and how that is called."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import Power, reaches
from governance.groups import Binding, GroupKind
from governance.org import Area, AreaKind, Unit
from handlers import authority
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, _
from storage import groups, org

MOST_LEVELS = 6


def ask_whose(talk: Talk, turn: Turn) -> Binding:
    area_id, unit_id = _ask_base(talk, turn)
    if unit_id is not None:
        return Binding(GroupKind.UNIT, unit_id=unit_id)
    area = turn.db.get_one(Area, area_id)
    for level in range(MOST_LEVELS):
        below = [a for a in groups.children(turn.db, area.id) if a.kind is not AreaKind.STAIRWELL]
        whose = talk.choose(
            f"whose{level}",
            _("{area}: whose group is it?", area=area_name(turn, area)),
            _whose(turn, area, below),
        )
        if whose == "all":
            return Binding(GroupKind.AREA, area.id)
        if whose == "team":
            return Binding(GroupKind.TEAM, area.id, team=_ask_team(talk))
        options = [Option(str(a.id), a.name) for a in below]
        chosen = talk.choose(f"below{level}", _("Which one?"), options)
        area = turn.db.get_one(Area, int(chosen))
    raise LookupError("the tree of areas is deeper than its kinds")


def _ask_base(talk: Talk, turn: Turn) -> tuple[int | None, int | None]:
    """An area or a unit where the speaker may bind groups; asked if there are several."""
    bases = reaches(Power.BIND_GROUP, authority.held(turn))
    if len(bases) == 1:
        return bases[0]
    options = [
        Option(f"{area or ''}.{unit or ''}", _base_name(turn, area, unit)) for area, unit in bases
    ]
    chosen = talk.choose("base", _("For which of your posts is it?"), options)
    area, _dot, unit = chosen.partition(".")
    return int(area) if area else None, int(unit) if unit else None


def _base_name(turn: Turn, area_id: int | None, unit_id: int | None) -> Text:
    if unit_id is not None:
        return turn.db.get_one(Unit, unit_id).name
    return area_name(turn, turn.db.get_one(Area, area_id))


def _whose(turn: Turn, area: Area, below: Sequence[Area]) -> list[Option]:
    options = [
        Option("all", _("Everybody in {area}", area=area_name(turn, area))),
        Option("team", _("A team there, such as the members and volunteers")),
    ]
    return [*options, Option("below", _("Only a part of it"))] if below else options


def _ask_team(talk: Talk) -> str:
    """The team's name; "" for the members and volunteers."""
    answer = talk.ask(
        "team",
        _("What is the team called? Type it, or tap."),
        Typed(2, 20),
        options=(Option("members", _("Members and volunteers")),),
    )
    return "" if answer.kind == "option" else str(answer.value)


def called(turn: Turn, binding: Binding) -> Text:
    """What a group is bound to, as people say it: "翠湖社区党员志愿者"."""
    if binding.unit_id is not None:
        return turn.db.get_one(Unit, binding.unit_id).name
    area = area_name(turn, turn.db.get_one(Area, binding.area_id))
    if binding.kind is GroupKind.AREA:
        return area
    if not binding.team:
        return _("{area} members and volunteers", area=area)
    return _("{area} {team}", area=area, team=binding.team)


def area_name(turn: Turn, area: Area) -> Text:
    """The area with its community before it: "翠湖社区第一网格"."""
    community = org.ancestor(turn.db, area, AreaKind.COMMUNITY)
    if community is None or community is area:
        return area.name
    return f"{community.name}{area.name}"
