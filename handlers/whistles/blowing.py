"""A whistle is blown: what kind, where, what is wrong, which units, who leads, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.authority import Power, reaches
from governance.casefile import Case
from governance.org import Area, Unit
from governance.policy import half_hour
from governance.refused import Refused
from governance.whistlefile import Whistle, new_call, new_whistle
from governance.whistles import By, Kind, Level, Role
from handlers import authority, files, places
from handlers.cases.common import tell_resident, what_of
from handlers.registry import choice, command, conversation
from handlers.talk.answers import LOCATION, PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.whistles.common import (
    REVIEW,
    WHISTLE,
    Scene,
    name_of,
    officer_at,
    put_before,
    save,
)
from handlers.whistles.ladder import call_units
from handlers.whistles.units import ask_task, ask_units
from handlers.words import Joined, Text, When, _, line, lines, listed, ngettext
from storage import cases, whistles

HERE = "here"
_PLACED = ("where",)


@command("whistle", menu=_("Blow the whistle"), also=("whistle", "吹哨", "我要吹哨", "吹哨报到"))
def blow_command(turn: Turn) -> Start:
    """From nothing; who may blow none reads who may."""
    _kinds(turn)
    return Start("blow")


@choice("whistles.blow")
def blow_from_case(turn: Turn, case_id: int, _arg: str) -> Start:
    """From a case: its place and words are known already."""
    if turn.db.get(Case, case_id) is None:
        raise Refused("no_such_case")
    _kinds(turn)
    return Start("blow", {"case": case_id})


def _kinds(turn: Turn) -> list[Kind]:
    """The kinds the speaker may blow somewhere. Raises `Refused("needs_post")` for none."""
    held = authority.held(turn)
    found = [k for k in turn.policy.whistles.values() if reaches(k.power, held)]
    if not found:
        authority.require(turn, Power.BLOW_EMERGENCY)
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What has been answered so far."""

    kind: Kind
    place: places.Found
    area: Area
    what: str
    units: list[Unit]
    tasks: list[str]
    lead: int
    due: datetime
    meet: str
    case: Case | None


@conversation("blow", act=True, of_dangers=True)
def blow_talk(talk: Talk, turn: Turn) -> None:
    """Asks only what is missing, and blows what was confirmed."""
    talk.accepts(PHOTO)
    case_id = talk.given("case")
    case = turn.db.get(Case, case_id) if case_id else None
    kind = _ask_kind(talk, turn)
    place = _ask_place(talk, turn, case, kind)
    area = turn.db.get_one(Area, place.area_id)
    authority.require(turn, kind.power, area_id=area.id)
    what, categories = _ask_what(talk, case)
    units = ask_units(talk, turn, area.path, kind.code, categories, ("kind", *_PLACED))
    tasks = [ask_task(talk, f"task.{unit.id}", unit.name) for unit in units]
    lead = _ask_lead(talk, units)
    due = _ask_due(talk, turn, kind)
    meet = _ask_meet(talk)
    plan = Plan(kind, place, area, what, units, tasks, lead, due, meet, case)
    summary = _summary(plan, len(talk.sent(PHOTO)))
    if not talk.confirm("sure", summary, _yes(turn, plan), no=_("Do not blow it")):
        talk.say(_("Nothing was blown."))
        return
    whistle = blow(turn, plan, talk.sent(PHOTO))
    if whistle.blown_at is None:
        talk.say(
            lines(
                _("It waits for the street’s yes; you read here as soon as it is blown."),
                whistle.number,
            )
        )


# ── the questions ────────────────────────────────────────────────────────────


def _ask_kind(talk: Talk, turn: Turn) -> Kind:
    kinds = {kind.code: kind for kind in _kinds(turn)}
    if len(kinds) == 1:
        return next(iter(kinds.values()))
    options = [Option(code, name_of(kind, code)) for code, kind in kinds.items()]
    chosen = talk.choose("kind", _("What kind of whistle?"), options)
    if chosen not in kinds:
        authority.require(turn, turn.policy.whistles[chosen].power)
    return kinds[chosen]


def _ask_place(talk: Talk, turn: Turn, case: Case | None, kind: Kind) -> places.Found:
    if case is not None:
        return places.Found(case.area_id, case.place, case.latitude, case.longitude)
    mine = talk.recall("mine", lambda: _my_areas(turn, kind))
    options = [Option(f"a{area_id}", name) for area_id, name in mine]
    question = _("Where? Tap one, type the place, or share a location.")
    where = talk.ask("where", question, Typed(2, 100), LOCATION, options=options)
    found = talk.recall("found", lambda: _located(turn, where, mine), after=_PLACED)
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


def _ask_what(talk: Talk, case: Case | None) -> tuple[str, Sequence[str]]:
    """The words, and the categories that were read in them."""
    same = (Option("same", _("As the case says")),) if case is not None and case.text else ()
    question = _("What is wrong? One or two sentences for the units; photos may follow any time.")
    said = talk.ask("what", question, Typed(4, 500), options=same)
    if said.kind == "option" and case is not None:
        return case.text, [case.category]
    return said.text, [*([case.category] if case else []), *said.categories]


def _ask_lead(talk: Talk, units: Sequence[Unit]) -> int:
    if len(units) == 1:
        return units[0].id
    options = [Option(f"u{unit.id}", unit.name) for unit in units]
    return int(talk.choose("lead", _("Which unit leads?"), options)[1:])


def _ask_due(talk: Talk, turn: Turn, kind: Kind) -> datetime:
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


def _ask_meet(talk: Talk) -> str:
    question = _("Where and when do they meet? Tap, or type it: “gate of building 3, 9:30”.")
    now = Option(HERE, _("On the spot, at once"))
    return talk.ask("meet", question, Typed(2, 100), options=(now,)).text


def _summary(plan: Plan, photos: int) -> Joined:
    rows = [
        _("{unit} (leads): {asked}", unit=unit.name, asked=task)
        if unit.id == plan.lead and len(plan.units) > 1
        else _("{unit}: {asked}", unit=unit.name, asked=task)
        for unit, task in zip(plan.units, plan.tasks, strict=True)
    ]
    return lines(
        _("Shall I blow it?"),
        line(name_of(plan.kind, plan.kind.code), plan.place.words),
        f"“{plan.what}”",
        *rows,
        _("To be done by {when}", when=When(plan.due)),
        _("Meet: {place}", place=plan.meet) if plan.meet else "",
        ngettext("{count} photo", "{count} photos", photos) if photos else "",
    )


def _yes(turn: Turn, plan: Plan) -> Text:
    return _("Send it for review") if _is_reviewed(turn, plan) else _("Blow it")


def _is_reviewed(turn: Turn, plan: Plan) -> bool:
    """Whether a higher level has to say yes first."""
    may = authority.may(turn, Power.REVIEW_WHISTLE, area_id=plan.area.id)
    return plan.kind.reviewed and not may


# ── blown ────────────────────────────────────────────────────────────────────


def blow(turn: Turn, plan: Plan, photos: Sequence[str] = (), code: str = "") -> Whistle:
    """The whistle is blown, or before whoever has to say yes. `code` names a plan it follows."""
    today = turn.policy.local_date(turn.now)
    me, place = turn.speaker, plan.place
    point = (place.latitude, place.longitude) if place.latitude and place.longitude else None
    whistle = new_whistle(
        number=cases.next_number(turn.db, f"{turn.policy.district}-S", today),
        kind=plan.kind,
        area_id=plan.area.id,
        path=plan.area.path,
        place=place.words,
        point=point,
        text=plan.what,
        by_id=me.person_id,
        by_name=me.name,
        result_due=plan.due,
        now=turn.now,
        case_id=plan.case.id if plan.case else None,
        meet=plan.meet,
        plan=code,
    )
    whistles.record(turn.db, whistle)
    scene = Scene(whistle, [])
    for unit, task in zip(plan.units, plan.tasks, strict=True):
        whose = (unit.id, unit.name, unit.phone)
        lead = unit.id == plan.lead
        scene.calls.append(new_call(whistle, whose, task, lead=lead, now=turn.now))
    files.keep(turn, "whistle", whistle.id, photos)
    if _is_reviewed(turn, plan):
        whistle.wait_for_review(turn.now, turn.policy.work)
        save(turn, scene)
        _before_the_reviewer(turn, whistle)
    else:
        whistle.blow(By(Role.WHISTLER, me.person_id, me.name), turn.now)
        call_all(turn, scene)
    turn.post.show(WHISTLE, whistle.id, me.person_id, kind="reply", fresh=True)
    return whistle


def call_all(turn: Turn, scene: Scene) -> None:
    """Every unit is called, and whoever reported the problem knows who comes."""
    save(turn, scene)
    call_units(turn, scene, list(scene.calls))
    whistle = scene.whistle
    case = cases.lock(turn.db, whistle.case_id) if whistle.case_id else None
    if case is not None:
        units = listed(*(call.unit_name for call in scene.calls))
        text = lines(
            _(
                "{what}: the community has called {units} to come together.",
                what=what_of(turn, case),
                units=units,
            ),
            _(
                "They are to be done by {when}. You read here what becomes of it.",
                when=When(whistle.result_due),
            ),
            case.number,
        )
        tell_resident(turn, case.reporter_id, text)


def _before_the_reviewer(turn: Turn, whistle: Whistle) -> None:
    street = officer_at(turn, whistle, Level.STREET) or officer_at(turn, whistle, Level.CENTRE)
    if street is not None:
        put_before(turn, REVIEW, whistle.id, street.person_id, whistle)
