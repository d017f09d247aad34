"""Plans for emergencies: made beforehand, so that everybody can be called in a few taps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from governance.authority import Power, reaches
from governance.org import Area, Unit
from governance.plans import Plan, Task, checked
from governance.refused import Refused
from governance.tasks import MOST_SLOTS
from handlers import authority
from handlers.message import Card, Choice
from handlers.numbers import ask_number, people
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.asking import ask_kind, ask_lead
from handlers.whistles.units import ask_task, ask_units
from handlers.words import Joined, Words, _, line, lines, ngettext
from handlers.words import Text as AnyText
from storage import plans, responders

SHOWN = 8
VOLUNTEERS = (10, 20, 50)


def plans_for(turn: Turn) -> list[Plan]:
    """The plans of the areas in which the speaker may blow an emergency, and of those above."""
    held = authority.held(turn)
    areas: set[int] = set()
    for area_id, _unit in reaches(Power.BLOW_EMERGENCY, held):
        if area_id is not None:
            areas.update(turn.db.get_one(Area, area_id).path_ids)
    return list(plans.of_areas(turn.db, sorted(areas))) if areas else []


@command("plans", menu=_("Emergency plans"), also=("plans", "预案", "应急预案"))
def plan_list(turn: Turn) -> None:
    """The plans that can be blown here; making one is a tap away."""
    authority.held(turn)
    known = plans_for(turn)
    may = bool(reaches(Power.SET_PLAN, authority.held(turn)))
    if not may and not known:
        authority.require(turn, Power.SET_PLAN)
    rows = [_row(turn, plan) for plan in known[:SHOWN]]
    choices = (Choice(_("Make a plan"), "whistles.plan:0"),) if may else ()
    ends = tuple(
        Choice(_("Drop {name}", name=plan.name), f"whistles.drop_plan:{plan.id}")
        for plan in known[:SHOWN]
        if authority.may(turn, Power.SET_PLAN, area_id=plan.area_id)
    )
    text = lines(_("Plans:"), *rows) if rows else _("There is no plan here yet.")
    turn.post.reply(Card(text, (*choices, *ends)))


def _row(turn: Turn, plan: Plan) -> Joined:
    tasks = plans.tasks_of(turn.db, plan)
    units = responders.by_ids(turn.db, [task.unit_id for task in tasks])
    area = turn.db.get_one(Area, plan.area_id)
    return line(plan.name, area.name, "、".join(unit.name for unit in units))


@choice("whistles.plan")
def make(_turn: Turn, _subject: int, _arg: str) -> Start:
    return Start("make_plan")


@conversation("make_plan", act=True, of_dangers=True)
def make_talk(talk: Talk, turn: Turn) -> None:
    """Name, area, units and what each one does; volunteers where they are wanted."""
    area = _ask_area(talk, turn)
    kind, _none = ask_kind(talk, turn)
    question = _("What is the plan called? For example “flood plan”.")
    name = talk.ask("name", question, Text(2, 20)).text
    units = ask_units(talk, turn, area.path, kind.code, (), ("area", "kind"))
    tasks = [ask_task(talk, f"task.{unit.id}", unit.name) for unit in units]
    lead = ask_lead(talk, units)
    volunteers, do = _ask_volunteers(talk)
    summary = _summary(name, area, units, tasks, lead, called_too(volunteers, do))
    if not talk.confirm("sure", summary, _("Keep the plan"), no=_("Do not keep it")):
        talk.say(_("Nothing was kept."))
        return
    authority.require(turn, Power.SET_PLAN, area_id=area.id)
    plan = Plan(area.id, name, kind.code, turn.speaker.person_id, turn.now, volunteers, do)
    found = [Task(unit.id, task, unit.id == lead) for unit, task in zip(units, tasks, strict=True)]
    plans.add(turn.db, plan, checked(found))
    talk.say(_("Kept. When it is needed, send “whistle” and tap “By plan: {name}”.", name=name))


def _ask_area(talk: Talk, turn: Turn) -> Area:
    """Where the plan holds: one of the areas the speaker may plan for."""
    known = talk.recall("areas", partial(_areas, turn))
    if len(known) == 1:
        return turn.db.get_one(Area, known[0])
    areas = [turn.db.get_one(Area, area_id) for area_id in known]
    options = [Option(f"a{area.id}", area.name) for area in areas]
    chosen = talk.choose("area", _("For which area?"), options)
    return turn.db.get_one(Area, int(chosen[1:]))


def _areas(turn: Turn) -> list[int]:
    found = reaches(Power.SET_PLAN, authority.held(turn))
    areas = [area_id for area_id, _unit in found if area_id is not None]
    if not areas:
        authority.require(turn, Power.SET_PLAN)
    return areas


def _ask_volunteers(talk: Talk) -> tuple[int, str]:
    """How many are asked to come, and what they do; none for most plans."""
    question = _("How many volunteers are asked to come as well? For example: 20 people")
    count = ask_number(
        talk, "volunteers", question, 1, MOST_SLOTS, people, VOLUNTEERS, none=_("Not needed")
    )
    if not count:
        return 0, ""
    question = _("What do volunteers do? A few words; they read them in their groups.")
    return count, talk.ask("volunteers_do", question, Text(2, 60)).text.replace("\n", " ")


def called_too(volunteers: int, do: str) -> AnyText:
    """Volunteers who are asked for in the same act."""
    if not volunteers:
        return ""
    return ngettext(
        "and {count} volunteer: {do}", "and {count} volunteers: {do}", volunteers, do=do
    )


def _summary(
    name: str,
    area: Area,
    units: Sequence[Unit],
    tasks: Sequence[str],
    lead: int,
    volunteers: AnyText,
) -> Joined:
    return lines(
        _("Keep this plan?"),
        line(name, area.name),
        *(
            planned(unit, task, leads=unit.id == lead)
            for unit, task in zip(units, tasks, strict=True)
        ),
        volunteers,
    )


def planned(unit: Unit, task: str, *, leads: bool) -> Words:
    """One unit and what it does."""
    if leads:
        return _("{unit} (leads): {asked}", unit=unit.name, asked=task)
    return _("{unit}: {asked}", unit=unit.name, asked=task)


@choice("whistles.drop_plan")
def drop(turn: Turn, plan_id: int, _arg: str) -> None:
    """The plan is no longer offered; whistles blown by it stay as they are."""
    plan = plans.lock(turn.db, plan_id)
    if plan is None:
        raise Refused("plan_ended")
    authority.require(turn, Power.SET_PLAN, area_id=plan.area_id)
    plan.end(turn.now)
    turn.db.flush()
    turn.post.reply(Card(_("“{name}” is no longer a plan.", name=plan.name)))
