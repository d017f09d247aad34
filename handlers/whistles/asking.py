"""The questions of a whistle that can be answered with a tap or a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from governance.authority import Power, reaches
from governance.casefile import Case
from governance.org import Area, Unit
from governance.plans import Plan
from governance.policy import half_hour
from governance.refused import Refused
from governance.whistles import Kind
from handlers import authority, places
from handlers.talk.answers import LOCATION, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.whistles.common import name_of
from handlers.words import When, _, line

HERE = "here"
PLACED = ("where",)


def kinds_of(turn: Turn) -> list[Kind]:
    """The kinds the speaker may blow somewhere. Raises `Refused("needs_post")` for none."""
    held = authority.held(turn)
    found = [k for k in turn.policy.whistles.values() if reaches(k.power, held)]
    if not found:
        authority.require(turn, Power.BLOW_EMERGENCY)
    return found


def ask_kind(talk: Talk, turn: Turn, known: Sequence[Plan] = ()) -> tuple[Kind, Plan | None]:
    """The kind, or a plan with its kind."""
    kinds = {kind.code: kind for kind in kinds_of(turn)}
    usable = {f"p{plan.id}": plan for plan in known if plan.kind in kinds}
    if len(kinds) == 1 and not usable:
        return next(iter(kinds.values())), None
    options = [Option(code, name_of(kind, code)) for code, kind in kinds.items()]
    options += [Option(code, _("By plan: {name}", name=plan.name)) for code, plan in usable.items()]
    chosen = talk.choose("kind", _("What kind of whistle?"), options)
    if chosen.startswith("p") and chosen[1:].isdecimal():
        plan = usable.get(chosen)
        if plan is None:
            raise Refused("plan_ended")
        return kinds[plan.kind], plan
    if chosen not in kinds:
        authority.require(turn, turn.policy.whistles[chosen].power)
    return kinds[chosen], None


def ask_place(talk: Talk, turn: Turn, case: Case | None, kind: Kind) -> places.Found:
    if case is not None:
        return places.Found(case.area_id, case.place, case.latitude, case.longitude)
    mine = talk.recall("mine", lambda: _my_areas(turn, kind))
    options = [Option(f"a{area_id}", name) for area_id, name in mine]
    question = _("Where? Tap one, type the place, or share a location.")
    where = talk.ask("where", question, Typed(2, 100), LOCATION, options=options)
    found = talk.recall("found", lambda: _located(turn, where, mine), after=PLACED)
    return places.Found(**found)


def _my_areas(turn: Turn, kind: Kind) -> list[list[object]]:
    """The areas the speaker may blow this kind for: topmost ones, by id and name."""
    held = reaches(kind.power, authority.held(turn))
    areas = [turn.db.get_one(Area, area_id) for area_id, _unit in held if area_id is not None]
    return [[area.id, area.name] for area in areas]


def _located(turn: Turn, where: Answer, mine: Sequence[Sequence[object]]) -> dict[str, object]:
    """The place that was meant; words that name no area lie in the speaker's own."""
    first = turn.db.get_one(Area, mine[0][0])
    if where.kind == "option":
        area = turn.db.get_one(Area, int(str(where.value)[1:]))
        return places.Found(area.id, area.name).as_json()
    if where.kind == "location":
        latitude, longitude = where.value
        found = places.at_point(turn, latitude, longitude)
        return (found or places.Found(first.id, first.name, latitude, longitude)).as_json()
    found = places.in_text(turn, where.text)
    return (found or places.Found(first.id, where.text)).as_json()


def ask_what(talk: Talk, case: Case | None) -> tuple[str, Sequence[str]]:
    """The words, and the categories that were read in them."""
    same = (Option("same", _("As the case says")),) if case is not None and case.text else ()
    question = _("What is wrong? One or two sentences for the units; photos may follow any time.")
    said = talk.ask("what", question, Typed(4, 500), options=same)
    if said.kind == "option" and case is not None:
        return case.text, [case.category]
    return said.text, [*([case.category] if case else []), *said.categories]


def ask_lead(talk: Talk, units: Sequence[Unit]) -> int:
    if len(units) == 1:
        return units[0].id
    options = [Option(f"u{unit.id}", unit.name) for unit in units]
    return int(talk.choose("lead", _("Which unit leads?"), options)[1:])


def ask_due(talk: Talk, turn: Turn, kind: Kind) -> datetime:
    """Until when there has to be a result: three usual times, as moments once chosen."""
    found = talk.recall("times", lambda: _times(turn, kind))
    moments = [datetime.fromisoformat(at) for at in found]
    options = [Option(f"t{n}", line(When(at))) for n, at in enumerate(moments)]
    chosen = talk.choose("due", _("By when must there be a result?"), options)
    return moments[int(chosen[1:])]


def _times(turn: Turn, kind: Kind) -> list[str]:
    hours = kind.result_hours
    if kind.emergency:
        found = [half_hour(turn.now + timedelta(hours=h)) for h in (hours / 2, hours, hours * 3)]
    else:
        work = turn.policy.work
        found = [work.by_the_end_of(turn.now + timedelta(hours=h)) for h in (0, 24, hours)]
    return [at.isoformat() for at in dict.fromkeys(found)]


def ask_meet(talk: Talk) -> str:
    question = _("Where and when do they meet? Tap, or type it: “gate of building 3, 9:30”.")
    now = Option(HERE, _("On the spot, at once"))
    return talk.ask("meet", question, Typed(2, 100), options=(now,)).text
